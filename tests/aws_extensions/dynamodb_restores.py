"""DynamoDB: restores as AWS makes them, and DescribeBackup with what a backup was made of.

A restored table has data, keys, indexes, capacity and encryption of its source; it has none of its
tags, time to live, stream, point-in-time recovery, protection, policy, insights or destinations.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import (
    PointInTimeRecoveryUnavailable,
    ResourceNotFoundException,
    TableAlreadyExistsException,
    TableNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from . import clock, dynamodb_history, dynamodb_moments
from .dynamodb import backup_details, encrypt
from .dynamodb_overrides import UNITS, capacity, indexes
from .operations import add_operations, state

if TYPE_CHECKING:
    from collections.abc import Mapping

    Request = dict[str, Any]


def restore(
    backend: DynamoDBBackend,
    source: Table,
    request: Request,
    items: Any,
    summary: Mapping[str, Any],
) -> Table:
    """Create the table that a restore asks for, for a moment in CREATING."""
    name = request["TargetTableName"]
    if name in backend.tables:
        raise TableAlreadyExistsException(name)
    billing = capacity(source, request)
    global_indexes, local_indexes = indexes(source, request, billing["billing_mode"])
    used = {key["AttributeName"] for key in source.schema} | {
        key["AttributeName"] for index in global_indexes + local_indexes for key in index.schema
    }
    table = Table(
        name,
        account_id=backend.account_id,
        region=backend.region_name,
        schema=deepcopy(source.schema),
        attr=[deepcopy(one) for one in source.attr if one["AttributeName"] in used],
        **billing,
    )
    table.global_indexes, table.indexes, table.items = global_indexes, local_indexes, items
    _settings(table, source, request)
    state(table, "restore").update(summary, SourceTableArn=source.table_arn)
    dynamodb_moments.begin(table, dynamodb_moments.CREATING)
    backend.tables[name] = table
    return table


def _settings(table: Table, source: Table, request: Request) -> None:
    kept, described = state(table, "described"), state(source, "described")
    if "TableClassSummary" in described:
        kept["TableClassSummary"] = described["TableClassSummary"]
    on_demand = table.billing_mode == "PAY_PER_REQUEST"
    caps = request.get("OnDemandThroughputOverride", described.get("OnDemandThroughput"))
    if on_demand and caps:
        kept["OnDemandThroughput"] = caps
    if on_demand:
        overrides = {i["IndexName"]: i for i in request.get("GlobalSecondaryIndexOverride", [])}
        for index in table.global_indexes:
            before = state(source, "indexes").get(index.name, {})
            caps = overrides.get(index.name, before).get("OnDemandThroughput")
            state(table, "indexes")[index.name] = {"OnDemandThroughput": caps} if caps else {}
    if "SSESpecificationOverride" in request:
        encrypt(table, request["SSESpecificationOverride"])
    else:
        table.sse_specification = deepcopy(source.sse_specification)


def restore_table_from_backup(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    backup = backend.get_backup(request["BackupArn"])
    summary = {"SourceBackupArn": backup.arn, "RestoreDateTime": backup.creation_date_time}
    items = deepcopy(backup.table.items)
    return restore(backend, backup.table, request, items, summary).describe()


def restore_table_to_point_in_time(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    """Restore the items of the time, and the other settings as they are now."""
    name = request.get("SourceTableArn", request.get("SourceTableName", ""))
    try:
        source = backend.get_table(name)
    except ResourceNotFoundException:
        raise TableNotFoundException(name) from None
    bounds = dynamodb_history.window(source)
    if bounds is None:
        raise PointInTimeRecoveryUnavailable(source.name)
    latest = request.get("UseLatestRestorableTime", False)
    if latest == ("RestoreDateTime" in request):
        message = "One of UseLatestRestorableTime and RestoreDateTime has to be given"
        raise JsonRESTError("ValidationException", message)
    moment = clock.now() if latest else clock.seconds(request["RestoreDateTime"])
    if not latest and not bounds[0] <= moment <= bounds[1]:
        message = f"RestoreDateTime {moment} is not within {bounds[0]} to {bounds[1]}"
        raise JsonRESTError("InvalidRestoreTimeException", message)
    items = dynamodb_history.items_at(source, moment)
    return restore(backend, source, request, items, {"RestoreDateTime": moment}).describe()


def describe_backup(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    return {"BackupDescription": _backup(backend, request["BackupArn"])}


def delete_backup(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    described = _backup(backend, request["BackupArn"])
    backend.delete_backup(request["BackupArn"])
    described["BackupDetails"]["BackupStatus"] = "DELETED"
    return {"BackupDescription": described}


def _backup(backend: DynamoDBBackend, arn: str) -> dict[str, Any]:
    backup = backend.get_backup(arn)
    table = backup.table.describe()["TableDescription"]
    same = ("TableName", "TableId", "TableArn", "TableSizeBytes", "KeySchema", "ItemCount")
    source = {name: table[name] for name in same} | _throughput(table)
    source |= {"TableCreationDateTime": table["CreationDateTime"]}
    source |= table["BillingModeSummary"]
    features = {
        member: [
            {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
            | _throughput(index)
            for index in table[member]
        ]
        for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    }
    features |= {"TimeToLiveDescription": dict(backup.table.ttl)}
    optional = {"StreamSpecification": "StreamDescription", "SSEDescription": "SSEDescription"}
    features |= {shown: table[member] for member, shown in optional.items() if member in table}
    return {
        "BackupDetails": backup_details(backup),
        "SourceTableDetails": source,
        "SourceTableFeatureDetails": features,
    }


def _throughput(described: dict[str, Any]) -> dict[str, Any]:
    found = {name: described[name] for name in ("OnDemandThroughput",) if name in described}
    if "ProvisionedThroughput" in described:
        units = {unit: described["ProvisionedThroughput"][unit] for unit in UNITS}
        found["ProvisionedThroughput"] = units
    return found


OPERATIONS = (
    restore_table_from_backup,
    restore_table_to_point_in_time,
    describe_backup,
    delete_backup,
)


def install() -> None:
    """Add the operations above to moto."""
    add_operations(DynamoHandler, dynamodb_backends, *OPERATIONS)
