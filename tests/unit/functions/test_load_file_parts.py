"""The parts of load_file by themselves: signatures, lines, waits, the connection."""

from __future__ import annotations

import gzip
import random
import ssl
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ResponseStreamingError
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.load_file import lines as lines_module
from blueprints.functions.load_file.clock import Clock, StopError
from blueprints.functions.load_file.failing import BrokenFileError
from blueprints.functions.load_file.lines import lines
from blueprints.functions.load_file.pacing import Budget, backoff
from blueprints.functions.load_file.signing import Signer
from blueprints.functions.load_file.source import PART_BYTES, Source
from blueprints.functions.load_file.wire import NoAnswerError, Wire

DAY = datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 0, 0, 1, tzinfo=UTC)


# --- signatures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "a/token+=="])
@pytest.mark.parametrize(
    "url", ["https://dynamodb.eu-central-1.amazonaws.com", "http://127.0.0.1:4566/"]
)
def test_signatures_are_those_of_botocore(
    token: str | None, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = Credentials("AKIDEXAMPLE", "secret/+", token)
    wire = Wire(url, ssl.get_default_verify_paths().cafile or "")
    signer = Signer(wire.host, wire.path, "eu-central-1", lambda: credentials)
    for moment in (DAY, LATER, LATER):
        body = f'{{"at":"{moment}"}}'.encode()
        mine = signer.headers(body, moment)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda now=moment: now)
        kept = ("Content-Type", "X-Amz-Target", "Host")
        theirs = AWSRequest("POST", url, {name: mine[name] for name in kept}, body)
        SigV4Auth(credentials, "dynamodb", "eu-central-1").add_auth(theirs)
        assert mine["Authorization"] == theirs.headers["Authorization"]
        assert mine["X-Amz-Date"] == theirs.headers["X-Amz-Date"]
        assert mine.get("X-Amz-Security-Token") == theirs.headers.get("X-Amz-Security-Token")


def test_credentials_that_change_are_used_at_once() -> None:
    kept = Credentials("A", "1", "first")
    signer = Signer("host", "/", "eu-central-1", lambda: kept)
    first = signer.headers(b"", DAY)
    kept.access_key, kept.secret_key, kept.token = "B", "2", "second"
    second = signer.headers(b"", DAY)
    assert (first["X-Amz-Security-Token"], second["X-Amz-Security-Token"]) == ("first", "second")
    fresh = Signer("host", "/", "eu-central-1", lambda: Credentials("B", "2", "second"))
    assert second == fresh.headers(b"", DAY)


def test_renewed_credentials_are_asked_for() -> None:
    every = iter([Credentials("A", "1"), Credentials("B", "2")])
    signer = Signer("host", "/", "eu-central-1", lambda: next(every))
    assert "Credential=A/" in signer.headers(b"", DAY)["Authorization"]
    assert "Credential=A/" in signer.headers(b"", DAY)["Authorization"]
    signer.renew()
    assert "Credential=B/" in signer.headers(b"", DAY)["Authorization"]


# --- lines ----------------------------------------------------------------------------------------

TEXTS = st.lists(st.binary(max_size=30).map(lambda each: each.replace(b"\n", b"")), max_size=20)


