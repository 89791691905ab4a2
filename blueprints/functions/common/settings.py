"""The settings of a table in one form, whoever tells them: AWS, a snapshot or the environment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

VERSION = 1
Settings = Mapping[str, Any]
Members = Mapping[str, Any]
UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
# AWS says so for a maximum that is not set, and takes one away where it is asked for this.
NO_MAXIMUM = -1
DEFAULT_PERIOD_DAYS = 35
DEFAULT_PRECISION = "MILLISECOND"
ALARM_DIMENSION = "TableName"

# What a document may leave out, because the table does not have it.
_NOT_SET: Settings = {
    **dict.fromkeys(("throughput", "on_demand_throughput", "time_to_live")),
    **dict.fromkeys(("stream_view_type", "resource_policy")),
    "billing_mode": "PROVISIONED",
    "global_indexes": {},
    "local_indexes": {},
    "table_class": "STANDARD",
    "encryption": {"type": "AWS_OWNED"},
    "deletion_protection": False,
    "point_in_time_recovery": {"enabled": False},
    "kinesis_destinations": [],
    "contributor_insights": {"table": False, "indexes": []},
    "tags": {},
    "scaling": [],
    "alarms": [],
}


def complete(settings: Settings) -> dict[str, Any]:
    """Return settings with all that their document leaves out."""
    given = {name: value for name, value in settings.items() if value is not None}
    return {**_NOT_SET, **given}


def shape_of(table: Members) -> dict[str, Any]:
    """Return the settings that DescribeTable tells."""
    # Tables older than on-demand mode do not say.
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    stream = table.get("StreamSpecification", {})
    return {
        "key_schema": list(table["KeySchema"]),
        "attributes": {
            each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]
        },
        "billing_mode": mode,
        **_capacity(table, mode),
        "global_indexes": {
            each["IndexName"]: {**_index(each), **_capacity(each, mode)}
            for each in _indexes(table, "GlobalSecondaryIndexes")
        },
        "local_indexes": {
            each["IndexName"]: _index(each) for each in _indexes(table, "LocalSecondaryIndexes")
        },
        "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "encryption": _encryption(table.get("SSEDescription", {})),
        "deletion_protection": bool(table.get("DeletionProtectionEnabled", False)),
        "stream_view_type": stream["StreamViewType"] if stream.get("StreamEnabled") else None,
    }


def is_idle(table: Members) -> bool:
    """Return whether nothing of the table is being changed, so that UpdateTable is accepted."""
    indexes = table.get("GlobalSecondaryIndexes", ())
    return {table["TableStatus"], *(each["IndexStatus"] for each in indexes)} == {"ACTIVE"}


def by_dimension(settings: Settings) -> dict[tuple[str | None, str], Members]:
    """Return what scales, by index (None for the table) and dimension."""
    return {(each.get("index"), each["dimension"]): each for each in settings["scaling"]}


def bounds(settings: Settings, index: str | None, unit: str) -> tuple[int, int] | None:
    """Return between what auto scaling moves these units, None where it does not."""
    dimension = f"dynamodb:{'index' if index else 'table'}:{unit}"
    scaled = by_dimension(settings).get((index, dimension))
    return (scaled["min_capacity"], scaled["max_capacity"]) if scaled else None


def moment(text: str) -> datetime:
    """Return an ISO time; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _indexes(table: Members, member: str) -> list[Any]:
    """Return indexes in the order of their names, without one that is being deleted."""
    lasting = [each for each in table.get(member, ()) if each.get("IndexStatus") != "DELETING"]
    return sorted(lasting, key=lambda index: str(index["IndexName"]))


def _capacity(owner: Members, mode: str) -> dict[str, Any]:
    provisioned = mode == "PROVISIONED"
    units = owner["ProvisionedThroughput"] if provisioned else {}
    given = {} if provisioned else owner.get("OnDemandThroughput", {})
    most = {name: value for name, value in given.items() if value != NO_MAXIMUM}
    return {
        "throughput": {name: units[name] for name in UNITS} if provisioned else None,
        "on_demand_throughput": most or None,
    }


def _index(index: Members) -> dict[str, Any]:
    projection = {"ProjectionType": index["Projection"]["ProjectionType"]}
    if attributes := sorted(index["Projection"].get("NonKeyAttributes", ())):
        projection["NonKeyAttributes"] = attributes
    return {"KeySchema": list(index["KeySchema"]), "Projection": projection}


def _encryption(description: Members) -> dict[str, Any]:
    on = description.get("Status") not in {None, "DISABLED", "DISABLING"}
    if on and description.get("SSEType") == "KMS":
        return {"type": "KMS", "key": description["KMSMasterKeyArn"]}
    return {"type": "AWS_OWNED"}
