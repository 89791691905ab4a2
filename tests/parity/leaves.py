"""Takes both outputs apart into leaves that can be compared: where, at which path, which value.

A path belongs to a type of resource, so that `AWS::Backup::BackupVault BackupVaultName` is the same
path in every vault. A place is one resource, by template and label, and the position in its lists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.parity import hcl


class Place(NamedTuple):
    """One resource, or one item of a list in it; zeros are left out of `position`.

    So a list of one is what Terraform has as a block, and a second item stays a second item.
    """

    template: str
    label: str
    position: tuple[int, ...] = ()


class Path(NamedTuple):
    """Where in a type of resource a value stands; a reference says what it reaches of what."""

    type: str
    name: str
    reaches: str = ""

    def __str__(self) -> str:
        return f"{self.type} {self.name}" + (f" -> {self.reaches}" if self.reaches else "")


class Edge(NamedTuple):
    """One resource reaching another one of the environment."""

    template: str
    label: str
    target: str


# The value of a leaf is canonical JSON: `true` is no 1, keys have no order, lists have one.
Leaves = Mapping[Path, Mapping[Place, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One template in one engine."""

    leaves: Leaves
    edges: frozenset[Edge]
    documents: tuple[str, ...]
    comments: Mapping[str, str]


def same_label(name: str) -> str:
    """Return what `TableOrders` and `table_orders` have in common."""
    return name.replace("_", "").lower()


def canonical(value: Any) -> str:
    """Return `value` as JSON that is equal exactly when the values are."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


class _Found:
    """Collects what stands in one template."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.leaves: dict[Path, dict[Place, str]] = {}
        self.edges: set[Edge] = set()
        self.documents: list[str] = []

    def add(self, path: Path, label: str, index: tuple[int, ...], value: str) -> None:
        place = Place(self.template, label, tuple(number for number in index if number))
        values = self.leaves.setdefault(path, {})
        values[place] = f"{values[place]}, {value}" if place in values else value

    def reach(self, path: Path, label: str, index: tuple[int, ...], target: str) -> None:
        self.add(path, label, index, f"-> {target}")
        self.edge(label, target)

    def edge(self, label: str, target: str) -> None:
        if target != label:
            self.edges.add(Edge(self.template, label, target))

    def output(self, comments: Mapping[str, str]) -> Output:
        return Output(
            leaves=self.leaves,
            edges=frozenset(self.edges),
            documents=tuple(sorted(self.documents)),
            comments=comments,
        )


# Properties whose content is data and not structure: documents, and maps with keys of their own.
_DATA = frozenset(
    {
        "AccessPolicy",
        "AssumeRolePolicyDocument",
        "BackupPlanTags",
        "BackupVaultTags",
        "Content",
        "Definition",
        "EventPattern",
        "InputPathsMap",
        "KeyPolicy",
        "PolicyDocument",
        "RecoveryPointTags",
        "RedrivePolicy",
    }
)
# What CloudFormation writes as a list of pairs, and Terraform as a map.
_PAIRS = {
    frozenset({"Key", "Value"}): ("Key", "Value"),
    frozenset({"Name", "Value"}): ("Name", "Value"),
}
_KEY_SCHEMA = {"AttributeName", "KeyType"}
_ATTRIBUTES_THAT_REACH = "DependsOn"


def of_cloudformation(
    name: str, template: Mapping[str, Any], comments: Mapping[str, str]
) -> Output:
    """Return the leaves of a template given as plain data with calls in their long form."""
    found = _Found(name)
    types = {title: body["Type"] for title, body in template["Resources"].items()}
    for title, body in template["Resources"].items():
        reader = _Template(found, types, title)
        for key, value in body.items():
            if key == _ATTRIBUTES_THAT_REACH:
                for number, target in enumerate([value] if isinstance(value, str) else value):
                    path = Path(types[title], key, types[target])
                    found.reach(path, reader.label, (number,), same_label(target))
            elif key == "Properties":
                reader.take("", value, ())
            elif key != "Type":
                reader.take(key, value, ())
    return found.output({same_label(title): text for title, text in comments.items() if text})


