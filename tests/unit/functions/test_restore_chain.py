"""A chain of exports is restored once: one table, one import, one refill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from blueprints.functions.apply_settings.handler import apply
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.restore_table import chain
from blueprints.functions.verify_restore.handler import verify
from tests.unit.functions import restoring_chains
from tests.unit.functions.chaining import planned
from tests.unit.functions.places import BUCKET, connect
from tests.unit.functions.restoring_chains import (
    ITEMS,
    again,
    call,
    described,
    end_refills,
    executions,
    exported,
    imports,
    to_the_end,
    until,
)
from tests.unit.functions.tables import TARGET

pytestmark = pytest.mark.usefixtures("local_places")


@pytest.fixture(autouse=True)
def _local_chain(local_places: None) -> Iterator[None]:
    with restoring_chains.local_aws():
        yield


@pytest.fixture(params=["import", "refill"])
def found(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The plan of a restore of the last moment, by an import and by writing everything."""
    exported()
    return planned(target_name=TARGET, load=request.param)


@pytest.fixture
def imported() -> dict[str, Any]:
    exported()
    return planned(target_name=TARGET)


# --- the way of it --------------------------------------------------------------------------------


def test_a_table_is_made_filled_and_refilled(found: dict[str, Any]) -> None:
    answer = until(found, "refill")
    table = described()
    assert answer["table_id"] == table["TableId"]
    assert (answer["done"], answer["adopted"], answer["job_id"]) == (False, False, None)
    assert answer["wait_seconds"] == 30
    (execution,) = executions()
    assert execution.name == f"restore-{found['restore_id']}"
    assert json.loads(execution.execution_input) == found["parameters"]["refill"]
    assert not connect("dynamodb").list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert not call(found, answer)["done"]
    end_refills()
    done = call(found, answer)
    assert (done["done"], done["table_id"], done["table_arn"]) == (
        True,
        table["TableId"],
        found["target"]["arn"],
    )
    assert "note" not in done
    by_import = found["parameters"]["import"] is not None
    assert len(imports()) == by_import
    assert connect("dynamodb").scan(TableName=TARGET)["Count"] == (ITEMS if by_import else 0)


def test_without_anything_after_the_full_export_nothing_is_refilled() -> None:
    start = exported()
    found = planned(target_name=TARGET, point={"at": start.isoformat()})
    assert until(found, "done")["done"]
    assert executions() == []


