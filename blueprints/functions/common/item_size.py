"""How large DynamoDB reckons an item to be.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
says how, and of numbers that it is approximate. Sets are not in that list: theirs is the sum of
their elements, which is how public calculators reckon (unverified against a real account).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.functions.common.item_numbers import significant_digits

# 400 KB, of both names and values.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MOST_BYTES = 400 * 1024
_WRITE_UNIT = 1024
_DOCUMENT, _ELEMENT = 3, 1

Item = Mapping[str, Mapping[str, Any]]


def size_bytes(item: Item) -> int:
    """Return an item's size; its values are typed as in DynamoDB JSON.

    Raises ValueError, KeyError or TypeError where they are not: see `typed_values.check_item`.
    """
    return sum(_text(name) + _value(value) for name, value in item.items())


def write_units(item: Item) -> int:
    """Return the write units that a put of the item takes, indexes aside."""
    return max(1, -(-size_bytes(item) // _WRITE_UNIT))


def _value(typed: Mapping[str, Any]) -> int:
    ((tag, value),) = typed.items()
    if tag == "S":
        return _text(value)
    if tag == "M":
        inside = sum(_ELEMENT + _text(name) + _value(each) for name, each in value.items())
        return _DOCUMENT + inside
    if tag == "L":
        return _DOCUMENT + sum(_ELEMENT + _value(each) for each in value)
    if tag in {"BOOL", "NULL"}:
        return 1
    if tag in {"N", "B"}:
        return _scalar(tag, value)
    return sum(_scalar(tag[0], each) for each in value)


def _scalar(tag: str, value: str) -> int:
    if tag == "S":
        return _text(value)
    if tag == "N":
        return 1 + -(-significant_digits(value) // 2)
    return len(value) * 3 // 4 - value[-2:].count("=")  # what the Base64 stands for


def _text(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
