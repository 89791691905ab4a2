"""A small world in memory: one table, its point-in-time recovery, its exports and the catalogue.

Runs of the state machine go through it call by call, so that two of them, and whatever else
happens, may come between any two calls.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Semaphore, Thread
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_export import handler

# Exports know no seconds, which what can be restored has.
START = datetime(2026, 1, 1, 0, 0, 37, 123_456, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TOKEN_LASTS = timedelta(hours=8)
NAME, ARN = "orders", "arn:aws:dynamodb:eu-central-1:123456789012:table/orders"
BUCKET = "shop-prod-catalog"
MOST_WINDOWS = 7
Step = Callable[[], None]
Plan = dict[str, Any]


class ExportFailedError(Exception):
    """DynamoDB does not export, or what it exported is not what was planned."""


@dataclass(slots=True, kw_only=True)
class World:
    """What is true now."""

    interval: timedelta
    period_days: int
    now: datetime = START
    skew: timedelta = timedelta()
    lag: timedelta = 5 * MINUTE
    created: datetime = START - DAY
    recovers_since: datetime | None = START - DAY
    generation: int = 1
    objects: dict[str, bytes] = field(default_factory=dict)
    # The latest time that was ever shown as restorable.
    shown: datetime = START - DAY
    # Client token → when its export was done.
    exported: dict[str, datetime] = field(default_factory=dict)
    tokens: dict[tuple[Any, ...], set[str]] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)

    @property
    def table_id(self) -> str:
        return f"00000000-0000-0000-0000-{self.generation:012}"

    def restorable(self) -> tuple[datetime, datetime] | None:
        if self.recovers_since is None:
            return None
        earliest = max(self.recovers_since, self.now - self.period_days * DAY)
        latest = self.now - self.lag
        return (earliest, latest) if earliest <= latest else None

    def recreate(self) -> None:
        """Delete the table and create another one under its name, with recovery as a deploy has."""
        self.now += MINUTE
        self.generation += 1
        self.created = self.recovers_since = self.now

    def records(self) -> list[Plan]:
        folder = store.records_folder(ARN)
        return [json.loads(body) for key, body in self.objects.items() if key.startswith(folder)]


# --- what the function calls ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Client:
    """The operations of DynamoDB and S3 that plan_export uses; `step` comes before each."""

    world: World
    step: Step
    service: str

    @property
    def meta(self) -> Any:
        names = (
            *("DescribeTable", "DescribeContinuousBackups"),
            *("ListObjectsV2", "GetObject", "PutObject"),
        )
        return SimpleNamespace(
            service_model=SimpleNamespace(service_name=self.service),
            method_to_api_mapping={xform_name(name): name for name in names},
        )

    def describe_table(self, *, TableName: str) -> Any:  # noqa: N803
        self.step()
        assert TableName == NAME
        return {
            "Table": {"TableId": self.world.table_id, "CreationDateTime": self.world.created},
        }

    def describe_continuous_backups(self, *, TableName: str) -> Any:  # noqa: N803
        self.step()
        assert TableName == NAME
        found: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
        if self.world.recovers_since is not None:
            found = {
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": self.world.period_days,
            }
        if window := self.world.restorable():
            names = ("EarliestRestorableDateTime", "LatestRestorableDateTime")
            found.update(zip(names, window, strict=True))
            self.world.shown = max(self.world.shown, window[1])
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": found}}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_objects_v2"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, *, Bucket: str, Prefix: str, StartAfter: str = "") -> Iterator[Any]:  # noqa: N803
        self.step()
        assert Bucket == BUCKET
        found = sorted(k for k in self.world.objects if k.startswith(Prefix) and k > StartAfter)
        yield {"Contents": [{"Key": key} for key in found]}

    def get_object(self, *, Bucket: str, Key: str) -> Any:  # noqa: N803
        self.step()
        assert Bucket == BUCKET
        return {"Body": io.BytesIO(self.world.objects[Key])}

    def put_object(self, *, Key: str, Body: bytes, IfNoneMatch: str, **_: Any) -> None:  # noqa: N803
        self.step()
        assert IfNoneMatch == "*"
        if Key in self.world.objects:
            error = {"Error": {"Code": "PreconditionFailed", "Message": "there is one"}}
            raise ClientError(error, "PutObject")  # type: ignore[arg-type]
        self.world.objects[Key] = Body


# --- what comes after it --------------------------------------------------------------------------


def event(world: World, kind: str, scheduled_at: datetime, previous: Plan) -> dict[str, Any]:
    return {
        "request": {
            "table": {"name": NAME, "arn": ARN},
            "kind": kind,
            "scheduled_at": catalogue.iso(scheduled_at),
        },
        "export": {
            "class": "critical",
            "format": "DYNAMODB_JSON",
            "interval_minutes": world.interval // MINUTE,
            "most_windows": MOST_WINDOWS,
            "bucket": "shop-prod-exports",
            "bucket_owner": "123456789012",
            "key_alias_arn": "arn:aws:kms:eu-central-1:123456789012:alias/shop-prod-exports",
            "prefix": "critical",
        },
        "place": {"environment": "prod", "region": "eu-central-1", "catalogue_bucket": BUCKET},
        "previous": previous,
    }


def run(world: World, step: Step, kind: str, scheduled_at: datetime, fates: Sequence[str]) -> None:
    """Go through one execution; its exports end as `fates` says, all further ones well."""
    previous: Plan = {}
    for number in range(MOST_WINDOWS + 1):
        fate = fates[number] if number < len(fates) else "done"
        asked = event(world, kind, scheduled_at, previous)

        def clients(service: str) -> Client:
            return Client(world, step, service)

        try:
            plan = handler.plan(clients, asked, world.now + world.skew)
            if fate == "answer lost":
                plan = handler.plan(clients, asked, world.now + world.skew)
        except RefusedError as error:
            world.alerts.append(str(error))
            return
        if plan["action"] == "nothing":
            return
        check(world, plan, previous)
        if plan["tell"]:
            world.alerts.append(f"chain {plan['chain']}")
            world.objects.setdefault(store.told_key(ARN, plan["identity"]), b"{}")
        step()
        try:
            export(world, step, plan, fate)
        except ExportFailedError as error:
            key = store.failure_key(ARN, plan["identity"], plan["attempt"])
            world.objects.setdefault(key, b"{}")
            world.alerts.append(f"failed {error}")
            return
        step()
        if fate == "stopped":
            return
        record(world, plan)
        previous = plan
    raise AssertionError("a run goes on and on")


def check(world: World, plan: Plan, previous: Plan) -> None:
    """See that DynamoDB takes the plan, by what it documents."""
    begin, end = (catalogue.moment_of(plan[name]) for name in ("from", "to"))
    assert end <= world.shown, "later than was ever restorable"
    assert (begin.second, end.second) == (0, 0)
    if plan["kind"] == "full":
        assert begin == end
    else:
        assert 15 * MINUTE <= end - begin <= DAY
    assert plan["windows"] == previous.get("windows", 0) + 1 <= MOST_WINDOWS
    what = (plan["table_id"], plan["kind"], begin, end, plan["identity"], plan["attempt"])
    world.tokens.setdefault(what, set()).add(plan["client_token"])
    assert len(world.tokens[what]) == 1, "two exports of one attempt"


def export(world: World, step: Step, plan: Plan, fate: str) -> None:
    """Export as DynamoDB does: once for a token, and only what can be restored."""
    token = plan["client_token"]
    known = token in world.exported and world.now <= world.exported[token] + TOKEN_LASTS
    begin, end = (catalogue.moment_of(plan[name]) for name in ("from", "to"))
    window, table_id = world.restorable(), world.table_id
    if not known and (window is None or begin < window[0] or end > window[1]):
        raise ExportFailedError("InvalidExportTimeException")
    step()
    if fate == "failed":
        raise ExportFailedError("S3AccessDenied")
    if not known and table_id != plan["table_id"]:
        raise ExportFailedError("the manifest is of another table")
    if not known:
        world.exported[token] = world.now


def record(world: World, plan: Plan) -> None:
    begin, end = (catalogue.moment_of(plan[name]) for name in ("from", "to"))
    document = {
        "table": {"name": NAME, "arn": ARN, "id": plan["table_id"]},
        **{name: plan[name] for name in ("kind", "chain", "starts_chain", "from", "to")},
    }
    key = store.record_key(ARN, begin, end, plan["kind"])
    world.objects.setdefault(key, json.dumps(document).encode())


# --- side by side ---------------------------------------------------------------------------------


class _Task(Thread):
    """Work that stops before each of its steps until it is let go on."""

    def __init__(self, work: Callable[[Step], None]) -> None:
        super().__init__(daemon=True)
        self.work, self.go, self.stopped = work, Semaphore(0), Semaphore(0)
        self.error: BaseException | None = None
        self.is_over = False

    def run(self) -> None:
        self.go.acquire()
        try:
            self.work(self._step)
        except BaseException as error:  # noqa: BLE001 - raised where the task is waited for
            self.error = error
        self.is_over = True
        self.stopped.release()

    def _step(self) -> None:
        self.stopped.release()
        self.go.acquire()


def side_by_side(
    works: Sequence[Callable[[Step], None]], turns: Sequence[int], between: Callable[[int], None]
) -> None:
    """Do the works in turns, step by step; `between` is told the number of each step."""
    tasks = [_Task(work) for work in works]
    for task in tasks:
        task.start()
    waiting, number = list(tasks), 0
    while waiting:
        turn = turns[number] if number < len(turns) else 0
        task = waiting[turn % len(waiting)]
        task.go.release()
        task.stopped.acquire()
        if task.is_over:
            waiting.remove(task)
        between(number)
        number += 1
    for task in tasks:
        task.join()
        if task.error is not None:
            raise task.error
