"""Whatever call fails, and however: the run ends right or says so, and the next one ends right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import botocore.endpoint
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.quota import RetryQuota

from blueprints.functions.apply_settings import handler as apply_settings
from blueprints.functions.common import settings_store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.settings_comparing import differences
from blueprints.functions.common.settings_target import wanted
from blueprints.functions.settings_snapshot import handler as settings_snapshot
from blueprints.functions.verify_restore import handler as verify_restore
from tests.unit.functions import tables
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor

SERVICES = ("dynamodb", "application-autoscaling", "cloudwatch", "s3")
BUCKET = "shop-prod-catalog"
MOST_CALLS = 8
READ_SETTINGS = (
    *(
        f"dynamodb:{name}"
        for name in (
            *("DescribeTable", "DescribeContinuousBackups", "DescribeTimeToLive"),
            *("ListTagsOfResource", "DescribeKinesisStreamingDestination"),
            *("DescribeContributorInsights", "GetResourcePolicy"),
        )
    ),
    *(
        f"application-auto-scaling:{name}"
        for name in (
            *("DescribeScalableTargets", "DescribeScalingPolicies"),
            "DescribeScheduledActions",
        )
    ),
    "cloudwatch:DescribeAlarms",
)
READ_ITEMS = ("dynamodb:Scan", "dynamodb:GetItem", "dynamodb:Query")
# The setting that each call changes, as `failed` names it.
WRITES = {
    "dynamodb:UpdateTable": "deletion_protection",
    "dynamodb:UpdateContinuousBackups": "point_in_time_recovery",
    "dynamodb:UpdateTimeToLive": "time_to_live",
    "dynamodb:TagResource": "tags",
    "dynamodb:PutResourcePolicy": "resource_policy",
    "dynamodb:UpdateContributorInsights": "contributor_insights",
    "dynamodb:EnableKinesisStreamingDestination": "kinesis_destinations",
    "application-auto-scaling:RegisterScalableTarget": "scaling",
    "application-auto-scaling:PutScalingPolicy": "scaling",
    "application-auto-scaling:PutScheduledAction": "scaling",
    "cloudwatch:PutMetricAlarm": "alarms",
}
BEFORE = [fault for fault in FAULTS if not fault.effect]
AFTER = [FAULTS[2], FAULTS[8]]
DENIED = next(fault for fault in FAULTS if fault.lasting)
TOLD = (BotoCoreError, ClientError, RefusedError)
Operation = Callable[[], Any]


def now() -> datetime:
    return datetime.now(UTC)


def reads_and_writes() -> list[Any]:
    """Reads fail before their effect only: they have none."""
    pairs = [
        *((each, fault) for each in READ_SETTINGS for fault in BEFORE),
        *((each, fault) for each in WRITES for fault in FAULTS),
    ]
    return [
        pytest.param(*pair, marks=() if _is_everyday(*pair) else pytest.mark.slow) for pair in pairs
    ]


def _is_everyday(operation: str, fault: Fault) -> bool:
    """Return whether it is one of those that stand for the others, of which there are many."""
    return fault.lasting or (operation in WRITES and fault in [FAULTS[0], *AFTER])


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _seconds: None)
    # One client meets more faults here than it would in the life of a function.
    monkeypatch.setattr(RetryQuota, "acquire", lambda _self, _amount: True)


@contextmanager
def failing(operation: str, fault: Fault, times: int) -> Iterator[Interceptor]:
    interceptor = Interceptor()
    interceptor.fail(operation, fault, times)
    with interceptor.on(map(tables.client, SERVICES)):
        yield interceptor
    assert interceptor.times < times, "the fault was never met"


def told(work: Operation) -> Any:
    """Return what the work returns, or the error that it raises."""
    try:
        return tables.logged(work)[0]
    except TOLD as error:
        return error


# --- apply_settings -------------------------------------------------------------------------------


@pytest.fixture
def plan() -> Iterator[dict[str, Any]]:
    with tables.local_aws():
        tables.create_restored(TableClass="STANDARD_INFREQUENT_ACCESS")
        yield tables.plan()


def apply(plan: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for _ in range(MOST_CALLS):
        event = {"plan": plan, "previous": answer}
        answer = apply_settings.apply(tables.client, event, now())
        if answer["done"]:
            break
    return answer


def remaining(plan: dict[str, Any]) -> dict[str, list[str]]:
    return differences(wanted(plan, now())[0], tables.read(tables.TARGET))


def assert_next_run_ends_right(plan: dict[str, Any]) -> None:
    answer = told(lambda: apply(plan))
    assert (answer["done"], answer["failed"]) == (True, [])
    assert remaining(plan) == {}


@pytest.mark.parametrize(("operation", "fault"), reads_and_writes(), ids=str)
def test_settings_are_applied_despite_a_fault_or_the_fault_is_told(
    plan: dict[str, Any], operation: str, fault: Fault
) -> None:
    with failing(operation, fault, 1):
        answer = told(lambda: apply(plan))
    if isinstance(answer, Exception):
        assert fault.lasting
        assert operation.partition(":")[2] in str(answer)
    elif fault.lasting:
        assert answer["failed"] or remaining(plan) == {}
    else:
        assert (answer["done"], answer["failed"]) == (True, [])
        assert remaining(plan) == {}
    assert_next_run_ends_right(plan)


@pytest.mark.parametrize("operation", WRITES)
def test_a_permission_that_is_missing_is_listed_and_all_else_is_applied(
    plan: dict[str, Any], operation: str
) -> None:
    with failing(operation, DENIED, FOR_EVER):
        answer = told(lambda: apply(plan))
    assert answer["done"]
    assert {each["setting"] for each in answer["failed"]} >= {WRITES[operation]}
    name = operation.partition(":")[2]
    assert any(name in each["fix"] for each in answer["failed"])
    beside = {"stream_view_type"} if operation == "dynamodb:UpdateTable" else set()
    beside |= {"scaling"} if operation.endswith("RegisterScalableTarget") else set()
    assert remaining(plan).keys() == {WRITES[operation]} | beside
    assert_next_run_ends_right(plan)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [FAULTS[0], FAULTS[8]], ids=str)
@pytest.mark.parametrize("operation", [READ_SETTINGS[0], READ_SETTINGS[-1], *WRITES])
def test_a_fault_that_stays_is_raised_so_that_the_function_is_called_again(
    plan: dict[str, Any], operation: str, fault: Fault
) -> None:
    with failing(operation, fault, FOR_EVER):
        assert isinstance(told(lambda: apply(plan)), (BotoCoreError, ClientError))
    assert_next_run_ends_right(plan)


# --- verify_restore -------------------------------------------------------------------------------


@pytest.fixture
def verified() -> Iterator[dict[str, Any]]:
    """A table that passes, which no check changes."""
    with tables.local_aws():
        tables.create_full()
        tables.restore()
        plan = tables.plan()
        tables.logged(lambda: apply(plan))
        yield plan


def verify(plan: dict[str, Any]) -> dict[str, Any]:
    event = {"plan": plan, "settings": {}, "previous": {}}
    return verify_restore.verify(tables.client, event, now())


@pytest.mark.parametrize("operation", [*READ_SETTINGS, *READ_ITEMS])
def test_what_cannot_be_read_never_passes(verified: dict[str, Any], operation: str) -> None:
    for fault in BEFORE:
        with failing(operation, fault, 1):
            answer = told(lambda: verify(verified))
        assert isinstance(answer, RefusedError) if fault.lasting else answer["passed"], fault
        with failing(operation, fault, FOR_EVER):
            assert isinstance(told(lambda: verify(verified)), TOLD), fault
    assert told(lambda: verify(verified))["passed"]


# --- settings_snapshot ----------------------------------------------------------------------------


@pytest.fixture
def protected() -> Iterator[None]:
    """Two protected tables and their bucket."""
    with tables.local_aws():
        tables.create_full()
        tables.create_bare("second")
        where = {"LocationConstraint": tables.REGION}
        tables.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield


def snapshot(event: dict[str, Any] | None = None) -> dict[str, Any]:
    listed = [
        {"name": name, "arn": tables.ARN.replace("/orders", f"/{name}")}
        for name in ("orders", "second")
    ]
    payload = {"tables": listed, "bucket": BUCKET, "event": event or {}}
    return settings_snapshot.keep(tables.client, payload, now())


EVENT = {"detail": {"eventName": "TagResource", "requestParameters": {"resourceArn": tables.ARN}}}


@pytest.mark.usefixtures("protected")
@pytest.mark.parametrize(
    "operation", [*READ_SETTINGS, "s3:PutObject", "s3:ListObjectsV2", "s3:GetObject"]
)
def test_a_snapshot_is_kept_or_its_table_is_named(operation: str) -> None:
    event = EVENT if operation in {"s3:ListObjectsV2", "s3:GetObject"} else None
    tables.logged(snapshot)
    for fault in FAULTS if operation == "s3:PutObject" else BEFORE:
        for times in (1, FOR_EVER):
            with failing(operation, fault, times):
                answer = _told_snapshot(event)
            ridden_out = times == 1 and not fault.lasting
            told_of = isinstance(answer, settings_snapshot.SettingsSnapshotsFailedError)
            assert told_of is not ridden_out, (fault, times, answer)
            if told_of:
                assert "orders: " in str(answer)
            # What was written before or despite the fault is whole.
            for _, key in settings_store.keys(tables.client("s3"), BUCKET, tables.ARN)[-1:]:
                body = tables.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
                assert json.loads(body)["tags"] == {"owner": "payments"}
    answer = _told_snapshot(None)
    assert len(answer["written"]) == 2


def _told_snapshot(event: dict[str, Any] | None) -> Any:
    try:
        return tables.logged(lambda: snapshot(event))[0]
    except settings_snapshot.SettingsSnapshotsFailedError as error:
        return error
