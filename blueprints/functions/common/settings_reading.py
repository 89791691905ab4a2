"""Reads the settings of a table from AWS.

Every answer is needed: one that cannot be read raises, because a setting that is not known would be
taken as one that is not set.

Calls, of TABLE:
  dynamodb:DescribeTable, DescribeContinuousBackups, DescribeTimeToLive, ListTagsOfResource,
    DescribeKinesisStreamingDestination, GetResourcePolicy on TABLE;
    DescribeContributorInsights on TABLE and TABLE/index/*
  kinesis:DescribeStream, DescribeStreamSummary on its destinations: DynamoDB asks for them
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_iam.html
  application-autoscaling:DescribeScalableTargets, DescribeScalingPolicies,
    DescribeScheduledActions on *
  cloudwatch:DescribeAlarms on alarm:*
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.clients import Clients
from blueprints.functions.common.errors import code_of
from blueprints.functions.common.settings import (
    ALARM_DIMENSION,
    DEFAULT_PERIOD_DAYS,
    DEFAULT_PRECISION,
    VERSION,
    shape_of,
)

Alarms = Sequence[Mapping[str, Any]]
# What is being switched on counts as on: asked again, AWS would refuse.
_ON = {"ACTIVE", "ENABLED", "ENABLING", "UPDATING"}
_OFF = {"DISABLED", "DISABLING", "ENABLE_FAILED", "FAILED"}
_MOST_RESOURCES = 50  # of one DescribeScalableTargets
_ACTION_MEMBERS = (
    *("ScheduledActionName", "Schedule", "Timezone"),
    *("StartTime", "EndTime", "ScalableTargetAction"),
)
# Application Auto Scaling makes these alarms with each policy, and deletes them with it.
_ALARMS_OF_SCALING = "TargetTracking-table/"


def described(clients: Clients, table_name: str) -> dict[str, Any]:
    """Return DescribeTable's answer."""
    resource = f"table/{table_name}"
    answer = call(clients("dynamodb"), "describe_table", resource, TableName=table_name)
    return dict(answer["Table"])


def every_alarm(cloudwatch: Any) -> list[dict[str, Any]]:
    """Return all metric alarms of the account and Region, as PutMetricAlarm would ask for them.

    There is no way to ask for those of one dimension.
    """
    members = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    alarms = pages(cloudwatch, "describe_alarms", "MetricAlarms", "*", AlarmTypes=["MetricAlarm"])
    # What is empty is left out: asked for, it would be a choice.
    return [
        {name: alarm[name] for name in members if alarm.get(name) not in (None, [], "")}
        for alarm in alarms
    ]


def settings_of(
    clients: Clients, table: Mapping[str, Any], alarms: Alarms, now: datetime | None = None
) -> dict[str, Any]:
    """Return the settings of a described table; `alarms` are those of its account and Region.

    Raises RefusedError where access is denied, KeyError, TypeError or ValueError where an answer
    cannot be read, else botocore's errors.
    """
    name, shape = table["TableName"], shape_of(table)
    indexes = sorted(shape["global_indexes"])
    return {
        "version": VERSION,
        "table_name": name,
        "table_arn": table["TableArn"],
        "table_id": table.get("TableId"),
        "taken_at": now.isoformat(timespec="seconds") if now else None,
        **shape,
        **_Reader(clients("dynamodb"), name, table["TableArn"]).settings(indexes),
        "scaling": _scaling(clients("application-autoscaling"), name, indexes),
        "alarms": _alarms(alarms, name),
    }


