"""Findings for programs: a list of objects, what was accepted among them with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from generator.lint.findings import Finding
from generator.lint.formats.scope import Scope


def written(findings: Sequence[Finding], _: Scope) -> str:
    """Return every finding; `line` and `column` count from 1, 0 where the place has none."""
    return json.dumps([_object(finding) for finding in findings], indent=2) + "\n"


def _object(finding: Finding) -> dict[str, Any]:
    target = finding.target
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "subject": finding.subject,
        "file": target.file,
        "line": target.line,
        "column": target.column,
        "place": finding.place,
        "path": finding.path,
        "message": finding.message,
        "fix": finding.fix,
        "accepted": finding.acceptance.reason if finding.acceptance else None,
    }
