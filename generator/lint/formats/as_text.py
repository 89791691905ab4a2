"""Findings for people: one after the other, each with its fix."""

from __future__ import annotations

from collections.abc import Sequence

from generator.lint.findings import Finding
from generator.lint.formats.scope import Scope


def written(findings: Sequence[Finding], _: Scope) -> str:
    """Return the findings that nobody accepted; what several environments share stands once."""
    lines = dict.fromkeys(str(finding) for finding in findings if finding.acceptance is None)
    return "".join(f"{line}\n" for line in lines)
