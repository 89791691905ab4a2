"""Compares the settings that a table shall have with those that it has, in words.

Tags that a table has beside those wanted are no difference. An alarm is one only where it is
missing: alarms outlive their table, and what was changed in one since is somebody's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from blueprints.functions.common.settings import Settings, complete
from blueprints.functions.common.settings_reading import DEFAULT_PERIOD_DAYS, DEFAULT_PRECISION
from blueprints.functions.common.settings_scaling import comparable

Words = Iterator[str]
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
_LONGEST = 200  # characters of one value
_SINGLE = {"Effect", "Id", "Sid", "Version"}
_MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")


def differences(wanted: Settings, present: Settings) -> dict[str, list[str]]:
    """Return what differs, by the name of the setting; nothing where all is as wanted."""
    full, own = complete(wanted), complete(present)
    found = {setting: list(compare(full, own)) for setting, compare in _COMPARISONS.items()}
    return {setting: words for setting, words in found.items() if words}


def compared() -> tuple[str, ...]:
    """Return the names of all settings that are compared."""
    return tuple(_COMPARISONS)


# --- what the table is ----------------------------------------------------------------------------


def _key_schema(wanted: Settings, present: Settings) -> Words:
    if keys(wanted["key_schema"]) != keys(present["key_schema"]):
        yield f"keys are {said(present['key_schema'])}, wanted {said(wanted['key_schema'])}"


def _attributes(wanted: Settings, present: Settings) -> Words:
    """Compare types; an attribute that is missing belongs to an index that is, told there."""
    for name, kind in wanted["attributes"].items():
        own = present["attributes"].get(name, kind)
        if own != kind:
            yield f"attribute {name} is of type {own}, wanted {kind}"


def _global_indexes(wanted: Settings, present: Settings) -> Words:
    yield from _indexes(wanted["global_indexes"], present["global_indexes"])


def _local_indexes(wanted: Settings, present: Settings) -> Words:
    yield from _indexes(wanted["local_indexes"], present["local_indexes"])


def _indexes(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> Words:
    for name in sorted(wanted.keys() | present.keys()):
        if name not in present:
            yield f"index {name} is missing"
        elif name not in wanted:
            yield f"index {name} is not wanted"
        else:
            yield from (f"index {name}: {words}" for words in _index(wanted[name], present[name]))


def _index(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> Words:
    if keys(wanted["KeySchema"]) != keys(present["KeySchema"]):
        yield f"keys are {said(present['KeySchema'])}, wanted {said(wanted['KeySchema'])}"
    if _projection(wanted) != _projection(present):
        yield f"projects {said(present['Projection'])}, wanted {said(wanted['Projection'])}"


def _projection(index: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    projection = index["Projection"]
    return projection["ProjectionType"], frozenset(projection.get("NonKeyAttributes", ()))


def _encryption(wanted: Settings, present: Settings) -> Words:
    """Compare keys by ARN: an alias does not say which key it means."""
    full, own = wanted["encryption"], present["encryption"]
    if full["type"] != own["type"] or full.get("key") != own.get("key"):
        yield f"encrypted by {said(own)}, wanted {said(full)}"


# --- what it may do -------------------------------------------------------------------------------


def _billing_mode(wanted: Settings, present: Settings) -> Words:
    yield from _equal(wanted, present, "billing_mode")


def _throughput(wanted: Settings, present: Settings) -> Words:
    if {wanted["billing_mode"], present["billing_mode"]} != {"PROVISIONED"}:
        return
    for index, full, own in owners(wanted, present):
        for unit in _UNITS:
            given, units = (full.get("throughput") or {}).get(unit), own["throughput"][unit]
            low, high = bounds(wanted, index, unit) or (given, given)
            if low is not None and not low <= units <= high:
                between = str(low) if low == high else f"{low} to {high}"
                yield f"{_of(index)}{unit} is {units}, wanted {between}"


def _on_demand_throughput(wanted: Settings, present: Settings) -> Words:
    if {wanted["billing_mode"], present["billing_mode"]} != {"PAY_PER_REQUEST"}:
        return
    for index, full, own in owners(wanted, present):
        for maximum in _MAXIMA:
            value = (own.get("on_demand_throughput") or {}).get(maximum)
            most = (full.get("on_demand_throughput") or {}).get(maximum)
            if value != most:
                yield f"{_of(index)}{maximum} is {said(value)}, wanted {said(most)}"


def _scaling(wanted: Settings, present: Settings) -> Words:
    full, own = by_dimension(wanted), by_dimension(present)
    for place in sorted(full.keys() | own.keys(), key=lambda key: (key[0] or "", key[1])):
        where = f"{_of(place[0])}{place[1]}"
        if place not in own:
            yield f"{where} does not scale"
        elif place not in full:
            yield f"{where} scales, which is not wanted"
        else:
            yield from (f"{where}: {words}" for words in _dimension(full[place], own[place]))


def _dimension(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> Words:
    for name in ("min_capacity", "max_capacity"):
        yield from _equal(wanted, present, name)
    policies = [
        {policy["name"]: tracking(policy["configuration"]) for policy in each.get("policies") or ()}
        for each in (wanted, present)
    ]
    yield from _named("policy", *policies)
    actions = [
        {
            action["ScheduledActionName"]: comparable(action)
            for action in each.get("scheduled_actions") or ()
        }
        for each in (wanted, present)
    ]
    yield from _named("scheduled action", *actions)


def _named(what: str, wanted: Mapping[str, Any], present: Mapping[str, Any]) -> Words:
    for name in sorted(wanted.keys() | present.keys()):
        if name not in present:
            yield f"{what} {name} is missing"
        elif name not in wanted:
            yield f"{what} {name} is not wanted"
        elif wanted[name] != present[name]:
            yield f"{what} {name} is {said(present[name])}, wanted {said(wanted[name])}"


# --- what hangs on it -----------------------------------------------------------------------------


def _recovery(wanted: Settings, present: Settings) -> Words:
    full, own = (_days(each["point_in_time_recovery"]) for each in (wanted, present))
    if full != own:
        yield f"reaches back {own} days, wanted {full}"


def _days(recovery: Mapping[str, Any]) -> int:
    if not recovery["enabled"]:
        return 0
    return int(recovery.get("recovery_period_days") or DEFAULT_PERIOD_DAYS)


def _destinations(wanted: Settings, present: Settings) -> Words:
    full, own = (
        {
            each["stream_arn"]: each.get("timestamp_precision") or DEFAULT_PRECISION
            for each in settings["kinesis_destinations"]
        }
        for settings in (wanted, present)
    )
    yield from _named("stream", full, own)


def _insights(wanted: Settings, present: Settings) -> Words:
    full, own = wanted["contributor_insights"], present["contributor_insights"]
    yield from _equal(full, own, "table")
    for index in sorted({*full["indexes"]} ^ {*own["indexes"]}):
        yield f"index {index} is {'off' if index in full['indexes'] else 'on'}"


def _policy(wanted: Settings, present: Settings) -> Words:
    full, own = wanted["resource_policy"], present["resource_policy"]
    if canonical(full) != canonical(own):
        yield f"is {said(own)}, wanted {said(full)}"


def _tags(wanted: Settings, present: Settings) -> Words:
    for key, value in sorted(wanted["tags"].items()):
        own = present["tags"].get(key)
        if own != value and not key.startswith("aws:"):
            yield f"tag {key} is {said(own)}, wanted {said(value)}"


def _alarms(wanted: Settings, present: Settings) -> Words:
    own = {alarm["AlarmName"] for alarm in present["alarms"]}
    for alarm in wanted["alarms"]:
        if alarm["AlarmName"] not in own:
            yield f"alarm {alarm['AlarmName']} is missing"


def _same(setting: str) -> Callable[[Settings, Settings], Words]:
    return lambda wanted, present: _equal(wanted, present, setting)


_COMPARISONS: Mapping[str, Callable[[Settings, Settings], Words]] = {
    "key_schema": _key_schema,
    "attributes": _attributes,
    "local_indexes": _local_indexes,
    "encryption": _encryption,
    "deletion_protection": _same("deletion_protection"),
    "point_in_time_recovery": _recovery,
    "billing_mode": _billing_mode,
    "throughput": _throughput,
    "on_demand_throughput": _on_demand_throughput,
    "global_indexes": _global_indexes,
    "table_class": _same("table_class"),
    "stream_view_type": _same("stream_view_type"),
    "time_to_live": _same("time_to_live"),
    "tags": _tags,
    "resource_policy": _policy,
    "contributor_insights": _insights,
    "kinesis_destinations": _destinations,
    "scaling": _scaling,
    "alarms": _alarms,
}


# --- parts that who applies them needs too --------------------------------------------------------


def keys(schema: Any) -> list[tuple[str, str]]:
    """Return a key schema as it can be compared: partition keys first."""
    return sorted(((each["KeyType"], each["AttributeName"]) for each in schema), key=_kind)


def _kind(element: tuple[str, str]) -> str:
    return element[0]


def owners(
    wanted: Settings, present: Settings
) -> Iterator[tuple[str | None, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the table (None) and each global index that is wanted and present, as both have it."""
    yield None, wanted, present
    for name, index in sorted(wanted["global_indexes"].items()):
        if name in present["global_indexes"]:
            yield name, index, present["global_indexes"][name]


