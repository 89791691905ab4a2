"""A restore goes to a name that is free, or goes on with an unfinished one of the same point."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from tests.unit.functions import places, tables
from tests.unit.functions.places import (
    BUCKET,
    connect,
    planned,
)
from tests.unit.functions.tables import TABLE, TARGET

pytestmark = pytest.mark.usefixtures("local_places")


# --- to which name --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["other", "orders2", "order", "", None])
def test_only_names_that_begin_with_the_original_are_taken(name: str | None) -> None:
    places.create_table(days=35)
    if not name:
        assert planned(target_name=name)["target"]["name"].startswith(f"{TABLE}-restored-")
        return
    with pytest.raises(RefusedError, match="roles allow orders and names that begin with orders-"):
        planned(target_name=name)


def test_a_name_that_would_be_too_long_is_refused() -> None:
    places.create_table(days=35)
    with pytest.raises(RefusedError, match="longer than the 255 characters"):
        planned(target_name=f"{TABLE}-{'x' * 250}")


def test_another_table_is_never_taken_over() -> None:
    places.create_table(days=35)
    tables.create_bare(TARGET)
    with pytest.raises(RefusedError, match=f"table {TARGET} exists, and is no unfinished restore"):
        planned(target_name=TARGET)


def restore_as_planned(found: dict[str, Any]) -> dict[str, Any]:
    request = dict(found["parameters"])
    if found["operation"] == "StartRestoreJob":
        connect("backup").start_restore_job(**request)
    elif "RestoreDateTime" in request:
        request["RestoreDateTime"] = datetime.fromisoformat(request["RestoreDateTime"])
        connect("dynamodb").restore_table_to_point_in_time(**request)
    else:
        connect("dynamodb").restore_table_from_backup(**request)
    table: dict[str, Any] = connect("dynamodb").describe_table(TableName=found["target"]["name"])
    return table["Table"]


@pytest.fixture(params=["native", "recovery_point"])
def deleted(request: pytest.FixtureRequest, local_places: None) -> None:
    """A table that is gone, and one point of it."""
    places.create_table()
    if request.param == "native":
        connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    else:
        places.backed_up()
    places.delete_table()


@pytest.mark.usefixtures("deleted")
@pytest.mark.parametrize("name", [None, TABLE, TARGET])
def test_an_unfinished_restore_of_the_same_point_is_gone_on_with(name: str | None) -> None:
    first = planned(target_name=name)
    restore_as_planned(first)
    second = planned(target_name=name)
    assert second["target"] == first["target"]
    assert second["parameters"] == first["parameters"]
    assert "this one goes on with it" in second["why"]
    assert "goes on" not in first["why"]


def test_an_unfinished_restore_of_the_same_second_is_gone_on_with() -> None:
    places.create_table(days=35)
    at = datetime.now(UTC).replace(microsecond=0).isoformat()
    first = planned(target_name=TARGET, point={"at": at})
    restore_as_planned(first)
    assert planned(target_name=TARGET, point={"at": at})["target"] == first["target"]
    earlier = (datetime.fromisoformat(at) - timedelta(seconds=2)).isoformat()
    connect("dynamodb").describe_continuous_backups(TableName=TABLE)
    with pytest.raises(RefusedError):
        planned(target_name=TARGET, point={"at": earlier})


@pytest.mark.usefixtures("deleted")
def test_a_table_that_came_back_long_ago_is_not_taken_for_an_unfinished_restore() -> None:
    table = restore_as_planned(planned())
    key = f"restores/{TABLE}/run-0.json"
    for status, table_id in (("FAILED", table["TableId"]), ("SUCCEEDED", "another")):
        body = json.dumps({"status": status, "table_id": table_id})
        connect("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())
        assert planned()["target"]["name"] == TABLE
    body = json.dumps({"status": "SUCCEEDED", "table_id": table["TableId"]})
    connect("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())
    assert planned()["target"]["name"].startswith(f"{TABLE}-restored-")
    with pytest.raises(RefusedError, match="exists"):
        planned(target_name=TABLE)


@pytest.mark.usefixtures("deleted")
def test_a_new_table_of_the_name_is_not_taken_for_a_restored_one() -> None:
    restore_as_planned(planned())
    for _ in range(2):
        connect("dynamodb").describe_table(TableName=TABLE)
    connect("backup").list_restore_jobs()
    places.delete_table()
    tables.create_bare()
    connect("dynamodb").get_waiter("table_exists").wait(TableName=TABLE)
    found = planned()
    expected = TABLE if found["operation"] == "StartRestoreJob" else f"{TABLE}-restored-"
    assert found["target"]["name"].startswith(expected)


# --- owners ---------------------------------------------------------------------------------------


def create_stack(name: str, *logical_ids: str) -> None:
    resources = {each: {"Type": "AWS::SNS::Topic"} for each in logical_ids}
    connect("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": resources})
    )


@pytest.mark.parametrize(
    ("stacks", "case", "leave"),
    [
        ({places.STACK: "TableOrders", places.RECOVERY_STACK: "X"}, "stack", ["alarms"]),
        ({places.STACK: "Other", places.RECOVERY_STACK: "X"}, "stack_gone", ["scaling", "alarms"]),
        ({places.RECOVERY_STACK: "FunctionPlanRestore"}, "stack_gone", ["scaling", "alarms"]),
        ({}, "no_stack", ["alarms"]),
    ],
)
def test_who_owns_the_name(stacks: dict[str, str], case: str, leave: list[str]) -> None:
    places.create_table(days=35)
    places.delete_table()
    for name, logical_id in stacks.items():
        create_stack(name, logical_id)
    found = planned()
    assert found["owner"] == {
        "case": case,
        "stack_name": places.STACK,
        "logical_id": "TableOrders",
    }
    assert found["leave"] == leave
    assert planned(owner=None)["owner"]["case"] == "elsewhere"
    assert planned(target_name=TARGET)["owner"]["case"] == "other_name"
