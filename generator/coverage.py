"""What protects each table and what does not: the one account of it that every report reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.naming import vault_name
from generator.spec import Backup, Vault
from generator.spec.resolved import Environment, Table
from generator.spec.retention import retention


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCoverage:
    """One copy of a backup, and how it is kept."""

    name: str
    vault_name: str
    account_id: str
    region: str
    delete_after_days: int
    cold_storage_after_days: int | None
    lock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCoverage:
    """One backup rule as a table gets it."""

    name: str
    schedule: str
    delete_after_days: int
    cold_storage_after_days: int | None
    vault: str
    vault_name: str
    lock: str
    copies: tuple[CopyCoverage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlaceCoverage:
    """Where exports lie: the bucket that takes them, or a replica."""

    account_id: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportsCoverage:
    """Exports as a table gets them: the window promised, and how long objects are kept for it."""

    full_schedule: str
    incremental_every_minutes: int
    window_days: int
    keep_days: int
    places: tuple[ExportPlaceCoverage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCoverage:
    """Everything that protects one table, and what it is not protected against."""

    key: str
    name: str
    arn: str
    existing: bool
    protection: str
    point_in_time_recovery: str
    deletion_protection: str
    backups: tuple[BackupCoverage, ...]
    native_backups: str
    exports: ExportsCoverage | None
    alerts: str
    not_protected_against: tuple[str, ...]


def coverage(environment: Environment) -> tuple[TableCoverage, ...]:
    """Return the coverage of every table, in the file's order."""
    return tuple(_table(environment, table) for table in environment.tables)


def lock_text(vault: Vault | None) -> str:
    """Return a vault's lock in words; None stands for a vault Holdfast does not render."""
    if vault is None:
        return "lock unknown"
    if vault.lock is None:
        return "not locked"
    most = vault.lock.max_retention_days
    bounds = (
        f"{vault.lock.min_retention_days} to {most} days"
        if most
        else (f"at least {vault.lock.min_retention_days} days")
    )
    return f"{vault.lock.mode} lock, {bounds}"


def schedule_text(backup: Backup) -> str:
    """Return the schedule with its time zone."""
    return f"{backup.schedule} {backup.schedule_timezone}"


def kept_text(delete_after_days: int, cold_storage_after_days: int | None) -> str:
    """Return a lifecycle in words."""
    cold = "" if cold_storage_after_days is None else f", cold after {cold_storage_after_days}"
    return f"{delete_after_days} days{cold}"


def _table(environment: Environment, table: Table) -> TableCoverage:
    backups, exports = tuple(_backups(environment, table)), _exports(environment, table)
    return TableCoverage(
        key=table.key,
        name=table.name,
        arn=table.arn,
        existing=table.existing,
        protection=table.protection_name,
        point_in_time_recovery=_recovery(table),
        deletion_protection=_deletion_protection(table),
        backups=backups,
        native_backups=_native_backups(table),
        exports=exports,
        alerts=_alerts(environment),
        not_protected_against=tuple(_gaps(environment, table, backups, exports)),
    )


def _backups(environment: Environment, table: Table) -> Iterator[BackupCoverage]:
    for name, backup in table.protection.backups.items():
        yield BackupCoverage(
            name=name,
            schedule=schedule_text(backup),
            delete_after_days=backup.delete_after_days,
            cold_storage_after_days=backup.cold_storage_after_days,
            vault=backup.vault,
            vault_name=vault_name(environment, backup.vault),
            lock=lock_text(environment.vaults[backup.vault]),
            copies=tuple(
                CopyCoverage(
                    name=target.name,
                    vault_name=target.vault_arn.rpartition(":")[2],
                    account_id=target.account_id,
                    region=target.region,
                    delete_after_days=target.copy.delete_after_days,
                    cold_storage_after_days=target.copy.cold_storage_after_days,
                    lock=lock_text(target.vault),
                )
                for target in environment.copies(backup)
            ),
        )


def _exports(environment: Environment, table: Table) -> ExportsCoverage | None:
    exports = environment.exports.get(table.protection_name)
    if exports is None:
        return None
    bucket, destinations = environment.spec.export_bucket, environment.destinations
    holders = [environment if bucket.to is None else destinations[bucket.to]]
    holders += [destinations[replica.to] for replica in bucket.replicas.values()]
    kept = retention(exports)
    return ExportsCoverage(
        full_schedule=f"{exports.full_schedule} {exports.full_schedule_timezone}",
        incremental_every_minutes=exports.incremental_minutes,
        window_days=kept.window_days,
        keep_days=kept.keep_days,
        places=tuple(
            ExportPlaceCoverage(account_id=holder.account_id, region=holder.region)
            for holder in holders
        ),
    )


def _recovery(table: Table) -> str:
    if table.existing and table.recovery_refused:
        return "off, its owner's choice"
    if table.existing:
        return "its owner's choice, not checked"
    recovery = table.point_in_time_recovery
    return "off" if recovery is None else f"{recovery.recovery_period_days} days"


def _native_backups(table: Table) -> str:
    snapshots = table.protection.snapshots
    if snapshots is None:
        return "none by schedule"
    return (
        f"{snapshots.schedule} {snapshots.schedule_timezone}, the newest {snapshots.keep_last} and "
        f"those of the last {snapshots.keep_days} days"
    )


def _deletion_protection(table: Table) -> str:
    if table.existing:
        return "its owner's choice"
    return "on" if table.deletion_protection else "off"


def _alerts(environment: Environment) -> str:
    if environment.spec.alerts is None:
        return "none"
    return ", ".join(environment.spec.alerts.subscriptions)


def _gaps(
    environment: Environment,
    table: Table,
    backups: tuple[BackupCoverage, ...],
    exports: ExportsCoverage | None,
) -> Iterator[str]:
    copies: list[CopyCoverage | ExportPlaceCoverage] = [
        copy for backup in backups for copy in backup.copies
    ]
    copies += () if exports is None else exports.places
    if table.point_in_time_recovery is None and (not table.existing or table.recovery_refused):
        yield "a bad write: without point-in-time recovery all since the last backup is lost"
    if not backups and exports is None:
        yield "anything older than point-in-time recovery, and the loss of the account"
    if not table.existing and not table.deletion_protection:
        yield "deletion of the table by a person or a stack (it can be restored, not stopped)"
    if backups and all(backup.lock == "not locked" for backup in backups):
        yield "deletion of backups by break-glass, for no vault is locked"
    if all(copy.account_id == environment.account_id for copy in copies):
        yield f"takeover or closure of account {environment.account_id}: no copy lies elsewhere"
    if all(copy.region == environment.region for copy in copies):
        yield f"loss of {environment.region}: no copy lies in another Region"
    if environment.spec.alerts is None:
        yield "a backup that fails unnoticed: nobody is told"
    if table.existing:
        yield "loss of its definition: keys, indexes and settings belong to its owner"
