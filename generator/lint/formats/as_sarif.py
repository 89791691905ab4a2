"""Findings as SARIF 2.1.0, the exchange format of code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from generator import __version__
from generator.errors import Mark
from generator.lint.findings import Finding
from generator.lint.formats.places import from_root
from generator.lint.formats.scope import About, Described, Scope, group

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
# The only one that GitHub compares. Its upload action keeps one that is there; what it would
# compute from the line's text is the same for every finding of a rule on that line.
# https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
_FINGERPRINT = "primaryLocationLineHash"


def written(findings: Sequence[Finding], scope: Scope) -> str:
    """Return the log of one run.

    What was accepted is in it, suppressed with its reason. A finding in a file that Holdfast writes
    is placed where a person can change it, and names the other place as related. Its fingerprint
    holds rule, subject, key and message, so it stays while lines move.
    """
    rules = _rules(findings, scope)
    seen: Counter[str] = Counter()
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Holdfast",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in rules.values()],
                    }
                },
                "invocations": [_invocation(scope)],
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "The root of the repository."}}
                },
                "results": [
                    _result(finding, list(rules).index(finding.rule), seen) for finding in findings
                ],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _invocation(scope: Scope) -> dict[str, Any]:
    """Return that the run succeeded: one that could not is no document at all."""
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {"level": "warning", "message": {"text": reason}} for reason in scope.skipped.values()
        ],
    }


def _rules(findings: Sequence[Finding], scope: Scope) -> Mapping[str, Described]:
    """Return the rules of the scope, but for a tool's those of its rules that found something."""
    known: dict[str, Described] = {rule.id: rule for rule in scope.rules}
    found: dict[str, Described] = {}
    for finding in findings:
        whole = known.get(group(finding))
        found[finding.rule] = known.get(finding.rule) or About(
            id=finding.rule,
            severity=finding.severity,
            title=f"{whole.title}: {finding.rule}" if whole else finding.rule,
            reason=whole.reason if whole else finding.message,
            fix=finding.fix or (whole.fix if whole else ""),
        )
    return {**known, **found}


def _rule(rule: Described) -> dict[str, Any]:
    fix = f"{rule.fix[:1].upper()}{rule.fix[1:]}." if rule.fix else ""
    controls = f"Audit controls: {', '.join(rule.controls)}." if rule.controls else ""
    written_rule: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.reason},
        "help": {"text": "\n\n".join(part for part in (rule.reason, fix, controls) if part)},
        "defaultConfiguration": {"level": rule.severity},
    }
    if rule.controls:
        written_rule["properties"] = {"tags": list(rule.controls)}
    return written_rule


def _result(finding: Finding, rule_index: int, seen: Counter[str]) -> dict[str, Any]:
    message = finding.message + (f"\nFix: {finding.fix}" if finding.fix else "")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": finding.severity,
        "message": {"text": message},
        "locations": [_primary(finding)],
        "partialFingerprints": {_FINGERPRINT: _fingerprint(finding, seen)},
    }
    if finding.origin is not None:
        result["relatedLocations"] = [_location(finding.mark)]
    if finding.acceptance is not None:
        result["suppressions"] = [
            {
                # Written into the file that was judged, so not external.
                "kind": "inSource",
                "justification": finding.acceptance.reason,
                "location": _location(finding.acceptance.mark),
            }
        ]
    return result


def _primary(finding: Finding) -> dict[str, Any]:
    mark = finding.target
    # Code scanning wants a line; the first stands for the whole file.
    location = _location(mark if mark.line else Mark(mark.file, 1, 1))
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.path}]
    return location


def _location(mark: Mark) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(mark.file)}
    if mark.line:
        physical["region"] = {"startLine": mark.line, "startColumn": mark.column}
    return {"physicalLocation": physical}


def _artifact(file: str) -> dict[str, str]:
    named = from_root(file)
    if Path(named).is_absolute():
        return {"uri": Path(named).as_uri()}
    return {"uri": quote(named), "uriBaseId": _ROOT}


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    file = finding.mark.file if finding.origin is not None else ""
    parts = (finding.rule, finding.subject, finding.path, file, finding.message)
    digest = sha256(json.dumps(parts).encode()).hexdigest()
    seen[digest] += 1
    return f"{digest[:32]}:{seen[digest]}"
