"""Gives the table that a plan restored the settings that AWS does not restore.

Each call reads the table, changes what differs as far as AWS takes it at once, and reads again.
What AWS refuses for good is listed in `failed`, and all else goes on.

Calls what settings_reading does, and of the restored TABLE only:
  dynamodb:UpdateTable, UpdateContinuousBackups, UpdateTimeToLive, TagResource, PutResourcePolicy,
    EnableKinesisStreamingDestination on TABLE; UpdateContributorInsights on it and TABLE/index/*
  application-autoscaling:RegisterScalableTarget, PutScalingPolicy, PutScheduledAction on *
  cloudwatch:PutMetricAlarm on alarm:*
AWS itself calls with the caller's permissions, or checks them:
  kinesis:ListStreams, PutRecords on the destinations
  cloudwatch:DeleteAlarms, PutMetricAlarm on alarm:TargetTracking-table/TABLE*
  iam:CreateServiceLinkedRole for dynamodb.application-autoscaling.amazonaws.com and
    kinesisreplication.dynamodb.amazonaws.com, in an account without these roles
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common import settings_target
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.settings import Settings, is_idle
from blueprints.functions.common.settings_comparing import differences
from blueprints.functions.common.settings_reading import described, every_alarm, settings_of
from blueprints.functions.common.waiting import wait_seconds

Event = Mapping[str, Any]
_BECOMING_ACTIVE = {"ACTIVE", "CREATING", "UPDATING"}


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return what was applied, what could not be, and whether to call again."""
    return apply(client_maker(), event, datetime.now(UTC))


def apply(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Bring the table nearer to its settings."""
    plan, previous = event["plan"], event["previous"]
    wanted, left = settings_target.wanted(plan, now)
    table, present, names = _look(clients, plan)
    differing = _differing(plan, wanted, present)
    applied: list[str] = previous.get("applied", [])
    failed: list[dict[str, str]] = []
    waiting: list[str] = []
    attempts: dict[str, int] = {}
    if differing:
        from blueprints.functions.apply_settings.changes import changes
        from blueprints.functions.apply_settings.work import Work

        work = Work(clients, idle=is_idle(table))
        for change in changes(wanted, present, differing, names):
            work.do(change)
        if work.calls:
            table, present, _ = _look(clients, plan)
            differing = _differing(plan, wanted, present)
        failed, waiting, attempts = work.judged(differing, previous.get("attempts", {}))
        applied = list(dict.fromkeys([*applied, *work.applied]))
    done = not waiting and is_idle(table)
    log("settings looked at", differing=differing, waiting=waiting, done=done)
    return {
        "done": done,
        "wait_seconds": wait_seconds(plan, now),
        "applied": applied,
        "failed": failed,
        "left": left,
        "attempts": attempts,
    }


def _look(clients: Clients, plan: Event) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """Return the table's description and settings, and the names of all alarms."""
    table = described(clients, plan["target"]["name"])
    settings_target.check_is_restored(plan, table)
    if table["TableStatus"] not in _BECOMING_ACTIVE:
        fix = "see that its key is enabled, and restore again"
        raise RefusedError(f"{table['TableArn']} is {table['TableStatus']}: {fix}")
    alarms = [] if "alarms" in plan["leave"] else every_alarm(clients("cloudwatch"))
    return table, settings_of(clients, table, alarms), {each["AlarmName"] for each in alarms}


def _differing(plan: Event, wanted: Settings, present: Settings) -> dict[str, list[str]]:
    found = differences(wanted, present)
    return {setting: words for setting, words in found.items() if setting not in plan["leave"]}
