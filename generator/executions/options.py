"""Options that several commands have, and what can be wrong with them before AWS is asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from generator.adopt.described import plain
from generator.errors import Mistake
from generator.spec.resolved import Environment, Table

EXAMPLE = "2026-01-31T12:34:56Z"
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


def stamp(moment: datetime) -> str:
    """Return a time as a request has it: in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def exact(moment: datetime) -> str:
    """Return a time as a request has it that may be no whole second."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """Return the time of an option that has no `time_mistakes`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def time_mistakes(option: str, text: str, now: datetime, *, instead: str) -> Iterator[Mistake]:
    """Yield what is wrong with a time; `instead` is what to do about one that is not yet."""
    shown = plain(text)
    try:
        moment = datetime.fromisoformat(text)
        past = moment.astimezone(UTC) <= now
    except (OverflowError, ValueError):
        yield Mistake(
            f"{option} {shown} is no time", f"write it in ISO form with a zone: {EXAMPLE}"
        )
        return
    if moment.tzinfo is None:
        naive = moment.isoformat(timespec="seconds")
        yield Mistake(
            f"{option} {shown} names no zone, so it may be meant an hour or more apart",
            f"write {naive}Z for UTC, or the offset, such as {naive}+01:00",
        )
    elif not past:
        yield Mistake(f"{option} {shown} lies in the future", instead)


def name_mistakes(option: str, name: str, table: Table, what: str) -> Iterator[Mistake]:
    """Yield what is wrong with the name of a table that is to be written."""
    if name == table.name:
        return
    if not _NAME.fullmatch(name):
        cause = f"{option} {plain(name)} is not a DynamoDB table name"
        yield Mistake(cause, "use 3 to 255 letters, digits, `_`, `.` and `-`")
    elif not name.startswith(f"{table.name}-"):
        yield Mistake(
            f"{option} {name}: the roles allow {table.name} and names that begin with "
            f"{table.name}- only, so that a {what} can touch no other table",
            f"write {option} {table.name}-{name}",
        )


def only_follows(given: Mapping[str, object]) -> Iterator[Mistake]:
    """Yield that options do not go with --follow; `given` are all others, by name."""
    names = ", ".join(name for name, value in given.items() if value not in (None, False, ()))
    if names:
        cause = f"--follow only looks at an execution, which {names} cannot change"
        yield Mistake(cause, f"leave out {names}, or --follow")


def no_destination(
    name: str, environment: Environment, destinations: Mapping[str, Environment]
) -> Mistake:
    """Return that an environment copies nothing to the one that --in names."""
    known = ", ".join(destinations)
    return Mistake(
        f"{environment.file} copies nothing to an environment `{plain(name)}`",
        f"destinations there: {known}" if known else "it has no destination: leave out --in",
    )


def switched_off(where: Environment, does: str, otherwise: str = "") -> Mistake:
    """Return that an environment has no state machines; `otherwise` is what is left."""
    return Mistake(
        f"{where.file} says `recovery: {{enabled: false}}`, so no state machine {does}",
        f"remove it, generate, and deploy the template recovery of {where.name}{otherwise}",
    )


def command(words: list[str], *, destination: str | None, profile: str | None) -> str:
    """Return a command line, with the options that every further call needs too."""
    if destination is not None:
        words = [*words, "--in", destination]
    if profile is not None:
        words = [*words, "--profile", profile]
    return shlex.join(words)
