"""What a person writes about exports: a chain of full and incremental ones, and its bucket."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from generator.spec.base import Key, Model, refuse
from generator.spec.schedules import SchedulerSchedule, TimeZone

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
SHORTEST_WINDOW_MINUTES, LONGEST_WINDOW_MINUTES = 15, 24 * 60
_MINUTES_PER_HOUR = 60
MAXIMUM_DAYS = 36_500
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
STANDARD_IA_MINIMUM_DAYS = 30
# Standard retrieval: within 5 hours from Glacier Flexible Retrieval, 12 from Deep Archive.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
GLACIER_THAW_HOURS, DEEP_ARCHIVE_THAW_HOURS = 5, 12
TIERS = (
    "standard_ia_after_days",
    "glacier_ir_after_days",
    "glacier_after_days",
    "deep_archive_after_days",
)
_INTERVALS = ("incremental_every_hours", "incremental_every_minutes")


class Tiers(Model):
    """When exports move to cheaper storage, in days since they were written."""

    limits_of: ClassVar[str] = "S3"

    standard_ia_after_days: int | None = Field(
        None, ge=STANDARD_IA_MINIMUM_DAYS, le=MAXIMUM_DAYS, description="Standard-IA."
    )
    glacier_ir_after_days: int | None = Field(
        None, ge=1, le=MAXIMUM_DAYS, description="Glacier Instant Retrieval."
    )
    glacier_after_days: int | None = Field(
        None,
        ge=1,
        le=MAXIMUM_DAYS,
        description="Glacier Flexible Retrieval; has to be thawed before a restore.",
    )
    deep_archive_after_days: int | None = Field(
        None,
        ge=1,
        le=MAXIMUM_DAYS,
        description="Glacier Deep Archive; has to be thawed before a restore.",
    )
    accept_thaw_hours: int | None = Field(
        None,
        ge=GLACIER_THAW_HOURS,
        le=48,
        description="Hours that a restore may wait for S3 to thaw exports; needed by the deeper "
        "two.",
    )

    @model_validator(mode="after")
    def _colder_later(self) -> Tiers:
        given = [(name, days) for name in TIERS if (days := getattr(self, name)) is not None]
        for (before, sooner), (after, later) in pairwise(given):
            least = sooner + (STANDARD_IA_MINIMUM_DAYS if before == TIERS[0] else 1)
            if later < least:
                refuse(
                    f"{after} ({later}) comes too soon after {before} ({sooner})",
                    f"set {after} to {least} or more, or leave one of the two out",
                    at=after,
                    of=(before, after),
                )
        return self

    @model_validator(mode="after")
    def _thawing_is_accepted(self) -> Tiers:
        deep = self.deep_archive_after_days is not None
        if not deep and self.glacier_after_days is None:
            return self
        hours = DEEP_ARCHIVE_THAW_HOURS if deep else GLACIER_THAW_HOURS
        tier = "deep_archive_after_days" if deep else "glacier_after_days"
        if (self.accept_thaw_hours or 0) < hours:
            refuse(
                f"exports in that tier cannot be read before S3 has thawed them, which takes up to "
                f"{hours} hours",
                f"write accept_thaw_hours: {hours} or more, or stay with glacier_ir_after_days",
                at=tier,
                of=("accept_thaw_hours", tier),
            )
        return self


class Exports(Model):
    """A chain of exports to S3: full ones by schedule, incremental ones in between."""

    limits_of: ClassVar[str] = "AWS"

    full_schedule: SchedulerSchedule = Field(
        description="When whole tables are exported: cron or rate expression."
    )
    full_schedule_timezone: TimeZone = Field(
        "Etc/UTC", description="IANA time zone of the schedule."
    )
    incremental_every_hours: int | None = Field(
        None, ge=1, le=24, description="Hours between incremental exports, 1 to 24."
    )
    incremental_every_minutes: int | None = Field(
        None,
        ge=SHORTEST_WINDOW_MINUTES,
        le=LONGEST_WINDOW_MINUTES,
        description="Instead of hours: minutes between them, 15 to 1,440.",
    )
    delete_after_days: int = Field(
        ge=1,
        le=MAXIMUM_DAYS,
        description="Every moment of so many days stays restorable; objects are kept longer where "
        "the chain needs them.",
    )
    format: Literal["DYNAMODB_JSON", "ION"] = Field(
        "DYNAMODB_JSON", description="Format of the exported items."
    )
    tiers: Tiers | None = Field(None, description="Cheaper storage. Absent: S3 Standard.")

    @model_validator(mode="after")
    def _one_interval(self) -> Exports:
        given = [name for name in _INTERVALS if getattr(self, name) is not None]
        if len(given) != 1:
            refuse(
                "exports need incremental_every_hours or incremental_every_minutes; these have "
                f"{'both' if given else 'neither'}",
                "write one of them, for example incremental_every_hours: 24",
                of=_INTERVALS,
            )
        return self

    @property
    def incremental_minutes(self) -> int:
        """Minutes between incremental exports."""
        hours = self.incremental_every_hours
        return self.incremental_every_minutes or (hours or 0) * _MINUTES_PER_HOUR

    @property
    def thaws(self) -> bool:
        """Whether older exports have to be thawed before they can be read."""
        tiers = self.tiers
        return tiers is not None and (
            tiers.glacier_after_days is not None or tiers.deep_archive_after_days is not None
        )


class ObjectLock(Model):
    """S3 Object Lock with a default retention: nobody deletes an object before its time."""

    limits_of: ClassVar[str] = "S3"

    mode: Literal["governance", "compliance"] = Field(
        "governance",
        description="governance can be bypassed by break-glass; compliance by nobody.",
    )
    retention_days: int = Field(
        ge=1, le=MAXIMUM_DAYS, description="Days for which each object is locked."
    )
    i_understand_this_cannot_be_undone: bool = Field(
        default=False, description="Compliance: must be true."
    )

    @model_validator(mode="after")
    def _compliance_is_meant(self) -> ObjectLock:
        if self.mode == "compliance" and not self.i_understand_this_cannot_be_undone:
            refuse(
                "an object under compliance-mode lock cannot be deleted, nor its retention "
                "shortened, by anybody, AWS included",
                "write i_understand_this_cannot_be_undone: true, or mode: governance",
                of=("mode", "i_understand_this_cannot_be_undone"),
            )
        return self


class ExportReplica(Model):
    """A second bucket that S3 replicates exports to, in another Region or account."""

    to: Key = Field(description="Destination environment (a file with `kind: destination`).")
    object_lock: ObjectLock | None = Field(None, description="Object Lock of the replica.")


class ExportBucket(Model):
    """Where exports go: a bucket here, with replicas elsewhere, or one of a destination."""

    to: Key | None = Field(
        None,
        description="Destination environment whose account holds the bucket. Absent: it is "
        "created here.",
    )
    replicas: dict[Key, ExportReplica] = Field(
        default_factory=dict, description="Replicas of the bucket that is created here, by name."
    )
    object_lock: ObjectLock | None = Field(
        None,
        description="Object Lock of the bucket that exports are written to; unverified, see "
        "object_lock_unverified. The replica is the place for it.",
    )
    object_lock_unverified: bool = Field(
        default=False,
        description="Must be true with object_lock: whether DynamoDB's exports carry the checksum "
        "that S3 wants under a lock is not documented; try it with one table first.",
    )

    @model_validator(mode="after")
    def _one_way_out(self) -> ExportBucket:
        if self.to is not None and self.replicas:
            refuse(
                f"the bucket lies in `{self.to}` and is not replicated from there",
                "remove `replicas`, or remove `to` and keep the bucket here",
                at="replicas",
                of=("to", "replicas"),
            )
        return self

    @model_validator(mode="after")
    def _lock_is_tried_first(self) -> ExportBucket:
        if self.object_lock is not None and not self.object_lock_unverified:
            refuse(
                "S3 refuses uploads under a default retention that carry no checksum, and AWS does "
                "not document that exports carry one",
                "lock a replica instead, or write object_lock_unverified: true and try it with one "
                "table",
                at="object_lock",
                of=("object_lock", "object_lock_unverified"),
            )
        return self

    @property
    def locks(self) -> Mapping[tuple[str, ...], ObjectLock]:
        """Path below `export_bucket` → lock, of the bucket and of its replicas."""
        found: dict[tuple[str, ...], ObjectLock | None] = {("object_lock",): self.object_lock}
        for name, replica in self.replicas.items():
            found["replicas", name, "object_lock"] = replica.object_lock
        return {path: lock for path, lock in found.items() if lock is not None}
