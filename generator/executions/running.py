"""One call of a command that a state machine carries out: begun, followed, and its ending told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from generator.adopt.described import plain
from generator.errors import Mistake, Mistakes
from generator.executions import starting
from generator.executions.asking import Asking, executions_of, is_away
from generator.executions.following import Clock, Description, described, follow
from generator.executions.stopped import StoppedError
from generator.points.access import (
    NO_ANSWER,
    REFUSALS,
    Access,
    Clients,
    WrongAccountError,
    access_of,
    fix_of,
    said,
)
from generator.points.command import plain_document

Echo = Callable[[str], None]
RIGHT, NOT_RIGHT, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Where results go (`echo`), and progress and problems (`tell`); the time."""

    echo: Echo
    tell: Echo
    clock: Clock
    as_json: bool


def talk(echo: Echo, tell: Echo, clock: Clock | None, *, as_json: bool) -> Talk:
    """Return the talk of a call, by the clock on the wall where no other is given."""
    return Talk(echo=echo, tell=tell, clock=clock or Clock(sleep=time.sleep), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One call of a command, signed in where its state machine is."""

    asking: Asking
    access: Access
    clients: Clients
    talk: Talk


# Return the execution that was started, or the exit status where there is nothing to follow.
Begin = Callable[[Run], str | int]
# Return the exit status of an execution that ended.
Ended = Callable[[Run, str, Description], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What a command does of its own: begin, and tell how it ended."""

    begin: Begin
    ended: Ended


def carry_out(
    asking: Asking, talk: Talk, *, follow_arn: str | None, profile: str | None, calls: Calls
) -> int:
    """Begin or take up an execution, follow it to its end, and return the exit status.

    Raises `Mistakes` for an execution that is a stranger's.
    """
    execution_arn = _own(asking, follow_arn)
    access = access_of(profile)
    try:
        clients = _clients(asking, access)
        run = Run(asking=asking, access=access, clients=clients, talk=talk)
        if execution_arn is None:
            begun = calls.begin(run)
            if isinstance(begun, int):
                return begun
            execution_arn = begun
        else:
            _of_the_table(asking, described(clients("stepfunctions"), asking, execution_arn))
        return _followed(run, execution_arn, calls.ended)
    except StoppedError as stopped:
        talk.tell(str(stopped))
        return NOT_RIGHT
    except KeyboardInterrupt:
        goes_on = f"; the {asking.what} goes on"
        talk.tell(f"Interrupted{goes_on if execution_arn else ' before anything was started'}.")
        return INTERRUPTED


def started(run: Run, name: str, request: Mapping[str, Any]) -> str:
    """Start an execution, tell it, and return its ARN; raises StoppedError."""
    asking = run.asking
    try:
        text = json.dumps(request, ensure_ascii=False)
        execution_arn = starting.start(asking, name, text, run.clients)
    except KeyboardInterrupt:
        raise StoppedError(
            "interrupted while it was started: it is NOT KNOWN whether it runs",
            f"aws stepfunctions list-executions --region {asking.place.region} "
            f"--max-items 5 --state-machine-arn {asking.machine_arn}",
        ) from None
    run.talk.tell(f"started {execution_arn}")
    return execution_arn


def name_now(table_name: str) -> str:
    """Return the name of an execution that is started now."""
    return starting.execution_name(table_name, datetime.now(UTC))


def input_of(execution: Description) -> Mapping[str, Any]:
    """Return what an execution was asked for; empty where that is withheld."""
    try:
        given = json.loads(execution["input"])
    except (KeyError, TypeError, ValueError):
        return {}
    return given if isinstance(given, dict) else {}


def print_execution(run: Run, execution: Description) -> None:
    """Print what Step Functions itself knows, where there is no report."""
    known: Mapping[str, Any] = {
        name: execution.get(name)
        for name in ("executionArn", "status", "startDate", "stopDate", "error", "cause", "output")
    }
    echo = run.talk.echo
    if run.talk.as_json:
        echo(json.dumps(plain_document({"report": None, "execution": known}), indent=2))
        return
    for name, value in plain_document(known).items():
        if value is not None:
            echo(f"{name}: {plain(value)}")


def _own(asking: Asking, given: str | None) -> str | None:
    """Return the execution to follow, if one was named; raises `Mistakes` for a stranger's."""
    if given is None:
        return None
    begins = executions_of(asking.machine_arn)
    name = given.removeprefix(begins)
    if name == given or not name or ":" in name:
        cause = f"--follow {plain(given)} is no execution of {asking.machine_arn}"
        fix = f"give the ARN that was printed: {begins}NAME"
        if asking.destinations and not is_away(asking):
            fix += "; with --in, if it was started in a destination"
        raise Mistakes([Mistake(cause, fix)])
    return given


def _of_the_table(asking: Asking, execution: Description) -> None:
    try:
        name = input_of(execution)["table"]["name"]
    except (KeyError, TypeError):
        return  # the input may be withheld; then the report tells
    if not asking.concerns(name):
        cause = f"that execution {asking.does} {plain(name)}, not {asking.table_name}"
        raise Mistakes([Mistake(cause, "name its table")])


def _clients(asking: Asking, access: Access) -> Clients:
    try:
        return access.clients(asking.place, None)
    except REFUSALS as error:
        fix = fix_of(asking.place, error, allow="sts:GetCallerIdentity")
        # Whoever is signed in wrongly is not to restore elsewhere because of it.
        there = [each.account_id for each in asking.destinations.values()]
        elsewhere = isinstance(error, WrongAccountError) and error.account_id in there
        if (
            (elsewhere or isinstance(error, NO_ANSWER))
            and asking.destinations
            and not is_away(asking)
        ):
            names = ", ".join(asking.destinations)
            fix += (
                f"; if that account or Region is gone, {asking.what} elsewhere with --in ({names})"
            )
        raise StoppedError(f"{asking.place} is not reached: {said(error)}", fix) from None


def _followed(run: Run, execution_arn: str, ended: Ended) -> int:
    asking, talk = run.asking, run.talk
    try:
        stepfunctions = run.clients("stepfunctions")
        execution = follow(stepfunctions, asking, execution_arn, talk.tell, talk.clock)
        return ended(run, execution_arn, execution)
    except KeyboardInterrupt:
        again = asking.again("--follow", execution_arn)
        talk.tell(f"The {asking.what} goes on without you. To follow it again:\n  {again}")
        return INTERRUPTED
