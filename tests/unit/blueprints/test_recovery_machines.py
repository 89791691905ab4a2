"""The state machines: no path leads nowhere, five days fit, and nothing is left to fill."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.common.waiting import wait_seconds
from blueprints.recovery import decide
from blueprints.recovery.machines import RESTORE_SECONDS, MachineFacts
from generator import workspace
from tests.conftest import ROOT

MOST_EVENTS = 25_000
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html: of a Task
# entered, scheduled, started, succeeded, exited; of a Choice and a Wait entered and exited.
EVENTS_A_ROUND = 5 + 2 + 2
RETRIES = 4
EXAMPLES = ("prod", "dev", "staging", "archive")


def machines(name: str) -> Mapping[str, MachineFacts]:
    path = ROOT / "environments" / f"{name}.yaml"
    (loaded,) = workspace.load([str(path)])
    (facts,) = decide(loaded.environment)
    return {machine.name: machine for machine in facts.machines}


ALL = [
    pytest.param(machine.definition, id=machine.name)
    for name in EXAMPLES
    for machine in machines(name).values()
]


def successors(state: Mapping[str, Any]) -> set[str]:
    found = {state[key] for key in ("Next", "Default") if key in state}
    for each in (*state.get("Choices", ()), *state.get("Catch", ())):
        found.add(each["Next"])
    return found


@pytest.mark.parametrize("definition", ALL)
def test_every_state_is_reached_and_leads_on(definition: Mapping[str, Any]) -> None:
    states = definition["States"]
    reached, waiting = set(), [definition["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += successors(states[name])
    assert reached == set(states)
    for name, state in states.items():
        goes_on = {key for key in ("Next", "Default", "End") if key in state}
        assert len(goes_on) == (state["Type"] != "Fail"), name


@pytest.mark.parametrize("definition", ALL)
def test_nothing_is_left_to_fill_in(definition: Mapping[str, Any]) -> None:
    text = json.dumps(definition)
    assert "${" not in text
    assert "null" not in text
    assert '""' not in text


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_fails_is_reported(name: str) -> None:
    (restore,) = (each for key, each in machines(name).items() if key.endswith("-restore"))
    states = restore.definition["States"]
    for key, state in states.items():
        if state["Type"] != "Task":
            continue
        assert state["Retry"][0] == {"ErrorEquals": ["RefusedError"], "MaxAttempts": 0}
        if key != "Report":
            (caught,) = state["Catch"]
            assert caught["Next"] == "Report", key
    assert "FetchCopy" in states if name == "prod" else "FetchCopy" not in states


def test_five_days_fit_into_one_execution() -> None:
    """Looks get rarer: a step that takes all the time stays far below the limit of events."""
    started = datetime(2026, 11, 25, tzinfo=UTC)
    plan = {"started_at": started.isoformat(), "poll_seconds": 30}
    elapsed, rounds = 0, 0
    while elapsed < RESTORE_SECONDS:
        elapsed += wait_seconds(plan, started + timedelta(seconds=elapsed))
        rounds += 1
    steps_beside = 60
    # Even if every second look needed all its retries.
    worst = rounds * (EVENTS_A_ROUND + RETRIES * 3 / 2) + steps_beside
    assert 1_400 < rounds < 1_700
    assert worst < MOST_EVENTS
