"""An export is started once, however often it is called, with the key of whoever has the bucket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.export_table.handler import ExportFailedError, export
from tests.aws_extensions import dynamodb_export_failures
from tests.unit.functions import exporting, places
from tests.unit.functions.exporting import connect, exports, payload, plan
from tests.unit.functions.faults import FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_places")
EXPORT = "dynamodb:ExportTableToPointInTime"


@pytest.fixture(autouse=True)
def _local_exports(local_places: None) -> Iterator[None]:
    with exporting.local_aws():
        yield
    dynamodb_export_failures.FAILURES.clear()


@pytest.fixture(params=["here", "there"])
def where(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def call(
    found: dict[str, Any], previous: Any = None, where: str = "here", later: float = 0
) -> dict[str, Any]:
    now = datetime.now(UTC) + timedelta(seconds=later)
    return export(connect, payload(found, where, previous), now)


def test_a_full_export_is_of_the_planned_second(where: str) -> None:
    found = plan("full")
    answer = exporting.exported(found, where)
    (made,) = exports()
    assert made["ExportTime"] == datetime.fromisoformat(found["to"])
    assert (made["ExportType"], made["ExportFormat"]) == ("FULL_EXPORT", "DYNAMODB_JSON")
    assert made["S3SseAlgorithm"] == "KMS"
    assert made["S3SseKmsKeyId"] == exporting.key_arn(where)
    assert made["S3BucketOwner"] == exporting.constants(where)["bucket_owner"]
    export_id = made["ExportArn"].rpartition("/")[2]
    assert answer == {
        "done": True,
        "wait_seconds": 60,
        "client_token": found["client_token"],
        "export_arn": made["ExportArn"],
        "manifest_key": f"gold/full/{TABLE}/AWSDynamoDB/{export_id}/manifest-summary.json",
        "status": "COMPLETED",
        "billed_bytes": made["BilledSizeBytes"],
        "items": 7,
    }
    assert answer["manifest_key"] in exporting.objects(exporting.BUCKETS[where], "gold/full/")


def test_an_incremental_export_is_of_the_window_with_both_images(where: str) -> None:
    found = plan("incremental")
    answer = exporting.exported(found, where)
    (made,) = exports()
    window = made["IncrementalExportSpecification"]
    assert window["ExportFromTime"] == datetime.fromisoformat(found["from"])
    assert window["ExportToTime"] == datetime.fromisoformat(found["to"])
    assert window["ExportViewType"] == "NEW_AND_OLD_IMAGES"
    assert (made["ExportType"], answer["items"]) == ("INCREMENTAL_EXPORT", 2)
    assert answer["manifest_key"].startswith(f"gold/incremental/{TABLE}/AWSDynamoDB/")


def test_called_again_without_memory_it_goes_on_with_what_it_started() -> None:
    found = plan()
    first = call(found)
    assert (first["done"], first["status"], first["manifest_key"]) == (False, "IN_PROGRESS", None)
    second = call(found)
    assert second["export_arn"] == first["export_arn"]
    assert exporting.exported(found)["export_arn"] == first["export_arn"]
    # What a token of before is answered with is looked at as well.
    assert call(found)["done"] is True
    assert len(exports()) == 1


def test_the_answer_of_the_window_before_is_none_of_this_one() -> None:
    before = exporting.exported(plan("full"))
    found = plan("incremental")
    answer = call(found, before)
    assert (answer["done"], answer["client_token"]) == (False, found["client_token"])
    assert answer["export_arn"] != before["export_arn"]
    assert len(exports()) == 2


@pytest.mark.parametrize(
    ("elapsed", "seconds"), [(0, 60), (599, 60), (1234, 123), (6000, 600), (9e5, 600)]
)
def test_it_waits_a_tenth_of_the_time_since_the_start(elapsed: float, seconds: int) -> None:
    answer = call(plan(), later=elapsed + 0.5)
    assert answer["wait_seconds"] == seconds


def test_the_time_is_that_of_the_export_not_of_a_plan_that_is_tried_again() -> None:
    found = plan(started_at=exporting.hours_ago(48).isoformat())
    assert call(found)["wait_seconds"] == 60


@pytest.mark.parametrize("code", ["S3AccessDenied", "KMS.DisabledException"])
def test_an_export_that_failed_says_its_code_and_the_next_attempt_starts_another(code: str) -> None:
    dynamodb_export_failures.FAILURES.append({"code": code, "message": "not allowed"})
    found = plan()
    first = call(found)
    answer = call(found, first)
    with pytest.raises(ExportFailedError, match=rf"orders .*\({code}: not allowed\): arn:") as told:
        call(found, answer)
    assert f"s3://{exporting.BUCKETS['here']}/gold/full/{TABLE}" in str(told.value)
    with pytest.raises(ExportFailedError, match=code):
        call(found)  # the same token is the same export
    again = exporting.exported(plan(attempt=2, client_token="another"))
    assert again["export_arn"] != first["export_arn"]


def test_a_failure_without_reasons_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = call(plan())
    shown = {"ExportStatus": "FAILED", "ExportArn": answer["export_arn"]}
    monkeypatch.setattr(
        connect("dynamodb"), "describe_export", lambda **_: {"ExportDescription": shown}
    )
    with pytest.raises(ExportFailedError, match=r"\(UNKNOWN: it does not say why\)"):
        call(plan(), answer)


def refusing(code: str, status: int = 400) -> Fault:
    return Fault(name=code, effect=False, answer=(status, {"__type": code, "message": "no"}))


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("ExportConflictException", "under another token"),
        ("InvalidExportTimeException", "starts a new chain"),
        ("PointInTimeRecoveryUnavailableException", "switch point-in-time recovery of the table"),
        ("TableNotFoundException", "DeleteTable"),
        ("ValidationException", "bucket, owner, prefix and key"),
        ("AccessDeniedException", f"allow {EXPORT} on {ARN}"),
    ],
)
def test_what_no_repetition_mends_is_refused(code: str, advice: str) -> None:
    interceptor = Interceptor()
    with interceptor.on(exporting.every_client()):
        interceptor.fail(EXPORT, refusing(code), 1)
        with pytest.raises(RefusedError, match=code) as refused:
            call(plan())
    assert advice in str(refused.value)


def test_too_many_exports_at_once_are_for_the_state_machine_to_try_again() -> None:
    interceptor = Interceptor()
    with interceptor.on(exporting.every_client()):
        interceptor.fail(EXPORT, refusing("LimitExceededException"), FOR_EVER)
        with pytest.raises(ClientError) as raised:
            call(plan())
    # Lambda names an error by its class, and the state machine goes by that.
    assert type(raised.value).__name__ == "LimitExceededException"
    assert exporting.exported(plan())["done"] is True


def switch_recovery_off() -> None:
    connect("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (places.delete_table, "TableNotFoundException"),
        (switch_recovery_off, "PointInTimeRecoveryUnavailableException"),
    ],
)
def test_a_table_that_cannot_be_exported_is_told(prepare: Any, code: str) -> None:
    found = plan()
    prepare()
    with pytest.raises(RefusedError, match=rf"refuses to export table orders, .* \({code}"):
        call(found)


def test_a_time_out_of_reach_is_told() -> None:
    early = exporting.hours_ago(24).isoformat()
    with pytest.raises(RefusedError, match="InvalidExportTimeException"):
        call(plan(**{"from": early, "to": early}))
    assert exports() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda kms, key: kms.delete_alias(AliasName=exporting.ALIAS),
            "there is no key arn:.*alias/exports .*deploy the template",
        ),
        (lambda kms, key: kms.disable_key(KeyId=key), "it is Disabled: see in CloudTrail"),
        (
            lambda kms, key: kms.schedule_key_deletion(KeyId=key),
            "it is PendingDeletion: see in CloudTrail",
        ),
    ],
)
def test_a_key_that_cannot_be_used_is_told_before_anything_starts(change: Any, says: str) -> None:
    change(connect("kms"), exporting.key_arn().rpartition("/")[2])
    with pytest.raises(RefusedError, match=says):
        call(plan())
    assert exports() == []
