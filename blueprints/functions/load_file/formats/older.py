r"""The lines of older dumps: of Data Pipeline's export, and of the tools that wrote like it.

JSON: an item for each line, `{"id":{"s":"x"},"tags":{"sS":["a"]},"open":{"bOOL":true}}`. The types
are the names of fields in the Java SDK's class AttributeValue, written by Gson: `s n b sS nS bS m
l`, `bOOL`, and `nULLValue` (`nULL` in early versions). Since the connector uses the SDK's version 2
it writes all of them in lower case (`ss`, `bool`, `null`); it reads them in any case, and so is it
here. Gson leaves out fields that are null, and bytes are Base64.
Seen in awslabs/emr-dynamodb-connector (`DynamoDBItemWritable`, `DynamoDBUtil`,
`AttributeValueSerializer` and their tests), in aws/aws-sdk-java (`AttributeValue`), and in
markitx/dynamo-backup-to-s3, which writes `null` beside `bOOL`.

Text, before that: `id<ETX>{"s":"x"}<STX>tags<ETX>{"sS":["a"]}`, a map of Hive's, with the control
characters 3 between name and value and 2 between attributes. Seen in `DynamoDBItemWritable`, which
mends such lines, and in `DynamoDBExportSerDe`. Gson escapes control characters within values.

Unverified, because no dump is at hand: members that are null or empty beside the value are left
aside, as the SDK's lists that make themselves might have left them; names hold neither of the
two control characters; `\N` is Hive's null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blueprints.functions.common.line_text import json_of, text_of

Item = dict[str, Any]
Decode = Callable[[bytes], Any]

_TYPES = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL")
_TAGS = {**{each: each for each in _TYPES}, "NULLVALUE": "NULL"}
# Every way of writing them that was seen; others are looked up in upper case.
_WRITTEN = {
    **{each: each for each in _TYPES},
    **{each.lower(): each for each in _TYPES},
    **{each[0].lower() + each[1:]: each for each in _TYPES},
    "nULLValue": "NULL",
}
_KINDS: dict[str, tuple[type[Any], str]] = {
    **dict.fromkeys(("S", "N", "B"), (str, "a string")),
    **dict.fromkeys(("SS", "NS", "BS", "L"), (list, "a list")),
    **dict.fromkeys(("BOOL", "NULL"), (bool, "true or false")),
    "M": (dict, "an object"),
}
# What is left aside beside a value, in this order.
_EMPTIES: tuple[tuple[Any, ...], ...] = ((None,), ([], {}))
_BETWEEN_ATTRIBUTES, _BEHIND_NAME = "\x02", "\x03"
_HIVE_NULL = "\\N"
# Deeper is refused by DynamoDB, and Python's own limit is no answer.
_MOST_LEVELS = 40


def json_item(line: bytes, decode: Decode = json_of) -> Item:
    """Return the item of a line that is JSON; raises ValueError that says what is wrong."""
    found = decode(line)
    if not isinstance(found, dict) or not found:
        raise ValueError("this is no JSON object of attributes: a line has one item")
    return _item(found)


def text_item(line: bytes, decode: Decode = json_of) -> Item:
    """Return the item of a line with control characters; raises ValueError that says what is wrong.

    Attributes that no other follows may end with the separator.
    """
    found: Item = {}
    for number, field in enumerate(text_of(line).rstrip("\r\n\t ").split(_BETWEEN_ATTRIBUTES), 1):
        if not field:
            continue
        name, behind, value = field.partition(_BEHIND_NAME)
        if not behind:
            raise ValueError(
                f"attribute {number} has no control character 3 (ETX) between name and value: "
                "this is no dump of the older text layout, or its characters were changed"
            )
        if name in found:
            raise ValueError(f"{name[:60]!r} is there twice: which of them is right?")
        if value == _HIVE_NULL:
            raise ValueError(f"{name[:60]!r} is Hive's null: the dump lost its value")
        try:
            found[name] = decode(value.encode())
        except ValueError as error:
            raise ValueError(f"the value of {name[:60]!r}: {error}") from None
    if not found:
        raise ValueError("this has no attributes: a line has one item")
    return _item(found)


def _item(found: Mapping[str, Any]) -> Item:
    return {name: _value(value, name, 0) for name, value in found.items()}


def _value(found: Any, where: str, level: int) -> Item:
    """Return a value as DynamoDB JSON has it; `where` is the attribute that it is in."""
    if level > _MOST_LEVELS:
        raise ValueError(f"{where[:60]!r} is nested too deep: DynamoDB takes 32 levels")
    written, inner = _member(found, where)
    tag = _WRITTEN.get(written) or _TAGS.get(written.upper())
    if tag is None:
        raise ValueError(f"{where[:60]!r} has type {written[:60]!r}, which DynamoDB does not have")
    kind, name = _KINDS[tag]
    if not isinstance(inner, kind):
        raise ValueError(f"{where[:60]!r} has type {tag}, and its value is not {name}")  # noqa: TRY004
    if tag == "M":
        return {"M": {key: _value(each, where, level + 1) for key, each in inner.items()}}
    if tag == "L":
        return {"L": [_value(each, where, level + 1) for each in inner]}
    return {tag: inner}


def _member(found: Any, where: str) -> tuple[str, Any]:
    """Return the one member of a value that is told, and its name."""
    if isinstance(found, dict):
        told = list(found.items())
        for empties in _EMPTIES:
            if len(told) > 1:
                told = [(name, each) for name, each in told if each not in empties]
        if len(told) == 1:
            return told[0]
        if not found:
            raise ValueError(
                f"{where[:60]!r} has no value: the tool that wrote the dump did not know its type, "
                "such as a map, and left it out; take it from another backup, or leave the line out"
            )
    raise ValueError(
        f"{where[:60]!r} has no value with exactly one type, such as "
        '{"s":"text"}: is the dump of another layout?'
    )
