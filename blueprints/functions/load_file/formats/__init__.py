"""What a line of a file says in each format that can be refilled from, as a request of a batch.

`dynamodb_json` and `ion` are DynamoDB's own exports (`common/export_lines.py`), full and
incremental; `pipeline_json` and `pipeline_text` are older dumps (`older.py`), which are full.
A request is an element of BatchWriteItem's list for a table.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from blueprints.functions.common.dump_formats import FORMATS, detect
from blueprints.functions.common.export_lines import (
    Item,
    change_members,
    image,
    images,
    item_of,
)
from blueprints.functions.common.line_text import bytes_of, strict_json_of, text_of

__all__ = ["FORMATS", "check", "detect", "images", "reader"]

KINDS = ("full", "incremental")
_WITH_CHANGES = ("dynamodb_json", "ion")

Transform = Callable[[Item], Item | None]
Read = Callable[[bytes], bytes | None]
Request = dict[str, Any]


def reader(
    file_format: str, kind: str, keys: Sequence[str], transform: Transform | None = None
) -> Read:
    """Return a function from a line, without its end, to a request in JSON, or None for none.

    It gives None for a blank line and for an item that `transform` leaves out, and raises
    ValueError that says what is wrong with a line. What it does not look at, because that takes
    longer than writing, `check` does.

    In incremental exports a key that `transform` leaves out is deleted, because an earlier window
    may have written it; deletions do not pass through it, and it may not change keys.
    """
    _known(file_format, kind)
    if file_format == "dynamodb_json" and kind == "full" and transform is None:
        return _copied
    if kind == "full":
        return _items(_item_reader(file_format), keys, transform)
    return _changes(file_format, keys, transform)


def check(line: bytes, file_format: str, kind: str, keys: Sequence[str]) -> Request:
    """Return the request of a line that DynamoDB takes; raises ValueError with reason and fix."""
    from blueprints.functions.common.typed_values import check_item, check_key

    _known(file_format, kind)
    if not line.strip():
        raise ValueError("the line is blank")
    if kind == "full":
        item = _item_reader(file_format, strict=True)(line)
        check_item(item, keys)
        return {"PutRequest": {"Item": item}}
    change = change_members(line, file_format, strict=True)
    key, new = change["Keys"], image(change, "NewImage")
    check_key(key, keys)
    if new is None:
        return {"DeleteRequest": {"Key": key}}
    check_item(new, keys)
    _same_key(key, new, '"NewImage" has another key than "Keys"')
    return {"PutRequest": {"Item": new}}


def _known(file_format: str, kind: str) -> None:
    if file_format not in FORMATS or kind not in KINDS:
        raise ValueError(
            f"format {file_format!r} and kind {kind!r}: formats are {', '.join(FORMATS)}, "
            f"kinds are {' and '.join(KINDS)}"
        )
    if kind != "full" and file_format not in _WITH_CHANGES:
        raise ValueError(f"files in {file_format} are full: no dump of that kind has changes")


def _copied(line: bytes) -> bytes | None:
    """Return the request of a line of a full export, mostly without parsing it.

    Writing takes a fraction of a millisecond for an item, and parsing would take as long again.
    """
    if (
        line.startswith(b'{"Item":{"')
        and line.endswith(b"}}}")
        and line.count(b"{") == line.count(b"}")
    ):
        if not line.isascii():
            text_of(line)
        return b'{"PutRequest":' + line + b"}"
    if not line.strip():
        return None
    return bytes_of({"PutRequest": {"Item": item_of(line, "dynamodb_json")}})


def _item_reader(file_format: str, *, strict: bool = False) -> Callable[[bytes], Item]:
    if file_format in _WITH_CHANGES:
        return lambda line: item_of(line, file_format, strict=strict)
    from blueprints.functions.load_file.formats import older

    read = older.json_item if file_format == "pipeline_json" else older.text_item
    return (lambda line: read(line, strict_json_of)) if strict else read


def _items(
    item_in: Callable[[bytes], Item], keys: Sequence[str], transform: Transform | None
) -> Read:
    needed = frozenset(keys)

    def read(line: bytes) -> bytes | None:
        if not line.strip():
            return None
        item: Item | None = item_in(line)
        if item is not None and transform is not None:
            item = transform(item)
        if item is None:
            return None
        _has_keys(item, needed)
        return bytes_of({"PutRequest": {"Item": item}})

    return read


def _changes(file_format: str, keys: Sequence[str], transform: Transform | None) -> Read:
    needed = frozenset(keys)

    def read(line: bytes) -> bytes | None:
        if not line.strip():
            return None
        change = change_members(line, file_format)
        key, item = change["Keys"], image(change, "NewImage")
        if key.keys() != needed:
            raise ValueError(
                f'"Keys" has {", ".join(sorted(key))[:200]}, and the table\'s key is '
                f"{', '.join(keys)}: is the file of another table?"
            )
        if item is not None and transform is not None:
            item = transform(item)
            if item is not None:
                _same_key(
                    key, item, "the transformation changes the key, so that deletions miss it"
                )
        if item is None:
            return bytes_of({"DeleteRequest": {"Key": key}})
        _has_keys(item, needed)
        return bytes_of({"PutRequest": {"Item": item}})

    return read


def _has_keys(item: Item, needed: frozenset[str]) -> None:
    if not needed <= item.keys():
        missing = ", ".join(sorted(needed - item.keys()))
        raise ValueError(
            f"the item has no {missing}, which is in the table's key: is the file of another table?"
        )


def _same_key(key: Item, item: Item, why: str) -> None:
    for name, value in key.items():
        if item.get(name) != value:
            raise ValueError(f"{why}: {name}")
