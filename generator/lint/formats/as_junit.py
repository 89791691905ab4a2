"""Findings as a JUnit report: a suite for each environment, a case for each rule, green or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from xml.etree import ElementTree as ET

from generator.lint.findings import Finding
from generator.lint.formats.scope import Scope, group

# What XML 1.0 cannot hold, however it is written: https://www.w3.org/TR/xml/#charsets
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What became of one rule in one suite; `skipped` says why it does not count."""

    name: str
    failure: tuple[str, ...]
    skipped: str | None
    output: tuple[str, ...]


def written(findings: Sequence[Finding], scope: Scope) -> str:
    """Return the report; a rule fails once in a suite, with all that it found there.

    Notes stand in the output of a case that passes. A case whose findings are all accepted is
    skipped with the reasons.
    """
    suites: dict[str, list[Finding]] = {subject: [] for subject in scope.subjects}
    for finding in findings:
        suites.setdefault(finding.subject or finding.target.file, []).append(finding)
    cases = {subject: _cases(found, scope) for subject, found in suites.items()}
    root = ET.Element("testsuites", _counts("holdfast", chain(*cases.values())))
    for subject, own in cases.items():
        skipped = str(sum(case.skipped is not None for case in own))
        suite = ET.SubElement(root, "testsuite", {**_counts(subject, own), "skipped": skipped})
        for case in own:
            _add(suite, subject, case)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _cases(findings: Sequence[Finding], scope: Scope) -> list[_Case]:
    titles = {rule.id: f"{rule.id}: {rule.title}" for rule in scope.rules}
    found: dict[str, list[Finding]] = {rule: [] for rule in titles}
    for finding in findings:
        found.setdefault(group(finding), []).append(finding)
    return [
        _case(titles.get(rule, rule), each, scope.skipped.get(rule)) for rule, each in found.items()
    ]


def _case(name: str, findings: Sequence[Finding], skipped: str | None) -> _Case:
    failure = tuple(str(finding) for finding in findings if finding.fails)
    accepted = [finding.acceptance.reason for finding in findings if finding.acceptance]
    if accepted and len(accepted) == len(findings):
        skipped = f"accepted: {'; '.join(dict.fromkeys(accepted))}"
    output = [_told(finding) for finding in findings if not finding.fails]
    return _Case(name=name, failure=failure, skipped=skipped, output=tuple(output))


def _told(finding: Finding) -> str:
    accepted = finding.acceptance
    return f"{finding}\n    accepted: {accepted.reason}" if accepted else str(finding)


def _counts(name: str, cases: Iterable[_Case]) -> dict[str, str]:
    every = list(cases)
    return {
        "name": _writable(name),
        "tests": str(len(every)),
        "failures": str(sum(bool(case.failure) for case in every)),
        "errors": "0",
    }


def _add(suite: ET.Element, subject: str, case: _Case) -> None:
    names = {"classname": _writable(subject), "name": _writable(case.name)}
    element = ET.SubElement(suite, "testcase", names)
    if case.skipped is not None:
        ET.SubElement(element, "skipped").text = _writable(case.skipped)
    if case.failure:
        text = _writable("\n".join(case.failure))
        first, *_ = text.splitlines()
        ET.SubElement(element, "failure", message=first, type=case.name.split(":")[0]).text = text
    if case.output:
        ET.SubElement(element, "system-out").text = _writable("\n".join(case.output))


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
