"""Lines of exports: what is read of each before it is known whether its key is of the share.

Every child reads every line, so that most lines are looked at only as far as their key.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any
from zlib import crc32

from blueprints.functions.undo_keys.deciding import Change
from blueprints.functions.undo_keys.values import Item, decoded, scalar_text

_DECODE = json.JSONDecoder().raw_decode


def keys_of(line: str) -> Item:
    """Return the key of an incremental export's line; raises ValueError or KeyError without one."""
    head = _begin()(line)
    found: Item = _DECODE(line, head.end())[0] if head else json.loads(line)["Keys"]
    return found


@cache
def _begin() -> Callable[[str], re.Match[str] | None]:
    """Return what matches a line up to its key, as DynamoDB writes it; others are read as a whole.

    The time is a value of DynamoDB, in one description a bare number.
    """
    time = r'(?:\{\s*"N"\s*:\s*"\d+"\s*\}|"?\d+"?)'
    return re.compile(
        r'\s*\{\s*"Metadata"\s*:\s*\{\s*"WriteTimestampMicros"\s*:\s*'
        rf'{time}\s*\}}\s*,\s*"Keys"\s*:\s*'
    ).match


def share_of(key: str, of: int) -> int:
    """Return the number of the share that a key is in, the same in every child."""
    return crc32(key.encode()) % of


def change_of(first: str | bytes, last: str | bytes, keys: Sequence[str]) -> Change:
    """Return what windows did to a key, by their first line of it and their last.

    Raises ValueError, KeyError, TypeError or AttributeError where a line is none.
    """
    begin, end = json.loads(first), json.loads(last)
    found = decoded(end["Keys"])
    return Change(
        key={name: found[name] for name in keys},
        old=_image(begin.get("OldImage")),
        new=_image(end.get("NewImage")),
        written_micros=_micros(end["Metadata"]["WriteTimestampMicros"]),
    )


def item_of(line: str | bytes) -> Item:
    """Return the item of a full export's line, as it is spelled there."""
    item: Item = json.loads(line)["Item"]
    return item


def _image(image: Any) -> Item | None:
    # Of a key that was created and deleted within the window there is the key alone.
    return decoded(image) if image else None


def _micros(told: Any) -> int:
    return int(told["N"] if isinstance(told, dict) else told)


def maybe_of(partition_key: str, kind: str, wanted: Collection[str]) -> Callable[[str], bool]:
    """Return what tells, of a full export's line, whether it may be of a wanted partition key.

    An attribute of that name deeper within an item may be taken for the key; what is spelled with
    escapes is always "maybe".
    """
    name = re.escape(json.dumps(partition_key, ensure_ascii=False))
    find = re.compile(rf'{name}\s*:\s*\{{\s*"{kind}"\s*:\s*"([^"\\]*)"').findall

    def maybe(line: str) -> bool:
        if "\\" in line:
            return True
        return any(scalar_text(kind, each) in wanted for each in find(line))

    return maybe