def test_what_is_restored_can_be_given_its_settings_and_verified(found: dict[str, Any]) -> None:
    answer = to_the_end(found)
    if found["parameters"]["import"] is None:
        for number in range(ITEMS - 5):
            key = {"order_id": {"S": f"o{number}"}, "item_id": {"S": "1"}}
            connect("dynamodb").put_item(TableName=TARGET, Item=key)
    settings: dict[str, Any] = {}
    for _ in range(30):
        settings = apply(connect, {"plan": found, "previous": settings}, datetime.now(UTC))
        if settings["done"]:
            break
    assert (settings["done"], settings["failed"]) == (True, [])
    table = described()
    assert table["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 20
    (index,) = table["GlobalSecondaryIndexes"]
    assert index["ProvisionedThroughput"]["WriteCapacityUnits"] == 7
    event = {"plan": found, "settings": settings, "restore": answer, "previous": {}}
    verified = verify(connect, event, datetime.now(UTC))
    assert [each for each in verified["checks"] if each["ok"] is not True] == []
    assert verified["passed"]
    assert answer["done"]


@pytest.mark.parametrize("output", ['{"written": 4, "deleted": 1}', "An output"])
def test_who_filled_the_table_says_with_how_many_items(found: dict[str, Any], output: str) -> None:
    answer = until(found, "refill")
    by_import = found["parameters"]["import"] is not None
    end_refills(output=output)
    items = 5 if output.startswith("{") else None
    told = [{"by": "the import", "items": ITEMS, "expected": ITEMS}] * by_import
    refill = {"by": "the refill", "items": items, "expected": 5 if by_import else ITEMS + 5}
    assert call(found, answer)["chain"]["proof"] == [*told, refill]


def test_a_restore_that_is_about_to_end_says_that_its_refill_goes_on(
    found: dict[str, Any],
) -> None:
    answer = until(found, "refill")
    assert not call(found, answer, hours=5 * 24 - 7)["done"]
    with pytest.raises(RefusedError) as refused:
        call(found, answer, hours=5 * 24 - 6)
    said = str(refused.value)
    assert f"the refill {answer['chain']['refill_arn']} of table {TARGET} is not done" in said
    assert "It goes on by itself" in said
    load = "import" if found["parameters"]["import"] else "refill"
    for each in (found["source"]["id"], found["source"]["time"], f'"load": "{load}"'):
        assert each in said
    second = until(again(found), "refill")
    assert (second["adopted"], len(executions())) == (True, 1)
    end_refills()
    # One that has ended in time is gone on with, however late.
    assert call(found, answer, hours=5 * 24 - 1)["done"]


# --- once -----------------------------------------------------------------------------------------


def test_called_again_without_memory_it_goes_on(found: dict[str, Any]) -> None:
    for _ in range(8):
        answer = call(found)
    assert not answer["adopted"]
    end_refills()
    assert call(found, answer)["done"]
    assert len(executions()) == 1
    assert len(imports()) == (found["parameters"]["import"] is not None)
    assert answer["table_id"] == described()["TableId"]


def test_two_at_once_restore_one_table(found: dict[str, Any]) -> None:
    one, other = call(found), call(found)
    for _ in range(5):
        one, other = call(found, one), call(found, other)
    end_refills()
    one, other = call(found, one), call(found, other)
    assert (one["done"], other["done"]) == (True, True)
    assert one["table_id"] == other["table_id"] == described()["TableId"]
    assert len(executions()) == 1


# --- another execution ----------------------------------------------------------------------------


def test_another_execution_goes_on_with_the_table_and_where_the_refill_ended(
    found: dict[str, Any],
) -> None:
    answer = until(found, "refill")
    end_refills("FAILED", error="RefillFailed", cause="The report says")
    with pytest.raises(RefusedError) as refused:
        call(found, answer)
    name = f"restore-{found['restore_id']}"
    said = str(refused.value)
    assert f"s3://{BUCKET}/refills/{TARGET}/{name}.json" in said
    assert "RefillFailed: The report says" in said
    assert "start this restore again, it goes on with the table" in said
    second = again(found)
    assert second["parameters"]["table_id"] == answer["table_id"]
    resumed = until(second, "refill")
    assert (resumed["adopted"], resumed["table_id"]) == (True, answer["table_id"])
    first, last = executions()
    assert last.name == f"restore-{second['restore_id']}" != first.name
    assert json.loads(last.execution_input)["resume"] == name
    end_refills("FAILED")
    third = {**second, "restore_id": "3" * 12}
    until(third, "refill")
    # Its folder is that of the first one still.
    assert json.loads(executions()[-1].execution_input)["resume"] == name
    end_refills()
    assert until(third, "done", resumed | {"chain": {**resumed["chain"], "refill_arn": None}})
    assert len(imports()) == (found["parameters"]["import"] is not None)


def test_another_execution_follows_a_refill_that_goes_on(found: dict[str, Any]) -> None:
    until(found, "refill")
    second = again(found)
    answer = until(second, "refill")
    assert len(executions()) == 1
    end_refills()
    assert call(second, answer)["done"]
    assert until(again(found), "done")["done"]
    assert len(executions()) == 1


def test_another_execution_follows_an_import_that_goes_on(imported: dict[str, Any]) -> None:
    call(imported)
    second = {**imported, "restore_id": "2" * 12}
    answer = until(second, "refill")
    assert (answer["adopted"], len(imports())) == (True, 1)


def test_an_import_that_another_one_was_faster_than_gives_way_to_it(
    imported: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = {**imported, "restore_id": "2" * 12}
    with monkeypatch.context() as patch:  # neither sees anything of the other
        patch.setattr(chain, "described", lambda *_: None)
        patch.setattr(chain, "_fill", lambda _: "waiting for the import")
        first, key = call(imported), chain._mark(imported)[1]  # noqa: SLF001
        connect("s3").delete_object(Bucket=BUCKET, Key=key)
        other = call(second)
    assert len({each["ImportArn"] for each in imports()}) == 2
    done = until(imported, "refill", first)
    answer = until(second, "refill", other)
    assert (answer["adopted"], answer["table_id"]) == (True, done["table_id"])
    assert len(executions()) == 1
