"""The lines of DynamoDB's own exports, in DynamoDB JSON and in Ion: items, and changes of them.

A full export has `{"Item": {...}}`. An incremental one has one line for each key that was written
in its window, with what is there in the end:
`{"Metadata": {"WriteTimestampMicros": {"N": "..."}}, "Keys": {...}, "NewImage": {...}, "OldImage":
{...}}`. Without `NewImage` the item was deleted, without `OldImage` it is new, or old images were
not asked for; with neither it came and went within the window. In Ion these members are within
`Record`.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html

Unverified against a real account: `Record`, for which no public sample was found (a line without
is read as well), and the time, which public code finds under `N` and one text shows bare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from blueprints.functions.common.item_numbers import plain
from blueprints.functions.common.line_text import json_of, strict_json_of

Item = dict[str, Any]
Members = Mapping[str, Any]


class Images(NamedTuple):
    """What an incremental export tells of one key."""

    keys: Item
    new: Item | None
    old: Item | None
    written_micros: int


def images(line: bytes, file_format: str) -> Images:
    """Return what a line of an incremental export tells.

    `file_format` is "dynamodb_json" or "ion". Raises ValueError that says what is wrong.
    """
    found = change_members(line, file_format)
    return Images(
        *(found["Keys"], image(found, "NewImage"), image(found, "OldImage")),
        _written_micros(found),
    )


def item_of(line: bytes, file_format: str, *, strict: bool = False) -> Item:
    """Return the item of a line of a full export; raises ValueError that says what is wrong.

    Strictly, nothing may stand beside it, and no name twice.
    """
    found = _members(line, file_format, strict=strict)
    if "Item" not in found:
        other = "an incremental export" if "Keys" in found else "an older dump, or of no export"
        raise ValueError(f'this has no "Item": the line is of {other}, and not of a full export')
    more = sorted(set(found) - {"Item"})
    if strict and more:
        raise ValueError(f'{more[0][:60]!r} stands beside "Item": leave it out')
    return _object(found, "Item")


def change_members(line: bytes, file_format: str, *, strict: bool = False) -> Members:
    """Return the members of a line of an incremental export; "Keys" is an object among them."""
    found = _members(line, file_format, strict=strict)
    if "Record" in found and "Keys" not in found:
        found = _unwrapped(_object(found, "Record"))
    if "Keys" not in found:
        what = "a full export" if "Item" in found else "no export"
        raise ValueError(
            f'this has no "Keys": the line is of {what}, and not of an incremental one'
        )
    _object(found, "Keys")
    return found


def image(members: Members, name: str) -> Item | None:
    """Return an image of a change, None where there is none."""
    return None if members.get(name) is None else _object(members, name)


def _members(line: bytes, file_format: str, *, strict: bool) -> Members:
    if file_format == "ion":
        from blueprints.functions.common import ion_text

        return _unwrapped(ion_text.members(line))
    found = (strict_json_of if strict else json_of)(line)
    if not isinstance(found, dict):
        raise ValueError("this is no JSON object: a line has one item")  # noqa: TRY004
    return found


def _unwrapped(typed: Mapping[str, Any]) -> Members:
    """Return the members around images, which in Ion are values like any other."""
    return {name: _outer(value) for name, value in typed.items()}


def _outer(typed: Mapping[str, Any]) -> Any:
    ((tag, value),) = typed.items()
    return None if tag == "NULL" else value


def _object(members: Members, name: str) -> Item:
    found = members[name]
    if not isinstance(found, dict) or not found:
        raise ValueError(f'"{name}" is no object of attributes, or is empty')
    return found


def _written_micros(members: Members) -> int:
    metadata = members.get("Metadata")
    told = metadata.get("WriteTimestampMicros") if isinstance(metadata, Mapping) else None
    number = told.get("N") if isinstance(told, Mapping) else told
    try:
        return int(plain(str(number)))
    except ValueError:
        raise ValueError(
            '"Metadata" has no "WriteTimestampMicros" that is a whole number: the time of the '
            "write is not known"
        ) from None
