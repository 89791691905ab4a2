"""What lint reports: one finding, its severity, and how findings are accepted with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; a note informs and does not fail."""

    rule: str
    severity: Severity
    place: str
    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.severity} {self.rule}: {self.message}"
        return text + (f"\n    fix: {self.fix}" if self.fix else "")

    @property
    def fails(self) -> bool:
        """Whether the finding makes lint exit with 1."""
        return self.severity != "note"


def without_accepted(
    findings: Iterable[Finding], accepted: Mapping[str, str]
) -> tuple[list[Finding], list[str]]:
    """Return the findings that `accepted` does not cover, and its entries that cover nothing."""
    left, used = [], set()
    for finding in findings:
        keys = {finding.rule, f"{finding.rule}:{finding.path}"} & accepted.keys()
        if keys:
            used |= keys
        else:
            left.append(finding)
    return left, [key for key in accepted if key not in used]
