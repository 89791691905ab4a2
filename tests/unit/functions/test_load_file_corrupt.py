"""load_file with files that are not right: each is named with its line, and the rest can go on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.load_file.failing import BadDataError
from blueprints.functions.load_file.lines import MOST_LINE_BYTES
from tests.unit.functions import loading
from tests.unit.functions.faults import FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.loading import BUCKET, LINES, World, change, item, line, packed, text


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with loading.world() as made:
        yield made


@pytest.fixture
def world(shared: World) -> World:
    return shared.emptied()


def refused(world: World, says: str | None, *, bad_line: int | None, written: int) -> str:
    """Call, and see that what is told, what is noted and what is in the table agree."""
    with pytest.raises(BadDataError, match=says) as raised:
        world.call()
    message, name = str(raised.value), world.name(len(world.files) - 1)
    noted = world.progress()
    assert noted["status"] == "FAILED"
    assert noted["error"] == {
        "type": "BadDataError",
        "message": " ".join(message.split()),
        "file": name,
        "line": bad_line,
    }
    assert message.startswith(f"line {bad_line} of {name}: " if bad_line else f"{name}: ")
    assert noted["written"] == written
    assert len(world.table.items) == written
    return message


# --- files ----------------------------------------------------------------------------------------


def incompressible(count: int) -> list[bytes]:
    import random

    chance = random.Random(count)
    return [line(item(number, chance.randbytes(3_000).hex())) for number in range(count)]


def test_a_missing_file_is_told_before_anything_is_written(world: World) -> None:
    world.put(packed(LINES))
    world.s3.delete_object(Bucket=BUCKET, Key=world.files[0]["key"])
    message = refused(world, "the object is missing", bad_line=None, written=0)
    assert "bring it back" in message


def test_a_missing_file_stops_no_file_before_it(world: World) -> None:
    world.put(packed(LINES))
    gone = world.put(packed([line(item("later"))]))
    body = world.s3.get_object(Bucket=BUCKET, Key=gone["key"])["Body"].read()
    world.s3.delete_object(Bucket=BUCKET, Key=gone["key"])
    refused(world, "the object is missing", bad_line=None, written=60)
    assert (world.progress()["file"], world.progress()["line"]) == (1, 0)
    world.s3.put_object(Bucket=BUCKET, Key=gone["key"], Body=body)
    world.table.log.clear()
    assert world.call()["written"] == 61
    assert [len(each.requests) for each in world.table.log] == [1]


def test_another_etag_than_the_manifests_is_told_before_anything_is_written(world: World) -> None:
    world.put(packed(LINES), etag="0123456789abcdef0123456789abcdef-1")
    message = refused(world, "it has ETag [0-9a-f]+, not 0123", bad_line=None, written=0)
    assert "overwritten" in message


def test_the_manifests_etag_may_stand_in_quotes(world: World) -> None:
    file = world.put(packed(LINES))
    file["etag"] = f'"{file["etag"]}"'
    assert world.call()["written"] == 60


def test_a_wrong_md5_of_a_file_that_is_not_long_is_told_before_anything_is_written(
    world: World,
) -> None:
    world.put(packed(LINES), md5="sQMSpEILNgoQmarvDFonGQ==")
    message = refused(world, "it has MD5 .*, not sQMSp", bad_line=None, written=0)
    assert "bring back a version" in message


def test_a_wrong_md5_of_a_long_file_is_told_and_what_was_written_is_noted(world: World) -> None:
    lines = incompressible(1_000)
    file = world.put(packed(lines), md5="sQMSpEILNgoQmarvDFonGQ==")
    assert file["bytes"] > 3_000_000
    with pytest.raises(BadDataError, match="MD5"):
        world.call()
    noted = world.progress()
    assert 0 < noted["line"] == noted["written"] == len(world.table.items) < 1_000
    # As if the checksum were right after all: nothing is missing then.
    file["md5"] = None
    assert world.call()["written"] == 1_000


@pytest.mark.parametrize("left", [5, 40, 0.5, -9])
def test_a_gzip_file_that_is_cut_off_is_told(world: World, left: float) -> None:
    """What can be unpacked is written in whole batches, and never the line that is cut."""
    body = gzip.compress(text([line(item(n, "x" * 60)) for n in range(500)]), compresslevel=0)
    cut = body[: round(len(body) * left) if isinstance(left, float) else left]
    world.put(cut)
    with pytest.raises(BadDataError, match=r"line \d+ of s3://.*: the file ends within") as raised:
        world.call()
    noted = world.progress()
    assert noted["line"] == noted["written"] == len(world.table.items)
    assert 0 <= noted["error"]["line"] - noted["line"] <= 26
    assert raised.value.line == noted["error"]["line"]


def test_bytes_that_are_damaged_within_are_told(world: World) -> None:
    body = bytearray(packed(incompressible(200)))
    body[len(body) // 2] ^= 0xFF
    world.put(bytes(body))
    with pytest.raises(BadDataError, match=r"line \d+ of s3://"):
        world.call()
    assert world.progress()["written"] == len(world.table.items) < 200


@pytest.mark.parametrize("body", [text(LINES), packed(LINES) + b"and more", b"\x1f\x8b"])
def test_what_is_no_gzip_file_is_told(world: World, body: bytes) -> None:
    world.put(body, compression="GZIP")
    with pytest.raises(BadDataError, match=r"line \d+ of s3://.*: the file (is not gzip|ends)"):
        world.call()


def test_a_file_without_ends_of_lines_is_told_and_does_not_fill_memory(world: World) -> None:
    world.put(packed([LINES[0], b" " * (MOST_LINE_BYTES + 2_000_000)]))
    refused(world, "it goes on for more than", bad_line=2, written=0)


def test_a_file_that_is_overwritten_between_calls_is_told(world: World) -> None:
    dump = world.put(text(LINES), etag=None, md5=None)
    world.table.fault = lambda number, _: world.time.end_call() if number == 0 else None
    first = world.call()
    assert first["line"] == 25
    world.s3.put_object(Bucket=BUCKET, Key=dump["key"], Body=text(LINES[::-1]))
    with pytest.raises(BadDataError, match="it has ETag"):
        world.call(first)


def test_a_file_with_fewer_lines_than_were_loaded_is_told(world: World) -> None:
    world.put(text(LINES))
    with pytest.raises(BadDataError, match="it has 60 lines, and 61 were loaded before"):
        world.call({"file": 0, "line": 61})


def test_a_file_that_takes_all_time_to_be_read_again_is_told(world: World) -> None:
    world.put(text(LINES * 2_000), md5=None)

    def slow(**_: Any) -> None:
        world.time.now += 900

    events = world.s3.meta.events
    events.register("before-send.s3.GetObject", slow)
    try:
        with pytest.raises(BadDataError, match="all the time of a call; split it"):
            world.call({"file": 0, "line": 120_000})
    finally:
        events.unregister("before-send.s3.GetObject", slow)


def test_an_archived_object_is_told(world: World) -> None:
    file = world.put(packed(LINES))
    copied = {"Bucket": BUCKET, "Key": file["key"]}
    world.s3.copy_object(CopySource=copied, StorageClass="GLACIER", **copied)
    file["etag"] = None
    refused(world, "the object is archived", bad_line=None, written=0)


def test_an_object_that_may_not_be_read_is_told(world: World) -> None:
    world.put(packed(LINES), account_id="999999999999")
    interceptor = Interceptor()
    answer = (403, {"__type": "AccessDenied", "message": "Access Denied"})
    with interceptor.on([world.s3]):  # which reads files, and another one notes
        fault = Fault(name="denied", effect=False, answer=answer)
        interceptor.fail("s3:GetObject", fault, FOR_EVER)
        with pytest.raises(RefusedError, match=r"allow s3:GetObject on s3://.*account 9999"):
            world.call()
    ((_, asked),) = interceptor.requests
    assert asked["ExpectedBucketOwner"] == "999999999999"
    assert world.progress()["error"]["type"] == "RefusedError"


# --- lines ----------------------------------------------------------------------------------------

BIG = item("big", "x" * 410_000)
BAD: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"no JSON", "no JSON: Expecting value"),
    "cut": (LINES[0][:-2], "was the file cut"),
    "cut and closed": (LINES[0][:-8] + b"}}}", "Unterminated string"),
    "no item": (b'{"Key":{"pk":{"S":"a"}}}', 'has no "Item"'),
    "a list": (b'[{"pk":{"S":"a"}}]', "no JSON object"),
    "not UTF-8": (LINES[0].replace(b"x", b"\xff"), "not UTF-8"),
    "without its key": (line({"another": {"S": "a"}}), "has no 'pk'"),
    "over 400 KB": (line(BIG), "the item has 410010 bytes"),
    "a plain value": (b'{"Item":{"pk":{"S":"a"},"b":"c"}}', "'b' is a string"),
    "two of them": (LINES[0] + LINES[1], "Extra data"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("at", [0, 24, 25, 37, 59])
def test_a_bad_line_is_told_and_all_before_it_is_written(world: World, name: str, at: int) -> None:
    bad, says = BAD[name]
    world.put(packed([*LINES[:at], bad, *LINES[at:]]))
    message = refused(world, says, bad_line=at + 1, written=at)
    assert message.endswith("correct that in a copy of the file, and load the copy")
    assert (world.progress()["file"], world.progress()["line"]) == (0, at)


def test_after_a_bad_line_the_rest_goes_on_with_what_is_right(world: World) -> None:
    world.put(text([*LINES[:30], b"{}", *LINES[30:]]))
    with pytest.raises(BadDataError, match="line 31 of "):
        world.call()
    file = world.files.pop()
    body = text([*LINES[:30], LINES[30], *LINES[31:]])
    world.put(body, key=file["key"])
    world.table.log.clear()
    # The same name, and lines that are as they were up to there.
    noted = world.progress()
    told = world.call({**noted, "etag": None})
    assert told["written"] == 60
    assert len(world.values()) == 60


def test_a_file_that_was_mended_and_listed_anew_is_loaded_from_its_first_line(
    world: World,
) -> None:
    world.put(text([*LINES[:30], b"{}", *LINES[31:]]), md5=None)
    with pytest.raises(BadDataError, match=r"line 31 of .*; correct that in the file, and resume"):
        world.call()
    file = world.files.pop()
    world.put(text(LINES[::-1]), key=file["key"], md5=None)
    assert world.call({})["line"] == 0
    assert world.progress()["status"] == "DONE"
    assert world.values().keys() == {str(number) for number in range(60)}


def test_what_dynamodb_alone_finds_wrong_is_told_in_its_words(world: World) -> None:
    world.table.keys = ("pk", "sort")
    try:
        world.put(packed([line(item(1))]))
        refused(world, "DynamoDB refuses the item .One of the required", bad_line=1, written=0)
    finally:
        world.table.keys = ("pk",)


def without_space(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


VALUE = without_space({"pk": {"S": "a"}, "m": {"M": {"a": {"S": "b"}}}})
PUT, AND_PUT = b'{"Item":' + VALUE + b"}", b',{"PutRequest":{"Item":' + VALUE + b"}"
AND_PUT = AND_PUT.replace(b'"a"', b'"z"', 1)
SMUGGLED = [
    PUT + b'},{"DeleteRequest":{"Key":{"pk":{"S":"1"}}}}' + AND_PUT,
    PUT
    + b'},{"Delete\\u0052equest":{"Key":{"pk":{"S":"1"}}}}'
    + AND_PUT.replace(b"Req", b"\\u0052eq"),
    PUT + b'}],"payments":[' + AND_PUT[1:],
]


@pytest.mark.parametrize("smuggled", SMUGGLED)
@pytest.mark.parametrize("at", [0, 30])
def test_a_line_cannot_be_more_than_one_request(world: World, smuggled: bytes, at: int) -> None:
    asked = b'{"PutRequest":' + smuggled + b"}"
    assert len(json.loads(b'{"orders":[' + asked + b"]}")["orders"]) in {1, 3}
    world.put(packed([*LINES[:at], smuggled, *LINES[at:]]))
    refused(world, "Extra data", bad_line=at + 1, written=at)
    assert world.table.elsewhere == []


@pytest.mark.parametrize(
    "value", ['"PutRequest":', 'Request"}},{', "\\u0044eleteRequest", "\x01\x02", "{{{", "é\u2028"]
)
def test_values_that_look_like_requests_are_values(world: World, value: str) -> None:
    every = [item(number, value, **{value: {"S": value}}) for number in range(30)]
    for ascii_only in (True, False):
        world.put(
            text([json.dumps({"Item": each}, ensure_ascii=ascii_only).encode() for each in every])
        )
    assert world.call()["written"] == 60
    assert list(world.table.items.values()) == every


@pytest.mark.parametrize(
    "make",
    [
        lambda: b'{"Keys":{"pk":{"S":"a"}},"NewImage":',
        lambda: change("a", {"value": {"S": "no key"}}),
        lambda: b'{"Metadata":{},"NewImage":{"pk":{"S":"a"}}}',
        lambda: LINES[0],
    ],
)
def test_a_bad_line_of_a_window_is_told(world: World, make: Callable[[], bytes]) -> None:
    good = [change(number, item(number)) for number in range(30)]
    world.put(packed([*good, make(), *good]), kind="incremental")
    refused(world, None, bad_line=31, written=30)