def by_dimension(settings: Settings) -> dict[tuple[str | None, str], Mapping[str, Any]]:
    """Return what scales, by index (None for the table) and dimension."""
    return {(each.get("index"), each["dimension"]): each for each in settings["scaling"]}


def bounds(settings: Settings, index: str | None, unit: str) -> tuple[int, int] | None:
    """Return between what auto scaling moves these units, None where it does not."""
    dimension = f"dynamodb:{'index' if index else 'table'}:{unit}"
    scaled = by_dimension(settings).get((index, dimension))
    return (scaled["min_capacity"], scaled["max_capacity"]) if scaled else None


def tracking(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return a target-tracking configuration without what it has by default anyway."""
    return {name: value for name, value in configuration.items() if value not in (None, 0)}


def canonical(document: Any, key: str = "") -> Any:
    """Return a policy as it can be compared: one value is a list of one, and order is no matter."""
    if isinstance(document, list):
        return sorted((canonical(each) for each in document), key=repr)
    if isinstance(document, dict):
        compared = {name: canonical(document[name], name) for name in sorted(document)}
        return [compared] if key == "Statement" else compared
    return [document] if key and key not in _SINGLE else document


def said(value: Any) -> str:
    """Return a value in words short enough for a report."""
    if value is None:
        return "not set"
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _equal(wanted: Mapping[str, Any], present: Mapping[str, Any], name: str) -> Words:
    if wanted.get(name) != present.get(name):
        yield f"{name} is {said(present.get(name))}, wanted {said(wanted.get(name))}"


def _of(index: str | None) -> str:
    return f"index {index}: " if index else ""
