"""The settings of a table in one form, whoever tells them: AWS, a snapshot or the environment.

What AWS calls by a name has that name here too. Every part is needed: an answer that cannot be read
raises, because a setting that is not known would be taken as one that is not set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blueprints.functions.common import settings_alarms, settings_reading, settings_scaling
from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import Clients

VERSION = 1
Settings = Mapping[str, Any]

# What a document may leave out, because the table does not have it.
_NOT_SET: Settings = {
    "billing_mode": "PROVISIONED",
    "throughput": None,
    "on_demand_throughput": None,
    "global_indexes": {},
    "local_indexes": {},
    "table_class": "STANDARD",
    "encryption": {"type": "AWS_OWNED"},
    "deletion_protection": False,
    "point_in_time_recovery": {"enabled": False},
    "time_to_live": None,
    "stream_view_type": None,
    "kinesis_destinations": (),
    "contributor_insights": {"table": False, "indexes": ()},
    "resource_policy": None,
    "tags": {},
    "scaling": (),
    "alarms": (),
}
# AWS says so for a maximum that is not set.
_NO_MAXIMUM = -1


def read(clients: Clients, table_name: str, now: datetime | None = None) -> dict[str, Any]:
    """Return the settings of a table as they are; `now` is noted in them.

    Raises RefusedError where access is denied, KeyError or ValueError where an answer cannot be
    read, else botocore's errors.
    """
    table = described(clients, table_name)
    alarms = settings_alarms.every_alarm(clients("cloudwatch"))
    return settings_of(clients, table, alarms, now)


def described(clients: Clients, table_name: str) -> dict[str, Any]:
    """Return DescribeTable's answer."""
    resource = f"table/{table_name}"
    answer = call(clients("dynamodb"), "describe_table", resource, TableName=table_name)
    table: dict[str, Any] = answer["Table"]
    return table


def settings_of(
    clients: Clients,
    table: Mapping[str, Any],
    alarms: Sequence[Mapping[str, Any]],
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return the settings of a described table; `alarms` are those of its account and Region."""
    name = table["TableName"]
    indexes = [each["IndexName"] for each in _lasting(table)]
    scaling = settings_scaling.read(clients("application-autoscaling"), name, indexes)
    return {
        "version": VERSION,
        "table_name": name,
        "table_arn": table["TableArn"],
        "table_id": table.get("TableId"),
        "taken_at": now.isoformat(timespec="seconds") if now else None,
        **shape_of(table),
        **settings_reading.read(clients("dynamodb"), name, table["TableArn"], indexes),
        "scaling": scaling,
        "alarms": settings_alarms.of_table(alarms, name),
    }


def complete(settings: Settings) -> dict[str, Any]:
    """Return settings with all that their document leaves out."""
    given = {name: value for name, value in settings.items() if value is not None}
    return {**_NOT_SET, **given}


def shape_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that DescribeTable tells."""
    # Tables that are older than on-demand mode do not say how they are billed.
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
            each["IndexName"]: {**_index(each), **_capacity(each, mode)} for each in _lasting(table)
        },
        "local_indexes": {
            each["IndexName"]: _index(each) for each in _by_name(table, "LocalSecondaryIndexes")
        },
        "table_class": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "encryption": _encryption(table.get("SSEDescription", {})),
        "deletion_protection": bool(table.get("DeletionProtectionEnabled", False)),
        "stream_view_type": stream["StreamViewType"] if stream.get("StreamEnabled") else None,
    }


def is_idle(table: Mapping[str, Any]) -> bool:
    """Return whether nothing of the table is being changed, so that UpdateTable is accepted."""
    indexes = table.get("GlobalSecondaryIndexes", ())
    states = {table["TableStatus"], *(index["IndexStatus"] for index in indexes)}
    return states == {"ACTIVE"}


def _by_name(table: Mapping[str, Any], member: str) -> list[Any]:
    # AWS promises no order.
    return sorted(table.get(member, ()), key=lambda index: str(index["IndexName"]))


def _lasting(table: Mapping[str, Any]) -> list[Any]:
    """Return the global indexes, without one that is being deleted."""
    indexes = _by_name(table, "GlobalSecondaryIndexes")
    return [index for index in indexes if index.get("IndexStatus") != "DELETING"]


def _capacity(owner: Mapping[str, Any], mode: str) -> dict[str, Any]:
    names = ("ReadCapacityUnits", "WriteCapacityUnits")
    units = owner["ProvisionedThroughput"] if mode == "PROVISIONED" else None
    most = {
        name: value
        for name, value in owner.get("OnDemandThroughput", {}).items()
        if value != _NO_MAXIMUM
    }
    return {
        "throughput": {name: units[name] for name in names} if units else None,
        "on_demand_throughput": most if most and mode != "PROVISIONED" else None,
    }


def _index(index: Mapping[str, Any]) -> dict[str, Any]:
    projection = {"ProjectionType": index["Projection"]["ProjectionType"]}
    attributes = sorted(index["Projection"].get("NonKeyAttributes", ()))
    return {
        "KeySchema": list(index["KeySchema"]),
        "Projection": projection | ({"NonKeyAttributes": attributes} if attributes else {}),
    }


def _encryption(description: Mapping[str, Any]) -> dict[str, Any]:
    on = description.get("Status") not in {None, "DISABLED", "DISABLING"}
    if not on or description.get("SSEType") != "KMS":
        return {"type": "AWS_OWNED"}
    return {"type": "KMS", "key": description["KMSMasterKeyArn"]}
