"""State machines and catalogues that answer what a test puts into them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from generator.executions.following import Clock
from generator.restore.asked import Asked, Options, asked
from tests.restore.shop import prod

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
MACHINE = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-restore"
EXECUTION = "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-restore:one"


def error(code: str, operation: str, status: int = 400, message: str = "") -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message or f"{code} was injected"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)


def event(number: int, kind: str, **details: Any) -> dict[str, Any]:
    """Return an event of a history, ten seconds after the one before it."""
    at = START + timedelta(seconds=10 * number)
    return {"id": number, "timestamp": at, "type": kind, **details}


def entered(number: int, name: str, kind: str = "TaskStateEntered") -> dict[str, Any]:
    return event(number, kind, stateEnteredEventDetails={"name": name})


@dataclass(slots=True, kw_only=True)
class Execution:
    """Answers for one execution: each look gets the next of `looks`, the last one for ever.

    A look is a status with the number of events there are by then, or what is raised.
    """

    events: list[dict[str, Any]]
    looks: list[tuple[str, int] | Exception]
    page: int = 2
    started: list[Mapping[str, Any]] = field(default_factory=list)
    refuses: Exception | None = None
    count: int = 0

    def describe_execution(self, executionArn: str) -> Mapping[str, Any]:  # noqa: N803 - of AWS
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, Exception):
            raise look
        status, self.count = look
        return {"executionArn": executionArn, "status": status, "startDate": START, "input": "{}"}

    def get_execution_history(self, **asked_for: Any) -> Mapping[str, Any]:
        assert asked_for["reverseOrder"] is True
        newest_first = self.events[: self.count][::-1]
        begin = int(asked_for.get("nextToken", 0))
        answer: dict[str, Any] = {"events": newest_first[begin : begin + self.page]}
        if begin + self.page < len(newest_first):
            answer["nextToken"] = str(begin + self.page)
        return answer

    def start_execution(self, **request: Any) -> Mapping[str, Any]:
        self.started.append(request)
        if self.refuses is not None:
            raise self.refuses
        return {"executionArn": f"{EXECUTION.rpartition(':')[0]}:{request['name']}"}

    def describe_state_machine(self, **_: Any) -> Mapping[str, Any]:
        if self.refuses is not None:
            raise self.refuses
        return {}


@dataclass(slots=True, kw_only=True)
class Catalogue:
    """A bucket with one object, or with what reading it raises."""

    body: Any
    asked_for: list[str] = field(default_factory=list)

    def get_object(self, Bucket: str, Key: str) -> Mapping[str, Any]:  # noqa: N803 - of AWS
        self.asked_for.append(f"s3://{Bucket}/{Key}")
        if isinstance(self.body, Exception):
            raise self.body
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return {"Body": io.BytesIO(text.encode())}

    def get_paginator(self, operation: str) -> Any:
        """There is no record of an export."""
        assert operation == "list_objects_v2"
        return SimpleNamespace(paginate=lambda **_: [{}])


def clients(**services: Any) -> Callable[[str], Any]:
    return lambda service: services[service]


@dataclass(slots=True)
class Ticking:
    """A clock that sleeping moves on; it interrupts at the given sleep."""

    at: datetime = START
    interrupt_at: int = 1_000
    sleeps: int = 0

    def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        if self.sleeps >= self.interrupt_at:
            raise KeyboardInterrupt
        self.at += timedelta(seconds=seconds)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, sleep=self.sleep)


def what(**options: Any) -> Asked:
    """Return what is asked of the shop's order_transaction."""
    given = {"environment": "prod", "table": "order_transaction", "latest": True} | options
    if given.get("follow"):
        given["latest"] = False
    return asked(Options(**given), prod(), START)
