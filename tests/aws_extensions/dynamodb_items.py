"""DynamoDB: how big an item is, what writing it costs, and which item is none.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import dynamo_to_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.dynamodb.models.table import SecondaryIndex, Table

    Value = Mapping[str, Any]
    Image = Mapping[str, Value]

LARGEST_ITEM_BYTES = 400 * 1024
UNIT_BYTES = 1024
MOST_DIGITS = 38
LARGEST_EXPONENT, SMALLEST_EXPONENT = 125, -130
DEEPEST_LEVEL = 32
ROUGHLY = 4  # times what moto measures, of which a list of small values has at most
OVERHEAD_BYTES = 3  # of a list or a map, and one more for each of its members
TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"})
SETS = {"SS": "string", "NS": "number", "BS": "binary"}
INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
_moto_update = Item.update_with_attribute_updates
EMPTY = "The AttributeValue for a key attribute cannot contain an empty string value. "


@dataclass(frozen=True, kw_only=True)
class Units:
    """Write units of one item: of the table, and of each index in which something changes."""

    table: int
    indexes: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.table + sum(self.indexes.values())


def held(table: Table, given: Image) -> Image | None:
    """Return the item that a table holds under the key in an item or a key; None without one."""
    names = [key["AttributeName"] for key in table.schema]
    if not all(name in given for name in names):
        return None
    item = table.get_item(*(DynamoType(dict(given[name])) for name in names))
    return None if item is None else dynamo_to_dict(dict(item.attrs))


def units(table: Table, old: Image | None, new: Image | None) -> Units:
    """Return what a write costs that finds one item and leaves the other."""
    sizes = [size(each) for each in (old, new) if each is not None]
    changed = {
        index.name: _index_units(table, index, old, new)
        for index in (*table.global_indexes, *table.indexes)
    }
    return Units(
        table=_whole(max(sizes, default=0)), indexes={k: v for k, v in changed.items() if v}
    )


def _index_units(table: Table, index: SecondaryIndex, old: Image | None, new: Image | None) -> int:
    before, after = (_entry(table, index, each) for each in (old, new))
    if before == after:
        return 0
    sizes = [_whole(size(each)) for each in (before, after) if each is not None]
    names = _names(index.schema)
    if before and after and all(before[name] == after[name] for name in names):
        return max(sizes)
    return sum(sizes)  # an entry under another key is one deleted and one put


def _entry(table: Table, index: SecondaryIndex, item: Image | None) -> Image | None:
    names = _names(index.schema)
    if item is None or not all(name in item for name in names):
        return None
    if index.projection["ProjectionType"] == "ALL":
        return item
    names += _names(table.schema) + index.projection.get("NonKeyAttributes", [])
    return {name: value for name, value in item.items() if name in names}


def _names(schema: list[dict[str, str]]) -> list[str]:
    return [key["AttributeName"] for key in schema]


def _whole(size_bytes: int) -> int:
    return max(1, -(-size_bytes // UNIT_BYTES))


def size(item: Image) -> int:
    """Return the size of an item in bytes, about as DynamoDB measures it."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Value) -> int:
    ((kind, held_value),) = value.items()
    if kind == "N":
        return _number_size(held_value)
    if kind == "NS":
        return sum(_number_size(each) for each in held_value)
    if kind in SETS:
        return sum(_text_size(each) for each in held_value)
    if kind == "L":
        return OVERHEAD_BYTES + sum(1 + _size(each) for each in held_value)
    if kind == "M":
        return OVERHEAD_BYTES + len(held_value) + size(held_value)
    return 1 if kind in {"BOOL", "NULL"} else _text_size(held_value)


def _text_size(value: str | bytes) -> int:
    return len(value if isinstance(value, bytes) else value.encode())


