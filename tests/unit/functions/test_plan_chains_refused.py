"""What the machine that refills would refuse, a restore from exports refuses when it is planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_restore import windows
from tests.unit.functions import chaining
from tests.unit.functions.chaining import HOUR, planned, record
from tests.unit.functions.places import BUCKET, connect
from tests.unit.functions.tables import ARN

pytestmark = pytest.mark.usefixtures("local_places")


@pytest.fixture
def full() -> datetime:
    """The time of a full export of ten days ago, with three windows of six hours after it."""
    start = chaining.hours_ago(240)
    record(start)
    for number in range(3):
        record(start + number * 6 * HOUR, start + (number + 1) * 6 * HOUR)
    return start


def at(moment: datetime) -> dict[str, str]:
    return {"at": moment.isoformat()}


def test_a_chain_of_too_many_windows_is_refused_at_once(
    full: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "MOST_RECORDS", 2)
    last = full + 12 * HOUR
    with pytest.raises(RefusedError, match="3 incremental exports follow the full") as refused:
        planned()
    assert (
        f"one refill takes 2: take an earlier moment of the chain, {catalogue.iso(last)} at"
        in str(refused.value)
    )
    assert planned(point=at(last))["source"]["changes"] == 10


def test_a_chain_of_too_many_rounds_is_refused_at_once(
    full: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "MOST_ROUNDS", 2)
    begin = full + 18 * HOUR
    record(begin, begin + HOUR, files=101)
    assert planned()["source"]["changes"] == 20  # small ones share one
    record(begin + HOUR, begin + 2 * HOUR)
    with pytest.raises(RefusedError, match="3 rounds of writing follow the full") as refused:
        planned()
    until = begin + HOUR
    assert f"{catalogue.iso(until)} at most" in str(refused.value)
    assert planned(point=at(until))["parameters"]["import"] is not None
    # Where the full export is written too, that is one more.
    with pytest.raises(RefusedError, match=f"{catalogue.iso(begin)} at most"):
        planned(point=at(until), load="refill")


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"table": {"arn": ARN, "id": "b"}}, "was created anew: it does not follow"),
        ({"bucket": "gone", "replicas": []}, "is in gone, and this environment reads none of"),
    ],
)
def test_a_window_that_no_refill_takes_is_refused_at_once(
    full: datetime, members: dict[str, Any], why: str
) -> None:
    good = full + 18 * HOUR
    record(good, good + HOUR, **members)
    with pytest.raises(RefusedError, match=why) as refused:
        planned()
    key = store.record_key(ARN, good, good + HOUR, "incremental")
    assert f"s3://{BUCKET}/{key}" in str(refused.value)
    assert f"take an earlier moment of the chain, {catalogue.iso(good)} at most" in str(
        refused.value
    )
    assert planned(point=at(good))["source"]["changes"] == 15


def test_a_record_of_a_window_that_is_none_stops_the_plan_that_needs_it(full: datetime) -> None:
    key = store.record_key(ARN, full + 6 * HOUR, full + 12 * HOUR, "incremental")
    connect("s3").put_object(Bucket=BUCKET, Key=key, Body=b"[]")
    with pytest.raises(RefusedError, match="which the chain needs, is no record of an export"):
        planned()
    assert planned(point=at(full + 6 * HOUR))["source"]["changes"] == 5
