"""Copies to other environments: the vault has to exist, be elsewhere, and take what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.rules.protection import allowed_days, fits
from generator.rules.scope import plural
from generator.spec.base import partition_of
from generator.validation.wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec import Backup, Copy
    from generator.spec.resolved import CopyTarget, Environment


def check_copies(scope: Scope, known: Collection[str]) -> Iterator[Mistake]:
    """Yield what is wrong with copies; `known` names the environments that there are."""
    for name, protection in scope.environment.protections.items():
        for rule, backup in protection.backups.items():
            yield from _copies(scope, ("protections", name, "backups", rule), backup, known)


def _copies(scope: Scope, path: Path, backup: Backup, known: Collection[str]) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    for name, copy in backup.copies.items():
        here = (*path, "copies", name)
        mistakes = list(_destination(scope, here, copy, known))
        yield from mistakes
        if mistakes:
            continue
        target = scope.environment.copy_target(name, copy)
        yield from _elsewhere(scope, here, target)
        yield from _lock(scope, here, target)
        before = first.setdefault(target.vault_arn, name)
        if before != name:
            yield scope.mistake(
                here,
                f"it goes to the same vault as the copy `{before}` "
                f"({scope.place(*path, 'copies', before)})",
                "remove one of the two",
            )


def _destination(scope: Scope, path: Path, copy: Copy, known: Collection[str]) -> Iterator[Mistake]:
    if copy.to is None:
        return
    there = scope.environment.destinations.get(copy.to)
    if there is None:
        yield scope.mistake(
            (*path, "to"),
            f"there is no environment `{copy.to}` in the folder of {scope.environment.file}",
            suggestion(
                copy.to,
                sorted({*known} - {scope.environment.name}),
                f"write a file there with `kind: destination` and `environment: {copy.to}`",
            ),
        )
    elif not there.is_destination:
        yield scope.mistake(
            (*path, "to"),
            f"`{copy.to}` ({there.file}) is a workload, and copies go to destinations only",
            "name a file with `kind: destination`; a workload's vault is lost with the workload",
        )
    else:
        yield from _vault(scope, path, copy, there)


def _vault(scope: Scope, path: Path, copy: Copy, there: Environment) -> Iterator[Mistake]:
    if copy.vault is not None and copy.vault not in there.vaults:
        yield scope.mistake(
            (*path, "vault"),
            f"the destination {there.name} ({there.file}) has no vault `{copy.vault}`",
            suggestion(copy.vault, there.vaults, f"define it in {there.file}"),
        )
    elif copy.vault is None and len(there.vaults) > 1:
        yield scope.mistake(
            path,
            f"the destination {there.name} ({there.file}) has {len(there.vaults)} vaults, and the "
            "copy does not say which one it goes to",
            f"add `vault:` with one of {', '.join(there.vaults)}",
        )
    elif there.spec.accepts is None:
        yield scope.mistake(
            (*path, "to"),
            f"the destination {there.name} ({there.file}) accepts copies from nobody",
            f"add `accepts: [{scope.environment.file.rpartition('/')[2]}]` to {there.file}",
        )


def _elsewhere(scope: Scope, path: Path, target: CopyTarget) -> Iterator[Mistake]:
    environment = scope.environment
    blamed = (*path, "vault_arn" if target.environment is None else "to")
    partition = partition_of(target.region)
    if partition != environment.partition:
        yield scope.mistake(
            blamed,
            f"the vault is in {target.region}, partition {partition}, and the tables are in "
            f"{environment.region}, partition {environment.partition}; AWS Backup copies nothing "
            "across partitions",
            f"copy to a Region of {environment.partition}",
        )
    elif (target.account_id, target.region) == (environment.account_id, environment.region):
        yield scope.mistake(
            blamed,
            f"the copy stays in account {target.account_id} and Region {target.region}, and is "
            "lost together with the original",
            "copy to another account or Region, or remove the copy",
        )


def _lock(scope: Scope, path: Path, target: CopyTarget) -> Iterator[Mistake]:
    lock = target.vault.lock if target.vault is not None else None
    days = target.copy.delete_after_days
    if lock is None or target.environment is None or fits(lock, days):
        return
    there = target.environment
    vault = target.copy.vault or next(iter(there.vaults))
    yield scope.mistake(
        (*path, "delete_after_days"),
        f"copies are deleted after {plural(days, 'day')}, and the lock of the vault `{vault}` of "
        f"{there.name} ({there.file}) takes {allowed_days(lock)}: every copy would fail",
        f"set delete_after_days to {allowed_days(lock)}, or change the lock in {there.file}",
    )
