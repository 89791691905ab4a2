"""What starts state machines of recovery: by the clock, and when a table was changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.names import (
    RECOVERY,
    detail_types,
    snapshot_classes,
    snapshots_machine,
    unstarted_queue_name,
)
from blueprints.recovery.roles import role_label
from generator.naming import Label, label, physical
from generator.spec import Snapshots
from generator.spec.resolved import Environment, Table

SETTINGS = "settings-snapshot"
SCHEDULES_ROLE = "schedules"
WINDOW_MINUTES = 15
# A start that fails is tried again for an hour, then kept for two weeks.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
START_WITHIN_SECONDS, START_ATTEMPTS = 3600, 10
QUEUE_RETENTION_SECONDS = 14 * 24 * 3600
FRESHNESS, KEEP_PITR = "freshness", "keep-pitr"
# The time of the schedule, not of the call: delivered twice, it names one backup, or one export.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
SCHEDULED_AT = {"scheduled_at": "<aws.scheduler.scheduled-time>"}
# Calls after which a table's settings may be others. Application Auto Scaling's own events name
# the service autoscaling.amazonaws.com. Alarms are read daily: their calls name no table.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html
CHANGES = {
    "dynamodb.amazonaws.com": (
        "CreateTable",
        "DeleteResourcePolicy",
        "DisableKinesisStreamingDestination",
        "EnableKinesisStreamingDestination",
        "PutResourcePolicy",
        "TagResource",
        "UntagResource",
        "UpdateContinuousBackups",
        "UpdateContributorInsights",
        "UpdateKinesisStreamingDestination",
        "UpdateTable",
        "UpdateTimeToLive",
    ),
    "autoscaling.amazonaws.com": (
        "DeleteScheduledAction",
        "DeleteScalingPolicy",
        "DeregisterScalableTarget",
        "PutScalingPolicy",
        "PutScheduledAction",
        "RegisterScalableTarget",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFacts:
    """One schedule that starts a state machine."""

    label: Label
    purpose: str
    name: str
    expression: str
    timezone: str
    window_minutes: int
    machine: Label
    input: str
    role: Label
    queue: Label
    maximum_event_age_seconds: int
    maximum_retry_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """The queue that takes what schedules could not start."""

    label: Label
    purpose: str
    name: str
    retention_seconds: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRuleFacts:
    """The rule that snapshots the settings of a table that was changed."""

    label: Label
    purpose: str
    name: str
    description: str
    event_pattern: Mapping[str, Any]
    target_id: str
    machine: Label
    role: Label
    tags: Mapping[str, str]


def taking_snapshots(environment: Environment) -> Mapping[str, Snapshots]:
    """Return the classes with native backups and at least one table."""
    found = ((key, environment.protections[key].snapshots) for key in snapshot_classes(environment))
    return {key: snapshots for key, snapshots in found if snapshots is not None}


def schedules(environment: Environment) -> Iterator[ScheduleFacts]:
    """Yield what starts the state machines by the clock."""
    settings = environment.spec.recovery.settings_snapshots
    yield schedule(
        environment,
        label("recovery_schedule", "settings_snapshot"),
        SETTINGS,
        purpose="All settings, once a day: a change that no event told of is kept all the same.",
        when=(settings.schedule, settings.schedule_timezone),
        machine=machine_label("settings_snapshot"),
        given={},
    )
    for key, snapshots in taking_snapshots(environment).items():
        yield schedule(
            environment,
            snapshots_label("recovery_schedule", key),
            snapshots_machine(key),
            purpose=f"Native backups of class {key}.",
            when=(snapshots.schedule, snapshots.schedule_timezone),
            machine=snapshots_label("state_machine", key),
            given=SCHEDULED_AT,
        )
    yield schedule(
        environment,
        label("recovery_schedule", "freshness"),
        FRESHNESS,
        purpose="Looks every hour whether each table has points that are new enough.",
        when=("rate(1 hour)", "Etc/UTC"),
        machine=machine_label("freshness"),
        given=SCHEDULED_AT,
    )
    yield schedule(
        environment,
        label("recovery_schedule", "keep_pitr"),
        KEEP_PITR,
        purpose="Looks every hour whether point-in-time recovery is on; an event may get lost.",
        when=("rate(1 hour)", "Etc/UTC"),
        machine=machine_label("keep_pitr"),
        given=SCHEDULED_AT,
    )


def schedule(  # noqa: PLR0913 - what schedules differ in
    environment: Environment,
    labelled: Label,
    what: str,
    *,
    purpose: str,
    when: tuple[str, str],
    machine: Label,
    given: Mapping[str, str],
    window_minutes: int = WINDOW_MINUTES,
    template: str = RECOVERY,
) -> ScheduleFacts:
    """Return what starts a state machine; `when` is an expression and its time zone."""
    return ScheduleFacts(
        label=labelled,
        purpose=purpose,
        name=physical(environment, what),
        expression=when[0],
        timezone=when[1],
        window_minutes=window_minutes,
        machine=machine,
        input=json.dumps(given),
        role=role_label(schedules_role(template)),
        queue=queue_label(template),
        maximum_event_age_seconds=START_WITHIN_SECONDS,
        maximum_retry_attempts=START_ATTEMPTS,
    )


def schedules_role(template: str) -> str:
    """Return what the role of a template's schedules is called."""
    return SCHEDULES_ROLE if template == RECOVERY else f"{template}_schedules"


