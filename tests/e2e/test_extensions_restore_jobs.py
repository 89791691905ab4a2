"""AWS Backup on local endpoints: restores and copies, in an account or out of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.backup.models import backup_backends
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.dynamodb.models.table import Table

from tests.aws_extensions import copy_jobs, recovery_points, restore_jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
THERE = {"account_id": "222222222222", "region": "eu-west-1"}
ROLE = {"IamRoleArn": "arn:aws:iam::111111111111:role/backup"}
ARN = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"


def code(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


def recorded(client: Any) -> tuple[Any, set[str]]:
    called: set[str] = set()
    client.meta.events.register(
        "before-call", lambda model, **_: called.add(xform_name(model.name))
    )
    return client, called


@pytest.fixture
def point(local_aws: LocalAws) -> str:
    """The ARN of a point in the vault `here` of a table with two items, which has one more now."""
    local_aws.reset()
    api, dynamodb = (local_aws.client(name, **HERE) for name in ("backup", "dynamodb"))
    api.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": True})
    api.create_backup_vault(BackupVaultName="here")
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        Tags=[{"Key": "owner", "Value": "me"}],
    )
    put(dynamodb, "one", "two")
    started = api.start_backup_job(BackupVaultName="here", ResourceArn=ARN, **ROLE)
    put(dynamodb, "late")
    return str(started["RecoveryPointArn"])


def put(dynamodb: Any, *keys: str) -> None:
    for key in keys:
        dynamodb.put_item(TableName="orders", Item={"id": {"S": key}})


def keys(dynamodb: Any, name: str) -> list[str]:
    return sorted(item["id"]["S"] for item in dynamodb.scan(TableName=name)["Items"])


def ended(api: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Look twice at a job that was started."""
    shown = [api.describe_restore_job(RestoreJobId=job["RestoreJobId"]) for _ in range(2)]
    assert shown[0]["Status"] == "RUNNING"
    return dict(shown[1])


def test_a_restore_job_runs_and_brings_back_what_the_point_holds(
    local_aws: LocalAws, point: str
) -> None:
    api, called = recorded(local_aws.client("backup", **HERE))
    dynamodb = local_aws.client("dynamodb", **HERE)
    asked: dict[str, Any] = {"RecoveryPointArn": point, **ROLE, "IdempotencyToken": "once"}
    asked["Metadata"] = {"targetTableName": "back"}
    job = api.start_restore_job(**asked)
    assert api.start_restore_job(**asked)["RestoreJobId"] == job["RestoreJobId"]
    assert dynamodb.describe_table(TableName="back")["Table"]["TableStatus"] == "CREATING"
    done = ended(api, job)
    assert (done["Status"], done["SourceResourceArn"]) == ("COMPLETED", ARN)
    table = dynamodb.describe_table(TableName="back")["Table"]
    assert done["CreatedResourceArn"] == table["TableArn"]
    assert table["RestoreSummary"]["SourceTableArn"] == ARN
    assert table["SSEDescription"]["SSEType"] == "KMS"  # as the table had it
    assert keys(dynamodb, "back") == ["one", "two"]
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == []

    told = api.get_restore_job_metadata(RestoreJobId=job["RestoreJobId"])
    assert told["Metadata"] == asked["Metadata"]
    where = {"BackupVaultName": "here", "RecoveryPointArn": point}
    told = api.get_recovery_point_restore_metadata(**where)
    assert told["RestoreMetadata"]["originalTableName"] == "orders"
    (listed,) = api.list_restore_jobs(ByStatus="COMPLETED")["RestoreJobs"]
    assert listed["RestoreJobId"] == job["RestoreJobId"]
    assert api.list_restore_jobs(ByCreatedAfter=utcnow() + timedelta(days=1))["RestoreJobs"] == []
    unknown = "00000000-0000-0000-0000-000000000000"
    refused = code(api.describe_restore_job, RestoreJobId=unknown)
    assert refused == "ResourceNotFoundException"
    assert called >= {operation.__name__ for operation in restore_jobs.OPERATIONS}


