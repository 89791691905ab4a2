"""DynamoDB: what takes a moment, which lasts until DescribeTable has shown it once.

A table that is created by a restore has no items yet, and one that is created or changed refuses
further changes. An index that is added to a table is not ACTIVE before the table is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore import xform_name
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from .operations import add_operations, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.dynamodb.models.table import Table

CREATING, UPDATING = "CREATING", "UPDATING"
NEEDS_ITEMS = frozenset(
    {
        *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"),
        *("BatchGetItem", "BatchWriteItem", "ExportTableToPointInTime"),
    }
)
# Operations that a table refuses, each with the error it is refused with.
REFUSED = {
    "DeleteTable": "ResourceInUseException",
    "UpdateTable": "ResourceInUseException",
    "UpdateTimeToLive": "ResourceInUseException",
    "EnableKinesisStreamingDestination": "ResourceInUseException",
    "DisableKinesisStreamingDestination": "ResourceInUseException",
    "TagResource": "ResourceInUseException",
    "UntagResource": "ResourceInUseException",
    "PutResourcePolicy": "ResourceInUseException",
    "UpdateContinuousBackups": "ContinuousBackupsUnavailableException",
    "CreateBackup": "TableInUseException",
}
_moto_call_action = DynamoHandler.call_action


def begin(table: Table, status: str, *indexes: str) -> None:
    """Let the table, and these indexes of it, not be ACTIVE for a moment."""
    state(table, "moment").update(status=status, indexes=indexes)


def end(table: Table) -> None:
    state(table, "moment").clear()


def show(table: Table, description: dict[str, Any]) -> None:
    """Write the moment into a description of the table."""
    moment = state(table, "moment")
    description["TableStatus"] = moment.get("status", "ACTIVE")
    for index in description["GlobalSecondaryIndexes"]:
        if index["IndexName"] in moment.get("indexes", ()):
            index |= {"IndexStatus": CREATING, "Backfilling": True}
    if restored := state(table, "restore"):
        in_progress = moment.get("status") == CREATING
        description["RestoreSummary"] = restored | {"RestoreInProgress": in_progress}


def describe_table(backend: DynamoDBBackend, request: dict[str, Any]) -> dict[str, Any]:
    shown = backend.describe_table(request["TableName"])
    end(backend.get_table(request["TableName"]))
    return shown


def _call_action(self: DynamoHandler) -> Any:
    operation = self._get_action()
    backend = dynamodb_backends[self.current_account][self.region]
    for table in _tables(backend, self.params):
        status = state(table, "moment").get("status")
        if status == CREATING and operation in NEEDS_ITEMS:
            _refuse(self, operation, "ResourceNotFoundException", "Requested resource not found")
        elif status is not None and operation in REFUSED:
            message = f"Attempt to change a resource which is still in use: Table: {table.name}"
            _refuse(self, operation, REFUSED[operation], message)
    return _moto_call_action(self)


def _tables(backend: DynamoDBBackend, request: dict[str, Any]) -> Iterator[Table]:
    named = [request.get("TableName"), request.get("ResourceArn"), request.get("TableArn")]
    named += request.get("RequestItems") or {}
    for table in list(backend.tables.values()):
        if table.name in named or table.table_arn in named:
            yield table


def _refuse(handler: DynamoHandler, operation: str, code: str, message: str) -> None:
    """Let this handler, which serves this one request, answer with the error."""

    def refuse() -> None:
        raise JsonRESTError(code, message)

    setattr(handler, xform_name(operation), refuse)


def install() -> None:
    """Show and end moments, and refuse what they do not allow."""
    add_operations(DynamoHandler, dynamodb_backends, describe_table)
    DynamoHandler.call_action = _call_action
