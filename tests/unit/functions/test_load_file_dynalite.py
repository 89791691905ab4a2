"""load_file against dynalite, a DynamoDB that is neither ours nor moto's."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from blueprints.functions.common.clients import client
from blueprints.functions.load_file.failing import BadDataError
from tests.dynalite.running import running
from tests.unit.functions import loading
from tests.unit.functions.loading import LINES, REGION, World, change, item, line, packed

pytestmark = pytest.mark.node
VALUES: dict[str, Any] = {
    "n": {"N": "-1.5E+20"},
    "s": {"S": 'ü"\\\u2028\x01 𝄞'},
    "b": {"B": base64.b64encode(bytes(range(256))).decode()},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "ss": {"SS": ["p", "q"]},
    "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [base64.b64encode(b"\0").decode()]},
    "l": {"L": [{"S": "a"}, {"L": []}, {"M": {}}]},
    "m": {"M": {"PutRequest": {"M": {"Item": {"S": "}}"}}}}},
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
def world(endpoint: str) -> Iterator[World]:
    # Within the world, so that the variable is gone before the world puts its own back.
    with loading.world() as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
        there = client("dynamodb", region=REGION)

        def connect(service: str, **more: Any) -> Any:
            return there if service == "dynamodb" else made.connect(service, **more)

        there.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        there.get_waiter("table_exists").wait(TableName="orders", WaiterConfig={"Delay": 1})
        made.fence(loading.EXECUTION)
        yield replace(made, connect=connect)
        there.delete_table(TableName="orders")
        there.get_waiter("table_not_exists").wait(TableName="orders", WaiterConfig={"Delay": 1})


def items(world: World) -> dict[str, Any]:
    pages = world.connect("dynamodb").get_paginator("scan").paginate(TableName="orders")
    found = json.loads(json.dumps([*pages], default=lambda each: base64.b64encode(each).decode()))
    return {each["pk"]["S"]: each for page in found for each in page["Items"]}


def test_items_of_every_type_arrive_as_they_are(world: World) -> None:
    every = {str(number): item(number) | VALUES for number in range(60)}
    world.put(packed([line(each) for each in every.values()]))
    told = world.call()
    assert (told["done"], told["written"]) == (True, 60)
    assert told["units"] >= 60
    found = items(world)
    assert found.keys() == every.keys()
    number = {"n": found["0"]["n"]}  # which dynalite spells in its own way
    assert float(number["n"]["N"]) == -1.5e20
    assert found == {key: each | number for key, each in every.items()}


def test_windows_and_keys_that_come_again(world: World) -> None:
    pairs = [("a", "1"), ("b", "1"), ("a", "2"), *((str(n), "x") for n in range(40)), ("3", "y")]
    world.put(packed([line(item(*pair)) for pair in pairs]))
    world.put(packed([change("a", None), change("b", item("b", "3"))]), kind="incremental")
    told = world.call()
    assert (told["written"], told["deleted"]) == (len(pairs) + 1, 1)
    expected = dict(pairs) | {"b": "3"}
    del expected["a"]
    assert {key: each["value"]["S"] for key, each in items(world).items()} == expected


@pytest.mark.parametrize(
    "bad", [line(item("big", "x" * 410_000)), line({"pk": {"N": "1"}}), line({"pk": {"S": ""}})]
)
def test_what_it_refuses_is_found(world: World, bad: bytes) -> None:
    world.put(packed([*LINES[:37], bad, *LINES[37:]]))
    with pytest.raises(BadDataError, match="line 38 of s3://"):
        world.call()
    assert sorted(items(world), key=int) == [str(number) for number in range(37)]
