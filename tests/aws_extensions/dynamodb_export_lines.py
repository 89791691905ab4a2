"""DynamoDB: the lines of an export's data files, in DynamoDB JSON or in Amazon Ion.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from moto.dynamodb.models.utilities import dynamo_to_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from moto.dynamodb.models.dynamo_type import DynamoType, Item
    from moto.dynamodb.models.table import Table

    from .dynamodb_history import Change

    Image = dict[str, dict[str, Any]]

DYNAMODB_JSON, ION = "DYNAMODB_JSON", "ION"
NEW_AND_OLD_IMAGES = "NEW_AND_OLD_IMAGES"
MICROSECONDS = 1_000_000
# Unquoted, $10 would be the tenth symbol of a table that no export has.
_PLAIN_SYMBOL = re.compile(r"(?!\$[0-9]+\Z)[A-Za-z_$][A-Za-z0-9_$]*")
_ION_WORDS = frozenset({"true", "false", "null", "nan"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: in which partition its key lies, its text, and the size of what it tells."""

    partition: int
    text: str
    size: int


def of_items(items: Iterable[Item], export_format: str, partitions: int) -> Iterator[Line]:
    """Yield the lines of a full export."""
    for item in items:
        text = _text({"Item": _image(item)}, export_format)
        yield Line(partition=_partition(item.hash_key, partitions), text=text, size=item.size())


def of_changes(
    table: Table, changes: Iterable[Change], view: str, export_format: str, partitions: int
) -> Iterator[Line]:
    """Yield the lines of an incremental export."""
    for change in changes:
        written = {"WriteTimestampMicros": {"N": str(int(change.written * MICROSECONDS))}}
        names = [key["AttributeName"] for key in table.schema]
        keys = {name: dynamo_to_dict(value) for name, value in zip(names, change.key, strict=False)}
        line: dict[str, Any] = {"Metadata": written, "Keys": keys}
        if change.new is not None:
            line["NewImage"] = _image(change.new)
        if change.old is not None and view == NEW_AND_OLD_IMAGES:
            line["OldImage"] = _image(change.old)
        told = line if export_format == DYNAMODB_JSON else {"Record": line}
        item = change.new or change.old
        yield Line(
            partition=_partition(change.key[0], partitions),
            text=_text(told, export_format),
            size=item.size() if item else 0,
        )


def _partition(hash_key: DynamoType, partitions: int) -> int:
    return crc32(repr(hash_key.value).encode()) % partitions


def _image(item: Item) -> Image:
    image: Image = dynamo_to_dict(dict(item.attrs))
    return image


def _text(line: dict[str, Any], export_format: str) -> str:
    if export_format == DYNAMODB_JSON:
        return json.dumps(line, default=_base64, ensure_ascii=False, separators=(",", ":"))
    return f"$ion_1_0 {_ion_line(line)}"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _ion_line(members: dict[str, Any]) -> str:
    """Render what is around the images as a struct, and those within as Ion values."""
    return _ion_struct(members, _ion_image if "Item" in members else _ion_record)


def _ion_record(record: dict[str, Any]) -> str:
    return _ion_struct(record, _ion_image)


def _ion_image(image: Image) -> str:
    return _ion_struct(image, _ion_value)


def _ion_struct(members: dict[str, Any], render: Callable[[Any], str]) -> str:
    return "{" + ",".join(f"{_ion_name(k)}:{render(v)}" for k, v in members.items()) + "}"


def _ion_name(name: str) -> str:
    if _PLAIN_SYMBOL.fullmatch(name) and name not in _ION_WORDS:
        return name
    escaped = _ion_text(name)[1:-1].replace("'", "\\'")
    return f"'{escaped}'"


def _ion_text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # whose escapes Ion shares


def _ion_value(typed: dict[str, Any]) -> str:
    ((kind, value),) = typed.items()
    if kind in _ION_SCALARS:
        return _ION_SCALARS[kind](value)
    if kind == "L":
        return _ion_list(value, _ion_value)
    if kind == "M":
        return _ion_image(value)
    return f"$dynamodb_{kind}::{_ion_list(value, _ION_SCALARS[kind[0]])}"  # a set


def _ion_list(values: Iterable[Any], render: Callable[[Any], str]) -> str:
    return "[" + ",".join(render(each) for each in values) + "]"


def _ion_decimal(number: str) -> str:
    """Return a decimal, which in Ion has a point or an exponent with d, or else is an integer."""
    text = number.lower().replace("e+", "d").replace("e", "d")
    return text if "." in text or "d" in text else f"{text}."


_ION_SCALARS: dict[str, Callable[[Any], str]] = {
    "S": _ion_text,
    "N": _ion_decimal,
    "B": lambda value: "{{" + _base64(value) + "}}",
    "BOOL": lambda value: "true" if value else "false",
    "NULL": lambda _: "null",
}
