"""Auto scaling of a table or index: as an entry says it, or why an entry cannot say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.adopt.described import SCALING_POLICIES, SCHEDULED, TARGETS, Note, plain
from generator.spec import CapacityRange

if TYPE_CHECKING:
    from generator.adopt.described import Described, Members

OPERATIONS = ("Read", "Write")
DEFAULT_TARGET = CapacityRange.model_fields["target_utilization_percent"].default
# https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-dynamodb.html
_SERVICE_ROLE = "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
_UNDERSTOOD = {
    *("TargetValue", "PredefinedMetricSpecification", "DisableScaleIn"),
    *("ScaleInCooldown", "ScaleOutCooldown"),
}


def resource_id(described: Described, index: str | None) -> str:
    """Return how Application Auto Scaling calls the table or one of its indexes."""
    return f"table/{described.name}" + (f"/index/{index}" if index else "")


def dimension(index: str | None, operation: str) -> str:
    """Return the scalable dimension of `Read` or `Write`."""
    return f"dynamodb:{'index' if index else 'table'}:{operation}CapacityUnits"


def of_dimension(
    described: Described, aspect: str, index: str | None, operation: str
) -> list[Members]:
    """Return the targets, policies or scheduled actions of one dimension."""
    resource, wanted = resource_id(described, index), dimension(index, operation)
    return [
        each
        for each in described.answers.get(aspect, ())
        if (each["ResourceId"], each["ScalableDimension"]) == (resource, wanted)
    ]


def scaling(
    described: Described, index: str | None, operation: str
) -> tuple[dict[str, Any] | None, list[Note]]:
    """Return the range of one dimension, None where it does not scale.

    A note of kind `existing` says why an entry cannot describe it: Terraform would then undo what
    auto scaling does, so the table must not be defined.
    """
    targets = of_dimension(described, TARGETS, index, operation)
    policies = of_dimension(described, SCALING_POLICIES, index, operation)
    what = f"{operation.lower()} capacity of " + (f"index {index}" if index else "the table")
    if not targets:
        return None, []
    if described.on_demand:
        text = f"auto scaling of the {what} has no effect while it is paid on demand"
        return None, [Note("lost", text)]
    problem = _problem(described, policies, operation)
    if problem:
        return None, [Note("existing", f"{problem} (auto scaling of the {what})")]
    (policy,) = policies
    notes = list(_beside(described, targets[0], index, operation, what))
    return _range(targets[0], policy["TargetTrackingScalingPolicyConfiguration"]), notes


def _problem(described: Described, policies: list[Members], operation: str) -> str | None:
    if not described.knows(SCALING_POLICIES):
        reason = described.unread.get(SCALING_POLICIES, "not given")
        return f"its scaling policy is not known: {SCALING_POLICIES} was {reason}"
    if len(policies) != 1:
        return f"Holdfast scales by one policy, and this has {len(policies)}"
    (policy,) = policies
    name = f"scaling policy {plain(policy['PolicyName'])}"
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration")
    if policy["PolicyType"] != "TargetTrackingScaling" or tracking is None:
        return f"{name} is of type {plain(policy['PolicyType'])}"
    wrong = _beyond(tracking, operation)
    return f"{name} {wrong}" if wrong else None


def _beyond(tracking: Members, operation: str) -> str | None:
    """Return what of a target-tracking policy an entry cannot say."""
    metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    if metric != f"DynamoDB{operation}CapacityUtilization":
        return "tracks another metric than utilization"
    if tracking.get("DisableScaleIn"):
        return "never scales in"
    if tracking["TargetValue"] != int(tracking["TargetValue"]):
        return f"has the target {tracking['TargetValue']}, not a whole number"
    unknown = sorted(tracking.keys() - _UNDERSTOOD)
    if unknown:
        return f"has {', '.join(map(plain, unknown))}"
    return None


def _range(target: Members, tracking: Members) -> dict[str, Any]:
    written = {
        "min_capacity_units": target["MinCapacity"],
        "max_capacity_units": target["MaxCapacity"],
    }
    percent = int(tracking["TargetValue"])
    if percent != DEFAULT_TARGET:
        written["target_utilization_percent"] = percent
    for member, name in (
        ("ScaleInCooldown", "scale_in_cooldown_seconds"),
        ("ScaleOutCooldown", "scale_out_cooldown_seconds"),
    ):
        if member in tracking:
            written[name] = tracking[member]
    return written


def _beside(
    described: Described, target: Members, index: str | None, operation: str, what: str
) -> list[Note]:
    """Return notes on what hangs on a scalable target and stays as it is."""
    notes = []
    suspended = sorted(name for name, on in target.get("SuspendedState", {}).items() if on)
    if suspended:
        names = ", ".join(map(plain, suspended))
        notes.append(Note("lost", f"auto scaling of the {what} is suspended: {names}"))
    role = target.get("RoleARN", _SERVICE_ROLE).rpartition("/")[2]
    if role != _SERVICE_ROLE:
        notes.append(Note("lost", f"auto scaling of the {what} uses the role {plain(role)}"))
    actions = of_dimension(described, SCHEDULED, index, operation)
    if actions:
        names = ", ".join(sorted(plain(action["ScheduledActionName"]) for action in actions))
        notes.append(Note("lost", f"scheduled scaling of the {what}: {names}"))
    return notes
