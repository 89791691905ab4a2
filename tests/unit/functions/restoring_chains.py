"""Restores from a chain of exports: its files, the import, and the machine that refills.

To be used within `places.local_aws`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.stepfunctions.models import stepfunctions_backends

from blueprints.functions.restore_table.handler import restore
from tests.aws_extensions import dynamodb_imports
from tests.unit.functions import chaining, places
from tests.unit.functions.chaining import EXPORTS, HOUR, MACHINE, record
from tests.unit.functions.places import ACCOUNT, connect
from tests.unit.functions.tables import REGION, TARGET

ITEMS = 100


@contextmanager
def local_aws() -> Iterator[None]:
    """The bucket of exports, and the machine that refills, which ends as a test says."""
    dynamodb_imports.install()
    connect("s3").create_bucket(
        Bucket=EXPORTS, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    connect("stepfunctions").create_state_machine(
        name=MACHINE.rpartition(":")[2],
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine",
    )
    yield
    stepfunctions_backends[ACCOUNT][REGION].reset()


def exported(**more: Any) -> datetime:
    """Export the table as it was, in three files, with an incremental export of the hour after."""
    start = chaining.hours_ago(240)
    arn = record(start, **more)
    record(start, start + HOUR)
    lines = [
        json.dumps({"Item": {"order_id": {"S": f"o{number}"}, "item_id": {"S": "1"}}})
        for number in range(ITEMS)
    ]
    for number in range(3):
        body = gzip.compress("".join(f"{line}\n" for line in lines[number::3]).encode())
        key = f"{chaining.data_prefix(arn)}{number}.json.gz"
        connect("s3").put_object(Bucket=EXPORTS, Key=key, Body=body)
    return start


def call(found: dict[str, Any], previous: Any = None, hours: float = 0) -> dict[str, Any]:
    payload = {"plan": found, "previous": previous or {}, "copy": {}}
    answer = restore(connect, payload, datetime.now(UTC) + timedelta(hours=hours))
    assert json.loads(json.dumps(answer)) == answer
    return answer


def until(found: dict[str, Any], note: str, previous: Any = None) -> dict[str, Any]:
    """Call until it waits for something."""
    answer = call(found, previous)
    for _ in range(9):
        if note in answer.get("note", "done"):
            return answer
        answer = call(found, answer)
    raise AssertionError(answer)


def to_the_end(found: dict[str, Any], previous: Any = None) -> dict[str, Any]:
    answer = until(found, "refill", previous)
    end_refills()
    return until(found, "done", answer)


def executions() -> list[Any]:
    (machine,) = stepfunctions_backends[ACCOUNT][REGION].state_machines
    found: list[Any] = machine.executions
    return found


def end_refills(status: str = "SUCCEEDED", **more: str) -> None:
    for each in executions():
        if each.status == "RUNNING":
            each.status = status
            for name, value in more.items():
                setattr(each, name, value)


def imports() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = connect("dynamodb").list_imports()["ImportSummaryList"]
    return listed


def described(name: str = TARGET) -> dict[str, Any]:
    found: dict[str, Any] = connect("dynamodb").describe_table(TableName=name)["Table"]
    return found


def again(found: dict[str, Any]) -> dict[str, Any]:
    """The plan of another execution that goes on."""
    run = places.execution("run-2")
    event = chaining.event(
        target_name=TARGET, point={"id": found["source"]["id"], "at": found["source"]["time"]}
    )
    load = {"load": "import" if found["parameters"]["import"] else "refill"}
    return chaining.plan(
        connect,
        {**event, "execution": run, "request": event["request"] | load},
        datetime.now(UTC),
    )
