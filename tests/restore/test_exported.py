"""The plan of a restore from exports says how data comes back, and what that takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from generator.points.model import Place, Point
from generator.points.prices import load_prices
from generator.restore import exported
from generator.restore.exported import Loading, loading_of

START = datetime(2026, 11, 12, 3, 0, tzinfo=UTC)
MOMENTS = tuple(START + number * timedelta(hours=6) for number in range(4))
PLACE = Place(account_id="111111111111", region="eu-central-1")


def loading(
    settings: dict[str, Any] | None = None, *, hours: int = 18, **members: Any
) -> Loading | None:
    given: dict[str, Any] = {
        "id": "arn:aws:dynamodb:eu-central-1:111111111111:table/orders/export/1",
        "source": "export",
        "time": START + timedelta(hours=hours),
        "place": PLACE,
        "status": "COMPLETED",
        "moments": MOMENTS,
        "size_bytes": 10 * 1024**3,
        "cost_usd": 1.5,
    }
    return loading_of(Point(**given | members), {"settings": settings})


PLAIN: dict[str, Any] = {"local_indexes": {}}
INDEXED = {"local_indexes": {"by_date": {}}}
FULL = "the full export of 2026-11-12T03:00:00Z"
REFILL = "into it, by the state machine refill"


@pytest.mark.parametrize(
    ("found", "steps"),
    [
        (
            loading(PLAIN),
            [
                f"ImportTable of {FULL}",
                f"writes 3 incremental exports to 2026-11-12T21:00:00Z {REFILL}",
            ],
        ),
        (loading(PLAIN, hours=0), [f"ImportTable of {FULL}"]),
        (
            loading(INDEXED, hours=0),
            ["CreateTable, for an import makes no local index", f"writes {FULL} {REFILL}"],
        ),
        (
            loading(INDEXED, hours=6, thaw_hours=12),
            [
                "has S3 thaw what is read, up to 12 hours",
                "CreateTable, for an import makes no local index",
                f"writes {FULL} and 1 incremental export to 2026-11-12T09:00:00Z {REFILL}",
            ],
        ),
        (
            loading(None, hours=0),
            [f"ImportTable of {FULL}, unless the table has local indexes"],
        ),
    ],
)
def test_the_steps_say_how_data_comes_back(found: Loading, steps: list[str]) -> None:
    assert list(exported.steps(found)) == steps


def test_of_other_points_there_is_nothing_to_say() -> None:
    assert loading(PLAIN, source="recovery_point") is None
    assert exported.document(None) is None


@pytest.mark.parametrize(
    ("found", "begins"),
    [
        (loading(PLAIN, hours=0), "about 1.50 USD for the import of 10 GiB; BASIS"),
        (loading(PLAIN), "about 1.50 USD for the import of 10 GiB; what is written, 0.625 USD"),
        (loading(PLAIN, cost_usd=0.001, hours=0), "less than 0.01 USD for the import"),
        (loading(PLAIN, cost_usd=None), "what is written, 0.625 USD for a million write units"),
        (loading(INDEXED), "what is written, 0.625 USD for a million write units"),
    ],
)
def test_what_is_known_of_the_cost_is_said_and_the_rest_is_unknown(
    found: Loading, begins: str
) -> None:
    text = exported.cost_text(found, load_prices(), "BASIS")
    assert text.startswith(begins)
    assert text.endswith("; BASIS")


def test_how_long_thawing_may_take_is_said() -> None:
    found = loading(PLAIN, thaw_hours=5)
    assert found is not None
    assert "up to 5 hours of thawing" in exported.takes_text(found)
    assert exported.document(found) == {
        "load": "import",
        "why_no_import": None,
        "incremental_exports": 3,
        "thaw_hours": 5,
    }
