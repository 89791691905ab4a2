"""What a person writes about the way back: state machine, settings snapshots, catalogue."""

from __future__ import annotations

from pydantic import Field

from generator.spec.base import Model
from generator.spec.schedules import SchedulerSchedule, TimeZone


class SettingsSnapshots(Model):
    """Settings of every protected table in the catalogue bucket, also at every change."""

    schedule: SchedulerSchedule = Field("cron(30 2 * * ? *)", description="When all are taken.")
    schedule_timezone: TimeZone = Field("Etc/UTC", description="IANA time zone of the schedule.")


class Recovery(Model):
    """The state machine that restores, and what it needs beforehand."""

    enabled: bool = Field(
        default=True,
        description="Render the state machine, its functions and the catalogue bucket.",
    )
    settings_snapshots: SettingsSnapshots = Field(
        default_factory=SettingsSnapshots,
        description="Settings of tables, kept for a restore: daily and at every change.",
    )
