"""The settings of a table are read whole, or not at all."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.common import settings, settings_reading
from tests.aws_extensions.operations import state
from tests.unit.functions import tables
from tests.unit.functions.tables import ACCOUNT, ARN, REGION, TABLE

NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _local_aws() -> Iterator[None]:
    with tables.local_aws():
        yield


def described() -> dict[str, Any]:
    return settings_reading.described(tables.client, TABLE)


def test_everything_is_read() -> None:
    tables.create_full()
    found = tables.read(TABLE, NOW)
    table_id = described().get("TableId")
    assert found == tables.settings(taken_at="2026-11-20T03:04:05+00:00", table_id=table_id)


def test_what_a_table_does_not_have_is_read_as_that() -> None:
    tables.create_bare()
    found = tables.read(TABLE)
    assert {name: found[name] for name in ("tags", "scaling", "alarms")} == {
        "tags": {},
        "scaling": [],
        "alarms": [],
    }
    assert found["point_in_time_recovery"] == {"enabled": False, "recovery_period_days": None}
    assert (found["time_to_live"], found["resource_policy"]) == (None, None)
    assert found["contributor_insights"] == {"table": False, "indexes": []}
    assert settings.complete(found).items() >= {"time_to_live": None, "tags": {}}.items()


def test_lists_of_many_pages_are_read_whole() -> None:
    tables.create_bare()
    tags = [{"Key": f"k{number:02}", "Value": "v"} for number in range(30)]
    tables.client("dynamodb").tag_resource(ResourceArn=ARN, Tags=tags)
    for number in range(120):
        name = f"alarm-{number:03}"
        tables.client("cloudwatch").put_metric_alarm(**{**tables.ALARM, "AlarmName": name})
    found = tables.read(TABLE)
    assert len(found["tags"]) == 30
    assert len(found["alarms"]) == 120


def test_alarms_are_those_of_the_table_and_of_people() -> None:
    tables.create_bare()
    put = tables.client("cloudwatch").put_metric_alarm
    metric = {
        "Id": "m",
        "ReturnData": True,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/DynamoDB",
                "MetricName": "ReadThrottleEvents",
                "Dimensions": tables.ALARM["Dimensions"],
            },
            "Period": 60,
            "Stat": "Sum",
        },
    }
    put(
        AlarmName="by-metrics",
        Metrics=[metric],
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    other = [{"Name": "TableName", "Value": "orders2"}]
    put(**{**tables.ALARM, "AlarmName": "of another table", "Dimensions": other})
    put(**{**tables.ALARM, "AlarmName": "TargetTracking-table/orders-AlarmHigh-1"})
    assert [alarm["AlarmName"] for alarm in tables.read(TABLE)["alarms"]] == ["by-metrics"]


@pytest.mark.parametrize(
    ("status", "on"),
    [("ENABLING", True), ("ACTIVE", True), ("DISABLING", False), ("ENABLE_FAILED", False)],
)
def test_what_is_being_switched_on_counts_as_on(status: str, *, on: bool) -> None:
    tables.create_full()
    table = dynamodb_backends[ACCOUNT][REGION].get_table(TABLE)
    for destination in state(table, "destinations").values():
        destination["DestinationStatus"] = status
    assert bool(tables.read(TABLE)["kinesis_destinations"]) is on


def test_a_state_that_is_not_known_is_not_taken_for_off() -> None:
    tables.create_full()
    table = dynamodb_backends[ACCOUNT][REGION].get_table(TABLE)
    table.ttl["TimeToLiveStatus"] = "ARCHIVING"
    with pytest.raises(ValueError, match="'ARCHIVING' is neither"):
        tables.read(TABLE)


def test_an_answer_without_what_it_should_say_is_not_taken_for_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables.create_full()
    told = {"ContinuousBackupsStatus": "ENABLED"}
    call = settings_reading.call

    def silent(client: Any, operation: str, resource: str, **request: Any) -> Any:
        answer = call(client, operation, resource, **request)
        recovery = {"ContinuousBackupsDescription": told}
        return recovery if operation == "describe_continuous_backups" else answer

    monkeypatch.setattr(settings_reading, "call", silent)
    with pytest.raises(KeyError, match="PointInTimeRecoveryDescription"):
        tables.read(TABLE)
    told["ContinuousBackupsStatus"] = "DISABLED"
    assert tables.read(TABLE)["point_in_time_recovery"]["enabled"] is False


# --- the shape ------------------------------------------------------------------------------------


def shape(**more: Any) -> dict[str, Any]:
    tables.create_bare()
    return settings.shape_of({**described(), **more})


def test_tables_older_than_on_demand_mode_are_provisioned() -> None:
    found = shape(BillingModeSummary={})
    assert found["billing_mode"] == "PROVISIONED"
    assert found["throughput"] == {"ReadCapacityUnits": 10, "WriteCapacityUnits": 20}


def test_a_cap_that_is_not_set_is_none() -> None:
    found = shape(
        BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"},
        OnDemandThroughput={"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": -1},
    )
    assert found["on_demand_throughput"] == {"MaxReadRequestUnits": 5}
    assert found["throughput"] is None


@pytest.mark.parametrize(
    ("description", "encryption"),
    [
        ({}, {"type": "AWS_OWNED"}),
        ({"Status": "DISABLED", "SSEType": "KMS"}, {"type": "AWS_OWNED"}),
        ({"Status": "ENABLED", "SSEType": "AES256"}, {"type": "AWS_OWNED"}),
        (
            {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": "arn"},
            {"type": "KMS", "key": "arn"},
        ),
    ],
)
def test_encryption_is_by_a_key_of_aws_or_of_kms(
    description: dict[str, str], encryption: dict[str, str]
) -> None:
    assert shape(SSEDescription=description)["encryption"] == encryption


def test_an_index_that_is_being_deleted_is_none() -> None:
    tables.create_bare()
    table = copy.deepcopy(described())
    assert settings.is_idle(table)
    table["GlobalSecondaryIndexes"][0]["IndexStatus"] = "DELETING"
    assert settings.shape_of(table)["global_indexes"] == {}
    assert not settings.is_idle(table)
