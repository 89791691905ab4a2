"""DynamoDB: the items in the objects that an import reads.

What makes no item at all ends its object; an item that the table cannot hold is skipped alone.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

from . import ion_text
from .dynamodb_export_lines import DYNAMODB_JSON
from .dynamodb_items import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    Image = dict[str, dict[str, Any]]

GZIP = "GZIP"
MEMBER = "Item"


class UnreadableError(ValueError):
    """A line, or a whole object, that makes no item."""


def text_of(body: bytes, compression: str) -> str:
    """Return what is in an object; raise UnreadableError where it is not what it is said to be."""
    try:
        return (gzip.decompress(body) if compression == GZIP and body else body).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UnreadableError(str(error)) from None


def items(text: str, input_format: str) -> Iterator[Image]:
    """Yield the items of an object; raise UnreadableError at what is none."""
    read = _of_json if input_format == DYNAMODB_JSON else _of_ion
    for line in text.split("\n"):
        if line.strip():
            yield read(line)


def _of_json(line: str) -> Image:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from None
    image = told.get(MEMBER) if isinstance(told, dict) else None
    if not isinstance(image, dict):
        raise UnreadableError(f"a line has no {MEMBER}")
    return {name: _value(value) for name, value in image.items()}


def _value(value: Any) -> dict[str, Any]:
    """Return a value of JSON as requests have it, with binary values as bytes."""
    if not isinstance(value, dict) or len(value) != 1 or not value.keys() <= TYPES:
        raise UnreadableError("a value has not one type of DynamoDB's")
    ((kind, held),) = value.items()
    wanted = {"BOOL": bool, "NULL": bool, "M": dict}.get(kind, str if len(kind) == 1 else list)
    if not isinstance(held, list if kind == "L" else wanted):
        raise UnreadableError(f"a value of type {kind} is {held!r}")
    if kind == "M":
        return {kind: {name: _value(each) for name, each in held.items()}}
    if kind == "L":
        return {kind: [_value(each) for each in held]}
    if kind in {"SS", "NS", "BS"}:
        if not all(isinstance(each, str) for each in held):
            raise UnreadableError(f"a value of type {kind} is {held!r}")
        return {kind: [_bytes(each) for each in held] if kind == "BS" else held}
    return {kind: _bytes(held) if kind == "B" else held}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise UnreadableError(str(error)) from None


def _of_ion(line: str) -> Image:
    try:
        (told,) = ion_text.values(line)
        image: Image = told["M"][MEMBER]["M"]
    except (ValueError, KeyError) as error:
        raise UnreadableError(f"a line has no {MEMBER}: {error}") from None
    return image
