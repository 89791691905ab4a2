"""Whatever call of a restore fails, in whichever way: it ends right or says so, and never twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from moto.backup.models import backup_backends

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.settings_store import key_of
from blueprints.functions.fetch_copy.handler import fetch
from blueprints.functions.plan_restore.handler import plan
from blueprints.functions.restore_table.handler import restore
from tests.aws_extensions.operations import state
from tests.unit.functions import places, tables
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import ACCOUNT, BUCKET, REGION, connect, event, every_client
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_places")

ERRORS = (ClientError, BotoCoreError, RefusedError)
TIMES = (1, FOR_EVER)
MOST_LOOKS = 12


# --- the plan -------------------------------------------------------------------------------------


def _window() -> dict[str, Any]:
    places.create_table(days=35)
    key = connect("kms").create_key()["KeyMetadata"]["KeyId"]
    connect("kms").create_alias(AliasName="alias/orders", TargetKeyId=key)
    body = json.dumps(tables.settings()).encode()
    connect("s3").put_object(Bucket=BUCKET, Key=key_of(ARN, datetime.now(UTC)), Body=body)
    encryption = {"type": "KMS", "key": "alias/orders"}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"settings": None, "encryption": encryption, "point": {"at": at}}


def _native() -> dict[str, Any]:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    places.delete_table()
    found = plan(connect, event(), datetime.now(UTC))
    connect("dynamodb").restore_table_from_backup(**found["parameters"])
    return _reported()


def _job() -> dict[str, Any]:
    places.create_table()
    places.backed_up()
    places.delete_table()
    found = plan(connect, event(), datetime.now(UTC))
    connect("backup").start_restore_job(**found["parameters"])
    job = next(iter(state(backup_backends[ACCOUNT][REGION], "restores").values()))
    job.look = lambda: dict(job.shown)  # so that it goes on running
    return _reported()


def _reported() -> dict[str, Any]:
    body = json.dumps({"status": "FAILED"}).encode()
    connect("s3").put_object(Bucket=BUCKET, Key=f"restores/{TABLE}/run-0.json", Body=body)
    return {}


def _copy() -> dict[str, Any]:
    places.create_table()
    own = places.backed_up()
    copy = places.archived(own)
    places.forget(own)
    places.delete_table()
    return {"point": {"id": copy}}


READS = (
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:ListBackups",
    "backup:ListRecoveryPointsByBackupVault",
    "dynamodb:DescribeTable",
)
PLANS: Mapping[str, tuple[Callable[[], dict[str, Any]], tuple[str, ...]]] = {
    "window": (_window, (*READS, "s3:ListObjectsV2", "s3:GetObject", "kms:DescribeKey")),
    "native": (
        _native,
        (
            *READS,
            "s3:ListObjectsV2",
            "s3:GetObject",
            "dynamodb:DescribeBackup",
            "cloudformation:DescribeStackResource",
        ),
    ),
    "job": (_job, (*READS, "backup:ListRestoreJobs", "backup:GetRestoreJobMetadata")),
    "copy": (_copy, (*READS, "backup:ListCopyJobs", "backup:DescribeBackupVault")),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_the_same_or_says_what_it_lacks(name: str) -> None:
    prepare, operations = PLANS[name]
    payload = event(run=places.execution(ago=0), **prepare())
    expected = plan(connect, payload, datetime.now(UTC))
    for operation in operations:
        for fault in FAULTS:
            for times in TIMES:
                _plan_with(payload, expected, operation, fault, times)
    assert plan(connect, payload, datetime.now(UTC)) == expected


def _plan_with(
    payload: dict[str, Any], expected: dict[str, Any], operation: str, fault: Fault, times: int
) -> None:
    interceptor = Interceptor()
    with interceptor.on(every_client()):
        interceptor.fail(operation, fault, times)
        try:
            found = plan(connect, payload, datetime.now(UTC))
        except ERRORS:
            found = expected
        assert interceptor.times < times, f"{operation} was never called"
    lacking = {"why", "parameters", "source"}
    same = {key: each for key, each in found.items() if key not in lacking}
    assert same == {key: each for key, each in expected.items() if key not in lacking}
    assert found["source"]["id"] == expected["source"]["id"]
    assert found == expected or "may hold more" in found["why"] or fault.lasting


# --- the copy and the restore ---------------------------------------------------------------------


def _driven(work: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Return the last answer of a function that is called as the state machine does."""
    answer: dict[str, Any] = {}
    for _ in range(MOST_LOOKS):
        try:
            answer = work(answer)
        except (ClientError, BotoCoreError):
            continue
        if answer["done"]:
            return answer
    raise AssertionError(answer)


