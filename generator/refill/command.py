"""`holdfast refill`: looks at source and table, starts the state machine, follows it, reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blueprints.names import WORK, catalogue_bucket_name
from generator import workspace
from generator.errors import Mistake, Mistakes
from generator.executions import starting
from generator.executions.asking import executions_of
from generator.executions.following import GOING, Clock, Description, described
from generator.executions.reports import report_of
from generator.executions.running import (
    NOT_RIGHT,
    RIGHT,
    Calls,
    Echo,
    Run,
    carry_out,
    input_of,
    name_now,
    print_execution,
    started,
    talk,
)
from generator.executions.stopped import StoppedError
from generator.points.prices import load_prices
from generator.refill import planning, report
from generator.refill.asked import Asked, Options, as_before, asked
from generator.refill.reading import found, target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refill:
    """One call of the command."""

    asked: Asked

    def begin(self, run: Run) -> str | int:
        """Look at what is there, and start to write unless only the plan is wanted."""
        if self.asked.options.resume is not None and not self.asked.options.dry_run:
            _check_ended(self.asked, run)
        wanted = _as_before(self.asked, run) if self.asked.is_as_before else self.asked
        plan = _plan(wanted, run)
        options, tell = wanted.options, run.talk.tell
        if options.dry_run:
            return _printed(plan, run)
        for each in plan.not_read:
            tell(f"NOT READ: {each}")
        if plan.target.has_items is not False and not options.overwrite:
            raise Mistakes([_needs_overwrite(plan)])
        tell(f"From {plan.found.told}.")
        tell(f"What is overwritten: {planning.overwrites(plan)}.")
        return started(run, name_now(wanted.target_name), plan.request)

    def ended(self, run: Run, execution_arn: str, execution: Description) -> int:
        """Print the report, or what is known without one."""
        request, status = input_of(execution), execution["status"]
        name = (request.get("table") or {}).get("name") or self.asked.target_name
        bucket, key = report.key_of(self.asked, str(name), execution_arn)
        try:
            known = report_of(self.asked, run.clients, bucket, key)
        except StoppedError as stopped:
            run.talk.tell(str(stopped))
            print_execution(run, execution)
            again = _go_on(self.asked, execution_arn, request)
            run.talk.tell(f"Files that are done are not written again by\n  {again}")
            return NOT_RIGHT
        if run.talk.as_json:
            run.talk.echo(json.dumps(known, indent=2, ensure_ascii=False))
        else:
            for line in report.lines(known, f"s3://{bucket}/{key}"):
                run.talk.echo(line)
        if status == "SUCCEEDED" and report.is_right(known):
            return RIGHT
        if report.is_right(known):
            run.talk.tell(f"The report says that all is written, but the execution is {status}.")
        return NOT_RIGHT


def refill(options: Options, *, echo: Echo, tell: Echo, clock: Clock | None = None) -> int:
    """Refill, follow or only plan; return the exit status.

    Raises `Mistakes` for what was asked for, also where the table has items and nothing says that
    they may be overwritten. Results go to `echo`, progress and problems to `tell`.
    """
    (loaded,) = workspace.load([options.environment])
    wanted = asked(options, loaded.environment, datetime.now(UTC))
    this = _Refill(asked=wanted)
    return carry_out(
        wanted,
        talk(echo, tell, clock, as_json=options.as_json),
        follow_arn=options.follow,
        profile=options.profile,
        calls=Calls(begin=this.begin, ended=this.ended),
    )


def _as_before(wanted: Asked, run: Run) -> Asked:
    """Return what the execution that is resumed was asked for; raises StoppedError, `Mistakes`."""
    execution_arn = f"{executions_of(wanted.machine_arn)}{wanted.options.resume}"
    before = input_of(described(run.clients("stepfunctions"), wanted, execution_arn))
    return as_before(wanted, before, datetime.now(UTC))


def _check_ended(wanted: Asked, run: Run) -> None:
    """Raise `Mistakes` where the refill that is to be resumed still runs.

    Where that cannot be known the state machine waits, until nothing of the other one can be at
    work.
    """
    folder = f"{WORK}refills/{wanted.options.resume}/"
    execution_arn = f"{executions_of(wanted.machine_arn)}{wanted.options.resume}"
    try:
        # It may have been resumed before, by an execution of another name.
        fence = report_of(
            wanted, run.clients, catalogue_bucket_name(wanted.where), f"{folder}fence.json"
        )
        execution_arn = str(fence.get("execution_arn") or execution_arn)
    except StoppedError:
        pass
    try:
        status = described(run.clients("stepfunctions"), wanted, execution_arn)["status"]
    except StoppedError as stopped:
        run.talk.tell(f"NOT READ: whether {execution_arn} has ended: {stopped}")
        return
    if status in GOING:
        raise Mistakes([_goes_on(wanted, execution_arn, status)])


def _goes_on(wanted: Asked, execution_arn: str, status: str) -> Mistake:
    return Mistake(
        f"--resume {wanted.options.resume}: that refill is still {status} as {execution_arn}, and "
        "two at once would write older items over newer ones",
        f"wait for its end with {wanted.again('--follow', execution_arn)}; or stop it with aws "
        f"stepfunctions stop-execution --execution-arn {execution_arn} --region "
        f"{wanted.place.region}, then resume",
    )


def _plan(wanted: Asked, run: Run) -> planning.Plan:
    prices = load_prices()
    target = target_of(wanted, run.clients)
    deployed, unsure = (
        starting.is_deployed(wanted, run.clients) if wanted.options.dry_run else (None, "")
    )
    return planning.Plan(
        asked=wanted,
        found=found(wanted, run.clients, run.talk.tell, run.talk.clock.now()),
        target=target,
        prices=prices,
        deployed=deployed,
        unsure=(unsure,) if unsure else (),
    )


def _needs_overwrite(plan: planning.Plan) -> Mistake:
    return Mistake(
        planning.overwrites(plan),
        "give --overwrite if that is meant; or write into a new table, which `holdfast restore` "
        f"makes, or into another one with --into {plan.asked.table.name}-NAME, and compare; "
        "--dry-run shows the plan",
    )


def _printed(plan: planning.Plan, run: Run) -> int:
    echo, tell = run.talk.echo, run.talk.tell
    if run.talk.as_json:
        echo(json.dumps(planning.document(plan), indent=2, ensure_ascii=False))
    else:
        for line in planning.lines(plan):
            echo(line)
    tell("Nothing was started.")
    if plan.deployed is False:
        tell(str(starting.absent(plan.asked)))
    return RIGHT if plan.deployed else NOT_RIGHT


def _go_on(wanted: Asked, execution_arn: str, request: Mapping[str, Any]) -> str:
    """Return the command that goes on where an execution stopped."""
    return wanted.again("--resume", str(request.get("resume") or execution_arn.rpartition(":")[2]))
