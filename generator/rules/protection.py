"""Protection classes, their backups, and the vaults that take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.rules.scope import plural
from generator.spec.resolved import BUILT_IN_VAULTS, DEFAULT_VAULT
from generator.validation.wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec import Backup, Lock, Protection
    from generator.spec.protection import TagSelection

# https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
MAX_SELECTIONS = 100


def check_protection(scope: Scope) -> Iterator[Mistake]:
    """Yield what is wrong with the protection that tables get; unused classes are left alone."""
    yield from _class_names(scope)
    for name, protection in scope.environment.protections.items():
        path = ("protections", name)
        for rule, backup in protection.backups.items():
            yield from _vault(scope, (*path, "backups", rule), backup)
        yield from _selections(scope, name, protection)


def allowed_days(lock: Lock) -> str:
    """Return the retention that a lock takes: `7 to 60 days`, `at least 7 days`."""
    if lock.max_retention_days is None:
        return f"at least {plural(lock.min_retention_days, 'day')}"
    return f"{lock.min_retention_days} to {plural(lock.max_retention_days, 'day')}"


def fits(lock: Lock, days: int) -> bool:
    """Return whether a vault's lock lets recovery points in that live so long."""
    return lock.min_retention_days <= days <= (lock.max_retention_days or days)


def _class_names(scope: Scope) -> Iterator[Mistake]:
    known = scope.names("protections")
    default_path: Path = ("defaults", "protection")
    for table in scope.environment.tables:
        if table.protection_name not in known:
            named_here = table.spec.protection is not None
            yield scope.mistake(
                ("tables", table.key, "protection") if named_here else default_path,
                f"there is no protection class `{table.protection_name}`",
                suggestion(table.protection_name, known, "define it under `protections`"),
            )


def _vault(scope: Scope, path: Path, backup: Backup) -> Iterator[Mistake]:
    known = scope.names("vaults")
    if backup.vault not in known and backup.vault not in BUILT_IN_VAULTS:
        yield scope.mistake(
            (*path, "vault"),
            f"there is no vault `{backup.vault}`",
            suggestion(
                backup.vault, dict.fromkeys([*known, *BUILT_IN_VAULTS]), "define it under `vaults`"
            ),
        )
        return
    lock_path = ("vaults", backup.vault, "lock")
    if not scope.sound(*lock_path):
        return
    vault = scope.spec.vaults.get(backup.vault, DEFAULT_VAULT)
    days = backup.delete_after_days
    if vault.lock is None or fits(vault.lock, days):
        return
    allowed = allowed_days(vault.lock)
    if backup.vault not in known:
        lock = f"the built-in vault `{backup.vault}` is locked to {allowed}"
        otherwise = f"define `vaults.{backup.vault}` with a lock of your own"
    else:
        lock = f"the lock of the vault `{backup.vault}` ({scope.place(*lock_path)}) takes {allowed}"
        otherwise = "change the lock"
    days_path = (*path, "delete_after_days")
    if scope.written(*days_path):
        yield scope.mistake(
            days_path,
            f"recovery points are deleted after {plural(days, 'day')}, and {lock}: every job of "
            "this rule would fail",
            f"set delete_after_days to {allowed}, or {otherwise}",
        )
    else:  # the rule is a built-in one
        yield scope.mistake(
            lock_path,
            f"it takes {allowed}, and the built-in rule {'.'.join(map(str, path))} keeps "
            f"recovery points {plural(days, 'day')}: every job of it would fail",
            f"change the lock, or set {'.'.join(map(str, days_path))}",
        )


def _selections(scope: Scope, name: str, protection: Protection) -> Iterator[Mistake]:
    path = ("protections", name)
    listed = [table for table in scope.environment.tables if table.protection_name == name]
    stacks = {table.stack for table in listed}
    if protection.backups and len(stacks) + bool(protection.select_by_tag) > MAX_SELECTIONS:
        yield scope.mistake(
            path,
            f"the tables of this class are in {len(stacks)} stacks, each of which is a selection "
            f"of the backup plan, and AWS Backup takes {MAX_SELECTIONS}",
            "use fewer stacks, or give some of the tables another class",
        )
    tag = protection.select_by_tag
    if tag is None:
        return
    if not protection.backups and scope.sound(*path, "backups"):
        yield scope.mistake(
            (*path, "select_by_tag"),
            "the class selects tables by tag and has no backups for them",
            "add backups, or remove `select_by_tag`",
        )
    for table in listed:
        if not table.existing and table.tags.get(tag.key) == tag.value:
            yield _twice(scope, name, table.key, tag)


def _twice(scope: Scope, name: str, table: str, tag: TagSelection) -> Mistake:
    path: Path = ("tables", table, "tags", tag.key)
    if path not in scope.document.marks:
        path = ("tags", tag.key)
    return scope.mistake(
        path if path in scope.document.marks else ("tables", table),
        f"the class `{name}` would back up the table `{table}` twice: as a table of the class, and "
        f"by its tag {tag.key}: {tag.value} ({scope.place('protections', name, 'select_by_tag')})",
        "use a tag that only tables defined elsewhere carry",
    )
