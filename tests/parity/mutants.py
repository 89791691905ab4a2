"""Breaks one spelling in one small way: what a tired person does, or a careless merge."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from pydantic import BaseModel

from blueprints import catalog
from generator.naming import Label
from generator.render.hcl import Reference
from tests.parity.rendering import (
    TRACERS,
    Part,
    Template,
    all_names,
    cases,
    parts_of,
    spelling,
    template,
)

CLOUDFORMATION, TERRAFORM = "cloudformation", "terraform"
Spelling = ModuleType | Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One spelling of one blueprint, broken: its source, or what it sees of the facts."""

    kind: str
    blueprint: str
    engine: str
    what: str
    spelling: Callable[[], Spelling]
    seen: Callable[[Any], Any]

    @property
    def id(self) -> str:
        """What was done, in words that survive changes elsewhere in the file."""
        return f"{self.blueprint} {self.engine} {self.kind}: {self.what}"


def mutants() -> Iterator[Mutant]:
    """Yield every mutant of every blueprint."""
    for blueprint in (module.NAME for module in catalog.ALL):
        yield from _numbered(_of_python(blueprint))
        yield from _of_facts(blueprint, CLOUDFORMATION)
        if blueprint not in catalog.CLOUDFORMATION_ONLY:
            yield from _numbered(_of_template(blueprint))
            yield from _of_facts(blueprint, TERRAFORM)


def _numbered(found: Iterable[Mutant]) -> Iterator[Mutant]:
    """Tell mutants of equal lines apart."""
    counts: dict[str, int] = {}
    for mutant in found:
        number = counts[mutant.id] = counts.get(mutant.id, 0) + 1
        yield mutant if number == 1 else replace(mutant, what=f"{mutant.what} #{number}")


def _same(facts: Any) -> Any:
    return facts


# Terraform: lines and conditions of the template


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a template; `name` tells the compiler which one."""

    name: str
    text: str

    def read_text(self, encoding: str | None = None) -> str:
        """Return the text."""
        return self.text

    def __str__(self) -> str:
        return self.name


_CONDITION = re.compile(r"\{% (el)?if (.+?) %\}")
_CONSTANT = re.compile(r'= (true|false|[0-9]+|"[^"{}]*")$')
_REFERENCE = re.compile(r"(\.terraform \}\})\.([a-z_]+)$")


def _of_template(blueprint: str) -> Iterator[Mutant]:
    lines = template(blueprint).read_text(encoding="utf-8").split("\n")

    def mutant(kind: str, number: int, line: str | None) -> Mutant:
        changed = [*lines[:number], *([] if line is None else [line]), *lines[number + 1 :]]
        source = Source(f"{blueprint} {kind} {number}", "\n".join(changed))
        return Mutant(
            kind=kind,
            blueprint=blueprint,
            engine=TERRAFORM,
            what=lines[number].strip(),
            spelling=lambda: source,
            seen=_same,
        )

    for number, line in enumerate(lines):
        if line.strip() and not line.strip().startswith(("#", "{#")):
            yield mutant("line", number, None)
        for kind, changed in (
            ("condition", _CONDITION.sub(r"{% \1if not (\2) %}", line)),
            ("constant", _CONSTANT.sub(lambda match: f"= {_other_constant(match[1])}", line)),
            ("reference", _REFERENCE.sub(lambda match: match[1] + _other_end(match[2]), line)),
        ):
            if changed != line:
                yield mutant(kind, number, changed)


def _other_constant(text: str) -> str:
    other = _another(json.loads(text))
    return json.dumps(other)


def _other_end(attribute: str) -> str:
    return ".arn" if attribute == "id" else ".id"


# CloudFormation: properties, statements and conditions of the module


def _of_python(blueprint: str) -> Iterator[Mutant]:
    source = Path(str(spelling(blueprint).__file__)).read_text(encoding="utf-8")
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for kind, what, _ in _edits(node):
            yield Mutant(
                kind=kind,
                blueprint=blueprint,
                engine=CLOUDFORMATION,
                what=what,
                spelling=lambda at=(number, kind, what): _module(blueprint, tree, *at),
                seen=_same,
            )


def _module(blueprint: str, tree: ast.Module, number: int, kind: str, what: str) -> ModuleType:
    changed = copy.deepcopy(tree)
    node = next(node for count, node in enumerate(ast.walk(changed)) if count == number)
    next(edit for *key, edit in _edits(node) if key == [kind, what])()
    module = ModuleType(f"blueprints.{blueprint}.mutant")
    exec(compile(ast.fix_missing_locations(changed), module.__name__, "exec"), vars(module))
    return module


Edit = tuple[str, str, Callable[[], None]]


def _edits(node: ast.AST) -> Iterator[Edit]:
    """Yield (kind, what, how) for all that can be broken at this very node."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield "property", _text(keyword), lambda k=keyword: node.keywords.remove(k)
            yield from _constant_edit(keyword.value, _text(keyword))
        for argument in node.args:
            yield from _constant_edit(argument, _text(node))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "ref":
            yield "reference", _text(node), lambda: _get_att(node)
    elif isinstance(node, ast.Dict):
        for at, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            what = f"{_text(key) if key else '**'}: {_text(value)}"
            yield "property", what, lambda i=at: (node.keys.pop(i), node.values.pop(i))
            yield from _constant_edit(value, what)
    elif isinstance(node, ast.If | ast.IfExp):
        if _text(node.test) != "TYPE_CHECKING":
            yield "condition", _text(node.test), lambda: _negate(node)
    elif isinstance(node, ast.comprehension):
        for at, test in enumerate(node.ifs):
            yield "condition", _text(test), lambda i=at: _negate_at(node.ifs, i)
    elif isinstance(node, ast.BoolOp):
        yield "condition", _text(node), lambda: _negate_at(node.values, 0)
    for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
        for at, statement in enumerate(body if isinstance(body, list) else ()):
            if _sets_something(statement):
                what = _text(statement).split("\n")[0]
                yield "statement", what, lambda b=body, i=at: b.__setitem__(i, ast.Pass())


