"""Recovery, spelled in CloudFormation. No decisions here: see facts.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from troposphere import (
    AWSObject,
    GetAtt,
    Ref,
    Tags,
    awslambda,
    cloudformation,
    events,
    iam,
    kms,
    logs,
    s3,
    scheduler,
    sqs,
    ssm,
    stepfunctions,
)

from blueprints.recovery.buckets import (
    BucketFacts,
    KeyFacts,
    LifecycleRuleFacts,
    ObjectLockFacts,
    ReplicationFacts,
)
from blueprints.recovery.facts import CallFacts, PointerFacts, RecoveryFacts
from blueprints.recovery.functions import FunctionFacts, LogGroupFacts
from blueprints.recovery.machines import MachineFacts
from blueprints.recovery.roles import RoleFacts
from blueprints.recovery.schedules import ChangeRuleFacts, QueueFacts, ScheduleFacts
from generator.render.cloudformation import Packaged, Verbatim, present

STATEFUL: Mapping[str, Any] = {
    "DeletionPolicy": "RetainExceptOnCreate",
    "UpdateReplacePolicy": "Retain",
}
# cfn-lint warns that such a template has to be packaged first, and it has to.
LOCAL_CODE: Mapping[str, Any] = {
    "Metadata": {
        "Deploy": "Run `aws cloudformation package` first: it uploads the local zip named in Code.",
        "cfn-lint": {"config": {"ignore_checks": ["W3002"]}},
    }
}


class RegionSettings(cloudformation.CustomResource):
    """The call of the function, as a resource that waits for its answer."""

    resource_type = "Custom::BackupRegionSettings"


def resources(facts: RecoveryFacts) -> Iterator[AWSObject]:
    """Yield roles, the catalogue, functions, state machines, and what starts them."""
    for role in facts.roles:
        yield _role(role)
    for bucket in facts.buckets:
        yield from _bucket(bucket)
    for function in facts.functions:
        yield _log_group(function.log_group, function.tags)
        yield _role(function.role)
        yield _function(function)
    for machine in facts.machines:
        yield _machine(machine)
    if facts.queue is not None:
        yield _queue(facts.queue)
    for schedule in facts.schedules:
        yield _schedule(schedule)
    for rule in facts.change_rules:
        yield _change_rule(rule)
    for pointer in facts.pointers:
        yield _pointer(pointer)
    if facts.region_settings is not None:
        yield _region_settings(facts.region_settings)


def comments(facts: RecoveryFacts) -> Mapping[str, str]:
    """Return logical id → what the resource is for."""
    named: Iterable[Any] = (
        *facts.roles,
        *facts.buckets,
        *facts.functions,
        *(function.role for function in facts.functions),
        *facts.machines,
        facts.queue,
        *facts.schedules,
        *facts.change_rules,
        *facts.pointers,
        facts.region_settings,
    )
    return {each.label.logical_id: each.purpose for each in named if each is not None}


def _bucket(facts: BucketFacts) -> Iterator[AWSObject]:
    key, alias = _key(facts.key)
    yield key
    yield alias
    bucket = s3.Bucket(
        facts.label.logical_id,
        **STATEFUL,
        BucketName=facts.bucket_name,
        BucketEncryption=s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[
                s3.ServerSideEncryptionRule(
                    BucketKeyEnabled=True,
                    ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(
                        SSEAlgorithm="aws:kms", KMSMasterKeyID=GetAtt(key.title, "Arn")
                    ),
                )
            ]
        ),
        OwnershipControls=s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            BlockPublicPolicy=True,
            IgnorePublicAcls=True,
            RestrictPublicBuckets=True,
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        **present(ReplicationConfiguration=_replication(facts.replication)),
        Tags=Tags(facts.tags),
    )
    if facts.object_lock is not None:
        bucket.ObjectLockEnabled = True
        bucket.ObjectLockConfiguration = _object_lock(facts.object_lock)
    if facts.lifecycle:
        bucket.LifecycleConfiguration = s3.LifecycleConfiguration(
            Rules=[_lifecycle_rule(rule) for rule in facts.lifecycle]
        )
    yield bucket
    yield s3.BucketPolicy(
        facts.policy_label.logical_id,
        Bucket=bucket.ref(),
        PolicyDocument=Verbatim(facts.policy),
    )


def _object_lock(facts: ObjectLockFacts) -> s3.ObjectLockConfiguration:
    return s3.ObjectLockConfiguration(
        ObjectLockEnabled="Enabled",
        Rule=s3.ObjectLockRule(
            DefaultRetention=s3.DefaultRetention(Mode=facts.mode, Days=facts.retention_days)
        ),
    )


def _lifecycle_rule(facts: LifecycleRuleFacts) -> s3.LifecycleRule:
    rule = s3.LifecycleRule(
        Id=facts.id,
        Status="Enabled",
        **present(
            Prefix=facts.prefix,
            ExpirationInDays=facts.expire_after_days,
            ExpiredObjectDeleteMarker=facts.expired_delete_markers,
        ),
    )
    if facts.old_versions_expire_after_days is not None:
        rule.NoncurrentVersionExpiration = s3.NoncurrentVersionExpiration(
            NoncurrentDays=facts.old_versions_expire_after_days
        )
    if facts.transitions:
        rule.Transitions = [
            s3.LifecycleRuleTransition(
                StorageClass=each.storage_class, TransitionInDays=each.after_days
            )
            for each in facts.transitions
        ]
    if facts.abort_uploads_after_days is not None:
        rule.AbortIncompleteMultipartUpload = s3.AbortIncompleteMultipartUpload(
            DaysAfterInitiation=facts.abort_uploads_after_days
        )
    return rule


def _key(facts: KeyFacts) -> tuple[kms.Key, kms.Alias]:
    key = kms.Key(
        facts.label.logical_id,
        **STATEFUL,
        Description=facts.description,
        KeyPolicy=Verbatim(facts.policy),
        EnableKeyRotation=True,
        PendingWindowInDays=facts.deletion_window_days,
        Tags=Tags(facts.tags),
    )
    alias = kms.Alias(
        facts.alias_label.logical_id,
        **STATEFUL,
        AliasName=facts.alias_name,
        TargetKeyId=key.ref(),
    )
    return key, alias


def _replication(facts: ReplicationFacts | None) -> s3.ReplicationConfiguration | None:
    if facts is None:
        return None
    return s3.ReplicationConfiguration(
        Role=GetAtt(facts.role.logical_id, "Arn"),
        Rules=[
            s3.ReplicationConfigurationRules(
                Id=replica.id,
                Status="Enabled",
                Priority=replica.priority,
                Filter=s3.ReplicationRuleFilter(Prefix=replica.prefix),
                DeleteMarkerReplication=s3.DeleteMarkerReplication(Status="Disabled"),
                SourceSelectionCriteria=s3.SourceSelectionCriteria(
                    SseKmsEncryptedObjects=s3.SseKmsEncryptedObjects(Status="Enabled")
                ),
                Destination=s3.ReplicationConfigurationRulesDestination(
                    Bucket=replica.bucket_arn,
                    Account=replica.account_id,
                    EncryptionConfiguration=s3.EncryptionConfiguration(
                        ReplicaKmsKeyID=replica.key_arn
                    ),
                ),
            )
            for replica in facts.replicas
        ],
    )


def _log_group(facts: LogGroupFacts, tags: Mapping[str, str]) -> logs.LogGroup:
    return logs.LogGroup(
        facts.label.logical_id,
        # Kept, it would be in the way of the next deployment.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        LogGroupName=facts.name,
        RetentionInDays=facts.retention_days,
        Tags=Tags(tags),
    )


def _role(facts: RoleFacts) -> iam.Role:
    return iam.Role(
        facts.label.logical_id,
        RoleName=facts.name,
        AssumeRolePolicyDocument=Verbatim(facts.trust),
        **present(PermissionsBoundary=facts.permissions_boundary_arn),
        Policies=[
            iam.Policy(PolicyName=facts.policy_name, PolicyDocument=Verbatim(facts.policy)),
        ],
        Tags=Tags(facts.tags),
    )


def _function(facts: FunctionFacts) -> awslambda.Function:
    return awslambda.Function(
        facts.label.logical_id,
        DependsOn=facts.log_group.label.logical_id,
        **LOCAL_CODE,
        FunctionName=facts.name,
        Code=Packaged(facts.code),
        Handler=facts.handler,
        Runtime=facts.runtime,
        Architectures=[facts.architecture],
        MemorySize=facts.memory_mb,
        Timeout=facts.timeout_seconds,
        Role=GetAtt(facts.role.label.logical_id, "Arn"),
        Tags=Tags(facts.tags),
    )


def _machine(facts: MachineFacts) -> stepfunctions.StateMachine:
    return stepfunctions.StateMachine(
        facts.label.logical_id,
        **present(Metadata=facts.metadata),
        StateMachineName=facts.name,
        StateMachineType="STANDARD",
        Definition=Verbatim(facts.definition),
        RoleArn=GetAtt(facts.role.logical_id, "Arn"),
        Tags=Tags(facts.tags),
    )


def _queue(facts: QueueFacts) -> sqs.Queue:
    return sqs.Queue(
        facts.label.logical_id,
        # It goes with its stack: a queue left behind would block the next one of its name.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        QueueName=facts.name,
        MessageRetentionPeriod=facts.retention_seconds,
        SqsManagedSseEnabled=True,
        Tags=Tags(facts.tags),
    )


def _schedule(facts: ScheduleFacts) -> scheduler.Schedule:
    return scheduler.Schedule(
        facts.label.logical_id,
        Name=facts.name,
        ScheduleExpression=facts.expression,
        ScheduleExpressionTimezone=facts.timezone,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(
            Mode="FLEXIBLE", MaximumWindowInMinutes=facts.window_minutes
        ),
        Target=scheduler.Target(
            Arn=Ref(facts.machine.logical_id),
            RoleArn=GetAtt(facts.role.logical_id, "Arn"),
            Input=facts.input,
            DeadLetterConfig=scheduler.DeadLetterConfig(Arn=GetAtt(facts.queue.logical_id, "Arn")),
            RetryPolicy=scheduler.RetryPolicy(
                MaximumEventAgeInSeconds=facts.maximum_event_age_seconds,
                MaximumRetryAttempts=facts.maximum_retry_attempts,
            ),
        ),
    )


def _change_rule(facts: ChangeRuleFacts) -> events.Rule:
    return events.Rule(
        facts.label.logical_id,
        Name=facts.name,
        Description=facts.description,
        State="ENABLED",
        EventPattern=Verbatim(facts.event_pattern),
        Targets=[
            events.Target(
                Id=facts.target_id,
                Arn=Ref(facts.machine.logical_id),
                RoleArn=GetAtt(facts.role.logical_id, "Arn"),
            )
        ],
        Tags=Tags(facts.tags),
    )


def _pointer(facts: PointerFacts) -> ssm.Parameter:
    return ssm.Parameter(
        facts.label.logical_id,
        Name=facts.name,
        Type="String",
        Value=facts.value,
        Tags=dict(facts.tags),
    )


def _region_settings(facts: CallFacts) -> RegionSettings:
    return RegionSettings(
        facts.label.logical_id,
        ServiceToken=GetAtt(facts.function.logical_id, "Arn"),
        ServiceTimeout=facts.service_timeout_seconds,
        CodeSha256=facts.code_sha256,
    )
