"""An undo from its plan to its report, on a table whose history is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.plan_undo import listing
from blueprints.functions.plan_undo.handler import plan
from blueprints.functions.report_undo.handler import report
from blueprints.functions.undo_keys.handler import undo
from tests.aws_extensions import clock
from tests.unit.functions import exporting, places, undoing
from tests.unit.functions.exporting import connect, hours_ago
from tests.unit.functions.places import ACCOUNT, BUCKET, PLACE, REGION
from tests.unit.functions.tables import ARN, TABLE

HERE = {**PLACE, "catalogue_key_alias_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:{exporting.ALIAS}"}
ORDERS = 60
# Of the table's own items one was deleted in the window, and one was written as it was.
EXPECTED = {"conflict": 1, "restored": 9, "recreated": 11, "created": 1, "unchanged": 1}


@pytest.fixture(autouse=True)
def _local_exports(local_places: None) -> Iterator[None]:
    with exporting.local_aws():
        yield
    clock.move(0)


def order(number: int, **attributes: Any) -> dict[str, Any]:
    return exporting.item(f"x{number:03}") | {
        name: undoing.typed(value) for name, value in attributes.items()
    }


def put(item: Any) -> None:
    connect("dynamodb").put_item(TableName=TABLE, Item=item)


def at(hours: float) -> None:
    clock.move(-hours * 3600 + 30)


def happened() -> None:
    """Orders; then a script that deletes, breaks and makes some; then the application goes on."""
    at(5)
    for number in range(ORDERS):
        put(order(number, status="PAID", n=number))
    at(3)
    for number in range(0, ORDERS, 3):
        if number % 2:
            connect("dynamodb").delete_item(TableName=TABLE, Key=exporting.item(f"x{number:03}"))
        else:
            put(order(number, status="LOST", n=number))
    put(order(900, junk="j"))
    at(1)
    put(order(6, status="SENT", n=6))
    put(order(7, status="SENT", n=7))
    clock.move(0)


def items() -> dict[str, Any]:
    found = connect("dynamodb").scan(TableName=TABLE, ConsistentRead=True)["Items"]
    return {each["order_id"]["S"]: each for each in found}


def run(name: str, **more: Any) -> dict[str, Any]:
    """Go through an execution as its state machine does, and return the answer of the report."""
    request = {
        "table": {"key": "orders", "name": TABLE, "arn": ARN},
        "since": catalogue.iso(hours_ago(3)),
        "until": catalogue.iso(hours_ago(2)),
        "only": None,
        "created_since": "report",
        "overwrite_conflicts": False,
        "dry_run": False,
        "old_images": "incremental",
        "write_units": None,
        "poll_seconds": 30,
        **more,
    }
    started = datetime.now(UTC)
    execution = {"arn": f"arn:{name}", "name": name, "started_at": started.isoformat()}
    state: dict[str, Any] = {"request": request, "plan": {}}
    for _ in range(4):
        event = {"request": request, "place": HERE, "execution": execution}
        state["plan"] = plan(connect, event | {"previous": state["plan"]}, datetime.now(UTC))
        if state["plan"]["action"] != "wait":
            break
    listed = state["plan"]["list"]
    body = connect("s3").get_object(Bucket=listed["bucket"], Key=listed["key"])["Body"].read()
    for share in json.loads(body):
        given, done = {"item": share, "undo": state["plan"]["undo"], "place": HERE}, {}
        while not done.get("done"):
            done = undo(connect, given | {"previous": done}, undoing.Time().clock())
    execution["entered_at"] = (started + timedelta(minutes=1)).isoformat()
    return report(
        connect, {"state": state, "place": HERE, "execution": execution}, datetime.now(UTC)
    )


@pytest.mark.parametrize("old_images", ["incremental", "full_export"])
@pytest.mark.parametrize("keys_of_a_share", [7, 100_000])
def test_what_a_script_broke_goes_back_and_what_the_application_wrote_stays(
    monkeypatch: pytest.MonkeyPatch, old_images: str, keys_of_a_share: int
) -> None:
    monkeypatch.setattr(listing, "KEYS_OF_A_SHARE", keys_of_a_share)
    happened()
    broken = items()
    dry = run("dry-run", dry_run=True, old_images=old_images)
    assert items() == broken
    real = run("run-1", old_images=old_images)
    expected = {
        **{key: value for key, value in broken.items() if not key.startswith("x")},
        **{f"x{n:03}": order(n, status="PAID", n=n) for n in range(ORDERS)},
        **{f"x{n:03}": order(n, status="SENT", n=n) for n in (6, 7)},
        "x900": order(900, junk="j"),
        "o1": exporting.item("o1"),
    }
    assert items() == expected
    for answer in (dry, real):
        assert answer["status"] == "SUCCEEDED"
        counts = {name: count for name, count in answer["report"]["counts"].items() if count}
        assert counts == EXPECTED
    again = run("run-2", old_images=old_images, created_since="delete")
    counts = {name: count for name, count in again["report"]["counts"].items() if count}
    assert counts == {"conflict": 1, "already": 20, "deleted": 1, "unchanged": 1}
    keys = exporting.objects(BUCKET, f"undos/{TABLE}/")
    assert f"undos/{TABLE}/run-1.conflicts.jsonl" in keys
    body = connect("s3").get_object(Bucket=BUCKET, Key=real["text_key"])["Body"].read().decode()
    assert 'order_id="x006", item_id="1": what the window changed was changed again later' in body


def test_several_windows_are_undone_as_one() -> None:
    clock.move(-6 * 3600)
    places.delete_table()
    clock.move(-80 * 3600)
    places.create_table(days=35)
    at(75)
    put(order(1, v=1))
    for hours, version in ((60, 2), (40, 3), (20, 4)):
        at(hours)
        put(order(1, v=version))
    clock.move(0)
    answer = run("run-1", since=catalogue.iso(hours_ago(70)), until=catalogue.iso(hours_ago(10)))
    assert answer["report"]["counts"]["restored"] == 1
    assert items()["x001"] == order(1, v=1)
