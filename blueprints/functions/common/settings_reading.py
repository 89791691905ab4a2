"""Reads the settings of a table that DescribeTable does not tell, and that no restore brings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.errors import code_of

# What is being switched on counts as on: asked again, AWS would refuse.
_ON = {"ENABLED": True, "ENABLING": True, "DISABLED": False, "DISABLING": False}
_INSIGHTS_ON = {**_ON, "FAILED": False}
_DESTINATION_ON = {
    "ACTIVE": True,
    "ENABLING": True,
    "UPDATING": True,
    "DISABLED": False,
    "DISABLING": False,
    "ENABLE_FAILED": False,
}
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
DEFAULT_PERIOD_DAYS = 35
DEFAULT_PRECISION = "MILLISECOND"


def read(dynamodb: Any, name: str, arn: str, indexes: Sequence[str]) -> dict[str, Any]:
    """Return the settings of a table with these global indexes."""
    return {
        "point_in_time_recovery": _recovery(dynamodb, name, arn),
        "time_to_live": _time_to_live(dynamodb, name, arn),
        "kinesis_destinations": _destinations(dynamodb, name, arn),
        "contributor_insights": {
            "table": _insight(dynamodb, name, arn, None),
            "indexes": [each for each in sorted(indexes) if _insight(dynamodb, name, arn, each)],
        },
        "resource_policy": _policy(dynamodb, arn),
        "tags": _tags(dynamodb, arn),
    }


def _recovery(dynamodb: Any, name: str, arn: str) -> dict[str, Any]:
    answer = call(dynamodb, "describe_continuous_backups", arn, TableName=name)
    backups = answer["ContinuousBackupsDescription"]
    off = {"enabled": False, "recovery_period_days": None}
    if backups["ContinuousBackupsStatus"] == "DISABLED":
        return off
    recovery = backups["PointInTimeRecoveryDescription"]
    if not _known(_ON, recovery["PointInTimeRecoveryStatus"], "point-in-time recovery"):
        return off
    days = recovery.get("RecoveryPeriodInDays", DEFAULT_PERIOD_DAYS)
    return {"enabled": True, "recovery_period_days": days}


def _time_to_live(dynamodb: Any, name: str, arn: str) -> dict[str, str] | None:
    answer = call(dynamodb, "describe_time_to_live", arn, TableName=name)
    described = answer["TimeToLiveDescription"]
    if not _known(_ON, described["TimeToLiveStatus"], "time to live"):
        return None
    return {"attribute_name": described["AttributeName"]}


def _destinations(dynamodb: Any, name: str, arn: str) -> list[dict[str, str]]:
    answer = call(dynamodb, "describe_kinesis_streaming_destination", arn, TableName=name)
    found = [
        {
            "stream_arn": each["StreamArn"],
            "timestamp_precision": each.get(
                "ApproximateCreationDateTimePrecision", DEFAULT_PRECISION
            ),
        }
        for each in answer["KinesisDataStreamDestinations"]
        if _known(_DESTINATION_ON, each["DestinationStatus"], "a Kinesis destination")
    ]
    return sorted(found, key=lambda each: each["stream_arn"])


def _insight(dynamodb: Any, name: str, arn: str, index: str | None) -> bool:
    request = {"TableName": name} | ({"IndexName": index} if index else {})
    resource = f"{arn}/index/{index}" if index else arn
    answer = call(dynamodb, "describe_contributor_insights", resource, **request)
    return _known(_INSIGHTS_ON, answer["ContributorInsightsStatus"], "contributor insights")


def _policy(dynamodb: Any, arn: str) -> dict[str, Any] | None:
    try:
        text = call(dynamodb, "get_resource_policy", arn, ResourceArn=arn)["Policy"]
    except ClientError as error:
        if code_of(error) == "PolicyNotFoundException":
            return None
        raise
    policy = json.loads(text)
    if not isinstance(policy, dict):
        raise TypeError(f"the resource policy of {arn} is no JSON object")
    return policy


def _tags(dynamodb: Any, arn: str) -> dict[str, str]:
    """Return the tags but those of AWS itself, which nobody else may set."""
    tags = pages(dynamodb, "list_tags_of_resource", "Tags", arn, ResourceArn=arn)
    own = {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}
    return dict(sorted(own.items()))


def _known(states: dict[str, bool], state: str, what: str) -> bool:
    if state not in states:
        raise ValueError(f"AWS says {state!r} of {what}, which is not known")
    return states[state]
