"""Findings as workflow commands, which GitHub Actions shows beside the lines they name.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. It shows the
first ten of each kind and step (docs/problem-matchers.md of actions/toolkit); the log has them all.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.lint.findings import Finding
from generator.lint.formats.places import from_root
from generator.lint.formats.scope import Scope

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
# The percent sign first: it introduces the others.
_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def written(findings: Sequence[Finding], _: Scope) -> str:
    """Return one command for each finding that nobody accepted, errors first."""
    order = list(_COMMANDS)
    open_ones = [finding for finding in findings if finding.acceptance is None]
    open_ones.sort(key=lambda finding: order.index(finding.severity))
    return "".join(f"{line}\n" for line in dict.fromkeys(map(_command, open_ones)))


def _command(finding: Finding) -> str:
    target = finding.target
    properties = {"title": finding.rule}
    if target.line:
        properties = {
            "file": from_root(target.file),
            "line": str(target.line),
            "col": str(target.column),
            **properties,
        }
    message = finding.message + (f"\nfix: {finding.fix}" if finding.fix else "")
    if finding.place and (finding.origin is not None or not target.line):
        message = f"{finding.place}: {message}"
    described = ",".join(
        f"{key}={_escaped(text, _IN_PROPERTIES)}" for key, text in properties.items()
    )
    return f"::{_COMMANDS[finding.severity]} {described}::{_escaped(message, _IN_MESSAGES)}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    for character, escape in escapes.items():
        text = text.replace(character, escape)
    return text
