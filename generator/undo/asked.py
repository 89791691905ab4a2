"""What was asked for on the command line, checked against the environment before AWS is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from blueprints.functions.plan_undo.request import LONGEST
from blueprints.names import recovers, undo_machine_arn
from generator.errors import Mistake, Mistakes
from generator.executions.options import (
    EXAMPLE,
    command,
    exact,
    moment_of,
    only_follows,
    stamp,
    switched_off,
    time_mistakes,
)
from generator.points.command import table_of
from generator.points.gathering import place_of
from generator.points.model import Place
from generator.spec.resolved import Environment, Table
from generator.undo.filters import filter_mistakes, only_of

POLL_SECONDS = 30
_STEPS: Mapping[str, str] = {
    "Plan": "exporting the window",
    "Undo": "comparing every key that was written in it",
    "Report": "writing the report",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line as it was given."""

    environment: str
    table: str
    since: str | None = None
    until: str | None = None
    only: tuple[str, ...] = ()
    created_since: str = "report"
    overwrite_conflicts: bool = False
    old_images: str = "incremental"
    write_units: int | None = None
    dry_run: bool = False
    follow: str | None = None
    profile: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be undone; `request` is None where an execution is only followed."""

    options: Options
    environment: Environment
    table: Table
    request: dict[str, Any] | None
    what: ClassVar[str] = "undo"
    does: ClassVar[str] = "undoes"
    steps: ClassVar[Mapping[str, str]] = _STEPS
    destinations: ClassVar[Mapping[str, Environment]] = {}

    @property
    def where(self) -> Environment:
        """The environment whose state machine works: a table is undone where it is."""
        return self.environment

    @property
    def place(self) -> Place:
        """Account and Region of the state machine, and of the table."""
        return place_of(self.environment)

    @property
    def machine_arn(self) -> str:
        """The state machine that undoes."""
        return undo_machine_arn(self.environment)

    @property
    def table_name(self) -> str:
        """The table's physical name."""
        return self.table.name

    @property
    def without(self) -> str:
        """What is left to do where the state machine is not deployed."""
        words = f"{self.options.environment} {self.options.table} --at {self.options.since}"
        return f"without it, `holdfast restore {words}` brings the table of then back beside it"

    def concerns(self, table_name: str) -> bool:
        """Return whether an execution undoes this table."""
        return table_name == self.table.name

    def again(self, *more: str) -> str:
        """Return the command that asks for something else of the same table."""
        options = self.options
        words = ["holdfast", "undo", options.environment, options.table, *more]
        return command(words, destination=None, profile=options.profile)


def asked(options: Options, environment: Environment, now: datetime) -> Asked:
    """Return what was asked for; raises `Mistakes` with all that is wrong with it."""
    table = table_of(environment, options.table)
    mistakes: list[Mistake] = []
    if not recovers(environment):
        mistakes.append(switched_off(environment, "undoes"))
    if table.recovery_refused:
        mistakes.append(_not_recorded(table, environment))
    if options.follow is not None:
        mistakes += only_follows(_others(options))
    else:
        mistakes += _window(options, now)
        mistakes += filter_mistakes(options.only, table)
        if options.write_units is not None and options.write_units < 1:
            cause = f"--write-units {options.write_units} would write nothing"
            fix = "give the write units a second for all together, 1 or more"
            mistakes.append(Mistake(cause, fix))
    if mistakes:
        raise Mistakes(mistakes)
    request = None if options.follow is not None else _request(options, table)
    return Asked(options=options, environment=environment, table=table, request=request)


def _not_recorded(table: Table, environment: Environment) -> Mistake:
    return Mistake(
        f"{environment.file} says that point-in-time recovery of {table.key} is off, so what was "
        "written to it is nowhere recorded",
        "switch it on, for the next time; `holdfast points` lists what the table can come back "
        "from now",
    )


def _others(options: Options) -> dict[str, object]:
    given = Options(environment=options.environment, table=options.table)
    return {
        "--since": options.since,
        "--until": options.until,
        "--only": options.only,
        "--created-since": options.created_since != given.created_since,
        "--overwrite-conflicts": options.overwrite_conflicts,
        "--old-images": options.old_images != given.old_images,
        "--write-units": options.write_units,
        "--dry-run": options.dry_run,
    }


def _request(options: Options, table: Table) -> dict[str, Any]:
    """Return the input of the state machine."""
    return {
        "table": {"key": table.key, "name": table.name, "arn": table.arn},
        "since": stamp(moment_of(str(options.since))),
        "until": None if options.until is None else exact(moment_of(options.until)),
        "only": only_of(options.only),
        "created_since": options.created_since,
        "overwrite_conflicts": options.overwrite_conflicts,
        "dry_run": options.dry_run,
        "old_images": options.old_images.replace("-", "_"),
        "write_units": options.write_units,
        "poll_seconds": POLL_SECONDS,
    }


def _window(options: Options, now: datetime) -> Iterator[Mistake]:
    """Yield what is wrong with the window."""
    if options.since is None:
        yield Mistake(
            "nothing says which time the table is to be put back to",
            f"give --since TIME, the last moment at which all was right, such as {EXAMPLE}",
        )
    wrong = list(_times(options, now))
    yield from wrong
    if wrong or options.since is None:
        return
    since = moment_of(options.since)
    if options.until is not None and moment_of(options.until) <= since:
        yield Mistake(
            f"--until {options.until} is not later than --since {options.since}",
            "--since is when all was right, --until when the wrong writes had ended",
        )
    if now - since > LONGEST:
        yield Mistake(
            f"--since {options.since} is more than {LONGEST.days} days ago, and point-in-time "
            "recovery reaches back no further",
            "`holdfast restore --at` brings the table of then back beside this one, from backups "
            "or exports",
        )


def _times(options: Options, now: datetime) -> Iterator[Mistake]:
    for option, text, instead in (
        ("--since", options.since, "what is yet to be written cannot be undone"),
        ("--until", options.until, "leave it out to undo everything up to now"),
    ):
        if text is None:
            continue
        wrong = list(time_mistakes(option, text, now, instead=instead))
        yield from wrong
        # The end of an execution without --until is no whole second, and it may be given again.
        if not wrong and option == "--since" and moment_of(text).microsecond:
            whole = stamp(moment_of(text))
            cause = f"{option} {text} is no whole second, and exports know no less"
            yield Mistake(cause, f"write {whole}, or the second after it")
