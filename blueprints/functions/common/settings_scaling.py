"""Reads what Application Auto Scaling does to a table and its global indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common.calls import pages

NAMESPACE = "dynamodb"
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
_MOST_RESOURCES = 50
_ACTION_MEMBERS = (
    *("ScheduledActionName", "Schedule", "Timezone"),
    *("StartTime", "EndTime", "ScalableTargetAction"),
)


def resource_id(table_name: str, index: str | None) -> str:
    """Return how Application Auto Scaling calls a table or one of its indexes."""
    return f"table/{table_name}" + (f"/index/{index}" if index else "")


def read(scaling: Any, table_name: str, indexes: Sequence[str]) -> list[dict[str, Any]]:
    """Return each scalable dimension with its policies and scheduled actions."""
    index_of = {resource_id(table_name, index): index for index in (None, *indexes)}
    found = []
    for target in _targets(scaling, list(index_of)):
        resource, dimension = target["ResourceId"], target["ScalableDimension"]
        found.append(
            {
                "index": index_of[resource],
                "dimension": dimension,
                "min_capacity": target["MinCapacity"],
                "max_capacity": target["MaxCapacity"],
                "policies": _policies(scaling, resource, dimension),
                "scheduled_actions": _actions(scaling, resource, dimension),
            }
        )
    return sorted(found, key=lambda each: (each["index"] or "", each["dimension"]))


def moment(text: str) -> datetime:
    """Return an ISO time; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def comparable(action: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scheduled action so that two that mean the same are equal."""
    times = {name: moment(action[name]) for name in ("StartTime", "EndTime") if action.get(name)}
    given = {name: value for name, value in action.items() if value is not None}
    return {"Timezone": "UTC", **given, **times}


def _targets(scaling: Any, resources: list[str]) -> Iterator[Mapping[str, Any]]:
    for start in range(0, len(resources), _MOST_RESOURCES):
        some = resources[start : start + _MOST_RESOURCES]
        yield from _pages(scaling, "describe_scalable_targets", "ScalableTargets", ResourceIds=some)


def _policies(scaling: Any, resource: str, dimension: str) -> list[dict[str, Any]]:
    where = {"ResourceId": resource, "ScalableDimension": dimension}
    found = [
        {
            "name": policy["PolicyName"],
            "configuration": policy["TargetTrackingScalingPolicyConfiguration"],
        }
        for policy in _pages(scaling, "describe_scaling_policies", "ScalingPolicies", **where)
    ]
    return sorted(found, key=lambda each: str(each["name"]))


def _actions(scaling: Any, resource: str, dimension: str) -> list[dict[str, Any]]:
    where = {"ResourceId": resource, "ScalableDimension": dimension}
    found = [
        {name: _written(action[name]) for name in _ACTION_MEMBERS if name in action}
        for action in _pages(scaling, "describe_scheduled_actions", "ScheduledActions", **where)
    ]
    return sorted(found, key=lambda each: str(each["ScheduledActionName"]))


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _pages(scaling: Any, operation: str, member: str, **where: Any) -> Iterator[Any]:
    return pages(scaling, operation, member, "*", ServiceNamespace=NAMESPACE, **where)
