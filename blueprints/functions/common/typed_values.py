"""Whether an item, typed as in DynamoDB JSON, is one that DynamoDB takes; if not, why.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
That a list within 31 others is the deepest that is taken is read from "up to 32 levels deep"
(unverified against a real account).
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from blueprints.functions.common.item_numbers import plain
from blueprints.functions.common.item_size import MOST_BYTES, size_bytes

MOST_LEVELS = 32
_MOST_KEY_BYTES = (2048, 1024)  # partition key, sort key
_MOST_NAME_BYTES = 65_535
_LONGEST_SHOWN = 60
_KEY_TYPES = ("S", "N", "B")

Item = Mapping[str, Any]


def check_item(item: Any, keys: Sequence[str]) -> None:
    """Raise ValueError with reason and fix where DynamoDB would refuse a put of the item.

    `keys` are the names of the table's key attributes: partition key, sort key if it has one.
    """
    _check_attributes(item, "the item")
    _check_keys(item, keys, "the item")
    size = size_bytes(item)
    if size > MOST_BYTES:
        raise ValueError(
            f"the item has {size} bytes by DynamoDB's rules, and {MOST_BYTES} are the most: "
            "make it smaller, or leave it out"
        )


def check_key(key: Any, keys: Sequence[str]) -> None:
    """Raise ValueError with reason and fix where the key is not one of the table."""
    _check_attributes(key, "the key")
    _check_keys(key, keys, "the key")
    more = sorted(set(key) - set(keys))
    if more:
        raise ValueError(
            f"the key has {', '.join(map(repr, more))} beside {' and '.join(map(repr, keys))}: "
            "is it of another table?"
        )


def _check_attributes(item: Any, whole: str) -> None:
    if not isinstance(item, Mapping):
        raise ValueError(f"{whole} is {_kind(item)}, not an object of attributes")  # noqa: TRY004
    for name, value in item.items():
        if not name:
            raise ValueError(f"{whole} has an attribute without a name: DynamoDB takes none")
        _check_value(value, repr(_short(name)), 1)


def _check_keys(item: Item, keys: Sequence[str], whole: str) -> None:
    for name, most in zip(keys, _MOST_KEY_BYTES, strict=False):
        if name not in item:
            raise ValueError(
                f"{whole} has no {name!r}, which is in the table's key: is the file of another "
                "table?"
            )
        ((tag, value),) = item[name].items()
        if tag not in _KEY_TYPES:
            raise ValueError(
                f"{name!r} is in the table's key and has type {tag}: a key is a string (S), a "
                "number (N) or binary (B)"
            )
        size = size_bytes({"": {tag: value}})
        if not value or size > most:
            raise ValueError(
                f"{name!r} is in the table's key and has {size} bytes: DynamoDB takes 1 to {most}"
            )


def _check_value(value: Any, where: str, level: int) -> None:
    if not isinstance(value, Mapping) or len(value) != 1:
        members = f" with {len(value)} members" if isinstance(value, Mapping) else ""
        raise ValueError(
            f"{where} is {_kind(value)}{members}: a value is an object with exactly one member, "
            'its type, such as {"S": "text"}'
        )
    ((tag, inner),) = value.items()
    check = _CHECKS.get(tag)
    if check is None:
        raise ValueError(f"{where} has type {tag!r}: DynamoDB's are {', '.join(_CHECKS)}")
    check(inner, where, level)


def _string(value: Any, where: str, _level: int = 0) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where} is {_kind(value)}, not a string")  # noqa: TRY004
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"{where} has half of a surrogate pair, which no UTF-8 text can have: correct it"
        ) from None
    return value


def _number(value: Any, where: str, _level: int = 0) -> str:
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004
            f'{where} is {_kind(value)}: DynamoDB JSON has numbers in quotes, such as {{"N": "5"}}'
        )
    try:
        return plain(value)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _binary(value: Any, where: str, _level: int = 0) -> bytes:
    try:
        return binascii.a2b_base64(_string(value, where).encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError(f"{where} is not Base64 ({error}): encode its bytes again") from None


def _boolean(value: Any, where: str, _level: int) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{where} is {_kind(value)}, not true or false")  # noqa: TRY004


def _null(value: Any, where: str, _level: int) -> None:
    if value is not True:
        raise ValueError(f'{where} is null and not written {{"NULL": true}}, which DynamoDB asks')


def _map(value: Any, where: str, level: int) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} is {_kind(value)}, not an object of values")  # noqa: TRY004
    _check_level(where, level)
    for name, each in value.items():
        if len(name) > _MOST_NAME_BYTES:
            raise ValueError(f"{where} has a name of {len(name)} characters: shorten it")
        _check_value(each, f"{where}.{_short(name)}", level + 1)


def _list(value: Any, where: str, level: int) -> None:
    _check_level(where, level)
    for number, each in enumerate(_array(value, where)):
        _check_value(each, f"{where}[{number}]", level + 1)


def _check_level(where: str, level: int) -> None:
    if level > MOST_LEVELS:
        raise ValueError(
            f"{where} is nested {level} levels deep, and DynamoDB takes {MOST_LEVELS}: keep what "
            "is deeper as a string (S)"
        )


def _set_of(element: Callable[[Any, str], Any]) -> Callable[[Any, str, int], None]:
    def check(value: Any, where: str, _level: int) -> None:
        seen = set()
        for number, each in enumerate(_array(value, where)):
            same = element(each, f"{where}[{number}]")
            if same in seen:
                raise ValueError(f"{where} is a set that has {_short(each)!r} twice: leave one out")
            seen.add(same)
        if not seen:
            raise ValueError(f"{where} is an empty set, which DynamoDB does not take: leave it out")

    return check


def _array(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{where} is {_kind(value)}, not a list")  # noqa: TRY004
    return value


def _short(name: str) -> str:
    """Return what is enough of a name to find it by: names may have 64 KB."""
    return name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}..."


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    return kinds.get(type(value), "a list" if isinstance(value, list) else "an object")


_CHECKS: dict[str, Callable[[Any, str, int], Any]] = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "M": _map,
    "L": _list,
    "SS": _set_of(_string),
    "NS": _set_of(_number),
    "BS": _set_of(_binary),
}