def _constant_edit(value: ast.expr, what: str) -> Iterator[Edit]:
    if isinstance(value, ast.Constant) and value.value is not None:
        yield "constant", what, lambda: setattr(value, "value", _another(value.value))


def _get_att(call: ast.Call) -> None:
    """Make `x.ref()` an `x.get_att("Arn")`."""
    call.func = ast.Attribute(cast("ast.Attribute", call.func).value, "get_att", ast.Load())
    call.args = [ast.Constant("Arn")]


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _negate(node: ast.If | ast.IfExp) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _negate_at(tests: list[ast.expr], at: int) -> None:
    tests[at] = ast.UnaryOp(ast.Not(), tests[at])


def _sets_something(statement: ast.stmt) -> bool:
    """Return whether the statement sets a property, yields a resource or adds to a list."""
    if isinstance(statement, ast.Assign):
        return isinstance(statement.targets[0], ast.Attribute | ast.Subscript)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call | ast.Yield | ast.YieldFrom)
    return isinstance(statement, ast.AugAssign)


# Facts, as one of the two spellings sees them


def _of_facts(blueprint: str, engine: str) -> Iterator[Mutant]:
    for type_, names in _leaf_fields(blueprint).items():
        for one, other in _swappable(type_, names):
            yield _seen(
                blueprint,
                engine,
                "swap",
                f"{type_.__name__}.{one} and {other}",
                _swap(type_, one, other),
            )
        for name in names:
            what = f"{type_.__name__}.{name}"
            constant = _constant(blueprint, type_, name)
            yield _seen(blueprint, engine, "freeze", what, _freeze(type_, name, constant))


def _seen(blueprint: str, engine: str, kind: str, what: str, seen: Callable[[Any], Any]) -> Mutant:
    own = spelling(blueprint) if engine == CLOUDFORMATION else template(blueprint)
    return Mutant(
        kind=kind,
        blueprint=blueprint,
        engine=engine,
        what=what,
        spelling=lambda: own,
        seen=seen,
    )


def _swappable(type_: type, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    annotations = _annotations(type_)
    for one, other in combinations(names, 2):
        if annotations[one] == annotations[other]:
            yield one, other


def _annotations(type_: type) -> Mapping[str, str]:
    """Return the types of fields as they are written; what may be absent is of the same type."""
    if is_dataclass(type_):
        return {field.name: str(field.type).removesuffix(" | None") for field in fields(type_)}
    return {name: str(field.annotation) for name, field in type_.model_fields.items()}


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
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, Label):
        return Label(f"{value.logical_id}X", f"{value.terraform}x")
    if isinstance(value, tuple):
        return (*value, *value)
    return {**value, "x": "x"}


def _swap(type_: type, one: str, other: str) -> Callable[[Any], Any]:
    return lambda facts: _rewritten(
        facts, type_, lambda each: {one: getattr(each, other), other: getattr(each, one)}
    )


def _freeze(type_: type, name: str, constant: Any) -> Callable[[Any], Any]:
    return lambda facts: _rewritten(
        facts, type_, lambda each: {} if getattr(each, name) is None else {name: constant}
    )


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
