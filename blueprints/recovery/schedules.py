"""What starts state machines of recovery: by the clock, and when a table was changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.names import detail_types, snapshot_classes, snapshots_machine
from blueprints.recovery.roles import role_label
from generator.naming import Label, label, physical
from generator.spec import Snapshots
from generator.spec.resolved import Environment, Table

SETTINGS = "settings-snapshot"
SCHEDULES_ROLE = "schedules"
WINDOW_MINUTES = 15
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
    yield ScheduleFacts(
        label=label("recovery_schedule", "settings_snapshot"),
        purpose="All settings, once a day: a change that no event told of is kept all the same.",
        name=physical(environment, SETTINGS),
        expression=settings.schedule,
        timezone=settings.schedule_timezone,
        window_minutes=WINDOW_MINUTES,
        machine=machine_label("settings_snapshot"),
        input="{}",
        role=role_label(SCHEDULES_ROLE),
    )
    for key, snapshots in taking_snapshots(environment).items():
        what = snapshots_machine(key)
        yield ScheduleFacts(
            label=snapshots_label("recovery_schedule", key),
            purpose=f"Native backups of class {key}.",
            name=physical(environment, what),
            expression=snapshots.schedule,
            timezone=snapshots.schedule_timezone,
            window_minutes=WINDOW_MINUTES,
            machine=snapshots_label("state_machine", key),
            # The time of the schedule, not of the call: delivered twice, it names one backup.
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
            input=json.dumps({"scheduled_at": "<aws.scheduler.scheduled-time>"}),
            role=role_label(SCHEDULES_ROLE),
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
