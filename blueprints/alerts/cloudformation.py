"""Alerts, spelled in CloudFormation. No decisions here: see facts.py."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from troposphere import (
    AWSObject,
    GetAtt,
    Ref,
    Tags,
    awslambda,
    cloudwatch,
    events,
    iam,
    kms,
    sns,
    sqs,
)

from generator.render.cloudformation import Verbatim, present

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blueprints.alerts.alarms import AlarmFacts, MetricFacts, SumFacts
    from blueprints.alerts.facts import AlertsFacts
    from blueprints.alerts.rules import RuleFacts
    from blueprints.alerts.topics import KeyFacts, QueueFacts, SubscriptionFacts, TopicFacts
    from blueprints.alerts.tripwires import ForwardRoleFacts, TripwireFacts

STATEFUL: Mapping[str, Any] = {
    "DeletionPolicy": "RetainExceptOnCreate",
    "UpdateReplacePolicy": "Retain",
}


def resources(facts: AlertsFacts) -> Iterator[AWSObject]:
    """Yield topics with all of theirs, the queue, the rules, the tripwires, and the alarms."""
    queue = facts.queue
    if queue is not None:
        for topic in facts.topics:
            yield from _topic(topic, queue)
        yield from _queue(queue)
        for rule in facts.rules:
            yield _rule(rule, queue)
    if facts.role is not None:
        yield _role(facts.role)
    for tripwire in facts.tripwires:
        yield _tripwire(tripwire)
    for alarm in facts.alarms:
        yield _alarm(alarm)


def comments(facts: AlertsFacts) -> Mapping[str, str]:
    """Return logical id → what the resource is for."""
    named: list[
        TopicFacts
        | SubscriptionFacts
        | QueueFacts
        | RuleFacts
        | ForwardRoleFacts
        | TripwireFacts
        | AlarmFacts
    ]
    named = [*facts.topics, *facts.rules, *facts.tripwires, *facts.alarms]
    if facts.role is not None:
        named.append(facts.role)
    for topic in facts.topics:
        named += topic.subscriptions
    if facts.queue is not None:
        named.append(facts.queue)
    return {each.label.logical_id: each.purpose for each in named}


def _topic(facts: TopicFacts, queue: QueueFacts) -> Iterator[AWSObject]:
    key, alias = _key(facts.key)
    yield key
    yield alias
    topic = sns.Topic(
        facts.label.logical_id,
        TopicName=facts.name,
        KmsMasterKeyId=key.ref(),
        Tags=Tags(facts.tags),
    )
    yield topic
    yield sns.TopicPolicy(
        facts.policy_label.logical_id,
        Topics=[topic.ref()],
        PolicyDocument=Verbatim(facts.policy),
    )
    for subscription in facts.subscriptions:
        yield from _subscription(subscription, topic, queue)


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


def _subscription(
    facts: SubscriptionFacts, topic: sns.Topic, queue: QueueFacts
) -> Iterator[AWSObject]:
    yield sns.SubscriptionResource(
        facts.label.logical_id,
        TopicArn=topic.ref(),
        Protocol=facts.protocol,
        Endpoint=facts.endpoint,
        RedrivePolicy={"deadLetterTargetArn": GetAtt(queue.label.logical_id, "Arn")},
    )
    if facts.permission is not None:
        yield awslambda.Permission(
            facts.permission.logical_id,
            FunctionName=facts.endpoint,
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
            SourceArn=topic.ref(),
        )


def _queue(facts: QueueFacts) -> Iterator[AWSObject]:
    queue = sqs.Queue(
        facts.label.logical_id,
        # It goes with its stack: a queue left behind would block the next one of its name.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        QueueName=facts.name,
        MessageRetentionPeriod=facts.retention_seconds,
        SqsManagedSseEnabled=True,
        Tags=Tags(facts.tags),
    )
    yield queue
    yield sqs.QueuePolicy(
        facts.policy_label.logical_id,
        Queues=[queue.ref()],
        PolicyDocument=Verbatim(facts.policy),
    )


def _rule(facts: RuleFacts, queue: QueueFacts) -> events.Rule:
    return events.Rule(
        facts.label.logical_id,
        Name=facts.name,
        Description=facts.description,
        State=facts.state,
        EventPattern=Verbatim(facts.event_pattern),
        Targets=[
            events.Target(
                Id=facts.target_id,
                Arn=Ref(facts.topic.logical_id),
                InputTransformer=events.InputTransformer(
                    InputPathsMap=Verbatim(facts.input_paths),
                    InputTemplate=facts.input_template,
                ),
                DeadLetterConfig=events.DeadLetterConfig(Arn=GetAtt(queue.label.logical_id, "Arn")),
                RetryPolicy=events.RetryPolicy(
                    MaximumEventAgeInSeconds=facts.maximum_event_age_seconds,
                    MaximumRetryAttempts=facts.maximum_retry_attempts,
                ),
            )
        ],
        Tags=Tags(facts.tags),
    )


def _role(facts: ForwardRoleFacts) -> iam.Role:
    return iam.Role(
        facts.label.logical_id,
        RoleName=facts.name,
        AssumeRolePolicyDocument=Verbatim(facts.trust),
        **present(PermissionsBoundary=facts.permissions_boundary_arn),
        Policies=[iam.Policy(PolicyName=facts.policy_name, PolicyDocument=Verbatim(facts.policy))],
        Tags=Tags(facts.tags),
    )


def _tripwire(facts: TripwireFacts) -> events.Rule:
    target = events.Target(Id=facts.target_id, Arn=facts.target_arn)
    if facts.role is not None:
        target.RoleArn = GetAtt(facts.role.logical_id, "Arn")
    if facts.input_paths is not None:
        target.InputTransformer = events.InputTransformer(
            InputPathsMap=Verbatim(facts.input_paths), InputTemplate=facts.input_template
        )
    if facts.dead_letter_arn is not None:
        target.DeadLetterConfig = events.DeadLetterConfig(Arn=facts.dead_letter_arn)
    target.RetryPolicy = events.RetryPolicy(
        MaximumEventAgeInSeconds=facts.maximum_event_age_seconds,
        MaximumRetryAttempts=facts.maximum_retry_attempts,
    )
    return events.Rule(
        facts.label.logical_id,
        Name=facts.name,
        Description=facts.description,
        State=facts.state,
        EventPattern=Verbatim(facts.event_pattern),
        Targets=[target],
        Tags=Tags(facts.tags),
    )


def _alarm(facts: AlarmFacts) -> cloudwatch.Alarm:
    alarm = cloudwatch.Alarm(
        facts.label.logical_id,
        AlarmName=facts.name,
        AlarmDescription=facts.explanation,
    )
    if facts.metric is not None:
        alarm.Namespace = facts.metric.namespace
        alarm.MetricName = facts.metric.name
        alarm.Dimensions = _dimensions(facts.metric)
        alarm.Statistic = facts.metric.statistic
        alarm.Period = facts.metric.period_seconds
    if facts.total is not None:
        alarm.Metrics = list(_sum(facts.total))
    alarm.ComparisonOperator = facts.comparison_operator
    alarm.Threshold = facts.threshold
    alarm.EvaluationPeriods = facts.evaluation_periods
    alarm.DatapointsToAlarm = facts.datapoints_to_alarm
    alarm.TreatMissingData = facts.missing_data
    alarm.AlarmActions = list(facts.alarm_actions)
    if facts.ok_actions:
        alarm.OKActions = list(facts.ok_actions)
    alarm.Tags = Tags(facts.tags)
    return alarm


def _sum(facts: SumFacts) -> Iterator[cloudwatch.MetricDataQuery]:
    yield cloudwatch.MetricDataQuery(
        Id=facts.id,
        Expression=facts.expression,
        Label=facts.title,
        ReturnData=True,
    )
    for part in facts.parts:
        yield cloudwatch.MetricDataQuery(
            Id=part.id,
            MetricStat=cloudwatch.MetricStat(
                Metric=cloudwatch.Metric(
                    Namespace=part.metric.namespace,
                    MetricName=part.metric.name,
                    Dimensions=_dimensions(part.metric),
                ),
                Period=part.metric.period_seconds,
                Stat=part.metric.statistic,
            ),
            ReturnData=False,
        )


def _dimensions(metric: MetricFacts) -> list[cloudwatch.MetricDimension]:
    return [_dimension(name, value) for name, value in metric.dimensions.items()]


@lru_cache(maxsize=65536)  # a table's alarms all name it
def _dimension(name: str, value: str) -> cloudwatch.MetricDimension:
    return cloudwatch.MetricDimension(Name=name, Value=value)
