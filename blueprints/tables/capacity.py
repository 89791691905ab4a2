"""Capacity, decided: provisioned units, on-demand caps, and auto scaling of tables and indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generator.naming import label, physical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.naming import Label
    from generator.spec import Billing, CapacityRange
    from generator.spec.resolved import Environment, Table
    from generator.spec.tables import Throughput

Operation = Literal["read", "write"]
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
POLICY_NAME_LENGTH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputFacts:
    """Provisioned units a second; with auto scaling only where it starts."""

    read_capacity_units: int
    write_capacity_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapFacts:
    """The most on-demand request units a second; at least one is given."""

    max_read_request_units: int | None
    max_write_request_units: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingFacts:
    """One scalable dimension: its target and its target-tracking policy."""

    label: Label
    policy_label: Label
    purpose: str
    table: Label
    resource_id: str
    dimension: str
    min_capacity_units: int
    max_capacity_units: int
    policy_name: str
    metric: str
    target_utilization_percent: int
    scale_in_cooldown_seconds: int | None
    scale_out_cooldown_seconds: int | None
    tags: Mapping[str, str]


def throughput(billing: Billing, given: Throughput) -> ThroughputFacts | None:
    """Return the provisioned units of a table or index, None when it is paid on demand."""
    if billing.mode == "on_demand":
        return None
    scaled = given.auto_scaling
    return ThroughputFacts(
        read_capacity_units=_start(given.read_capacity_units, scaled.read if scaled else None),
        write_capacity_units=_start(given.write_capacity_units, scaled.write if scaled else None),
    )


def caps(billing: Billing, given: Throughput) -> CapFacts | None:
    """Return the on-demand caps of a table or index, None when there are none."""
    read, write = given.max_read_request_units, given.max_write_request_units
    if billing.mode != "on_demand" or (read is None and write is None):
        return None
    return CapFacts(max_read_request_units=read, max_write_request_units=write)


def scaling(environment: Environment, table: Table) -> Iterator[ScalingFacts]:
    """Yield every scaled dimension of a table, then of its global indexes."""
    if table.billing.mode == "on_demand":
        return
    yield from _ranges(environment, table, table.billing, None)
    for name, index in table.spec.global_indexes.items():
        yield from _ranges(environment, table, index, name)


def _ranges(
    environment: Environment, table: Table, given: Throughput, index: str | None
) -> Iterator[ScalingFacts]:
    scaled = given.auto_scaling
    if scaled and scaled.read:
        yield _scaling(environment, table, scaled.read, "read", index)
    if scaled and scaled.write:
        yield _scaling(environment, table, scaled.write, "write", index)


def _scaling(
    environment: Environment,
    table: Table,
    limits: CapacityRange,
    operation: Operation,
    index: str | None,
) -> ScalingFacts:
    title = operation.capitalize()
    whole = f"table {table.name}"
    kind, keys, part = (
        ("", (table.key,), whole)
        if index is None
        else ("index_", (table.key, index), f"index {index} of {whole}")
    )
    return ScalingFacts(
        label=label(f"{kind}{operation}_target", *keys),
        policy_label=label(f"{kind}{operation}_policy", *keys),
        purpose=f"{title} capacity of {part}.",
        table=label("table", table.key),
        resource_id=f"table/{table.name}" + (f"/index/{index}" if index else ""),
        dimension=f"dynamodb:{'index' if index else 'table'}:{title}CapacityUnits",
        min_capacity_units=limits.min_capacity_units,
        max_capacity_units=limits.max_capacity_units,
        policy_name=physical(environment, *keys, operation, length=POLICY_NAME_LENGTH),
        metric=f"DynamoDB{title}CapacityUtilization",
        target_utilization_percent=limits.target_utilization_percent,
        scale_in_cooldown_seconds=limits.scale_in_cooldown_seconds,
        scale_out_cooldown_seconds=limits.scale_out_cooldown_seconds,
        tags=table.tags,
    )


def _start(units: int | None, limits: CapacityRange | None) -> int:
    if units is not None:
        return units
    if limits is None:
        raise ValueError("the rules let missing capacity units pass")
    return limits.min_capacity_units
