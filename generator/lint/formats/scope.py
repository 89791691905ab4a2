"""What was looked at: the rules, what they were applied to, and what could not be checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from generator.lint.findings import Finding, Severity

CFN_LINT, TERRAFORM = "cfn-lint", "terraform"
_CFN_LINT_RULE = re.compile(r"[EWI][0-9]{4}")


class Described(Protocol):
    """A rule as far as a report shows it."""

    @property
    def id(self) -> str:
        """What findings name as their `rule`."""

    @property
    def severity(self) -> Severity:
        """What its findings are unless they say otherwise."""

    @property
    def title(self) -> str:
        """What it looks for, in a few words."""

    @property
    def reason(self) -> str:
        """Why that matters, in whole sentences."""

    @property
    def fix(self) -> str:
        """What to do about a finding."""

    @property
    def controls(self) -> tuple[str, ...]:
        """The ids of the audit controls that it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A rule that is described only: what checks it lies elsewhere."""

    id: str
    severity: Severity
    title: str
    reason: str
    fix: str = ""
    controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`rules` that were applied to `subjects`; `skipped` has rule id → why it was not."""

    rules: Sequence[Described] = ()
    subjects: Sequence[str] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)


EVERYTHING = Scope()


def group(finding: Finding) -> str:
    """Return the id of the rule that a finding counts for: a tool counts as one."""
    if _CFN_LINT_RULE.fullmatch(finding.rule):
        return CFN_LINT
    return TERRAFORM if finding.rule.startswith(f"{TERRAFORM}-") else finding.rule
