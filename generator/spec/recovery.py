"""What a person writes about the way back: state machine, settings snapshots, older dumps."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from generator.spec.base import AccountId, Key, KmsKeyArn, Model, Region, matching
from generator.spec.schedules import SchedulerSchedule, TimeZone


class SettingsSnapshots(Model):
    """Settings of every protected table in the catalogue bucket, also at every change."""

    schedule: SchedulerSchedule = Field("cron(30 2 * * ? *)", description="When all are taken.")
    schedule_timezone: TimeZone = Field("Etc/UTC", description="IANA time zone of the schedule.")


# Buckets of us-east-1 from before March 2018 may be longer, in capitals and with underscores; a
# rule keeps such names to that Region.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BucketName = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]",
        "`{value}` is not the name of an S3 bucket",
        "give the bucket's name alone, without s3:// and without what lies in it",
        example="shop-data-pipeline",
    ),
]
# What policies take for a pattern or a variable would let roles read more than is meant; keys that
# begin with `/` are mostly a mistake.
ObjectPrefix = Annotated[
    str,
    *matching(
        r"(?!/)[^*?$\x00-\x1f]{0,1024}",
        "`{value}` is not what the keys of some objects begin with",
        "give what the keys begin with, without s3://, a `/` at the start, `*`, `?` or `$`",
        example="dumps/",
    ),
]


class RefillSource(Model):
    """A bucket of older dumps or foreign exports that refills may read, and nothing more."""

    limits_of: ClassVar[str] = "S3"

    bucket: BucketName = Field(description="Name of the bucket.")
    prefix: ObjectPrefix = Field(
        "", description="What the keys of readable objects begin with, mostly `FOLDER/`."
    )
    account_id: AccountId | None = Field(
        None, description="Account that owns the bucket. Absent: the environment's."
    )
    region: Region | None = Field(
        None, description="Region of the bucket. Absent: the environment's."
    )
    kms_key_arn: KmsKeyArn | None = Field(
        None, description="Customer managed key that the objects are encrypted with, if any."
    )


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
    refill_sources: dict[Key, RefillSource] = Field(
        default_factory=dict,
        description="Buckets that refills may read beside those of exports, by name.",
    )
