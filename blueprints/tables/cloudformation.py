"""Tables, spelled in CloudFormation. No decisions here: see facts.py.

Most tables are alike in most parts, so that each different part is made, and checked, once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from troposphere import AWSObject, Retain, RetainExceptOnCreate, Tags, dynamodb, kms
from troposphere.applicationautoscaling import (
    PredefinedMetricSpecification,
    ScalableTarget,
    ScalingPolicy,
    TargetTrackingScalingPolicyConfiguration,
)

from generator.render.cloudformation import Verbatim, present

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blueprints.tables.capacity import CapFacts, ScalingFacts, ThroughputFacts
    from blueprints.tables.facts import (
        EncryptionFacts,
        GlobalIndexFacts,
        KeyFacts,
        LocalIndexFacts,
        RecoveryFacts,
        TableFacts,
        TablesFacts,
    )

_once = lru_cache(maxsize=4096)


def resources(facts: TablesFacts) -> Iterator[AWSObject]:
    """Yield the key and its alias, then each table followed by its auto scaling."""
    keys: dict[str, kms.Key] = {}
    if facts.key is not None:
        key = _key(facts.key)
        keys[facts.key.label.logical_id] = key
        yield key
        yield _alias(facts.key, key)
    for table in facts.tables:
        yield _table(table, keys)
        for scaling in table.scaling:
            target = _target(scaling)
            yield target
            yield _policy(scaling, target)


def comments(facts: TablesFacts) -> Mapping[str, str]:
    """Return what each resource is for, by logical ID."""
    purposes: dict[str, str] = {}
    if facts.key is not None:
        purposes[facts.key.label.logical_id] = facts.key.purpose
        purposes[facts.key.alias_label.logical_id] = facts.key.alias_purpose
    for table in facts.tables:
        purposes[table.label.logical_id] = table.purpose
        for scaling in table.scaling:
            purposes[scaling.label.logical_id] = scaling.purpose
    return purposes


def _key(key: KeyFacts) -> kms.Key:
    return kms.Key(
        key.label.logical_id,
        DeletionPolicy=RetainExceptOnCreate,
        UpdateReplacePolicy=Retain,
        Description=key.description,
        KeyPolicy=Verbatim(key.policy),
        EnableKeyRotation=True,
        PendingWindowInDays=key.deletion_window_days,
        Tags=Tags(key.tags),
    )


def _alias(facts: KeyFacts, key: kms.Key) -> kms.Alias:
    return kms.Alias(
        facts.alias_label.logical_id,
        DeletionPolicy=RetainExceptOnCreate,
        UpdateReplacePolicy=Retain,
        AliasName=facts.alias_name,
        TargetKeyId=key.ref(),
    )


def _table(table: TableFacts, keys: Mapping[str, kms.Key]) -> dynamodb.Table:
    return dynamodb.Table(
        table.label.logical_id,
        DeletionPolicy=RetainExceptOnCreate,
        UpdateReplacePolicy=Retain,
        TableName=table.name,
        AttributeDefinitions=[
            _attribute(attribute.name, attribute.type) for attribute in table.attributes
        ],
        KeySchema=_key_schema(table.partition_key, table.sort_key),
        BillingMode=table.billing_mode,
        **_capacity(table.throughput, table.caps),
        **_indexes(table),
        DeletionProtectionEnabled=table.deletion_protection,
        PointInTimeRecoverySpecification=_recovery(table.point_in_time_recovery),
        SSESpecification=_encryption(table.encryption, keys),
        TableClass=table.table_class,
        ContributorInsightsSpecification=_insights(table.contributor_insights),
        **_options(table),
        Tags=Tags(table.tags),
    )


@_once
def _attribute(name: str, kind: str) -> dynamodb.AttributeDefinition:
    return dynamodb.AttributeDefinition(AttributeName=name, AttributeType=kind)


@_once
def _recovery(recovery: RecoveryFacts) -> dynamodb.PointInTimeRecoverySpecification:
    return dynamodb.PointInTimeRecoverySpecification(
        PointInTimeRecoveryEnabled=recovery.enabled,
        **present(RecoveryPeriodInDays=recovery.recovery_period_days),
    )


@_once
def _insights(enabled: bool) -> dynamodb.ContributorInsightsSpecification:  # noqa: FBT001 - all it has
    return dynamodb.ContributorInsightsSpecification(Enabled=enabled)


@_once
def _key_schema(partition_key: str, sort_key: str | None) -> list[dynamodb.KeySchema]:
    schema = [dynamodb.KeySchema(AttributeName=partition_key, KeyType="HASH")]
    if sort_key is not None:
        schema.append(dynamodb.KeySchema(AttributeName=sort_key, KeyType="RANGE"))
    return schema


@_once
def _capacity(throughput: ThroughputFacts | None, caps: CapFacts | None) -> dict[str, Any]:
    return present(
        ProvisionedThroughput=throughput
        and dynamodb.ProvisionedThroughput(
            ReadCapacityUnits=throughput.read_capacity_units,
            WriteCapacityUnits=throughput.write_capacity_units,
        ),
        OnDemandThroughput=caps
        and dynamodb.OnDemandThroughput(
            **present(
                MaxReadRequestUnits=caps.max_read_request_units,
                MaxWriteRequestUnits=caps.max_write_request_units,
            )
        ),
    )


def _indexes(table: TableFacts) -> dict[str, Any]:
    return present(
        LocalSecondaryIndexes=[
            _local_index(table.partition_key, index) for index in table.local_indexes
        ]
        or None,
        GlobalSecondaryIndexes=[_global_index(index) for index in table.global_indexes] or None,
    )


@_once
def _local_index(partition_key: str, index: LocalIndexFacts) -> dynamodb.LocalSecondaryIndex:
    return dynamodb.LocalSecondaryIndex(
        IndexName=index.name,
        KeySchema=_key_schema(partition_key, index.sort_key),
        Projection=_projection(index),
    )


@_once
def _global_index(index: GlobalIndexFacts) -> dynamodb.GlobalSecondaryIndex:
    return dynamodb.GlobalSecondaryIndex(
        IndexName=index.name,
        KeySchema=_key_schema(index.partition_key, index.sort_key),
        Projection=_projection(index),
        **_capacity(index.throughput, index.caps),
        ContributorInsightsSpecification=_insights(index.contributor_insights),
    )


def _projection(index: LocalIndexFacts | GlobalIndexFacts) -> dynamodb.Projection:
    return dynamodb.Projection(
        ProjectionType=index.projection_type,
        **present(NonKeyAttributes=index.non_key_attributes and list(index.non_key_attributes)),
    )


def _encryption(
    encryption: EncryptionFacts, keys: Mapping[str, kms.Key]
) -> dynamodb.SSESpecification:
    key: Any = encryption.kms_key_arn
    if encryption.key_label is not None:
        key = keys[encryption.key_label.logical_id].get_att("Arn")
    return dynamodb.SSESpecification(
        SSEEnabled=encryption.enabled,
        **present(SSEType=key and "KMS", KMSMasterKeyId=key),
    )


def _options(table: TableFacts) -> dict[str, Any]:
    time_to_live, kinesis = table.time_to_live, table.kinesis_destination
    return present(
        TimeToLiveSpecification=time_to_live
        and dynamodb.TimeToLiveSpecification(
            AttributeName=time_to_live.attribute_name, Enabled=time_to_live.enabled
        ),
        StreamSpecification=table.stream_view_type
        and dynamodb.StreamSpecification(StreamViewType=table.stream_view_type),
        KinesisStreamSpecification=kinesis
        and dynamodb.KinesisStreamSpecification(
            StreamArn=kinesis.stream_arn,
            ApproximateCreationDateTimePrecision=kinesis.timestamp_precision,
        ),
        ResourcePolicy=None
        if table.resource_policy is None
        else dynamodb.ResourcePolicy(PolicyDocument=Verbatim(table.resource_policy)),
    )


def _target(scaling: ScalingFacts) -> ScalableTarget:
    return ScalableTarget(
        scaling.label.logical_id,
        DependsOn=scaling.table.logical_id,
        ServiceNamespace="dynamodb",
        ResourceId=scaling.resource_id,
        ScalableDimension=scaling.dimension,
        MinCapacity=scaling.min_capacity_units,
        MaxCapacity=scaling.max_capacity_units,
        Tags=Tags(scaling.tags),
    )


def _policy(scaling: ScalingFacts, target: ScalableTarget) -> ScalingPolicy:
    return ScalingPolicy(
        scaling.policy_label.logical_id,
        PolicyName=scaling.policy_name,
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=target.ref(),
        TargetTrackingScalingPolicyConfiguration=_tracking(
            scaling.metric,
            scaling.target_utilization_percent,
            scaling.scale_in_cooldown_seconds,
            scaling.scale_out_cooldown_seconds,
        ),
    )


@_once
def _tracking(
    metric: str, target: int, scale_in: int | None, scale_out: int | None
) -> TargetTrackingScalingPolicyConfiguration:
    return TargetTrackingScalingPolicyConfiguration(
        PredefinedMetricSpecification=PredefinedMetricSpecification(PredefinedMetricType=metric),
        TargetValue=target,
        **present(ScaleInCooldown=scale_in, ScaleOutCooldown=scale_out),
    )