def _number_size(number: str) -> int:
    """Return one byte for two digits, and one more."""
    return 1 + -(-_digits(Decimal(number)) // 2)


def _digits(number: Decimal) -> int:
    """Return how many digits are significant; `normalize` would round to 28 of them."""
    digits = "".join(map(str, number.as_tuple().digits))
    return max(1, len(digits.strip("0")))


def check(table: Table, item: Image) -> None:
    """Refuse an item that the table cannot hold, as PutItem and BatchWriteItem do."""
    for value in item.values():
        _check_value(value, 1)
    check_key(table, item, "Missing the key {} in the item")
    for index in (*table.global_indexes, *table.indexes):
        _check_index_key(table, index, item)
    if size(item) > LARGEST_ITEM_BYTES:
        raise refused("Item size has exceeded the maximum allowed size")


def check_key(table: Table, given: Image, missing: str) -> None:
    """Refuse what has not the whole key of the table, or one of another type, or empty."""
    types = _types(table)
    for name in _names(table.schema):
        if name not in given:
            raise refused(INVALID + missing.format(name))
        ((kind, value),) = given[name].items()
        if kind != types[name]:
            message = f"Type mismatch for key {name} expected: {types[name]} actual: {kind}"
            raise refused(INVALID + message)
        if kind != "N" and not value:
            raise refused(f"{NOT_VALID}{EMPTY}Key: {name}")
    table._validate_key_sizes(dict(given))  # noqa: SLF001 - moto's own check of lengths


def _check_index_key(table: Table, index: SecondaryIndex, item: Image) -> None:
    types = _types(table)
    for name in _names(index.schema):
        for kind, value in item.get(name, {}).items():
            where = f"IndexName: {index.name}, IndexKey: {name}"
            if kind != types[name]:
                message = f"Type mismatch for Index Key {name} Expected: {types[name]} "
                raise refused(f"{INVALID}{message}Actual: {kind} IndexName: {index.name}")
            if kind != "N" and not value:
                text = "A value specified for a secondary index key is not supported. "
                raise refused(f"{NOT_VALID}{text}{EMPTY}{where}")


def _types(table: Table) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in table.attr}


def _check_value(value: Value, level: int) -> None:
    text = "must contain exactly one of the supported datatypes"
    if not value:
        raise refused(f"Supplied AttributeValue is empty, {text}")
    if len(value) > 1:
        raise refused(f"Supplied AttributeValue has more than one datatypes set, {text}")
    if level > DEEPEST_LEVEL:
        raise refused("Nesting Levels have exceeded supported limits")
    ((kind, inner),) = value.items()
    if kind == "N":
        _check_number(inner)
    elif kind == "NULL" and inner is not True:
        raise refused("Null attribute value types must have the value of true")
    elif kind in SETS:
        _check_set(kind, inner)
    elif kind in {"L", "M"}:
        for each in inner.values() if kind == "M" else inner:
            _check_value(each, level + 1)


def _check_set(kind: str, members: list[Any]) -> None:
    if not members:
        raise refused(f"{INVALID}An {SETS[kind]} set  may not be empty")  # two spaces, as AWS has
    if kind == "NS":
        for each in members:
            _check_number(each)
        members = [Decimal(each) for each in members]
    if len(set(members)) != len(members):
        shown = ", ".join(str(each) for each in members)
        raise refused(f"{INVALID}Input collection [{shown}] contains duplicates.")


def _check_number(number: str) -> None:
    try:
        parsed = Decimal(number)
    except InvalidOperation:
        parsed = Decimal("NaN")
    if not parsed.is_finite() or number != number.strip() or "_" in number:
        raise refused(f"The parameter cannot be converted to a numeric value: {number}")
    if _digits(parsed) > MOST_DIGITS:
        raise refused("Attempting to store more than 38 significant digits in a Number")
    if parsed and parsed.adjusted() > LARGEST_EXPONENT:
        text = "with magnitude larger than supported range"
        raise refused(f"Number overflow. Attempting to store a number {text}")
    if parsed and parsed.adjusted() < SMALLEST_EXPONENT:
        text = "with magnitude smaller than supported range"
        raise refused(f"Number underflow. Attempting to store a number {text}")


def _set_attribute(self: LimitedSizeDict, name: str, value: Any) -> None:
    """Refuse an attribute with which an item is too big; moto measures otherwise, and allows less.

    Only what may be too big is measured again for each attribute.
    """
    before = self.get(name)
    dict.__setitem__(self, name, value)
    rough = sum(len(each) + _rough(held_value) for each, held_value in self.items())
    if rough * ROUGHLY > LARGEST_ITEM_BYTES and size(dynamo_to_dict(dict(self))) > (
        LARGEST_ITEM_BYTES
    ):
        del self[name]
        if before is not None:
            dict.__setitem__(self, name, before)
        raise ItemSizeTooLarge


def _rough(value: Any) -> int:
    return value.size() if isinstance(value, DynamoType) else len(str(value))


def _update(self: Item, updates: dict[str, Any] | None) -> None:
    """UpdateItem may ask for no change at all, which makes an item of a key."""
    _moto_update(self, updates or {})


def refused(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", message)


def install() -> None:
    """Let items be as big as they may be, and stay as they are."""
    Item.update_with_attribute_updates = _update
    LimitedSizeDict.__setitem__ = _set_attribute
