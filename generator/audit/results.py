"""What one way through the files finds, and what all ways together say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.audit.model import Resource
from generator.audit.rules import DECIDE, RULES
from generator.audit.values import Verdict
from generator.audit.world import Choices, cases
from generator.lint.findings import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One rule about one subject: broken, or (`broken` false) not known to be kept."""

    rule: str
    address: str
    place: str
    broken: bool
    message: str
    item: str = ""
    fix: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What is the same in every world."""
        return (self.rule, self.place, self.address, self.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The results of one world; `choices` say which, and `living` which addresses exist in it."""

    choices: Choices
    results: tuple[Result, ...]
    living: frozenset[str]


def judged(
    rule: str, resource: Resource, verdict: Verdict, told: tuple[str, str], item: str = ""
) -> Iterator[Result]:
    """Yield what a verdict means for a rule: nothing for yes, else `told`: for no, for unknown."""
    if verdict.truth:
        return
    yield Result(
        rule=rule,
        address=resource.address,
        place=resource.place,
        item=item,
        broken=verdict.truth is False,
        message=_told(told[verdict.truth is None], verdict),
    )


def merged(outcomes: Sequence[Outcome]) -> list[Finding]:
    """Return the findings: what is broken in every world is, anything less is unknown."""
    by_key: dict[tuple[str, str, str, str], list[tuple[Outcome, Result]]] = {}
    for outcome in outcomes:
        for result in outcome.results:
            by_key.setdefault(result.key, []).append((outcome, result))
    findings = []
    for found in by_key.values():
        result = found[0][1]
        possible = [each for each in outcomes if result.address in each.living]
        everywhere = len(found) >= len(possible)
        broken = [(outcome, each) for outcome, each in found if each.broken]
        if everywhere and len(broken) == len(found):
            findings.append(_finding(result, result.message, known=True))
        elif broken and len(outcomes) > 1:
            chosen = [outcome.choices for outcome, _ in broken]
            where = cases(chosen, [each.choices for each in possible])
            message = f"it depends: {broken[0][1].message}, where {where}"
            findings.append(_finding(broken[0][1], message, known=False))
        else:
            findings.append(_finding(result, result.message, known=False))
    return sorted(findings, key=lambda finding: (finding.mark, finding.rule, finding.message))


def _finding(result: Result, message: str, *, known: bool) -> Finding:
    rule = RULES[result.rule]
    severity: Severity = rule.severity
    if not known and severity == "error":
        severity = "warning"
    return Finding(
        rule=result.rule,
        severity=severity,
        place=result.place,
        path=result.address,
        message=message if known else f"unknown: {message}",
        fix=result.fix or (rule.fix if known else DECIDE),
        subject=result.place.rpartition(":")[0].rpartition(":")[0],
    )


def _told(message: str, verdict: Verdict) -> str:
    whys = [why for why in dict.fromkeys(verdict.why) if why]
    assumed = f" ({'; '.join(sorted(verdict.assumed))})" if verdict.assumed else ""
    more = len(whys) - 3
    told = "; ".join(whys[:3]) + (f"; and {more} more" if more > 0 else "")
    return f"{message}{assumed}" + (f": {told}" if told else "")
