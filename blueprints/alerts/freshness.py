"""Which vaults have an alarm when no backup arrives, and which backup rules no alarm covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.names import recovers
from generator.schedule import parse_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.spec import Backup
    from generator.spec.resolved import Environment

# With periods of an hour an alarm looks back seven days at most.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
MAXIMUM_HOURS = 168
_MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class UncoveredRule:
    """A backup rule that may fall silent without an alarm, and why."""

    class_name: str
    backup_name: str
    vault: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A vault whose alarm follows one rule: the one that has to deliver soonest."""

    vault: str
    rule: str
    gap_minutes: int
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A backup rule; `gap_minutes` and `hours` are None where it fires at most once."""

    class_name: str
    backup_name: str
    vault: str
    gap_minutes: int | None
    hours: int | None

    @property
    def name(self) -> str:
        return f"{self.class_name}.{self.backup_name}"


def watched_vaults(environment: Environment) -> Mapping[str, Watched]:
    """Return vault → what its alarm watches, for the vaults that have an alarm.

    A vault has one when the longest gap of a rule into it and that rule's start and completion
    windows fit into the 168 hours that CloudWatch looks back.
    """
    alerts = environment.spec.alerts
    if alerts is None or not alerts.freshness_alarms:
        return {}
    watched: dict[str, Watched] = {}
    for rule in _rules(environment):
        if rule.gap_minutes is None or rule.hours is None or rule.hours > MAXIMUM_HOURS:
            continue
        if rule.vault not in watched or rule.hours < watched[rule.vault].hours:
            watched[rule.vault] = Watched(
                vault=rule.vault, rule=rule.name, gap_minutes=rule.gap_minutes, hours=rule.hours
            )
    return {vault: watched[vault] for vault in environment.vaults if vault in watched}


def uncovered_rules(environment: Environment) -> tuple[UncoveredRule, ...]:
    """Return the backup rules whose silence no alarm reports, in the file's order.

    Failed jobs are reported all the same: this is about jobs that never come to be.
    """
    rules = tuple(_rules(environment))
    watched = watched_vaults(environment)
    found = []
    for rule in rules:
        if rule.hours is not None and _looked_at(environment, rule):
            continue
        reason = _reason(environment, rule, rules, watched.get(rule.vault))
        if reason is not None:
            found.append(
                UncoveredRule(
                    class_name=rule.class_name,
                    backup_name=rule.backup_name,
                    vault=rule.vault,
                    reason=reason,
                )
            )
    return tuple(found)


def _looked_at(environment: Environment, rule: _Rule) -> bool:
    """Return whether the hourly look compares the rule, and an alarm holds what it finds.

    It looks at tables that the file names: those of a class may all be selected by tag.
    """
    alerts = environment.spec.alerts
    named = {table.protection_name for table in environment.tables}
    looked_at = recovers(environment) and rule.class_name in named
    return looked_at and alerts is not None and alerts.freshness_alarms


def _rules(environment: Environment) -> Iterator[_Rule]:
    for class_name, protection in environment.protections.items():
        for backup_name, backup in protection.backups.items():
            gap = parse_schedule(backup.schedule, allow_rate=False).longest_gap_minutes
            yield _Rule(
                class_name=class_name,
                backup_name=backup_name,
                vault=backup.vault,
                gap_minutes=gap,
                hours=None if gap is None else _hours(gap, backup),
            )


def _hours(gap_minutes: int, backup: Backup) -> int:
    """Return the longest time between two completions that is still in order, rounded up."""
    minutes = gap_minutes + backup.start_window_minutes + backup.completion_window_minutes
    return -(-minutes // _MINUTES_PER_HOUR)


def _reason(
    environment: Environment, rule: _Rule, rules: tuple[_Rule, ...], watched: Watched | None
) -> str | None:
    """Return why no alarm reports that `rule` fell silent, or None when one does."""
    alerts = environment.spec.alerts
    if alerts is None:
        return "the environment has no alerts"
    if not alerts.freshness_alarms:
        return "alerts.freshness_alarms is false"
    if rule.hours is None:
        return "its schedule fires at most once"
    if watched is None or rule.hours > MAXIMUM_HOURS:
        return (
            f"it may take {rule.hours} hours from one completed backup to the next (its longest "
            f"gap and both windows), and a CloudWatch alarm looks back {MAXIMUM_HOURS} at most"
        )
    masking = _masking(rule, rules, watched)
    if masking is None:
        return None
    return (
        f"the alarm of vault {rule.vault} looks for any backup of {watched.hours} hours, and "
        f"{masking.name}, which also goes there, keeps it quiet"
    )


def _masking(rule: _Rule, rules: tuple[_Rule, ...], watched: Watched) -> _Rule | None:
    """Return another rule that runs often enough to keep the vault's alarm quiet on its own."""
    for other in rules:
        if other is rule or other.vault != rule.vault or other.gap_minutes is None:
            continue
        if other.gap_minutes <= watched.hours * _MINUTES_PER_HOUR:
            return other
    return None
