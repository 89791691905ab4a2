"""Tables as an audit sees them: each replica of a global table is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.audit.model import GLOBAL_TABLE, TABLES, Reading, Resource, listed, property_of
from generator.audit.values import (
    NO,
    Hole,
    Text,
    Verdict,
    all_of,
    any_of,
    equal,
    fields,
    like,
    negated,
    no,
    text,
    truth_of,
    unknown,
)

_REGION = 3
_PREFIX = "aws:ResourceTag/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """A table's tags; `hidden` says why there may be more than those that are known."""

    pairs: tuple[tuple[Text, Text], ...] = ()
    hidden: tuple[str, ...] = ()

    def matching(self, key: Text, value: Text) -> Verdict:
        """Return whether there is a tag `key` whose value is like `value`."""
        each = [all_of((equal(mine, key), like(given, value))) for mine, given in self.pairs]
        return any_of([*each, unknown(*self.hidden)] if self.hidden else each)

    def having(self, key: Text) -> Verdict:
        """Return whether there is a tag `key`."""
        return self.matching(key, text("*"))

    def __str__(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in self.pairs) or "no tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table in one Region, and what protects it by itself."""

    resource: Resource
    address: str
    arn: Text
    region: Text
    recovery: Verdict
    protection: Verdict
    tags: Tags = field(default_factory=Tags)
    several: bool = False

    @property
    def shown(self) -> str:
        """Its name where the files tell it, and its Region where it is one of several."""
        return f"{self.resource.shown} in {self.region}" if self.several else self.resource.shown


def tables_of(reading: Reading) -> list[Table]:
    """Return every table of the files, in their order."""
    found = [table for resource in reading.of(*sorted(TABLES)) for table in _tables(resource)]
    names = Counter(table.resource.name for table in found)
    return [replace(table, several=names[table.resource.name] > 1) for table in found]


def _tables(resource: Resource) -> Iterator[Table]:
    if resource.type != GLOBAL_TABLE:
        yield _table(resource, resource.properties, resource.address, resource.region)
        return
    for number, replica in enumerate(listed(property_of(resource.properties, "Replicas"))):
        region = property_of(replica, "Region")
        if not isinstance(region, Text):
            region = Text((Hole(f"{resource.address}.{number}", "a replica names no Region"),))
        yield _table(resource, replica, f"{resource.address}[{region}]", region)


def _table(resource: Resource, properties: Any, address: str, region: Text) -> Table:
    recovery = property_of(
        properties, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"
    )
    return Table(
        resource=resource,
        address=address,
        arn=_in_region(resource.arn, region),
        region=region,
        recovery=truth_of(recovery, NO),
        protection=truth_of(property_of(properties, "DeletionProtectionEnabled"), NO),
        tags=_tags(property_of(properties, "Tags")),
    )


def _in_region(arn: Text, region: Text) -> Text:
    pieces = fields(arn)
    if len(pieces) <= _REGION or pieces[_REGION] == region:
        return arn
    pieces[_REGION] = region
    return text(*(part for n, piece in enumerate(pieces) for part in (":" * (n > 0), piece)))


def _tags(given: Any) -> Tags:
    pairs: list[tuple[Text, Text]] = []
    hidden: list[str] = []
    if isinstance(given, dict):
        for key, value in given.items():
            pairs.append((text(key), value))
        return Tags(pairs=tuple(pairs))
    for each in listed(given):
        key, value = property_of(each, "Key"), property_of(each, "Value")
        if isinstance(each, dict) and isinstance(key, Text) and isinstance(value, Text):
            pairs.append((key, value))
        else:
            hidden += each.reasons if isinstance(each, Text) else ["a tag that cannot be read"]
    return Tags(pairs=tuple(pairs), hidden=tuple(hidden))


def condition_met(tags: Tags, operator: str, condition: Any) -> Verdict:
    """Return whether a table's tags meet one entry of a selection's `Conditions`."""
    key, value = property_of(condition, "ConditionKey"), property_of(condition, "ConditionValue")
    if isinstance(condition, Text):  # not even the operator is known
        return unknown(*condition.reasons)
    if not isinstance(key, Text) or not isinstance(value, Text):
        return unknown("a condition without key or value")
    if key.literal is not None and not key.literal.startswith(_PREFIX):
        return unknown(f"its condition key {key} does not begin with {_PREFIX}")
    name = _plain(key)
    positive = tags.matching(name, value)
    if operator in ("StringEquals", "StringLike"):
        return _explained(positive, name, value, tags)
    return _not_excluded(positive, tags, f"{operator} of {name}={value}", name)


def _not_excluded(positive: Verdict, tags: Tags, condition: str, name: Text) -> Verdict:
    if positive.truth:
        return no(f"it is excluded by {condition}")
    there = tags.having(name)
    if there.truth is False:
        return unknown(f"AWS does not say whether {condition} takes what has no tag {name}")
    return all_of((there, negated(positive)))


def tag_listed(tags: Tags, condition: Any) -> Verdict:
    """Return whether a table's tags meet one entry of a selection's `ListOfTags`."""
    key, value = property_of(condition, "ConditionKey"), property_of(condition, "ConditionValue")
    if not isinstance(key, Text) or not isinstance(value, Text):
        return unknown(*(condition.reasons if isinstance(condition, Text) else ["no key or value"]))
    found = any_of(
        all_of((equal(mine, _plain(key)), equal(given, value))) for mine, given in tags.pairs
    )
    if tags.hidden:
        found = any_of((found, unknown(*tags.hidden)))
    return _explained(found, _plain(key), value, tags)


def _explained(verdict: Verdict, name: Text, value: Text, tags: Tags) -> Verdict:
    if verdict.truth is not False:
        return verdict
    why = f"tag {name}={value} is asked for, the table has {tags}"
    return Verdict(truth=False, why=(why,), assumed=verdict.assumed)


def _plain(key: Text) -> Text:
    """Return a tag's key; CloudFormation's page writes it with the prefix of IAM, too."""
    first, *rest = key.parts or ("",)
    if isinstance(first, str) and first.startswith(_PREFIX):
        return text(first.removeprefix(_PREFIX), *rest, assumed=key.assumed)
    return key


def tag_entries(conditions: Mapping[str, Any] | Text | None) -> Iterator[tuple[str, Any]]:
    """Yield operator and entry of everything in a selection's `Conditions`."""
    if isinstance(conditions, Text):
        yield "StringEquals", conditions
    elif conditions is not None:
        for operator, entries in conditions.items():
            for entry in listed(entries):
                yield operator, entry
