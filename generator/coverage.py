"""What protects each table and what does not: the one account of it that every report reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.naming import vault_name
from generator.spec import Backup, Vault
from generator.spec.resolved import Environment, Table


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
    backups = tuple(_backups(environment, table))
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
        alerts=_alerts(environment),
        not_protected_against=tuple(_gaps(environment, table, backups)),
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
    environment: Environment, table: Table, backups: tuple[BackupCoverage, ...]
) -> Iterator[str]:
    copies = [copy for backup in backups for copy in backup.copies]
    if table.point_in_time_recovery is None and (not table.existing or table.recovery_refused):
        yield "a bad write: without point-in-time recovery all since the last backup is lost"
    if not backups:
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
