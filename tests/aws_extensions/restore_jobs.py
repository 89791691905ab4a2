"""AWS Backup: jobs that restore a table from a recovery point, wherever that table was."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from moto.backup.models import backup_backends
from moto.backup.responses import BackupResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.dynamodb.models import dynamodb_backends
from moto.moto_api._internal import mock_random

from . import backup_jobs, dynamodb_moments, dynamodb_restores
from .backup import _not_found, _vault
from .backup_jobs import Job, idempotent
from .operations import add_operations, state
from .recovery_points import invalid, point_of, snapshot_of

if TYPE_CHECKING:
    from moto.backup.models import BackupBackend, Vault

    Request = dict[str, Any]

# As far as AWS documents them; others, of other services, it refuses as well.
METADATA = frozenset({"targetTableName", "originalTableName", "encryptionType", "kmsMasterKeyArn"})
FILTERS = {"ByAccountId": "AccountId", "ByResourceType": "ResourceType", "ByStatus": "Status"}


@idempotent
def start_restore_job(backend: BackupBackend, request: Request) -> dict[str, Any]:
    """Start to restore a table; what AWS finds out only then makes the job fail."""
    vault, point = _point(backend, request["RecoveryPointArn"])
    metadata = request["Metadata"]
    _check(metadata)
    if point["Status"] != "COMPLETED":
        raise invalid(f"The recovery point is {point['Status']}")
    shown = {
        "AccountId": backend.account_id,
        "BackupSizeInBytes": point["BackupSizeInBytes"],
        "BackupVaultArn": vault.backup_vault_arn,
        "CreationDate": utcnow(),
        "PercentDone": "0.00%",
        "RecoveryPointArn": point["RecoveryPointArn"],
        "RecoveryPointCreationDate": point["CreationDate"],
        "ResourceType": point["ResourceType"],
        "RestoreJobId": str(mock_random.uuid4()),
        "SourceResourceArn": point["ResourceArn"],
        "Status": "RUNNING",
    }
    if "IamRoleArn" in request:
        shown["IamRoleArn"] = request["IamRoleArn"]
    state(backend, "restores")[shown["RestoreJobId"]] = _job(backend, vault, point, metadata, shown)
    state(backend, "metadata")[shown["RestoreJobId"]] = metadata
    return {"RestoreJobId": shown["RestoreJobId"]}


def _job(
    backend: BackupBackend, vault: Vault, point: Request, metadata: Request, shown: Request
) -> Job:
    tables = dynamodb_backends[backend.account_id][backend.region_name]
    source = snapshot_of(vault, point)
    summary = {
        "SourceBackupArn": point["RecoveryPointArn"],
        "RestoreDateTime": point["CreationDate"],
    }
    try:
        request = {"TargetTableName": metadata["targetTableName"], **_encryption(point, metadata)}
        table = dynamodb_restores.restore(tables, source, request, deepcopy(source.items), summary)
    except JsonRESTError as error:
        failed = {"Status": "FAILED", "StatusMessage": error.message}
        return Job(shown=shown, end=lambda: failed | {"CompletionDate": utcnow()})

    def end() -> dict[str, Any]:
        dynamodb_moments.end(table)
        done = {"Status": "COMPLETED", "PercentDone": "100.00%", "CompletionDate": utcnow()}
        return done | {"CreatedResourceArn": table.table_arn}

    return Job(shown=shown, end=end)


def _check(metadata: Request) -> None:
    if not metadata.get("targetTableName"):
        raise invalid("Metadata needs targetTableName")
    if unknown := metadata.keys() - METADATA:
        raise invalid(f"Metadata has unknown keys {sorted(unknown)}")
    kind, key = metadata.get("encryptionType", "Default"), metadata.get("kmsMasterKeyArn", "")
    if kind not in {"Default", "KMS"}:
        raise invalid(f"encryptionType {kind} is neither Default nor KMS")
    if key and not (kind == "KMS" and key.startswith("arn:")):
        raise invalid("kmsMasterKeyArn is an ARN, and given only if encryptionType is KMS")


def _encryption(point: Request, metadata: Request) -> dict[str, Any]:
    """Return the encryption that is asked for; a copy from elsewhere cannot have that of its table.

    A point that DynamoDB manages gives a table with a key that AWS owns.
    """
    if "encryptionType" in metadata:
        given = metadata.get("kmsMasterKeyArn")  # without it, the key that AWS manages
        key = {"SSEType": "KMS", **({"KMSMasterKeyId": given} if given else {})}
        asked = {"Enabled": True, **key} if metadata["encryptionType"] == "KMS" else {}
        return {"SSESpecificationOverride": asked or {"Enabled": False}}
    if ":recovery-point:" not in point["RecoveryPointArn"]:
        return {"SSESpecificationOverride": {"Enabled": False}}
    if point["RecoveryPointArn"].split(":")[3:5] != point["ResourceArn"].split(":")[3:5]:
        raise invalid("A point of another Region or account needs encryptionType")
    return {}


def _point(backend: BackupBackend, arn: str) -> tuple[Vault, dict[str, Any]]:
    for vault in backend.vaults.values():
        if arn in state(vault, "points"):
            return vault, point_of(vault, arn)
    raise _not_found(f"Recovery point {arn}")


def describe_restore_job(backend: BackupBackend, request: Request) -> dict[str, Any]:
    return backup_jobs.found(backend, "restores", request["RestoreJobId"]).look()


def list_restore_jobs(backend: BackupBackend, request: Request) -> dict[str, Any]:
    jobs, more = backup_jobs.listed(backend, "restores", request, FILTERS)
    return {"RestoreJobs": jobs} | more


def get_restore_job_metadata(backend: BackupBackend, request: Request) -> dict[str, Any]:
    backup_jobs.found(backend, "restores", request["RestoreJobId"])
    metadata = state(backend, "metadata")[request["RestoreJobId"]]
    return {"RestoreJobId": request["RestoreJobId"], "Metadata": metadata}


def get_recovery_point_restore_metadata(backend: BackupBackend, request: Request) -> dict[str, Any]:
    vault = _vault(backend, request)
    point = point_of(vault, request["RecoveryPointArn"])
    return {
        "BackupVaultArn": vault.backup_vault_arn,
        "RecoveryPointArn": point["RecoveryPointArn"],
        "ResourceType": point["ResourceType"],
        "RestoreMetadata": {
            "originalTableName": point["ResourceName"],
            "encryptionType": "Default",
        },
    }


OPERATIONS = (
    start_restore_job,
    describe_restore_job,
    list_restore_jobs,
    get_restore_job_metadata,
    get_recovery_point_restore_metadata,
)


def install() -> None:
    """Add the operations above to moto, beside those of `backup` and `recovery_points`."""
    add_operations(BackupResponse, backup_backends, *OPERATIONS)
