"""Tells by its first bytes what a file of items is written in.

Older dumps are those of Data Pipeline and EMR: lines of JSON with types in lower case, or fields
that control characters separate.
https://docs.aws.amazon.com/emr/latest/ReleaseGuide/EMR_Hive_Commands.html
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

FORMATS = ("dynamodb_json", "ion", "pipeline_json", "pipeline_text")
_GZIP = b"\x1f\x8b"
_ION = b"$ion_1_0"
# Between the fields of an item, and between a field's name and its value.
_SEPARATORS = (b"\x02", b"\x03")
_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"})
_ATTRIBUTE = rb'\s*:\s*{\s*"(?:[^"\\]|\\.)*"\s*:\s*{\s*"(?:[SNB]S?|[ML]|BOOL|NULL)"\s*:'
_ITEM = re.compile(rb'{\s*"Item"' + _ATTRIBUTE)
_CHANGE = re.compile(rb'{\s*"(?:Metadata|Keys)"' + _ATTRIBUTE)


class UnknownFormatError(ValueError):
    """The file is nothing that can be refilled from: the message says what it looks like."""


def is_gzip(sample: bytes) -> bool:
    """Return whether a file that begins so is compressed."""
    return sample.startswith(_GZIP)


def unpacked(sample: bytes) -> bytes:
    """Return what a file that begins so begins with once it is unpacked.

    Raises UnknownFormatError where it is damaged.
    """
    if not is_gzip(sample):
        return sample
    try:
        return zlib.decompressobj(wbits=31).decompress(sample)
    except zlib.error as error:
        raise UnknownFormatError(f"it begins like gzip and cannot be unpacked: {error}") from error


def detect(sample: bytes) -> str:
    """Return the format of a file by its beginning, packed or not: one of FORMATS.

    Raises UnknownFormatError.
    """
    first = unpacked(sample).removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    if first.startswith(_ION):
        if first[len(_ION) :].lstrip(b" {").startswith(b"Record"):
            raise _incremental()
        return "ion"
    if first.startswith(b"{"):
        return _of_json(first)
    if any(separator in first for separator in _SEPARATORS):
        return "pipeline_text"
    raise UnknownFormatError(f"its first line is none of an item: {first[:60]!r}")


def _of_json(first: bytes) -> str:
    """Return which JSON it is; of a line that is longer than the sample, how it begins counts."""
    try:
        line = json.loads(first)
    except (ValueError, RecursionError):
        line = None
    if isinstance(line, dict):
        if isinstance(line.get("Keys"), dict) and "Metadata" in line:
            raise _incremental()
        return "dynamodb_json" if _is_item(line) else "pipeline_json"
    if _CHANGE.match(first):
        raise _incremental()
    return "dynamodb_json" if _ITEM.match(first) else "pipeline_json"


def _is_item(line: dict[str, Any]) -> bool:
    """Return whether a line is of an export; an older dump may have an attribute called Item."""
    item = line.get("Item")
    if line.keys() != {"Item"} or not isinstance(item, dict):
        return False
    return all(isinstance(each, dict) and each.keys() <= _TYPES for each in item.values())


def _incremental() -> UnknownFormatError:
    return UnknownFormatError(
        "it has lines of an incremental export, whose keys may be deletions: refill from its "
        "manifest-summary.json (kind export), or restore a moment of the chain"
    )
