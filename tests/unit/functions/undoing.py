"""An undo in memory: a table that understands the undo's requests, a bucket, and files of exports.

`Model.step` comes before every call, so that somebody may write, or the call may be killed, between
any two of them.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import md5
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from blueprints.functions.undo_keys.handler import undo
from blueprints.functions.undo_keys.pacing import Clock
from blueprints.functions.undo_keys.values import differing, plain, same

NAME, BUCKET, FOLDER = "orders", "shop-prod-catalog", "work/undos/run-1/"
KEYS = ("pk",)
SINCE, UNTIL = 100, 1_000
Item = dict[str, Any]
Items = dict[str, Item]
_OPERATIONS = (
    *("DescribeTable", "BatchGetItem", "UpdateItem", "PutItem", "DeleteItem"),
    *("GetObject", "PutObject", "ListObjectsV2"),
)


class KilledError(BaseException):
    """The call ends here, as one that is killed does: nothing of it is told."""


def error(code: str, operation: str = "UpdateItem") -> ClientError:
    told: Any = {"Error": {"Code": code, "Message": f"{code} by the model"}}
    return ClientError(told, operation)


@dataclass(kw_only=True)
class Model:
    """A table and a bucket; `calls` are the operations that had an effect."""

    items: Items = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    step: Callable[[str, dict[str, Any]], None] = lambda _operation, _request: None
    after: Callable[[str], None] = lambda _operation: None
    calls: list[str] = field(default_factory=list)
    table_id: str = "id-1"
    unprocessed: int = 0

    def client(self, service: str) -> Any:
        return _Client(self, service)

    def written(self) -> list[str]:
        return [each for each in self.calls if each in {"update_item", "put_item", "delete_item"}]

    # --- DynamoDB ---------------------------------------------------------------------------------

    def describe_table(self, request: Any) -> Any:
        assert request["TableName"] == NAME
        return {"Table": {"TableId": self.table_id}}

    def batch_get_item(self, request: Any) -> Any:
        asked = request["RequestItems"][NAME]
        assert asked["ConsistentRead"] is True
        assert 0 < len(asked["Keys"]) <= 100
        keys, left = asked["Keys"], []
        if self.unprocessed and len(keys) > 1:
            self.unprocessed -= 1
            keys, left = keys[:1], keys[1:]
        found = [deepcopy(self.items[text(key)]) for key in keys if text(key) in self.items]
        answer: dict[str, Any] = {"Responses": {NAME: found}}
        return answer | ({"UnprocessedKeys": {NAME: asked | {"Keys": left}}} if left else {})

    def put_item(self, request: Any) -> Any:
        self._check(request, request["Item"])
        self.items[text(request["Item"])] = deepcopy(request["Item"])
        return {"ConsumedCapacity": {"CapacityUnits": 1.0}}

    def update_item(self, request: Any) -> Any:
        self._check(request, request["Key"])
        names, values = names_of(request), request.get("ExpressionAttributeValues", {})
        item = self.items.setdefault(text(request["Key"]), deepcopy(request["Key"]))
        rest = request["UpdateExpression"]
        sets, _, removes = rest.removeprefix("SET ").partition("REMOVE ")
        if rest.startswith("SET "):
            for part in sets.strip().split(","):
                name, _, value = part.partition("=")
                item[names[name]] = deepcopy(values[value])
        for name in removes.split(","):
            if name:
                item.pop(names[name], None)
        return {"ConsumedCapacity": {"CapacityUnits": 1.0}}

    def delete_item(self, request: Any) -> Any:
        self._check(request, request["Key"])
        self.items.pop(text(request["Key"]), None)
        return {"ConsumedCapacity": {"CapacityUnits": 1.0}}

    def _check(self, request: Any, key: Item) -> None:
        """Raise where the condition does not hold; nothing is written without one."""
        names, values = names_of(request), request.get("ExpressionAttributeValues", {})
        item = self.items.get(text(key), {})
        for part in request["ConditionExpression"].split(" AND "):
            if part.startswith("attribute_exists("):
                holds = names[part[17:-1]] in item
            elif part.startswith("attribute_not_exists("):
                holds = names[part[21:-1]] not in item
            else:
                name, _, value = part.partition("=")
                holds = same(item.get(names[name]), values[value])
            if not holds:
                raise error("ConditionalCheckFailedException")

    # --- S3 ---------------------------------------------------------------------------------------

    def get_object(self, request: Any) -> Any:
        assert request["Bucket"] == BUCKET
        if request["Key"] not in self.objects:
            raise error("NoSuchKey", "GetObject")
        body = self.objects[request["Key"]]
        if request.get("IfMatch", etag(body)) != etag(body):
            raise error("PreconditionFailed", "GetObject")
        return {"Body": io.BytesIO(body), "ContentLength": len(body)}

    def put_object(self, request: Any) -> Any:
        body = request["Body"]
        self.objects[request["Key"]] = body if isinstance(body, bytes) else body.read()
        return {}

    def pages(self, request: Any) -> Any:
        keys = sorted(key for key in self.objects if key.startswith(request["Prefix"]))
        return [{"Contents": [{"Key": key} for key in keys]}]

    def document(self, key: str) -> Any:
        return json.loads(self.objects[key])


class _Client:
    def __init__(self, model: Model, service: str) -> None:
        self._model = model
        mapping = {xform_name(name): name for name in _OPERATIONS}
        self.meta = SimpleNamespace(
            service_model=SimpleNamespace(service_name=service), method_to_api_mapping=mapping
        )

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_objects_v2"
        return SimpleNamespace(paginate=lambda **request: self._model.pages(request))

    def __getattr__(self, operation: str) -> Any:
        def ask(**request: Any) -> Any:
            self._model.step(operation, request)
            answer = getattr(self._model, operation)(request)
            self._model.calls.append(operation)
            self._model.after(operation)
            return answer

        return ask


def names_of(request: Mapping[str, Any]) -> dict[str, str]:
    return dict(request.get("ExpressionAttributeNames", {}))


def text(key: Item) -> str:
    return str(key["pk"]["S"])


def etag(body: bytes) -> str:
    return f'"{md5(body).hexdigest()}"'


def item(key: str, **attributes: Any) -> Item:
    """Return an item; numbers and texts are typed, what is typed stays."""
    return {"pk": {"S": key}} | {name: typed(value) for name, value in attributes.items()}


def typed(value: Any) -> Any:
    if isinstance(value, dict):
        return value
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def line(key: str, old: Item | None, new: Item | None, micros: int = 500) -> dict[str, Any]:
    told: dict[str, Any] = {
        "Metadata": {"WriteTimestampMicros": {"N": str(micros)}},
        "Keys": {"pk": {"S": key}},
    }
    images = {"NewImage": new, "OldImage": old}
    return told | {name: image for name, image in images.items() if image is not None}


def exported(
    model: Model, windows: Sequence[Iterable[Any]], full: Iterable[Item] | None = None
) -> None:
    """Write the files of exports, two for each window, and their list."""
    found = []
    for number, lines in enumerate(windows):
        every = list(lines)
        found.append(
            {
                "files": [
                    _file(model, f"{FOLDER}exports/{number}-{part}.json.gz", every[part::2])
                    for part in range(2)
                ]
            }
        )
    state = None
    if full is not None:
        lines = [{"Item": each} for each in full]
        state = {"files": [_file(model, f"{FOLDER}exports/full.json.gz", lines)]}
    listed = {"windows": found, "full": state}
    model.objects[f"{FOLDER}files.json"] = json.dumps(listed).encode()


def _file(model: Model, key: str, lines: Sequence[Any]) -> dict[str, Any]:
    told = [each if isinstance(each, str) else json.dumps(plain(each)) for each in lines]
    body = gzip.compress("".join(f"{each}\n" for each in told).encode(), mtime=0)
    model.objects[key] = body
    return {"key": key, "etag": etag(body).strip('"'), "items": len(told), "bytes": len(body)}


def constant(**more: Any) -> dict[str, Any]:
    """What plan_undo gives to every child."""
    return {
        "table": {"name": NAME, "arn": "arn:table", "id": "id-1"},
        "keys": list(KEYS),
        "folder": FOLDER,
        "bucket": BUCKET,
        "files_key": f"{FOLDER}files.json",
        "since": "2026-11-20T10:00:00Z",
        "until": "2026-11-20T11:00:00Z",
        "since_micros": SINCE,
        "until_micros": UNTIL,
        "write_units": None,
        "only": None,
        "created_since": "report",
        "overwrite_conflicts": False,
        "dry_run": False,
        **more,
    }


@dataclass
class Time:
    """Time that passes when somebody sleeps; a call has `seconds` of it."""

    seconds: float = 900.0
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> Clock:
        began = self.now
        return Clock(lambda: self.now, self.sleep, lambda: self.seconds - (self.now - began))


def call(
    model: Model, share: int = 0, of: int = 1, time: Time | None = None, **more: Any
) -> dict[str, Any]:
    """Call the function once, without what it answered before."""
    event = {"undo": constant(**more), "item": {"index": share, "of": of}, "previous": {}}
    return undo(model.client, event, (time or Time()).clock())


def undone(model: Model, of: int = 1, **more: Any) -> dict[str, Any]:
    """Call the function until every share is done, and return what it wrote down, summed."""
    for share in range(of):
        while not call(model, share, of, **more)["done"]:
            pass
    return summed(model)


def forget(model: Model) -> None:
    """Forget how far an undo is, as a new execution does."""
    for key in [each for each in model.objects if "/progress/" in each or "/results/" in each]:
        del model.objects[key]


def summed(model: Model) -> dict[str, Any]:
    parts = [json.loads(body) for key, body in model.objects.items() if "/results/" in key]
    counts: dict[str, int] = {}
    for part in parts:
        for name, count in part["counts"].items():
            counts[name] = counts.get(name, 0) + count
    lists = ("conflicts", "created", "samples")
    found = {name: [each for part in parts for each in part[name]] for name in lists}
    return {"counts": counts, **found}


def equal(one: Items, other: Items) -> bool:
    """Return whether two tables hold the same, by what values mean."""
    return one.keys() == other.keys() and not any(differing(one[key], other[key]) for key in one)


def model(*lines: Any, items: Any = (), **more: Any) -> Model:
    """Return a table with items, and one window of exports with the lines."""
    made = Model(items={text(each): deepcopy(each) for each in items})
    exported(made, [lines], **more)
    return made
