"""`holdfast restore`: chooses a point, starts the state machine, follows it, prints the report."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common.errors import RefusedError
from generator import workspace
from generator.adopt.described import plain
from generator.errors import Mistake, Mistakes
from generator.points.access import (
    NO_ANSWER,
    REFUSALS,
    Clients,
    WrongAccountError,
    access_of,
    fix_of,
    said,
)
from generator.points.command import plain_document
from generator.points.gathering import Question, gather, gather_in
from generator.points.prices import load_prices, priced
from generator.restore import planning, report, starting
from generator.restore.asked import Asked, Options, asked
from generator.restore.choosing import chosen
from generator.restore.following import Clock, Description, described, follow
from generator.restore.stopped import StoppedError

Echo = Callable[[str], None]
RIGHT, NOT_RIGHT, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One call of the command."""

    asked: Asked
    clients: Clients
    question: Question
    echo: Echo
    tell: Echo


def restore(options: Options, *, echo: Echo, tell: Echo, clock: Clock | None = None) -> int:
    """Restore, follow or only plan; return the exit status.

    Raises `Mistakes` for what was asked for. Results go to `echo`, progress and problems to `tell`.
    """
    clock = clock or Clock(sleep=time.sleep)
    (loaded,) = workspace.load([options.environment])
    wanted = asked(options, loaded.environment, datetime.now(UTC))
    execution_arn = _execution(wanted)
    access = access_of(options.profile)
    question = Question(
        environment=loaded.environment, table=wanted.table, access=access, now=clock.now()
    )
    try:
        clients = _clients(wanted, question)
        run = _Run(asked=wanted, clients=clients, question=question, echo=echo, tell=tell)
        if execution_arn is None:
            plan = _plan(run)
            if options.dry_run:
                return _printed(plan, run)
            execution_arn = _started(plan, run)
        else:
            _same_table(wanted, described(clients("stepfunctions"), wanted, execution_arn))
        return _followed(run, execution_arn, clock)
    except StoppedError as stopped:
        tell(str(stopped))
        return NOT_RIGHT
    except KeyboardInterrupt:
        started = "; the restore goes on" if execution_arn else " before anything was started"
        tell(f"Interrupted{started}.")
        return INTERRUPTED


def _execution(wanted: Asked) -> str | None:
    """Return the execution to follow, if one was named; raises `Mistakes` for a stranger's."""
    given = wanted.options.follow
    if given is None:
        return None
    name = given.removeprefix(wanted.executions)
    if name == given or not name or ":" in name:
        cause = f"--follow {plain(given)} is no execution of {wanted.machine_arn}"
        fix = f"give the ARN that was printed: {wanted.executions}NAME"
        if wanted.environment.copy_destinations and not wanted.away:
            fix += "; with --in, if it was started in a destination"
        raise Mistakes([Mistake(cause, fix)])
    return given


def _same_table(wanted: Asked, execution: Description) -> None:
    try:
        name = json.loads(execution["input"])["table"]["name"]
    except (KeyError, TypeError, ValueError):
        return  # the input may be withheld; then the report tells
    if name != wanted.table.name:
        cause = f"that execution restores {plain(name)}, not {wanted.table.name}"
        raise Mistakes([Mistake(cause, "name its table")])


def _clients(wanted: Asked, question: Question) -> Clients:
    try:
        return question.access.clients(wanted.place, None)
    except REFUSALS as error:
        fix = fix_of(wanted.place, error, allow="sts:GetCallerIdentity")
        # Whoever is signed in wrongly is not to restore elsewhere because of it.
        there = [each.account_id for each in wanted.environment.copy_destinations.values()]
        away = isinstance(error, WrongAccountError) and error.account_id in there
        if (
            (away or isinstance(error, NO_ANSWER))
            and wanted.environment.copy_destinations
            and not wanted.away
        ):
            names = ", ".join(wanted.environment.copy_destinations)
            fix += f"; if that account or Region is gone, restore elsewhere with --in ({names})"
        raise StoppedError(f"{wanted.place} is not reached: {said(error)}", fix) from None


