"""A share is done in as many calls as it takes, whatever ends one of them."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.undo_keys import work
from blueprints.functions.undo_keys.handler import NoProgressError
from blueprints.functions.undo_keys.reading import Reader
from tests.unit.functions import undoing
from tests.unit.functions.undoing import (
    FOLDER,
    KilledError,
    Model,
    Time,
    call,
    error,
    item,
    line,
    model,
    undone,
)

THEN = item("a", status="PAID", total=5)
NOW = item("a", status="LOST", total=5)


def broken() -> Model:
    """One key, whose status the window broke."""
    return model(line("a", THEN, NOW), items=[NOW])


def many(count: int = 450) -> Model:
    names = [f"k{number:04}" for number in range(count)]
    return model(
        *(line(each, item(each, x=1), item(each, x=2)) for each in names),
        items=[item(each, x=2) for each in names],
    )


def test_a_call_stops_before_its_time_is_over_and_the_next_goes_on() -> None:
    table, time = many(), Time()

    def step(operation: str, _request: Any) -> None:
        if operation == "batch_get_item":
            time.now += 300

    table.step = step
    answers = [call(table, time=time)]
    while not answers[-1]["done"]:
        answers.append(call(table, time=time))
    assert [each["part"] for each in answers] == [1, 2]
    assert len(table.written()) == 450
    assert undoing.summed(table)["counts"] == {"restored": 450}
    assert call(table, time=time) == answers[-1]
    assert table.document(f"{FOLDER}progress/000000.json")["status"] == "DONE"


def test_a_share_says_that_it_is_begun_before_it_writes() -> None:
    table, noted = broken(), []

    def step(operation: str, _request: Any) -> None:
        if operation == "update_item":
            noted.append(table.document(f"{FOLDER}progress/000000.json"))
            raise KilledError

    table.step = step
    with pytest.raises(KilledError):
        call(table)
    (first,) = noted
    assert (first["status"], first["key"], first["part"]) == ("GOING", "", 0)


def test_a_share_that_failed_is_going_again_where_it_was() -> None:
    table, noted = many(), []
    table.objects[f"{FOLDER}progress/000000.json"] = json.dumps(
        {"status": "FAILED", "index": 0, "of": 1, "key": '[["S","k0200"]]', "part": 1}
    ).encode()

    def step(operation: str, _request: Any) -> None:
        if operation == "update_item":
            noted.append(table.document(f"{FOLDER}progress/000000.json"))

    table.step = step
    call(table)
    assert (noted[0]["status"], noted[0]["part"]) == ("GOING", 1)
    assert len(noted) == 249


def test_lines_wait_for_their_turn_as_they_are() -> None:
    """Decoded, an item takes many times the memory of its line."""
    table, names = Model(), [f"k{number:04}" for number in range(300)]
    images = [item(name, **{f"x{each}": each for each in range(200)}) for name in names]
    undoing.exported(table, [[line(each["pk"]["S"], each, None) for each in images]], images)
    files = table.document(f"{FOLDER}files.json")
    reader = Reader(table.client("s3"), undoing.BUCKET, lambda: None)
    length = sum(len(json.dumps(each)) for each in images)
    tracemalloc.start()
    try:
        found = reader.images(files["full"]["files"], ["pk"], [item(name) for name in names])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == len(names)
    assert held < 2 * length


def test_a_call_that_gets_nowhere_says_so() -> None:
    table, time = many(10), Time()

    def step(operation: str, _request: Any) -> None:
        if operation == "update_item":
            raise error("ProvisionedThroughputExceededException")

    table.step = step
    with pytest.raises(NoProgressError, match="put back no key of table orders: it throttles"):
        call(table, time=time)
    assert sum(time.slept) > 500
    progress = table.document(f"{FOLDER}progress/000000.json")
    assert (progress["status"], progress["error"]["type"]) == ("FAILED", "NoProgressError")
    table.step = lambda *_: None
    assert undone(table)["counts"] == {"restored": 10}


def test_files_that_cannot_be_read_in_one_call_are_refused() -> None:
    table = many(10)
    with pytest.raises(RefusedError, match="more than one call can read: take a shorter window"):
        call(table, time=Time(seconds=59))
    assert table.document(f"{FOLDER}progress/000000.json")["status"] == "FAILED"


@pytest.mark.parametrize("code", ["ThrottlingException", "TransactionConflictException"])
def test_a_busy_table_is_waited_for(code: str) -> None:
    table, refused, time = many(30), [], Time()

    def step(operation: str, request: Any) -> None:
        key = str(request.get("Key"))
        if operation == "update_item" and refused.count(key) < 3:
            refused.append(key)
            raise error(code)

    table.step, table.unprocessed = step, 3
    assert call(table, time=time)["done"]
    assert undoing.summed(table)["counts"] == {"restored": 30}
    assert len(time.slept) == 93


def test_an_item_that_dynamodb_does_not_take_is_listed_and_the_rest_goes_on() -> None:
    table = many(30)

    def step(operation: str, request: Any) -> None:
        if operation == "update_item" and request["Key"]["pk"]["S"] == "k0007":
            raise error("ValidationException")

    table.step = step
    found = undone(table)
    assert found["counts"] == {"restored": 29, "conflict": 1}
    (conflict,) = found["conflicts"]
    assert (conflict["reason"], conflict["text"]) == ("refused", 'pk="k0007"')
    assert "ValidationException by the model" in conflict["meaning"]


def test_an_answer_that_was_lost_is_no_conflict() -> None:
    """The client asks again, and is told that its condition does not hold any more."""
    table = model(
        line("a", THEN, NOW),
        line("b", item("b", x=1), None),
        line("c", None, item("c", x=1)),
        items=[NOW, item("c", x=1)],
    )

    def after(operation: str) -> None:
        if operation in {"update_item", "put_item", "delete_item"}:
            raise error("ConditionalCheckFailedException")

    table.after = after
    found = undone(table, created_since="delete")
    assert found["counts"] == {"restored": 1, "recreated": 1, "deleted": 1}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [0, 1, 7, 200, 460])
def test_a_call_that_is_killed_is_made_again_and_ends_the_same(
    monkeypatch: pytest.MonkeyPatch, when: str, number: int
) -> None:
    monkeypatch.setattr(work, "KEYS_OF_A_PART", 150)
    monkeypatch.setattr(work, "WORKERS", 1)
    table, left = many(), [number]

    def kill(*_: Any) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise KilledError

    setattr(table, "step" if when == "before" else "after", kill)
    try:
        call(table)
    except KilledError:
        call(table)
    assert all(each["x"] == {"N": "1"} for each in table.items.values())
    counts = undoing.summed(table)["counts"]
    assert sum(counts.values()) == 450
    assert counts.get("already", 0) <= 200


def test_what_is_done_is_written_down_where_an_error_ends_the_call() -> None:
    table, left = many(), [250]

    def step(operation: str, _request: Any) -> None:
        left[0] -= operation == "update_item"
        if left[0] < 0 and operation == "update_item":
            raise error("InternalServerError")

    table.step = step
    with pytest.raises(Exception, match="InternalServerError"):
        call(table)
    progress = table.document(f"{FOLDER}progress/000000.json")
    assert progress["status"] == "FAILED"
    assert "InternalServerError" in progress["error"]["message"]
    assert progress["part"] == 1
    table.step = lambda *_: None
    counts = undone(table)["counts"]
    assert sum(counts.values()) == 450
    assert counts["restored"] > 400


# --- the budget -----------------------------------------------------------------------------------


def test_the_budget_of_write_units_is_kept() -> None:
    table, time = many(450), Time(seconds=10_000)
    call(table, time=time, write_units=5.0)
    assert 450 / 5 - 1 <= time.now <= 450 / 5 + 1
    assert undoing.summed(table)["counts"] == {"restored": 450}


def test_a_dry_run_and_a_run_without_a_budget_do_not_wait() -> None:
    for more in ({"dry_run": True, "write_units": 1.0}, {}):
        time = Time()
        call(many(), time=time, **more)
        assert time.slept == []


# --- files that are not right ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", r"line 2 of s3://shop-prod-catalog/work/.*0-0.json.gz is no line"),
        ('{"Item": {"pk": {"S": "a"}}}', r"KeyError"),
        ('{"Keys": {"other": {"S": "a"}}}', r"KeyError"),
        ('{"Keys": {"pk": {"S": "a"}}}', r"Metadata"),
        ("[]", r"TypeError"),
    ],
)
def test_a_line_that_is_none_is_named_and_nothing_is_written(text: str, match: str) -> None:
    table = model(line("a", THEN, NOW), line("b", THEN, NOW), text, items=[NOW])
    with pytest.raises(RefusedError, match=match):
        call(table)
    assert table.items == {"a": NOW}
    assert table.document(f"{FOLDER}progress/000000.json")["status"] == "FAILED"


def _cut(body: bytes) -> bytes:
    return body[:-12]


def _not_gzip(_body: bytes) -> bytes:
    return b"PK\x03\x04" + b"x" * 40


@pytest.mark.parametrize("damage", [_cut, _not_gzip])
def test_a_damaged_file_is_named(damage: Callable[[bytes], bytes]) -> None:
    table = broken()
    key, listed = f"{FOLDER}exports/0-0.json.gz", table.document(f"{FOLDER}files.json")
    table.objects[key] = damage(table.objects[key])
    listed["windows"][0]["files"][0]["etag"] = undoing.etag(table.objects[key]).strip('"')
    table.objects[f"{FOLDER}files.json"] = json.dumps(listed).encode()
    with pytest.raises(RefusedError, match=r"0-0\.json\.gz after line \d is no line"):
        call(table)


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_file_that_was_changed_since_is_refused(change: str) -> None:
    table, key = broken(), f"{FOLDER}exports/0-0.json.gz"
    if change == "gone":
        del table.objects[key]
    else:
        table.objects[key] += b"x"
    with pytest.raises(RefusedError, match=r"0-0\.json\.gz is not what was exported for this undo"):
        call(table)


def test_a_connection_that_breaks_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table, times = many(40), []
    read = Reader._lines  # noqa: SLF001 - where the connection would break

    def break_off(self: Reader, file: Any, body: Any, keep: Any) -> None:
        read(self, file, body, keep)
        times.append(file["key"])
        if times.count(file["key"]) < 3:
            raise ConnectionResetError

    monkeypatch.setattr(Reader, "_lines", break_off)
    assert undone(table)["counts"] == {"restored": 40}
    assert len(times) == 6


def test_files_without_an_item_are_not_opened() -> None:
    table = broken()
    del table.objects[f"{FOLDER}exports/0-1.json.gz"]
    assert undone(table)["counts"] == {"restored": 1}


def test_a_table_that_was_created_anew_is_not_written_to() -> None:
    table = broken()
    table.table_id = "id-2"
    with pytest.raises(RefusedError, match="created anew while it was undone: its id is id-2"):
        call(table)
    assert table.items == {"a": NOW}


def test_a_table_that_is_gone_is_said_to_be() -> None:
    table = broken()

    def step(operation: str, _request: Any) -> None:
        if operation == "update_item":
            raise error("ResourceNotFoundException")

    table.step = step
    with pytest.raises(RefusedError, match="table orders is gone: nothing more is put back"):
        call(table)
