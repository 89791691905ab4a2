"""load_file, from files in S3 to a table: what is written, in which order, and how it goes on."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator

import pytest

from blueprints.functions.load_file.handler import handler
from blueprints.functions.load_file.writing import MOST_BYTES
from tests.unit.functions import loading
from tests.unit.functions.loading import ARN, BUCKET, LINES, World, change, item, line, packed, text
from tests.unit.functions.loading_table import (
    Request,
    unprocessed,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with loading.world() as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return shared.emptied()


# --- what is written ------------------------------------------------------------------------------


def test_a_full_export_is_written_and_noted(world: World) -> None:
    every = [item(number, "é\t\u2028") for number in range(103)]
    file = world.put(packed([line(each) for each in every]))
    told = world.call()
    assert told == {
        "done": True,
        "wait_seconds": 0,
        "file": 1,
        "line": 0,
        "etag": None,
        "written": 103,
        "deleted": 0,
        "units": 103.0,
        "seconds": 0.0,
        "calls_without_progress": 0,
    }
    assert world.progress() == {
        "status": "DONE",
        "index": 7,
        "file": 1,
        "line": 0,
        "etag": None,
        "written": 103,
        "deleted": 0,
        "units": 103.0,
        "seconds": 0.0,
        "calls_without_progress": 0,
        "files": [file["key"]],
        "error": None,
    }
    assert list(world.table.items.values()) == every
    assert [len(each.requests) for each in world.table.log] == [25, 25, 25, 25, 3]
    assert world.table.connections == 1


def test_the_handler_takes_its_time_from_the_context(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(packed([line(item(1))]))

    class Context:
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return 59_000

    event = {
        "item": {"index": 0, "files": world.files},
        "load": {
            "table": {"name": "orders", "arn": ARN},
            "keys": ["pk"],
            "folder": loading.FOLDER,
            "bucket": loading.CATALOGUE,
            "write_units": None,
            "fence": loading.EXECUTION,
        },
        "previous": {},
    }
    told = handler(event, Context())
    assert (told["done"], told["file"], told["line"]) == (False, 0, 0)
    assert world.table.log == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        gzip.compress(b"", mtime=0),
        b"\n\n",
        packed([b"", b"  ", b"\r"]),
    ],
)
def test_a_file_without_items_is_fine(world: World, body: bytes) -> None:
    world.put(body, compression="NONE" if body[:1] == b"\n" else "GZIP")
    world.put(packed([line(item(1))]))
    assert world.call()["written"] == 1
    assert world.values() == {"1": "x"}


@pytest.mark.parametrize(
    ("body", "compression"),
    [
        (text(LINES), "NONE"),
        (text(LINES)[:-1], "NONE"),
        (b"\r\n".join(LINES), "NONE"),
        (b"\n\n".join(LINES), "NONE"),
        (packed(LINES), "NONE"),
        (packed(LINES[:30]) + packed(LINES[30:]), "GZIP"),
        (
            gzip.compress(text(LINES)[:100], mtime=0) + gzip.compress(text(LINES)[100:], mtime=0),
            "GZIP",
        ),
        (packed(LINES) + bytes(700), "GZIP"),
        (packed(LINES[:1]) + bytes(7) + gzip.compress(b"", mtime=0) + packed(LINES[1:]), "GZIP"),
    ],
)
def test_ends_of_lines_and_ways_to_pack(world: World, body: bytes, compression: str) -> None:
    world.put(body, compression=compression)
    assert world.call()["written"] == 60
    assert len(world.values()) == 60


def test_windows_are_written_in_their_order_and_never_mixed(world: World) -> None:
    windows = [
        [change("a", item("a", "1")), change("b", item("b", "1")), change("c", item("c", "1"))],
        [change("a", item("a", "2")), change("b", None), change("d", None)],
        [change("b", item("b", "3")), change("c", None)],
    ]
    for window in windows:
        world.put(packed(window), kind="incremental")
    told = world.call()
    assert world.values() == {"a": "2", "b": "3"}
    assert (told["written"], told["deleted"], told["units"]) == (5, 3, 8.0)
    assert [len(each.requests) for each in world.table.log] == [3, 3, 2]


def test_a_window_begins_when_the_one_before_is_wholly_written(world: World) -> None:
    world.put(packed([change(key, item(key, "1")) for key in "abc"]), kind="incremental")
    world.put(packed([change(key, item(key, "2")) for key in "abc"]), kind="incremental")
    world.table.fail(unprocessed(1), unprocessed(0), unprocessed(1))
    world.call()
    assert world.values() == dict.fromkeys("abc", "2")
    assert [len(each.requests) for each in world.table.log] == [3, 2, 2, 1, 3]


def test_a_key_that_is_there_twice_has_the_later_item(world: World) -> None:
    pairs = [("a", "1"), *((str(number), "x") for number in range(30)), ("a", "2"), ("a", "3")]
    world.put(text([line(item(*pair)) for pair in pairs]))
    told = world.call()
    assert world.values() == dict(pairs)
    assert told["written"] == 33


def test_batches_stay_small_in_bytes(world: World) -> None:
    big = [item(number, "ä" * 195_000) for number in range(60)]
    world.put(packed([line(each) for each in big]))
    assert world.call()["written"] == 60
    assert list(world.table.items.values()) == big
    assert max(each.body_bytes for each in world.table.log) < MOST_BYTES + 100
    assert max(len(each.requests) for each in world.table.log) == 10


def test_a_line_that_is_longer_than_a_batch_may_be_goes_alone(world: World) -> None:
    """Escapes make six bytes of one: an item below 400 KB that takes more than a batch's."""
    many = {"L": [{"NULL": True}] * 190_000}
    huge = item(1, "x", many=many, more={"S": "\x01" * 10_000})
    lines = [line(item(0)), json.dumps({"Item": huge}, indent=None).encode(), line(item(2))]
    assert len(lines[1]) > 2_500_000
    world.put(packed([lines[0], lines[1], lines[1].replace(b'"1"', b'"9"'), lines[2]]))
    assert world.call()["written"] == 4
    assert [len(each.requests) for each in world.table.log] == [2, 2]


