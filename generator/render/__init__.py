"""Turns facts into text: what the CloudFormation and the Terraform engine have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

Leaf = str | bool | int | float

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LAST_OF_BASIC_PLANE = 0xFFFF


@dataclass(slots=True)
class Recorder:
    """What a rendering printed, in printing order, as it was before any escaping.

    `literals` are the values; `keys` the keys of documents, tags and other maps.
    Names that a spelling itself brings along (properties, arguments) are in neither.
    """

    literals: list[Leaf] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the output that a deployment uploads, by its path from the template's folder."""

    path: str


def commented(text: str) -> list[str]:
    """Return the lines of `text` as comment lines; YAML and HCL share the `#`."""
    return [f"# {line}".rstrip() for line in text.splitlines()]


def escaped(text: str, special: re.Pattern[str]) -> str:
    r"""Return `text` with every character that `special` matches escaped for YAML and HCL alike.

    Only escapes that both languages know are used: HCL has no `\b`, `\f` or `\/`.
    Raises ValueError for a lone surrogate, which no encoding can write.
    """
    return special.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    short = _SHORT_ESCAPES.get(character)
    if short:
        return short
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the surrogates, as Unicode defines them
        raise ValueError(f"a lone surrogate (U+{code:04X}) cannot be written in {match.string!a}")
    return f"\\u{code:04x}" if code <= _LAST_OF_BASIC_PLANE else f"\\U{code:08x}"
