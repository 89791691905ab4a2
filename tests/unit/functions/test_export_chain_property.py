"""Whatever happens, a chain covers time without gap or overlap, or an alert says it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.plan_export import attempts, handler
from blueprints.functions.plan_export.windows import Nothing, Window, decide
from tests.unit.functions.chain_world import DAY, MINUTE, World, run, side_by_side

HOUR = 60
LAST_ATTEMPT = store.last_attempt


@pytest.fixture(autouse=True)
def _no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (attempts, handler):
        monkeypatch.setattr(module, "log", lambda *_, **__: None)


# --- histories ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes, in which nothing runs."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Point-in-time recovery is switched on or off."""

    on: bool


@dataclass(frozen=True, slots=True)
class Recreate:
    """The table is deleted, and there is another one of its name."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What can be restored lies further back or nearer; the function's clock goes wrong."""

    lag: int
    skew: int


@dataclass(frozen=True, slots=True)
class Run:
    """An execution for a time that was scheduled some minutes ago."""

    kind: str
    late: int
    fates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """Executions side by side; something may happen after a step of theirs."""

    runs: tuple[Run, ...]
    turns: tuple[int, ...]
    between: tuple[int, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class History:
    interval: int
    period_days: int
    actions: tuple[Any, ...]


WAITS = st.sampled_from([1, 5, 20, HOUR, 12 * HOUR, 24 * HOUR, 25 * HOUR, 72 * HOUR])
LONG_WAITS = st.sampled_from([8 * 24 * HOUR, 30 * 24 * HOUR, 41 * 24 * HOUR])
SWITCHES = st.builds(Switch, st.sampled_from([True, True, False]))
CLOCKS = st.builds(Clocks, st.sampled_from([2, 5, 12, 30]), st.sampled_from([-600, -9, 0, 600]))
DISTURBANCES = st.one_of(st.builds(Wait, WAITS), SWITCHES, CLOCKS, st.builds(Recreate))
SELDOM = st.integers(0, 3).flatmap(lambda n: st.tuples(DISTURBANCES) if n == 3 else st.just(()))
FATES = st.sampled_from(["done", "done", "failed", "stopped", "answer lost"])
RUN = st.builds(
    Run,
    st.sampled_from(["incremental", "incremental", "incremental", "full"]),
    st.sampled_from([0, 0, 7, 90]),
    st.lists(FATES, max_size=3).map(tuple),
)
RUNS = st.builds(
    Runs,
    st.lists(RUN, min_size=1, max_size=2).map(tuple),
    st.lists(st.integers(0, 1), max_size=40).map(tuple),
    st.tuples(st.integers(0, 30), SELDOM),
)
# Time passes, now and then something happens, and there are runs: what most days are like.
ROUNDS = st.tuples(st.builds(Wait, WAITS), SELDOM, st.lists(RUNS, min_size=1, max_size=2)).map(
    lambda each: (each[0], *each[1], *each[2])
)
OUTAGES = st.tuples(st.builds(Wait, LONG_WAITS))
HISTORIES = st.builds(
    History,
    st.sampled_from([15, 60, 24 * HOUR]),
    st.sampled_from([1, 35, 35]),
    st.lists(st.one_of(*[ROUNDS] * 7, OUTAGES), min_size=4, max_size=12).map(
        lambda rounds: tuple(chain.from_iterable(rounds))
    ),
)


# A chain, and a day later two runs for one time.
ONE, TWICE = Run("incremental", 0, ()), st.lists(FATES, max_size=2).map(tuple)
RACES = st.builds(
    lambda turns, when, fates, minutes: History(
        HOUR,
        35,
        (
            Runs((ONE,), (), (0, ())),
            Wait(12 * HOUR),
            Runs((ONE, replace(ONE, fates=fates)), turns, (when, (Wait(minutes),))),
        ),
    ),
    st.lists(st.integers(0, 1), min_size=30, max_size=60).map(tuple),
    st.integers(0, 20),
    TWICE,
    st.sampled_from([1, 20, HOUR]),
)


def act(world: World, action: Any) -> None:
    match action:
        case Wait(minutes):
            world.now += minutes * MINUTE
        case Switch(on=False):
            world.recovers_since = None
        case Switch(on=True):
            world.recovers_since = world.recovers_since or world.now
        case Recreate():
            world.recreate()
        case Clocks(lag, skew):
            world.lag, world.skew = lag * MINUTE, skew * MINUTE
        case Runs(runs, turns, between):
            works = [work_of(world, each) for each in runs]
            side_by_side(works, turns, lambda step: _between(world, step, *between))


def _between(world: World, step: int, when: int, actions: tuple[Any, ...]) -> None:
    for action in actions if step == when else ():
        act(world, action)


def work_of(world: World, asked: Run) -> Callable[[Callable[[], None]], None]:
    scheduled_at = world.now - asked.late * MINUTE
    return lambda step: run(world, step, asked.kind, scheduled_at, asked.fates)


def lived(history: History) -> World:
    """Return the world after the history, and after some days in which all went well."""
    interval = history.interval * MINUTE
    world = World(interval=interval, period_days=history.period_days)
    for action in history.actions:
        act(world, action)
    world.lag, world.skew = 5 * MINUTE, timedelta()
    act(world, Switch(on=True))
    well = Runs((Run("incremental", 0, ()),), (), (0, ()))
    for action in (Wait(HOUR), *[well] * 8, Wait(23 * HOUR), *[well] * 3):
        act(world, action)
    return world


# --- what holds -----------------------------------------------------------------------------------


def holds(world: World) -> None:
    """Raise AssertionError where recorded chains have a gap or overlap that nobody was told of."""
    chains: dict[tuple[str, str], list[Any]] = {}
    for record in world.records():
        chains.setdefault((record["table"]["id"], record["chain"]), []).append(record)
    # The very first chain leaves nothing out.
    first = min((start for _, start in chains), default="")
    for (_, start), records in chains.items():
        starts = [each for each in records if each["starts_chain"]]
        assert [(each["kind"], each["from"]) for each in starts] == [("full", start)]
        is_told = f"chain {start}" in world.alerts
        assert is_told or start == first, "a chain was started and nobody was told"
        windows = sorted((each["from"], each["to"]) for each in records if is_part(each))
        assert windows[0] == (start, start)
        for (_, end), (begin, _) in pairwise(windows):
            assert begin == end, "a gap, or an overlap"
    current = [
        catalogue.moment_of(each["to"])
        for each in world.records()
        if is_part(each) and each["table"]["id"] == world.table_id
    ]
    window = world.restorable()
    assert window is not None
    behind = window[1] - max(current, default=datetime.min.replace(tzinfo=UTC))
    assert behind < max(15 * MINUTE, world.interval / 2) + MINUTE, "the chain does not go on"


def is_part(record: Any) -> bool:
    """Return whether a record is one that the others of its chain go on from."""
    return bool(record["starts_chain"] or record["kind"] == "incremental")


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
def test_a_chain_covers_time_without_gap_or_overlap_or_people_are_told(history: History) -> None:
    holds(lived(history))


@settings(max_examples=100, deadline=None)
@given(RACES)
def test_two_deliveries_of_one_event_start_one_export_of_each_attempt(history: History) -> None:
    world = lived(history)
    holds(world)
    windows = {(table, kind, start): set() for table, kind, start, *_ in world.tokens}
    for table, kind, start, end, *_ in world.tokens:
        windows[table, kind, start].add(end)
    assert all(len(ends) == 1 for ends in windows.values())


# --- and would be noticed if it did not -----------------------------------------------------------


def shifted(start: timedelta = timedelta(), end: timedelta = timedelta()) -> Any:
    """Return `decide` with the windows of incremental exports moved."""

    def mutant(*given: Any) -> Window | Nothing:
        found = decide(*given)
        if isinstance(found, Nothing) or found.kind == "full":
            return found
        return replace(found, start=found.start + start, end=found.end + end)

    return mutant


def blind_to_gaps(asked: Any, table_id: str, chain: Any, recovery: Any) -> Window | Nothing:
    earliest = recovery.latest - 10_000 * DAY
    return decide(asked, table_id, chain, recovery._replace(earliest=earliest))


def overwriting(s3: Any, _bucket: str, key: str, document: Any) -> bool:
    s3.step()
    s3.world.objects[key] = json.dumps(document).encode()
    return True


def silent(*given: Any) -> Any:
    return LAST_ATTEMPT(*given)._replace(told=True)


def anew(_case: Any, _recovery: Any, window: Window, _last: Any) -> Window:
    return window


MUTANTS = {
    "a minute late": (handler, "decide", shifted(start=MINUTE), HISTORIES),
    "a minute early": (handler, "decide", shifted(start=-MINUTE), HISTORIES),
    "beyond what can be restored": (handler, "decide", shifted(end=10 * MINUTE), HISTORIES),
    "gaps are not seen": (handler, "decide", blind_to_gaps, HISTORIES),
    "a new chain is not told": (store, "last_attempt", silent, HISTORIES),
    "each run decides anew": (attempts, "_settled", anew, RACES),
    "plans are overwritten": (store, "write_once", overwriting, RACES),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_property_notices(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    *where, histories = MUTANTS[mutant]
    monkeypatch.setattr(*where)

    def is_noticed(history: History) -> bool:
        try:
            holds(lived(history))
        except AssertionError:
            return True
        return False

    generate = settings(
        max_examples=1_000,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        find(histories, is_noticed, settings=generate)
    except NoSuchExample:
        pytest.fail("nobody would notice")
