"""load_file where the table is busy, the network is not right, or a budget is to be kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.load_file import wire
from blueprints.functions.load_file.clock import LONGEST_WAIT, Clock
from blueprints.functions.load_file.handler import LONGEST_BUSY_WAIT
from blueprints.functions.load_file.sending import MOST_TRIES
from tests.unit.functions import loading
from tests.unit.functions.loading import LINES, World, item, line, packed
from tests.unit.functions.loading_table import (
    DAMAGED,
    DROPPED_AFTER,
    DROPPED_BEFORE,
    THROTTLED,
    Fault,
    Request,
    answered,
    unprocessed,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with loading.world() as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return shared.emptied()


def test_what_is_left_unprocessed_is_sent_again_alone(world: World) -> None:
    world.put(packed(LINES))
    world.table.fail(unprocessed(20), unprocessed(0), unprocessed(2), None, unprocessed(24))
    told = world.call()
    assert len(world.values()) == 60
    assert [len(each.requests) for each in world.table.log] == [25, 5, 5, 3, 25, 1, 10]
    assert told["units"] == 60.0
    assert len(world.time.slept) == 4
    assert all(0 <= wait <= 0.2 for wait in world.time.slept)


@pytest.mark.parametrize(
    "fault",
    [
        DROPPED_BEFORE,
        DROPPED_AFTER,
        DAMAGED,
        answered(THROTTLED),
        answered("ThrottlingException"),
        answered("RequestLimitExceeded"),
        answered("InternalServerError", 500),
        answered("Unheard", 503),
        answered("TransactionInProgressException"),
    ],
)
def test_what_passes_is_waited_for(world: World, fault: Fault) -> None:
    world.put(packed(LINES))
    world.table.fail(*[fault] * (MOST_TRIES - 1), None, *[fault] * (MOST_TRIES - 1))
    assert world.call()["written"] == 60
    assert len(world.values()) == 60
    assert len(world.time.slept) == 2 * (MOST_TRIES - 1)
    assert sum(world.time.slept) <= 60


def test_an_answer_that_does_not_come_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_TIMEOUT_SECONDS", 0.2)
    world.put(packed(LINES))
    world.table.fail(None, Fault(processed=None, hangs_seconds=0.5, drops=True))
    assert world.call()["written"] == 60
    assert world.table.connections == 2
    assert len(world.time.slept) == 1


@pytest.mark.parametrize("fault", [answered(THROTTLED), unprocessed(0)])
def test_a_table_that_stays_busy_is_left_alone_for_a_while(world: World, fault: Fault) -> None:
    world.put(packed(LINES))
    world.table.fail(None, *[fault] * MOST_TRIES)
    told = world.call()
    assert not told["done"]
    assert LONGEST_WAIT / 2 <= told["wait_seconds"] <= LONGEST_WAIT
    assert (told["line"], told["written"]) == (25, 25)
    assert world.call(told)["written"] == 60


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (answered("InternalServerError", 500), "InternalServerError"),
        (DROPPED_BEFORE, "RemoteDisconnected"),
        (DAMAGED, "checksum"),
    ],
)
def test_what_lasts_is_raised_and_noted(world: World, fault: Fault, says: str) -> None:
    world.put(packed(LINES))
    world.table.fail(None, *[fault] * MOST_TRIES)
    with pytest.raises(Exception, match=says) as raised:
        world.call()
    noted = world.progress()
    assert (noted["status"], noted["line"], noted["written"]) == ("FAILED", 25, 25)
    assert noted["error"]["type"] == type(raised.value).__name__
    assert (noted["error"]["file"], noted["error"]["line"]) == (None, None)
    assert world.call()["written"] == 60
    assert world.progress()["error"] is None


def test_waits_end_with_the_call(world: World) -> None:
    world.put(packed(LINES))
    world.table.fault = lambda *_: answered(THROTTLED)
    world.time.before_sleep = world.time.end_call
    told = world.call()
    assert (told["done"], told["line"]) == (False, 0)
    assert len(world.table.log) == 2


def test_a_permission_that_is_missing_is_told(world: World) -> None:
    world.put(packed(LINES))
    world.table.fail(None, answered("AccessDeniedException", message="User is not authorized"))
    with pytest.raises(RefusedError, match="allow dynamodb:BatchWriteItem on arn:aws:dynamodb"):
        world.call()
    noted = world.progress()
    assert (noted["status"], noted["error"]["type"], noted["line"]) == (
        "FAILED",
        "RefusedError",
        25,
    )


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException"])
def test_credentials_that_were_replaced_are_taken_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    world.put(packed(LINES))

    def expire(number: int, _requests: list[Request]) -> Fault | None:
        monkeypatch.setenv("AWS_SESSION_TOKEN", "the next")
        return answered(code) if number == 1 else None

    world.table.fault = expire
    assert world.call()["written"] == 60
    tokens = [each.headers.get("X-Amz-Security-Token") for each in world.table.log]
    assert tokens == [None, None, "the next", "the next"]
    assert world.time.slept == []


def test_a_clock_that_is_wrong_is_set_by_dynamodbs(world: World) -> None:
    world.put(packed(LINES))
    there = datetime.now(UTC) + timedelta(hours=3)
    fault = answered("InvalidSignatureException", date=format_datetime(there, usegmt=True))
    world.table.fail(fault)
    assert world.call()["written"] == 60
    told = {
        datetime.strptime(each.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        for each in world.table.log[1:]
    }
    assert all(abs(each - there) < timedelta(minutes=1) for each in told)


def test_a_signature_that_stays_wrong_is_an_error(world: World) -> None:
    world.put(packed(LINES))
    world.table.fault = lambda *_: answered("InvalidSignatureException", date="never")
    with pytest.raises(Exception, match="InvalidSignatureException"):
        world.call()
    assert len(world.table.log) == 2


def test_a_table_that_is_gone_is_an_error(world: World) -> None:
    world.put(packed(LINES))
    world.table.fault = lambda *_: answered("ResourceNotFoundException")
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        world.call()
    assert len(world.table.log) == 1


# --- the budget -----------------------------------------------------------------------------------


def test_the_budget_is_kept(world: World) -> None:
    world.write_units = 40.0
    world.put(packed([line(item(n, "x" * 700 * (n % 4))) for n in range(500)]))
    told = world.call()
    assert told["done"]
    spent = 0.0
    for each in world.table.log:
        # Whatever was written before is paid for, but for what time without writes allows.
        assert spent <= 40 * (each.at + 1) + 1e-6
        spent += each.units
    assert spent == told["units"]
    # And it is used: what was written took no longer than it had to.
    assert told["seconds"] <= spent / 40


def test_a_debt_that_is_long_is_waited_for_by_the_machine(world: World) -> None:
    world.write_units = 0.25
    world.put(packed(LINES))
    told = world.call()
    assert (told["done"], told["written"], told["wait_seconds"]) == (False, 25, 100)
    assert world.time.slept == []
    world.time.now += told["wait_seconds"]
    assert world.call_until_done(told)["written"] == 60
    assert world.time.now == 50 / 0.25


def test_a_debt_at_the_end_of_a_call_is_waited_for_too(world: World) -> None:
    world.write_units = 1.0
    world.put(packed(LINES))
    world.table.fault = lambda *_: world.time.end_call()
    told = world.call()
    assert (told["done"], told["wait_seconds"]) == (False, 25)


def test_a_clock_knows_what_is_left() -> None:
    clock = Clock(remaining_ms=lambda: 61_000)
    assert clock.left() == 1.0
    assert clock.now().tzinfo is UTC


def test_a_table_that_stays_busy_for_long_is_asked_less_and_less(world: World) -> None:
    """Each call and wait takes of the 25,000 events that an execution may have."""
    world.put(packed(LINES))
    world.table.fault = lambda *_: answered(THROTTLED)
    told, waits = world.call(), []
    for _ in range(6):
        waits.append(told["wait_seconds"])
        told = world.call(told)
    assert waits[0] <= LONGEST_WAIT < waits[1] < waits[2]
    assert waits[4:] == [LONGEST_BUSY_WAIT] * 2
    assert told["calls_without_progress"] == 7
    assert world.progress()["calls_without_progress"] == 7
    world.table.fault = lambda number, _: None
    told = world.call(told)
    assert (told["done"], told["calls_without_progress"]) == (True, 0)


def test_a_call_that_led_somewhere_begins_to_count_anew(world: World) -> None:
    world.put(packed(LINES))
    world.table.fail(*[answered(THROTTLED)] * MOST_TRIES, None, *[unprocessed(0)] * MOST_TRIES)
    first = world.call()
    second = world.call(first)
    assert (first["calls_without_progress"], second["calls_without_progress"]) == (1, 0)
    assert second["wait_seconds"] <= LONGEST_WAIT
