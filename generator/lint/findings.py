"""What lint reports: one finding, its severity, and how findings are accepted with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from generator.errors import Mark, Mistakes, dotted

Severity = Literal["error", "warning", "note"]
_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Why somebody lives with a finding, and where the file says so."""

    reason: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; a note informs and does not fail, nor does what is accepted.

    `place` is `FILE:LINE:COLUMN`, as far as they are known, and `path` the dotted key it concerns.
    `subject` is the environment, or the file, that was judged. Where `place` lies in a file that
    Holdfast writes, `origin` is what a person can change.
    """

    rule: str
    severity: Severity
    place: str
    path: str
    message: str
    fix: str = ""
    subject: str = ""
    origin: Mark | None = None
    acceptance: Acceptance | None = None

    def __str__(self) -> str:
        text = f"{self.place}: {self.severity} {self.rule}: {self.message}"
        return text + (f"\n    fix: {self.fix}" if self.fix else "")

    @property
    def fails(self) -> bool:
        """Whether the finding makes lint exit with 1."""
        return self.severity != "note" and self.acceptance is None

    @property
    def mark(self) -> Mark:
        """`place` in its parts; line 0 where it names none, column 1 where it names a line only."""
        match = _PLACE.fullmatch(self.place)
        if match is None:
            return Mark(self.place, 0, 0)
        line = int(match["line"] or 0)
        return Mark(match["file"], line, int(match["column"] or min(line, 1)))

    @property
    def target(self) -> Mark:
        """The place that a person can change."""
        return self.origin or self.mark


def accepting(
    findings: Iterable[Finding], accepted: Mapping[str, Acceptance]
) -> tuple[list[Finding], list[str]]:
    """Return the findings, those that `accepted` covers marked so, and its keys that cover nothing.

    A key is a rule's id, or `ID:PATH` for one place; the narrower one counts.
    """
    judged, used = [], set()
    for finding in findings:
        keys = [f"{finding.rule}:{finding.path}", finding.rule]
        matching = [key for key in keys if key in accepted]
        used |= set(matching)
        judged.append(replace(finding, acceptance=accepted[matching[0]]) if matching else finding)
    return judged, [key for key in accepted if key not in used]


def mistaken(error: Mistakes) -> list[Finding]:
    """Return mistakes as findings, for what shows them beside the lines they name."""
    return [
        Finding(
            rule="mistake",
            severity="error",
            place=str(mistake.mark or ""),
            path=dotted(mistake.path),
            message=f"{dotted(mistake.path)}: {mistake.cause}" if mistake.path else mistake.cause,
            fix=mistake.fix,
        )
        for mistake in error.mistakes
    ]
