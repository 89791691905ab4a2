"""One CloudFormation template as it would be deployed: parameters, conditions and intrinsics."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.audit.identity import IDENTIFIED, NAMED_BY, Identity, Place, identity
from generator.audit.values import (
    NO,
    YES,
    Hole,
    Text,
    Verdict,
    all_of,
    any_of,
    assuming,
    equal,
    negated,
    split_text,
    text,
    unknown,
)
from generator.audit.world import OTHER, World

NOTHING = object()  # what AWS::NoValue leaves
_DYNAMIC = re.compile(r"(\{\{resolve:[^{}]+\}\})")
_VARIABLE = re.compile(r"(\$\{[^{}]+\})")
_MOST_DEEP = 60
_PAIR, _TRIPLE = 2, 3
# A stack's outputs by name, or why they are unknown; given for nested stacks.
Outputs = Callable[[str, str], Text | None]


class Stack:
    """A template with what it is given; `resolve` returns any part of it with intrinsics done."""

    def __init__(
        self,
        world: World,
        file: str,
        document: Mapping[str, Any],
        given: Mapping[str, Any],
        address: str = "",
    ) -> None:
        self.world = world
        self.file = file
        self.document = document
        self.given = given
        self.address = address
        self.outputs_of: Outputs = lambda _stack, _output: None
        self.import_value: Callable[[Text], Text] = lambda name: self.unknown(
            f"import of {name}", f"export {name} is not in these files"
        )
        self._identities: dict[str, Identity] = {}
        self._conditions: dict[str, Verdict] = {}
        self._depth = 0

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section of the template, empty where it is absent or no mapping."""
        found = self.document.get(name)
        return found if isinstance(found, dict) else {}

    @property
    def place(self) -> Place:
        """Where the stack is deployed."""
        return Place(
            region=self._pseudo("AWS::Region"),
            account=self._pseudo("AWS::AccountId"),
            partition=self._pseudo("AWS::Partition"),
        )

    def unknown(self, key: str, reason: str) -> Text:
        """Return a hole of this stack's own, or what the world chose for it."""
        return self.world.filled(Hole(f"{self.file}:{self.address}#{key}", reason))

    def resolve(self, node: Any) -> Any:
        """Return a node with every intrinsic done: nested dicts and lists of `Text`."""
        if self._depth > _MOST_DEEP:
            return self.unknown("circle", "it refers to itself")
        self._depth += 1
        try:
            return self._resolved(node)
        finally:
            self._depth -= 1

    def scalar(self, node: Any) -> Text:
        """Return a node that has to be a scalar; anything else is unknown."""
        found = self.resolve(node)
        if isinstance(found, Text):
            return found
        return self.unknown(json.dumps(node, default=str), "a list stands where a text is expected")

    def condition(self, name: str) -> Verdict:
        """Return whether a named condition holds."""
        if name not in self._conditions:
            self._conditions[name] = unknown(f"condition {name} refers to itself")
            declared = self.section("Conditions")
            if name in declared:
                self._conditions[name] = self._holds(declared[name])
            else:
                self._conditions[name] = unknown(f"condition {name} is not declared")
        return self._conditions[name]

    def identity_of(self, logical_id: str) -> Identity:
        """Return name, ARN and id of one of the stack's resources."""
        if logical_id not in self._identities:
            node = self.section("Resources")[logical_id]
            type_ = node.get("Type", "")
            properties = self.resolve(node.get("Properties") or {})
            named_by = NAMED_BY.get(type_)
            name = properties.get(named_by) if isinstance(properties, dict) else None
            self._identities[logical_id] = identity(
                type_,
                name if isinstance(name, Text) else None,
                lambda what, why: self._made_up(logical_id, what, why),
                self.place,
            )
        return self._identities[logical_id]

    def _made_up(self, logical_id: str, what: str, why: str) -> Text:
        """Return what CloudFormation makes up: names as STACK-LOGICALID-RANDOM.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
        """
        random = self.unknown(f"{logical_id}.{what}", f"{logical_id}: {why}")
        if what != "name":
            return random
        stack = self.unknown("AWS::StackName", "the stack's name is known only at deployment")
        return text(stack, f"-{logical_id}-", random)

    def _resolved(self, node: Any) -> Any:
        if isinstance(node, dict):
            intrinsic = [key for key in node if key == "Ref" or str(key).startswith("Fn::")]
            if intrinsic and len(node) == 1:
                return self._intrinsic(str(intrinsic[0]), node[intrinsic[0]])
            if intrinsic:
                return self.unknown(
                    json.dumps(node, default=str), f"{intrinsic[0]} is not worked out here"
                )
            pairs = ((str(key), self.resolve(value)) for key, value in node.items())
            return {key: value for key, value in pairs if value is not NOTHING}
        if isinstance(node, list):
            return [value for each in node if (value := self.resolve(each)) is not NOTHING]
        if isinstance(node, bool):
            return text("true" if node else "false")
        return self._literal(str(node))

    def _literal(self, written: str) -> Text:
        if "{{resolve:" not in written:
            return text(written)
        return text(
            *(
                Hole(part, f"dynamic reference {part}") if part.startswith("{{resolve:") else part
                for part in _DYNAMIC.split(written)
            )
        )

    def _intrinsic(self, name: str, argument: Any) -> Any:
        known: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::ImportValue": lambda given: self.import_value(self.scalar(given)),
        }
        found = known[name](argument) if name in known else None
        if found is None:
            return self.unknown(
                json.dumps({name: argument}, default=str, sort_keys=True),
                f"{name} is not worked out here",
            )
        return found

    def _pseudo(self, name: str) -> Text:
        options = self.world.options
        given = {
            "AWS::Region": options.home,
            "AWS::AccountId": options.account,
            "AWS::Partition": options.partition,
        }[name]
        return self.world.filled(given.holes[0]) if given.holes else given

    def _ref(self, argument: Any) -> Any:
        name = str(argument)
        if name == "AWS::NoValue":
            return NOTHING
        if name in ("AWS::Region", "AWS::AccountId", "AWS::Partition"):
            return self._pseudo(name)
        if name in self.section("Parameters"):
            return self._parameter(name)
        node = self.section("Resources").get(name)
        if isinstance(node, dict) and node.get("Type") in IDENTIFIED:
            return self.identity_of(name).reference(node["Type"])
        there = isinstance(node, dict) or name.startswith("AWS::")
        where = "known only at deployment" if there else f"not in {self.file}"
        return self.unknown(name, f"{name} is {where}")

    def _parameter(self, name: str) -> Any:
        declared = self.section("Parameters")[name]
        declared = declared if isinstance(declared, dict) else {}
        type_ = str(declared.get("Type", "String"))
        if name in self.given and not type_.startswith("AWS::SSM::Parameter::"):
            value = self.given[name]
            return split_text(value) if _is_list(type_) and isinstance(value, Text) else value
        fix = f"(--parameter {name}=…)"
        if type_.startswith("AWS::SSM::Parameter::"):
            return self.unknown(name, f"parameter {name} is read from Systems Manager")
        if "Default" in declared:
            default = declared["Default"]
            default = str(default).lower() if isinstance(default, bool) else str(default)
            value = text(default, assumed=(f"by default of parameter {name}",))
            return split_text(value) if _is_list(type_) else value
        allowed = declared.get("AllowedValues")
        found = self.unknown(name, f"parameter {name} has no default {fix}")
        if isinstance(allowed, list) and found.holes:
            self.world.domains.setdefault(found.holes[0].key, tuple(map(str, allowed)))
        return found

    def _get_att(self, argument: Any) -> Text | None:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) != _PAIR or isinstance(parts[0], dict):
            return None
        logical_id = str(parts[0])
        attribute = self.scalar(parts[1]).literal or ""
        node = self.section("Resources").get(logical_id)
        if not isinstance(node, dict):
            return self.unknown(logical_id, f"{logical_id} is not in {self.file}")
        found = None
        if attribute.startswith("Outputs."):
            found = self.outputs_of(logical_id, attribute.removeprefix("Outputs."))
        elif node.get("Type") in IDENTIFIED:
            found = self.identity_of(logical_id).attribute(node["Type"], attribute)
        key = f"{logical_id}.{attribute}"
        return found or self.unknown(key, f"{key} is known only after deployment")

    def _sub(self, argument: Any) -> Text | None:
        variables: Mapping[str, Any] = {}
        template = argument
        if isinstance(argument, list) and len(argument) == _PAIR and isinstance(argument[1], dict):
            template, variables = argument
        if not isinstance(template, str):
            return None
        return text(*(self._piece(part, variables) for part in _VARIABLE.split(template)))

    def _piece(self, part: str, variables: Mapping[str, Any]) -> Text:
        if not _VARIABLE.fullmatch(part):
            return self._literal(part)
        name = part[2:-1].strip()
        if name.startswith("!"):
            return text(f"${{{name[1:]}}}")
        if name in variables:
            return self.scalar(variables[name])
        return self.scalar({"Fn::GetAtt": name} if "." in name else {"Ref": name})

    def _join(self, argument: Any) -> Text | None:
        if not isinstance(argument, list) or len(argument) != _PAIR:
            return None
        items = self.resolve(argument[1])
        if not isinstance(items, list) or not all(isinstance(item, Text) for item in items):
            return None
        between = str(argument[0])
        return text(
            *(part for number, item in enumerate(items) for part in (between * (number > 0), item))
        )

    def _select(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != _PAIR:
            return None
        number, items = self.scalar(argument[0]).literal, self.resolve(argument[1])
        if number is None or not number.isdecimal() or not isinstance(items, list):
            return None
        return items[int(number)] if int(number) < len(items) else None

    def _split(self, argument: Any) -> list[Text] | None:
        if not isinstance(argument, list) or len(argument) != _PAIR:
            return None
        whole = self.scalar(argument[1])
        # A hole may hold the delimiter: then neither count nor place of the pieces is known.
        return None if whole.literal is None else split_text(whole, str(argument[0]))

    def _find_in_map(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) < _TRIPLE:
            return None
        default = argument[3].get("DefaultValue") if len(argument) > _TRIPLE else None
        found: Any = self.section("Mappings")
        assumed: frozenset[str] = frozenset()
        for each in argument[:_TRIPLE]:
            key = self.scalar(each)
            options = tuple(map(str, found)) if isinstance(found, dict) else ()
            if key.literal is None:
                if len(key.parts) == 1:
                    self._offer(key.holes[0], options, closed=default is None)
                return self.unknown(json.dumps(argument, default=str), "; ".join(key.reasons))
            assumed |= key.assumed
            found = {str(name): value for name, value in found.items()}.get(key.literal)
            if not isinstance(found, dict):
                break
        found = default if found is None else found
        return None if found is None else assuming(self.resolve(found), assumed)

    def _if(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != _TRIPLE:
            return None
        verdict = self.condition(str(argument[0]))
        if verdict.truth is not None:
            found = self.resolve(argument[1 if verdict.truth else 2])
            return assuming(found, verdict.assumed)
        both = [self.resolve(branch) for branch in argument[1:]]
        if both[0] == both[1]:
            return both[0]
        reason = f"condition {argument[0]} is undecided: {'; '.join(verdict.why)}"
        return self.unknown(json.dumps(argument, default=str), reason)

    def _holds(self, node: Any) -> Verdict:
        if not isinstance(node, dict) or len(node) != 1:
            return unknown("a condition is written in a way that is not worked out here")
        ((name, argument),) = node.items()
        given = argument if isinstance(argument, list) else [argument]
        known: Mapping[str, Callable[[], Verdict]] = {
            "Condition": lambda: self.condition(str(argument)),
            "Fn::And": lambda: all_of(map(self._holds, given)),
            "Fn::Or": lambda: any_of(map(self._holds, given)),
            "Fn::Not": lambda: negated(all_of(map(self._holds, given))),
            "Fn::Equals": lambda: self._equals(node, given),
        }
        return known[name]() if name in known else unknown(f"{name} is not worked out here")

    def _equals(self, node: Any, sides: list[Any]) -> Verdict:
        if len(sides) != _PAIR:
            return unknown("Fn::Equals compares two values")
        left, right = (self.scalar(side) for side in sides)
        verdict = equal(left, right)
        if verdict.truth is not None:
            return verdict
        for side in (left, right):
            if len(side.parts) == 1 and side.holes and (options := self._compared_with(side)):
                self._offer(side.holes[0], options, closed=False)
                return verdict
        key = f"{self.file}:{self.address}#{json.dumps(node, default=str)}"
        if key in self.world.choices:
            return YES if self.world.choices[key] == "true" else NO
        self.world.offer(key, ("true", "false"))
        return verdict

    def _compared_with(self, side: Text) -> tuple[str, ...]:
        """Return the literals that the template's conditions compare a hole with."""
        found: dict[str, None] = {}
        for pair in _pairs(self.section("Conditions")):
            one, other = (self.scalar(each) for each in pair)
            for mine, theirs in ((one, other), (other, one)):
                if mine.parts == side.parts and theirs.literal is not None:
                    found[theirs.literal] = None
        return tuple(found)

    def _offer(self, hole: Hole, options: tuple[str, ...], *, closed: bool) -> None:
        """Let the world choose for a hole; what is not `closed` may be something else, too."""
        domain = options if closed else (*options, OTHER)
        self.world.offer(hole.key, self.world.domains.setdefault(hole.key, domain))


def _pairs(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Fn::Equals" and isinstance(value, list) and len(value) == _PAIR:
                yield value
            else:
                yield from _pairs(value)
    elif isinstance(node, list):
        for each in node:
            yield from _pairs(each)


def _is_list(type_: str) -> bool:
    return type_ == "CommaDelimitedList" or type_.startswith("List<")
