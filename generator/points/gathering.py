"""Which places may hold something of a table, asked one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from blueprints.names import recovery_role_arn
from generator.naming import vault_name
from generator.points import native, vaults
from generator.points.access import REFUSALS, Access, Clients, unreadable
from generator.points.model import Found, Place, Point, Unreadable, together
from generator.points.vaults import VaultPlace
from generator.spec.resolved import Environment, Table

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which table of which environment is asked for, by whom, and when."""

    environment: Environment
    table: Table
    access: Access
    now: datetime

    @property
    def place(self) -> Place:
        """Where the environment's tables are."""
        return place_of(self.environment)


def place_of(environment: Environment) -> Place:
    """Return where an environment is."""
    return Place(account_id=environment.account_id, region=environment.region)


def gather(question: Question, tell: Tell) -> Found:
    """Return all that the table can come back from; each place is told before it is read."""
    destinations = question.environment.copy_destinations.values()
    return together(
        [
            _home(question, tell),
            *(_destination(question, there, tell) for there in destinations),
            Found(unreadable=tuple(_not_rendered(question.environment, question.table))),
        ]
    )


def gather_in(question: Question, there: Environment, clients: Clients, tell: Tell) -> Found:
    """Return what the table can come back from in a destination, with clients of that account."""
    place, arn, now = place_of(there), question.table.arn, question.now
    tell(f"reading {place} ({there.name})")
    backup = clients("backup")
    here = (replace(vault, copies=True) for vault in _vaults(there, there))
    return together(vaults.points(backup, vault, arn, now) for vault in here)


def _home(question: Question, tell: Tell) -> Found:
    table, place, now = question.table, question.place, question.now
    here = tuple(_vaults(question.environment, question.environment))
    tell(f"reading {place} ({question.environment.name})")
    try:
        clients = question.access.clients(place, None)
        dynamodb, backup = clients("dynamodb"), clients("backup")
    except REFUSALS as error:
        sources = (native.WINDOW, native.BACKUPS, *map(str, here))
        return _none(sources, place, error, allow="sts:GetCallerIdentity", absent="")
    description, about = native.described(dynamodb, table.name, place)
    found = together(
        [
            about,
            native.window(dynamodb, table.name, place, description),
            native.backups(dynamodb, table.arn, place, now),
            *(vaults.points(backup, vault, table.arn, now) for vault in here),
        ]
    )
    return replace(found, points=tuple(_of_earlier_tables(found.points, description)))


def _of_earlier_tables(
    points: Iterable[Point], description: Mapping[str, Any] | None
) -> Iterator[Point]:
    """A name may be used again, and the backups of both tables are listed under it."""
    if description is None:
        yield from points
        return
    created = native.utc(description["CreationDateTime"])
    note = f"older than the table of today, which was created {created:%Y-%m-%dT%H:%M:%SZ}"
    for point in points:
        older = point.time < created
        yield replace(point, notes=(*point.notes, note)) if older else point


def _destination(question: Question, there: Environment, tell: Tell) -> Found:
    place, here = place_of(there), question.environment
    wanted = tuple(_vaults(there, here))
    tell(f"reading {place} ({there.name})")
    try:
        backup = question.access.clients(place, recovery_role_arn(there))("backup")
    except REFUSALS as error:
        who = f"sign in as break-glass of {here.name} or {there.name}, whom the role trusts"
        absent = f"{who}; if there is no such role, deploy the backup template of {there.name}"
        return _none(map(str, wanted), place, error, allow="sts:AssumeRole", absent=absent)
    arn, now = question.table.arn, question.now
    return together(vaults.points(backup, vault, arn, now) for vault in wanted)


def _vaults(of: Environment, seen_from: Environment) -> Iterator[VaultPlace]:
    place, home = place_of(of), place_of(seen_from)
    for key in of.vaults:
        yield VaultPlace(
            name=vault_name(of, key),
            place=place,
            copies=of is not seen_from,
            copy_back=place != home,
            absent=f"if the vault does not exist, deploy the backup template of {of.name}",
        )


def _none(
    sources: Iterable[str], place: Place, error: Exception, *, allow: str, absent: str
) -> Found:
    return Found(
        unreadable=tuple(
            unreadable(source, place, error, allow=allow, absent=absent) for source in sources
        )
    )


def _not_rendered(environment: Environment, table: Table) -> Iterator[Unreadable]:
    """Yield the copy targets that the file names by ARN only."""
    targets = {
        target.vault_arn: target
        for protection in environment.protections.values()
        for backup in protection.backups.values()
        for target in environment.copies(backup)
        if target.environment is None
    }
    for target in targets.values():
        name = target.vault_arn.rpartition(":")[2]
        yield Unreadable(
            source=f"vault {name}",
            place=Place(account_id=target.account_id, region=target.region),
            reason="the file names it by vault_arn only, so Holdfast has no role to read it with",
            fix=f"sign in to account {target.account_id} and run `aws backup "
            f"list-recovery-points-by-backup-vault --region {target.region} "
            f"--backup-vault-name {name} --by-resource-arn {table.arn}`",
        )
