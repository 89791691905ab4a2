"""Answers of AWS as the command line prints them, and what a template should make of them."""

from __future__ import annotations

import json
from typing import Any

Answer = dict[str, Any]

ACCOUNT_ID, REGION = "111111111111", "eu-central-1"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
STREAM_ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT_ID}:stream/changes"
SERVICE_ROLE = (
    f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/dynamodb.application-autoscaling."
    "amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
)
ENVIRONMENT = {
    "project": "shop",
    "environment": "prod",
    "account_id": ACCOUNT_ID,
    "region": REGION,
    "tags": {"owner": "payments"},
    "principals": {"break_glass": [{"role": "BreakGlass"}], "deploy": [{"role": "Deploy"}]},
}
OUR_TAGS = {"project": "shop", "environment": "prod", "owner": "payments"}


def table_arn(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{name}"


def keys(partition_key: str, sort_key: str | None = None) -> list[Answer]:
    schema = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    return schema + ([{"AttributeName": sort_key, "KeyType": "RANGE"}] if sort_key else [])


def attributes(**types: str) -> list[Answer]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def capacity(read: int, write: int) -> Answer:
    return {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": read, "WriteCapacityUnits": write}


def index(name: str, schema: list[Answer], **members: Any) -> Answer:
    return {
        "IndexName": name,
        "KeySchema": schema,
        "Projection": {"ProjectionType": "ALL"},
        "IndexStatus": "ACTIVE",
        "ProvisionedThroughput": capacity(0, 0),
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "IndexArn": f"{table_arn('orders')}/index/{name}",
        **members,
    }


def table(name: str = "orders", **members: Any) -> Answer:
    """A table paid on demand with the key `id`, as describe-table prints it."""
    return {
        "Table": {
            "AttributeDefinitions": attributes(id="S"),
            "TableName": name,
            "KeySchema": keys("id"),
            "TableStatus": "ACTIVE",
            "CreationDateTime": "2024-03-01T09:12:33.201000+01:00",
            "ProvisionedThroughput": capacity(0, 0),
            "TableSizeBytes": 81231,
            "ItemCount": 412,
            "TableArn": table_arn(name),
            "TableId": "0f5a1b1e-2c7d-4f1f-9f5e-3f1d3c1f0a11",
            "BillingModeSummary": {
                "BillingMode": "PAY_PER_REQUEST",
                "LastUpdateToPayPerRequestDateTime": "2024-03-01T09:12:33.201000+01:00",
            },
            "DeletionProtectionEnabled": False,
            "WarmThroughput": {
                "ReadUnitsPerSecond": 12000,
                "WriteUnitsPerSecond": 4000,
                "Status": "ACTIVE",
            },
            **members,
        }
    }


def provisioned(name: str = "orders", read: int = 5, write: int = 5, **members: Any) -> Answer:
    """A table from before on-demand billing: it has no BillingModeSummary."""
    answer = table(name, ProvisionedThroughput=capacity(read, write), **members)
    del answer["Table"]["BillingModeSummary"]
    return answer


def backups(days: int | None = 35) -> Answer:
    recovery: Answer = {"PointInTimeRecoveryStatus": "DISABLED"}
    if days is not None:
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": days,
            "EarliestRestorableDateTime": "2026-10-17T00:00:00+02:00",
            "LatestRestorableDateTime": "2026-11-20T23:55:00+01:00",
        }
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
    }


def time_to_live(attribute: str | None = None, status: str = "ENABLED") -> Answer:
    if attribute is None:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": status, "AttributeName": attribute}}


def tags(**own: str) -> Answer:
    return {"Tags": [{"Key": key, "Value": value} for key, value in own.items()]}


def kinesis(name: str = "orders", *streams: Answer) -> Answer:
    return {"TableName": name, "KinesisDataStreamDestinations": list(streams)}


def insights(name: str = "orders", *, enabled: bool = False, **members: Any) -> Answer:
    status = "ENABLED" if enabled else "DISABLED"
    return {"TableName": name, "ContributorInsightsStatus": status, **members}


def policy(document: Answer) -> Answer:
    return {"Policy": json.dumps(document), "RevisionId": "1700000000000"}


def key_metadata(manager: str = "CUSTOMER", arn: str = KEY_ARN) -> Answer:
    return {"KeyMetadata": {"Arn": arn, "KeyId": arn.rpartition("/")[2], "KeyManager": manager}}


def dimension(resource_id: str, operation: str) -> Answer:
    kind = "index" if "/index/" in resource_id else "table"
    return {
        "ServiceNamespace": "dynamodb",
        "ResourceId": resource_id,
        "ScalableDimension": f"dynamodb:{kind}:{operation}CapacityUnits",
    }


def target(resource_id: str, operation: str, low: int = 5, high: int = 100, **more: Any) -> Answer:
    return {
        **dimension(resource_id, operation),
        "MinCapacity": low,
        "MaxCapacity": high,
        "RoleARN": SERVICE_ROLE,
        "CreationTime": "2024-03-01T09:13:00+01:00",
        "SuspendedState": {
            "DynamicScalingInSuspended": False,
            "DynamicScalingOutSuspended": False,
            "ScheduledScalingSuspended": False,
        },
        **more,
    }


def scaling_policy(
    resource_id: str, operation: str, name: str | None = None, **tracking: Any
) -> Answer:
    metric = f"DynamoDB{operation}CapacityUtilization"
    name = name or f"{metric}:{resource_id}"
    return {
        "PolicyARN": f"arn:aws:autoscaling:{REGION}:{ACCOUNT_ID}:scalingPolicy:8a1b:resource/"
        f"dynamodb/{resource_id}:policyName/{name}",
        "PolicyName": name,
        **dimension(resource_id, operation),
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
            **tracking,
        },
        "Alarms": [],
        "CreationTime": "2024-03-01T09:13:01+01:00",
    }


def account(
    targets: list[Answer], policies: list[Answer], actions: list[Answer] | None = None
) -> list[Answer]:
    """What Application Auto Scaling says of the whole account."""
    return [
        {"ScalableTargets": targets},
        {"ScalingPolicies": policies},
        {"ScheduledActions": actions or []},
    ]


def answered(described: Answer, *more: Answer) -> list[Answer]:
    """A table with an answer to every question, each the plainest that `more` does not give."""
    name = described["Table"]["TableName"]
    given = {key for answer in more for key in answer}
    plainest = (
        backups(),
        time_to_live(),
        tags(),
        kinesis(name),
        {"ContributorInsightsSummaries": []},
        {"ScalableTargets": []},
        {"ScalingPolicies": []},
        {"ScheduledActions": []},
    )
    return [
        described,
        *more,
        *(each for each in plainest if not given & each.keys() - {"TableName"}),
    ]


def printed(*answers: Answer) -> bytes:
    """What a shell that runs one command after the other collects."""
    return "".join(json.dumps(answer, indent=4) + "\n" for answer in answers).encode()
