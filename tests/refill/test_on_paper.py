"""The figures of docs/refill.md for a table of 1 TB are the ones that the command works out."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from blueprints.functions.plan_refill.case import CHILDREN, MOST_CHILDREN, Case
from blueprints.functions.plan_refill.target import Target as Planned
from blueprints.functions.plan_refill.target import children_of
from blueprints.recovery.refilling import LOAD_MB, REFILL_SECONDS, WORK_SECONDS
from generator.points.prices import load_prices
from generator.refill.estimate import (
    UNITS_OF_A_CHILD,
    UNITS_OF_A_NEW_TABLE,
    Estimate,
    Part,
    Throughput,
    estimate,
    units_of,
)
from tests.conftest import ROOT

TIB, GIB = 1024**4, 1024**3
TIMES = "\N{MULTIPLICATION SIGN}"
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
QUOTA = 40_000
# Of a partition at most: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
# HowItWorks.Partitions.html
FILES = math.ceil(TIB / (10 * GIB))
PRICES = load_prices()


def loaded(item_bytes: int, units: int, *, on_demand: bool = True, children: int = CHILDREN) -> Any:
    """Return the estimate for 1 TiB of items of one size, in a table without indexes."""
    whole = Part(
        kind="full",
        files=FILES,
        items=TIB // item_bytes,
        size_bytes=TIB,
        stored_bytes=None,
    )
    table = Throughput(units=units, why="", usd_by_unit=on_demand, is_budget=not on_demand)
    return estimate([whole], table, children, LOAD_MB, PRICES)


def billions(number: float) -> str:
    return f"{number / 1e9:.2f} billion"


def hours(what: Estimate) -> str:
    assert what.hours is not None
    return f"{what.hours:.0f} h"


def usd(number: float | None) -> str:
    assert number is not None
    return f"{number:,.0f}"


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join((ROOT / "docs" / "refill.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("item_bytes", [600, 4096])
def test_each_row_of_the_table_is_worked_out(item_bytes: int, page: str) -> None:
    new, most = loaded(item_bytes, UNITS_OF_A_NEW_TABLE), loaded(item_bytes, QUOTA)
    provisioned = loaded(item_bytes, QUOTA, on_demand=False)
    row = (
        f"| {item_bytes:,} bytes | {billions(most.items)} | {billions(most.units)} | "
        f"{usd(most.usd_writes)} USD | {hours(new)} | {hours(most)} | "
        f"{usd(provisioned.usd_writes)} USD | {usd(most.usd_functions)} USD |"
    )
    assert row in page


def test_what_the_text_says_is_worked_out(page: str) -> None:
    small = loaded(600, QUOTA)
    calls = math.ceil(small.hours * 3600 / WORK_SECONDS)
    gib = PRICES.loading["import_gib"]
    for told in (
        f"{CHILDREN} files at once {TIMES} {UNITS_OF_A_CHILD:,} = {CHILDREN * UNITS_OF_A_CHILD:,}",
        f"1,024 GiB {TIMES} {gib} = {1024 * gib:.0f} USD",
        f"{FILES} files at least",
        f"{LOAD_MB} MB",
        f"{MOST_CHILDREN:,}",
        f"{small.units / QUOTA / 3600:.1f} h",
        f"about {calls} calls for each file that is at work from beginning to end",
        f"{REFILL_SECONDS // 86_400} days",
        f"less than {math.ceil(small.units / REFILL_SECONDS):,} a second",
    ):
        assert told in page, told
    # The rate is what the default allows, and what the table's quota allows: neither binds first.
    assert small.units_a_second == CHILDREN * UNITS_OF_A_CHILD == QUOTA


def test_an_on_demand_table_that_grows_is_worked_out(page: str) -> None:
    """From 4,000 it doubles every 30 minutes up to the quota."""
    left, rate, seconds = float(loaded(600, QUOTA).units), UNITS_OF_A_NEW_TABLE, 0.0
    while rate < QUOTA and left > 0:
        left -= rate * 1800
        seconds += 1800
        rate = min(QUOTA, rate * 2)
    assert f"{(seconds + left / rate) / 3600:.0f} h from 4,000 on" in page


# --- the arithmetic itself ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "least", "most"),
    [
        ([100] * 10, 10, 10),
        ([1024] * 10, 10, 15),
        ([600] * 10, 10, 11),
        ([1500] * 10, 20, 20),
        ([*range(1, 8192, 100)], 350, 380),
        ([], 0, 0),
    ],
)
def test_write_units_are_near_what_items_take(sizes: list[int], least: int, most: int) -> None:
    real = sum(math.ceil(size / 1024) for size in sizes)
    assert least <= units_of(len(sizes), sum(sizes)) <= most
    assert least <= real <= most


def test_what_is_not_known_is_not_made_up() -> None:
    dump = Part(kind="dump", files=3, items=None, size_bytes=None, stored_bytes=9)
    table = Throughput(units=100, why="", usd_by_unit=True, is_budget=False)
    what = estimate([dump], table, 40, LOAD_MB, PRICES)
    assert (what.items, what.units, what.hours, what.usd_writes) == (None, None, None, None)
    assert (what.files, what.rounds, what.children) == (3, 1, 3)


def test_rounds_are_those_that_the_state_machine_plans() -> None:
    def window(items: int) -> Part:
        return Part(
            kind="incremental", files=2, items=items, size_bytes=items, stored_bytes=items, to="t"
        )

    full = Part(kind="full", files=5, items=9, size_bytes=9, stored_bytes=9)
    table = Throughput(units=1_000, why="", usd_by_unit=True, is_budget=False)
    parts = [full, *(window(10) for _ in range(50)), window(60_000), window(1)]
    assert estimate(parts, table, 40, LOAD_MB, PRICES).rounds == 4


@pytest.mark.parametrize("units", [5, 20, 395, 4_000])
def test_a_budget_is_shared_as_the_state_machine_shares_it(units: int) -> None:
    case = Case(
        connect=lambda *_: None,
        request={},
        place={},
        execution={},
        folder=None,  # type: ignore[arg-type]
        now=datetime(2026, 11, 25, tzinfo=UTC),
        has_time=lambda: True,
    )
    children, _ = children_of(case, Planned("t", ["a"], is_ready=True, units=units), FILES)
    assert loaded(600, units, on_demand=False).children == children


def test_indexes_and_replicas_cost_and_take_no_longer() -> None:
    whole = Part(kind="full", files=4, items=1000, size_bytes=1000, stored_bytes=None)

    def of(copies: int) -> Estimate:
        table = Throughput(units=10, why="", usd_by_unit=True, is_budget=False, copies=copies)
        return estimate([whole], table, 40, LOAD_MB, PRICES)

    once, thrice = of(1), of(3)
    assert (once.units, thrice.units, thrice.hours) == (1000, 3000, once.hours)
    assert thrice.usd_writes == pytest.approx(3 * once.usd_writes)  # type: ignore[operator]
