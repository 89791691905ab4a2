"""Prints typed values as Terraform literals, and lays text out as `terraform fmt` does."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.render import LocalFile, Recorder, escaped

_LIST_WIDTH = 72

# Whatever a reviewer cannot see is escaped: controls, odd spaces, marks that reverse the text.
_SPECIAL = re.compile(
    r'["\\\x00-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f'
    r"\ud800-\udfff\ufeff\ufff9-\uffff]"
)
# fmt aligns by what a terminal shows as one character; only ASCII makes that the same as len().
_SPECIAL_IN_KEY = re.compile(r"[^ !#-\[\]-~]")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEYWORDS = frozenset({"for", "if", "in", "null", "true", "false"})


@dataclass(frozen=True, slots=True)
class Reference:
    """An expression such as `aws_kms_key.tables.arn`, printed as it stands, on one line."""

    expression: str


def literal(value: Any, indent: int = 0) -> str:
    """Return `value` as a Terraform expression whose later lines are indented by `indent` spaces.

    Takes str, bool, int, float, list, tuple, Mapping, Reference and LocalFile. Raises TypeError for
    anything else, None included, and ValueError for what Terraform cannot hold: numbers that are
    not finite, lone surrogates, and text that is not in Unicode's normal form C (Terraform would
    change it).
    """
    return tidy(printed(value, Recorder())).rstrip("\n").replace("\n", "\n" + " " * indent)


def printed(value: Any, recorder: Recorder) -> str:
    """Return `value` like `literal`, not yet laid out, and record its leaves and keys."""
    kind = type(value)
    if kind is str:
        recorder.literals.append(value)
        return _string(value)
    if kind is bool or kind is int or kind is float:
        recorder.literals.append(value)
        return _number(value)
    if kind is dict or isinstance(value, Mapping):
        return _map(value, recorder)
    if isinstance(value, list | tuple):
        return _list(value, recorder)
    if isinstance(value, str):  # an enumeration, say
        return printed(str.__str__(value), recorder)
    return _expression(value, recorder)


def _expression(value: Any, recorder: Recorder) -> str:
    if isinstance(value, Reference):
        return value.expression
    if isinstance(value, LocalFile):  # from the root's folder, wherever terraform was started
        recorder.literals.append(value.path)
        return f'"${{path.module}}/{_string(value.path)[1:]}'
    raise TypeError(f"{value!r} cannot be printed in Terraform")


def _number(value: float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that Terraform takes")
    return repr(value)


def _map(value: Mapping[str, Any], recorder: Recorder) -> str:
    if not value:
        return "{}"
    lines = ["{"]
    for key, item in value.items():
        recorder.keys.append(key)
        lines.append(f"{_key(key)} = {printed(item, recorder)}")
    return "\n".join((*lines, "}"))


def _list(value: list[Any] | tuple[Any, ...], recorder: Recorder) -> str:
    items = [printed(item, recorder) for item in value]
    line = f"[{', '.join(items)}]"
    if len(line) <= _LIST_WIDTH and "\n" not in line:
        return line
    return "\n".join(("[", *(f"{item}," for item in items), "]"))


@lru_cache(maxsize=65536)
def _string(text: str, special: re.Pattern[str] = _SPECIAL) -> str:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise ValueError(
            f"{text!a} is not in Unicode normal form C; Terraform would silently change it"
        )
    body = escaped(text, special) if special.search(text) else text
    return f'"{body.replace("${", "$${").replace("%{", "%%{")}"'


@lru_cache(maxsize=4096)
def _key(key: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be a string, not {key!r}")
    if _IDENTIFIER.fullmatch(key) and key not in _KEYWORDS:
        return key
    return _string(key, _SPECIAL_IN_KEY)


# The name of an attribute or "", the code behind its `=` or the whole line, and how many more
# brackets that opens than it closes.
_Line = tuple[str, str, int]

_INDENT = "  "
_STRING = r'"(?:[^"\\]++|\\.)*+"'
_KEY = rf"[\w-]+|{_STRING}"
_ONE_LINE = re.compile(rf"({_KEY})\s*=\s*({_STRING}|[\w.+-]++)")
_ATTRIBUTE = re.compile(rf"({_KEY})\s*=(?![=>])\s*(.*)")
_QUOTED = re.compile(
    r"""" (?> [^"\\$%]+ | \\.
            | \$\$+\{ | %%+\{ | [$%](?!\{)                         # not the start of an expression
            | \$\{ (?> [^"{}]+ | " (?> [^"\\]+ | \\. )*+ " )*+ \}  # an expression, strings in it
          )*+ " """,
    re.VERBOSE,
)
_NOT_SUPPORTED = re.compile(r"\"|#|//|/\*|<<")


def tidy(text: str) -> str:
    """Return Terraform configuration laid out as `terraform fmt` would, ending in a newline.

    Indents by open brackets, aligns the `=` of neighbouring one-line attributes, and keeps at most
    one blank line, none inside a bracket's edge. Spaces within a line stay as they are.
    Raises ValueError for what it does not lay out (a comment behind code, a here-document, nested
    templates) and for brackets that do not match; both are bugs in a template.
    """
    laid_out: list[str] = []
    aligned: list[_Line] = []
    opened: list[int] = []  # brackets left open by each line that indents what follows
    pad = ""
    for raw in text.strip().split("\n"):
        read = _read(raw)
        name, code, net = read
        if name and not net:
            aligned.append(read)
            continue
        if aligned:
            _align(laid_out, aligned, pad)
        if not code:
            if laid_out and laid_out[-1] and laid_out[-1][-1] not in "{[(":
                laid_out.append("")
            continue
        if laid_out and not laid_out[-1] and raw.lstrip()[0] in "}])":
            laid_out.pop()
        if net < 0:
            pad = _close(opened, -net, raw.strip())
        laid_out.append(f"{pad}{name} = {code}" if name else pad + code)
        if net > 0:
            opened.append(net)
            pad = _INDENT * len(opened)
    _align(laid_out, aligned, pad)
    if opened:
        raise ValueError(f"{sum(opened)} brackets are never closed")
    return "\n".join(laid_out) + "\n"


def _align(laid_out: list[str], aligned: list[_Line], pad: str) -> None:
    """Move the waiting attributes to `laid_out`, their equals signs in one column."""
    if aligned:
        width = max([len(name) for name, _, _ in aligned])
        laid_out += [f"{pad}{name.ljust(width)} = {value}" for name, value, _ in aligned]
        aligned.clear()


def _close(opened: list[int], closing: int, line: str) -> str:
    """Take `closing` brackets off `opened` and return the indentation that is left."""
    while closing:
        if not opened:
            raise ValueError(f"a bracket is closed that was never opened: {line}")
        taken = min(closing, opened[-1])
        closing -= taken
        opened[-1] -= taken
        if not opened[-1]:
            opened.pop()
    return _INDENT * len(opened)


@lru_cache(maxsize=65536)
def _read(raw: str) -> _Line:
    """Return what a line is; cached, for the resources of all tables have most lines in common."""
    line = raw.strip()
    if not line or line[0] == "#":
        return "", line, 0
    one_line = _ONE_LINE.fullmatch(line)
    if one_line:
        return one_line[1], one_line[2], 0
    attribute = _ATTRIBUTE.fullmatch(line)
    if attribute:
        return attribute[1], attribute[2], _net_brackets(attribute[2])
    return "", line, _net_brackets(line)


def _net_brackets(code: str) -> int:
    """Return how many more brackets `code` opens than it closes, outside strings."""
    bare = _QUOTED.sub("", code)
    if _NOT_SUPPORTED.search(bare):
        raise ValueError(f"this cannot be laid out, write it more simply: {code}")
    opening = bare.count("{") + bare.count("[") + bare.count("(")
    return opening - bare.count("}") - bare.count("]") - bare.count(")")
