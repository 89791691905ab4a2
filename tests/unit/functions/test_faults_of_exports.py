"""Whatever call of an export fails, in whichever way: one export, one record, one note of failure.

A run meets the fault and ends; the state machine's next call, or the next run, does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.export_table.handler import export
from blueprints.functions.report_export.handler import report
from blueprints.functions.verify_export.handler import verify
from tests.aws_extensions.operations import state
from tests.unit.functions import exporting
from tests.unit.functions.exporting import connect, exports, payload, plan
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Late
from tests.unit.functions.places import ACCOUNT, BUCKET, PLACE, REGION
from tests.unit.functions.tables import ARN

pytestmark = pytest.mark.usefixtures("local_places")

ERRORS = (ClientError, BotoCoreError, RefusedError)
TIMES = (1, FOR_EVER)
MOST_LOOKS = 6
CASES = [(fault, times) for fault in FAULTS for times in TIMES]


@pytest.fixture(autouse=True)
def _local_exports(local_places: None) -> Iterator[None]:
    with exporting.local_aws():
        yield


def met(
    work: Callable[[], Any], client: Any, operation: str, case: tuple[Fault, int], skip: int = 0
) -> bool:
    """Do the work while an operation of a client fails; return whether it ended well all the same.

    What fails once is mostly ridden out by botocore: a client's tries are limited over time.
    """
    fault, times = case
    interceptor, raised = Late(skip=skip), None
    with interceptor.on([client]):
        interceptor.fail(operation, fault, times)
        try:
            work()
        except ERRORS as error:
            raised = error
    assert interceptor.times < times, f"{operation} was never called"
    assert raised is not None or (times == 1 and not fault.lasting)
    assert isinstance(raised, RefusedError) == fault.lasting
    return raised is None


def forget_exports() -> None:
    state(dynamodb_backends[ACCOUNT][REGION], "exports").clear()


# --- one export -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["full", "incremental"])
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("kms", "kms:DescribeKey"),
        ("dynamodb", "dynamodb:ExportTableToPointInTime"),
        ("dynamodb", "dynamodb:DescribeExport"),
    ],
)
def test_one_export_is_started_whatever_fails(service: str, operation: str, kind: str) -> None:
    for case in CASES:
        found = plan(kind)

        def to_the_end(found: dict[str, Any] = found) -> dict[str, Any]:
            answer: dict[str, Any] = {}
            for _ in range(MOST_LOOKS):
                answer = export(connect, payload(found, "here", answer), datetime.now(UTC))
                if answer["done"]:
                    return answer
            raise AssertionError(answer)

        client = connect(service, **({"region": REGION} if service == "kms" else {}))
        met(to_the_end, client, operation, case)
        answer = to_the_end()
        (made,) = exports()
        assert answer["export_arn"] == made["ExportArn"], case
        forget_exports()


# --- one record -----------------------------------------------------------------------------------

SUMMARY, FILES = 0, 1


@pytest.mark.parametrize("where", ["here", "there"])
@pytest.mark.parametrize(
    ("operation", "skip"),
    [
        ("s3:GetObject", SUMMARY),
        ("s3:GetObject", FILES),
        ("s3:HeadObject", 0),
        ("s3:HeadObject", 3),
    ],
)
def test_one_record_is_written_whatever_fails_of_the_bucket(
    operation: str, skip: int, where: str
) -> None:
    event, work = verifying(where)
    s3 = connect("s3", region=event["export"]["bucket_region"])
    for case in CASES:
        ended = met(work, s3, operation, case, skip)
        assert len(records()) == int(ended), case
        check_record(event, work())


def test_one_record_is_written_whatever_fails_of_the_catalogue() -> None:
    event, work = verifying("there")
    for case in CASES:
        fault, _ = case
        ended = met(work, connect("s3"), "s3:PutObject", case)
        assert len(records()) == int(ended or fault.effect), case
        check_record(event, work())


def test_a_record_that_is_there_is_found_whatever_fails() -> None:
    event, work = verifying("there")
    for case in CASES:
        work()
        met(work, connect("s3"), "s3:GetObject", case)
        check_record(event, work())


def verifying(where: str) -> tuple[dict[str, Any], Callable[[], dict[str, Any]]]:
    found = plan("incremental")
    event = payload(found, where, exporting.exported(found, where))
    return event, lambda: verify(connect, event, datetime.now(UTC))


def records() -> list[str]:
    return exporting.objects(BUCKET, store.records_folder(ARN))


def check_record(event: dict[str, Any], answer: dict[str, Any]) -> None:
    """See that the window has its one record, and take it away."""
    (key,) = records()
    kept = exporting.document(key)
    assert (answer["recorded"], answer["files"], answer["items"]) == (key, 4, 2)
    assert kept["export_arn"] == event["exported"]["export_arn"]
    assert (kept["from"], kept["to"]) == (event["plan"]["from"], event["plan"]["to"])
    connect("s3").delete_object(Bucket=BUCKET, Key=key)


# --- one note of failure --------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["s3:ListObjectsV2", "s3:PutObject", "sns:Publish"])
def test_a_failure_is_noted_once_and_told_whatever_fails(operation: str) -> None:
    topic = sns_backends[ACCOUNT][REGION].topics[PLACE["topic_arn"]]
    key = ""
    for number, case in enumerate(CASES):
        event = reporting(number)
        met(
            lambda event=event: report(connect, event),
            connect(operation.partition(":")[0]),
            operation,
            case,
        )
        assert report(connect, event) == {"told": True}
        key = store.failure_key(ARN, event["plan"]["identity"], number)
        assert exporting.document(key)["attempt"] == number
        # Another delivery of the same attempt has nothing to add.
        other = {**event, "execution": {**event["execution"], "arn": "arn:another"}}
        assert report(connect, other) == {"told": False}
        told = [sent[1] for sent in topic.sent_notifications]
        assert sum(f"attempt {number}\n" in each for each in told) >= 1
        assert all(each.startswith("The incremental export of table orders") for each in told)
    notes = exporting.objects(BUCKET, key.rpartition("/")[0])
    assert len(notes) == len(CASES)


@pytest.mark.parametrize("failing", ["record", "note"])
def test_what_is_there_already_is_read_whatever_fails(failing: str) -> None:
    for number, case in enumerate(CASES):
        event = reporting(number)
        if failing == "record":
            keep_record(event["plan"])
        else:
            report(connect, event)
        met(lambda event=event: report(connect, event), connect("s3"), "s3:GetObject", case)
        assert report(connect, event) == {"told": True}
    notes = exporting.objects(BUCKET, "catalog/attempts/")
    # What is of no attempt is noted once a day.
    assert len(notes) == (1 if failing == "record" else len(CASES))


def keep_record(found: dict[str, Any]) -> None:
    begin, end = (catalogue.moment_of(found[name]) for name in ("from", "to"))
    key = store.record_key(ARN, begin, end, found["kind"])
    store.write_once(connect("s3"), BUCKET, key, {"table": {"id": found["table_id"]}})


def reporting(number: int) -> dict[str, Any]:
    found = plan("incremental", attempt=number)
    data = {
        "request": exporting.request("incremental"),
        "plan": found,
        "exported": {},
        "error": {"Error": "ExportFailedError", "Cause": "no (S3AccessDenied: no)"},
    }
    return {
        "state": data,
        "plan": found,
        "export": exporting.constants("there"),
        "place": dict(PLACE),
        "execution": dict(exporting.EXECUTION),
        "occasion": "failure",
    }
