"""Values of a Terraform plan that are known only after apply, traced through their expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.audit.values import Hole, Text

_INDEX = re.compile(r"\[[^\[\]]*\]")
_MOST_HOPS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One instance of a module: its address (empty for the root), call and configuration."""

    address: str
    configuration: Mapping[str, Any]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    parent: Module | None = None

    def inner(self, name: str) -> str:
        """Return the address of something in this module."""
        return f"{self.address}.{name}" if self.address else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """What an expression refers to: attributes of resources, and what hides what it refers to."""

    attributes: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()


class Configuration:
    """The configuration section of a plan, with the addresses that exist."""

    def __init__(self, plan: Mapping[str, Any], addresses: Sequence[str]) -> None:
        self.addresses = frozenset(addresses)
        self.variables: Mapping[str, Any] = plan.get("variables", {})
        given = plan.get("configuration", {})
        self.present = "configuration" in plan
        self.providers: Mapping[str, Any] = given.get("provider_config", {})
        self._root = Module("", given.get("root_module", {}))
        self._modules: dict[str, Module] = {"": self._root}

    def module(self, address: str) -> Module:
        """Return the module instance with an address as in `module.a["x"].module.b`."""
        if address not in self._modules:
            before, _, name = address.rpartition("module.")
            parent = self.module(before.removesuffix("."))
            call = parent.configuration.get("module_calls", {}).get(_INDEX.sub("", name), {})
            self._modules[address] = Module(
                address, call.get("module", {}), call.get("expressions", {}), parent
            )
        return self._modules[address]

    def resource(self, module: Module, type_: str, name: str) -> Mapping[str, Any]:
        """Return the configuration of a resource; empty where the plan has none."""
        for each in module.configuration.get("resources", ()):
            if (each.get("type"), each.get("name"), each.get("mode")) == (type_, name, "managed"):
                found: Mapping[str, Any] = each
                return found
        return {}

    def trace(self, expression: Any, module: Module, hops: int = 0) -> Traced:
        """Return everything that an expression refers to, through variables and outputs."""
        references = list(_longest(expression.get("references", ())))
        found = [self._followed(reference, module, hops) for reference in references]
        return Traced(
            attributes=tuple(dict.fromkeys(pair for each in found for pair in each.attributes)),
            hidden=tuple(dict.fromkeys(why for each in found for why in each.hidden)),
        )

    def constant(self, expression: Any) -> str | None:
        """Return what a provider's argument is set to, None where the plan does not say."""
        if not isinstance(expression, dict):
            return None
        if "constant_value" in expression:
            return str(expression["constant_value"])
        references = expression.get("references", [])
        if len(references) == 1 and references[0].startswith("var."):
            value = self.variables.get(references[0][4:], {}).get("value")
            return value if isinstance(value, str) else None
        return None

    def _followed(self, reference: str, module: Module, hops: int) -> Traced:
        if hops > _MOST_HOPS:
            return Traced(hidden=(reference,))
        first, _, rest = reference.partition(".")
        if first == "var":
            return self._variable(rest, module, hops)
        if first == "module":
            return self._output(rest, module, hops)
        if first in {"local", "each", "count", "data", "path", "self", "terraform"}:
            return Traced(hidden=(reference,))
        return self._attribute(reference, module)

    def _variable(self, name: str, module: Module, hops: int) -> Traced:
        if module.parent is None:
            return Traced(hidden=(f"var.{name}",))
        if not re.fullmatch(r"[\w-]+", name):  # a part of it: which, the plan does not tell
            return Traced(hidden=(f"var.{name}",))
        argument = module.arguments.get(name)
        if not isinstance(argument, dict):
            return Traced(hidden=(f"var.{name}",))
        found = self.trace(argument, module.parent, hops + 1)
        # What is no resource may be the condition that chooses between resources.
        return found if found.attributes or found.hidden else Traced(hidden=(f"var.{name}",))

    def _output(self, path: str, module: Module, hops: int) -> Traced:
        match = re.fullmatch(r"([\w-]+(?:\[[^\]]*\])?)\.([\w-]+)", path)
        address = module.inner(f"module.{match[1]}") if match else ""
        if match is None or (
            not match[1].endswith("]")
            and any(each.startswith(f"{address}[") for each in self.addresses)
        ):
            return Traced(hidden=(f"module.{path}",))
        child = self.module(address)
        output = child.configuration.get("outputs", {}).get(match[2], {})
        if "expression" not in output:
            return Traced(hidden=(f"module.{path}",))
        return self.trace(output["expression"], child, hops + 1)

    def _attribute(self, reference: str, module: Module) -> Traced:
        match = re.fullmatch(r"(\w+\.[\w-]+(?:\[[^\]]*\])?)(?:\.(\w+))?", reference)
        address = module.inner(match[1]) if match else ""
        if match is None or match[2] is None or address not in self.addresses:
            # All instances, or one whose index is computed: which, the plan does not tell.
            return Traced(hidden=(reference,))
        return Traced(attributes=((address, match[2]),))


def _longest(references: Sequence[str]) -> Iterator[str]:
    """Yield references without those that only prefix another: a plan lists `a.b.c` and `a.b`."""
    for reference in dict.fromkeys(references):
        longer = (other for other in references if other != reference)
        if not any(other.startswith((f"{reference}.", f"{reference}[")) for other in longer):
            yield reference


def unknown_until_apply(key: str, traced: Traced) -> Text:
    """Return the hole of a value that only apply decides, with what it is made of."""
    parts = [f"{address}.{name}" for address, name in traced.attributes]
    made_of = ", ".join(dict.fromkeys((*parts, *traced.hidden)))
    reason = "known only after apply"
    return Text(
        (Hole(key, f"{reason}: its expression refers to {made_of}" if made_of else reason),)
    )