def queue_label(template: str) -> Label:
    """Return the label of the queue for what a template's schedules could not start."""
    return label("queue_of_unstarted", template)


def queue(environment: Environment, template: str) -> QueueFacts:
    """Return the queue for what a template's schedules could not start; an alarm watches it."""
    return QueueFacts(
        label=queue_label(template),
        purpose="Takes what schedules could not start, for 14 days; an alarm watches it.",
        name=unstarted_queue_name(environment, template),
        retention_seconds=QUEUE_RETENTION_SECONDS,
        tags=environment.tags,
    )


def change_rules(environment: Environment) -> Iterator[ChangeRuleFacts]:
    """Yield the rules for changed tables."""
    yield change_rule(environment)
    yield ChangeRuleFacts(
        label=label("rule_for_point_in_time_recovery"),
        purpose="Puts point-in-time recovery right as soon as it was changed; needs CloudTrail.",
        name=physical(environment, "pitr-changed"),
        description="Calls that change point-in-time recovery",
        event_pattern={
            "detail-type": detail_types(environment, "AWS API Call via CloudTrail"),
            "account": [environment.account_id],
            "region": [environment.region],
            "detail": {
                "eventSource": ["dynamodb.amazonaws.com"],
                "eventName": ["UpdateContinuousBackups"],
                "errorCode": [{"exists": False}],
            },
        },
        target_id=KEEP_PITR,
        machine=machine_label("keep_pitr"),
        role=role_label(SCHEDULES_ROLE),
        tags=environment.tags,
    )


def change_rule(environment: Environment) -> ChangeRuleFacts:
    """Return the rule for changed tables.

    It names no table, for a pattern has room for few: the state machine knows which are protected.
    """
    return ChangeRuleFacts(
        label=label("rule_for_changed_tables"),
        purpose="Keeps the settings of a table as soon as they changed; needs CloudTrail.",
        name=physical(environment, "table-changed"),
        description="Calls that change settings of DynamoDB tables",
        event_pattern={
            "detail-type": detail_types(environment, "AWS API Call via CloudTrail"),
            "account": [environment.account_id],
            "region": [environment.region],
            "detail": {
                "eventSource": list(CHANGES),
                "eventName": [name for names in CHANGES.values() for name in names],
                "errorCode": [{"exists": False}],
            },
        },
        target_id=SETTINGS,
        machine=machine_label("settings_snapshot"),
        role=role_label(SCHEDULES_ROLE),
        tags=environment.tags,
    )


def of_class(environment: Environment, key: str) -> tuple[Table, ...]:
    """Return the tables of a protection class."""
    return tuple(table for table in environment.tables if table.protection_name == key)


def machine_label(what: str) -> Label:
    """Return the label of a state machine."""
    return label("state_machine", what)


def snapshots_label(kind: str, key: str) -> Label:
    """Return the label of what belongs to the native backups of a protection class."""
    return label(kind, "snapshots", key)
