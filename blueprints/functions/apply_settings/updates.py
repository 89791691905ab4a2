"""The requests of UpdateTable that make a table as wanted; AWS carries out one at a time.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from blueprints.functions.common.settings import Settings
from blueprints.functions.common.settings_comparing import bounds, owners

Updates = Iterator[tuple[str, dict[str, Any]]]
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
_MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
# This takes a maximum away.
_NO_MAXIMUM = -1


def _deletion_protection(_wanted: Settings, _present: Settings) -> Updates:
    yield "deletion protection", {"DeletionProtectionEnabled": True}


def _billing_mode(wanted: Settings, present: Settings) -> Updates:
    """Yield one request: AWS wants units for the table and all its indexes along with the mode."""
    mode = wanted["billing_mode"]
    request: dict[str, Any] = {"BillingMode": mode}
    if mode == "PROVISIONED":
        request["ProvisionedThroughput"] = _units(wanted, None, wanted, {})
        indexes = {
            name: _units(wanted, name, wanted["global_indexes"].get(name, wanted), {})
            for name in sorted(present["global_indexes"])
        }
        request |= _of_indexes("ProvisionedThroughput", indexes)
    yield f"billing mode {mode}", request


def _throughput(wanted: Settings, present: Settings) -> Updates:
    """Yield one request for the table and its indexes, with those that are not as wanted."""
    request: dict[str, Any] = {}
    indexes = {}
    for index, full, own in owners(wanted, present):
        units = _units(wanted, index, full, own["throughput"])
        if units == own["throughput"]:
            continue
        if index is None:
            request["ProvisionedThroughput"] = units
        else:
            indexes[index] = units
    yield "throughput", request | _of_indexes("ProvisionedThroughput", indexes)


def _on_demand_throughput(wanted: Settings, present: Settings) -> Updates:
    request: dict[str, Any] = {}
    indexes = {}
    for index, full, own in owners(wanted, present):
        if _most(full) == _most(own):
            continue
        if index is None:
            request["OnDemandThroughput"] = _most(full)
        else:
            indexes[index] = _most(full)
    yield "most units on demand", request | _of_indexes("OnDemandThroughput", indexes)


def _global_indexes(wanted: Settings, present: Settings) -> Updates:
    for name, index in sorted(wanted["global_indexes"].items()):
        if name in present["global_indexes"]:
            continue
        create: dict[str, Any] = {
            "IndexName": name,
            "KeySchema": index["KeySchema"],
            "Projection": index["Projection"],
        }
        if wanted["billing_mode"] == "PROVISIONED":
            create["ProvisionedThroughput"] = _units(wanted, name, index, {})
        elif index.get("on_demand_throughput"):
            create["OnDemandThroughput"] = _most(index)
        yield (
            f"index {name}",
            {
                "AttributeDefinitions": _attributes(wanted, present, index),
                "GlobalSecondaryIndexUpdates": [{"Create": create}],
            },
        )


def _attributes(
    wanted: Settings, present: Settings, index: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return the attributes that the table's keys use with the index: AWS takes no others."""
    schemas = [
        present["key_schema"],
        index["KeySchema"],
        *(each["KeySchema"] for each in present["global_indexes"].values()),
        *(each["KeySchema"] for each in present["local_indexes"].values()),
    ]
    used = {element["AttributeName"] for schema in schemas for element in schema}
    types = {**wanted["attributes"], **present["attributes"]}
    return [{"AttributeName": name, "AttributeType": types[name]} for name in sorted(used)]


def _table_class(wanted: Settings, _present: Settings) -> Updates:
    yield f"table class {wanted['table_class']}", {"TableClass": wanted["table_class"]}


def _stream(wanted: Settings, present: Settings) -> Updates:
    """Yield what switches the stream on; one of another kind has to be off first."""
    view = wanted["stream_view_type"]
    if present["stream_view_type"]:
        yield "stream off", {"StreamSpecification": {"StreamEnabled": False}}
    else:
        on = {"StreamEnabled": True, "StreamViewType": view}
        yield f"stream of {view}", {"StreamSpecification": on}


def _units(
    wanted: Settings, index: str | None, owner: Mapping[str, Any], present: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the units a table or index shall have; what auto scaling has set already stays."""
    given = owner.get("throughput") or wanted.get("throughput") or {}
    units: dict[str, Any] = {}
    for unit in _UNITS:
        low, high = bounds(wanted, index, unit) or (given.get(unit), given.get(unit))
        own = present.get(unit)
        kept = own is not None and (low is None or high is None or low <= own <= high)
        units[unit] = own if kept else given.get(unit, low)
    return units


def _most(owner: Mapping[str, Any]) -> dict[str, int]:
    most = owner.get("on_demand_throughput") or {}
    return {name: most.get(name, _NO_MAXIMUM) for name in _MAXIMA}


def _of_indexes(member: str, values: Mapping[str, Any]) -> dict[str, Any]:
    updates = [{"Update": {"IndexName": name, member: value}} for name, value in values.items()]
    return {"GlobalSecondaryIndexUpdates": updates} if updates else {}


OF: Mapping[str, Callable[[Settings, Settings], Updates]] = {
    "deletion_protection": _deletion_protection,
    "billing_mode": _billing_mode,
    "throughput": _throughput,
    "on_demand_throughput": _on_demand_throughput,
    "global_indexes": _global_indexes,
    "table_class": _table_class,
    "stream_view_type": _stream,
}