def test_a_restore_job_fails_where_the_target_exists(local_aws: LocalAws, point: str) -> None:
    api = local_aws.client("backup", **HERE)
    metadata = {"targetTableName": "orders"}
    job = api.start_restore_job(RecoveryPointArn=point, Metadata=metadata, **ROLE)
    done = ended(api, job)
    assert (done["Status"], done["StatusMessage"]) == ("FAILED", "Table already exists: orders")


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"targetTableName": "back", "billingMode": "PAY_PER_REQUEST"},
        {"targetTableName": "back", "encryptionType": "Default", "kmsMasterKeyArn": "arn:aws:kms:"},
        {"targetTableName": "back", "encryptionType": "AES256"},
        {"targetTableName": "back", "kmsMasterKeyArn": "alias/mine", "encryptionType": "KMS"},
    ],
)
def test_metadata_that_aws_does_not_take_is_refused(
    local_aws: LocalAws, point: str, metadata: dict[str, str]
) -> None:
    api = local_aws.client("backup", **HERE)
    refused = code(api.start_restore_job, RecoveryPointArn=point, Metadata=metadata, **ROLE)
    assert refused == "InvalidParameterValueException"


def test_the_encryption_is_the_one_that_is_asked_for(local_aws: LocalAws, point: str) -> None:
    api, dynamodb = (local_aws.client(name, **HERE) for name in ("backup", "dynamodb"))
    kms = local_aws.client("kms", **HERE)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    for name, encryption in (
        ("owned", {"encryptionType": "Default"}),
        ("managed", {"encryptionType": "KMS"}),
        ("mine", {"encryptionType": "KMS", "kmsMasterKeyArn": key}),
    ):
        metadata = {"targetTableName": name, **encryption}
        ended(api, api.start_restore_job(RecoveryPointArn=point, Metadata=metadata, **ROLE))
    assert "SSEDescription" not in dynamodb.describe_table(TableName="owned")["Table"]
    key_of_aws = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    managed = dynamodb.describe_table(TableName="managed")["Table"]
    assert managed["SSEDescription"]["KMSMasterKeyArn"] == key_of_aws
    table = dynamodb.describe_table(TableName="mine")["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key
    kms.disable_key(KeyId=key.rpartition("/")[2])
    metadata["targetTableName"] = "locked-out"
    job = api.start_restore_job(RecoveryPointArn=point, Metadata=metadata, **ROLE)
    assert "is Disabled" in ended(api, job)["StatusMessage"]


def copied(local_aws: LocalAws, point: str, *, allowed: bool = True) -> dict[str, Any]:
    """Copy the point to the other account; return the job as it ended."""
    api, away = (local_aws.client("backup", **where) for where in (HERE, THERE))
    vault = away.create_backup_vault(BackupVaultName="there")["BackupVaultArn"]
    statement = {"Effect": "Allow", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    statement["Principal"] = {"AWS": "arn:aws:iam::111111111111:root"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement] if allowed else []})
    away.put_backup_vault_access_policy(BackupVaultName="there", Policy=policy)
    request = {"RecoveryPointArn": point, "DestinationBackupVaultArn": vault, **ROLE}
    request |= {"SourceBackupVaultName": "here", "IdempotencyToken": "once"}
    job = {"CopyJobId": api.start_copy_job(**request)["CopyJobId"]}
    assert api.start_copy_job(**request)["CopyJobId"] == job["CopyJobId"]
    assert api.describe_copy_job(**job)["CopyJob"]["State"] == "RUNNING"
    return dict(api.describe_copy_job(**job)["CopyJob"])


