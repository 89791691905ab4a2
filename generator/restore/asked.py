"""What was asked for on the command line, checked against the environment before AWS is asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from blueprints.names import pointer_name, recovers, restore_machine_arn
from generator.errors import Mistake, Mistakes
from generator.executions.options import (
    EXAMPLE,
    command,
    moment_of,
    name_mistakes,
    no_destination,
    only_follows,
    stamp,
    switched_off,
    time_mistakes,
)
from generator.points.command import table_of
from generator.points.model import POINT_IN_TIME_ID, Place
from generator.recovery.requests import Request, destinations, requests, requests_in
from generator.spec.resolved import Environment, Table

_STEPS: Mapping[str, str] = {
    "Plan": "choosing the source, the name and the settings",
    "FetchCopy": "copying the point back from its vault",
    "RestoreTable": "restoring the data",
    "ApplySettings": "setting what AWS does not restore",
    "Verify": "verifying",
    "Repoint": "moving the pointer",
    "Report": "writing the report",
}


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
    what: ClassVar[str] = "restore"
    does: ClassVar[str] = "restores"
    steps: ClassVar[Mapping[str, str]] = _STEPS

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
    def table_name(self) -> str:
        """The table's physical name."""
        return self.table.name

    @property
    def destinations(self) -> Mapping[str, Environment]:
        """Destinations that could restore."""
        return destinations(self.environment)

    @property
    def without(self) -> str:
        """What is left to do where the state machine is not deployed."""
        section = "Restoring here" if self.away else "Getting a table back"
        return f"without it, restore by hand as the same file says under `{section}`"

    def concerns(self, table_name: str) -> bool:
        """Return whether an execution restores this table."""
        return table_name == self.table.name

    def again(self, *more: str) -> str:
        """Return the command that asks for something else of the same table."""
        options = self.options
        words = ["holdfast", "restore", options.environment, options.table, *more]
        return command(words, destination=options.destination, profile=options.profile)


def asked(options: Options, environment: Environment, now: datetime) -> Asked:
    """Return what was asked for; raises `Mistakes` with all that is wrong with it."""
    table = table_of(environment, options.table)
    where = environment
    mistakes = [*_point(options, now)]
    if options.target_name is not None:
        mistakes += name_mistakes("--as", options.target_name, table, "restore")
    if options.destination is not None:
        there = destinations(environment)
        found = there.get(options.destination)
        if found is None:
            mistakes.append(no_destination(options.destination, environment, there))
        else:
            where = found
    request = _request(environment, table, where)
    if request is None:
        mistakes.append(_not_copied(table, environment, where))
    elif options.repoint and request["pointer"] is None:
        mistakes.append(_no_pointer(table, environment, where))
    if not recovers(where):
        mistakes.append(switched_off(where, "restores", _by_hand(where)))
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
    at = {} if options.at is None else {"at": stamp(moment_of(options.at))}
    return at if options.point is None and at else _id(options) | at


def _id(options: Options) -> Request:
    return {"latest": True} if options.point is None else {"id": options.point}


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
        yield from only_follows(
            {
                **dict.fromkeys(given, True),
                "--as": options.target_name,
                "--repoint": options.repoint,
                "--dry-run": options.dry_run,
            }
        )
        return
    if not given:
        yield Mistake(
            "nothing says which data to restore",
            f"give --latest, --at TIME (such as --at {EXAMPLE}) or --point ID; `holdfast points "
            f"{shlex.join([options.environment, options.table])}` lists what there is",
        )
    if len(given) > 1 and not _is_moment_of_point(options):
        cause = f"{' and '.join(given)} ask for different data"
        yield Mistake(
            cause,
            f"give only one of {', '.join(given)}; a time and a point go together where that is "
            f"{POINT_IN_TIME_ID} or a chain of exports",
        )
    if options.at is not None:
        newest = "--latest restores the newest data"
        yield from time_mistakes("--at", options.at, now, instead=newest)
    if options.point is not None and not options.point.strip():
        yield Mistake("--point is empty", "give an id from the list of `holdfast points`")


def _is_moment_of_point(options: Options) -> bool:
    """Return whether a time is asked for of a point that has several."""
    point = options.point
    several = point is not None and (point == POINT_IN_TIME_ID or "/export/" in point)
    return several and options.at is not None and not options.latest


def _not_copied(table: Table, environment: Environment, where: Environment) -> Mistake:
    return Mistake(
        f"neither backups nor exports of {table.key} go to {where.name}, so it cannot come back "
        "there",
        f"leave out --in; class {table.protection_name} of {environment.file} says what goes where",
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


def _by_hand(where: Environment) -> str:
    return (
        f"; or restore by hand, as output/{where.name}/README.md says under `Getting a table back`"
    )
