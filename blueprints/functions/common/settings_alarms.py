"""Reads the metric alarms that watch a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blueprints.functions.common.calls import pages

DIMENSION = "TableName"
# Application Auto Scaling makes these with each policy, and deletes them with it.
_OF_SCALING = "TargetTracking-table/"


def every_alarm(cloudwatch: Any) -> list[dict[str, Any]]:
    """Return all metric alarms of the account and Region, as PutMetricAlarm would ask for them.

    There is no way to ask for those of one dimension.
    """
    members = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    alarms = pages(cloudwatch, "describe_alarms", "MetricAlarms", "*", AlarmTypes=["MetricAlarm"])
    # What is empty is left out: asked for, it would be a choice (a list of metrics without any).
    return [{name: alarm[name] for name in members if _is_set(alarm.get(name))} for alarm in alarms]


def of_table(alarms: Sequence[Mapping[str, Any]], table_name: str) -> list[Mapping[str, Any]]:
    """Return those of them that watch the table, except for those that auto scaling made."""
    found = [
        alarm
        for alarm in alarms
        if not alarm["AlarmName"].startswith(_OF_SCALING)
        and any(
            (each["Name"], each["Value"]) == (DIMENSION, table_name) for each in _dimensions(alarm)
        )
    ]
    return sorted(found, key=lambda alarm: str(alarm["AlarmName"]))


def _is_set(value: Any) -> bool:
    return value is not None and value not in ([], "")


def _dimensions(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    yield from alarm.get("Dimensions", ())
    for query in alarm.get("Metrics", ()):
        yield from query.get("MetricStat", {}).get("Metric", {}).get("Dimensions", ())
