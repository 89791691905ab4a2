"""Shows one of the two spellings other facts: two of them swapped, or one that never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, partial
from itertools import combinations
from typing import Any, cast

from pydantic import BaseModel

from generator.naming import Label
from generator.render.hcl import Reference
from tests.parity.mutated_source import another
from tests.parity.rendering import TRACERS, Part, all_names, cases, parts_of

Change = tuple[str, str, Callable[[Any], Any]]  # kind, which facts, and the facts as they are seen


def changes_of_facts(blueprint: str) -> Iterator[Change]:
    """Yield every swap of two facts of one type in a class, and every fact frozen."""
    for type_, names in _leaf_fields(blueprint).items():
        for one, other in _swappable(type_, names):
            what = f"{type_.__name__}.{one} and {other}"
            yield "swap", what, partial(_rewritten, type_=type_, change=partial(_swap, one, other))
        for name in names:
            freeze = partial(_freeze, name, _constant(blueprint, type_, name))
            what = f"{type_.__name__}.{name}"
            yield "freeze", what, partial(_rewritten, type_=type_, change=freeze)


def _swap(one: str, other: str, instance: Any) -> Mapping[str, Any]:
    return {one: getattr(instance, other), other: getattr(instance, one)}


def _freeze(name: str, constant: Any, instance: Any) -> Mapping[str, Any]:
    return {} if getattr(instance, name) is None else {name: constant}


def _swappable(type_: type, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    annotations = _annotations(type_)
    for one, other in combinations(names, 2):
        if annotations[one] == annotations[other]:
            yield one, other


def _annotations(type_: type) -> Mapping[str, str]:
    """Return the types of fields as they are written; what may be absent is of the same type."""
    if issubclass(type_, BaseModel):
        return {name: str(field.annotation) for name, field in type_.model_fields.items()}
    return {
        field.name: str(field.type).removesuffix(" | None") for field in fields(cast("Any", type_))
    }


@cache
def _leaf_fields(blueprint: str) -> dict[type, tuple[str, ...]]:
    """Return the classes of facts with those of their fields that hold a value, not more facts."""
    found: dict[type, dict[str, None]] = {}
    for _, facts in _all_facts(blueprint):
        for instance in _instances(facts):
            names = found.setdefault(type(instance), {})
            for name in _names(instance):
                value = getattr(instance, name)
                if value is not None and not any(True for _ in _instances(value)):
                    names[name] = None
    return {
        type_: tuple(name for name in _annotations(type_) if name in names)
        for type_, names in found.items()
    }


# The pipeline itself prints these two of a template.
_OF_THE_PIPELINE = frozenset({"template", "description"})


def _names(instance: Any) -> Iterator[str]:
    is_template = hasattr(instance, "template")
    for name in _annotations(type(instance)):
        if not (is_template and name in _OF_THE_PIPELINE):
            yield name


def _instances(value: Any) -> Iterator[Any]:
    """Yield every instance of a class of facts in `value`, itself included."""
    if isinstance(value, tuple):
        for item in value:
            yield from _instances(item)
    elif _is_facts(value):
        yield value
        for name in _annotations(type(value)):
            yield from _instances(getattr(value, name))


def _is_facts(value: Any) -> bool:
    if isinstance(value, Label | Reference):
        return False
    return is_dataclass(value) or isinstance(value, BaseModel)


def _all_facts(blueprint: str) -> Iterator[tuple[str, Any]]:
    """Yield the facts of the tracers, of the other environments, and of every variant."""
    for name in (*TRACERS, *all_names()):
        for part in _parts_of(parts_of(name).values(), blueprint):
            yield name, part.facts
    for name in TRACERS:
        for case in cases(name):
            for part in _parts_of(case.parts.values(), blueprint):
                yield case.variant.id, part.facts


def _parts_of(parts: Iterable[Part | None], blueprint: str) -> Iterator[Part]:
    return (part for part in parts if part is not None and part.blueprint == blueprint)


@cache
def _constant(blueprint: str, type_: type, name: str) -> Any:
    """Return the first value of a fact; another one if it never has a second."""
    values: dict[str, Any] = {}
    for _, facts in _all_facts(blueprint):
        for instance in _instances(facts):
            value = getattr(instance, name) if type(instance) is type_ else None
            if value is not None:
                values[repr(value)] = value
        if len(values) > 1:
            return next(iter(values.values()))
    return _another(next(iter(values.values())))


def _another(value: Any) -> Any:
    if isinstance(value, Label):
        return Label(f"{value.logical_id}X", f"{value.terraform}x")
    if isinstance(value, tuple):
        return (*value, *value)
    return {**value, "x": "x"} if isinstance(value, Mapping) else another(value)


def _rewritten(value: Any, type_: type, change: Callable[[Any], Mapping[str, Any]]) -> Any:
    """Return facts in which every instance of `type_` is changed."""
    if isinstance(value, tuple):
        return tuple(_rewritten(item, type_, change) for item in value)
    if not _is_facts(value):
        return value
    if isinstance(value, BaseModel):
        return value.model_copy(update=change(value)) if type(value) is type_ else value
    inner = {
        field.name: _rewritten(getattr(value, field.name), type_, change) for field in fields(value)
    }
    own = change(value) if type(value) is type_ else {}
    return replace(value, **{**inner, **own})
