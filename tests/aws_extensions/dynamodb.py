"""DynamoDB: what CreateTable and UpdateTable forget, contributor insights, Kinesis destinations.

Also the backup that a deleted table leaves, and ListBackups by type and page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Backup, Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.kms.models import kms_backends
from moto.moto_api._internal import mock_random

from . import dynamodb_moments, dynamodb_updates
from .operations import add_operations, state

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

    Request = dict[str, Any]

RECOVERY_PERIOD_DAYS = range(1, 36)
_moto_create_table = DynamoHandler.create_table
_moto_update_table = DynamoHandler.update_table
_moto_describe = Table.describe
_moto_update_continuous_backups = DynamoHandler.update_continuous_backups
_moto_delete_table = DynamoDBBackend.delete_table
SYSTEM_BACKUP_DAYS = 35
MOST_BACKUPS_AT_ONCE = 100
BACKUP_TYPES = {"ALL": ("USER", "SYSTEM")}  # as documented; AWS_BACKUP has to be asked for


def _create_table(self: DynamoHandler) -> ActionResult:
    _moto_create_table(self)
    table = self.dynamodb_backend.get_table(self.body["TableName"])
    try:
        _remember(table, self.body)
    except JsonRESTError:  # as without the key that it is to be encrypted with
        del self.dynamodb_backend.tables[table.name]
        raise
    for index in self.body.get("GlobalSecondaryIndexes", []):
        _remember_index(table, index)
    if policy := self.body.get("ResourcePolicy"):
        self.dynamodb_backend.put_resource_policy(table.table_arn, policy, None)
    return DynamoResult(table.describe())


def _update_table(self: DynamoHandler) -> ActionResult:
    table = self.dynamodb_backend.get_table(self.body["TableName"])
    dynamodb_updates.check(table, self.body)
    _moto_update_table(self)
    dynamodb_updates.finish(table, self.body)
    _remember(table, self.body)
    for change in self.body.get("GlobalSecondaryIndexUpdates", []):
        for index in change.values():
            _remember_index(table, index)
    return DynamoResult(table.describe())


def _remember(table: Table, request: Request) -> None:
    kept = state(table, "described")
    if "TableClass" in request:
        kept["TableClassSummary"] = {"TableClass": request["TableClass"]}
    if "OnDemandThroughput" in request:
        kept["OnDemandThroughput"] = request["OnDemandThroughput"]
    if encryption := request.get("SSESpecification"):
        encrypt(table, encryption)


def encrypt(table: Table, specification: Request) -> None:
    """Set the key of the table; a key that is not there, or not enabled, is refused."""
    if not specification.get("Enabled", False):
        table.sse_specification = {"Enabled": False}
        return
    key_id = specification.get("KMSMasterKeyId", "alias/aws/dynamodb")
    _, _, _, region, account_id, *_ = (
        key_id.split(":")
        if key_id.startswith("arn:")
        else ("", "", "", table.region_name, table.account_id)
    )
    try:
        key = kms_backends[account_id][region].describe_key(key_id)
    except (JsonRESTError, KeyError, AttributeError):  # the last where moto has no such alias
        message = f"KMS validation error: there is no key {key_id}"
        raise JsonRESTError("ValidationException", message) from None
    if region != table.region_name or key.key_state != "Enabled":
        message = f"KMS validation error: {key.arn} is {key.key_state}"
        raise JsonRESTError("ValidationException", message)
    table.sse_specification = specification | {"KMSMasterKeyId": key.arn}


def _remember_index(table: Table, index: Request) -> None:
    if "OnDemandThroughput" in index:
        described = {"OnDemandThroughput": index["OnDemandThroughput"]}
        state(table, "indexes")[index["IndexName"]] = described


def _describe(self: Table, base_key: str = "TableDescription") -> dict[str, Any]:
    answer = _moto_describe(self, base_key)
    kept = state(self, "described")
    kept.setdefault("TableId", str(mock_random.uuid4()))
    answer[base_key].update(kept)
    dynamodb_moments.show(self, answer[base_key])
    for index in answer[base_key]["GlobalSecondaryIndexes"]:
        index.update(state(self, "indexes").get(index["IndexName"], {}))
    return answer


def _update_continuous_backups(self: DynamoHandler) -> ActionResult:
    days = self.body["PointInTimeRecoverySpecification"].get("RecoveryPeriodInDays", 35)
    if days not in RECOVERY_PERIOD_DAYS:
        raise JsonRESTError("ValidationException", f"RecoveryPeriodInDays {days} is not 1 to 35")
    return _moto_update_continuous_backups(self)


def _delete_table(self: DynamoDBBackend, name: str) -> Table:
    """With point-in-time recovery, a table leaves a backup of its last moment."""
    table = _moto_delete_table(self, name)
    self.resource_policies.pop(table.table_arn, None)
    recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
        left = f"{table.name}$DeletedTableBackup"
        backup = Backup(self.account_id, self.region_name, left, table, type_="SYSTEM")
        self.backups[backup.arn] = backup
    return table


def list_backups(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    wanted = request.get("BackupType", "USER")
    types = BACKUP_TYPES.get(wanted, (wanted,))
    listed = backend.list_backups(request.get("TableName"))
    found = [backup for backup in listed if backup.type in types]
    after = request.get("ExclusiveStartBackupArn")
    start = [backup.arn for backup in found].index(after) + 1 if after else 0
    end = start + min(request.get("Limit", MOST_BACKUPS_AT_ONCE), MOST_BACKUPS_AT_ONCE)
    page = {"BackupSummaries": [_summary(backup) for backup in found[start:end]]}
    more = {"LastEvaluatedBackupArn": found[end - 1].arn} if end < len(found) else {}
    return page | more


def _summary(backup: Backup) -> dict[str, Any]:
    return backup.summary | _expiry(backup)


def backup_details(backup: Backup) -> dict[str, Any]:
    return backup.details | _expiry(backup)


def _expiry(backup: Backup) -> dict[str, Any]:
    if backup.type != "SYSTEM":
        return {}
    return {"BackupExpiryDateTime": backup.creation_date_time + timedelta(days=SYSTEM_BACKUP_DAYS)}


def update_contributor_insights(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    table, index = backend.get_table(request["TableName"]), request.get("IndexName")
    enabled = request["ContributorInsightsAction"] == "ENABLE"
    state(table, "insights")[index] = {
        "ContributorInsightsStatus": "ENABLED" if enabled else "DISABLED",
        "ContributorInsightsMode": request.get(
            "ContributorInsightsMode", "ACCESSED_AND_THROTTLED_KEYS"
        ),
    }
    return _insights(table, index)


def describe_contributor_insights(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    table = backend.get_table(request["TableName"])
    answer = _insights(table, request.get("IndexName"))
    return answer | {"LastUpdateDateTime": utcnow(), "ContributorInsightsRuleList": []}


def _insights(table: Table, index: str | None) -> dict[str, Any]:
    found = state(table, "insights").get(index)
    answer = {"TableName": table.name} | (found or {"ContributorInsightsStatus": "DISABLED"})
    return answer | ({"IndexName": index} if index else {})


def enable_kinesis_streaming_destination(
    backend: DynamoDBBackend, request: Request
) -> dict[str, Any]:
    destinations = _destinations(backend, request)
    stream, member = request["StreamArn"], "EnableKinesisStreamingConfiguration"
    if destinations.get(stream, {}).get("DestinationStatus") == "ACTIVE":
        raise JsonRESTError("ResourceInUseException", f"{stream} is already a destination")
    destinations[stream] = {
        "StreamArn": stream,
        "DestinationStatus": "ACTIVE",
        "ApproximateCreationDateTimePrecision": request.get(member, {}).get(
            "ApproximateCreationDateTimePrecision", "MILLISECOND"
        ),
    }
    return _destination(backend, request, "ENABLING")


def disable_kinesis_streaming_destination(
    backend: DynamoDBBackend, request: Request
) -> dict[str, Any]:
    destination = _destinations(backend, request).get(request["StreamArn"])
    if destination is None:
        raise JsonRESTError("ResourceNotFoundException", "No such destination")
    destination["DestinationStatus"] = "DISABLED"
    return _destination(backend, request, "DISABLING")


def describe_kinesis_streaming_destination(
    backend: DynamoDBBackend, request: Request
) -> dict[str, Any]:
    destinations = list(_destinations(backend, request).values())
    name = backend.get_table(request["TableName"]).name
    return {"TableName": name, "KinesisDataStreamDestinations": destinations}


def _destinations(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    return state(backend.get_table(request["TableName"]), "destinations")


def _destination(backend: DynamoDBBackend, request: Request, status: str) -> dict[str, Any]:
    name = backend.get_table(request["TableName"]).name
    return {"TableName": name, "StreamArn": request["StreamArn"], "DestinationStatus": status}


OPERATIONS = (
    list_backups,
    update_contributor_insights,
    describe_contributor_insights,
    enable_kinesis_streaming_destination,
    disable_kinesis_streaming_destination,
    describe_kinesis_streaming_destination,
)


def install() -> None:
    """Add the operations above to moto."""
    DynamoHandler.create_table = _create_table
    DynamoHandler.update_table = _update_table
    DynamoHandler.update_continuous_backups = _update_continuous_backups
    DynamoDBBackend.delete_table = _delete_table
    Table.describe = _describe
    add_operations(DynamoHandler, dynamodb_backends, *OPERATIONS)
