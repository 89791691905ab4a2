"""Whatever is in the files and whatever fails on the way: in the end the table is exactly right.

Files, faults of DynamoDB and of the network, and moments at which the process is killed are random.
What was killed is called again with what it was called with, as the state machine does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.functions.load_file.failing import BadDataError
from tests.unit.functions import loading
from tests.unit.functions.loading import World, change, item, line, packed, text
from tests.unit.functions.loading_table import (
    DAMAGED,
    DROPPED_AFTER,
    DROPPED_BEFORE,
    THROTTLED,
    Fault,
    answered,
    unprocessed,
)


class KilledError(BaseException):
    """The process ends here, whatever it is about to do."""


KEYS = st.integers(0, 40)
VALUES = st.text(max_size=12) | st.sampled_from(
    ["}}},{", '"PutRequest"', "\\u0044", "\n", "é\u2028"]
)
CHANGES = st.lists(st.tuples(KEYS, VALUES | st.none()), max_size=90)


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How often what fails, and with which chance."""

    seed: int
    faults: float
    kills: float
    ends: float


WEATHERS = st.builds(
    Weather,
    seed=st.integers(0, 2**32),
    faults=st.sampled_from([0, 0.1, 0.6]),
    kills=st.sampled_from([0, 0.05, 0.2]),
    ends=st.sampled_from([0, 0.1, 0.4]),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with loading.world() as made:
        yield made


def storm(world: World, weather: Weather) -> Random:
    """Let requests fail, and kill where one is answered or waited for."""
    chance = Random(weather.seed)

    def fault(_number: int, requests: list[Any]) -> Fault | None:
        if chance.random() < weather.ends:
            world.time.end_call()
        if chance.random() >= weather.faults:
            return None
        some = unprocessed(chance.randrange(len(requests) + 1))
        errors = (answered(THROTTLED), answered("InternalServerError", 500))
        return chance.choice([some, some, *errors, DROPPED_BEFORE, DROPPED_AFTER, DAMAGED])

    def killed() -> None:
        if chance.random() < weather.kills:
            raise KilledError

    world.table.fault = fault
    world.time.before_sleep = killed
    return chance


def load_through(world: World, weather: Weather) -> dict[str, Any]:
    """Call until it is done, and again with the same after a call that was killed or failed."""
    chance = storm(world, weather)
    remaining = world.time.clock

    def clock() -> Any:
        made = remaining()
        asked = made.remaining_ms

        def left() -> int:
            if chance.random() < weather.kills / 4:
                raise KilledError
            return asked()

        return type(made)(remaining_ms=left, monotonic=made.monotonic, sleep=made.sleep)

    world.time.clock = clock  # type: ignore[method-assign]
    told: dict[str, Any] = {}
    for attempt in range(10_000):
        if attempt == 300:  # enough of it
            world.table.fault = lambda *_: None
            weather = Weather(seed=0, faults=0, kills=0, ends=0)
        try:
            told = world.call(told)
        except BadDataError:
            raise
        except (KilledError, Exception):  # noqa: BLE001 - whatever it is, it is called again
            continue
        if told["done"]:
            return told
        world.time.now += told["wait_seconds"]
    raise AssertionError("never done")


PROPERTY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@PROPERTY
@given(st.lists(CHANGES, max_size=4), WEATHERS)
def test_windows_become_the_table_that_they_describe(
    world: World, windows: list[list[tuple[int, str | None]]], weather: Weather
) -> None:
    world.emptied()
    expected: dict[str, str] = {"before": "x"}
    world.table.items[world.table.key(item("before"))] = item("before")
    for window in windows:
        final = dict(window)  # a window has each key once
        for key, value in final.items():
            expected.pop(str(key), None)
            if value is not None:
                expected[str(key)] = value
        lines = [change(k, None if v is None else item(k, v)) for k, v in final.items()]
        world.put(packed(lines), kind="incremental")
    told = load_through(world, weather)
    assert world.values() == expected
    assert told["written"] + told["deleted"] >= sum(len(dict(window)) for window in windows)


@PROPERTY
@given(st.lists(st.tuples(KEYS, VALUES), max_size=150), WEATHERS, st.sampled_from([text, packed]))
def test_a_dump_with_keys_that_come_again_has_the_last_of_each(
    world: World, pairs: list[tuple[int, str]], weather: Weather, made: Any
) -> None:
    world.emptied()
    lines = [line(item(*pair)) for pair in pairs]
    world.put(made(lines), etag=None, md5=None)
    load_through(world, weather)
    assert world.values() == {str(key): value for key, value in pairs}


@PROPERTY
@given(WEATHERS, st.integers(1, 60), st.sampled_from([5.0, 40.0, 300.0]))
def test_the_budget_is_kept_whatever_fails(
    world: World, weather: Weather, size: int, budget: float
) -> None:
    world.emptied()
    world.write_units = budget
    world.put(packed([line(item(n, "x" * 90 * (n % size))) for n in range(130)]))
    load_through(world, Weather(seed=weather.seed, faults=weather.faults, kills=0, ends=0))
    assert len(world.table.items) == 130
    told, spent = 0.0, 0.0
    for each in world.table.log:
        # Units that a lost answer would have told of are not known to who sent the request.
        assert told <= budget * (each.at + 1) + 1e-6
        spent += each.units
        told += 0 if each.lost else each.units
    assert spent >= 130
