"""Writes plain data as YAML that every reader takes the same way: block style, pure ASCII.

CloudFormation executes characters beyond ASCII but answers `?` for them in GetTemplate, and an
import of resources into a stack then fails because the read-back template differs. So such
characters are written as escapes. Strings stay unquoted only where YAML 1.1 and 1.2 agree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from generator.render import escaped

_SPECIAL = re.compile(
    r"[^ !#-\[\]-~]"
)  # all but printable ASCII, and of that `"` and the backslash
_PLAIN = re.compile(
    r"""[A-Za-z_/]
        (?: [A-Za-z0-9_./@+=*(),?;'-]++
          | : (?=[^ ])               # a colon before a space would start a value
          | [ ] (?=[^ ])             # spaces at the end would be lost
        )*+""",
    re.VERBOSE,
)
_WORDS = frozenset(
    ("y", "yes", "on", "true", "n", "no", "off", "false", "null", "nan", "inf", "infinity")
)
_KEY_LENGTH = 1000  # readers look for the colon of a key within 1,024 characters


class Intrinsic(dict[str, Any]):
    """A call such as `{"Ref": "X"}` or `{"Fn::GetAtt": ["X", "Arn"]}`, written in short form.

    It has exactly one entry and equals the plain dict of the same content.
    """

    __slots__ = ()


def dump(data: Mapping[str, Any]) -> str:
    """Return `data` as a YAML document that ends in a newline.

    Maps keep their order; keys are strings. Raises TypeError for None and for anything that is not
    a map, list, tuple, str, bool, int or float, ValueError for what YAML cannot carry.
    """
    if not data:
        return "{}\n"
    lines: list[str] = []
    _map(lines, data, "", "")
    return "\n".join(lines) + "\n"


def entry(key: str, value: Any, indent: int = 0) -> list[str]:
    """Return the lines of `key: value`, indented by `indent` spaces; raises like `dump`."""
    lines: list[str] = []
    pad = " " * indent
    _map(lines, {key: value}, pad, pad)
    return lines


@lru_cache(maxsize=65536)
def scalar(text: str) -> str:
    """Return `text` as a scalar on one line: plain where that is surely safe, else quoted."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{escaped(text, _SPECIAL)}"'


@lru_cache(maxsize=4096)
def _key(key: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be a string, not {key!r}")
    text = scalar(key)
    if len(text) > _KEY_LENGTH:
        raise ValueError(f"a key of {len(text)} characters is too long for YAML: {text[:60]}…")
    return text


def _map(lines: list[str], data: Mapping[str, Any], first: str, pad: str) -> None:
    """Append the entries of a map; `first` leads the first line, `pad` every other one."""
    lead = first
    for key, value in data.items():
        text = _inline(value)
        if text is not None:
            lines.append(f"{lead}{_key(key)}: {text}")
        else:
            tag, content = _untagged(value)
            lines.append(f"{lead}{_key(key)}:{tag}")
            _block(lines, content, f"{pad}  ", f"{pad}  ")
        lead = pad


def _list(lines: list[str], items: list[Any] | tuple[Any, ...], first: str, pad: str) -> None:
    lead = first
    for value in items:
        text = _inline(value)
        if text is not None:
            lines.append(f"{lead}- {text}")
        else:
            tag, content = _untagged(value)
            if tag:
                lines.append(f"{lead}-{tag}")
                _block(lines, content, f"{pad}  ", f"{pad}  ")
            else:
                _block(lines, content, f"{lead}- ", f"{pad}  ")
        lead = pad


def _block(lines: list[str], value: Any, first: str, pad: str) -> None:
    if isinstance(value, list | tuple):
        _list(lines, value, first, pad)
    else:
        _map(lines, value, first, pad)


def _inline(value: Any) -> str | None:
    """Return the text of what fits on one line, None for what needs a block."""
    kind = type(value)
    if kind is str:
        return scalar(value)
    if kind is int or kind is bool:
        return _number(value)
    if kind is Intrinsic:
        tag, content = _untagged(value)
        text = _inline(content) if tag else None
        return text and f"{tag[1:]} {text}"
    if kind is dict or kind is list or isinstance(value, Mapping | list | tuple):
        return None if value else ("{}" if isinstance(value, Mapping) else "[]")
    if isinstance(value, str):  # an enumeration, say
        return scalar(str.__str__(value))
    return _number(value)


def _number(value: Any) -> str:
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is not float:
        raise TypeError(f"{value!r} has no place in YAML")
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that AWS takes")
    digits, exponent, power = repr(value).partition("e")
    # Without the point, YAML 1.1 reads 1e-07 as a string.
    return f"{digits if '.' in digits else f'{digits}.0'}{exponent}{power}"


def _untagged(value: Any) -> tuple[str, Any]:
    """Return the short-form tag (led by a space, empty if there is none) and what it is put on."""
    if type(value) is not Intrinsic:
        return "", value
    ((name, content),) = value.items()
    if type(content) is Intrinsic:  # YAML allows one tag a node, so the outer call is spelled out
        return "", value
    if name == "Fn::GetAtt" and all(type(part) is str for part in content):
        content = ".".join(content)
    return f" !{name.removeprefix('Fn::')}", content