def test_a_copy_outlives_the_account_it_came_from(local_aws: LocalAws, point: str) -> None:
    api = local_aws.client("backup", **HERE)
    job = copied(local_aws, point)
    assert (job["State"], job["SourceRecoveryPointArn"]) == ("COMPLETED", point)
    (listed,) = api.list_copy_jobs(ByResourceArn=ARN, ByState="COMPLETED")["CopyJobs"]
    assert listed["CopyJobId"] == job["CopyJobId"]
    local_aws.client("dynamodb", **HERE).delete_table(TableName="orders")
    api.delete_recovery_point(BackupVaultName="here", RecoveryPointArn=point)
    api.delete_backup_vault(BackupVaultName="here")

    away, tables = (local_aws.client(name, **THERE) for name in ("backup", "dynamodb"))
    (copy,) = away.list_recovery_points_by_backup_vault(BackupVaultName="there")["RecoveryPoints"]
    assert (copy["RecoveryPointArn"], copy["ResourceArn"]) == (
        job["DestinationRecoveryPointArn"],
        ARN,
    )
    metadata = {"targetTableName": "orders"}
    request = {"RecoveryPointArn": copy["RecoveryPointArn"], "Metadata": metadata}
    refused = ended(away, away.start_restore_job(**request))
    assert "needs encryptionType" in refused["StatusMessage"]
    metadata["encryptionType"] = "Default"
    assert ended(away, away.start_restore_job(**request))["Status"] == "COMPLETED"
    table = tables.describe_table(TableName="orders")["Table"]
    assert table["TableArn"] == "arn:aws:dynamodb:eu-west-1:222222222222:table/orders"
    assert keys(tables, "orders") == ["one", "two"]


def test_a_vault_that_does_not_let_the_account_copy_gets_no_copy(
    local_aws: LocalAws, point: str
) -> None:
    job = copied(local_aws, point, allowed=False)
    assert (job["State"], "Access Denied" in job["StatusMessage"]) == ("FAILED", True)
    away = local_aws.client("backup", **THERE)
    points = away.list_recovery_points_by_backup_vault(BackupVaultName="there")
    assert points["RecoveryPoints"] == []


def test_a_point_that_dynamodb_manages_is_not_copied(local_aws: LocalAws, point: str) -> None:
    api = local_aws.client("backup", **HERE)
    vault = api.describe_backup_vault(BackupVaultName="here")["BackupVaultArn"]
    api.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": False})
    job = api.start_backup_job(BackupVaultName="here", ResourceArn=ARN, **ROLE)
    request = {"SourceBackupVaultName": "here", "DestinationBackupVaultArn": vault, **ROLE}
    request["RecoveryPointArn"] = job["RecoveryPointArn"]
    assert code(api.start_copy_job, **request) == "InvalidRequestException"


@mock_aws
def test_a_point_in_cold_storage_or_not_completed_is_refused() -> None:
    """In this process: on the endpoints no time passes."""
    backend = backup_backends["111111111111"]["eu-central-1"]
    vault = backend.create_backup_vault("here", {}, "", "")
    table = Table("t", account_id="1", region="eu-central-1", schema=[], attr=[])
    about = dict.fromkeys(("ResourceArn", "ResourceType", "ResourceName"), "x")
    point = recovery_points.keep(vault, "a:recovery-point:b", about, {}, table)
    point["CalculatedLifecycle"]["MoveToColdStorageAt"] = utcnow()
    copy = {"SourceBackupVaultName": "here", "RecoveryPointArn": "a:recovery-point:b", **ROLE}
    copy["DestinationBackupVaultArn"] = "arn:aws:backup:eu-west-1:222222222222:backup-vault:there"
    with pytest.raises(JsonRESTError, match="cold storage"):
        copy_jobs.start_copy_job(backend, copy)
    point["Status"] = "EXPIRED"
    restore = {"RecoveryPointArn": "a:recovery-point:b", "Metadata": {"targetTableName": "t"}}
    with pytest.raises(JsonRESTError, match="is EXPIRED"):
        restore_jobs.start_restore_job(backend, restore)
