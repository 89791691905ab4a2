"""Whatever call of the watching fails, and however: it is told, and the rest is watched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from botocore.retries.quota import RetryQuota

from blueprints.functions.check_freshness import memory
from blueprints.functions.common import patience as module
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.patience import MOST_FAILURES, GivenUpError, Patience
from tests.unit.functions import places, tables
from tests.unit.functions import test_check_freshness as freshness
from tests.unit.functions import test_keep_pitr as recovery
from tests.unit.functions.faults import DENIED, FAULTS, FOR_EVER, TIMED_OUT, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import BUCKET, connect
from tests.unit.functions.tables import ARN, TABLE

BEFORE = [fault for fault in FAULTS if not fault.effect]
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    # One client meets more faults here than it would in the life of a function.
    monkeypatch.setattr(RetryQuota, "acquire", lambda _self, _amount: True)


@contextmanager
def failing(operation: str, fault: Fault, times: int) -> Iterator[Interceptor]:
    """Let the next calls fail, of every client that the functions make."""
    clients = map(connect, (*places.SERVICES, "cloudwatch"))
    interceptor = Interceptor()
    interceptor.fail(operation, fault, times)
    with interceptor.on([*clients, connect("dynamodb", attempts=5)]):
        yield interceptor
    assert interceptor.times < times, "the fault was never met"


# --- check_freshness ------------------------------------------------------------------------------

# What each call reads, by the rules that cannot be judged without it.
READS: Mapping[str, set[str]] = {
    "dynamodb:DescribeContinuousBackups": {"pitr"},
    "dynamodb:ListBackups": {"snapshot"},
    places.LIST_POINTS: {"daily"},
    "s3:GetObject": {"full", "incremental"},
}
RULES = {rule["name"] for rule in freshness.RULES}


@pytest.fixture
def points(local_places: None) -> None:
    """A table with a point of every rule."""
    places.create_table(days=35)
    places.backed_up(**freshness.LIFECYCLE)
    freshness.snapshot(TABLE)
    freshness.export(3 * HOUR, "full")
    freshness.export(HOUR, "incremental", length=2 * HOUR)


def published(interceptor: Interceptor) -> set[str]:
    return {
        dimension["Value"]
        for name, request in interceptor.requests
        if name == "cloudwatch:PutMetricData"
        for metric in request["MetricData"]
        for dimension in metric["Dimensions"]
        if dimension["Name"] == "Rule"
    }


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("fault", BEFORE, ids=str)
@pytest.mark.parametrize("operation", READS)
def test_what_cannot_be_read_is_unknown_and_all_else_is_judged(
    operation: str, fault: Fault
) -> None:
    # Without a state, whose reading would meet the fault first.
    with failing(operation, fault, 1) as interceptor:
        answer = freshness.check()
    unknown = READS[operation] if fault.lasting else set[str]()
    assert freshness.stale(answer) == {(rule, TABLE) for rule in unknown}
    assert answer["tell"] is bool(unknown)
    assert published(interceptor) == RULES - unknown
    if unknown:
        assert "could not be read: " in answer["message"]
        assert answer["subject"] == "Holdfast: freshness of 1 table unknown in shop-prod"
        again = freshness.check(2 * HOUR, rules=[freshness.FULL, freshness.DAILY])
        assert again["tell"]
        assert again["stale"] == []


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("fault", [DENIED, FAULTS[0], TIMED_OUT], ids=str)
@pytest.mark.parametrize("operation", READS)
def test_what_stays_unreadable_is_told_once_and_not_every_hour(
    operation: str, fault: Fault
) -> None:
    # Written beforehand, and left out of what fails, as reading the state has its own test.
    freshness.check()
    listed = "s3:ListObjectsV2" if operation == "s3:GetObject" else operation
    with failing(operation, fault, FOR_EVER):
        first, second = freshness.check(HOUR / 2), freshness.check(HOUR)
    assert first["tell"]
    assert second["tell"] is (listed != operation)
    rules = {rule for rule, _ in freshness.stale(first)}
    assert rules == READS[operation]
    assert all(each["unreadable"] for each in first["stale"])
    over = freshness.check(HOUR / 2 + HOUR / 4)
    assert over["stale"] == []


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("operation", ["s3:ListObjectsV2", "s3:GetObject"])
def test_a_state_that_cannot_be_read_is_told_each_time_and_not_overwritten(operation: str) -> None:
    freshness.check()
    before = freshness.kept()
    for fault in (DENIED, TIMED_OUT):
        with failing(operation, fault, FOR_EVER):
            answers = [freshness.check(hour * HOUR, rules=[freshness.PITR]) for hour in (0, 0.5)]
        for answer in answers:
            assert answer["tell"]
            assert f"could not be read from s3://{BUCKET}/catalog/freshness.json" in str(answer)
            assert answer["subject"] == "Holdfast: watching of tables impaired in shop-prod"
    assert freshness.kept() == before


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("times", [1, FOR_EVER])
def test_a_state_that_cannot_be_kept_is_told(fault: Fault, times: int) -> None:
    with failing("s3:PutObject", fault, times):
        answer = freshness.check(rules=[freshness.FULL])
    assert answer["tell"] is (fault.lasting or times == FOR_EVER)
    if answer["tell"]:
        assert f"could not be kept in s3://{BUCKET}/{memory.KEY}" in answer["message"]
    freshness.check(HOUR, rules=[freshness.FULL])
    assert freshness.kept()["rules"].keys() == {"full"}


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("times", [1, FOR_EVER])
def test_ages_that_cannot_be_published_are_told_once(fault: Fault, times: int) -> None:
    failed = fault.lasting or times == FOR_EVER
    with failing("cloudwatch:PutMetricData", fault, times):
        first = freshness.check(rules=[freshness.FULL])
        if times == FOR_EVER:
            assert not freshness.check(HOUR, rules=[freshness.FULL])["tell"]
    assert first["tell"] is failed
    assert ("alarms on them will take the silence for a breach" in first["message"]) is failed
    answer = freshness.check(2 * HOUR, rules=[freshness.FULL])
    assert answer["tell"] is failed
    assert ("Fresh again: the metrics." in answer["message"]) is failed


@pytest.mark.usefixtures("points")
def test_one_vault_or_table_that_cannot_be_read_stops_no_other() -> None:
    connect("backup").create_backup_vault(BackupVaultName="second")
    other = {**freshness.DAILY, "name": "other", "vault": "second"}
    tables.create_bare("second")
    classes = {"critical": [freshness.ORDERS, {"name": "second", "arn": freshness.SECOND_ARN}]}
    rules = [freshness.PITR, other, freshness.DAILY]
    with failing(places.LIST_POINTS, DENIED, 1):
        answer = freshness.check(classes=classes, rules=rules)
    unreadable = {each["rule"] for each in answer["stale"] if each["unreadable"]}
    assert unreadable == {"other"}
    with failing("dynamodb:DescribeContinuousBackups", DENIED, 1):
        answer = freshness.check(HOUR / 2, classes=classes, rules=rules)
    assert {each["table"]: each["unreadable"] for each in answer["stale"]} == {
        TABLE: True,
        "second": False,  # it is off
    }


@pytest.mark.usefixtures("local_places")
def test_a_service_that_is_down_is_not_asked_500_times() -> None:
    listed = [{"name": f"t{n}", "arn": ARN.replace(TABLE, f"t{n}")} for n in range(500)]
    with failing("dynamodb:DescribeContinuousBackups", TIMED_OUT, FOR_EVER) as interceptor:
        answer = freshness.check(classes={"critical": listed}, rules=[freshness.PITR])
    asked = [name for name, _ in interceptor.requests if name.endswith("ContinuousBackups")]
    assert len(asked) == MOST_FAILURES
    assert len(answer["stale"]) == 50
    assert "not asked, after 3 failures in a row: ConnectTimeoutError" in answer["message"]


# --- keep_pitr ------------------------------------------------------------------------------------


@pytest.fixture
def _two(local_tables: None) -> None:
    tables.create_bare()
    tables.create_bare("second")


def keep() -> dict[str, Any]:
    return recovery.keep(recovery.ours(), recovery.ours("second"))


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize("times", [1, FOR_EVER])
@pytest.mark.parametrize("operation", [recovery.DESCRIBE, recovery.UPDATE])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_recovery_is_switched_on_or_it_is_told_that_it_is_not(
    fault: Fault, operation: str, times: int
) -> None:
    with failing(operation, fault, times):
        answer = keep()
    ridden_out = times == 1 and not fault.lasting
    if ridden_out:
        assert answer["acted"] == [TABLE, "second"]
    elif times == 1:
        assert answer["acted"] == ["second"]
    else:
        assert answer["acted"] == []
    assert answer["tell"]
    failed = "could not be read" if operation == recovery.DESCRIBE else "could not be changed"
    assert (failed in answer["message"]) is not ridden_out
    keep()
    assert (recovery.days(), recovery.days("second")) == (35, 35)
    assert not keep()["tell"]


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize("operation", [recovery.DESCRIBE, recovery.UPDATE])
def test_a_permission_that_is_missing_is_named(operation: str) -> None:
    with failing(operation, DENIED, FOR_EVER):
        answer = keep()
    assert f"allow {operation} on {ARN} to the role" in answer["message"]


# --- patience -------------------------------------------------------------------------------------


def raising(error: Exception) -> None:
    raise error


def client_error(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DescribeContinuousBackups")


TIME_OUT = ConnectTimeoutError(endpoint_url="x")


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (TIME_OUT, True),
        (client_error("ThrottlingException", 400), True),
        (client_error("SlowDown", 503), True),
        (client_error("InternalServerError", 500), True),
        (client_error("ValidationException", 400), False),
        (RefusedError("no"), False),
        (KeyError("Status"), False),
    ],
    ids=str,
)
def test_only_what_costs_time_is_given_up(error: Exception, *, counts: bool) -> None:
    patience = Patience()
    for _ in range(MOST_FAILURES):
        with pytest.raises(type(error)):
            patience.ask(raising, error)
    if counts:
        with pytest.raises(GivenUpError, match="not asked, after 3 failures in a row"):
            patience.ask(int)
    else:
        assert patience.ask(int) == 0


def test_an_answer_renews_patience() -> None:
    patience = Patience()
    for _ in range(2 * MOST_FAILURES):
        with pytest.raises(ConnectTimeoutError):
            patience.ask(raising, TIME_OUT)
        assert patience.ask(int, "3") == 3


def test_reasons_are_on_one_line() -> None:
    assert module.reason_of(RefusedError("two\n lines")) == "two lines"
    assert module.reason_of(KeyError("Status")) == "KeyError: 'Status'"
    assert module.reason_of(TIME_OUT).startswith("ConnectTimeoutError: ")
