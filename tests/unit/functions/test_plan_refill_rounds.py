"""Rounds keep the order of windows, lose nothing, and fit into the history of one execution."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common import refill_rounds as rounds
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.refill_rounds import MOST_ROUNDS, checked, rounds_of
from tests.conftest import ROOT

Part = dict[str, Any]
MOST_EVENTS = 25_000


def window(files: int = 3, items: int = 100, stored: int = 1_000, **more: Any) -> Part:
    return {"kind": "incremental", "files": files, "items": items, "bytes": stored, **more}


FULL = {"kind": "full", "files": 2, "items": 3, "bytes": 4}
EXPORT = {"kind": "incremental", "files": None, "items": 3, "bytes": None}
WINDOWS = st.builds(
    window,
    files=st.integers(1, 2 * rounds.SMALL_FILES),
    items=st.integers(1, 2 * rounds.SMALL_ITEMS),
    stored=st.integers(1, 2 * rounds.SMALL_BYTES),
)


@given(
    full=st.sampled_from([[], [FULL], [EXPORT]]),
    windows=st.lists(st.one_of(WINDOWS, st.just(window())), max_size=80),
)
def test_every_part_is_in_one_round_and_rounds_are_in_order(
    full: list[Part], windows: list[Part]
) -> None:
    parts = [*full, *windows]
    reach = 0
    for each in rounds_of(parts):
        assert each.first == reach
        assert each.last >= each.first
        reach = each.last + 1
        # Files of several windows are never loaded at once.
        assert each.in_order is (each.last > each.first)
        group = parts[each.first : each.last + 1]
        if each.in_order:
            assert {part["kind"] for part in group} == {"incremental"}
            assert sum(part["files"] for part in group) <= rounds.GROUP_FILES
            assert sum(part["items"] for part in group) <= rounds.GROUP_ITEMS
            assert sum(part["bytes"] for part in group) <= rounds.GROUP_BYTES
    assert reach == len(parts)


def test_two_neighbours_share_a_round_wherever_they_fit() -> None:
    found = rounds_of([FULL, *(window() for _ in range(200))])
    sizes = [each.last - each.first + 1 for each in found]
    assert sizes == [1, 66, 66, 66, 2]


@pytest.mark.parametrize(
    "much",
    [
        {"files": rounds.SMALL_FILES + 1},
        {"items": rounds.SMALL_ITEMS + 1},
        {"stored": rounds.SMALL_BYTES + 1},
    ],
)
def test_a_window_with_much_in_it_is_a_round_of_its_own(much: dict[str, int]) -> None:
    found = rounds_of([window(), window(), window(**much), window()])
    assert [(each.first, each.last) for each in found] == [(0, 1), (2, 2), (3, 3)]


def test_more_rounds_than_one_execution_runs_are_refused_with_what_to_do() -> None:
    parts = [window(files=101, to=f"hour {number}") for number in range(MOST_ROUNDS + 1)]
    found = rounds_of(parts)
    with pytest.raises(RefusedError, match=f"make {MOST_ROUNDS + 1} rounds") as raised:
        checked(found, parts, None)
    assert f"refill up to hour {MOST_ROUNDS - 1}, an earlier moment" in str(raised.value)
    with pytest.raises(RefusedError, match=r"begin with the full export catalog/newest\.json"):
        checked(found, parts, "catalog/newest.json")
    assert checked(found[1:], parts, None) == found[1:]


def test_all_rounds_fit_into_the_history_of_one_execution() -> None:
    states = json.loads((ROOT / "blueprints/recovery/refill.asl.json").read_text())["States"]
    # A state is entered and exited; a function is scheduled, started and succeeds; a map state is
    # started, and its run is started and succeeds. https://docs.aws.amazon.com/step-functions/
    # latest/apireference/API_HistoryEvent.html
    events = {"Pass": 2, "Choice": 2, "Wait": 2, "Task": 5, "Map": 5}
    of = {name: events[state["Type"]] for name, state in states.items() if state["Type"] in events}
    a_round = of["Plan"] + of["WhatIsNext"] + of["Load"]
    a_wait = of["Plan"] + of["WhatIsNext"] + of["Wait"]
    begin_and_end = sum(of.values()) + 2
    assert states["Load"]["Next"] == "Plan"
    # Waiting for Deep Archive: a day, and then as often as a plan has no time for all it looks at.
    waits = 24 * 3600 // 900 + 500
    retries = 3 * 500
    assert begin_and_end + MOST_ROUNDS * a_round + waits * a_wait + retries < MOST_EVENTS
    assert (a_round, a_wait) == (12, 9)
