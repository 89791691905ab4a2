"""Findings as text: for people, for programs, and for the places where a CI system shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator.lint.findings import Finding
from generator.lint.formats import as_github, as_json, as_junit, as_sarif, as_text
from generator.lint.formats.scope import EVERYTHING, Scope

_WRITERS: dict[str, Callable[[Sequence[Finding], Scope], str]] = {
    "text": as_text.written,
    "json": as_json.written,
    "sarif": as_sarif.written,
    "junit": as_junit.written,
    "github": as_github.written,
}
FORMATS = tuple(_WRITERS)


def formatted(findings: Sequence[Finding], form: str, scope: Scope = EVERYTHING) -> str:
    """Return the whole document in one of `FORMATS`, with its last line end; "" for no lines.

    `scope` tells what was looked at, for the formats that also show what was found to be fine.
    `sarif` and `github` name files from the root of the repository.
    """
    return _WRITERS[form](findings, scope)
