"""Reads CloudFormation templates: their resources, nested stacks, loops and exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.audit.files import Template
from generator.audit.identity import IDENTIFIED
from generator.audit.model import READ, Gap, Resource
from generator.audit.rules import DECIDE
from generator.audit.stack import NOTHING, Stack
from generator.audit.values import Text, Verdict, all_of, equal, text
from generator.audit.world import World

_NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
# What these do to a template is either worked out here or touches nothing that is audited.
_TRANSFORMS = frozenset(
    {
        "AWS::Serverless-2016-10-31",
        "AWS::LanguageExtensions",
        "AWS::CodeDeployBlueGreen",
        "AWS::SecretsManager-2020-07-23",
        "AWS::SecretsManager-2024-09-16",
    }
)
_LOOP = "Fn::ForEach::"
_LOOP_PARTS = 3
_KEEPING = {
    "DeletionPolicy": ("Retain", "RetainExceptOnCreate"),
    "UpdateReplacePolicy": ("Retain",),
}


class Deployment:
    """Every stack that some templates make, nested ones too."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stacks: list[Stack] = []
        self._children: dict[tuple[int, str], Stack | None] = {}

    def add(self, template: Template) -> None:
        """Add a template of its own."""
        declared = template.document.get("Parameters")
        given = {
            name: text(value)
            for name, value in self.world.options.parameters.items()
            if isinstance(declared, dict) and name in declared
        }
        self._stack(template, given, "")

    def read(self) -> None:
        """Put every resource, export and gap into the world's reading."""
        for stack in list(self.stacks):
            self._read(stack, (stack.file,))

    def _stack(self, template: Template, given: Mapping[str, Any], address: str) -> Stack:
        stack = Stack(self.world, template.name, template.document, given, address)
        loops = any(str(key).startswith(_LOOP) for key in stack.section("Resources"))
        if loops:
            resources = dict(_unrolled(stack, stack.section("Resources")))
            document = {**template.document, "Resources": resources}
            stack = Stack(self.world, template.name, document, given, address)
        stack.outputs_of = lambda child, output: self._output(stack, child, output)
        stack.import_value = lambda name: self._import(stack, name)
        if not address:
            self.stacks.append(stack)
        return stack

    def _read(self, stack: Stack, within: tuple[str, ...]) -> None:
        for gap in _transforms(stack):
            self.world.reading.gaps.append(gap)
        for key, node in stack.section("Resources").items():
            logical_id = str(key)
            if not isinstance(node, dict) or logical_id.startswith("Fn::"):
                reason = f"{logical_id} is not worked out here"
                if logical_id.startswith(_LOOP):
                    reason = f"what loop {logical_id.removeprefix(_LOOP)} runs over is unknown"
                self._gap(stack, key, reason, DECIDE)
                continue
            exists = _exists(stack, node)
            type_ = node.get("Type")
            if exists.truth is False:
                continue
            if type_ in _NESTED:
                child = self._child(stack, logical_id)
                if child is not None and child.file not in within:
                    self._read(child, (*within, child.file))
                else:
                    reason = f"the template of nested stack {logical_id} is no file at hand"
                    self._gap(stack, key, reason, "make TemplateURL the path of a local template")
            elif type_ in READ:
                found = _resource(stack, key, node, exists)
                self.world.reading.resources.append(found)

    def _gap(self, stack: Stack, key: Any, reason: str, fix: str) -> None:
        place = place_of(stack.file, key)
        address = stack.address + str(key)
        self.world.reading.gaps.append(Gap(place=place, address=address, reason=reason, fix=fix))

    def _child(self, stack: Stack, logical_id: str) -> Stack | None:
        key = (id(stack), logical_id)
        if key not in self._children:
            self._children[key] = None
            self._children[key] = self._nested(stack, logical_id)
        return self._children[key]

    def _nested(self, stack: Stack, logical_id: str) -> Stack | None:
        node = stack.section("Resources").get(logical_id)
        if not isinstance(node, dict) or node.get("Type") not in _NESTED:
            return None
        properties = stack.resolve(node.get("Properties") or {})
        if not isinstance(properties, dict):
            return None
        url = properties.get(_NESTED[node["Type"]])
        path = url.literal if isinstance(url, Text) else None
        if path is None or "://" in path:
            return None
        template = self.world.template((Path(stack.file).parent / path).as_posix())
        if template is None:
            return None
        parameters = properties.get("Parameters")
        given = parameters if isinstance(parameters, dict) else {}
        return self._stack(template, given, f"{stack.address}{logical_id}/")

    def _output(self, stack: Stack, logical_id: str, output: str) -> Text | None:
        child = self._child(stack, logical_id)
        declared = child.section("Outputs").get(output) if child is not None else None
        if child is None or not isinstance(declared, dict) or "Value" not in declared:
            return None
        return child.scalar(declared["Value"])

    def _import(self, stack: Stack, name: Text) -> Text:
        reason = f"export {name} is in none of these files"
        for each in self.stacks:
            for output in each.section("Outputs").values():
                export = output.get("Export") if isinstance(output, dict) else None
                if not isinstance(export, dict) or "Name" not in export:
                    continue
                exported = each.scalar(export["Name"])
                same = equal(exported, name).truth
                if same:
                    return each.scalar(output.get("Value"))
                if same is None:
                    reason = f"whether import {name} is export {exported} is not told"
        return stack.unknown(f"import of {name}", reason)