def _plan(run: _Run) -> planning.Plan:
    wanted, question = run.asked, run.question
    prices = load_prices()
    if wanted.away:
        found = gather_in(question, wanted.where, run.clients, run.tell)
    else:
        found = gather(question, run.tell)
    for each in found.unreadable:
        run.tell(f"NOT READ: {each.source}, {each.place}: {each.reason}\n    fix: {each.fix}")
    try:
        choice = chosen(found, wanted.request["point"], wanted.where, question.now)
    except RefusedError as error:
        names = f"{wanted.environment.name} {wanted.table.key}"
        fix = f"`holdfast points {names}` lists what there is, and what could not be read"
        raise StoppedError(str(error).rstrip("."), fix) from None
    point = priced(choice.point, prices, wanted.place.region)
    deployed, unsure = (
        starting.is_deployed(wanted, run.clients) if wanted.options.dry_run else (None, "")
    )
    return planning.Plan(
        asked=wanted,
        chosen=choice.with_point(point),
        target=planning.target_of(wanted, run.clients),
        prices=prices,
        deployed=deployed,
        unsure=(unsure,) if unsure else (),
    )


def _printed(plan: planning.Plan, run: _Run) -> int:
    if run.asked.options.as_json:
        run.echo(json.dumps(planning.document(plan), indent=2, ensure_ascii=False))
    else:
        for line in planning.lines(plan):
            run.echo(line)
    run.tell("Nothing was started.")
    if plan.deployed is False:
        run.tell(str(starting.absent(run.asked)))
    return RIGHT if plan.deployed else NOT_RIGHT


def _started(plan: planning.Plan, run: _Run) -> str:
    run.tell(plan.chosen.why)
    try:
        execution_arn = starting.start(plan, run.clients, datetime.now(UTC))
    except KeyboardInterrupt:
        machine = run.asked.machine_arn
        raise StoppedError(
            "interrupted while it was started: it is NOT KNOWN whether it runs",
            f"aws stepfunctions list-executions --region {run.asked.place.region} "
            f"--max-items 5 --state-machine-arn {machine}",
        ) from None
    run.tell(f"started {execution_arn}")
    return execution_arn


def _followed(run: _Run, execution_arn: str, clock: Clock) -> int:
    wanted = run.asked
    try:
        stepfunctions = run.clients("stepfunctions")
        execution = follow(stepfunctions, wanted, execution_arn, run.tell, clock)
        return _ended(run, execution_arn, execution)
    except KeyboardInterrupt:
        again = wanted.again("--follow", execution_arn)
        run.tell(f"The restore goes on without you. To follow it again:\n  {again}")
        return INTERRUPTED


def _ended(run: _Run, execution_arn: str, execution: Description) -> int:
    wanted, status = run.asked, execution["status"]
    bucket, key = report.key_of(wanted, execution_arn)
    try:
        found = report.read(wanted, run.clients, execution_arn)
    except StoppedError as stopped:
        run.tell(str(stopped))
        _print_execution(run, execution)
        return NOT_RIGHT
    if wanted.options.as_json:
        run.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for line in report.lines(found, f"s3://{bucket}/{key}"):
            run.echo(line)
    right = status == "SUCCEEDED" and report.is_right(found)
    if status != "SUCCEEDED" and report.is_right(found):
        run.tell(f"The report says that all is right, but the execution ended as {status}.")
    return RIGHT if right else NOT_RIGHT


def _print_execution(run: _Run, execution: Description) -> None:
    """Print what Step Functions itself knows, where there is no report."""
    known: Mapping[str, Any] = {
        name: execution.get(name)
        for name in ("executionArn", "status", "startDate", "stopDate", "error", "cause", "output")
    }
    if run.asked.options.as_json:
        run.echo(json.dumps(plain_document({"report": None, "execution": known}), indent=2))
        return
    for name, value in plain_document(known).items():
        if value is not None:
            run.echo(f"{name}: {plain(value)}")
