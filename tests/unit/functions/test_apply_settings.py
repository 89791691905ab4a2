"""A restored table gets back what AWS did not restore, one change at a time, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions import tables
from tests.unit.functions.applying import (
    changed_plan,
    now,
    once,
    recorded,
    remaining,
    restored_plan,
    until_done,
    writes,
)
from tests.unit.functions.tables import TABLE, TARGET, TARGET_ARN

pytestmark = pytest.mark.usefixtures("local_tables")


def test_settings_that_were_read_come_back_under_another_name() -> None:
    tables.create_full()
    snapshot = tables.read(TABLE, now())
    tables.restore()
    plan = tables.plan(settings=snapshot)
    assert remaining(plan).keys() >= {"tags", "scaling", "alarms", "time_to_live"}
    answer = until_done(plan)
    assert (answer["failed"], answer["left"], remaining(plan)) == ([], [], {})
    found = tables.read(TARGET)
    assert found["resource_policy"] == tables.policy(TARGET_ARN)
    (alarm,) = found["alarms"]
    assert alarm["AlarmName"] == "orders-throttled-restored-20261120T030405Z"
    # The original is as it was.
    assert {**tables.read(TABLE), "taken_at": snapshot["taken_at"]} == snapshot


def test_settings_come_back_under_the_original_name() -> None:
    tables.create_full()
    snapshot = tables.read(TABLE)
    api = tables.client("dynamodb")
    api.update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    api.describe_table(TableName=TABLE)
    backup = api.create_backup(TableName=TABLE, BackupName="last")["BackupDetails"]["BackupArn"]
    api.delete_table(TableName=TABLE)
    api.restore_table_from_backup(TargetTableName=TABLE, BackupArn=backup)
    api.describe_table(TableName=TABLE)
    plan = tables.plan(
        settings=snapshot,
        target={"name": TABLE, "arn": tables.ARN},
        operation="RestoreTableFromBackup",
        parameters={"BackupArn": backup},
    )
    answer = until_done(plan)
    assert answer["failed"] == []
    assert {**tables.read(TABLE), "table_id": None} == {**snapshot, "table_id": None}
    # Alarms and scaling outlived the table.
    assert not [what for what in answer["applied"] if what.startswith(("alarm", "scaling"))]


def test_a_second_run_changes_nothing() -> None:
    plan = restored_plan()
    first = until_done(plan)
    with recorded() as interceptor:
        assert once(plan) == {**first, "applied": []}
    assert writes(interceptor) == []


def test_what_protects_comes_first() -> None:
    plan = restored_plan()
    with recorded() as interceptor:
        until_done(plan)
    assert writes(interceptor)[:2] == ["dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups"]
    first = next(request for name, request in interceptor.requests if "UpdateTable" in name)
    assert first["DeletionProtectionEnabled"] is True


def test_the_wait_grows_with_the_time_since_the_start() -> None:
    assert once(restored_plan())["wait_seconds"] == 120


def test_indexes_and_throughput_change_one_at_a_time() -> None:
    wanted = tables.settings()
    indexes = wanted["global_indexes"]
    for name in ("by_date_only", "by_item"):
        attribute = {"by_date_only": "date", "by_item": "item_id"}[name]
        indexes[name] = {
            "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
            "throughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3},
        }
    wanted["throughput"] = {"ReadCapacityUnits": 60, "WriteCapacityUnits": 25}
    wanted["contributor_insights"] = {"table": False, "indexes": ["by_item"]}
    plan = restored_plan(settings=wanted)
    with recorded() as interceptor:
        answer = until_done(plan)
    assert (answer["failed"], remaining(plan)) == ([], {})
    updates = [request for name, request in interceptor.requests if name.endswith(":UpdateTable")]
    for request in updates:
        built = [
            each for each in request.get("GlobalSecondaryIndexUpdates", ()) if "Create" in each
        ]
        assert len(built) + ("ProvisionedThroughput" in request) <= 1
    created = [request for request in updates if "AttributeDefinitions" in request]
    assert len(created) == 2
    # Auto scaling moves the table's read units between 5 and 50, where they are already.
    (throughput,) = [request for request in updates if "ProvisionedThroughput" in request]
    assert throughput["ProvisionedThroughput"] == {
        "ReadCapacityUnits": 10,
        "WriteCapacityUnits": 25,
    }


@pytest.mark.parametrize("mode", ["PROVISIONED", "PAY_PER_REQUEST"])
def test_the_billing_mode_changes_with_all_that_hangs_on_it(mode: str) -> None:
    wanted = tables.settings(scaling=[], contributor_insights=None)
    if mode == "PROVISIONED":
        create_on_demand()
    else:
        tables.create_restored()
        wanted["throughput"] = None
        wanted["on_demand_throughput"] = {"MaxReadRequestUnits": 100}
        wanted["global_indexes"]["by_customer"]["throughput"] = None
        caps = {"MaxWriteRequestUnits": 50}
        wanted["global_indexes"]["by_customer"]["on_demand_throughput"] = caps
    wanted["billing_mode"] = mode
    plan = tables.plan(settings=wanted)
    answer = until_done(plan)
    assert (answer["failed"], remaining(plan)) == ([], {})
    found = tables.read(TARGET)
    assert found["billing_mode"] == mode
    assert found["throughput"] == wanted["throughput"]


def test_units_scale_only_once_the_table_has_some() -> None:
    plan = changed_on_demand()
    with recorded() as interceptor:
        first = once(plan)
    assert "dynamodb:UpdateTable" in writes(interceptor)
    scaling = "application-auto-scaling:"
    assert not [each for each in writes(interceptor) if each.startswith(scaling)]
    assert (first["done"], first["failed"]) == (False, [])
    assert (until_done(plan)["failed"], remaining(plan)) == ([], {})


def test_units_that_nobody_names_are_the_least() -> None:
    indexes = {
        name: {**each, "throughput": None}
        for name, each in tables.settings()["global_indexes"].items()
    }
    plan = changed_on_demand(throughput=None, scaling=[], global_indexes=indexes)
    assert until_done(plan)["failed"] == []
    found = tables.read(TARGET)
    least = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    assert found["throughput"] == found["global_indexes"]["by_customer"]["throughput"] == least


def changed_on_demand(**settings: Any) -> dict[str, Any]:
    """Return the plan of a provisioned table that is on demand, as after a refill."""
    create_on_demand()
    return tables.plan(settings=tables.settings(**settings))


def create_on_demand() -> None:
    index = {
        "IndexName": "by_customer",
        "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
    }
    tables.create_restored(
        BillingMode="PAY_PER_REQUEST", ProvisionedThroughput=None, GlobalSecondaryIndexes=[index]
    )


def test_a_cap_on_demand_that_is_not_wanted_goes() -> None:
    wanted = tables.settings(
        billing_mode="PAY_PER_REQUEST", throughput=None, scaling=[], table_class=None
    )
    create_on_demand()
    caps = {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 8}
    tables.client("dynamodb").update_table(TableName=TARGET, OnDemandThroughput=caps)
    tables.client("dynamodb").describe_table(TableName=TARGET)
    plan = tables.plan(settings=wanted)
    answer = until_done(plan)
    assert answer["failed"] == []
    assert tables.read(TARGET)["on_demand_throughput"] is None


def test_tags_that_the_restore_brought_stay_and_those_of_aws_are_not_set() -> None:
    plan = changed_plan(tags={"owner": "payments", "aws:cloudformation:stack-name": "shop"})
    more = [{"Key": "owner", "Value": "x"}, {"Key": "restored-by", "Value": "me"}]
    tables.client("dynamodb").tag_resource(ResourceArn=TARGET_ARN, Tags=more)
    until_done(plan)
    assert tables.read(TARGET)["tags"] == {"owner": "payments", "restored-by": "me"}


def test_another_stream_and_time_to_live_are_switched_off_first() -> None:
    plan = changed_plan(stream_view_type="KEYS_ONLY", time_to_live={"attribute_name": "until"})
    api = tables.client("dynamodb")
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    api.update_table(TableName=TARGET, StreamSpecification=stream)
    api.describe_table(TableName=TARGET)
    expires = {"Enabled": True, "AttributeName": "expires"}
    api.update_time_to_live(TableName=TARGET, TimeToLiveSpecification=expires)
    assert until_done(plan)["failed"] == []
    found = tables.read(TARGET)
    assert found["stream_view_type"] == "KEYS_ONLY"
    assert found["time_to_live"] == {"attribute_name": "until"}


def test_what_the_plan_leaves_is_not_touched_and_said() -> None:
    plan = restored_plan(leave=["scaling", "alarms"])
    with recorded() as interceptor:
        answer = until_done(plan)
    assert [each["setting"] for each in answer["left"]] == ["scaling", "alarms"]
    assert answer["failed"] == []
    services = {call.split(":")[0] for call in writes(interceptor)}
    assert services == {"dynamodb"}
    assert "cloudwatch:DescribeAlarms" not in interceptor.calls
