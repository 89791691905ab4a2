"""Whatever call of an undo fails, in whichever way: asked again, it ends as if nothing had been.

A call meets the fault and ends; the state machine's next call does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.quota import RetryQuota
from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends

from blueprints.functions.common import catalogue
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_undo.handler import plan
from blueprints.functions.report_undo.handler import report
from blueprints.functions.undo_keys.handler import NoProgressError, undo
from tests.aws_extensions import clock
from tests.aws_extensions.operations import state
from tests.unit.functions import exporting, undoing
from tests.unit.functions.exporting import connect, hours_ago
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Late
from tests.unit.functions.places import ACCOUNT, BUCKET, PLACE, REGION
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_places")

HERE = {**PLACE, "catalogue_key_alias_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:{exporting.ALIAS}"}
FOLDER = "work/undos/run-1/"
ERRORS = (ClientError, BotoCoreError, RefusedError, NoProgressError)
MOST_CALLS = 6
READS = {
    "dynamodb:DescribeTable": "dynamodb:DescribeTable",
    "dynamodb:DescribeContinuousBackups": "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeExport": "dynamodb:DescribeExport",
    "dynamodb:BatchGetItem": "dynamodb:BatchGetItem",
    "kms:DescribeKey": "kms:DescribeKey",
    "s3:GetObject": "s3:GetObject",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
}
SERVICES = ("dynamodb", "kms", "s3", "sns")
# Keys that the window changed, deleted and made.
CHANGED, DELETED, MADE = ("c1", "c2", "c3"), ("d1", "d2"), ("m1",)
# Of the table's own items the window deletes one, and writes another as it was.
OWN = "o1"


@pytest.fixture(autouse=True)
def _a_table(local_places: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # One client meets more faults here than it would in the life of a function.
    monkeypatch.setattr(RetryQuota, "acquire", lambda _self, _amount: True)
    with exporting.local_aws():
        clock.move(-5 * 3600 + 30)
        for name in (*CHANGED, *DELETED):
            put(name, "PAID")
        clock.move(-3 * 3600 + 90)
        spoil()
        clock.move(0)
        yield
    clock.move(0)


def put(name: str, status: str) -> None:
    item = exporting.item(name) | {"status": {"S": status}}
    connect("dynamodb").put_item(TableName=TABLE, Item=item)


def spoil() -> None:
    """What a script does, the same whenever it does it."""
    for name in (*CHANGED, *MADE):
        put(name, "LOST")
    for name in (*DELETED, OWN):
        connect("dynamodb").delete_item(TableName=TABLE, Key=exporting.item(name))


def held() -> dict[str, str]:
    found = connect("dynamodb").scan(TableName=TABLE, ConsistentRead=True)["Items"]
    return {each["order_id"]["S"]: each["status"]["S"] for each in found if "status" in each}


def faults(operation: str) -> list[tuple[Fault, int]]:
    known = [each for each in FAULTS if not (operation in READS and each.effect)]
    return [(each, times) for each in known for times in (1, FOR_EVER)]


def answered(
    work: Callable[[], Any], operation: str, fault: Fault, times: int, skip: int = 0
) -> Any:
    """Return the answer of work that meets a fault, or the error that it raises.

    An access that is denied is told with what has to be allowed, and is not tried again.
    """
    interceptor, answer = Late(skip=skip), None
    with interceptor.on([connect(service) for service in SERVICES]):
        interceptor.fail(operation, fault, times)
        try:
            answer = work()
        except ERRORS as error:
            answer = error
    assert interceptor.times < times, f"{operation} was never called"
    if isinstance(answer, Exception):
        # What happens once, the client's own attempts overcome.
        assert times == FOR_EVER or fault.lasting
        assert isinstance(answer, RefusedError) is fault.lasting
    if fault.lasting:
        assert f"allow {READS.get(operation, operation)} on " in str(answer)
    return answer


# --- the plan -------------------------------------------------------------------------------------

NOW = datetime.now(UTC)
REQUEST = {
    "table": {"key": "orders", "name": TABLE, "arn": ARN},
    "since": catalogue.iso(hours_ago(3)),
    "until": catalogue.iso(hours_ago(2)),
    "only": None,
    "created_since": "delete",
    "overwrite_conflicts": False,
    "dry_run": False,
    "old_images": "incremental",
    "write_units": None,
    "poll_seconds": 30,
}
EXECUTION = {"arn": "arn:run-1", "name": "run-1", "started_at": NOW.isoformat()}


def planned() -> dict[str, Any]:
    """Look at the exports until there is a plan."""
    found: dict[str, Any] = {}
    for _ in range(MOST_CALLS):
        event = {"request": REQUEST, "place": HERE, "execution": EXECUTION, "previous": found}
        found = plan(connect, event, datetime.now(UTC))
        if found["action"] == "undo":
            return found
    raise AssertionError(found)


@pytest.mark.parametrize(
    ("operation", "skip"),
    [
        ("dynamodb:DescribeTable", 0),
        ("dynamodb:DescribeContinuousBackups", 0),
        ("kms:DescribeKey", 0),
        ("dynamodb:ExportTableToPointInTime", 0),
        ("dynamodb:DescribeExport", 0),
        ("s3:GetObject", 0),  # the summary, and then the list of files
        ("s3:GetObject", 1),
        ("s3:HeadObject", 2),
        ("s3:PutObject", 0),
        ("s3:PutObject", 1),
    ],
)
def test_whatever_fails_the_window_is_exported_once(operation: str, skip: int) -> None:
    exports = state(dynamodb_backends[ACCOUNT][REGION], "exports")
    for fault, times in faults(operation):
        answer = answered(planned, operation, fault, times, skip)
        found = planned()
        assert isinstance(answer, Exception) or answer == found
        assert (found["action"], found["changes"]) == ("undo", 8)
        (only,) = exporting.exports()
        assert only["ExportArn"] == found["exports"][0]["export_arn"]
        listed = connect("s3").get_object(Bucket=BUCKET, Key=found["list"]["key"])
        assert json.load(listed["Body"]) == [{"index": 0, "of": 1}]
        exports.clear()
    assert held() == dict.fromkeys((*CHANGED, *MADE), "LOST")


# --- the keys -------------------------------------------------------------------------------------


def undone(found: dict[str, Any]) -> dict[str, Any]:
    """Go on with the share until it is done, as the state machine does."""
    given, done = {"item": {"index": 0, "of": 1}, "undo": found["undo"], "place": HERE}, {}
    for _ in range(MOST_CALLS):
        done = undo(connect, given | {"previous": done}, undoing.Time().clock())
        if done["done"]:
            return done
    raise AssertionError(done)


def summed(found: dict[str, Any]) -> dict[str, int]:
    """Return what was written down of keys, as the report counts it."""
    state_ = {"request": REQUEST, "plan": found}
    execution = {**EXECUTION, "entered_at": NOW.isoformat()}
    told = report(connect, {"state": state_, "place": HERE, "execution": execution}, NOW)
    assert told["status"] == "SUCCEEDED", told["report"]["not_right"]
    return {name: count for name, count in told["report"]["counts"].items() if count}


def forget(*folders: str) -> None:
    s3 = connect("s3")
    for folder in folders:
        for key in exporting.objects(BUCKET, f"{FOLDER}{folder}/"):
            s3.delete_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize(
    ("operation", "skip"),
    [
        ("dynamodb:DescribeTable", 0),
        ("dynamodb:BatchGetItem", 0),
        ("dynamodb:UpdateItem", 0),
        ("dynamodb:UpdateItem", 2),
        ("dynamodb:PutItem", 1),
        ("dynamodb:DeleteItem", 0),
        ("s3:GetObject", 0),  # how far the share is, then the list of files, then a file
        ("s3:GetObject", 1),
        ("s3:GetObject", 2),
        (
            "s3:PutObject",
            0,
        ),  # that the share is begun, then what became of keys, then that it is done
        ("s3:PutObject", 1),
        ("s3:PutObject", 2),
    ],
)
def test_whatever_fails_every_key_is_put_back_and_counted_once(operation: str, skip: int) -> None:
    found = planned()
    for fault, times in faults(operation):
        spoil()
        forget("progress", "results")
        answer = answered(lambda: undone(found), operation, fault, times, skip)
        assert undone(found)["done"] is True
        assert held() == dict.fromkeys((*CHANGED, *DELETED), "PAID")
        counts = summed(found)
        assert sum(counts.values()) == 8
        # What a call did that could not write it down is found to be there by the next.
        assert counts.keys() <= {"restored", "recreated", "deleted", "already", "unchanged"}
        if not isinstance(answer, Exception) and times == 1 and not fault.effect:
            assert (counts["restored"], counts["recreated"], counts["deleted"]) == (3, 3, 1)


def test_a_share_that_failed_says_so_itself() -> None:
    found = planned()
    for fault, times in faults("dynamodb:UpdateItem"):
        if times == FOR_EVER:
            spoil()
            forget("progress", "results")
            error = answered(lambda: undone(found), "dynamodb:UpdateItem", fault, times)
            noted = exporting.document(f"{FOLDER}progress/000000.json")
            assert noted["status"] == "FAILED"
            assert noted["error"] == {"type": type(error).__name__, "message": str(error)}


# --- the report -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "skip"),
    [
        ("s3:ListObjectsV2", 0),
        ("s3:ListObjectsV2", 1),
        ("s3:GetObject", 0),
        ("s3:GetObject", 1),
        ("s3:PutObject", 0),
        ("s3:PutObject", 1),
        ("sns:Publish", 0),
    ],
)
def test_whatever_fails_the_report_is_the_same_and_people_are_told(
    operation: str, skip: int
) -> None:
    found = planned()
    undone(found)
    execution = {**EXECUTION, "entered_at": NOW.isoformat()}
    given = {"state": {"request": REQUEST, "plan": found}, "place": HERE, "execution": execution}
    expected = report(connect, given, NOW)
    topic = sns_backends[ACCOUNT][REGION].topics[HERE["topic_arn"]]
    for fault, times in faults(operation):
        topic.sent_notifications.clear()
        answer = told(lambda: report(connect, given, NOW), operation, (fault, times), skip)
        if fault.lasting and operation != "sns:Publish":
            # Nobody calls again.
            (sent,) = topic.sent_notifications
            assert f"allow {READS.get(operation, operation)} on " in sent[1]
        assert isinstance(answer, Exception) or fault.lasting or answer == expected
        assert report(connect, given, NOW) == expected
        assert "Holdfast: " in topic.sent_notifications[-1][2]


def told(work: Callable[[], Any], operation: str, case: tuple[Fault, int], skip: int) -> Any:
    """Return the answer or the error; what may not be read is told in the report itself."""
    fault, times = case
    reads = operation in READS and fault.lasting
    if not reads:
        return answered(work, operation, fault, times, skip)
    return answered(lambda: json.dumps(work()), operation, fault, times, skip)
