"""How many shares an undo is cut into, and what each may write: pure functions."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_undo import budget, listing
from tests.unit.functions.tables import TABLE


@pytest.mark.parametrize(
    ("keys", "stored", "shares"),
    [
        ([0], [0], 1),
        ([100_000], [1_000], 1),
        ([60_000, 60_000], [1_000, 1_000], 2),
        ([10], [17 * 1024 * 1024], 2),
    ],
)
def test_a_share_holds_so_much(keys: list[int], stored: list[int], shares: int) -> None:
    windows_ = [listing.Listed([], *each) for each in zip(keys, stored, strict=True)]
    assert listing.shares_of(windows_, None, TABLE) == shares


def test_more_shares_than_a_map_takes_are_refused() -> None:
    with pytest.raises(RefusedError, match="more than one undo takes"):
        listing.shares_of([listing.Listed([], 1_000_000_001, 0)], None, TABLE)


KB, MB = 1_000, 1_000_000


@pytest.mark.parametrize(
    ("keys", "stored", "full", "shares"),
    [
        # 100,000 keys of 10 KB each, three images of each: of a small table and of a large one.
        (100_000, MB, (100_000, 100 * MB, KB * MB), 12),
        (100_000, MB, (800_000, 800 * MB, 8 * KB * MB), 12),
        # No summary tells how large it is.
        (100_000, MB, (100_000, 250 * MB, 0), 12),
        # What was changed is longer than what was not: the windows tell that.
        (10_000, 15 * MB, (90 * MB, 2 * KB * MB, 0), 1),
        (80_000, 160 * MB, (90 * MB, 2 * KB * MB, 0), 10),
        # No more than the table holds.
        (100_000, 16 * MB, (10, KB, 10 * KB), 1),
        (0, 0, (0, 0, 0), 1),
    ],
)
def test_with_a_full_export_a_share_is_what_fits_in_memory(
    keys: int, stored: int, full: tuple[int, int, int], shares: int
) -> None:
    windows_ = [listing.Listed([], keys, stored)]
    found = listing.shares_of(windows_, listing.Listed([], *full), TABLE)
    assert found == shares


@pytest.mark.parametrize(
    ("asked_for", "mode", "units", "expected"),
    [
        (None, "PROVISIONED", 20, {"write_units": 10.0, "from": "table"}),
        (None, None, 1, {"write_units": 0.5, "from": "table"}),
        (None, "PAY_PER_REQUEST", 0, None),
        (7, "PROVISIONED", 20, {"write_units": 7, "from": "asked"}),
        (7, "PAY_PER_REQUEST", 0, {"write_units": 7, "from": "asked"}),
    ],
)
def test_of_a_provisioned_table_half_is_left_to_the_application(
    asked_for: int | None, mode: str | None, units: int, expected: Any
) -> None:
    table: dict[str, Any] = {"ProvisionedThroughput": {"WriteCapacityUnits": units}}
    table |= {"BillingModeSummary": {"BillingMode": mode}} if mode else {}
    assert budget.budget_of({"write_units": asked_for}, table) == expected


@pytest.mark.parametrize(
    ("shares", "units", "expected"),
    [(100, None, (40, None)), (100, 20.0, (20, 1.0)), (5, 0.5, (1, 0.5)), (2, 100, (2, 50.0))],
)
def test_each_child_has_a_unit_a_second_at_least(
    shares: int, units: float | None, expected: Any
) -> None:
    told = None if units is None else {"write_units": units, "from": "asked"}
    assert budget.children_of(shares, told) == expected
