"""Gives a table's items back at each recorded moment, by what the catalogue leads to alone."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Item = dict[str, Any]
    Record = dict[str, Any]


def restored(s3: Any, found: Sequence[Record], bucket: str | None = None) -> dict[str, list[Item]]:
    """Return moment → items of a table, of the records of one chain in their order.

    They lie in the bucket of the record, or in `bucket`, such as a replica.
    """
    keys = _keys(s3, found, bucket)
    items: dict[str, Item] = {}
    moments = {}
    for record in found:
        lines = list(_lines(s3, record, bucket or record["bucket"]))
        if record["kind"] == "full":
            full = {_key(line["Item"], keys): line["Item"] for line in lines}
            # A later full export has nothing but what the chain has without it.
            assert record["starts_chain"] or full == items, record["to"]
            items = full
        for line in lines if record["kind"] == "incremental" else ():
            if "NewImage" in line:
                items[_key(line["Keys"], keys)] = line["NewImage"]
            else:
                items.pop(_key(line["Keys"], keys), None)
        moments[record["to"]] = sorted(items.values(), key=in_order)
    return moments


def in_order(item: Item) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def _keys(s3: Any, found: Sequence[Record], bucket: str | None) -> list[str]:
    """Return the names of the key's attributes, which every change tells."""
    for record in found:
        for line in _lines(s3, record, bucket or record["bucket"]):
            if "Keys" in line:
                return sorted(line["Keys"])
    return []


def _key(item: Item, keys: Sequence[str]) -> str:
    return in_order({name: item[name] for name in keys or sorted(item)})


def _lines(s3: Any, record: Record, bucket: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of all data files that the manifest of a record lists."""
    summary = json.loads(_body(s3, bucket, record["manifest_key"]))
    assert summary["itemCount"] == record["items"]
    for line in _body(s3, bucket, record["manifest_files_key"]).splitlines():
        file = json.loads(line)
        body = _body(s3, bucket, f"{record['data_key_prefix']}{file['dataFileS3Key']}")
        for text in gzip.decompress(body).decode().splitlines():
            yield json.loads(text, object_hook=_value)


def _value(found: dict[str, Any]) -> dict[str, Any]:
    """Return bytes as clients of DynamoDB have them."""
    return {"B": b64decode(found["B"])} if isinstance(found.get("B"), str) else found


def _body(s3: Any, bucket: str, key: str) -> bytes:
    found: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return found
