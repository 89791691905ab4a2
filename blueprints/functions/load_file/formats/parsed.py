"""Lines that are parsed: of changes, of Ion, of older dumps, and whatever has to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from blueprints.functions.common.dump_formats import FORMATS
from blueprints.functions.common.export_lines import Item, change_members, image, item_of
from blueprints.functions.common.line_text import bytes_of, strict_json_of
from blueprints.functions.load_file.formats import Read, Transform

KINDS = ("full", "incremental")
_WITH_CHANGES = ("dynamodb_json", "ion")

Request = dict[str, Any]


def reader(file_format: str, kind: str, keys: Sequence[str], transform: Transform | None) -> Read:
    """Return what `formats.reader` does of files whose lines are parsed."""
    _known(file_format, kind)
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