class _Template:
    """Reads the properties of one resource of a template."""

    def __init__(self, found: _Found, types: Mapping[str, str], title: str) -> None:
        self.found, self.types = found, types
        self.type, self.label = types[title], same_label(title)

    def take(self, name: str, value: Any, index: tuple[int, ...]) -> None:
        """Add the leaves of `value`, which stands at the path `name`."""
        call = _call(value)
        if call is not None:
            target, attribute = call
            path = Path(self.type, name, f"{self.types[target]} {attribute}")
            self.found.reach(path, self.label, index, same_label(target))
        elif name.rpartition(".")[2] in _DATA:
            self._leaf(name, self._data(value), index)
            if "Policy" in name or "Pattern" in name or name in {"Content", "Definition"}:
                self.found.documents.append(canonical(self._data(value)))
        elif isinstance(value, dict) and name == "Tags":  # of types that take them as a map
            self._leaf(name, self._data(value), index)
        elif isinstance(value, dict):
            for key, item in value.items():
                self.take(f"{name}.{key}" if name else key, item, index)
        elif isinstance(value, list):
            self._list(name, value, index)
        else:
            self._leaf(name, value, index)

    def _list(self, name: str, items: list[Any], index: tuple[int, ...]) -> None:
        if not any(isinstance(item, dict) for item in items):
            self._leaf(name, items, index)
        elif all(isinstance(item, dict) and frozenset(item) in _PAIRS for item in items):
            self._leaf(name, dict(_pair(item) for item in items), index)
        elif all(set(item) == _KEY_SCHEMA for item in items):
            for item in items:
                self.take(f"{name}.{item['KeyType']}", item["AttributeName"], index)
        else:
            for number, item in enumerate(items):
                self.take(name, item, (*index, number))

    def _leaf(self, name: str, value: Any, index: tuple[int, ...]) -> None:
        self.found.add(Path(self.type, name), self.label, index, canonical(value))

    def _data(self, value: Any) -> Any:
        """Return data with its references named alike in both engines."""
        call = _call(value)
        if call is not None:
            target, attribute = call
            self.found.edge(self.label, same_label(target))
            return {"->": f"{same_label(target)} {attribute.lower()}"}
        if isinstance(value, dict):
            return {key: self._data(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._data(item) for item in value]
        return value


def _pair(item: Mapping[str, Any]) -> tuple[str, Any]:
    key, value = _PAIRS[frozenset(item)]
    return item[key], item[value]


def _call(value: Any) -> tuple[str, str] | None:
    """Return the logical ID and attribute that a `Ref` or `GetAtt` reaches."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, content),) = value.items()
    if name == "Ref":
        return content, "Ref"
    if name == "Fn::GetAtt":
        return content[0], content[1]
    if name.startswith("Fn::"):
        raise ValueError(f"{name} is no call that Holdfast writes")
    return None


def of_terraform(name: str, text: str) -> Output:
    """Return the leaves of a file."""
    found = _Found(name)
    comments: dict[str, str] = {}
    for resource in hcl.resources(text):
        reader = _Resource(found, resource)
        reader.take("", resource.body, ())
        if resource.comment:
            comments[reader.label] = resource.comment
    return found.output(comments)


class _Resource:
    """Reads the arguments and blocks of one resource of a file."""

    def __init__(self, found: _Found, resource: hcl.Resource) -> None:
        self.found, self.type, self.label = found, resource.type, same_label(resource.name)

    def take(self, prefix: str, body: hcl.Body, index: tuple[int, ...]) -> None:
        """Add the leaves of a block, which stands at the path `prefix`."""
        for name, value in body.arguments:
            if name == "provider":  # names no resource, though it looks like one
                self.found.add(Path(self.type, name), self.label, index, ".".join(value.parts))
                continue
            self._argument(Path(self.type, prefix + name), value, index)
        counts: dict[str, int] = {}
        for name, block in body.blocks:
            number = counts.get(name, 0)
            counts[name] = number + 1
            self.take(f"{prefix}{name}.", block, (*index, number))

    def _argument(self, path: Path, value: Any, index: tuple[int, ...]) -> None:
        items = value if isinstance(value, list) else [value]
        if items and all(isinstance(item, hcl.Reference) and len(item.parts) > 1 for item in items):
            for number, reference in enumerate(items):
                target_type, target, *attribute = reference.parts
                reaches = " ".join((target_type, ".".join(attribute))).strip()
                where = (*index, number) if number else index
                self.found.reach(
                    path._replace(reaches=reaches), self.label, where, same_label(target)
                )
            return
        data = self._data(value)
        self.found.add(path, self.label, index, canonical(data))
        if isinstance(value, dict) and any(
            word in path.name for word in ("policy", "pattern", "content", "definition")
        ):
            self.found.documents.append(canonical(data))

    def _data(self, value: Any) -> Any:
        """Return data with its references named alike in both engines."""
        if isinstance(value, hcl.Reference):
            if len(value.parts) == 1:  # a word of Terraform's own, as in `ignore_changes`
                return {"word": value.parts[0]}
            self.found.edge(self.label, same_label(value.parts[1]))
            return {"->": f"{same_label(value.parts[1])} {'.'.join(value.parts[2:])}"}
        if isinstance(value, dict):
            return {key: self._data(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._data(item) for item in value]
        return value
