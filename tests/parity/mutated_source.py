"""Breaks the source of a spelling: every line of a template, every property of a module."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.parity.rendering import Spelling, spelling, template

Broken = tuple[str, str, Callable[[], Spelling]]  # kind, what is broken, and the result


def another(value: Any) -> Any:
    """Return a value of the same type that is not `value`."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"


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


def broken_templates(blueprint: str) -> Iterator[Broken]:
    """Yield a template with one line less, or one line that says the opposite."""
    lines = template(blueprint).read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines):
        for kind, new in _broken_lines(line):
            text = "\n".join([*lines[:number], *new, *lines[number + 1 :]])
            source = Source(f"{blueprint} {kind} {number}", text)
            yield kind, line.strip(), partial(_itself, source)


def _itself(source: Source) -> Source:
    return source


def _broken_lines(line: str) -> Iterator[tuple[str, list[str]]]:
    if line.strip() and not line.strip().startswith(("#", "{#")):
        yield "line", []
    for kind, changed in (
        ("condition", _CONDITION.sub(r"{% \1if not (\2) %}", line)),
        ("constant", _CONSTANT.sub(lambda match: f"= {_other_constant(match[1])}", line)),
        ("reference", _REFERENCE.sub(lambda match: match[1] + _other_end(match[2]), line)),
    ):
        if changed != line:
            yield kind, [changed]


def _other_constant(text: str) -> str:
    return json.dumps(another(json.loads(text)))


def _other_end(attribute: str) -> str:
    return ".arn" if attribute == "id" else ".id"


Edit = tuple[str, str, Callable[[], object]]  # kind, what is broken, and how: in place


def broken_modules(blueprint: str) -> Iterator[Broken]:
    """Yield a module that lacks one property or statement, or says the opposite at one place."""
    source = Path(str(spelling(blueprint).__file__)).read_text(encoding="utf-8")
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for place, (kind, what, _) in enumerate(_edits(node)):
            yield kind, what, partial(_module, blueprint, tree, number, place)


def _module(blueprint: str, tree: ast.Module, number: int, place: int) -> ModuleType:
    changed = copy.deepcopy(tree)
    node = list(ast.walk(changed))[number]
    list(_edits(node))[place][2]()
    module = ModuleType(f"blueprints.{blueprint}.mutant")
    exec(compile(ast.fix_missing_locations(changed), module.__name__, "exec"), vars(module))
    return module


def _edits(node: ast.AST) -> Iterator[Edit]:
    """Yield all that can be broken at this very node."""
    if isinstance(node, ast.Call):
        yield from _edits_of_call(node)
    elif isinstance(node, ast.Dict):
        yield from _edits_of_map(node)
    else:
        yield from _negations(node)
    for statements in (getattr(node, "body", None), getattr(node, "orelse", None)):
        if isinstance(statements, list):
            yield from _edits_of_block(statements)


def _edits_of_call(call: ast.Call) -> Iterator[Edit]:
    for keyword in call.keywords:
        yield "property", _text(keyword), partial(call.keywords.remove, keyword)
        yield from _other_value(keyword.value, _text(keyword))
    for argument in call.args:
        yield from _other_value(argument, _text(call))
    if isinstance(call.func, ast.Attribute) and call.func.attr == "ref":
        yield "reference", _text(call), partial(_get_att, call, call.func.value)


def _get_att(call: ast.Call, of: ast.expr) -> None:
    """Make `x.ref()` an `x.get_att("Arn")`."""
    call.func = ast.Attribute(of, "get_att", ast.Load())
    call.args = [ast.Constant("Arn")]


def _edits_of_map(node: ast.Dict) -> Iterator[Edit]:
    for at, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        what = f"{_text(key) if key else '**'}: {_text(value)}"
        yield "property", what, partial(_delete, node, at)
        yield from _other_value(value, what)


def _delete(node: ast.Dict, at: int) -> None:
    del node.keys[at], node.values[at]


def _other_value(value: ast.expr, what: str) -> Iterator[Edit]:
    if isinstance(value, ast.Constant) and value.value is not None:
        yield "constant", what, partial(setattr, value, "value", another(value.value))


def _negations(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.If | ast.IfExp) and _text(node.test) != "TYPE_CHECKING":
        yield "condition", _text(node.test), lambda: setattr(node, "test", _not(node.test))
    elif isinstance(node, ast.comprehension):
        for at, test in enumerate(node.ifs):
            yield "condition", _text(test), partial(node.ifs.__setitem__, at, _not(test))
    elif isinstance(node, ast.BoolOp):
        yield "condition", _text(node), partial(node.values.__setitem__, 0, _not(node.values[0]))


def _not(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _edits_of_block(statements: list[ast.stmt]) -> Iterator[Edit]:
    for at, statement in enumerate(statements):
        if _sets_something(statement):
            what = _text(statement).split("\n")[0]
            yield "statement", what, partial(statements.__setitem__, at, ast.Pass())


def _sets_something(statement: ast.stmt) -> bool:
    """Return whether the statement sets a property, yields a resource or adds to a list."""
    if isinstance(statement, ast.Assign):
        return isinstance(statement.targets[0], ast.Attribute | ast.Subscript)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call | ast.Yield | ast.YieldFrom)
    return isinstance(statement, ast.AugAssign)


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())
