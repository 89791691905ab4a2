"""`holdfast undo`: starts the state machine, follows it, prints what is put back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from blueprints.functions.plan_undo.windows import SHORTEST, windows
from generator import workspace
from generator.executions.following import Clock, Description
from generator.executions.options import moment_of, stamp
from generator.executions.reports import Report, report_of, text_of
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
from generator.points.prices import load_prices
from generator.undo import report
from generator.undo.asked import Asked, Options, asked

_LEAST_MB = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Undo:
    """One call of the command."""

    asked: Asked

    def begin(self, run: Run) -> str | int:
        """Say what it costs, and start: what a dry run compares is exported too."""
        for line in _told(self.asked, run.talk.clock.now()):
            run.talk.tell(line)
        return started(run, name_now(self.asked.table.name), self.asked.request or {})

    def ended(self, run: Run, execution_arn: str, execution: Description) -> int:
        """Print the report, or what is known without one."""
        wanted, talking, status = self.asked, run.talk, execution["status"]
        bucket, key, text_key = report.keys_of(wanted, execution_arn)
        try:
            known = report_of(wanted, run.clients, bucket, key)
            text = text_of(wanted, run.clients, bucket, text_key) if known.get("dry_run") else None
        except StoppedError as stopped:
            talking.tell(str(stopped))
            print_execution(run, execution)
            return NOT_RIGHT
        if text is None:
            shown = report.lines(known, f"s3://{bucket}/{key}")
        else:
            place = _saved(wanted, run, execution_arn, text)
            shown = report.first_lines(text, place or f"s3://{bucket}/{text_key}")
        if talking.as_json:
            talking.echo(json.dumps(known, indent=2, ensure_ascii=False))
        else:
            for line in shown:
                talking.echo(line)
        return _status(run, known, status)


def undo(options: Options, *, echo: Echo, tell: Echo, clock: Clock | None = None) -> int:
    """Undo, compare only, or follow; return the exit status.

    Raises `Mistakes` for what was asked for. Results go to `echo`, progress and problems to `tell`.
    """
    (loaded,) = workspace.load([options.environment])
    wanted = asked(options, loaded.environment, datetime.now(UTC))
    this = _Undo(asked=wanted)
    return carry_out(
        wanted,
        talk(echo, tell, clock, as_json=options.as_json),
        follow_arn=options.follow,
        profile=options.profile,
        calls=Calls(begin=this.begin, ended=this.ended),
    )


def _told(wanted: Asked, now: datetime) -> list[str]:
    """Return what is done and what it costs, before it is started."""
    request, prices = wanted.request or {}, load_prices()
    since = moment_of(request["since"])
    until = now if request["until"] is None else moment_of(request["until"])
    end = max(until, since + SHORTEST)
    count = len(windows(since, end))
    writes = "writes nothing" if request["dry_run"] else "puts back what it changed"
    usd = prices.loading["export_gib"]
    costs = "One export costs" if count == 1 else f"{count} exports cost"
    full = f", and {usd} USD for each GiB of the whole table" if _is_full(request) else ""
    told = [
        f"Exports what was written to {wanted.table.name} from {request['since']} to "
        f"{stamp(until)}, and {writes}. {costs} {usd} USD for each GiB that DynamoDB processes, at "
        f"least {_LEAST_MB} MB each{full} (list prices of {prices.region} of {prices.as_of})."
    ]
    if end > until:
        told.append(
            f"An export covers {int(SHORTEST.total_seconds() // 60)} minutes at least: keys that "
            f"are written from {stamp(until)} to {stamp(end)} are conflicts."
        )
    if request["created_since"] == "delete":
        told.append(
            "An attribute that somebody adds to an item between its reading and its deletion is "
            "not seen, and goes with it."
        )
    if end > now:
        told.append(f"It begins after {stamp(end)}, when that can be exported.")
    return told


def _is_full(request: Report) -> bool:
    return bool(request["old_images"] == "full_export")


def _saved(wanted: Asked, run: Run, execution_arn: str, text: str) -> str | None:
    """Keep the text of a dry run in the working folder, and say where."""
    try:
        path, is_new = report.saved(text, wanted.table.name, execution_arn)
    except OSError as error:
        run.talk.tell(f"the text of the dry run cannot be kept here: {error}")
        return None
    run.talk.tell(f"{path} written" if is_new else f"{path} holds the same already")
    return str(path)


def _status(run: Run, known: Report, status: str) -> int:
    right = report.is_right(known)
    if right and status != "SUCCEEDED":
        run.talk.tell(f"The report says that all is right, but the execution ended as {status}.")
    return RIGHT if right and status == "SUCCEEDED" else NOT_RIGHT