class _Reader:
    """Asks DynamoDB about one table."""

    def __init__(self, dynamodb: Any, name: str, arn: str) -> None:
        self._dynamodb = dynamodb
        self._name = name
        self._arn = arn

    def settings(self, indexes: Sequence[str]) -> dict[str, Any]:
        return {
            "point_in_time_recovery": self._recovery(),
            "time_to_live": self._time_to_live(),
            "kinesis_destinations": self._destinations(),
            "contributor_insights": {
                "table": self._insight(),
                "indexes": [each for each in indexes if self._insight(each)],
            },
            "resource_policy": self._policy(),
            "tags": self._tags(),
        }

    def _ask(self, operation: str, **request: str) -> Any:
        return call(self._dynamodb, operation, self._arn, TableName=self._name, **request)

    def _recovery(self) -> dict[str, Any]:
        backups = self._ask("describe_continuous_backups")["ContinuousBackupsDescription"]
        if _is_on(backups["ContinuousBackupsStatus"]):
            recovery = backups["PointInTimeRecoveryDescription"]
            if _is_on(recovery["PointInTimeRecoveryStatus"]):
                days = recovery.get("RecoveryPeriodInDays", DEFAULT_PERIOD_DAYS)
                return {"enabled": True, "recovery_period_days": days}
        return {"enabled": False, "recovery_period_days": None}

    def _time_to_live(self) -> dict[str, str] | None:
        told = self._ask("describe_time_to_live")["TimeToLiveDescription"]
        on = _is_on(told["TimeToLiveStatus"])
        return {"attribute_name": told["AttributeName"]} if on else None

    def _destinations(self) -> list[dict[str, str]]:
        answer = self._ask("describe_kinesis_streaming_destination")
        member = "ApproximateCreationDateTimePrecision"
        precisions = {
            each["StreamArn"]: each.get(member, DEFAULT_PRECISION)
            for each in answer["KinesisDataStreamDestinations"]
            if _is_on(each["DestinationStatus"])
        }
        return [
            {"stream_arn": arn, "timestamp_precision": precision}
            for arn, precision in sorted(precisions.items())
        ]

    def _insight(self, index: str | None = None) -> bool:
        of_index = {"IndexName": index} if index else {}
        answer = self._ask("describe_contributor_insights", **of_index)
        return _is_on(answer["ContributorInsightsStatus"])

    def _policy(self) -> dict[str, Any] | None:
        arn = self._arn
        try:
            answer = call(self._dynamodb, "get_resource_policy", arn, ResourceArn=arn)
        except ClientError as error:
            if code_of(error) == "PolicyNotFoundException":
                return None
            raise
        return dict(json.loads(answer["Policy"]))

    def _tags(self) -> dict[str, str]:
        """Return the tags but those of AWS itself, which nobody else may set."""
        arn = self._arn
        tags = pages(self._dynamodb, "list_tags_of_resource", "Tags", arn, ResourceArn=arn)
        own = {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith("aws:")}
        return dict(sorted(own.items()))


def _is_on(state: str) -> bool:
    if state not in _ON | _OFF:
        raise ValueError(f"{state!r} is neither on nor off")
    return state in _ON


def _scaling(scaling: Any, table_name: str, indexes: Sequence[str]) -> list[dict[str, Any]]:
    """Return each scalable dimension with its policies and scheduled actions."""
    resources = {
        f"table/{table_name}" + (f"/index/{index}" if index else ""): index
        for index in (None, *indexes)
    }
    found = []
    for target in _targets(scaling, list(resources)):
        where = {name: target[name] for name in ("ResourceId", "ScalableDimension")}
        policies = [
            {
                "name": policy["PolicyName"],
                "configuration": policy["TargetTrackingScalingPolicyConfiguration"],
            }
            for policy in _ask(scaling, "describe_scaling_policies", "ScalingPolicies", **where)
        ]
        actions = [
            {name: _written(action[name]) for name in _ACTION_MEMBERS if name in action}
            for action in _ask(scaling, "describe_scheduled_actions", "ScheduledActions", **where)
        ]
        found.append(
            {
                "index": resources[target["ResourceId"]],
                "dimension": target["ScalableDimension"],
                "min_capacity": target["MinCapacity"],
                "max_capacity": target["MaxCapacity"],
                "policies": sorted(policies, key=lambda each: str(each["name"])),
                "scheduled_actions": sorted(actions, key=lambda each: each["ScheduledActionName"]),
            }
        )
    return sorted(found, key=lambda each: (each["index"] or "", each["dimension"]))


def _targets(scaling: Any, resources: list[str]) -> Iterator[Mapping[str, Any]]:
    for start in range(0, len(resources), _MOST_RESOURCES):
        some = resources[start : start + _MOST_RESOURCES]
        yield from _ask(scaling, "describe_scalable_targets", "ScalableTargets", ResourceIds=some)


def _ask(scaling: Any, operation: str, member: str, **where: Any) -> Iterator[Any]:
    return pages(scaling, operation, member, "*", ServiceNamespace="dynamodb", **where)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _alarms(alarms: Alarms, table_name: str) -> list[Mapping[str, Any]]:
    """Return those of the alarms that watch the table, but for those that auto scaling made."""
    found = [
        alarm
        for alarm in alarms
        if {"Name": ALARM_DIMENSION, "Value": table_name} in _dimensions(alarm)
        and not alarm["AlarmName"].startswith(_ALARMS_OF_SCALING)
    ]
    return sorted(found, key=lambda alarm: str(alarm["AlarmName"]))


def _dimensions(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    yield from alarm.get("Dimensions", ())
    for query in alarm.get("Metrics", ()):
        yield from query.get("MetricStat", {}).get("Metric", {}).get("Dimensions", ())
