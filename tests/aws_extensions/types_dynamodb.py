"""AWS::DynamoDB::Table and AWS::ApplicationAutoScaling::*, as calls of their APIs."""

from __future__ import annotations

from typing import Any

from moto.cloudformation.exceptions import ValidationError

from .resource_type import Clients, Resource, document, resource_type, take

AS_IN_THE_API = (
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "Tags",
    "WarmThroughput",
)


@resource_type("AWS::DynamoDB::Table", "TableName")
def table(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("dynamodb")
    indexes = [dict(index) for index in properties.pop("GlobalSecondaryIndexes", [])]
    insights = {None: properties.pop("ContributorInsightsSpecification", None)} | {
        index["IndexName"]: index.pop("ContributorInsightsSpecification", None) for index in indexes
    }
    request = take(properties, *AS_IN_THE_API)
    if indexes:
        request["GlobalSecondaryIndexes"] = indexes
    if "StreamSpecification" in properties:
        stream = properties.pop("StreamSpecification")
        request["StreamSpecification"] = {"StreamEnabled": True} | stream
    if "SSESpecification" in properties:
        encryption = dict(properties.pop("SSESpecification"))
        request["SSESpecification"] = {"Enabled": encryption.pop("SSEEnabled")} | encryption
    if "ResourcePolicy" in properties:
        request["ResourcePolicy"] = document(properties.pop("ResourcePolicy")["PolicyDocument"])
    made = api.create_table(TableName=name, **request)["TableDescription"]
    _settings(api, properties, name)
    for index, insight in insights.items():
        if insight:
            _insights(api, name, index, insight)
    return Resource(
        physical_resource_id=name,
        attributes={"Arn": made["TableArn"]}
        | ({"StreamArn": made["LatestStreamArn"]} if "LatestStreamArn" in made else {}),
        undo=lambda: api.delete_table(TableName=name),
    )


def _settings(api: Any, properties: dict[str, Any], name: str) -> None:
    if "PointInTimeRecoverySpecification" in properties:
        api.update_continuous_backups(
            TableName=name, **take(properties, "PointInTimeRecoverySpecification")
        )
    if "TimeToLiveSpecification" in properties:
        api.update_time_to_live(TableName=name, **take(properties, "TimeToLiveSpecification"))
    if "KinesisStreamSpecification" in properties:
        kinesis = dict(properties.pop("KinesisStreamSpecification"))
        api.enable_kinesis_streaming_destination(
            TableName=name,
            StreamArn=kinesis.pop("StreamArn"),
            EnableKinesisStreamingConfiguration=kinesis,
        )


def _insights(api: Any, name: str, index: str | None, insight: dict[str, Any]) -> None:
    api.update_contributor_insights(
        TableName=name,
        ContributorInsightsAction="ENABLE" if insight["Enabled"] else "DISABLE",
        **({"IndexName": index} if index else {}),
        **({"ContributorInsightsMode": insight["Mode"]} if "Mode" in insight else {}),
    )


@resource_type("AWS::ApplicationAutoScaling::ScalableTarget")
def scalable_target(aws: Clients, properties: dict[str, Any], _name: str) -> Resource:
    api = aws("application-autoscaling")
    key = {name: properties[name] for name in ("ServiceNamespace", "ResourceId")}
    key["ScalableDimension"] = properties["ScalableDimension"]
    registered = api.describe_scalable_targets(
        ServiceNamespace=key["ServiceNamespace"],
        ResourceIds=[key["ResourceId"]],
        ScalableDimension=key["ScalableDimension"],
    )
    target = "|".join(key[n] for n in ("ResourceId", "ScalableDimension", "ServiceNamespace"))
    if registered["ScalableTargets"]:  # which the API itself would overwrite
        raise ValidationError(message=f"{target} already exists")
    actions = properties.pop("ScheduledActions", [])
    if "Tags" in properties:
        properties["Tags"] = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
    api.register_scalable_target(**take(properties, *properties))
    for action in actions:
        api.put_scheduled_action(**key, **action)
    return Resource(
        physical_resource_id=target,
        attributes={"Id": target},
        undo=lambda: api.deregister_scalable_target(**key),
    )


@resource_type("AWS::ApplicationAutoScaling::ScalingPolicy", "PolicyName")
def scaling_policy(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("application-autoscaling")
    dimensions = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    if "ScalingTargetId" in properties:
        parts = properties.pop("ScalingTargetId").split("|")
        properties |= dict(zip(dimensions, parts, strict=True))
    key = {"PolicyName": name} | {dimension: properties[dimension] for dimension in dimensions}
    made = api.put_scaling_policy(PolicyName=name, **take(properties, *properties))
    return Resource(
        physical_resource_id=made["PolicyARN"],
        attributes={"Arn": made["PolicyARN"]},
        undo=lambda: api.delete_scaling_policy(**key),
    )
