"""Compares the settings that a table shall have with those that it has, in words.

Tags that a table has beside those wanted are no difference. An alarm is one only where it is
missing: alarms outlive their table, and what was changed in one since is somebody's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from blueprints.functions.common.settings import (
    DEFAULT_PERIOD_DAYS,
    DEFAULT_PRECISION,
    MAXIMA,
    UNITS,
    Members,
    Settings,
    bounds,
    by_dimension,
    complete,
    moment,
)

Words = Iterator[str]
_LONGEST = 200  # characters of one value
_SINGLE = {"Effect", "Id", "Sid", "Version"}


def differences(wanted: Settings, present: Settings) -> dict[str, list[str]]:
    """Return what differs, by the name of the setting; nothing where all is as wanted."""
    full, own = complete(wanted), complete(present)
    found = {setting: list(compare(full, own)) for setting, compare in COMPARISONS.items()}
    return {setting: words for setting, words in found.items() if words}


def _key_schema(*both: Members) -> Words:
    yield from _equal("keys", *({"keys": _keys(each["key_schema"])} for each in both))


def _keys(schema: Iterable[Members]) -> list[tuple[str, str]]:
    found = [(each["KeyType"], each["AttributeName"]) for each in schema]
    return sorted(found, key=lambda element: element[0])


def _attributes(wanted: Members, present: Members) -> Words:
    """Compare types; an attribute that is missing belongs to an index that is, told there."""
    for name, kind in wanted["attributes"].items():
        own = present["attributes"].get(name, kind)
        if own != kind:
            yield f"attribute {name} is of type {own}, wanted {kind}"


def _indexes(member: str, wanted: Members, present: Members) -> Words:
    full, own = wanted[member], present[member]
    yield from _named("index", *({name: _index(ix[name]) for name in ix} for ix in (full, own)))


def _index(index: Members) -> Members:
    projection = index["Projection"]
    return {
        "keys": _keys(index["KeySchema"]),
        "projects": projection["ProjectionType"],
        "attributes": sorted(projection.get("NonKeyAttributes", ())),
    }


def _throughput(wanted: Members, present: Members) -> Words:
    if {wanted["billing_mode"], present["billing_mode"]} != {"PROVISIONED"}:
        return
    for index, full, own in owners(wanted, present):
        for unit in UNITS:
            given, units = (full.get("throughput") or {}).get(unit), own["throughput"][unit]
            low, high = bounds(wanted, index, unit) or (given, given)
            if low is not None and not low <= units <= high:
                between = str(low) if low == high else f"{low} to {high}"
                yield f"{_of(index)}{unit} is {units}, wanted {between}"


def _on_demand_throughput(wanted: Members, present: Members) -> Words:
    if {wanted["billing_mode"], present["billing_mode"]} != {"PAY_PER_REQUEST"}:
        return
    for index, *both in owners(wanted, present):
        full, own = (each.get("on_demand_throughput") or {} for each in both)
        for maximum in MAXIMA:
            yield from (_of(index) + words for words in _equal(maximum, full, own))


def _scaling(wanted: Members, present: Members) -> Words:
    full, own = by_dimension(wanted), by_dimension(present)
    for place in sorted(full.keys() | own.keys(), key=lambda key: (key[0] or "", key[1])):
        where = f"{_of(place[0])}{place[1]}"
        if place not in own:
            yield f"{where} does not scale"
        elif place not in full:
            yield f"{where} scales, which is not wanted"
        else:
            yield from (f"{where}: {words}" for words in _dimension(full[place], own[place]))


def _dimension(wanted: Members, present: Members) -> Words:
    for name in ("min_capacity", "max_capacity"):
        yield from _equal(name, wanted, present)
    both, member = (wanted, present), "scheduled_actions"
    policies = (
        {each["name"]: tracking(each["configuration"]) for each in one.get("policies") or ()}
        for one in both
    )
    actions = (
        {each["ScheduledActionName"]: comparable(each) for each in one.get(member) or ()}
        for one in both
    )
    yield from _named("policy", *policies)
    yield from _named("scheduled action", *actions)


def _named(what: str, wanted: Members, present: Members) -> Words:
    for name in sorted(wanted.keys() | present.keys()):
        if name not in present:
            yield f"{what} {name} is missing"
        elif name not in wanted:
            yield f"{what} {name} is not wanted"
        elif wanted[name] != present[name]:
            yield f"{what} {name} is {said(present[name])}, wanted {said(wanted[name])}"


def _recovery(*both: Members) -> Words:
    told = (each["point_in_time_recovery"] for each in both)
    days = (
        (each.get("recovery_period_days") or DEFAULT_PERIOD_DAYS) if each["enabled"] else 0
        for each in told
    )
    yield from _equal("days", *({"days": each} for each in days))


def _destinations(*both: Members) -> Words:
    streams = (
        {
            each["stream_arn"]: each.get("timestamp_precision") or DEFAULT_PRECISION
            for each in settings["kinesis_destinations"]
        }
        for settings in both
    )
    yield from _named("stream", *streams)


def _insights(wanted: Members, present: Members) -> Words:
    full, own = wanted["contributor_insights"], present["contributor_insights"]
    yield from _equal("table", full, own)
    yield from _named("index", *(dict.fromkeys(each["indexes"]) for each in (full, own)))


def _policy(*both: Members) -> Words:
    yield from _equal("it", *({"it": canonical(each["resource_policy"])} for each in both))


def _tags(wanted: Members, present: Members) -> Words:
    for key, value in sorted(wanted["tags"].items()):
        own = present["tags"].get(key)
        if own != value and not key.startswith("aws:"):
            yield f"tag {key} is {said(own)}, wanted {said(value)}"


def _alarms(*both: Members) -> Words:
    full, own = ({alarm["AlarmName"] for alarm in each["alarms"]} for each in both)
    yield from (f"alarm {name} is missing" for name in sorted(full - own))


def _equal(name: str, wanted: Members, present: Members) -> Words:
    if wanted.get(name) != present.get(name):
        yield f"{name} is {said(present.get(name))}, wanted {said(wanted.get(name))}"


# By setting; keys are compared by ARN, because an alias does not say which key it means.
COMPARISONS: Mapping[str, Callable[[Members, Members], Words]] = {
    "key_schema": _key_schema,
    "attributes": _attributes,
    "local_indexes": partial(_indexes, "local_indexes"),
    "encryption": partial(_equal, "encryption"),
    "deletion_protection": partial(_equal, "deletion_protection"),
    "point_in_time_recovery": _recovery,
    "billing_mode": partial(_equal, "billing_mode"),
    "throughput": _throughput,
    "on_demand_throughput": _on_demand_throughput,
    "global_indexes": partial(_indexes, "global_indexes"),
    "table_class": partial(_equal, "table_class"),
    "stream_view_type": partial(_equal, "stream_view_type"),
    "time_to_live": partial(_equal, "time_to_live"),
    "tags": _tags,
    "resource_policy": _policy,
    "contributor_insights": _insights,
    "kinesis_destinations": _destinations,
    "scaling": _scaling,
    "alarms": _alarms,
}


def owners(wanted: Settings, present: Settings) -> Iterator[tuple[str | None, Members, Members]]:
    """Yield the table (None) and each global index that is wanted and present, as both have it."""
    yield None, wanted, present
    for name, index in sorted(wanted["global_indexes"].items()):
        if name in present["global_indexes"]:
            yield name, index, present["global_indexes"][name]


def comparable(action: Members) -> dict[str, Any]:
    """Return a scheduled action so that two that mean the same are equal."""
    times = {name: moment(action[name]) for name in ("StartTime", "EndTime") if action.get(name)}
    given = {name: value for name, value in action.items() if value is not None}
    return {"Timezone": "UTC", **given, **times}


def tracking(configuration: Members) -> dict[str, Any]:
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


def _of(index: str | None) -> str:
    return f"index {index}: " if index else ""
