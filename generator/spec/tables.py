"""What a person writes about one table."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from generator.spec.base import (
    AttributeName,
    Document,
    IndexName,
    Key,
    KinesisStreamArn,
    KmsKeyArn,
    Model,
    StackKey,
    TableName,
    Tags,
    matching,
    refuse,
)
from generator.spec.protection import PointInTimeRecovery

ScalarType = Literal["S", "N", "B"]
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html
MAX_PROJECTED = 20
_PROJECTION = ("type", "non_key_attributes")


class KeyAttribute(Model):
    """One key attribute of a table or index."""

    name: AttributeName = Field(description="Name of the attribute.")
    type: ScalarType | None = Field(
        None,
        description="S (text), N (number) or B (binary). May be left out where `attributes` or "
        "another key of the table already gives it.",
    )


class CapacityRange(Model):
    """Target-tracking auto scaling of one capacity dimension."""

    limits_of: ClassVar[str] = "Application Auto Scaling"

    min_capacity_units: int = Field(ge=1, le=1_000_000, description="Never scale below this.")
    max_capacity_units: int = Field(ge=1, le=1_000_000, description="Never scale above this.")
    target_utilization_percent: int = Field(
        70, ge=20, le=90, description="Consumed capacity in per cent of provisioned capacity."
    )
    scale_in_cooldown_seconds: int | None = Field(
        None, ge=0, le=86_400, description="Wait after scaling in. AWS's default when absent."
    )
    scale_out_cooldown_seconds: int | None = Field(
        None, ge=0, le=86_400, description="Wait after scaling out. AWS's default when absent."
    )


class AutoScaling(Model):
    """Auto scaling of provisioned capacity, each dimension on its own."""

    read: CapacityRange | None = Field(None, description="Scaling of read capacity.")
    write: CapacityRange | None = Field(None, description="Scaling of write capacity.")


class Throughput(Model):
    """Capacity of a table or index: fixed units, scaled units, or on-demand caps."""

    limits_of: ClassVar[str] = "DynamoDB"

    read_capacity_units: int | None = Field(
        None, ge=1, description="Provisioned read capacity; where auto scaling starts."
    )
    write_capacity_units: int | None = Field(
        None, ge=1, description="Provisioned write capacity; where auto scaling starts."
    )
    max_read_request_units: int | None = Field(
        None, ge=1, description="On-demand only: the most read request units a second."
    )
    max_write_request_units: int | None = Field(
        None, ge=1, description="On-demand only: the most write request units a second."
    )
    auto_scaling: AutoScaling | None = Field(None, description="Provisioned only.")


class Billing(Throughput):
    """How the table is paid for."""

    mode: Literal["on_demand", "provisioned"] = Field(
        "on_demand", description="on_demand (PAY_PER_REQUEST) or provisioned."
    )


class Projection(Model):
    """Which attributes an index carries beside the keys."""

    type: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = Field("ALL", description="As in DynamoDB.")
    non_key_attributes: list[AttributeName] = Field(
        default_factory=list, description="With INCLUDE: the attributes to carry."
    )

    @model_validator(mode="after")
    def _include_needs_attributes(self) -> Projection:
        names = self.non_key_attributes
        if self.type == "INCLUDE" and not names:
            refuse(
                "INCLUDE projects no attribute",
                "list some in non_key_attributes, or use ALL",
                of=_PROJECTION,
            )
        if self.type != "INCLUDE" and names:
            refuse(
                f"a projection of type {self.type} takes no non_key_attributes",
                "write type: INCLUDE, or remove them",
                at="non_key_attributes",
                of=_PROJECTION,
            )
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            refuse(f"`{twice}` is projected twice", "name it once", at="non_key_attributes")
        if len(names) > MAX_PROJECTED:
            refuse(
                f"{len(names)} attributes are projected, and DynamoDB takes {MAX_PROJECTED} for "
                "one index",
                "project fewer, or all with type: ALL",
                at="non_key_attributes",
            )
        return self


class GlobalIndex(Throughput):
    """A global secondary index."""

    partition_key: KeyAttribute = Field(description="Partition key of the index.")
    sort_key: KeyAttribute | None = Field(None, description="Sort key of the index.")
    projection: Projection = Field(default_factory=Projection, description="What it carries.")
    contributor_insights: bool = Field(default=False, description="Contributor Insights.")


class LocalIndex(Model):
    """A local secondary index: the table's partition key with another sort key."""

    sort_key: KeyAttribute = Field(description="Sort key of the index.")
    projection: Projection = Field(default_factory=Projection, description="What it carries.")


