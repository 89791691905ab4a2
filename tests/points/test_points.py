"""States, locks, storage classes and pages of what AWS answers, in the shapes of its model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from generator.points import native, vaults
from generator.points.model import Found, Place
from generator.points.vaults import VaultPlace

NOW = datetime(2026, 11, 21, 3, 12, tzinfo=UTC)
HOME = Place(account_id="111111111111", region="eu-central-1")
TABLE = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
VAULT = VaultPlace(name="long", place=HOME, copies=False, copy_back=False, absent="deploy it")
GIB = 1024**3


def client(service: str) -> Any:
    return boto3.client(service, region_name="eu-central-1")


def arn(number: int, place: Place = HOME) -> str:
    end = f"recovery-point:1eb3b5e7-9eb0-435a-a80b-{number:012d}"
    return f"arn:aws:backup:{place.region}:{place.account_id}:{end}"


def listed(number: int, **members: Any) -> dict[str, Any]:
    return {
        "RecoveryPointArn": arn(number),
        "ResourceArn": TABLE,
        "Status": "COMPLETED",
        "CreationDate": NOW - timedelta(days=number),
        "BackupSizeInBytes": 10 * GIB,
        **members,
    }


def read(*pages: list[dict[str, Any]], after: Any = None) -> Found:
    """Read a vault of those pages; `after` adds the answers to what is asked then."""
    api = client("backup")
    with Stubber(api) as stubber:
        for number, page in enumerate(pages, start=1):
            more = {"NextToken": str(number)} if number < len(pages) else {}
            answer = {"RecoveryPoints": page} | more
            stubber.add_response("list_recovery_points_by_backup_vault", answer)
        (after or locked)(stubber)
        found = vaults.points(api, VAULT, TABLE, NOW)
        stubber.assert_no_pending_responses()
    return found


def locked(stubber: Stubber, **members: Any) -> None:
    stubber.add_response("describe_backup_vault", {"Locked": True, **members})


@pytest.mark.parametrize("status", ["CREATING", "PARTIAL", "EXPIRED", "STOPPED", "DELETING"])
def test_what_is_not_complete_is_shown_and_unusable(status: str) -> None:
    (point,) = read([listed(1, Status=status, StatusMessage="why\nnot")]).points
    assert (point.status, point.unusable) == (status, f"it is {status}")
    assert point.notes == ("why\\nnot",)


@pytest.mark.parametrize("status", ["COMPLETED", "AVAILABLE"])
def test_what_is_complete_is_usable_until_its_retention_ends(status: str) -> None:
    ends = {"CalculatedLifecycle": {"DeleteAt": NOW}}
    later = {"CalculatedLifecycle": {"DeleteAt": NOW + timedelta(seconds=1)}}
    expired, usable = read(
        [listed(1, Status=status, **ends), listed(2, Status=status, **later)]
    ).points
    assert expired.unusable == "its retention has ended: AWS Backup deletes it"
    assert usable.unusable is None


def test_the_storage_class_is_asked_for_where_a_move_was_due() -> None:
    due = {"CalculatedLifecycle": {"MoveToColdStorageAt": NOW - timedelta(days=1)}}
    not_due = {"CalculatedLifecycle": {"MoveToColdStorageAt": NOW + timedelta(days=1)}}

    def after(stubber: Stubber) -> None:
        locked(stubber)
        for storage in ("COLD", "WARM", "DELETED"):
            stubber.add_response("describe_recovery_point", {"StorageClass": storage})
        stubber.add_client_error("describe_recovery_point", "AccessDeniedException")

    found = read([listed(n, **due) for n in range(1, 5)] + [listed(5, **not_due)], after=after)
    assert [point.cold_storage for point in found.points] == [True, False, None, None, False]
    assert found.points[2].unusable == "it is deleted"
    (problem,) = found.unreadable
    assert problem.source == f"the storage class of {arn(4)}"


def test_what_was_read_before_a_failure_is_kept_and_the_failure_named() -> None:
    def after(stubber: Stubber) -> None:
        stubber.add_response(
            "list_recovery_points_by_backup_vault",
            {"RecoveryPoints": [listed(1)], "NextToken": "1"},
        )
        stubber.add_client_error("list_recovery_points_by_backup_vault", "ThrottlingException")
        locked(stubber)

    found = read(after=after)
    assert [point.id for point in found.points] == [arn(1)]
    assert [each.source for each in found.unreadable] == ["the rest of vault long"]


def test_every_page_of_a_vault_is_read_and_other_resources_are_not_listed() -> None:
    other = listed(3, ResourceArn=f"{TABLE}-2")
    assert {p.id for p in read([listed(1), other], [listed(2)]).points} == {arn(1), arn(2)}


@pytest.mark.parametrize(
    ("members", "lock"),
    [
        ({"Locked": False}, ("none", None)),
        ({}, ("governance", None)),
        ({"LockDate": NOW}, ("compliance", NOW)),
    ],
)
def test_the_lock_is_the_one_the_vault_has(members: dict[str, Any], lock: Any) -> None:
    (point,) = read([listed(1)], after=lambda stubber: locked(stubber, **members)).points
    assert (point.lock, point.lock_date) == lock


def test_native_backups_of_all_types_and_states() -> None:
    def summary(kind: str, status: str = "AVAILABLE", **members: Any) -> dict[str, Any]:
        created = {"BackupCreationDateTime": NOW - timedelta(days=1), "BackupStatus": status}
        made = f"{TABLE}/backup/0000000000000{len(kind)}-{status}-{len(members)}-abcdef"
        return {
            **created,
            "TableArn": TABLE,
            "BackupArn": made,
            "BackupName": kind,
            "BackupType": kind,
            **members,
        }

    api = client("dynamodb")
    with Stubber(api) as stubber:
        gone = summary("SYSTEM", BackupExpiryDateTime=NOW)
        first = [summary("USER"), summary("USER", "CREATING"), summary("SYSTEM"), gone]
        stubber.add_response(
            "list_backups", {"BackupSummaries": first}, {"TableName": "orders", "BackupType": "ALL"}
        )
        stubber.add_response("list_backups", {"BackupSummaries": [summary("AWS_BACKUP")]})
        points = native.backups(api, TABLE, HOME, NOW).points
    assert [(p.source, p.unusable) for p in points] == [
        ("user_backup", None),
        ("user_backup", "it is CREATING"),
        ("system_backup", None),
        ("system_backup", "its retention has ended: DynamoDB deletes it"),
        ("aws_backup", None),
    ]
    assert {point.size_bytes for point in points} == {None}


@pytest.mark.parametrize(
    ("answer", "empty"),
    [
        ({}, "point-in-time recovery: switched off"),
        (
            {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}},
            "point-in-time recovery: no time can be restored yet",
        ),
    ],
)
def test_no_window_is_said(answer: dict[str, Any], empty: str) -> None:
    api = client("dynamodb")
    with Stubber(api) as stubber:
        description = {"ContinuousBackupsStatus": "ENABLED", **answer}
        whole = {"ContinuousBackupsDescription": description}
        stubber.add_response("describe_continuous_backups", whole)
        assert native.window(api, "orders", HOME, None) == Found(empty=(empty,), exists=True)


def test_the_window_is_as_large_as_the_table_with_its_indexes() -> None:
    recovery = {
        "PointInTimeRecoveryStatus": "ENABLED",
        "EarliestRestorableDateTime": NOW - timedelta(days=35),
        "LatestRestorableDateTime": NOW - timedelta(minutes=5),
    }
    description = {
        "TableSizeBytes": 5,
        "GlobalSecondaryIndexes": [{"IndexSizeBytes": 7}],
        "LocalSecondaryIndexes": [{"IndexSizeBytes": 11}],
    }
    api = client("dynamodb")
    with Stubber(api) as stubber:
        answer = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
        stubber.add_response(
            "describe_continuous_backups", {"ContinuousBackupsDescription": answer}
        )
        (point,) = native.window(api, "orders", HOME, description).points
    assert point.size_bytes == 23
    assert (point.earliest, point.time) == (NOW - timedelta(days=35), NOW - timedelta(minutes=5))
