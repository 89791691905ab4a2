"""A table with every setting there is, what a restore leaves of it, and a plan of that restore."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from moto import mock_aws
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from blueprints.functions.common import clients as clients_module
from blueprints.functions.common import settings_reading
from tests.aws_extensions import (
    autoscaling,
    dynamodb,
    dynamodb_history,
    dynamodb_moments,
    dynamodb_restores,
    dynamodb_updates,
)
from tests.aws_extensions.operations import state

REGION, ACCOUNT = "eu-central-1", "123456789012"
TABLE, TARGET = "orders", "orders-restored-20261120T030405Z"
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
TARGET_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TARGET}"
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/changes"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:oncall"
ITEMS = 7
READ = "dynamodb:table:ReadCapacityUnits"
WRITE_OF_INDEX = "dynamodb:index:WriteCapacityUnits"
_EXTENSIONS = (
    *(autoscaling, dynamodb, dynamodb_history),
    *(dynamodb_moments, dynamodb_restores, dynamodb_updates),
)
_EXTENDED = (
    *(ApplicationAutoscalingBackend, ApplicationAutoScalingResponse),
    *(DynamoDBBackend, DynamoHandler, Table),
)

Settings = dict[str, Any]


@cache
def client(service: str) -> Any:
    """Return the client that functions make, which takes a while."""
    return clients_module.client(service, region=REGION)


@contextmanager
def local_aws() -> Iterator[None]:
    """AWS in this process, with the extensions; moto is put back afterwards."""
    kept = {owner: dict(vars(owner)) for owner in _EXTENDED}
    for extension in _EXTENSIONS:
        extension.install()
    try:
        with mock_aws():
            yield
    finally:
        for owner, before in kept.items():
            for name in vars(owner).keys() - before.keys():
                delattr(owner, name)
            for name, value in before.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)


def policy(arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": ["dynamodb:GetItem", "dynamodb:Query"],
                "Resource": [arn, f"{arn}/index/*"],
            }
        ],
    }


TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {
        "PredefinedMetricType": "DynamoDBReadCapacityUtilization",
    },
    "ScaleInCooldown": 60,
}
ACTION = {
    "ScheduledActionName": "night",
    "Schedule": "cron(0 22 * * ? *)",
    "ScalableTargetAction": {"MinCapacity": 5, "MaxCapacity": 10},
}
ALARM = {
    "AlarmName": "orders-throttled",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC],
    "MetricName": "ReadThrottleEvents",
    "Namespace": "AWS/DynamoDB",
    "Statistic": "Sum",
    "Dimensions": [{"Name": "TableName", "Value": TABLE}],
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
SCALING = [
    {
        "index": None,
        "dimension": READ,
        "min_capacity": 5,
        "max_capacity": 50,
        "policies": [{"name": "orders-read", "configuration": TRACKING}],
        "scheduled_actions": [ACTION],
    },
    {
        "index": "by_customer",
        "dimension": WRITE_OF_INDEX,
        "min_capacity": 3,
        "max_capacity": 30,
        "policies": [],
        "scheduled_actions": [],
    },
]


def create_bare(name: str = TABLE, **more: Any) -> None:
    """Create a table with nothing but what a restore brings."""
    index = {
        "IndexName": "by_customer",
        "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
        "ProvisionedThroughput": {"ReadCapacityUnits": 6, "WriteCapacityUnits": 7},
    }
    local = {
        "IndexName": "by_date",
        "KeySchema": [
            {"AttributeName": "order_id", "KeyType": "HASH"},
            {"AttributeName": "date", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    request = {
        "TableName": name,
        "KeySchema": [
            {"AttributeName": "order_id", "KeyType": "HASH"},
            {"AttributeName": "item_id", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": each, "AttributeType": "S"}
            for each in ("customer", "date", "item_id", "order_id")
        ],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 20},
        "GlobalSecondaryIndexes": [index],
        "LocalSecondaryIndexes": [local],
    }
    whole = {name: value for name, value in {**request, **more}.items() if value is not None}
    client("dynamodb").create_table(**whole)


def create_full() -> None:
    """Create the table with every setting, and its items."""
    api = client("dynamodb")
    create_bare(
        DeletionProtectionEnabled=True,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        Tags=[{"Key": "owner", "Value": "payments"}, {"Key": "aws:stack", "Value": "shop"}],
    )
    api.update_continuous_backups(
        TableName=TABLE,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 21,
        },
    )
    expires = {"Enabled": True, "AttributeName": "expires"}
    api.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=expires)
    api.enable_kinesis_streaming_destination(
        TableName=TABLE,
        StreamArn=STREAM,
        EnableKinesisStreamingConfiguration={"ApproximateCreationDateTimePrecision": "MICROSECOND"},
    )
    for more in ({}, {"IndexName": "by_customer"}):
        api.update_contributor_insights(TableName=TABLE, ContributorInsightsAction="ENABLE", **more)
    api.put_resource_policy(ResourceArn=ARN, Policy=json.dumps(policy(ARN)))
    register_scaling(TABLE)
    client("cloudwatch").put_metric_alarm(**ALARM)
    for number in range(ITEMS):
        item = {"order_id": {"S": f"o{number}"}, "item_id": {"S": "1"}, "total": {"N": "3"}}
        sparse = {"customer": {"S": f"c{number % 2}"}} if number else {}
        api.put_item(TableName=TABLE, Item={**item, **sparse, "date": {"S": "2026"}})


def register_scaling(table: str) -> None:
    api = client("application-autoscaling")
    for each in SCALING:
        index = f"/index/{each['index']}" if each["index"] else ""
        where = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{table}{index}",
            "ScalableDimension": each["dimension"],
        }
        low, high = each["min_capacity"], each["max_capacity"]
        api.register_scalable_target(**where, MinCapacity=low, MaxCapacity=high)
        for scaling_policy in each["policies"]:
            api.put_scaling_policy(
                **where,
                PolicyName=scaling_policy["name"],
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration=scaling_policy["configuration"],
            )
        for action in each["scheduled_actions"]:
            api.put_scheduled_action(**where, **action)


def settings(**more: Any) -> Settings:
    """What the table with every setting has, as a snapshot says it."""
    units = {"ReadCapacityUnits": 6, "WriteCapacityUnits": 7}
    return {
        "version": 1,
        "table_name": TABLE,
        "table_arn": ARN,
        "table_id": None,
        "taken_at": None,
        "key_schema": [
            {"AttributeName": "order_id", "KeyType": "HASH"},
            {"AttributeName": "item_id", "KeyType": "RANGE"},
        ],
        "attributes": dict.fromkeys(("customer", "date", "item_id", "order_id"), "S"),
        "billing_mode": "PROVISIONED",
        "throughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 20},
        "on_demand_throughput": None,
        "global_indexes": {
            "by_customer": {
                "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
                "throughput": units,
                "on_demand_throughput": None,
            }
        },
        "local_indexes": {
            "by_date": {
                "KeySchema": [
                    {"AttributeName": "order_id", "KeyType": "HASH"},
                    {"AttributeName": "date", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        },
        "table_class": "STANDARD_INFREQUENT_ACCESS",
        "encryption": {"type": "AWS_OWNED"},
        "deletion_protection": True,
        "point_in_time_recovery": {"enabled": True, "recovery_period_days": 21},
        "time_to_live": {"attribute_name": "expires"},
        "stream_view_type": "NEW_IMAGE",
        "kinesis_destinations": [{"stream_arn": STREAM, "timestamp_precision": "MICROSECOND"}],
        "contributor_insights": {"table": True, "indexes": ["by_customer"]},
        "resource_policy": policy(ARN),
        "tags": {"owner": "payments"},
        "scaling": SCALING,
        "alarms": [ALARM],
        **more,
    }


def restore(target: str = TARGET) -> datetime:
    """Restore the table to another one as it is now, and return the time of its data."""
    api = client("dynamodb")
    api.restore_table_to_point_in_time(
        SourceTableName=TABLE, TargetTableName=target, UseLatestRestorableTime=True
    )
    api.describe_table(TableName=target)  # which ends the moment of its creation
    summary = api.describe_table(TableName=target)["Table"]["RestoreSummary"]
    restored: datetime = summary["RestoreDateTime"]
    return restored


def plan(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "started_at": (now - timedelta(minutes=20)).isoformat(),
        "poll_seconds": 30,
        "table": {"key": "orders", "name": TABLE, "arn": ARN},
        "target": {"name": TARGET, "arn": TARGET_ARN},
        "source": {"item_count": ITEMS, "size_bytes": 400},
        "operation": "RestoreTableToPointInTime",
        "parameters": {"RestoreDateTime": now.isoformat()},
        "settings": settings(),
        "encryption": {"type": "AWS_OWNED", "key_arn": None},
        "leave": [],
        **more,
    }


def logged(work: Callable[[], Any]) -> tuple[Any, list[Mapping[str, Any]]]:
    """Return what the work returns and the lines of its log."""
    written = io.StringIO()
    with redirect_stdout(written):
        answer = work()
    return answer, [json.loads(line) for line in written.getvalue().splitlines()]


def create_restored(**more: Any) -> None:
    """Create the target as a restore leaves it, without its source."""
    create_bare(TARGET, **more)
    backend = dynamodb_backends[ACCOUNT][REGION]
    summary = {"SourceTableArn": ARN, "RestoreDateTime": datetime.now(UTC).timestamp()}
    state(backend.get_table(TARGET), "restore").update(summary)


def read(table_name: str, now: datetime | None = None) -> Settings:
    """Return the settings of a table as the functions read them."""
    table = settings_reading.described(client, table_name)
    alarms = settings_reading.every_alarm(client("cloudwatch"))
    return settings_reading.settings_of(client, table, alarms, now)
