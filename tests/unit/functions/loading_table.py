"""DynamoDB as far as BatchWriteItem goes: over HTTP, with its checks, and failing when asked to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from zlib import crc32

from blueprints.functions.common.item_size import size_bytes

TARGET = "DynamoDB_20120810.BatchWriteItem"
MOST_BODY_BYTES = 16 * 1024 * 1024
MOST_ITEM_BYTES = 400 * 1024
Item = dict[str, Any]
Request = dict[str, Any]
THROTTLED = "ProvisionedThroughputExceededException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a request fails: `processed` of its items are written before that, all if None."""

    processed: int | None = 0
    status: int = 200
    code: str = ""
    drops: bool = False
    damages: bool = False
    hangs_seconds: float = 0
    date: str = ""
    message: str = "as a test asked for"


def unprocessed(but: int) -> Fault:
    """Leave all but so many unprocessed."""
    return Fault(processed=but)


DROPPED_BEFORE = Fault(drops=True)
DROPPED_AFTER = Fault(processed=None, drops=True)
DAMAGED = Fault(processed=None, damages=True)


def answered(code: str, status: int = 400, **more: Any) -> Fault:
    return Fault(status=status, code=code, **more)


@dataclass(kw_only=True)
class Written:
    """One request that had an effect, or none: how many items, of which units, and when."""

    requests: list[Request]
    processed: int
    body_bytes: int
    units: float
    at: float
    lost: bool = False  # its answer
    headers: dict[str, str] = field(default_factory=dict)


class FakeTable:
    """A table called `orders`; `fault` is asked for each request that is valid."""

    def __init__(self, keys: tuple[str, ...] = ("pk",)) -> None:
        self.keys = keys
        self.now: Callable[[], float] = lambda: 0.0
        self.endpoint = ""
        self.empty()

    def empty(self) -> None:
        self.items: dict[str, Item] = {}
        self.elsewhere: list[str] = []  # other tables that were written to
        self.log: list[Written] = []
        self.fault: Callable[[int, list[Request]], Fault | None] = lambda _number, _requests: None
        self.connections = 0

    def fail(self, *faults: Fault | None) -> None:
        """Have the next requests fail so, one after the other."""
        waiting = list(faults)
        self.fault = lambda _number, _requests: waiting.pop(0) if waiting else None

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, Any, Fault]:
        wrong = self._wrong(body)
        if wrong:
            return 400, {"__type": f"com.amazon#{wrong[0]}", "message": wrong[1]}, Fault()
        asked = json.loads(body)["RequestItems"]
        requests = asked.pop("orders")
        self.elsewhere += asked
        fault = self.fault(len(self.log), requests) or Fault(processed=None)
        count = len(requests) if fault.processed is None else min(fault.processed, len(requests))
        units = sum(self._apply(request) for request in requests[:count])
        self.log.append(
            Written(
                requests=requests,
                processed=count,
                body_bytes=len(body),
                units=units,
                at=self.now(),
                lost=fault.drops or fault.damages,
                headers=headers,
            )
        )
        if fault.code:
            code = f"com.amazonaws.dynamodb.v20120810#{fault.code}"
            return fault.status, {"__type": code, "message": fault.message}, fault
        left = {"orders": requests[count:]} if requests[count:] else {}
        consumed = [{"TableName": "orders", "CapacityUnits": units}]
        return 200, {"UnprocessedItems": left, "ConsumedCapacity": consumed}, fault

    def _wrong(self, body: bytes) -> tuple[str, str] | None:
        """Say why DynamoDB refuses a body, as it does before it writes anything."""
        try:
            asked = json.loads(body)
            requests = asked["RequestItems"]["orders"]
            puts = [each["PutRequest"]["Item"] for each in requests if "PutRequest" in each]
            sizes = [size_bytes(item) for item in puts]
        except (ValueError, AttributeError):
            return "SerializationException", "Unexpected token"
        assert asked["ReturnConsumedCapacity"] == "TOTAL"
        reason = self._reason(requests, max(sizes, default=0))
        if len(body) > MOST_BODY_BYTES:
            reason = "The total size of the request is too large"
        return ("ValidationException", reason) if reason else None

    def _reason(self, requests: list[Request], largest: int) -> str:
        if len(requests) > 25:
            return "Too many items requested for the BatchWriteItem call"
        keys = set()
        for request in requests:
            ((kind, inner),) = request.items()
            item = inner["Item"] if kind == "PutRequest" else inner["Key"]
            if any(name not in item for name in self.keys):
                return "One of the required keys was not given a value"
            keys.add(self.key(item))
        if largest > MOST_ITEM_BYTES:
            return "Item size has exceeded the maximum allowed size"
        duplicates = len(keys) < len(requests)
        return "Provided list of item keys contains duplicates" if duplicates else ""

    def key(self, item: Item) -> str:
        return json.dumps([item[name] for name in self.keys], sort_keys=True)

    def _apply(self, request: Request) -> float:
        ((kind, inner),) = request.items()
        if kind == "PutRequest":
            self.items[self.key(inner["Item"])] = inner["Item"]
            return float(-(-size_bytes(inner["Item"]) // 1024))
        self.items.pop(self.key(inner["Key"]), None)
        return 1.0


@contextmanager
def served(table: FakeTable) -> Iterator[FakeTable]:
    """Answer for the table on a port of this machine, which its `endpoint` names."""

    class Endpoint(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            table.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["X-Amz-Target"] == TARGET
            status, told, fault = table.answer(dict(self.headers.items()), body)
            time.sleep(fault.hangs_seconds)
            if fault.drops:
                self.close_connection = True
                return
            content = json.dumps(told).encode()
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Date", fault.date or self.date_time_string())
            self.send_header("x-amz-crc32", str(crc32(content) + fault.damages))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        server.daemon_threads = True
        table.endpoint = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield table
        finally:
            server.shutdown()
            thread.join()