def place_of(file: str, key: Any) -> str:
    """Return file:line:column of a key; the file's beginning where it has no mark."""
    mark = getattr(key, "start_mark", None)
    return f"{file}:{mark.line + 1}:{mark.column + 1}" if mark is not None else f"{file}:1:1"


def _exists(stack: Stack, node: Mapping[str, Any]) -> Verdict:
    condition = node.get("Condition")
    return Verdict(truth=True) if condition is None else stack.condition(str(condition))


def _resource(stack: Stack, key: Any, node: Mapping[str, Any], exists: Verdict) -> Resource:
    logical_id, type_ = str(key), str(node["Type"])
    properties = stack.resolve(node.get("Properties") or {})
    if not isinstance(properties, dict):
        # Of a resource whose properties are one hole, nothing at all is known.
        properties = _AllUnknown(properties)
    place = stack.place
    nothing = text()
    known = stack.identity_of(logical_id) if type_ in IDENTIFIED else None
    return Resource(
        type=type_,
        address=stack.address + logical_id,
        place=place_of(stack.file, key),
        properties=properties,
        region=place.region,
        account=place.account,
        name=known.name if known else text(logical_id),
        arn=known.arn if known else nothing,
        id=known.id if known else nothing,
        exists=exists,
        kept=_kept(stack, node),
    )


class _AllUnknown(dict[str, Any]):
    """Properties of which every one is the same hole."""

    def __init__(self, hole: Text) -> None:
        super().__init__()
        self._hole = hole

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ARG002 - dict's signature
        return self._hole


def _kept(stack: Stack, node: Mapping[str, Any]) -> Verdict:
    verdicts = []
    for attribute, keeping in _KEEPING.items():
        value = stack.resolve(node.get(attribute, "Delete"))
        value = text("Delete") if value is NOTHING or not isinstance(value, Text) else value
        if value.literal is None:
            verdicts.append(Verdict(None, value.reasons))
        else:
            why = (f"{attribute} is {value.literal}",)
            truth = value.literal in keeping
            verdicts.append(Verdict(truth, () if truth else why, value.assumed))
    return all_of(verdicts)


def _transforms(stack: Stack) -> Iterator[Gap]:
    given = stack.document.get("Transform")
    for each in given if isinstance(given, list) else [given]:
        name = each.get("Name") if isinstance(each, dict) else each
        if name is not None and name not in _TRANSFORMS:
            yield Gap(
                place=f"{stack.file}:1:1",
                address=stack.address or str(name),
                reason=f"macro {name} may change everything in this template",
                fix="audit the processed template that `aws cloudformation get-template` gives",
            )


def _unrolled(stack: Stack, resources: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield resources with simple loops written out; others stay, and become gaps."""
    for key, node in resources.items():
        if not str(key).startswith(_LOOP) or not isinstance(node, list) or len(node) != _LOOP_PARTS:
            yield key, node
            continue
        name, collection, body = node
        items = stack.resolve(collection)
        literals = (
            [item.literal for item in items if isinstance(item, Text)]
            if isinstance(items, list)
            else [None]
        )
        if None in literals or not isinstance(body, dict):
            yield key, node
            continue
        for literal in literals:
            for inner, value in _unrolled(stack, _with(body, str(name), str(literal))):
                yield _marked(inner, key), value


def _with(node: Any, name: str, value: str) -> Any:
    """Return a node with a loop's variable replaced; `&{NAME}` is the form for logical ids."""
    if isinstance(node, str):
        replaced = str(node).replace(f"${{{name}}}", value).replace(f"&{{{name}}}", value)
        return _marked(replaced, node)
    if isinstance(node, list):
        return [_with(each, name, value) for each in node]
    if isinstance(node, dict):
        if node == {"Ref": name}:
            return value
        return {_with(key, name, value): _with(each, name, value) for key, each in node.items()}
    return node


def _marked(replaced: str, original: Any) -> Any:
    from cfnlint.decode.node import str_node

    mark = getattr(original, "start_mark", None)
    if mark is None or getattr(replaced, "start_mark", None) is not None:
        return replaced
    return str_node(replaced, mark, original.end_mark)
