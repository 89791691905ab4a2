"""Exports: what they need of tables, and times that would contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.rules.scope import plural
from generator.schedule import parse_schedule
from generator.spec.exports import MAXIMUM_DAYS, TIERS
from generator.spec.retention import LATE_DAYS, retention

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec import Exports
    from generator.spec.resolved import Table


def check_exports(scope: Scope) -> Iterator[Mistake]:
    """Yield what is wrong with the exports of classes that tables use, and with their bucket."""
    yield from _of_a_destination(scope)
    yield from _catalogue(scope)
    for name, exports in scope.environment.exports.items():
        path: Path = ("protections", name, "exports")
        yield from _recovery(scope, name)
        schedule = (*path, "full_schedule")
        if not scope.sound(*schedule):
            continue
        if parse_schedule(exports.full_schedule).longest_gap_minutes is None:
            yield scope.mistake(
                schedule,
                f"`{exports.full_schedule}` fires once, and how long exports are kept follows from "
                "the time between two full ones",
                "write a schedule that fires again and again, for example cron(0 1 ? * SUN *)",
            )
        elif scope.sound(*path, "delete_after_days"):
            yield from _kept(scope, path, exports)
    yield from _locks(scope)


def _of_a_destination(scope: Scope) -> Iterator[Mistake]:
    given = "export_bucket" in scope.document.data
    if scope.environment.is_destination and given and scope.sound("kind"):
        yield scope.mistake(
            ("export_bucket",),
            "an environment of `kind: destination` has no tables to export; it gets a bucket for "
            "each environment whose `export_bucket` names it",
            "remove it; where a parent file gives it, write `export_bucket: null`",
        )


def _catalogue(scope: Scope) -> Iterator[Mistake]:
    classes = list(scope.environment.exports)
    if classes and not scope.spec.recovery.enabled:
        path: Path = ("protections", classes[0], "exports")
        yield scope.mistake(
            ("recovery", "enabled"),
            f"the class `{classes[0]}` exports tables ({scope.place(*path)}), and without recovery "
            "there is no catalogue, which says what exports make up a chain",
            "write `enabled: true`, or remove the exports",
        )


def _recovery(scope: Scope, name: str) -> Iterator[Mistake]:
    """Find tables without point-in-time recovery; the class is blamed once for all of its own."""
    of_class: Path = ("protections", name, "point_in_time_recovery")
    for table in scope.environment.tables:
        if table.protection_name != name or table.point_in_time_recovery is not None:
            continue
        own: Path = ("tables", table.key, "point_in_time_recovery")
        named: Path = ("tables", table.key, "protection")
        if not all(scope.sound(*path) for path in (own, of_class, named)):
            continue
        yield _off_at_table(scope, name, table) if table.recovery_refused else _off(scope, name)


def _off_at_table(scope: Scope, name: str, table: Table) -> Mistake:
    return scope.mistake(
        ("tables", table.key, "point_in_time_recovery", "enabled"),
        f"DynamoDB exports out of point-in-time recovery, which is off here, and the class `{name}`"
        f" exports the table ({scope.place('protections', name, 'exports')})",
        "switch it on, or give the table a class without exports",
    )


def _off(scope: Scope, name: str) -> Mistake:
    given = scope.spec.protections[name].point_in_time_recovery is not None
    path: Path = ("protections", name, "point_in_time_recovery", "enabled")
    return scope.mistake(
        path if given else ("protections", name, "exports"),
        "DynamoDB exports out of point-in-time recovery, and the class "
        f"{'switches it off' if given else 'has none'}",
        "write `enabled: true`, or remove the exports"
        if given
        else "add `point_in_time_recovery: {recovery_period_days: 35}` to the class",
    )


def _kept(scope: Scope, path: Path, exports: Exports) -> Iterator[Mistake]:
    kept = retention(exports)
    if kept.keep_days > MAXIMUM_DAYS:
        more = kept.keep_days - kept.window_days
        most = MAXIMUM_DAYS - more
        yield scope.mistake(
            (*path, "delete_after_days"),
            f"a chain of {kept.window_days:,} days needs {more:,} more "
            f"({kept.full_interval_days:,} between two full exports, {kept.catch_up_days:,} to "
            f"catch up, {LATE_DAYS} for late starts), and objects are kept {MAXIMUM_DAYS:,} at "
            "most",
            f"give 1 to {most:,}" if most > 0 else "export fully more often: see full_schedule",
        )
        return
    for tier in TIERS:
        days = None if exports.tiers is None else getattr(exports.tiers, tier)
        if days is not None and days >= kept.keep_days:
            yield scope.mistake(
                (*path, "tiers", tier),
                f"exports are deleted after {plural(kept.keep_days, 'day')}, so none would ever "
                "get there",
                f"give fewer than {kept.keep_days}, or remove it",
            )


def _locks(scope: Scope) -> Iterator[Mistake]:
    """Find locks that outlive all exports: a lock is a bucket's, and a bucket holds all classes."""
    classes: Mapping[str, Exports] = scope.environment.exports
    wrong = any(not scope.sound("protections", name, "exports") for name in classes)
    if wrong or not classes:
        return
    longest = max(retention(exports).keep_days for exports in classes.values())
    for path, lock in scope.spec.export_bucket.locks.items():
        if lock.retention_days > longest:
            yield scope.mistake(
                ("export_bucket", *path, "retention_days"),
                f"exports are deleted after {plural(longest, 'day')} at the latest, and the lock "
                f"would keep S3 from it until day {lock.retention_days:,}",
                f"give 1 to {longest:,}, or keep exports longer",
            )
