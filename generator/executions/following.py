"""Follows an execution: one line for each step it enters, until it ends or nobody answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from generator.adopt.described import plain
from generator.executions.asking import Asking
from generator.executions.stopped import StoppedError
from generator.points.access import FAILURES, NO_CREDENTIALS, NOT_SIGNED_IN, code_of, fix_of, said

Tell = Callable[[str], None]
# Seconds between two looks: soon at first, then as seldom as a person wants to know.
LOOKS = (2, 2, 3, 5, 5, 10)
# Looks in a row that may fail before following ends; the execution goes on by itself.
MOST_FAILURES = 12
# States of an execution that has not ended.
GOING = frozenset(("RUNNING", "PENDING_REDRIVE"))
_STILL = timedelta(minutes=5)
_MOST_CHARACTERS = 300
_MINUTE, _HOUR = 60, 3_600
_WORKING, _WAITING = ("TaskStateEntered", "MapStateEntered"), "WaitStateEntered"

Description = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Clock:
    """The time, and waiting for it."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    sleep: Callable[[float], None]


def described(stepfunctions: Any, asking: Asking, execution_arn: str) -> Description:
    """Return what the execution is; raises StoppedError where there is none or it is refused."""
    try:
        answer: Description = stepfunctions.describe_execution(executionArn=execution_arn)
    except FAILURES as error:
        if code_of(error) == "ExecutionDoesNotExist":
            raise StoppedError(
                f"there is no execution {execution_arn}: nothing was started under that name",
                f"start the {asking.what} again; executions are forgotten 90 days after they end",
            ) from None
        allow = f"states:DescribeExecution on {execution_arn}"
        fix = fix_of(asking.place, error, allow=allow)
        raise StoppedError(f"the execution cannot be read: {said(error)}", fix) from None
    return answer


def follow(
    stepfunctions: Any, asking: Asking, execution_arn: str, tell: Tell, clock: Clock
) -> Description:
    """Return the execution's description once it has ended; raises StoppedError.

    A look that fails is tried again for some minutes: the execution does not depend on it.
    """
    progress = _Progress(tell=tell, steps=asking.steps)
    failures = looks = 0
    while True:
        try:
            answer: Description = stepfunctions.describe_execution(executionArn=execution_arn)
            progress.show(stepfunctions, answer, clock.now())
        except FAILURES as error:
            failures += 1
            if failures >= MOST_FAILURES or _is_lasting(error):
                raise _lost(asking, execution_arn, error) from None
            tell(f"cannot look, and will again: {said(error)}")
        else:
            failures = 0
            if answer["status"] not in GOING:
                return answer
        clock.sleep(LOOKS[min(looks, len(LOOKS) - 1)])
        looks += 1


def _is_lasting(error: Exception) -> bool:
    return isinstance(error, NO_CREDENTIALS) or code_of(error) in NOT_SIGNED_IN


def _lost(asking: Asking, execution_arn: str, error: Exception) -> StoppedError:
    allow = f"states:DescribeExecution and states:GetExecutionHistory on {execution_arn}"
    fix = fix_of(asking.place, error, allow=allow)
    return StoppedError(
        f"the {asking.what} GOES ON, but it cannot be followed: {said(error)}",
        f"{fix}; then follow it with `{asking.again('--follow', execution_arn)}`",
    )


@dataclass(slots=True, kw_only=True)
class _Progress:
    """What was told of an execution so far."""

    tell: Tell
    steps: Mapping[str, str]
    seen: int = 0
    step: str = ""
    before_wait: str = ""
    told: datetime | None = None

    def show(self, stepfunctions: Any, execution: Description, now: datetime) -> None:
        """Tell what happened since the last time, or that a long step still goes on."""
        started = execution["startDate"]
        for event in self._new_events(stepfunctions, execution["executionArn"]):
            self.seen = event["id"]
            at = event["timestamp"]
            for text in self._texts(event):
                self.tell(f"{elapsed(at - started):>8}  {text}")
                self.told = now
        if execution["status"] == "RUNNING" and self.told and now - self.told >= _STILL:
            self.tell(f"{elapsed(now - started):>8}  still {self._what(self.step)}")
            self.told = now

    def _texts(self, event: Mapping[str, Any]) -> Iterator[str]:
        kind = event["type"]
        if kind.endswith("StateEntered"):
            name = event["stateEnteredEventDetails"]["name"]
            works = kind in _WORKING or name in self.steps
            # A step is entered again for every look at what it waits for.
            if works and name not in (self.step, self.before_wait):
                self.before_wait = self.step if kind == _WAITING else ""
                self.step = name
                yield self._what(name)
        elif kind.endswith("Failed") and kind != "ExecutionFailed":
            details: Mapping[str, Any] = next(
                (value for key, value in event.items() if key.endswith("EventDetails")), {}
            )
            text = plain(f"{details.get('error', kind)}: {_cause(details)}")
            yield f"failed: {text[:_MOST_CHARACTERS]}"

    def _what(self, step: str) -> str:
        return self.steps.get(step, plain(step) or "waiting")

    def _new_events(self, stepfunctions: Any, execution_arn: str) -> list[Mapping[str, Any]]:
        """Return the events after the last one seen, oldest first; newest are asked for first."""
        found: list[Mapping[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            answer = stepfunctions.get_execution_history(
                executionArn=execution_arn, reverseOrder=True, maxResults=200, **more
            )
            new = [event for event in answer["events"] if event["id"] > self.seen]
            found += new
            if len(new) < len(answer["events"]) or not answer.get("nextToken"):
                return sorted(found, key=lambda event: int(event["id"]))
            more = {"nextToken": answer["nextToken"]}


def _cause(details: Mapping[str, Any]) -> str:
    """Return the cause of a failure; Lambda wraps its message in JSON."""
    cause = str(details.get("cause") or "")
    try:
        wrapped = json.loads(cause)
    except ValueError:
        return cause
    message = wrapped.get("errorMessage") if isinstance(wrapped, dict) else None
    return cause if message is None else str(message)


def elapsed(past: timedelta) -> str:
    """Return a duration as hours, minutes and seconds."""
    seconds = max(0, int(past.total_seconds()))
    hours, rest = divmod(seconds, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
