"""Gives the table that a plan restored the settings that AWS does not restore.

Called until `done`: each call reads the table, changes what differs as far as AWS takes changes at
once, and reads again. What AWS refuses for good is listed in `failed`, and all else goes on; what
it refuses for now is tried again. A call on a table that is as wanted changes nothing.

Calls, on the restored table TABLE only:
  dynamodb:DescribeTable, DescribeContinuousBackups, DescribeTimeToLive, ListTagsOfResource,
    DescribeKinesisStreamingDestination, DescribeContributorInsights, GetResourcePolicy,
    UpdateTable, UpdateContinuousBackups, UpdateTimeToLive, TagResource, PutResourcePolicy,
    EnableKinesisStreamingDestination, UpdateContributorInsights on TABLE;
    DescribeContributorInsights, UpdateContributorInsights on TABLE/index/*
  application-autoscaling:DescribeScalableTargets, DescribeScalingPolicies,
    DescribeScheduledActions, RegisterScalableTarget, PutScalingPolicy, PutScheduledAction on *
  cloudwatch:DescribeAlarms on *, PutMetricAlarm on alarms of any name
Services behind them act with the caller's permissions, or check them:
  kinesis:DescribeStream, DescribeStreamSummary, ListStreams, PutRecords on the destinations
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_iam.html
  cloudwatch:PutMetricAlarm, DescribeAlarms, DeleteAlarms for scaling policies, and
  iam:CreateServiceLinkedRole for dynamodb.application-autoscaling.amazonaws.com and
    kinesisreplication.dynamodb.amazonaws.com, in an account that has neither yet
    https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.apply_settings.changes import Failure, changes
from blueprints.functions.apply_settings.work import Work
from blueprints.functions.common import settings_alarms, settings_target
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.settings import Settings, described, is_idle, settings_of
from blueprints.functions.common.settings_comparing import differences
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
    table, present, alarms = _look(clients, plan)
    differing = _differing(plan, wanted, present)
    work = Work(clients, is_idle(table))
    names = {alarm["AlarmName"] for alarm in alarms}
    for step in changes(wanted, present, differing, names):
        work.do(step)
    if work.calls:
        table, present, _ = _look(clients, plan)
        differing = _differing(plan, wanted, present)
    attempts = work.attempts(previous.get("attempts", {}), differing)
    failed, waiting = _judged(work, differing, attempts)
    done = not waiting and is_idle(table)
    log("settings looked at", differing=differing, waiting=waiting, done=done)
    return {
        "done": done,
        "wait_seconds": wait_seconds(plan, now),
        "applied": list(dict.fromkeys([*previous.get("applied", ()), *work.applied])),
        "failed": [failure._asdict() for failure in failed],
        "left": left,
        "attempts": attempts,
    }


def _look(
    clients: Clients, plan: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], Sequence[Mapping[str, Any]]]:
    """Return the table's description and settings, and all alarms of its account and Region."""
    table = described(clients, plan["target"]["name"])
    settings_target.check_is_restored(plan, table)
    if table["TableStatus"] not in _BECOMING_ACTIVE:
        raise RefusedError(
            f"{table['TableArn']} is {table['TableStatus']}: make sure that its key is enabled and "
            "nobody deletes it, and restore again"
        )
    watched = "alarms" not in plan["leave"]
    alarms = settings_alarms.every_alarm(clients("cloudwatch")) if watched else []
    return table, settings_of(clients, table, alarms), alarms


def _differing(
    plan: Mapping[str, Any], wanted: Settings, present: Settings
) -> dict[str, list[str]]:
    found = differences(wanted, present)
    return {setting: words for setting, words in found.items() if setting not in plan["leave"]}


def _judged(
    work: Work, differing: Mapping[str, list[str]], attempts: Mapping[str, int]
) -> tuple[list[Failure], list[str]]:
    """Return what failed for good, and the settings that another call is to look at."""
    failed = [each for each in work.failed if each.setting in differing]
    given_up = {setting for setting, number in attempts.items() if number > MOST_ATTEMPTS}
    waiting = [each for each in differing if each in work.open and each not in given_up]
    if waiting:
        return failed, waiting
    # What waits for something that failed, and what AWS takes again and again to no effect.
    for setting in differing:
        if setting not in {each.setting for each in failed}:
            reason = "; ".join(differing[setting])
            tried = attempts.get(setting, 0)
            fix = f"set it by hand: it still differs after {tried} calls that AWS took"
            failed.append(Failure(setting, reason, fix if tried else "mend what failed beside it"))
    return failed, []
