"""What has to stay fresh: one rule for each way back of a protection class, and how old it may be.

The function that looks every hour and the alarms on what it finds rest on the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from blueprints.names import export_classes, recovers, snapshot_classes
from generator.naming import vault_name
from generator.schedule import parse_schedule
from generator.spec import Protection
from generator.spec.resolved import Environment

Source = Literal["aws_backup", "export_full", "export_incremental", "point_in_time", "snapshot"]
METRIC_NAMESPACE, METRIC = "Holdfast", "AgeOfNewestPoint"
# DynamoDB is about five minutes behind.
POINT_IN_TIME_MINUTES = 60
# Beside the gap of its schedule: what an export, or a native backup, may take.
FULL_EXPORT_MINUTES, INCREMENTAL_EXPORT_MINUTES, SNAPSHOT_MINUTES = 24 * 60, 4 * 60, 3 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessRule:
    """One way back of the tables of a class; its newest point may be so old.

    What follows tells the points of a backup rule, or of native backups, from others; `leave_out`
    are tables of the class that have no such points.
    """

    keys: tuple[str, ...]
    protection: str
    source: Source
    allowed_minutes: int
    vault: str | None = None
    delete_after_days: int | None = None
    cold_storage_after_days: int | None = None
    prefix: str | None = None
    leave_out: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in metrics and messages: where it stands in the environment file."""
        return ".".join(self.keys)


def freshness_rules(environment: Environment) -> tuple[FreshnessRule, ...]:
    """Return the rules of the classes that tables use, in the file's order."""
    if not recovers(environment):
        return ()
    used = {table.protection_name for table in environment.tables}
    return tuple(
        rule
        for name, protection in environment.protections.items()
        if name in used
        for rule in _rules(environment, name, protection)
    )


def _rules(environment: Environment, name: str, protection: Protection) -> Iterator[FreshnessRule]:
    tables = [table for table in environment.tables if table.protection_name == name]
    if any(table.point_in_time_recovery is not None for table in tables):
        yield FreshnessRule(
            keys=(name, "point_in_time_recovery"),
            protection=name,
            source="point_in_time",
            allowed_minutes=POINT_IN_TIME_MINUTES,
            leave_out=tuple(table.name for table in tables if table.point_in_time_recovery is None),
        )
    yield from _backups(environment, name, protection)
    if name in snapshot_classes(environment) and protection.snapshots is not None:
        gap = parse_schedule(protection.snapshots.schedule).longest_gap_minutes
        if gap is not None:
            yield FreshnessRule(
                keys=(name, "snapshots"),
                protection=name,
                source="snapshot",
                allowed_minutes=gap + SNAPSHOT_MINUTES,
                prefix=snapshot_prefix(environment, name),
            )
    yield from _exports(environment, name, protection)


def _backups(
    environment: Environment, name: str, protection: Protection
) -> Iterator[FreshnessRule]:
    for key, backup in protection.backups.items():
        gap = parse_schedule(backup.schedule, allow_rate=False).longest_gap_minutes
        if gap is not None:
            windows = backup.start_window_minutes + backup.completion_window_minutes
            yield FreshnessRule(
                keys=(name, "backups", key),
                protection=name,
                source="aws_backup",
                allowed_minutes=gap + windows,
                vault=vault_name(environment, backup.vault),
                delete_after_days=backup.delete_after_days,
                cold_storage_after_days=backup.cold_storage_after_days,
            )


def _exports(
    environment: Environment, name: str, protection: Protection
) -> Iterator[FreshnessRule]:
    exports = protection.exports
    if exports is None or name not in export_classes(environment):
        return
    gap = parse_schedule(exports.full_schedule).longest_gap_minutes
    if gap is not None:
        yield FreshnessRule(
            keys=(name, "exports", "full"),
            protection=name,
            source="export_full",
            allowed_minutes=gap + FULL_EXPORT_MINUTES,
        )
    yield FreshnessRule(
        keys=(name, "exports", "incremental"),
        protection=name,
        source="export_incremental",
        # One run that fails is told at once; two make the chain old.
        allowed_minutes=2 * exports.incremental_minutes + INCREMENTAL_EXPORT_MINUTES,
    )


def snapshot_prefix(environment: Environment, protection: str) -> str:
    """Return what the names of a class's native backups begin with."""
    return f"{environment.project}-{environment.name}-{protection}-"
