"""`holdfast restore`: chooses a point, starts the state machine, follows it, prints the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from blueprints.functions.common.errors import RefusedError
from generator import workspace
from generator.executions import starting
from generator.executions.following import Clock, Description
from generator.executions.running import (
    NOT_RIGHT,
    RIGHT,
    Calls,
    Echo,
    Run,
    carry_out,
    name_now,
    print_execution,
    started,
    talk,
)
from generator.executions.stopped import StoppedError
from generator.points.exports import chains, chains_in
from generator.points.gathering import Question, gather, gather_in
from generator.points.model import together
from generator.points.prices import load_prices, priced
from generator.restore import planning, report
from generator.restore.asked import Asked, Options, asked
from generator.restore.choosing import chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restore:
    """One call of the command."""

    asked: Asked

    def begin(self, run: Run) -> str | int:
        """Choose the point, and start its restore unless only the plan is wanted."""
        plan = _plan(self.asked, run)
        if self.asked.options.dry_run:
            return _printed(plan, run)
        run.talk.tell(plan.chosen.why)
        return started(run, name_now(plan.named), plan.request)

    def ended(self, run: Run, execution_arn: str, execution: Description) -> int:
        """Print the report, or what is known without one."""
        return _ended(self.asked, run, execution_arn, execution)


def restore(options: Options, *, echo: Echo, tell: Echo, clock: Clock | None = None) -> int:
    """Restore, follow or only plan; return the exit status.

    Raises `Mistakes` for what was asked for. Results go to `echo`, progress and problems to `tell`.
    """
    (loaded,) = workspace.load([options.environment])
    wanted = asked(options, loaded.environment, datetime.now(UTC))
    this = _Restore(asked=wanted)
    return carry_out(
        wanted,
        talk(echo, tell, clock, as_json=options.as_json),
        follow_arn=options.follow,
        profile=options.profile,
        calls=Calls(begin=this.begin, ended=this.ended),
    )


def _plan(wanted: Asked, run: Run) -> planning.Plan:
    tell = run.talk.tell
    question = Question(
        environment=wanted.environment,
        table=wanted.table,
        access=run.access,
        now=run.talk.clock.now(),
    )
    prices = load_prices()
    if wanted.away:
        here = (question, wanted.where, run.clients, tell)
        found = together([gather_in(*here), chains_in(*here)])
    else:
        found = together([gather(question, tell), chains(question, tell)])
    for each in found.unreadable:
        tell(f"NOT READ: {each.source}, {each.place}: {each.reason}\n    fix: {each.fix}")
    try:
        choice = chosen(found, wanted, question.now)
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
        target=planning.target_of(wanted, run.clients, of_exports=point.source == "export"),
        prices=prices,
        deployed=deployed,
        unsure=(unsure,) if unsure else (),
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


def _ended(wanted: Asked, run: Run, execution_arn: str, execution: Description) -> int:
    echo, tell, status = run.talk.echo, run.talk.tell, execution["status"]
    bucket, key = report.key_of(wanted, execution_arn)
    try:
        found = report.read(wanted, run.clients, execution_arn)
    except StoppedError as stopped:
        tell(str(stopped))
        print_execution(run, execution)
        return NOT_RIGHT
    if run.talk.as_json:
        echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for line in report.lines(found, f"s3://{bucket}/{key}"):
            echo(line)
    right = status == "SUCCEEDED" and report.is_right(found)
    if status != "SUCCEEDED" and report.is_right(found):
        tell(f"The report says that all is right, but the execution ended as {status}.")
    return RIGHT if right else NOT_RIGHT
