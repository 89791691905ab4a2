"""The state machines: no path leads nowhere, their longest runs fit, nothing is left to fill."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints import exports, recovery
from blueprints.exports.machines import MOST_CHILDREN, MOST_WINDOWS, RUN_SECONDS
from blueprints.functions.common.waiting import wait_seconds
from blueprints.functions.export_table.handler import _wait_seconds as export_wait_seconds
from blueprints.recovery.machines import RESTORE_SECONDS, MachineFacts
from generator import workspace
from tests.conftest import ROOT

MOST_EVENTS = 25_000
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html: of a Task
# entered, scheduled, started, succeeded, exited; of a Choice and a Wait entered and exited.
EVENTS_A_ROUND = 5 + 2 + 2
RETRIES = 4
EXAMPLES = ("prod", "dev", "staging", "archive", "archive-west")


def machines(name: str) -> Mapping[str, MachineFacts]:
    path = ROOT / "environments" / f"{name}.yaml"
    (loaded,) = workspace.load([str(path)])
    blueprints = (recovery, exports)
    facts = [each for one in blueprints for each in one.decide(loaded.environment)]
    return {machine.name: machine for each in facts for machine in each.machines}


def flows(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a definition, and those of the executions that its maps start."""
    yield definition
    for state in definition["States"].values():
        if state["Type"] == "Map":
            yield from flows(state["ItemProcessor"])


ALL = [
    pytest.param(flow, id=f"{machine.name} {number}")
    for name in EXAMPLES
    for machine in machines(name).values()
    for number, flow in enumerate(flows(machine.definition))
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
        assert len(goes_on) == (state["Type"] not in {"Fail", "Succeed"}), name


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


def exports_of_prod() -> Mapping[str, Any]:
    return machines("prod")["shop-prod-exports-critical"].definition


def test_each_table_is_exported_in_an_execution_of_its_own() -> None:
    """A map's own history does not grow with its items: they are executions of their own.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
    """
    tables = exports_of_prod()["States"]["Tables"]
    assert tables["ItemProcessor"]["ProcessorConfig"] == {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD",
    }
    assert tables["MaxConcurrency"] == MOST_CHILDREN < 300
    assert tables["ToleratedFailurePercentage"] == 100


def test_names_of_500_tables_fit_into_the_input_of_a_state() -> None:
    """Even of the longest names that DynamoDB takes, and with what each child answers.

    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    longest, answer = json.dumps("t" * 255), json.dumps({"status": "EXPORTED"})
    assert 500 * (len(longest) + 1) < 256 * 1024
    assert 500 * (len(answer) + 1) < 256 * 1024
    ends = [
        state["Parameters"]
        for state in exports_of_prod()["States"]["Tables"]["ItemProcessor"]["States"].values()
        if state.get("End")
    ]
    assert [list(each) for each in ends] == [["status"], ["status"]]


def test_two_days_of_exports_fit_into_one_execution() -> None:
    """Windows that are caught up one after the other, each with its quick looks at the start."""
    began = datetime(2026, 11, 25, tzinfo=UTC)
    rounds = 0
    for _ in range(MOST_WINDOWS):
        elapsed = 0
        while elapsed < RUN_SECONDS / MOST_WINDOWS:
            found, now = {"StartTime": began}, began + timedelta(seconds=elapsed)
            elapsed += export_wait_seconds(found, {}, now)
            rounds += 1
    # Plan, its choice, a message, verification; each may need all its retries.
    beside = MOST_WINDOWS * (4 * (5 + RETRIES * 3) + 4) + 20
    worst = rounds * (EVENTS_A_ROUND + RETRIES * 3 / 2) + beside
    assert 300 < rounds < 600
    # LimitExceededException is waited for as well: three events an attempt.
    assert worst + 75 * 3 < MOST_EVENTS


def test_500_tables_in_one_execution_would_not_fit_and_as_children_do() -> None:
    """Of the parent: started and succeeded, one Pass, and a map with its run.

    https://docs.aws.amazon.com/step-functions/latest/dg/limits-overview.html
    """
    parent = 2 + 2 + 6
    # A window that is exported at the first look: plan, export, verification, plan; two choices.
    quickest_child = 4 * 5 + 3 * 2 + 2 + 2
    looks = 4 * EVENTS_A_ROUND
    assert 500 * (quickest_child + looks) > MOST_EVENTS, "an inline map would do"
    assert parent < MOST_EVENTS
