"""Reads the flat Terraform configuration that Holdfast writes: resources, blocks and literals.

python-hcl2 reads any configuration, two hundred times more slowly; a test compares the two.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r"""(?P<space>[ \t\n]+) | (?P<comment>\#[^\n]*)
      | (?P<text>"(?:[^"\\]|\\.)*+")
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_][\w-]*)
      | (?P<sign>[{}\[\]()=,.])""",
    re.VERBOSE,
)
_RESOURCE = re.compile(
    r'((?:^#[^\n]*\n)*)^resource "([^"]*)" "([^"]*)" (\{.*?^\})$', re.MULTILINE | re.DOTALL
)
_ESCAPE = re.compile(r'\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(["\\nrt]))|(\$\$|%%)(?=\{)|[$%]\{')
_SHORT = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_FROM_THE_ROOT = "${path.module}/"
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Reference:
    """What is reached by an address: `aws_kms_key.tables.arn`; or a bare word such as `all`."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between braces: arguments in order, and nested blocks in order."""

    arguments: tuple[tuple[str, Any], ...]
    blocks: tuple[tuple[str, Body], ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource with the comment above it."""

    type: str
    name: str
    comment: str
    body: Body


def resources(text: str) -> list[Resource]:
    """Return the resources of a file; raises ValueError for anything else in it."""
    found = [
        Resource(type_, name, _uncommented(comment), _body(body))
        for comment, type_, name, body in _RESOURCE.findall(text)
    ]
    rest = [line for line in _RESOURCE.sub("", text).split("\n") if line.strip()]
    strange = [line for line in rest if not line.startswith("#")]
    if strange:
        raise ValueError(f"not a resource: {strange[0]}")
    return found


def _uncommented(comment: str) -> str:
    return "\n".join(line.removeprefix("#").strip() for line in comment.splitlines())


@lru_cache(maxsize=16384)
def _body(braced: str) -> Body:
    return read_body(braced[1:-1])


def read_body(text: str) -> Body:
    """Return what stands between braces; raises ValueError for what Holdfast does not write."""
    return _content(_Tokens(text), "")


class _Tokens:
    """The tokens of a text, one at a time; `kind` and `value` are those of the next one."""

    def __init__(self, text: str) -> None:
        self._all: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ValueError(f"cannot be read: {text[position : position + 40]!r}")
            position = match.end()
            if match.lastgroup not in {"space", "comment"}:
                self._all.append((match.lastgroup or "", match.group()))
        self._all.append(("end", ""))
        self._all.reverse()
        self.kind, self.value = self._all[-1]

    def next(self) -> str:
        """Step on and return what was there."""
        _, value = self._all.pop()
        self.kind, self.value = self._all[-1]
        return value

    def take(self, value: str) -> None:
        """Step over `value`, which has to be there."""
        if self.value != value:
            raise ValueError(f"{value} expected, not {self.value!r}")
        self.next()


def _content(tokens: _Tokens, closing: str = "}") -> Body:
    arguments: list[tuple[str, Any]] = []
    blocks: list[tuple[str, Body]] = []
    while tokens.value != closing:
        if tokens.kind != "name":
            raise ValueError(f"a name expected, not {tokens.value!r}")
        name = tokens.next()
        if tokens.value == "{":
            tokens.next()
            blocks.append((name, _content(tokens)))
        else:
            tokens.take("=")
            if any(name == other for other, _ in arguments):
                raise ValueError(f"the argument {name} stands there twice")
            arguments.append((name, _value(tokens)))
    if closing:
        tokens.take(closing)
    return Body(tuple(arguments), tuple(blocks))


def _value(tokens: _Tokens) -> Any:
    if tokens.kind == "text":
        return _text(tokens.next())
    if tokens.kind == "number":
        return json.loads(tokens.next())
    if tokens.kind == "name":
        return _named(tokens, tokens.next())
    if tokens.value == "[":
        return _list(tokens)
    if tokens.value == "{":
        return _map(tokens)
    raise ValueError(f"a value expected, not {tokens.value!r}")


def _named(tokens: _Tokens, name: str) -> Any:
    if name in _WORDS:
        return _WORDS[name]
    if tokens.value == "(":
        return _call(tokens, name)
    parts = [name]
    while tokens.value == ".":
        tokens.next()
        parts.append(tokens.next())
    return Reference(tuple(parts))


def _call(tokens: _Tokens, name: str) -> Any:
    """Return what `jsonencode(…)` encodes: the document itself is what is compared."""
    if name != "jsonencode":
        raise ValueError(f"{name}() is no function that Holdfast writes")
    tokens.take("(")
    value = _value(tokens)
    tokens.take(")")
    return value


def _list(tokens: _Tokens) -> list[Any]:
    tokens.take("[")
    items = []
    while tokens.value != "]":
        items.append(_value(tokens))
        if tokens.value != "]":
            tokens.take(",")
    tokens.take("]")
    return items


def _map(tokens: _Tokens) -> dict[str, Any]:
    tokens.take("{")
    items: dict[str, Any] = {}
    while tokens.value != "}":
        key = _text(tokens.next()) if tokens.kind == "text" else tokens.next()
        if key in items:
            raise ValueError(f"the key {key} stands there twice")
        tokens.take("=")
        items[key] = _value(tokens)
        if tokens.value == ",":
            tokens.next()
    tokens.take("}")
    return items


@lru_cache(maxsize=16384)
def _text(quoted: str) -> str:
    # A file beside the root, which CloudFormation names from the folder of the template.
    return _ESCAPE.sub(_unescaped, quoted[1:-1].removeprefix(_FROM_THE_ROOT))


def _unescaped(match: re.Match[str]) -> str:
    basic, beyond, short, doubled = match.groups()
    if basic or beyond:
        return chr(int(basic or beyond, 16))
    if short:
        return _SHORT[short]
    if doubled:
        return str(doubled[0])
    raise ValueError(f"an expression in a text: {match.string!r}")
