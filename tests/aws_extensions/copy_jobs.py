"""AWS Backup: copies of recovery points into vaults of any account and Region."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.backup.models import backup_backends
from moto.backup.responses import BackupResponse
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

from . import backup_jobs
from .backup import _vault
from .backup_jobs import Job, idempotent
from .operations import add_operations, state
from .recovery_points import keep, new_arn, point_of, refused, snapshot_of

if TYPE_CHECKING:
    from moto.backup.models import BackupBackend, Vault

    Request = dict[str, Any]

FILTERS = {
    "ByAccountId": "AccountId",
    "ByDestinationVaultArn": "DestinationBackupVaultArn",
    "ByResourceArn": "ResourceArn",
    "ByResourceType": "ResourceType",
    "BySourceRecoveryPointArn": "SourceRecoveryPointArn",
    "ByState": "State",
}
COPY_INTO = ("*", "backup:*", "backup:CopyIntoBackupVault")


@idempotent
def start_copy_job(backend: BackupBackend, request: Request) -> dict[str, Any]:
    """Copy a point; the copy names the same resource, and is there before its job has ended."""
    source = _vault(backend, {"BackupVaultName": request["SourceBackupVaultName"]})
    point = point_of(source, request["RecoveryPointArn"])
    if ":recovery-point:" not in point["RecoveryPointArn"]:
        raise refused("AWS Backup does not fully manage the point")
    _, _, _, region, account_id, _, name = request["DestinationBackupVaultArn"].split(":")
    if point["StorageClass"] == "COLD" and account_id != backend.account_id:
        raise refused("A point in cold storage cannot be copied to another account")
    there = backup_backends[account_id][region]
    vault = _vault(there, {"BackupVaultName": name})
    same = ("ResourceArn", "ResourceType", "ResourceName", "BackupSizeInBytes")
    about = {member: point[member] for member in same} | {"IamRoleArn": request["IamRoleArn"]}
    shown = about | {
        "AccountId": backend.account_id,
        "CopyJobId": str(mock_random.uuid4()),
        "CreationDate": utcnow(),
        "SourceBackupVaultArn": source.backup_vault_arn,
        "SourceRecoveryPointArn": point["RecoveryPointArn"],
        "DestinationBackupVaultArn": vault.backup_vault_arn,
        "State": "RUNNING",
    }
    if _accepts(there, vault, backend.account_id):
        arn = new_arn(there)
        about["SourceBackupVaultArn"] = source.backup_vault_arn
        keep(vault, arn, about, request.get("Lifecycle", {}), snapshot_of(source, point))
        result = {"State": "COMPLETED", "DestinationRecoveryPointArn": arn}
    else:
        message = "Access Denied trying to call AWS Backup service"
        result = {"State": "FAILED", "StatusMessage": message}
    job = Job(shown=shown, end=lambda: result | {"CompletionDate": utcnow()})
    state(backend, "copies")[shown["CopyJobId"]] = job
    return {name: shown[name] for name in ("CopyJobId", "CreationDate")}


def _accepts(backend: BackupBackend, vault: Vault, account_id: str) -> bool:
    """Tell whether the vault's policy lets the account copy into it; conditions are not judged."""
    if backend.account_id == account_id:
        return True
    policy = json.loads(state(backend, "policies").get(vault.backup_vault_name, "{}"))
    return any(
        statement["Effect"] == "Allow"
        and any(action in COPY_INTO for action in _list(statement.get("Action", [])))
        and _names(json.dumps(statement["Principal"]), account_id)
        for statement in policy.get("Statement", [])
    )


def _names(principal: str, account_id: str) -> bool:
    return '"*"' in principal or f'"{account_id}"' in principal or f"::{account_id}:" in principal


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def describe_copy_job(backend: BackupBackend, request: Request) -> dict[str, Any]:
    return {"CopyJob": backup_jobs.found(backend, "copies", request["CopyJobId"]).look()}


def list_copy_jobs(backend: BackupBackend, request: Request) -> dict[str, Any]:
    jobs, more = backup_jobs.listed(backend, "copies", request, FILTERS)
    return {"CopyJobs": jobs} | more


OPERATIONS = (start_copy_job, describe_copy_job, list_copy_jobs)


def install() -> None:
    """Add the operations above to moto, beside those of `backup` and `recovery_points`."""
    add_operations(BackupResponse, backup_backends, *OPERATIONS)
