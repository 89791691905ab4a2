"""Undos on two DynamoDBs that others write to at the same time: moto, and dynalite."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from threading import Event, RLock, Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.dynamodb.models import DynamoDBBackend

from blueprints.functions.undo_keys.values import differing
from tests.dynalite.running import running
from tests.unit.functions import tables, undoing
from tests.unit.functions.undoing import NAME, Items, Model, exported, item, line

REGION = "eu-central-1"
WRITES = {"UpdateItem", "PutItem", "DeleteItem"}
VALUES: dict[str, Any] = {
    "n": {"N": "1.50"},
    "s": {"S": "ü"},
    "b": {"B": b"\0\1"},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "ss": {"SS": ["p", "q"]},
    "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"\0", b"\1"]},
    "l": {"L": [{"N": "1"}, {"M": {"x": {"SS": ["p", "q"]}}}]},
    "m": {"M": {"deep": {"L": [{"NULL": True}]}, "b": {"B": b"\2"}}},
    "e": {"S": ""},
}
# The same, spelled otherwise, as exports and live items may differ.
AGAIN = VALUES | {
    "n": {"N": "1.5"},
    "ss": {"SS": ["q", "p"]},
    "ns": {"NS": ["2.50", "1"]},
    "bs": {"BS": [b"\1", b"\0"]},
}


def client(endpoint: str | None) -> Any:
    make: Any = boto3.client
    config = Config(retries={"mode": "standard", "total_max_attempts": 3})  # type: ignore[no-untyped-call]
    return make("dynamodb", region_name=REGION, endpoint_url=endpoint, config=config)


@contextmanager
def moto() -> Iterator[Callable[[], Any]]:
    """moto in this process, which checks and writes in one step, as DynamoDB does."""
    lock = RLock()
    with tables.local_aws(), pytest.MonkeyPatch.context() as patch:
        for name in ("put_item", "update_item", "delete_item", "get_item"):
            plain = getattr(DynamoDBBackend, name)

            def locked(*given: Any, plain: Any = plain, **more: Any) -> Any:
                with lock:
                    return plain(*given, **more)

            patch.setattr(DynamoDBBackend, name, locked)
        yield lambda: client(None)


@contextmanager
def dynalite() -> Iterator[Callable[[], Any]]:
    with running() as endpoint:
        yield lambda: client(endpoint)


@pytest.fixture(params=[moto, pytest.param(dynalite, marks=pytest.mark.node)])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[[], Any]]:
    """What makes clients of a DynamoDB with one empty table."""
    with request.param() as make:
        make().create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        make().get_waiter("table_exists").wait(TableName=NAME, WaiterConfig={"Delay": 1})
        yield make


class World(Model):
    """A bucket in memory, and a table that is not."""

    dynamodb: Any = None

    def client(self, service: str) -> Any:
        return self.dynamodb if service == "dynamodb" else super().client(service)


def world(connect: Callable[[], Any], *lines: Any, items: Any = ()) -> World:
    made = World()
    made.dynamodb = connect()
    for each in items:
        made.dynamodb.put_item(TableName=NAME, Item=each)
    exported(made, [lines])
    return made


def undone(made: World, **more: Any) -> dict[str, Any]:
    described = made.dynamodb.describe_table(TableName=NAME)["Table"]
    # Dynalite's tables have ids too.
    table = {"name": NAME, "arn": "arn:table", "id": described["TableId"]}
    return undoing.undone(made, table=table, **more)


def held(made: World) -> Items:
    found = made.dynamodb.get_paginator("scan").paginate(TableName=NAME, ConsistentRead=True)
    return {each["pk"]["S"]: each for page in found for each in page["Items"]}


def between(made: World, write: Callable[[Any], Any], other: Any) -> None:
    """Let somebody write once, right before the first write of the undo."""
    done: list[str] = []

    def step(model: Any, **_: Any) -> None:
        if model.name in WRITES and not done:
            done.append(model.name)
            write(other)

    made.dynamodb.meta.events.register("before-call.dynamodb", step)


THEN, NOW = item("a", status="PAID", total=5), item("a", status="LOST", total=5)


def set_(**attributes: Any) -> Callable[[Any], Any]:
    names = {f"#{name}": name for name in attributes}
    values = {f":{name}": undoing.typed(value) for name, value in attributes.items()}

    def write(dynamodb: Any, key: str = "a") -> Any:
        return dynamodb.update_item(
            TableName=NAME,
            Key={"pk": {"S": key}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    return write


def delete(dynamodb: Any) -> Any:
    return dynamodb.delete_item(TableName=NAME, Key={"pk": {"S": "a"}})


@pytest.mark.parametrize(
    ("write", "kind", "left"),
    [
        (set_(status="SENT"), "conflict", item("a", status="SENT", total=5)),
        (set_(total=6), "restored", item("a", status="PAID", total=6)),
        (set_(note="hi"), "restored", item("a", status="PAID", total=5, note="hi")),
        (delete, "conflict", None),
    ],
)
def test_a_writer_between_reading_and_writing_loses_nothing(
    connect: Any, write: Any, kind: str, left: Any
) -> None:
    made = world(connect, line("a", THEN, NOW), items=[NOW])
    between(made, write, connect())
    found = undone(made)
    assert found["counts"] == {kind: 1}
    assert held(made) == ({"a": left} if left else {})
    if kind == "conflict":
        assert found["conflicts"][0]["reason"] == "written_between"


def test_a_writer_between_wins_where_something_was_deleted_or_created(connect: Any) -> None:
    new = item("b", x=1)
    made = world(connect, line("a", THEN, None), items=[])
    between(made, set_(status="NEW"), connect())
    assert undone(made)["counts"] == {"conflict": 1}
    assert held(made) == {"a": item("a", status="NEW")}
    other = world(connect, line("b", None, new), items=[new])
    between(other, lambda table: set_(x=2)(table, "b"), connect())
    assert undone(other, created_since="delete")["counts"] == {"conflict": 1}
    assert held(other)["b"] == item("b", x=2)


def test_overwriting_is_decided_again_when_somebody_writes_between(connect: Any) -> None:
    made = world(connect, line("a", THEN, NOW), items=[item("a", status="SENT", total=7)])
    between(made, set_(status="RETURNED", note="hi"), connect())
    assert undone(made, overwrite_conflicts=True)["counts"] == {"restored": 1}
    assert held(made) == {"a": item("a", status="PAID", total=7, note="hi")}


def test_values_of_every_type_are_compared_by_meaning_and_come_back(
    connect: Any, request: pytest.FixtureRequest
) -> None:
    # To dynalite no list and no map is equal to any other.
    unequal = {"l", "m"} if "dynalite" in request.node.name else set()
    values, again = (
        {name: value for name, value in each.items() if name not in unequal}
        for each in (VALUES, AGAIN)
    )
    changed = {name: {"S": "broken"} for name in VALUES}
    made = world(
        connect,
        line("a", item("a") | VALUES, item("a") | changed),
        line("b", item("b") | VALUES, None),
        line("c", item("c"), item("c") | again),
        line("d", None, item("d") | again),
        items=[item("a") | changed, item("c") | values, item("d") | values],
    )
    counts = undone(made, created_since="delete")["counts"]
    assert counts == {"restored": 2, "recreated": 1, "deleted": 1}
    found = held(made)
    assert found.keys() == {"a", "b", "c"}
    assert differing(found["a"], item("a") | VALUES) == ()
    assert differing(found["b"], item("b") | VALUES) == ()
    assert found["c"] == item("c")
    undoing.forget(made)
    assert undone(made, created_since="delete")["counts"] == {"already": 4}


def test_the_longest_write_that_is_made_is_taken(connect: Any) -> None:
    def numbered(value: int, count: int) -> Any:
        return item("a", **{f"attribute-{number}": value for number in range(count)})

    for count, kind in ((149, "restored"), (150, "conflict")):
        old, new = numbered(1, count), numbered(2, count)
        made = world(connect, line("a", old, new), items=[new])
        assert undone(made)["counts"] == {kind: 1}
        assert held(made)["a"] == (old if kind == "restored" else new)


# --- writers at the same time ---------------------------------------------------------------------


class Writer(Thread):
    """Writes to some keys all the time: a number of its own, and now and then what was broken."""

    def __init__(self, dynamodb: Any, names: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.dynamodb, self.names, self.dice = dynamodb, names, random.Random(seed)
        self.over, self.number = Event(), 0
        self.last: dict[tuple[str, str], Any] = {}
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.write()
        except BaseException as error:  # noqa: BLE001 - raised where the writer is waited for
            self.error = error

    def write(self) -> None:
        self.number += 1
        key = self.dice.choice(self.names)
        name = "status" if self.dice.random() < 0.2 else "seen"
        value = {"S": f"{self.name}-{self.number}"}
        set_(**{name: value})(self.dynamodb, key)
        self.last[key, name] = value

    def stop(self) -> None:
        self.over.set()
        self.join()
        if self.error is not None:
            raise self.error


def test_writers_at_the_same_time_lose_nothing_and_the_rest_is_put_back(connect: Any) -> None:
    names = [f"k{number:03}" for number in range(240)]
    old = {name: item(name, status="PAID", total=1) for name in names}
    new = {name: item(name, status="LOST", total=1) for name in names}
    made = world(
        connect,
        *(line(name, old[name], new[name]) for name in names),
        items=[deepcopy(new[name]) for name in names],
    )
    busy = [name for name in names if int(name[1:]) % 3]
    writers = [Writer(connect(), busy[number::2], number) for number in range(2)]
    for writer in writers:
        writer.start()
    found = undone(made)
    for writer in writers:
        writer.stop()
    conflicts = {each["key"]["pk"]["S"] for each in found["conflicts"]}
    last = {key: value for writer in writers for key, value in writer.last.items()}
    after = held(made)
    assert after.keys() == set(names)
    for name in names:
        status = last.get((name, "status"), {"S": "LOST" if name in conflicts else "PAID"})
        assert after[name]["status"] == status
        assert after[name].get("seen") == last.get((name, "seen"))
    assert not conflicts & {name for name in names if name not in busy}
    assert found["counts"]["restored"] + len(conflicts) == len(names)
    assert last
