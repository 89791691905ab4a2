"""DynamoDB: BatchWriteItem with the limits of AWS, writes that are throttled, and what they cost.

`POST /moto-api/batches` takes `{"unprocessed_share": 0.3, "seed": 7, "units_per_second": 40,
"table": "orders"}`, each of which may be left out: of the requests of a batch that share, at
random, comes back as UnprocessedItems, and so does what exceeds the rate of a table within a
second (null: there is none). A batch of which nothing is processed, and a single write above the
rate, fail with ProvisionedThroughputExceededException. With `table`, only that one is concerned.
`DELETE`, like a reset, ends it. The answer tells the settings, and how many requests were refused.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler
from moto.moto_api._internal import urls
from moto.moto_api._internal.models import MotoAPIBackend

from . import dynamodb_items
from .dynamodb_items import Units, refused
from .operations import add_operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moto.core.request import Request
    from moto.core.responses import ActionResult
    from moto.dynamodb.models.table import Table

    Image = dict[str, dict[str, Any]]
    Method = Callable[[DynamoHandler], ActionResult]

MOST_REQUESTS = 25
WRITES = ("put_item", "update_item", "delete_item")
MOTO_WRITES: dict[str, Method] = {name: getattr(DynamoHandler, name) for name in WRITES}
NONE = {"unprocessed_share": 0.0, "seed": 0, "units_per_second": None, "table": None}
EXCEEDED = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)


class Throttle:
    """What is refused of the writes: a share at random, and what exceeds a rate."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.set({})

    def set(self, settings: dict[str, Any]) -> None:
        """Begin anew with these settings."""
        self.settings = NONE | settings
        self.refused = 0
        self._random = Random(self.settings["seed"])
        self._used: dict[str, tuple[int, float]] = {}

    def takes(self, table: Table, units: float, *, in_batch: bool) -> bool:
        """Tell whether a write is taken now; one that is counts against the rate of its table."""
        if self.settings["table"] not in {None, table.name}:
            return True
        with self._lock:
            share, rate = self.settings["unprocessed_share"], self.settings["units_per_second"]
            taken = not (in_batch and share and self._random.random() < share)
            if taken and rate is not None:
                second, used = self._used.get(table.table_arn, (0, 0.0))
                now = int(time.monotonic())
                used = used if second == now else 0.0
                # What alone exceeds the rate would never be taken.
                taken = used == 0 or used + units <= rate
                if taken:
                    self._used[table.table_arn] = now, used + units
            self.refused += not taken
        return taken


@dataclass(frozen=True, kw_only=True)
class Write:
    """One request of a batch."""

    named: str  # the table, as the request does
    table: Table
    request: dict[str, Any]

    @property
    def item(self) -> Image | None:
        """What it puts; None where it deletes."""
        put: dict[str, Any] = self.request.get("PutRequest", {})
        return put.get("Item")

    @property
    def given(self) -> Image:
        key: Image = self.item or self.request["DeleteRequest"]["Key"]
        return key

    @property
    def key(self) -> tuple[Any, ...]:
        names = [key["AttributeName"] for key in self.table.schema]
        return (self.table.name, *(tuple(self.given[name].items()) for name in names))


THROTTLE = Throttle()


def batch_write_item(backend: DynamoDBBackend, request: dict[str, Any]) -> dict[str, Any]:
    writes = list(_writes(backend, request["RequestItems"]))
    done: list[tuple[Write, Units]] = []
    unprocessed: dict[str, list[dict[str, Any]]] = {}
    for write in writes:
        units = _units(write)
        if THROTTLE.takes(write.table, units.table, in_batch=True):
            _do(backend, write)
            done.append((write, units))
        else:
            unprocessed.setdefault(write.named, []).append(write.request)
    if not done:
        raise JsonRESTError("ProvisionedThroughputExceededException", EXCEEDED)
    answer: dict[str, Any] = {"UnprocessedItems": unprocessed}
    detail = request.get("ReturnConsumedCapacity", "NONE")
    if detail != "NONE":
        answer["ConsumedCapacity"] = [
            _capacity(table, name, [units for each, units in done if each.named == name], detail)
            for name, table in {write.named: write.table for write, _ in done}.items()
        ]
    return answer


def _writes(backend: DynamoDBBackend, asked: dict[str, list[dict[str, Any]]]) -> Iterable[Write]:
    """Return what a batch asks for; nothing of it is done where one request is refused."""
    _check_counts(asked)
    writes = []
    for name, requests in asked.items():
        table = backend.get_table(name)
        for each in requests:
            if len(each) != 1:
                raise refused("A WriteRequest has either a PutRequest or a DeleteRequest")
            write = Write(named=name, table=table, request=each)
            _check(write)
            writes.append(write)
    if len({write.key for write in writes}) < len(writes):
        raise refused("Provided list of item keys contains duplicates")
    return writes


