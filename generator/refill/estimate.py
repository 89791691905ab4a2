"""What writing items takes: rounds, children, write units, hours and dollars, all of them rough.

Knows no service: sizes and the table's throughput are given. docs/refill.md shows the same sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from blueprints.functions.common.refill_rounds import rounds_of
from generator.points.model import Prices

KIB, GIB = 1024, 1024**3
# A file of a full export holds the items of one partition, and a partition takes 1,000 write units
# a second: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
# bp-partition-key-design.html
UNITS_OF_A_CHILD = 1_000
# A new on-demand table takes so many write units a second.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
UNITS_OF_A_NEW_TABLE = 4_000
# A child that is called once: begun, called, looked at, ended.
TRANSITIONS_OF_A_CHILD = 5
# Of a budget, a child is given no less a second.
LEAST_SHARE = 10
_MILLION, _HOUR = 1_000_000, 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is loaded before or after another: a full export, one window of changes, or a dump.

    `size_bytes` is that of the items, `stored_bytes` that of the files. None is unknown.
    """

    kind: str
    files: int
    items: int | None
    size_bytes: int | None
    stored_bytes: int | None
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """What a table takes: `units` a second, and why; `copies` is how often each item is written.

    `usd_by_unit` says whether each write unit is paid for, or the hours of those provisioned, and
    `is_budget` that no more than `units` are written.
    """

    units: int
    why: str
    usd_by_unit: bool
    is_budget: bool = True
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a refill takes. None is what cannot be told without the number of items."""

    files: int
    items: int | None
    rounds: int
    children: int
    units: int | None
    units_a_second: int
    hours: float | None
    usd_writes: float | None
    usd_functions: float | None


def units_of(items: int, size_bytes: int) -> int:
    """Return the write units of items: each takes one for each KiB that it begins.

    Where sizes are spread, half a KiB of each is begun in vain.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    """
    return max(items, ceil(items / 2 + size_bytes / KIB))


def estimate(
    parts: Sequence[Part], table: Throughput, children: int, memory_mb: int, prices: Prices
) -> Estimate:
    """Return what it takes to load parts one after the other."""
    files = sum(each.files for each in parts)
    most = min(children, max((each.files for each in parts), default=1) or 1)
    if table.is_budget:
        most = max(1, min(most, table.units // LEAST_SHARE))
    rate = max(1, min(table.units, most * UNITS_OF_A_CHILD))
    items, units = _items(parts), _units(parts)
    units = None if units is None else units * table.copies
    hours = None if units is None else units / table.copies / rate / _HOUR
    usd = prices.loading
    writes = functions = None
    if units is not None and hours is not None:
        writes = (
            units / _MILLION * usd["write_request_units_million"]
            if table.usd_by_unit
            else hours * table.units * usd["write_capacity_unit_hour"]
        )
        seconds = hours * _HOUR * most
        functions = seconds * memory_mb / KIB * usd["function_gb_second"]
        functions += files * TRANSITIONS_OF_A_CHILD / 1000 * usd["transitions_thousand"]
    return Estimate(
        files=files,
        items=items,
        rounds=len(rounds_of([_as_planned(each) for each in parts])),
        children=most,
        units=units,
        units_a_second=rate,
        hours=hours,
        usd_writes=writes,
        usd_functions=functions,
    )


def _items(parts: Sequence[Part]) -> int | None:
    known = [each.items for each in parts if each.items is not None]
    return sum(known) if len(known) == len(parts) else None


def _units(parts: Sequence[Part]) -> int | None:
    found = 0
    for each in parts:
        if each.items is None or each.size_bytes is None:
            return None
        found += units_of(each.items, each.size_bytes)
    return found


def _as_planned(part: Part) -> Mapping[str, Any]:
    """Return a part as the function that plans knows it."""
    return {
        "kind": part.kind,
        "files": part.files,
        "items": part.items or 0,
        "bytes": part.stored_bytes or 0,
        "to": part.to,
    }
