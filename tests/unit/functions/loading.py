"""Files in S3, a table behind HTTP, a simulated clock, and calls of load_file with them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from blueprints.functions.common.clients import client
from blueprints.functions.load_file.clock import MARGIN_SECONDS, Clock
from blueprints.functions.load_file.handler import load_files
from tests.unit.functions.loading_table import FakeTable, served

REGION, ACCOUNT = "eu-central-1", "123456789012"
BUCKET, CATALOGUE = "shop-prod-exports", "shop-prod-catalogue"
ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
EXECUTION = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:shop-prod-refill:run-1"
FENCE = "work/refills/run-1/fence.json"
FOLDER = "work/refills/run-1/00000/progress/"
PROGRESS = f"{FOLDER}000007.json"
TIMEOUT = 900.0
Document = dict[str, Any]


@dataclass(kw_only=True)
class Time:
    """A clock that only waits move, and requests by `per_request`; a call ends after TIMEOUT."""

    now: float = 0.0
    ends: float = TIMEOUT
    slept: list[float] = field(default_factory=list)
    before_sleep: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.before_sleep()
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        self.ends = self.now + TIMEOUT
        return Clock(
            remaining_ms=lambda: round((self.ends - self.now) * 1000),
            monotonic=lambda: self.now,
            sleep=self.sleep,
        )

    def end_call(self) -> None:
        """Leave no time but what a call keeps for its end."""
        self.ends = self.now + MARGIN_SECONDS


@dataclass(kw_only=True)
class World:
    """What a test has to do with."""

    table: FakeTable
    connect: Any
    time: Time = field(default_factory=Time)
    files: list[Document] = field(default_factory=list)
    write_units: float | None = None
    keys: Sequence[str] = ("pk",)

    def emptied(self) -> World:
        """Forget everything; making clients anew would take most of the time of a test."""
        self.table.empty()
        self.time, self.files, self.write_units = Time(), [], None
        for bucket in (BUCKET, CATALOGUE):
            for each in self.s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
                self.s3.delete_object(Bucket=bucket, Key=each["Key"])
        self.fence(EXECUTION)
        return self

    def fence(self, execution_arn: str) -> None:
        """Let an execution be the one that goes on with the refill."""
        body = json.dumps({"execution_arn": execution_arn})
        self.s3.put_object(Bucket=CATALOGUE, Key=FENCE, Body=body)

    @property
    def s3(self) -> Any:
        return self.connect("s3", region=REGION)

    def put(self, body: bytes, **more: Any) -> Document:
        """Put an object, and list it as the manifest would."""
        key = more.pop("key", f"gold/full/orders/AWSDynamoDB/x/data/{len(self.files):04}.json.gz")
        etag = self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["ETag"].strip('"')
        file = {
            "bucket": BUCKET,
            "key": key,
            "region": REGION,
            "account_id": ACCOUNT,
            "etag": etag,
            "md5": base64.b64encode(hashlib.md5(body).digest()).decode(),
            "items": None,
            "bytes": len(body),
            "format": "dynamodb_json",
            "kind": "full",
            "compression": "GZIP" if body[:2] == b"\x1f\x8b" else "NONE",
            **more,
        }
        self.files.append(file)
        return file

    def call(self, previous: Mapping[str, Any] | None = None, transform: Any = None) -> Document:
        event = {
            "item": {"index": 7, "files": self.files},
            "load": {
                "table": {"name": "orders", "arn": ARN},
                "keys": list(self.keys),
                "folder": FOLDER,
                "bucket": CATALOGUE,
                "write_units": self.write_units,
                "fence": EXECUTION,
            },
            "place": {},
            "previous": previous or {},
        }
        event = json.loads(json.dumps(event))  # as Lambda has it
        told = load_files(self.connect, event, self.time.clock(), transform)
        return json.loads(json.dumps(told))

    def call_until_done(self, told: Document | None = None, most: int = 1_000) -> Document:
        """Call as the state machine does, which waits in between and takes what was returned."""
        for _ in range(most):
            told = self.call(told)
            if told["done"]:
                return told
            self.time.now += told["wait_seconds"]
        raise AssertionError(f"not done after {most} calls: {told}")

    def progress(self) -> Document:
        body = self.s3.get_object(Bucket=CATALOGUE, Key=PROGRESS)["Body"].read()
        document: Document = json.loads(body)
        return document

    def values(self) -> dict[str, str]:
        """Return what the table has by key."""
        return {each["pk"]["S"]: each["value"]["S"] for each in self.table.items.values()}

    def name(self, number: int = 0) -> str:
        return f"s3://{BUCKET}/{self.files[number]['key']}"


@contextmanager
def world(keys: tuple[str, ...] = ("pk",)) -> Iterator[World]:
    """Give a world with an empty table."""
    with (
        served(FakeTable(keys)) as table,
        pytest.MonkeyPatch.context() as patch,
        mock_aws(),
    ):
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint)
        made = World(table=table, connect=cache(client), keys=keys)
        table.now = lambda: made.time.now
        made.connect("dynamodb")  # while the variables are there
        for bucket in (BUCKET, CATALOGUE):
            made.s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        yield made


def item(key: object, value: str = "x", **more: Any) -> Document:
    return {"pk": {"S": str(key)}, "value": {"S": value}, **more}


def line(of: Mapping[str, Any]) -> bytes:
    text = json.dumps({"Item": of}, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def change(key: object, new: Mapping[str, Any] | None) -> bytes:
    """Return the line of an incremental export."""
    told: Document = {
        "Metadata": {"WriteTimestampMicros": {"N": "1680109764000000"}},
        "Keys": {"pk": {"S": str(key)}},
    }
    if new is not None:
        told["NewImage"] = new
    return json.dumps(told, separators=(",", ":")).encode()


def text(lines: Sequence[bytes]) -> bytes:
    return b"".join(each + b"\n" for each in lines)


def packed(lines: Sequence[bytes]) -> bytes:
    return gzip.compress(text(lines), mtime=0)


LINES = [line(item(number)) for number in range(60)]
