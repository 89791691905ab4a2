"""Tables, decided: one set of facts per `stack`, with nothing left to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from blueprints.documents import key_policy
from blueprints.names import DEFAULT_STACK, creates_key, tables_key_alias, tables_template
from blueprints.tables.capacity import (
    CapFacts,
    ScalingFacts,
    ThroughputFacts,
    caps,
    scaling,
    throughput,
)
from generator.naming import label
from generator.render.hcl import Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.naming import Label
    from generator.spec import GlobalIndex, LocalIndex, Projection
    from generator.spec.resolved import Environment, Table
    from generator.spec.tables import KinesisDestination, TimeToLive

# The longest AWS offers: DynamoDB archives a table after seven days without its key, so somebody
# has three weeks left to notice.
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
KEY_DELETION_WINDOW_DAYS = 30
BILLING_MODES = {"on_demand": "PAY_PER_REQUEST", "provisioned": "PROVISIONED"}

# Facts that one of the two outputs does not repeat as a value:
ONE_ENGINE = frozenset(
    {
        # CloudFormation says `Enabled: false`, so that removing it from the file switches it off;
        # in Terraform it is a resource of its own, whose absence says the same.
        "contributor_insights",
        "insights",
        # CloudFormation compares templates and does not see what auto scaling did.
        "ignored_changes",
    }
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """The customer managed key of the template's tables."""

    label: Label
    alias_label: Label
    purpose: str
    alias_purpose: str
    alias_name: str
    description: str
    policy: Mapping[str, Any]
    deletion_window_days: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeFacts:
    """One key attribute and its type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalIndexFacts:
    """A local secondary index; its partition key is the table's."""

    name: str
    sort_key: str
    projection_type: str
    non_key_attributes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalIndexFacts:
    """A global secondary index; `throughput` if provisioned, perhaps `caps` if on demand."""

    name: str
    partition_key: str
    sort_key: str | None
    projection_type: str
    non_key_attributes: tuple[str, ...] | None
    throughput: ThroughputFacts | None
    caps: CapFacts | None
    contributor_insights: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionFacts:
    """Off means a key AWS owns; on without a key means alias/aws/dynamodb.

    `key_label` is a key of the same template, `kms_key_arn` any other; never both.
    """

    enabled: bool
    kms_key_arn: str | None
    key_label: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFacts:
    """Point-in-time recovery; the period is None when it is off."""

    enabled: bool
    recovery_period_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsFacts:
    """Contributor insights of the table or, with `index_name`, of one index (Terraform)."""

    label: Label
    index_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """One table with all that hangs on it."""

    label: Label
    purpose: str
    name: str
    attributes: tuple[AttributeFacts, ...]
    partition_key: str
    sort_key: str | None
    billing_mode: str
    throughput: ThroughputFacts | None
    caps: CapFacts | None
    local_indexes: tuple[LocalIndexFacts, ...]
    global_indexes: tuple[GlobalIndexFacts, ...]
    point_in_time_recovery: RecoveryFacts
    encryption: EncryptionFacts
    deletion_protection: bool
    table_class: str
    time_to_live: TimeToLive | None
    stream_view_type: str | None
    kinesis_destination: KinesisDestination | None
    contributor_insights: bool
    resource_policy: Mapping[str, Any] | None
    tags: Mapping[str, str]
    scaling: tuple[ScalingFacts, ...]
    insights: tuple[InsightsFacts, ...]
    ignored_changes: tuple[Reference, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesFacts:
    """The tables of one `stack`, and the key created for those that ask for one."""

    template: str
    description: str
    key: KeyFacts | None
    tables: tuple[TableFacts, ...]


def decide(environment: Environment) -> tuple[TablesFacts, ...]:
    """Return the facts of each stack that defines a table, in the file's order."""
    stacks: dict[str, list[Table]] = {}
    for table in environment.tables:
        if not table.existing:
            stacks.setdefault(table.stack, []).append(table)
    return tuple(_stack(environment, stack, tables) for stack, tables in stacks.items())


def _stack(environment: Environment, stack: str, tables: list[Table]) -> TablesFacts:
    where = f"{environment.project} {environment.name}"
    default = stack == DEFAULT_STACK
    return TablesFacts(
        template=tables_template(stack),
        description=f"DynamoDB tables of {where}" + ("" if default else f", stack {stack}"),
        key=_key(environment, stack) if any(map(creates_key, tables)) else None,
        tables=tuple(_table(environment, table) for table in tables),
    )


def _key(environment: Environment, stack: str) -> KeyFacts:
    return KeyFacts(
        label=label("key_of_tables", stack),
        alias_label=label("alias_of_tables", stack),
        purpose="Encrypts tables of this template; whoever destroys it destroys them.",
        alias_purpose="The name under which IAM documents know the key.",
        alias_name=tables_key_alias(environment, stack),
        description=f"DynamoDB tables of {environment.project} {environment.name}, stack {stack}",
        policy=key_policy(environment),
        deletion_window_days=KEY_DELETION_WINDOW_DAYS,
        tags=environment.tags,
    )


def _table(environment: Environment, table: Table) -> TableFacts:
    spec, billing = table.spec, table.billing
    return TableFacts(
        label=label("table", table.key),
        purpose=_purpose(table),
        name=table.name,
        attributes=tuple(
            AttributeFacts(name=name, type=_known(kind, f"type of {name}"))
            for name, kind in table.attributes.items()
        ),
        partition_key=_known(spec.partition_key, f"partition key of {table.key}").name,
        sort_key=spec.sort_key.name if spec.sort_key else None,
        billing_mode=BILLING_MODES[billing.mode],
        throughput=throughput(billing, billing),
        caps=caps(billing, billing),
        local_indexes=tuple(_local(name, index) for name, index in spec.local_indexes.items()),
        global_indexes=tuple(
            _global(table, name, index) for name, index in spec.global_indexes.items()
        ),
        point_in_time_recovery=_recovery(table),
        encryption=_encryption(table),
        deletion_protection=table.deletion_protection,
        table_class=spec.table_class,
        time_to_live=spec.time_to_live,
        stream_view_type=spec.stream.view_type if spec.stream else None,
        kinesis_destination=spec.kinesis_destination,
        contributor_insights=spec.contributor_insights,
        resource_policy=spec.resource_policy,
        tags=table.tags,
        scaling=tuple(scaling(environment, table)),
        insights=_insights(table),
        ignored_changes=_ignored_changes(table),
    )


def _purpose(table: Table) -> str:
    protected = f"Table {table.name}: protection class {table.protection_name}."
    if not _scaled_indexes(table):
        return protected
    return f"{protected} Its indexes scale: Terraform ignores later changes of any index."


def _local(name: str, index: LocalIndex) -> LocalIndexFacts:
    return LocalIndexFacts(
        name=name,
        sort_key=index.sort_key.name,
        projection_type=index.projection.type,
        non_key_attributes=_non_key_attributes(index.projection),
    )


def _global(table: Table, name: str, index: GlobalIndex) -> GlobalIndexFacts:
    return GlobalIndexFacts(
        name=name,
        partition_key=index.partition_key.name,
        sort_key=index.sort_key.name if index.sort_key else None,
        projection_type=index.projection.type,
        non_key_attributes=_non_key_attributes(index.projection),
        throughput=throughput(table.billing, index),
        caps=caps(table.billing, index),
        contributor_insights=index.contributor_insights,
    )


def _non_key_attributes(projection: Projection) -> tuple[str, ...] | None:
    return tuple(projection.non_key_attributes) or None


def _recovery(table: Table) -> RecoveryFacts:
    recovery = table.point_in_time_recovery
    return RecoveryFacts(
        enabled=recovery is not None,
        recovery_period_days=recovery.recovery_period_days if recovery else None,
    )


def _encryption(table: Table) -> EncryptionFacts:
    return EncryptionFacts(
        enabled=table.encryption.key != "aws_owned",
        kms_key_arn=table.encryption.kms_key_arn,
        key_label=label("key_of_tables", table.stack) if creates_key(table) else None,
    )


def _insights(table: Table) -> tuple[InsightsFacts, ...]:
    own = InsightsFacts(label=label("table", table.key), index_name=None)
    return (
        *((own,) if table.spec.contributor_insights else ()),
        *(
            InsightsFacts(label=label("index_insights", table.key, name), index_name=name)
            for name, index in table.spec.global_indexes.items()
            if index.contributor_insights
        ),
    )


def _ignored_changes(table: Table) -> tuple[Reference, ...] | None:
    """Return what Terraform must leave to auto scaling; it cannot ignore a part of a set block."""
    if table.billing.mode != "provisioned":
        return None
    own = table.billing.auto_scaling
    ignored = (
        *((Reference("read_capacity"),) if own and own.read else ()),
        *((Reference("write_capacity"),) if own and own.write else ()),
        *((Reference("global_secondary_index"),) if _scaled_indexes(table) else ()),
    )
    return ignored or None


def _scaled_indexes(table: Table) -> bool:
    return table.billing.mode == "provisioned" and any(
        index.auto_scaling and (index.auto_scaling.read or index.auto_scaling.write)
        for index in table.spec.global_indexes.values()
    )


def _known(value: _T | None, what: str) -> _T:
    """Return what the rules of the specification have made sure of."""
    if value is None:
        raise ValueError(f"the rules let a missing {what} pass")
    return value
