"""AWS Backup: backup jobs that end at once, and the recovery points they make."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from moto.backup.models import backup_backends
from moto.backup.responses import BackupResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Backup
from moto.moto_api._internal import mock_random

from .backup import MANAGEMENT, REGION_SETTINGS, _named, _not_found, _vault
from .backup_jobs import idempotent
from .operations import add_operations, state

if TYPE_CHECKING:
    from moto.backup.models import BackupBackend, Vault
    from moto.dynamodb.models.table import Table

    Request = dict[str, Any]

MOST_AT_ONCE = 1000
_DAYS = (("MoveToColdStorageAfterDays", "MoveToColdStorageAt"), ("DeleteAfterDays", "DeleteAt"))
_NOT_LISTED = ("StorageClass",)  # only DescribeRecoveryPoint tells it


@idempotent
def start_backup_job(backend: BackupBackend, request: Request) -> dict[str, Any]:
    """Back up a table: as DynamoDB's own backup, unless the Region's settings manage DynamoDB."""
    vault, resource = _vault(backend, request), request["ResourceArn"]
    _, _, service, region, account_id, name = resource.split(":", 5)
    tables = dynamodb_backends[account_id][region]
    if service != "dynamodb" or name.removeprefix("table/") not in tables.tables:
        raise invalid(f"{resource} cannot be backed up")
    table = tables.tables[name.removeprefix("table/")]
    settings = REGION_SETTINGS[MANAGEMENT] | state(backend, MANAGEMENT)
    if settings["DynamoDB"]:
        arn = new_arn(backend)
    else:
        native = Backup(account_id, region, "awsbackup_job", table, type_="AWS_BACKUP")
        tables.backups[native.arn] = native
        arn = native.arn
    size = table.describe()["TableDescription"]["TableSizeBytes"]
    about = {
        "ResourceArn": resource,
        "ResourceType": "DynamoDB",
        "ResourceName": table.name,
        "IamRoleArn": request["IamRoleArn"],
        "BackupSizeInBytes": size,
    }
    point = keep(vault, arn, about, request.get("Lifecycle", {}), deepcopy(table))
    return {
        "BackupJobId": str(mock_random.uuid4()),
        "RecoveryPointArn": arn,
        "CreationDate": point["CreationDate"],
    }


def list_recovery_points_by_backup_vault(
    backend: BackupBackend, request: Request
) -> dict[str, Any]:
    """Newest first, in pages; of the filters, those by resource."""
    points = reversed(state(_vault(backend, request), "points").values())
    filters = {"ByResourceArn": "ResourceArn", "ByResourceType": "ResourceType"}
    wanted = {shown: request[name] for name, shown in filters.items() if name in request}
    found = [point for point in points if wanted.items() <= point.items()]
    start = int(request.get("NextToken", 0))
    end = start + request.get("MaxResults", MOST_AT_ONCE)
    page = [
        {member: value for member, value in point.items() if member not in _NOT_LISTED}
        for point in found[start:end]
    ]
    more = {"NextToken": str(end)} if end < len(found) else {}
    return {"RecoveryPoints": page} | more


def describe_recovery_point(backend: BackupBackend, request: Request) -> dict[str, Any]:
    return point_of(_vault(backend, request), request["RecoveryPointArn"])


def delete_recovery_point(backend: BackupBackend, request: Request) -> None:
    vault, arn = _vault(backend, request), request["RecoveryPointArn"]
    resource = point_of(vault, arn)["ResourceArn"]
    if vault.locked:
        raise refused(f"Backup vault {vault.backup_vault_name} is locked")
    del state(vault, "points")[arn], state(vault, "snapshots")[arn]
    vault.num_of_recovery_points -= 1
    _, _, _, region, account_id, _ = resource.split(":", 5)
    dynamodb_backends[account_id][region].backups.pop(arn, None)


def point_of(vault: Vault, arn: str) -> dict[str, Any]:
    """Return a point, in cold storage from the day on that its lifecycle says."""
    points = state(vault, "points")
    if arn not in points:
        raise _not_found(f"Recovery point {arn}")
    point: dict[str, Any] = points[arn]
    moves = point["CalculatedLifecycle"].get("MoveToColdStorageAt")
    if moves is not None and moves <= utcnow():
        point["StorageClass"] = "COLD"
    return point


def snapshot_of(vault: Vault, point: dict[str, Any]) -> Table:
    """Return the table as it was when it was backed up."""
    table: Table = state(vault, "snapshots")[point["RecoveryPointArn"]]
    return table


def keep(
    vault: Vault, arn: str, about: dict[str, Any], lifecycle: Request, snapshot: Table
) -> dict[str, Any]:
    """Put a point into a vault; it outlives the table, and whatever made it."""
    now = utcnow()
    dates = {at: now + timedelta(days=lifecycle[d]) for d, at in _DAYS if lifecycle.get(d, -1) > 0}
    point = _named(vault) | about
    point |= {"RecoveryPointArn": arn, "Status": "COMPLETED", "StorageClass": "WARM"}
    point |= {"CreationDate": now, "CompletionDate": now, "IsEncrypted": True}
    point |= {"Lifecycle": lifecycle, "CalculatedLifecycle": dates}
    state(vault, "points")[arn] = point
    state(vault, "snapshots")[arn] = snapshot
    vault.num_of_recovery_points += 1
    return point


def new_arn(backend: BackupBackend) -> str:
    place = f"{backend.region_name}:{backend.account_id}"
    return f"arn:{backend.partition}:backup:{place}:recovery-point:{mock_random.uuid4()}"


def invalid(message: str) -> JsonRESTError:
    return JsonRESTError("InvalidParameterValueException", message)


def refused(message: str) -> JsonRESTError:
    return JsonRESTError("InvalidRequestException", message)


OPERATIONS = (
    start_backup_job,
    list_recovery_points_by_backup_vault,
    describe_recovery_point,
    delete_recovery_point,
)


def install() -> None:
    """Add the operations above to moto, beside those of `backup`."""
    add_operations(BackupResponse, backup_backends, *OPERATIONS)
