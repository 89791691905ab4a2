"""Schedules that a person writes: cron and rate expressions, and time zones."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from generator.schedule import ScheduleError, parse_schedule
from generator.spec.base import refuse, shown

# https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
_SHORTEST_GAP_MINUTES = 60


def _hourly_at_most(expression: str, *, allow_rate: bool, because: str, example: str) -> str:
    try:
        schedule = parse_schedule(expression, allow_rate=allow_rate)
    except ScheduleError as error:
        refuse(error.cause, error.fix)
    gap = schedule.shortest_gap_minutes
    if gap is not None and gap < _SHORTEST_GAP_MINUTES:
        refuse(
            f"`{expression}` fires {gap} minutes apart, and {because}",
            f"write for example {example}; point-in-time recovery covers what lies between",
        )
    return expression


def _backup_schedule(expression: str) -> str:
    return _hourly_at_most(
        expression,
        allow_rate=False,
        because="AWS Backup backs up hourly at most",
        example="cron(0 * * * ? *) for every hour",
    )


BackupSchedule = Annotated[
    str,
    AfterValidator(_backup_schedule),
    Field(json_schema_extra={"examples": ["cron(0 3 * * ? *)"]}),
]


def _scheduler_schedule(expression: str) -> str:
    return _hourly_at_most(
        expression,
        allow_rate=True,
        because="Holdfast takes an hour at least",
        example="rate(1 hour)",
    )


# EventBridge Scheduler takes cron and rate:
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
SchedulerSchedule = Annotated[
    str,
    AfterValidator(_scheduler_schedule),
    Field(json_schema_extra={"examples": ["cron(0 */6 * * ? *)", "rate(6 hours)"]}),
]


def _time_zone(name: str) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = {zone.lower(): zone for zone in available_timezones()}
        if known:  # a machine without time zone data cannot tell
            meant = known.get(name.lower().replace(" ", "_"))
            refuse(
                f"`{shown(name)}` is not a time zone",
                f"did you mean `{meant}`?"
                if meant
                else "give an IANA name such as Europe/Berlin or Etc/UTC",
            )
    return name


TimeZone = Annotated[str, AfterValidator(_time_zone)]
