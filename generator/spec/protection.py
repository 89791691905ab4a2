"""What a person writes about protection: classes, their backup rules, and the vaults."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from generator.spec.base import (
    Key,
    KmsKeyArn,
    Model,
    SnsTopicArn,
    TagKey,
    Tags,
    TagValue,
    VaultArn,
    refuse,
)
from generator.spec.exports import Exports
from generator.spec.schedules import BackupSchedule, SchedulerSchedule, TimeZone

COLD_STORAGE_MINIMUM_DAYS = 90
# Both the shortest start window and the least by which the completion window exceeds it.
WINDOW_MINIMUM_MINUTES = 60
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
MAXIMUM_DAYS = 36_500


class PointInTimeRecovery(Model):
    """Continuous backups of DynamoDB itself: any second of the last days."""

    limits_of: ClassVar[str] = "DynamoDB"

    enabled: bool = Field(default=True, description="Switched on.")
    recovery_period_days: int | None = Field(
        None, ge=1, le=35, description="How far back, 1 to 35 days. Default 35."
    )
    managed: bool = Field(
        default=True,
        description="For `existing` tables: false when the table's owner switches it on.",
    )


class Lifecycle(Model):
    """How long a recovery point lives and where."""

    limits_of: ClassVar[str] = "AWS Backup"

    delete_after_days: int = Field(
        ge=1, le=MAXIMUM_DAYS, description="Days until the recovery point is deleted."
    )
    cold_storage_after_days: int | None = Field(
        None, ge=1, le=MAXIMUM_DAYS, description="Days until it moves to cold storage."
    )

    @model_validator(mode="after")
    def _cold_storage_lasts_90_days(self) -> Lifecycle:
        cold = self.cold_storage_after_days
        if cold is not None and self.delete_after_days < cold + COLD_STORAGE_MINIMUM_DAYS:
            refuse(
                f"deleted {self.delete_after_days - cold} days after moving to cold storage; "
                f"AWS Backup keeps cold recovery points for at least {COLD_STORAGE_MINIMUM_DAYS}",
                f"set delete_after_days to {cold + COLD_STORAGE_MINIMUM_DAYS} or more, "
                "or leave out cold_storage_after_days",
                at="delete_after_days",
                of=("cold_storage_after_days", "delete_after_days"),
            )
        return self


class Copy(Lifecycle):
    """A copy of each recovery point in another vault."""

    to: Key | None = Field(
        None, description="Destination environment (a file with `kind: destination`)."
    )
    vault: Key | None = Field(
        None, description="Vault of that destination. Default: its only vault."
    )
    vault_arn: VaultArn | None = Field(
        None, description="Instead of `to`: a vault that Holdfast does not render."
    )

    @model_validator(mode="after")
    def _one_target(self) -> Copy:
        if (self.to is None) == (self.vault_arn is None):
            refuse(
                f"a copy needs `to` or `vault_arn`; this one has "
                f"{'neither' if self.to is None else 'both'}",
                "write the one that says where it goes",
            )
        if self.vault is not None and self.to is None:
            refuse(
                "`vault` goes with `to`",
                "remove it: vault_arn already names the vault",
                at="vault",
                of=("vault", "to"),
            )
        return self


class Backup(Lifecycle):
    """One rule of the backup plan."""

    schedule: BackupSchedule = Field(description="Six-field AWS cron expression.")
    schedule_timezone: TimeZone = Field("Etc/UTC", description="IANA time zone of the schedule.")
    start_window_minutes: int = Field(
        60,
        ge=WINDOW_MINIMUM_MINUTES,
        le=10_080,
        description="A job that has not started by then expires.",
    )
    completion_window_minutes: int = Field(
        720, ge=60, le=43_200, description="A job that has not finished by then is aborted."
    )
    vault: Key = Field("main", description="Vault that takes the recovery points.")
    recovery_point_tags: Tags = Field(
        default_factory=dict, description="Added to each recovery point; at most 50 with ours."
    )
    copies: dict[Key, Copy] = Field(default_factory=dict, description="Copies by name.")

    @model_validator(mode="after")
    def _windows_in_order(self) -> Backup:
        least = self.start_window_minutes + WINDOW_MINIMUM_MINUTES
        if self.completion_window_minutes < least:
            refuse(
                f"the completion window has {self.completion_window_minutes} minutes and the start "
                f"window {self.start_window_minutes}; AWS Backup wants at least "
                f"{WINDOW_MINIMUM_MINUTES} minutes more",
                f"set completion_window_minutes to {least} or more",
                at="completion_window_minutes",
                of=("start_window_minutes", "completion_window_minutes"),
            )
        return self


class Snapshots(Model):
    """Native on-demand backups of DynamoDB itself: whole tables, in this account and Region."""

    limits_of: ClassVar[str] = "Holdfast"

    schedule: SchedulerSchedule = Field(description="Cron or rate expression.")
    schedule_timezone: TimeZone = Field("Etc/UTC", description="IANA time zone of the schedule.")
    keep_last: int = Field(
        3, ge=1, le=1_000, description="The newest so many are kept, however old they are."
    )
    keep_days: int = Field(
        ge=1, le=MAXIMUM_DAYS, description="Beyond these, older ones are deleted."
    )


class TagSelection(Model):
    """Also back up tables of this account and Region that carry a tag."""

    key: TagKey = Field(description="Tag key.")
    value: TagValue = Field(description="Tag value.")


class Protection(Model):
    """A class of protection that tables name."""

    deletion_protection: bool = Field(
        default=False, description="Switch on DynamoDB deletion protection."
    )
    point_in_time_recovery: PointInTimeRecovery | None = Field(
        None, description="Point-in-time recovery. Absent: off."
    )
    backups: dict[Key, Backup] = Field(
        default_factory=dict, description="AWS Backup rules by name."
    )
    snapshots: Snapshots | None = Field(
        None, description="Native on-demand backups by schedule. Absent: none."
    )
    exports: Exports | None = Field(
        None, description="Exports to S3, full and incremental. Absent: none."
    )
    select_by_tag: TagSelection | None = Field(
        None, description="Besides the tables listed: every table with this tag."
    )


class Lock(Model):
    """AWS Backup Vault Lock."""

    limits_of: ClassVar[str] = "AWS Backup"

    mode: Literal["governance", "compliance"] = Field(
        "governance", description="governance can be removed by break-glass; compliance by nobody."
    )
    min_retention_days: int = Field(ge=1, le=MAXIMUM_DAYS, description="Shortest retention.")
    max_retention_days: int | None = Field(
        None, ge=1, le=MAXIMUM_DAYS, description="Longest retention."
    )
    cooling_off_days: int | None = Field(
        None, ge=3, le=MAXIMUM_DAYS, description="Compliance: days until it cannot be undone."
    )
    i_understand_this_cannot_be_undone: bool = Field(
        default=False, description="Compliance: must be true."
    )

    @model_validator(mode="after")
    def _mode_and_bounds(self) -> Lock:
        if self.max_retention_days is not None and (
            self.max_retention_days < self.min_retention_days
        ):
            refuse(
                f"max_retention_days ({self.max_retention_days}) is below "
                f"min_retention_days ({self.min_retention_days})",
                "swap or correct the two",
                at="max_retention_days",
                of=("min_retention_days", "max_retention_days"),
            )
        if self.mode == "governance":
            if self.cooling_off_days is not None:
                refuse(
                    "cooling_off_days turns a lock into compliance mode",
                    "remove it, or write mode: compliance",
                    at="cooling_off_days",
                    of=("mode", "cooling_off_days"),
                )
            return self
        if not self.i_understand_this_cannot_be_undone:
            refuse(
                "after its cooling-off a compliance lock cannot be removed or shortened by "
                "anybody, AWS included, until the last recovery point has expired",
                "write i_understand_this_cannot_be_undone: true, or mode: governance",
                of=("mode", "i_understand_this_cannot_be_undone"),
            )
        if self.cooling_off_days is None:
            refuse(
                "a compliance lock needs cooling_off_days",
                "give at least 3 days",
                of=("mode", "cooling_off_days"),
            )
        return self


# AWS Backup sends these no longer; the ones that replace them come for every outcome.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
_RETIRED_EVENTS = {
    "BACKUP_JOB_SUCCESSFUL": "BACKUP_JOB_COMPLETED",
    "BACKUP_JOB_FAILED": "BACKUP_JOB_COMPLETED",
    "BACKUP_JOB_EXPIRED": "BACKUP_JOB_COMPLETED",
    "RESTORE_JOB_SUCCESSFUL": "RESTORE_JOB_COMPLETED",
    "RESTORE_JOB_FAILED": "RESTORE_JOB_COMPLETED",
}


def _event(name: Any) -> Any:
    if isinstance(name, str) and name in _RETIRED_EVENTS:
        refuse(
            f"AWS Backup has retired the event `{name}`",
            f"use {_RETIRED_EVENTS[name]}, which comes for every outcome; failures reach "
            "`alerts` without it",
        )
    return name


class VaultNotifications(Model):
    """Events of AWS Backup itself to another topic than the alerts (they would come twice)."""

    sns_topic_arn: SnsTopicArn = Field(description="A topic of your own.")
    events: list[
        Annotated[
            Literal[
                "BACKUP_JOB_STARTED",
                "BACKUP_JOB_COMPLETED",
                "COPY_JOB_STARTED",
                "COPY_JOB_SUCCESSFUL",
                "COPY_JOB_FAILED",
                "RESTORE_JOB_STARTED",
                "RESTORE_JOB_COMPLETED",
                "RECOVERY_POINT_MODIFIED",
            ],
            BeforeValidator(_event),
        ]
    ] = Field(min_length=1, description="Event names that AWS Backup still sends.")


class Vault(Model):
    """A backup vault."""

    kms_key_arn: KmsKeyArn | None = Field(
        None, description="An existing key. Absent: a key is created for this vault."
    )
    lock: Lock | None = Field(None, description="Vault Lock. Absent: not locked.")
    notifications: VaultNotifications | None = Field(None, description="Extra vault events.")
    tags: Tags = Field(default_factory=dict, description="Added to the environment's tags.")
