"""Application Auto Scaling: tags of scalable targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from .operations import add_operations, state

if TYPE_CHECKING:
    from moto.applicationautoscaling.models import ApplicationAutoscalingBackend

    Request = dict[str, Any]


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


OPERATIONS = (
    register_scalable_target,
    tag_resource,
    untag_resource,
    list_tags_for_resource,
)


def install() -> None:
    """Add the operations above to moto."""
    add_operations(ApplicationAutoScalingResponse, applicationautoscaling_backends, *OPERATIONS)
