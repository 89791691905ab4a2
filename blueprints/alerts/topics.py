"""The topics with their keys and subscriptions, and the queue of what reached nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.alerts.names import (
    CHANGE,
    CHANGES,
    TRIPWIRE,
    WATCHDOG,
    alarms_arn,
    queue_arn,
    queue_name,
    topic_arn,
    topic_name,
    tripwires_arn,
)
from blueprints.documents import Document, Statement, document, key_policy
from blueprints.names import ALERTS, alerts_key_alias
from generator.naming import Label, label, physical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generator.spec import Alerts, Subscription
    from generator.spec.resolved import Environment

QUEUE_RETENTION_SECONDS = 14 * 86_400  # the longest that SQS keeps a message
KEY_DELETION_WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """The customer managed key of one topic."""

    label: Label
    alias_label: Label
    alias_name: str
    description: str
    policy: Document
    deletion_window_days: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """One receiver; `permission` lets the topic call a Lambda function of this account."""

    label: Label
    purpose: str
    protocol: str
    endpoint: str
    permission: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFacts:
    """One encrypted topic."""

    label: Label
    policy_label: Label
    purpose: str
    name: str
    key: KeyFacts
    policy: Document
    subscriptions: tuple[SubscriptionFacts, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """The queue that takes alerts which could not be delivered."""

    label: Label
    policy_label: Label
    purpose: str
    name: str
    retention_seconds: int
    policy: Document
    tags: Mapping[str, str]


def topic_label(key: str) -> Label:
    """Return the label of the topic `key`: ALERTS, WATCHDOG or CHANGES."""
    return label("alert_topic", key)


def alerts_topic(environment: Environment, alerts: Alerts, rule_arns: Iterable[str]) -> TopicFacts:
    """Return the topic that EventBridge rules and alarms publish to."""
    return _topic(
        environment,
        ALERTS,
        purpose="Alerts: failed jobs, missing backups, alarms of tables.",
        alias_name=alerts_key_alias(environment),
        key_statements=(_KEY_FOR_EVENTBRIDGE, _key_for_cloudwatch(environment)),
        topic_statements=(
            _publish(
                environment, ALERTS, "AllowOurRules", {"ArnEquals": {"aws:SourceArn": [*rule_arns]}}
            ),
            *(
                (_publish_of(environment, ALERTS, "AllowOurTripwires", TRIPWIRE),)
                if alerts.tripwires.enabled
                else ()
            ),
        ),
        subscriptions=alerts.subscriptions,
    )


def changes_topic(environment: Environment, alerts: Alerts) -> tuple[TopicFacts, ...]:
    """Return the topic for what those who deploy change, where somebody wants to read of it.

    A topic of its own, because the other one wakes people up.
    """
    given = alerts.tripwires
    if not given.enabled or not given.change_subscriptions:
        return ()
    topic = _topic(
        environment,
        CHANGES,
        purpose="Changes by those who deploy: to be read, not to be woken up by.",
        alias_name=f"alias/{physical(environment, 'alerts-changes')}",
        key_statements=(_KEY_FOR_EVENTBRIDGE,),
        topic_statements=(_publish_of(environment, CHANGES, "AllowOurRules", CHANGE),),
        subscriptions=given.change_subscriptions,
    )
    return (topic,)


def watchdog_topic(environment: Environment, alerts: Alerts) -> TopicFacts:
    """Return the topic for alarms about the alerts themselves.

    It has a key of its own, so that a broken key or policy of the first topic cannot also
    silence the message that says so.
    """
    return _topic(
        environment,
        WATCHDOG,
        purpose="Says that alerts could not be delivered.",
        alias_name=f"alias/{physical(environment, 'alerts-watchdog')}",
        key_statements=(_key_for_cloudwatch(environment),),
        topic_statements=(),
        subscriptions=alerts.watchdog_subscriptions or alerts.subscriptions,
    )


def undelivered_queue(environment: Environment, rule_arns: Iterable[str]) -> QueueFacts:
    """Return the queue of undelivered alerts.

    SQS encrypts it with a key of its own: with a customer key, a fault of that key would lose what
    a fault of the topic's key sent here.
    """
    here = queue_arn(environment)
    alerts = environment.spec.alerts
    kinds = [TRIPWIRE] if alerts is not None and alerts.tripwires.enabled else []
    topics = [ALERTS, WATCHDOG]
    if kinds and alerts is not None and alerts.tripwires.change_subscriptions:
        kinds.append(CHANGE)
        topics.append(CHANGES)
    topic_arns = [topic_arn(environment, key) for key in topics]
    patterns = [tripwires_arn(environment, kind) for kind in kinds]
    return QueueFacts(
        label=label("undelivered_alerts"),
        policy_label=label("policy_of_undelivered_alerts"),
        purpose="Takes alerts that reached nobody, for 14 days; an alarm watches it.",
        name=queue_name(environment),
        retention_seconds=QUEUE_RETENTION_SECONDS,
        policy=document(
            _send("AllowOurRules", "events.amazonaws.com", here, list(rule_arns)),
            *(
                (_send("AllowOurTripwires", "events.amazonaws.com", here, patterns, "ArnLike"),)
                if patterns
                else ()
            ),
            _send("AllowOurTopics", "sns.amazonaws.com", here, topic_arns),
            _deny_plain_http(["sqs:ReceiveMessage", "sqs:SendMessage"], here),
        ),
        tags=environment.tags,
    )


# EventBridge supports no condition on aws:SourceAccount, aws:SourceArn or aws:SourceOrgID in the
# policy of a topic's key: with one, delivery fails. The topic policy confines EventBridge instead.
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
_KEY_FOR_EVENTBRIDGE: Statement = {
    "Sid": "AllowEventBridge",
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
    "Resource": "*",
}


def _key_for_cloudwatch(environment: Environment) -> Statement:
    return {
        "Sid": "AllowCloudWatch",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",  # in a key policy: this key
        "Condition": {"StringEquals": {"aws:SourceAccount": environment.account_id}},
    }


def _topic(  # noqa: PLR0913 - what the topics differ in
    environment: Environment,
    key: str,
    *,
    purpose: str,
    alias_name: str,
    key_statements: Iterable[Statement],
    topic_statements: Iterable[Statement],
    subscriptions: Mapping[str, Subscription],
) -> TopicFacts:
    here = topic_arn(environment, key)
    name = topic_name(environment, key)
    from_alarms: Statement = {
        "Sid": "AllowOurAlarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": here,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": environment.account_id},
            # A pattern, because alarms of tables stand in templates of their own.
            "ArnLike": {"aws:SourceArn": alarms_arn(environment)},
        },
    }
    return TopicFacts(
        label=topic_label(key),
        policy_label=label("policy_of_alert_topic", key),
        purpose=purpose,
        name=name,
        key=KeyFacts(
            label=label("key_of_alert_topic", key),
            alias_label=label("alias_of_alert_topic", key),
            alias_name=alias_name,
            description=f"Messages of the topic {name}",
            policy=key_policy(environment, *key_statements),
            deletion_window_days=KEY_DELETION_WINDOW_DAYS,
            tags=environment.tags,
        ),
        policy=document(*topic_statements, from_alarms, _deny_plain_http(["sns:Publish"], here)),
        subscriptions=tuple(
            _subscription(environment, key, name, subscription)
            for name, subscription in subscriptions.items()
        ),
        tags=environment.tags,
    )


def _subscription(
    environment: Environment, topic: str, name: str, subscription: Subscription
) -> SubscriptionFacts:
    protocol, endpoint = _receiver(subscription)
    ours = endpoint.split(":")[3:5] == [environment.region, environment.account_id]
    permission = label("invoke_of_alert", topic, name) if protocol == "lambda" and ours else None
    return SubscriptionFacts(
        label=label("alert_subscription", topic, name),
        purpose=f"Subscription {name}: {_OPEN[protocol]}"
        if permission is None
        else f"Subscription {name}: ready as it is.",
        protocol=protocol,
        endpoint=endpoint,
        permission=permission,
    )


def _receiver(subscription: Subscription) -> tuple[str, str]:
    """Return SNS's protocol and endpoint; the specification holds exactly one of them."""
    receivers = {
        "email": subscription.email,
        "https": subscription.https,
        "sms": subscription.sms,
        "lambda": subscription.lambda_arn,
        "sqs": subscription.sqs_arn,
    }
    return next((kind, given) for kind, given in receivers.items() if given is not None)


# What is left to do for others before a subscription works.
_OPEN = {
    "email": "waits until the link in its first message has been followed.",
    "https": "waits until the endpoint has confirmed it.",
    "sms": "needs an account that has left the SMS sandbox.",
    "lambda": "the function's owner has to let sns.amazonaws.com invoke it for this topic.",
    "sqs": "the queue's owner has to let sns.amazonaws.com send to it for this topic.",
}


def _publish_of(environment: Environment, topic: str, sid: str, kind: str) -> Statement:
    """Return the right to publish of all rules of a `kind`, known by how their names begin."""
    condition = {"ArnLike": {"aws:SourceArn": tripwires_arn(environment, kind)}}
    return _publish(environment, topic, sid, condition)


def _publish(
    environment: Environment, topic: str, sid: str, condition: Mapping[str, Any]
) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn(environment, topic),
        "Condition": condition,
    }


def _send(
    sid: str, service: str, queue: str, source_arns: list[str], operator: str = "ArnEquals"
) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {operator: {"aws:SourceArn": source_arns}},
    }


def _deny_plain_http(actions: list[str], resource: str) -> Statement:
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
