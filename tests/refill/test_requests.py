"""What the commands ask for is what the state machines' first functions take."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT_ID

from blueprints.functions.plan_refill.handler import plan
from blueprints.functions.plan_undo.request import span_of
from blueprints.recovery.place import refill_place, undo_place
from generator.points.prices import load_prices
from generator.refill.planning import Plan
from generator.refill.reading import found, target_of
from tests.refill.fakes import EXPORTS, NAME, URI, World, what
from tests.restore.shop import prod
from tests.undo.fakes import SINCE, UNTIL
from tests.undo.fakes import what as undoing

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
EXECUTION = {
    "arn": f"arn:aws:states:eu-central-1:111111111111:execution:shop-prod-refill:{NAME}-1",
    "name": f"{NAME}-1",
    "started_at": NOW.isoformat(),
}
OWN = "111111111111"
FULL, FIRST = "2026-11-24T01:00:00Z", "2026-11-24T07:00:00Z"
LINE = '{"order_id":{"s":"a"},"item_id":{"s":"b"}}\n'


@pytest.fixture
def stocked(world: World) -> World:
    """A chain whose exports are one, an older dump, and an empty table."""
    world.buckets()
    world.export([3, 4])
    world.record(FULL, FULL, items=7, files=2)
    world.record(FULL, FIRST, items=7, files=2)
    world.put(EXPORTS, "old/2015/part-0", LINE)
    world.put(EXPORTS, "old/2015/_SUCCESS", "")
    world.table()
    return world


def connect(world: World, service: str, region: str | None = None) -> Any:
    assert region in (None, "eu-central-1")
    client = world.client(service)
    if service == "dynamodb":
        answer = client.describe_table(TableName=NAME)
        # moto gives a table no id.
        told = {"Table": answer["Table"] | {"TableId": "t"}}
        client.describe_table = lambda **_: told
    return client


@pytest.mark.parametrize(
    "options",
    [
        {"source": URI},
        {"source": URI, "write_units": 20, "children": 3},
        {"source": f"s3://{EXPORTS}/old/2015"},
        {"source": f"s3://{EXPORTS}/old/2015/", "form": "pipeline_json"},
        {"chain": True},
        {"chain": True, "at": FULL},
    ],
)
def test_a_refill_is_planned_as_it_was_shown(stocked: World, options: dict[str, Any]) -> None:
    wanted = what(**options)
    shown = Plan(
        asked=wanted,
        found=found(wanted, stocked.client, lambda _: None, NOW),
        target=target_of(wanted, stocked.client),
        prices=load_prices(),
        deployed=None,
    )
    event = {
        "request": of_moto(shown.request),
        "place": of_moto(refill_place(prod())),
        "execution": EXECUTION,
        "previous": {},
    }
    planned = plan(partial(connect, stocked), event, NOW)
    assert planned["error"] is None
    assert planned["action"] == "load"
    assert planned["rounds_total"] == shown.estimate.rounds
    assert planned["children"] <= shown.estimate.children


def of_moto(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with the account that moto plays; names of buckets and keys stay."""
    named = json.dumps(document).replace(f'"{OWN}"', f'"{ACCOUNT_ID}"')
    if "table" in document:
        arn = document["table"]["arn"]
        named = named.replace(f'"arn": "{arn}"', f'"arn": "{arn.replace(OWN, ACCOUNT_ID)}"')
    found: dict[str, Any] = json.loads(named)
    return found


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"until": UNTIL, "old_images": "full-export", "created_since": "keep", "write_units": 5},
        {"only": ("change=deleted", "attribute=a", "key.order_id=1", "old.a=1", "new.b=2")},
    ],
)
def test_an_undo_is_taken_as_it_was_asked(options: dict[str, Any]) -> None:
    event = {
        "request": undoing(**options).request,
        "place": undo_place(prod()),
        "execution": EXECUTION,
    }
    span = span_of(event, NOW)
    assert span.since.isoformat() == SINCE.replace("Z", "+00:00")