class Encryption(Model):
    """Encryption at rest of a table."""

    key: Literal["aws_owned", "aws_managed", "customer_managed"] = Field(
        "aws_owned",
        description="aws_owned (free), aws_managed (alias/aws/dynamodb) or customer_managed.",
    )
    kms_key_arn: KmsKeyArn | None = Field(
        None,
        description="With customer_managed: an existing key. Absent: one key is created for the "
        "tables of the stack.",
    )

    @model_validator(mode="after")
    def _arn_belongs_to_customer_key(self) -> Encryption:
        if self.kms_key_arn and self.key != "customer_managed":
            refuse(
                f"key: {self.key} takes no kms_key_arn",
                "write key: customer_managed, or remove the ARN",
                at="kms_key_arn",
                of=("key", "kms_key_arn"),
            )
        return self


class TimeToLive(Model):
    """Deletes items whose time has come."""

    attribute_name: AttributeName = Field(description="Attribute with the epoch time in seconds.")
    enabled: bool = Field(default=True, description="False switches it off and keeps the name.")


class Stream(Model):
    """DynamoDB stream of item changes."""

    view_type: Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] = Field(
        description="What a stream record carries."
    )


class KinesisDestination(Model):
    """Item changes into a Kinesis data stream."""

    stream_arn: KinesisStreamArn = Field(description="ARN of an existing Kinesis data stream.")
    timestamp_precision: Literal["MILLISECOND", "MICROSECOND"] = Field(
        "MILLISECOND", description="Precision of ApproximateCreationDateTime."
    )


class TableAlarms(Model):
    """CloudWatch alarms of one table; they publish to the environment's alert topic."""

    throttling: bool = Field(default=False, description="Read or write requests are throttled.")
    system_errors: bool = Field(default=False, description="DynamoDB answers with HTTP 500.")


class Pointer(Model):
    """An SSM parameter that holds the name of the live table; a restore can repoint it."""

    parameter_name: (
        Annotated[
            str,
            *matching(
                r"(/[A-Za-z0-9_.-]{1,100}){1,15}",
                "`{value}` is not the path of an SSM parameter",
                "write a path of letters, digits, `_`, `.` and `-`, such as /shop/prod/orders",
                example="/shop/prod/tables/orders",
            ),
        ]
        | None
    ) = Field(None, description="Default: /PROJECT/ENVIRONMENT/tables/KEY.")


class Table(Model):
    """One table, defined here or (`existing: true`) elsewhere."""

    name: TableName | None = Field(
        None,
        description="Physical name. Default: `table_name_pattern` filled with the entry's key.",
    )
    existing: bool = Field(
        default=False, description="Defined elsewhere: protected here, not created."
    )
    stack: StackKey = Field(
        "tables", description="Template that holds the table; frozen once deployed."
    )
    protection: Key | None = Field(
        None, description="Protection class. Default: `defaults.protection`."
    )
    partition_key: KeyAttribute | None = Field(None, description="Partition key.")
    sort_key: KeyAttribute | None = Field(None, description="Sort key.")
    attributes: dict[AttributeName, ScalarType] = Field(
        default_factory=dict, description="Types of key attributes, if not given at the keys."
    )
    billing: Billing | None = Field(None, description="Default: `defaults.billing`, on demand.")
    global_indexes: dict[IndexName, GlobalIndex] = Field(
        default_factory=dict, description="Global secondary indexes by name; at most 20."
    )
    local_indexes: dict[IndexName, LocalIndex] = Field(
        default_factory=dict,
        description="Local secondary indexes by name; at most 5, fixed at creation.",
    )
    encryption: Encryption | None = Field(None, description="Default: `defaults.encryption`.")
    point_in_time_recovery: PointInTimeRecovery | None = Field(
        None, description="Overrides the protection class field by field."
    )
    deletion_protection: bool | None = Field(None, description="Overrides the protection class.")
    time_to_live: TimeToLive | None = Field(None, description="Time to live.")
    stream: Stream | None = Field(None, description="DynamoDB stream.")
    kinesis_destination: KinesisDestination | None = Field(None, description="Kinesis stream.")
    contributor_insights: bool = Field(default=False, description="Contributor Insights.")
    table_class: Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"] = Field(
        "STANDARD", description="Storage class of the table."
    )
    resource_policy: Document | None = Field(None, description="Resource-based policy document.")
    alarms: TableAlarms | None = Field(None, description="Default: `defaults.alarms`.")
    pointer: Pointer | None = Field(
        None, description="SSM parameter with the live table's name. Absent: none."
    )
    tags: Tags = Field(default_factory=dict, description="Added to the environment's tags.")