def split(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def read(body: bytes, size: int = 1_000, compression: str = "GZIP") -> list[bytes]:
    return [line for some in lines(split(body, size), compression) for line in some]


@given(TEXTS, st.integers(1, 40), st.integers(1, 9), st.integers(0, 5))
def test_lines_are_the_same_however_they_come(
    texts: list[bytes], size: int, members: int, padding: int
) -> None:
    whole = b"".join(text + b"\n" for text in texts)
    if not whole.startswith(b"\x1f\x8b"):
        assert read(whole, size, "NONE") == texts
    step = len(whole) // members + 1
    body = b"".join(gzip.compress(piece) + bytes(padding) for piece in split(whole, step))
    assert read(body, size) == texts


@given(TEXTS, st.data())
def test_a_file_that_is_cut_anywhere_is_noticed(texts: list[bytes], data: st.DataObject) -> None:
    body = gzip.compress(b"\n".join(texts))
    cut = data.draw(st.integers(1, len(body) - 1))
    with pytest.raises(BrokenFileError, match="cut off"):
        read(body[:cut], 7)


def test_much_in_little_is_unpacked_bit_by_bit() -> None:
    bomb = gzip.compress(b"x\n" * 20_000_000, compresslevel=9)
    most = max(len(some) for some in lines([bomb], "GZIP"))
    assert most <= lines_module._MOST_AT_ONCE  # noqa: SLF001 - what this is about


def test_a_sum_that_is_wrong_is_noticed() -> None:
    packer = zlib.compressobj(wbits=31)
    body = bytearray(packer.compress(b"some\nlines\n") + packer.flush())
    body[-6] ^= 1
    with pytest.raises(BrokenFileError, match="incorrect data check"):
        read(bytes(body))


# --- objects --------------------------------------------------------------------------------------


class Bucket:
    """S3 with one object; reading it breaks as often as `breaks` says."""

    def __init__(self, body: bytes, breaks: int = 0, *, ranges: bool = True) -> None:
        self.body, self.breaks, self.ranges = body, breaks, ranges
        self.asked: list[str] = []

    def get_object(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked["Range"])
        start, end = map(int, asked["Range"].removeprefix("bytes=").split("-"))
        if not self.ranges:
            return {"ETag": '"1"', "Body": self}
        self.start, self.end = start, end + 1
        told = f"bytes {start}-{min(end + 1, len(self.body)) - 1}/{len(self.body)}"
        return {"ETag": '"1"', "ContentRange": told, "Body": self}

    def read(self) -> bytes:
        if self.breaks:
            self.breaks -= 1
            raise ResponseStreamingError(error="broken")
        return self.body[self.start : self.end] if self.ranges else self.body


FILE = {"bucket": "b", "key": "k", "md5": None}
BODY = random.Random(4).randbytes(2 * PART_BYTES + 5)


@pytest.mark.parametrize("size", [1, PART_BYTES, PART_BYTES + 1, len(BODY)])
def test_an_object_is_read_in_parts(size: int) -> None:
    bucket = Bucket(BODY[:size], breaks=2)
    assert b"".join(Source(bucket, FILE, None).pieces()) == BODY[:size]
    assert len(bucket.asked) == 2 + -(-size // PART_BYTES)


def test_a_connection_that_breaks_again_and_again_is_an_error() -> None:
    with pytest.raises(ResponseStreamingError):
        list(Source(Bucket(BODY, breaks=3), FILE, None).pieces())


def test_a_server_without_ranges_gives_the_whole() -> None:
    assert b"".join(Source(Bucket(BODY, ranges=False), FILE, None).pieces()) == BODY


# --- time -----------------------------------------------------------------------------------------


def test_waits_grow_and_end() -> None:
    longest = [max(backoff(tries) for _ in range(400)) for tries in (1, 3, 6, 20)]
    assert longest == sorted(longest)
    assert longest[0] <= 0.05
    assert 4 < longest[-1] <= 5
    assert backoff(5_000) <= 5
    assert min(backoff(20) for _ in range(400)) < 1


def test_a_budget_does_not_save_up_more_than_a_second() -> None:
    now = [0.0]
    clock = Clock(remaining_ms=lambda: 900_000, monotonic=lambda: now[0], sleep=lambda _: None)
    budget = Budget(clock, 10)
    now[0] = 500.0
    budget.charge(10)
    assert budget.debt() == 0
    budget.charge(10)
    assert budget.debt() == 1
    assert budget.units == 20


def test_what_no_call_waits_for_ends_it() -> None:
    clock = Clock(remaining_ms=lambda: 70_000, sleep=lambda _: pytest.fail("it slept"))
    with pytest.raises(StopError) as stop:
        clock.wait(10.5)
    assert stop.value.wait_seconds == 11


# --- the connection -------------------------------------------------------------------------------


def test_nobody_who_listens_is_told() -> None:
    with pytest.raises(NoAnswerError, match="ConnectionRefusedError"):
        Wire("http://127.0.0.1:9", "").exchange({}, b"")


def test_the_authorities_of_botocore_are_those_of_the_connection() -> None:
    from botocore.httpsession import get_cert_path

    path: str = get_cert_path(True)
    wire = Wire("https://dynamodb.eu-central-1.amazonaws.com", path)
    context = wire._connection._context  # noqa: SLF001 - what is trusted
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.get_ca_certs()