def test_what_a_transform_makes_of_an_item_is_written(world: World) -> None:
    world.put(packed([line(item(number, "secret")) for number in range(30)]))

    def masked(each: dict[str, object]) -> dict[str, object] | None:
        return None if each["pk"] == {"S": "3"} else {**each, "value": {"S": "masked"}}

    assert world.call(transform=masked)["written"] == 29
    assert world.values() == {str(n): "masked" for n in range(30) if n != 3}


def test_a_file_of_many_parts_is_read_as_a_whole(world: World) -> None:
    chance = random.Random(1)
    every = [item(number, chance.randbytes(30_000).hex()) for number in range(100)]
    body = packed([line(each) for each in every])
    assert len(body) > 3_000_000
    world.put(body)
    assert world.call()["written"] == 100
    assert list(world.table.items.values()) == every


# --- going on -------------------------------------------------------------------------------------


def test_a_call_ends_in_time_and_the_next_goes_on(world: World) -> None:
    for _ in range(2):
        world.put(packed([line(item(f"{len(world.files)}-{n}")) for n in range(60)]))

    def ends(number: int, _requests: list[Request]) -> None:
        if number in {1, 3}:
            world.time.end_call()

    world.table.fault = ends
    first = world.call()
    assert (first["done"], first["wait_seconds"], first["file"], first["line"]) == (False, 0, 0, 50)
    assert first["written"] == 50
    assert world.progress()["status"] == "GOING"
    assert first["etag"] == world.files[0]["etag"]
    second = world.call(first)
    assert (second["done"], second["file"], second["line"]) == (False, 1, 25)
    last = world.call(second)
    assert (last["done"], last["written"], last["units"]) == (True, 120, 120.0)
    assert len(world.values()) == 120
    assert [len(each.requests) for each in world.table.log] == [25, 25, 10, 25, 25, 10]


def test_an_entry_that_is_done_is_not_touched_again(world: World) -> None:
    world.put(packed(LINES))
    first = world.call()
    world.s3.delete_object(Bucket=BUCKET, Key=world.files[0]["key"])
    world.table.log.clear()
    assert world.call() == first
    assert world.call(first) == first
    assert world.table.log == []


def test_what_is_noted_counts_where_it_is_further(world: World) -> None:
    world.put(packed(LINES))
    world.table.fault = lambda number, _: world.time.end_call() if number == 1 else None
    world.call()
    world.table.log.clear()
    # The call was lost, and its answer with it.
    told = world.call({})
    assert told["written"] == 60
    assert [len(each.requests) for each in world.table.log] == [10]


def test_a_note_of_other_files_is_none(world: World) -> None:
    world.put(packed(LINES))
    world.call()
    world.files.clear()
    world.put(packed(LINES[:7]), key="another")
    world.table.log.clear()
    assert world.call()["written"] == 7


def test_lines_that_are_done_are_not_parsed_but_count_for_the_checksum(world: World) -> None:
    world.put(packed([b"no JSON"] * 30 + LINES))
    told = world.call({"file": 0, "line": 30})
    assert told["written"] == 60
