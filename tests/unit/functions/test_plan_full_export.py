"""Full exports by schedule: of the chain that is there, one for each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.functions.common import catalogue
from tests.unit.functions import planning
from tests.unit.functions.planning import (
    DAY,
    EARLIEST,
    END,
    HOUR,
    LATEST,
    chain_to,
    failed,
    planned,
    recorded,
    restorable,
)

pytestmark = pytest.mark.usefixtures("local_places")


@pytest.fixture(autouse=True)
def _a_table(local_places: None, monkeypatch: pytest.MonkeyPatch) -> None:
    planning.begin(monkeypatch)


def test_a_full_export_by_schedule_keeps_its_time_until_it_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain_to(END - 20 * HOUR)
    first = planned("full")
    assert (first["identity"], first["from"]) == ("full-20261125T010500Z", catalogue.iso(END))
    assert (first["starts_chain"], first["tell"]) == (False, False)
    failed(first)
    restorable(monkeypatch, EARLIEST, LATEST + HOUR)
    second = planned("full")
    assert (second["attempt"], second["from"]) == (2, first["from"])
    recorded("full", END, END, chain=first["chain"], starts_chain=False)
    assert planned("full")["action"] == "nothing"
    # Which does not move the end of the chain.
    assert planned()["from"] == catalogue.iso(END - 20 * HOUR)


def test_one_that_is_recorded_is_not_made_again_however_late_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain_to(END - 20 * HOUR)
    restorable(monkeypatch, EARLIEST, LATEST - HOUR)
    first = planned("full")
    recorded("full", END - HOUR, END - HOUR, chain=first["chain"], starts_chain=False)
    restorable(monkeypatch, EARLIEST, LATEST)
    found = planned("full")
    assert (found["action"], found["reason"]) == (
        "nothing",
        "the full export of 2026-11-25T00:00:00Z is recorded",
    )


def test_one_that_was_planned_for_a_former_chain_is_planned_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain_to(END - 20 * HOUR)
    failed(planned("full"))
    start = END - 2 * HOUR
    recorded("full", start, start)
    restorable(monkeypatch, EARLIEST, LATEST + HOUR)
    found = planned("full")
    assert (found["attempt"], found["chain"]) == (2, catalogue.iso(start))
    assert found["from"] == catalogue.iso(END + HOUR)


def test_full_exports_of_another_chain_are_none_of_this_one() -> None:
    chain_to(END - HOUR)
    time = END - timedelta(minutes=1)
    recorded("full", time, time, chain=catalogue.iso(END - 50 * DAY), starts_chain=False)
    found = planned("full")
    assert (found["action"], found["chain"]) == ("export", catalogue.iso(END - HOUR - DAY))


def test_one_that_waited_longer_than_recovery_reaches_back_gets_another_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain_to(END - 20 * HOUR)
    first = planned("full")
    start = END + HOUR
    recorded("incremental", END - 20 * HOUR, start, chain=first["chain"])
    restorable(monkeypatch, LATEST + HOUR - timedelta(minutes=1), LATEST + 2 * HOUR)
    second = planned("full")
    assert (second["attempt"], second["from"]) == (2, catalogue.iso(END + 2 * HOUR))
    assert second["client_token"] != first["client_token"]
