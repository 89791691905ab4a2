"""Native backups by schedule: one for each time, and the last good one is never deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.endpoint
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.take_snapshots.failing import SnapshotsFailedError
from blueprints.functions.take_snapshots.handler import past_their_time, take
from tests.unit.functions import tables
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import connect
from tests.unit.functions.tables import ACCOUNT, ARN, REGION, TABLE

SCHEDULED_AT = "2026-11-20T03:00:00Z"
NAME = "shop-prod-critical-20261120T0300"
OTHER = "orders-2"
NOW = datetime(2026, 11, 20, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _local_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _seconds: None)
    with tables.local_aws():
        tables.create_bare()
        yield


def event(**more: Any) -> dict[str, Any]:
    return {
        "tables": [{"name": TABLE, "arn": ARN}],
        "class": "critical",
        "prefix": "shop-prod-critical-",
        "keep_last": 2,
        "keep_days": 7,
        "scheduled_at": SCHEDULED_AT,
        **more,
    }


def run(**more: Any) -> dict[str, Any]:
    return take(connect, event(**more), NOW)


def backups(name: str | None = TABLE) -> list[dict[str, Any]]:
    more = {"TableName": name} if name else {}
    found: list[dict[str, Any]] = connect("dynamodb").list_backups(**more)["BackupSummaries"]
    return found


def names() -> list[str]:
    return sorted(each["BackupName"] for each in backups())


def old(name: str, days: float, status: str = "AVAILABLE") -> str:
    made = connect("dynamodb").create_backup(TableName=TABLE, BackupName=name)
    arn = str(made["BackupDetails"]["BackupArn"])
    kept = dynamodb_backends[ACCOUNT][REGION].backups[arn]
    kept.creation_date_time = (NOW - timedelta(days=days)).replace(tzinfo=None)
    kept.status = status
    return arn


def own(days: int) -> str:
    return f"shop-prod-critical-{NOW - timedelta(days=days):%Y%m%dT%H%M}"


def test_one_backup_is_taken_for_a_time_and_named_after_it() -> None:
    answer = run()
    (backup,) = backups()
    assert (backup["BackupName"], answer["created"]) == (NAME, [backup["BackupArn"]])
    assert run(scheduled_at="2026-11-20T04:00:00+01:00")["created"] == []
    assert names() == [NAME]


def test_what_is_past_its_time_goes_and_nothing_else_does() -> None:
    goes = [old(own(days), days) for days in (30, 20)]
    for days in (9, 8):  # the newest two good ones stay, however old
        old(own(days), days)
    old(own(40), 40, "CREATING")
    old("shop-prod-critical-other-20200101T0000", 400)
    old("by-hand", 400)
    answer = run()
    assert answer["pruned"] == goes
    assert answer["kept"] == 4
    assert names() == sorted(
        [
            NAME,
            own(9),
            own(8),
            own(40),
            "by-hand",
            "shop-prod-critical-other-20200101T0000",
        ]
    )


def test_the_last_good_one_stays_whatever_is_asked_for() -> None:
    last = old(own(100), 100)
    old(own(50), 50, "CREATING")
    assert run(keep_last=0, keep_days=1)["pruned"] == []
    assert last in {each["BackupArn"] for each in backups()}


def test_a_table_that_cannot_be_backed_up_keeps_what_it_has_and_stops_no_other() -> None:
    for days in (30, 20, 10):
        old(own(days), days)
    connect("dynamodb").delete_table(TableName=TABLE)
    tables.create_bare(OTHER)
    wanted = [{"name": TABLE, "arn": ARN}, {"name": OTHER, "arn": ARN.replace(TABLE, OTHER)}]
    with pytest.raises(SnapshotsFailedError) as failed:
        run(tables=wanted)
    assert [each["BackupName"] for each in backups(OTHER)] == [NAME]
    assert names() == sorted(own(days) for days in (30, 20, 10))
    text = str(failed.value)
    assert text.startswith("Native backups of class critical failed for 1 of 2 tables")
    assert f"- orders has no backup {NAME}: TableNotFoundException" in text
    assert (
        f"aws dynamodb create-backup --table-name orders --backup-name {NAME} "
        "--region eu-central-1" in text
    )


def test_backups_of_another_account_s_table_of_that_name_are_not_touched() -> None:
    old(own(30), 30)
    elsewhere = ARN.replace(ACCOUNT, "999999999999")
    answer = run(tables=[{"name": TABLE, "arn": elsewhere}], keep_last=1, keep_days=1)
    assert answer["pruned"] == []


def refusing(code: str) -> Fault:
    return Fault(name=code, effect=False, answer=(400, {"__type": code, "message": "no"}))


@pytest.mark.parametrize("code", ["BackupInUseException", "BackupNotFoundException"])
def test_a_backup_that_is_in_use_or_gone_is_no_failure(code: str) -> None:
    for days in (30, 20, 10):
        old(own(days), days)
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb")]):
        interceptor.fail("dynamodb:DeleteBackup", refusing(code), 1)
        pruned = run()["pruned"]
    assert len(pruned) == (1 if code == "BackupNotFoundException" else 0)


def test_a_hundred_failures_are_counted() -> None:
    wanted = [{"name": f"t{n}", "arn": ARN.replace(TABLE, f"t{n}")} for n in range(60)]
    with pytest.raises(SnapshotsFailedError, match="and 10 more: see the function's log"):
        run(tables=wanted)


# --- faults ---------------------------------------------------------------------------------------

OPERATIONS = ("dynamodb:ListBackups", "dynamodb:CreateBackup", "dynamodb:DeleteBackup")


def faulty(operation: str, fault: Fault, times: int) -> None:
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb"), connect("dynamodb", attempts=1)]):
        interceptor.fail(operation, fault, times)
        try:
            run()
        except SnapshotsFailedError as error:
            assert TABLE in str(error)  # noqa: PT017 - it may end right as well
        assert interceptor.times < times, "the fault was never met"


@pytest.mark.parametrize("times", [1, FOR_EVER])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_whatever_fails_there_is_one_backup_in_the_end(
    fault: Fault, operation: str, times: int
) -> None:
    for days in (30, 10, 9):
        old(own(days), days)
    faulty(operation, fault, times)
    assert names().count(NAME) <= 1
    assert {own(10), own(9)} <= set(names())
    run()
    assert names().count(NAME) == 1
    assert {own(9)} <= set(names()) - {NAME} <= {own(10), own(9)}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_denied_is_told(operation: str) -> None:
    for days in (30, 10, 9):
        old(own(days), days)
    (denied,) = (fault for fault in FAULTS if fault.name == "denied")
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb"), connect("dynamodb", attempts=1)]):
        interceptor.fail(operation, denied, 1)
        with pytest.raises(SnapshotsFailedError, match=f"allow {operation}"):
            run()


# --- properties -----------------------------------------------------------------------------------

BACKUPS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["AVAILABLE", "CREATING"])), max_size=12
)


@given(BACKUPS, st.integers(0, 5), st.integers(1, 40))
def test_the_newest_good_ones_always_stay(
    ages: list[tuple[int, str]], keep_last: int, keep_days: int
) -> None:
    known = [
        {
            "BackupArn": f"arn:{number}",
            "BackupCreationDateTime": NOW - timedelta(days=days),
            "BackupStatus": status,
        }
        for number, (days, status) in enumerate(ages)
    ]
    gone = past_their_time(known, keep_last, keep_days, NOW)
    good = [each for each in known if each["BackupStatus"] == "AVAILABLE"]
    kept = [each for each in good if each not in gone]
    assert all(each in good for each in gone)
    assert len(kept) >= min(len(good), max(1, keep_last))
    if kept and gone:
        newest_gone = max(each["BackupCreationDateTime"] for each in gone)
        assert newest_gone < NOW - timedelta(days=keep_days)
        assert newest_gone <= max(each["BackupCreationDateTime"] for each in kept)