def _check_counts(asked: dict[str, list[dict[str, Any]]]) -> None:
    where = "at 'requestItems' failed to satisfy constraint: "
    if not asked:
        text = "Member must have length greater than or equal to 1"
        raise refused(f"1 validation error detected: Value '{{}}' {where}{text}")
    for name, requests in asked.items():
        if not 1 <= len(requests) <= MOST_REQUESTS:
            text = (
                "Map value must satisfy constraint: [Member must have length less than or equal "
                f"to {MOST_REQUESTS}, Member must have length greater than or equal to 1]"
            )
            shown = f"{{{name}=[{len(requests)} requests]}}"
            raise refused(f"1 validation error detected: Value '{shown}' {where}{text}")
    if sum(map(len, asked.values())) > MOST_REQUESTS:
        raise refused("Too many items requested for the BatchWriteItem call")


def _check(write: Write) -> None:
    if write.item is not None:
        dynamodb_items.check(write.table, write.item)
        return
    schema = "The provided key element does not match the schema"
    if write.given.keys() != {key["AttributeName"] for key in write.table.schema}:
        raise refused(schema)
    dynamodb_items.check_key(write.table, write.given, schema)


def _units(write: Write) -> Units:
    old = dynamodb_items.held(write.table, write.given)
    return dynamodb_items.units(write.table, old, write.item)


def _do(backend: DynamoDBBackend, write: Write) -> None:
    if write.item is None:
        backend.delete_item(write.named, write.given)
    else:
        backend.put_item(write.named, write.item)


def _capacity(table: Table, named: str, each: list[Units], detail: str) -> dict[str, Any]:
    """Return what writes to one table cost, as the answer tells it."""
    shown: dict[str, Any] = {
        "TableName": named,
        "CapacityUnits": float(sum(units.total for units in each)),
    }
    if detail != "INDEXES":
        return shown
    shown["Table"] = {"CapacityUnits": float(sum(units.table for units in each))}
    kinds = {"GlobalSecondaryIndexes": table.global_indexes, "LocalSecondaryIndexes": table.indexes}
    for member, indexes in kinds.items():
        used = {i.name: float(sum(units.indexes.get(i.name, 0) for units in each)) for i in indexes}
        if any(used.values()):
            shown[member] = {name: {"CapacityUnits": n} for name, n in used.items() if n}
    return shown


def _measured(method: Method) -> Method:
    """Return PutItem, UpdateItem or DeleteItem with the rate above, and with what it costs."""

    def measured(self: DynamoHandler) -> ActionResult:
        named, detail = self.body["TableName"], self.body.get("ReturnConsumedCapacity", "NONE")
        table, given = self.dynamodb_backend.get_table(named), self.body.get("Item")
        if given is not None:
            dynamodb_items.check(table, given)
        key = given or self.body["Key"]
        old = dynamodb_items.held(table, key)
        least = dynamodb_items.units(table, old, given).table
        if not THROTTLE.takes(table, least, in_batch=False):
            raise JsonRESTError("ProvisionedThroughputExceededException", EXCEEDED)
        answer = method(self)
        body: Any = answer.result
        body.pop("ConsumedCapacity", None)
        body.pop("ConsumedCapacityUnits", None)
        if detail != "NONE":
            units = dynamodb_items.units(table, old, dynamodb_items.held(table, key))
            body["ConsumedCapacity"] = _capacity(table, named, [units], detail)
        return answer

    return measured


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    if request.method == "POST":
        THROTTLE.set(json.loads(request.data))
    elif request.method == "DELETE":
        THROTTLE.set({})
    body = json.dumps(THROTTLE.settings | {"refused": THROTTLE.refused})
    return 200, {"Content-Type": "application/json"}, body


def install() -> None:
    """Write by these rules, until a reset without a throttle."""
    reset = MotoAPIBackend.reset

    def reset_all(self: MotoAPIBackend) -> None:
        reset(self)
        THROTTLE.set({})

    MotoAPIBackend.reset = reset_all
    for name, method in MOTO_WRITES.items():
        setattr(DynamoHandler, name, _measured(method))
    add_operations(DynamoHandler, dynamodb_backends, batch_write_item)
    urls.url_paths["{0}/moto-api/batches"] = _answer
