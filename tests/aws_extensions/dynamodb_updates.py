"""DynamoDB: UpdateTable, UpdateTimeToLive and TagResource, with what AWS refuses of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from . import dynamodb_moments
from .dynamodb_overrides import ON_DEMAND, PROVISIONED, UNITS
from .operations import add_operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.dynamodb.models.table import Table

    Request = dict[str, Any]

AT_ONCE = frozenset({"TableName", "DeletionProtectionEnabled"})  # these take no moment


def check(table: Table, request: Request) -> None:
    """Refuse an UpdateTable that AWS would."""
    if request.keys() <= {"TableName"}:
        raise _invalid("At least one of the settings of the table is required")
    changes = [next(iter(one)) for one in request.get("GlobalSecondaryIndexUpdates", [])]
    built = [change for change in changes if change != "Update"]
    if len(built) > 1:
        raise JsonRESTError(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table",
        )
    if built and ("ProvisionedThroughput" in request or "Update" in changes):
        raise _invalid("Throughput cannot change in the call that creates or deletes an index")
    _check_indexes(table, request)
    _check_throughput(table, request)


def finish(table: Table, request: Request) -> None:
    """Do what moto does not, and let it take a moment."""
    if table.billing_mode == ON_DEMAND:
        for throughput in (table.throughput, *(index.throughput for index in table.global_indexes)):
            throughput.update(dict.fromkeys(UNITS, 0))
    if request.keys() <= AT_ONCE:
        return
    created = [i["IndexName"] for change, i in _index_updates(request) if change == "Create"]
    dynamodb_moments.begin(table, dynamodb_moments.UPDATING, *created)


def _check_indexes(table: Table, request: Request) -> None:
    names = {index.name for index in table.global_indexes}
    for change, index in _index_updates(request):
        if change == "Create" and index["IndexName"] in names:
            raise _invalid(f"Attempting to create an index which already exists: {index}")
        if change != "Create" and index["IndexName"] not in names:
            raise ResourceNotFoundException


def _check_throughput(table: Table, request: Request) -> None:
    mode = request.get("BillingMode", table.billing_mode)
    asked = {None: request.get("ProvisionedThroughput")} | {
        index["IndexName"]: index.get("ProvisionedThroughput")
        for _, index in _index_updates(request)
    }
    if mode == ON_DEMAND and any(asked.values()):
        raise _invalid("Capacity units cannot be specified when BillingMode is PAY_PER_REQUEST")
    if mode == PROVISIONED and table.billing_mode == ON_DEMAND:
        for name in (None, *(index.name for index in table.global_indexes)):
            if not asked.get(name):
                raise _invalid(f"ProvisionedThroughput must be specified for {name or 'the table'}")
    current = {unit: table.throughput.get(unit) for unit in UNITS}
    if mode == table.billing_mode and asked[None] and len(asked) == 1 and asked[None] == current:
        raise _invalid("The provisioned throughput for the table will not change")


def _index_updates(request: Request) -> Iterator[tuple[str, Request]]:
    for update in request.get("GlobalSecondaryIndexUpdates", []):
        yield from update.items()


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", message)


def _update_streams(_self: DynamoDBBackend, table: Table, specification: Request) -> None:
    """moto refuses a second stream even where the first was switched off."""
    on = (table.stream_specification or {}).get("StreamEnabled", False)
    if on == specification["StreamEnabled"]:
        raise _invalid(f"Table {'already has an enabled' if on else 'has no enabled'} stream")
    table.set_stream_specification(specification)


def update_time_to_live(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    table, asked = backend.get_table(request["TableName"]), request["TimeToLiveSpecification"]
    enabled = table.ttl["TimeToLiveStatus"] == "ENABLED"
    if enabled == asked["Enabled"]:
        raise _invalid(f"TimeToLive is already {'enabled' if enabled else 'disabled'}")
    if enabled and table.ttl["AttributeName"] != asked["AttributeName"]:
        raise _invalid("TimeToLive is active on a different AttributeName")
    table.ttl = {"TimeToLiveStatus": "DISABLED"}
    if asked["Enabled"]:
        table.ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": asked["AttributeName"]}
    return {"TimeToLiveSpecification": asked}


def tag_resource(backend: DynamoDBBackend, request: Request) -> None:
    """A tag takes the place of the one with its key."""
    table = backend.get_table(request["ResourceArn"])
    if any(tag["Key"].startswith("aws:") for tag in request["Tags"]):
        raise _invalid("Some tag keys begin with aws:, which is reserved")
    tags = {tag["Key"]: tag["Value"] for tag in table.tags + request["Tags"]}
    table.tags = [{"Key": key, "Value": value} for key, value in tags.items()]


OPERATIONS = (update_time_to_live, tag_resource)


def install() -> None:
    """Add the operations above to moto; `dynamodb` checks UpdateTable with `check` and `finish`."""
    DynamoDBBackend.update_table_streams = _update_streams
    add_operations(DynamoHandler, dynamodb_backends, *OPERATIONS)
