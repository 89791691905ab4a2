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
from typing import Any, NamedTuple

from blueprints.functions.apply_settings.changes import BY_HAND, FIXES, changes
from blueprints.functions.apply_settings.work import Failure, Work
from blueprints.functions.common import settings_target
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.settings import Settings, is_idle
from blueprints.functions.common.settings_comparing import differences
from blueprints.functions.common.settings_reading import described, every_alarm, settings_of
from blueprints.functions.common.waiting import wait_seconds

Event = Mapping[str, Any]
# So often a setting may still differ after AWS took it, or be refused for now.
MOST_ATTEMPTS = 20
_BECOMING_ACTIVE = {"ACTIVE", "CREATING", "UPDATING"}


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return what was applied, what could not be, and whether to call again."""
    return apply(client_maker(), event, datetime.now(UTC))


def apply(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Bring the table nearer to its settings. Raises RefusedError, or botocore's errors."""
    plan, previous = event["plan"], event["previous"]
    wanted, left = settings_target.wanted(plan, now)
    seen = _look(clients, plan, wanted)
    work = Work(clients, idle=seen.idle)
    for step in changes(wanted, seen.present, seen.differing, seen.alarm_names):
        work.do(step)
    if work.calls:
        seen = _look(clients, plan, wanted)
    attempts = work.attempts(previous.get("attempts", {}), seen.differing)
    failed, waiting = _judged(work, seen.differing, attempts)
    done = not waiting and seen.idle
    log("settings looked at", differing=seen.differing, waiting=waiting, done=done)
    return {
        "done": done,
        "wait_seconds": wait_seconds(plan, now),
        "applied": list(dict.fromkeys([*previous.get("applied", ()), *work.applied])),
        "failed": [failure._asdict() for failure in failed],
        "left": left,
        "attempts": attempts,
    }


class _Seen(NamedTuple):
    idle: bool
    present: Settings
    differing: dict[str, list[str]]
    alarm_names: set[str]


def _look(clients: Clients, plan: Event, wanted: Settings) -> _Seen:
    table = described(clients, plan["target"]["name"])
    settings_target.check_is_restored(plan, table)
    status, leave = table["TableStatus"], plan["leave"]
    if status not in _BECOMING_ACTIVE:
        fix = "see that its key is enabled, and restore again"
        raise RefusedError(f"{table['TableArn']} is {status}: {fix}")
    alarms = [] if "alarms" in leave else every_alarm(clients("cloudwatch"))
    present = settings_of(clients, table, alarms)
    differing = {
        setting: words
        for setting, words in differences(wanted, present).items()
        if setting not in leave
    }
    return _Seen(is_idle(table), present, differing, {alarm["AlarmName"] for alarm in alarms})


def _judged(
    work: Work, differing: Mapping[str, list[str]], attempts: Mapping[str, int]
) -> tuple[list[Failure], list[str]]:
    """Return what failed for good, and the settings that another call is to look at."""
    failed = [each for each in work.failed if each.setting in differing]
    waiting = [each for each in differing if each in work.open and attempts[each] <= MOST_ATTEMPTS]
    if not waiting:
        # What no call changes, or no number of calls did.
        for setting in sorted(differing.keys() - {each.setting for each in failed}):
            tried = f" ({attempts[setting]} calls did not help)" if attempts[setting] else ""
            reason, fix = "; ".join(differing[setting]), FIXES.get(setting, BY_HAND)
            failed.append(Failure(setting, reason + tried, fix))
    return failed, waiting
