"""Checks documents against botocore's models of the answers: whatever passes can be worked with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from generator.adopt.described import plain

if TYPE_CHECKING:
    from botocore.model import ServiceModel

_KINDS: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}
_WORDS = {"structure": "an object", "map": "an object", "list": "an array", "string": "text"}
# What AWS always answers and adopting rests on. The models say less of answers, and more of what
# nobody here needs.
_INDEX = ("IndexName", "KeySchema", "Projection")
_DIMENSION = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_ALWAYS = {
    "TableDescription": (
        *("TableName", "TableArn", "TableStatus", "AttributeDefinitions", "KeySchema"),
    ),
    "AttributeDefinition": ("AttributeName", "AttributeType"),
    "KeySchemaElement": ("AttributeName", "KeyType"),
    "GlobalSecondaryIndexDescription": _INDEX,
    "LocalSecondaryIndexDescription": _INDEX,
    "VectorIndexDescription": ("IndexName",),
    "Projection": ("ProjectionType",),
    "KinesisDataStreamDestination": ("StreamArn", "DestinationStatus"),
    "DescribeKinesisStreamingDestinationOutput": ("TableName",),
    "DescribeContributorInsightsOutput": ("TableName",),
    "ContributorInsightsSummary": ("TableName",),
    "KeyMetadata": ("Arn", "KeyManager"),
    "Tag": ("Key", "Value"),
    "ScalableTarget": (*_DIMENSION, "MinCapacity", "MaxCapacity"),
    "ScalingPolicy": (*_DIMENSION, "PolicyName", "PolicyARN", "PolicyType"),
    "TargetTrackingScalingPolicyConfiguration": ("TargetValue",),
    "ScheduledAction": (*_DIMENSION, "ScheduledActionName"),
}


def misfit(service: str, operation: str, body: Any) -> str | None:
    """Return where and how `body` is not an answer of the operation, None where it is one.

    Members that the model does not know are let pass: AWS adds some all the time.
    """
    output = _model(service).operation_model(operation).output_shape
    return _misfit(output, body, "") if output is not None else None


@cache
def _model(service: str) -> ServiceModel:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    model = Loader().load_service_model(service, "service-2")  # type: ignore[no-untyped-call]
    return ServiceModel(model, service)  # type: ignore[no-untyped-call]


def _misfit(shape: Any, value: Any, path: str) -> str | None:
    kinds = _KINDS.get(shape.type_name)
    if kinds is None:  # times, which every tool prints in another form
        return None
    fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    if not fits:
        wanted = _WORDS.get(shape.type_name, f"a {shape.type_name}")
        return f"{path or 'the document'} is not {wanted}"
    if shape.type_name == "structure":
        return _misfit_of_members(shape, value, path)
    if shape.type_name == "list":
        for number, item in enumerate(value):
            problem = _misfit(shape.member, item, f"{path}[{number}]")
            if problem is not None:
                return problem
    return None


def _misfit_of_members(shape: Any, value: dict[str, Any], path: str) -> str | None:
    for name in _ALWAYS.get(shape.name, ()):
        if name not in value:
            return f"{path or 'the document'} has no {name}"
    for name, member in value.items():
        if name in shape.members:
            problem = _misfit(shape.members[name], member, f"{path}.{plain(name)}".lstrip("."))
            if problem is not None:
                return problem
    return None
