"""What was asked for on the command line, checked against the environment before AWS is asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from blueprints.names import pointer_name, recovers, restore_machine_arn
from generator.adopt.described import plain
from generator.errors import Mistake, Mistakes
from generator.points.command import table_of
from generator.points.model import Place
from generator.recovery.requests import Request, requests, requests_in
from generator.spec.resolved import Environment, Table

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_EXAMPLE = "2026-01-31T12:34:56Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line as it was given."""

    environment: str
    table: str
    latest: bool = False
    at: str | None = None
    point: str | None = None
    target_name: str | None = None
    destination: str | None = None
    repoint: bool = False
    dry_run: bool = False
    follow: str | None = None
    profile: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be done, where; `request` is the table's own, with what was asked for in it.

    `where` is the environment whose state machine restores: `environment`, or a destination of it.
    """

    options: Options
    environment: Environment
    table: Table
    where: Environment
    request: Request

    @property
    def place(self) -> Place:
        """Account and Region of the state machine."""
        return Place(account_id=self.where.account_id, region=self.where.region)

    @property
    def away(self) -> bool:
        """Whether it is restored in a destination."""
        return self.where is not self.environment

    @property
    def machine_arn(self) -> str:
        """The state machine that restores."""
        return restore_machine_arn(self.where)

    @property
    def executions(self) -> str:
        """How the ARNs of its executions begin."""
        return f"{self.machine_arn.replace(':stateMachine:', ':execution:')}:"

    def again(self, *more: str) -> str:
        """Return the command that asks for something else of the same table."""
        options = self.options
        words = ["holdfast", "restore", options.environment, options.table, *more]
        if options.destination is not None:
            words += ["--in", options.destination]
        if options.profile is not None:
            words += ["--profile", options.profile]
        return shlex.join(words)


def asked(options: Options, environment: Environment, now: datetime) -> Asked:
    """Return what was asked for; raises `Mistakes` with all that is wrong with it."""
    table = table_of(environment, options.table)
    where = environment
    mistakes = [*_point(options, now), *_name(options, table)]
    if options.destination is not None:
        found = environment.copy_destinations.get(options.destination)
        if found is None:
            mistakes.append(_no_destination(options.destination, environment))
        else:
            where = found
    request = _request(environment, table, where)
    if request is None:
        mistakes.append(_not_copied(table, environment, where))
    elif options.repoint and request["pointer"] is None:
        mistakes.append(_no_pointer(table, environment, where))
    if not recovers(where):
        mistakes.append(_switched_off(where))
    if mistakes or request is None:
        raise Mistakes(mistakes)
    wanted = {
        **request,
        "target_name": options.target_name,
        "point": _wanted(options),
        "repoint": options.repoint,
    }
    return Asked(options=options, environment=environment, table=table, where=where, request=wanted)


def _request(environment: Environment, table: Table, where: Environment) -> Request | None:
    if where is environment:
        return requests(environment)[table.key]
    return requests_in(where, environment).get(table.key)


def _wanted(options: Options) -> Request:
    if options.at is not None:
        return {"at": stamp(datetime.fromisoformat(options.at))}
    return {"id": options.point} if options.point is not None else {"latest": True}


def stamp(moment: datetime) -> str:
    """Return a time as a request has it: in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _point(options: Options, now: datetime) -> Iterator[Mistake]:
    given = [
        option
        for option, value in (
            ("--latest", options.latest),
            ("--at", options.at is not None),
            ("--point", options.point is not None),
        )
        if value
    ]
    if options.follow is not None:
        given += ["--as"] if options.target_name is not None else []
        given += ["--repoint"] if options.repoint else []
        given += ["--dry-run"] if options.dry_run else []
        if given:
            cause = f"--follow only looks at an execution, which {', '.join(given)} cannot change"
            yield Mistake(cause, f"leave out {', '.join(given)}, or --follow")
        return
    if not given:
        yield Mistake(
            "nothing says which data to restore",
            f"give --latest, --at TIME (such as --at {_EXAMPLE}) or --point ID; `holdfast points "
            f"{shlex.join([options.environment, options.table])}` lists what there is",
        )
    if len(given) > 1:
        cause = f"{' and '.join(given)} ask for different data"
        yield Mistake(cause, f"give only one of {', '.join(given)}")
    if options.at is not None:
        yield from _time(options.at, now)
    if options.point is not None and not options.point.strip():
        yield Mistake("--point is empty", "give an id from the list of `holdfast points`")


def _time(text: str, now: datetime) -> Iterator[Mistake]:
    shown = plain(text)
    try:
        moment = datetime.fromisoformat(text)
        past = moment.astimezone(UTC) <= now
    except (OverflowError, ValueError):
        yield Mistake(f"--at {shown} is no time", f"write it in ISO form with a zone: {_EXAMPLE}")
        return
    if moment.tzinfo is None:
        naive = moment.isoformat(timespec="seconds")
        yield Mistake(
            f"--at {shown} names no zone, so it may be meant an hour or more apart",
            f"write {naive}Z for UTC, or the offset, such as {naive}+01:00",
        )
    elif not past:
        yield Mistake(f"--at {shown} lies in the future", "--latest restores the newest data")


def _name(options: Options, table: Table) -> Iterator[Mistake]:
    name = options.target_name
    if name is None or name == table.name:
        return
    if not _NAME.fullmatch(name):
        cause = f"--as {plain(name)} is not a DynamoDB table name"
        yield Mistake(cause, "use 3 to 255 letters, digits, `_`, `.` and `-`")
    elif not name.startswith(f"{table.name}-"):
        yield Mistake(
            f"--as {name}: the roles allow {table.name} and names that begin with {table.name}- "
            "only, so that a restore can touch no other table",
            f"write --as {table.name}-{name}",
        )


def _no_destination(name: str, environment: Environment) -> Mistake:
    known = ", ".join(environment.copy_destinations)
    return Mistake(
        f"{environment.file} copies nothing to an environment `{plain(name)}`",
        f"destinations there: {known}" if known else "it has no destination: leave out --in",
    )


def _not_copied(table: Table, environment: Environment, where: Environment) -> Mistake:
    return Mistake(
        f"no backup of {table.key} is copied to {where.name}, so it cannot come back there",
        f"leave out --in; class {table.protection_name} of {environment.file} says what is copied",
    )


def _no_pointer(table: Table, environment: Environment, where: Environment) -> Mistake:
    if where is not environment and pointer_name(environment, table) is not None:
        cause = f"the pointer of {table.key} lies in account {environment.account_id}, out of reach"
        return Mistake(cause, "leave out --repoint, and tell the readers yourself")
    return Mistake(
        f"{table.key} has no pointer that --repoint could move",
        f"leave out --repoint; to have one, write `pointer: {{}}` in its entry in "
        f"{environment.file} and deploy",
    )


def _switched_off(where: Environment) -> Mistake:
    return Mistake(
        f"{where.file} says `recovery: {{enabled: false}}`, so no state machine restores",
        f"remove it, generate, and deploy the template recovery of {where.name}; or restore by "
        f"hand, as output/{where.name}/README.md says under `Getting a table back`",
    )
