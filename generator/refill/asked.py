"""What was asked for on the command line, checked against the environment before AWS is asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from blueprints.functions.plan_refill.case import CHILDREN, MOST_CHILDREN
from blueprints.names import recovers, refill_machine_arn
from generator.adopt.described import plain
from generator.errors import Mistake, Mistakes
from generator.executions.options import (
    command,
    moment_of,
    name_mistakes,
    no_destination,
    only_follows,
    switched_off,
    time_mistakes,
)
from generator.naming import arn
from generator.points.command import table_of
from generator.points.gathering import place_of
from generator.points.model import Place
from generator.refill.source import AUTO, Source, source_mistakes, source_of
from generator.spec.resolved import Environment, Table

POLL_SECONDS = 30
_STEPS: Mapping[str, str] = {
    "Plan": "listing the files of the next round",
    "Wait": "waiting for files to thaw, for the table, or for earlier calls to end",
    "Load": "writing items",
    "Report": "writing the report",
}
_FOLDER = re.compile(r"[A-Za-z0-9_.-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line as it was given."""

    environment: str
    table: str
    source: str | None = None
    chain: bool = False
    at: str | None = None
    form: str = AUTO
    target_name: str | None = None
    overwrite: bool = False
    write_units: int | None = None
    children: int | None = None
    resume: str | None = None
    destination: str | None = None
    dry_run: bool = False
    follow: str | None = None
    profile: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be written where; `source` is None for the environment's own chain of exports."""

    options: Options
    environment: Environment
    table: Table
    where: Environment
    source: Source | None
    what: ClassVar[str] = "refill"
    does: ClassVar[str] = "refills"
    steps: ClassVar[Mapping[str, str]] = _STEPS
    without: ClassVar[str] = "docs/refill.md says what DynamoDB itself loads without it"

    @property
    def place(self) -> Place:
        """Account and Region of the state machine, and of the table that is written."""
        return place_of(self.where)

    @property
    def machine_arn(self) -> str:
        """The state machine that refills."""
        return refill_machine_arn(self.where)

    @property
    def table_name(self) -> str:
        """The table's physical name."""
        return self.table.name

    @property
    def target_name(self) -> str:
        """The name of the table that is written."""
        return self.options.target_name or self.table.name

    @property
    def destinations(self) -> Mapping[str, Environment]:
        """Destinations that could refill."""
        return self.environment.destinations

    @property
    def at(self) -> datetime | None:
        """The moment of the chain that is asked for, None for the newest."""
        return None if self.options.at is None else moment_of(self.options.at)

    @property
    def is_as_before(self) -> bool:
        """Whether the execution that is resumed says which data is written, and where to."""
        return self.options.resume is not None and self.source is None and not self.options.chain

    def concerns(self, table_name: str) -> bool:
        """Return whether an execution refills this table, or one that is called after it."""
        return table_name == self.table.name or table_name.startswith(f"{self.table.name}-")

    def again(self, *more: str) -> str:
        """Return the command that asks for something else of the same table."""
        options = self.options
        words = ["holdfast", "refill", options.environment, options.table, *more]
        return command(words, destination=options.destination, profile=options.profile)

    def request(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """Return the input of the state machine that refills from a source."""
        options = self.options
        return {
            "table": {
                "key": self.table.key,
                "name": self.target_name,
                "arn": arn(self.where, "dynamodb", f"table/{self.target_name}"),
            },
            "source": dict(source),
            "write_units": options.write_units,
            "most_children": options.children,
            "resume": options.resume,
            "quiet": False,
            "poll_seconds": POLL_SECONDS,
        }


def asked(options: Options, environment: Environment, now: datetime) -> Asked:
    """Return what was asked for; raises `Mistakes` with all that is wrong with it."""
    table = table_of(environment, options.table)
    where = environment
    mistakes: list[Mistake] = []
    if options.destination is not None:
        found = environment.destinations.get(options.destination)
        if found is None:
            known = environment.destinations
            mistakes.append(no_destination(options.destination, environment, known))
        else:
            where = found
    if not recovers(where):
        mistakes.append(switched_off(where, "refills"))
    if options.follow is not None:
        mistakes += only_follows(_others(options))
    else:
        mistakes += _what(options, where, now)
        mistakes += _how(options, table)
    if mistakes:
        raise Mistakes(mistakes)
    source = None if options.source is None else source_of(options.source, options.form)
    return Asked(options=options, environment=environment, table=table, where=where, source=source)


def _others(options: Options) -> dict[str, object]:
    return {
        "--from": options.source,
        "--chain": options.chain,
        "--at": options.at,
        "--format": None if options.form == AUTO else options.form,
        "--into": options.target_name,
        "--overwrite": options.overwrite,
        "--write-units": options.write_units,
        "--children": options.children,
        "--resume": options.resume,
        "--dry-run": options.dry_run,
    }


def _what(options: Options, where: Environment, now: datetime) -> Iterator[Mistake]:
    """Yield what is wrong with what to write."""
    if options.source is not None and options.chain:
        yield Mistake("--from and --chain ask for different data", "give only one of them")
    if options.source is None and not options.chain and options.resume is None:
        names = shlex.join([options.environment, options.table])
        yield Mistake(
            "nothing says which data to write",
            f"give --from s3://BUCKET/PREFIX/ (an export or an older dump), or --chain for the "
            f"exports that the environment has recorded (`holdfast points {names}` lists them); or "
            "--resume NAME for the data of an earlier refill",
        )
    if options.source is not None:
        yield from source_mistakes(options.source, options.form, where)
    elif options.form != AUTO:
        yield Mistake(
            f"--format {options.form} is for the files of a dump, which --from names",
            "leave out --format",
        )
    if options.at is not None:
        if not options.chain:
            yield Mistake(
                "--at chooses a moment of the chain of exports, and only --chain takes that",
                "leave out --at, or give --chain instead of --from",
            )
        newest = "without --at it is the newest moment of the chain"
        yield from time_mistakes("--at", options.at, now, instead=newest)


def as_before(wanted: Asked, before: Mapping[str, Any], now: datetime) -> Asked:
    """Return what is asked for where an earlier execution's input says it; raises `Mistakes`."""
    given, source, table = wanted.options, before.get("source") or {}, before.get("table") or {}
    bucket, kind = source.get("bucket"), source.get("kind")
    keys = {"export": "manifest_key", "dump": "prefix"}
    if kind not in ("chain", *keys) or not wanted.concerns(str(table.get("name"))):
        cause = (
            f"--resume {given.resume}: its input does not say what it wrote to {wanted.table_name}"
        )
        raise Mistakes([Mistake(cause, "say it: give --from or --chain too, as it was then")])
    options = replace(
        given,
        source=None if kind == "chain" else f"s3://{bucket}/{source.get(keys[kind])}",
        chain=kind == "chain",
        at=source.get("until"),
        form=source.get("format") or AUTO,
        target_name=table["name"],
        write_units=given.write_units or before.get("write_units"),
        children=given.children or before.get("most_children"),
        # Whoever began it has agreed, and what is there now is its own.
        overwrite=True,
    )
    return asked(options, wanted.environment, now)


def _how(options: Options, table: Table) -> Iterator[Mistake]:
    """Yield what is wrong with where and how to write it."""
    if options.target_name is not None:
        yield from name_mistakes("--into", options.target_name, table, "refill")
    if options.write_units is not None and options.write_units < 1:
        cause = f"--write-units {options.write_units} would write nothing"
        yield Mistake(cause, "give the write units a second for all together, 1 or more")
    if options.children is not None and not 1 <= options.children <= MOST_CHILDREN:
        yield Mistake(
            f"--children {options.children} is no number of files to load at once",
            f"give 1 to {MOST_CHILDREN:,}, or leave it out for {CHILDREN}",
        )
    if options.resume is not None and not _FOLDER.fullmatch(options.resume):
        yield Mistake(
            f"--resume {plain(options.resume)} is not the name of an execution",
            "give what stands after the last `:` of the ARN that was printed, "
            f"such as {table.name}-20260131T123456Z",
        )
