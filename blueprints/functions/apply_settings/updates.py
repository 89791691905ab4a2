"""The requests of UpdateTable that make a table as wanted; AWS carries out one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blueprints.functions.common.settings import (
    MAXIMA,
    NO_MAXIMUM,
    UNITS,
    Members,
    Settings,
    bounds,
)
from blueprints.functions.common.settings_comparing import owners

_UNITS, _MOST = "ProvisionedThroughput", "OnDemandThroughput"
_LEAST = 1


def updates(setting: str, wanted: Settings, present: Settings) -> Iterator[tuple[str, Members]]:
    """Yield what each request does in words, and its members but the table's name."""
    value = wanted[setting]
    if setting == "deletion_protection":
        yield "deletion protection", {"DeletionProtectionEnabled": True}
    elif setting == "table_class":
        yield f"table class {value}", {"TableClass": value}
    elif setting == "stream_view_type":
        # A stream of another kind has to be off first.
        on = not present[setting]
        specification = {"StreamEnabled": on} | ({"StreamViewType": value} if on else {})
        yield f"stream {value if on else 'off'}", {"StreamSpecification": specification}
    elif setting == "billing_mode":
        yield f"billing mode {value}", {"BillingMode": value, **_units_with_mode(wanted, present)}
    elif setting == "throughput":
        changed = {
            index: units
            for index, full, own in owners(wanted, present)
            if (units := _units(wanted, index, full, own[setting])) != own[setting]
        }
        yield setting, _for_all(_UNITS, changed)
    elif setting == "on_demand_throughput":
        changed = {
            index: _most(full)
            for index, full, own in owners(wanted, present)
            if _most(full) != _most(own)
        }
        yield "most units on demand", _for_all(_MOST, changed)
    else:
        for name in sorted(value.keys() - present[setting].keys()):
            yield f"index {name}", _creation(name, wanted, present)


def _units_with_mode(wanted: Settings, present: Settings) -> Members:
    """Return units of the table and all its indexes, which AWS wants along with the mode."""
    if wanted["billing_mode"] != "PROVISIONED":
        return {}
    known = wanted["global_indexes"]
    all_ = {None: wanted} | {name: known.get(name, {}) for name in present["global_indexes"]}
    return _for_all(_UNITS, {name: _units(wanted, name, each, {}) for name, each in all_.items()})


def _creation(name: str, wanted: Settings, present: Settings) -> Members:
    index = wanted["global_indexes"][name]
    create = {"IndexName": name} | {part: index[part] for part in ("KeySchema", "Projection")}
    if wanted["billing_mode"] == "PROVISIONED":
        create[_UNITS] = _units(wanted, name, index, {})
    elif index.get("on_demand_throughput"):
        create[_MOST] = _most(index)
    # Those that the table's keys use with the index: AWS takes no others.
    indexes = (*present["global_indexes"].values(), *present["local_indexes"].values(), index)
    schemas = (present["key_schema"], *(each["KeySchema"] for each in indexes))
    used = {element["AttributeName"] for schema in schemas for element in schema}
    types = {**wanted["attributes"], **present["attributes"]}
    return {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": types[name]} for name in sorted(used)
        ],
        "GlobalSecondaryIndexUpdates": [{"Create": create}],
    }


def _units(wanted: Settings, index: str | None, owner: Members, present: Members) -> Members:
    """Return the units a table or index shall have; what auto scaling has set already stays."""
    given = owner.get("throughput") or wanted["throughput"] or {}
    units: dict[str, Any] = {}
    for unit in UNITS:
        low, high = bounds(wanted, index, unit) or (given.get(unit), given.get(unit))
        own = present.get(unit)
        kept = own is not None and (low is None or high is None or low <= own <= high)
        # Settings may say nothing at all, and AWS takes no mode without units.
        units[unit] = own if kept else given.get(unit, low) or _LEAST
    return units


def _most(owner: Members) -> Members:
    return dict.fromkeys(MAXIMA, NO_MAXIMUM) | (owner.get("on_demand_throughput") or {})


def _for_all(member: str, values: dict[str | None, Members]) -> Members:
    """Return a request that sets a member of the table (None) and of indexes."""
    of_table = {member: values.pop(None)} if None in values else {}
    indexes = [{"Update": {"IndexName": name, member: value}} for name, value in values.items()]
    return of_table | ({"GlobalSecondaryIndexUpdates": indexes} if indexes else {})