def _interrupted(
    work: Callable[[dict[str, Any]], dict[str, Any]], operation: str, fault: Fault, times: int
) -> dict[str, Any]:
    """Let a run meet the fault, forget it, and return the end of the next run."""
    interceptor = Interceptor()
    with interceptor.on(every_client()):
        interceptor.fail(operation, fault, times)
        answer: dict[str, Any] = {}
        for _ in range(MOST_LOOKS):
            try:
                answer = work(answer)
            except ERRORS as error:
                if isinstance(error, RefusedError) or times == FOR_EVER:
                    break
            if answer.get("done"):
                break
        assert interceptor.times < times, f"{operation} was never called"
    return _driven(work)


CALLS = {
    "RestoreTableToPointInTime": (
        "dynamodb:RestoreTableToPointInTime",
        "dynamodb:DescribeTable",
    ),
    "RestoreTableFromBackup": ("dynamodb:RestoreTableFromBackup", "dynamodb:DescribeTable"),
    "StartRestoreJob": (
        "backup:StartRestoreJob",
        "backup:ListRestoreJobs",
        "backup:DescribeRestoreJob",
        "dynamodb:DescribeTable",
    ),
}


@pytest.mark.parametrize("operation", CALLS)
def test_one_table_is_restored_whatever_fails(operation: str) -> None:
    places.create_table(**({"days": 35} if operation.endswith("InTime") else {}))
    if operation == "RestoreTableFromBackup":
        connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    elif operation == "StartRestoreJob":
        places.backed_up()
    cases = [
        (failing, fault, times)
        for failing in CALLS[operation]
        for fault in FAULTS
        for times in TIMES
    ]
    for number, (failing, fault, times) in enumerate(cases):
        name = f"{TABLE}-{number}"
        found = plan(connect, event(target_name=name), datetime.now(UTC))
        assert found["operation"] == operation

        def work(previous: dict[str, Any], found: dict[str, Any] = found) -> dict[str, Any]:
            payload = {"plan": found, "copy": {}, "previous": previous}
            return restore(connect, payload, datetime.now(UTC))

        answer = _interrupted(work, failing, fault, times)
        table = connect("dynamodb").describe_table(TableName=name)["Table"]
        assert answer["table_id"] == table["TableId"]
        jobs = connect("backup").list_restore_jobs()["RestoreJobs"]
        assert len(jobs) == (number + 1 if operation == "StartRestoreJob" else 0), (failing, fault)


@pytest.mark.parametrize(
    "failing",
    [
        "backup:StartCopyJob",
        "backup:ListCopyJobs",
        "backup:DescribeCopyJob",
        "backup:DescribeRecoveryPoint",
    ],
)
def test_one_copy_is_fetched_whatever_fails(failing: str) -> None:
    found = plan(connect, event(**_copy()), datetime.now(UTC))

    def work(previous: dict[str, Any]) -> dict[str, Any]:
        return fetch(connect, {"plan": found, "previous": previous}, datetime.now(UTC))

    for fault in FAULTS:
        for times in TIMES:
            if failing == "backup:DescribeRecoveryPoint":
                _driven(work)  # it looks whether a copy of before is still there
            answer = _interrupted(work, failing, fault, times)
            listed = connect("backup").list_recovery_points_by_backup_vault(BackupVaultName="main")
            (point,) = listed["RecoveryPoints"]
            assert answer["recovery_point_arn"] == point["RecoveryPointArn"], (failing, fault)
            places.forget(point["RecoveryPointArn"])
