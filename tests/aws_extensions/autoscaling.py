"""Application Auto Scaling: tags of scalable targets, and policies of one resource alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    applicationautoscaling_backends,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from .operations import add_operations, state

if TYPE_CHECKING:
    from moto.applicationautoscaling.models import FakeApplicationAutoscalingPolicy

    Request = dict[str, Any]

_moto_describe_policies = ApplicationAutoscalingBackend.describe_scaling_policies


def register_scalable_target(
    backend: ApplicationAutoscalingBackend, request: Request
) -> dict[str, Any]:
    """Register as moto does, and keep the tags, which it drops."""
    target = backend.register_scalable_target(
        request["ServiceNamespace"],
        request["ResourceId"],
        request["ScalableDimension"],
        *(request.get(n) for n in ("MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState")),
    )
    _tags(backend, {"ResourceARN": target.arn}).update(request.get("Tags", {}))
    return {"ScalableTargetARN": target.arn}


def tag_resource(backend: ApplicationAutoscalingBackend, request: Request) -> None:
    _tags(backend, request).update(request["Tags"])


def untag_resource(backend: ApplicationAutoscalingBackend, request: Request) -> None:
    for key in request["TagKeys"]:
        _tags(backend, request).pop(key, None)


def list_tags_for_resource(
    backend: ApplicationAutoscalingBackend, request: Request
) -> dict[str, Any]:
    return {"Tags": _tags(backend, request)}


def _tags(backend: ApplicationAutoscalingBackend, request: Request) -> dict[str, str]:
    kept: dict[str, str] = state(backend, "tags").setdefault(request["ResourceARN"], {})
    return kept


def _describe_policies(
    self: ApplicationAutoscalingBackend, **request: Any
) -> tuple[str | None, list[FakeApplicationAutoscalingPolicy]]:
    """moto takes a resource for another whose name begins with its own."""
    more, found = _moto_describe_policies(self, **request)
    wanted = request["resource_id"]
    return more, [each for each in found if wanted in (None, each.resource_id)]


OPERATIONS = (
    register_scalable_target,
    tag_resource,
    untag_resource,
    list_tags_for_resource,
)


def install() -> None:
    """Add the operations above to moto."""
    ApplicationAutoscalingBackend.describe_scaling_policies = _describe_policies
    add_operations(ApplicationAutoScalingResponse, applicationautoscaling_backends, *OPERATIONS)
