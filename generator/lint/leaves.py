"""The cheap part of parity: what the facts say must stand in both spellings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel

from generator.lint.findings import Finding
from generator.naming import Label
from generator.pipeline import Part, Tree
from generator.render.hcl import Reference

# Texts for people and names of files; spelled as comments, labels and descriptions.
_NOT_VALUES = ("template", "description", "purpose")


def check_leaves(tree: Tree) -> list[Finding]:
    """Return a finding for every leaf of the facts that a spelling lacks: our own defect."""
    return [
        Finding(
            rule="HF900",
            severity="error",
            place=f"output/{tree.environment.name}",
            path="",
            message=f"{path} = {value!r} of {part.facts.template} is missing in {engine}",
            fix="report it: this is a defect of Holdfast, not of your file",
        )
        for part in tree.parts
        for engine, path, value in _missing(part)
    ]


def _missing(part: Part) -> Iterator[tuple[str, str, Any]]:
    one_engine: frozenset[str] = getattr(part.blueprint, "ONE_ENGINE", frozenset())
    leaves = list(_leaves(part.facts, "", one_engine))
    spellings = {"CloudFormation": part.cloudformation, "Terraform": part.terraform}
    for engine, rendered in spellings.items():
        if rendered is None:
            continue
        printed = Counter(_comparable(value) for value in (*rendered.literals, *rendered.keys))
        for path, value in leaves:
            if not printed[_comparable(value)]:
                yield engine, path, value


def _comparable(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _leaves(value: Any, path: str, skipped: frozenset[str]) -> Iterator[tuple[str, Any]]:
    if value is None or isinstance(value, Label | Reference):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield f"{path}.{key}", key
            yield from _leaves(item, f"{path}.{key}", skipped)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}.{number}", skipped)
    elif is_dataclass(value) or isinstance(value, BaseModel):
        for name in _names(value):
            if not name.endswith(_NOT_VALUES) and name not in skipped:
                yield from _leaves(getattr(value, name), f"{path}.{name}", skipped)
    else:
        yield path.lstrip("."), value


def _names(facts: Any) -> list[str]:
    if isinstance(facts, BaseModel):
        return list(type(facts).model_fields)
    return [field.name for field in fields(facts)]
