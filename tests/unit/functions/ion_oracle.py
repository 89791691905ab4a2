"""What Amazon's own library says of Ion text, as items typed like DynamoDB JSON."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from amazon.ion import simpleion
from amazon.ion.core import IonType
from amazon.ion.simple_types import IonPyBytes, IonPyList, IonPyNull

if TYPE_CHECKING:
    from collections.abc import Callable

    Typed = dict[str, Any]


# Without its part in C the library writes names like $0 without quotes.
assert simpleion.c_ext


def read(line: str) -> dict[str, Typed]:
    """Return the members of the struct that a line has."""
    members: dict[str, Typed] = _typed(simpleion.loads(line, single_value=True))["M"]
    return members


def written(members: dict[str, Typed]) -> str:
    """Return a line; members are typed values."""
    value = {name: _value(each) for name, each in members.items()}
    line: str = simpleion.dumps(value, binary=False)
    return line


def _typed(value: Any) -> Typed:
    kind = value.ion_type
    if kind is IonType.LIST:
        return _list([_typed(each) for each in value], value.ion_annotations)
    tag, read = _READ[kind]
    return {tag: read(value)}


def _list(elements: list[Typed], annotations: Any) -> Typed:
    if not annotations:
        return {"L": elements}
    (tag,) = (each.text.removeprefix("$dynamodb_") for each in annotations)
    return {tag: [each[tag[0]] for each in elements]}


def _struct(value: Any) -> dict[str, Typed]:
    return {name: _typed(each) for name, each in value.items()}


_READ: dict[IonType, tuple[str, Callable[[Any], Any]]] = {
    IonType.STRUCT: ("M", _struct),
    IonType.STRING: ("S", str),
    IonType.BLOB: ("B", lambda value: b64encode(value).decode()),
    IonType.BOOL: ("BOOL", bool),
    IonType.NULL: ("NULL", lambda _: True),
    **dict.fromkeys((IonType.DECIMAL, IonType.INT, IonType.FLOAT), ("N", str)),
}


def _value(typed: Typed) -> Any:
    ((tag, value),) = typed.items()
    if tag == "M":
        return {name: _value(each) for name, each in value.items()}
    if tag == "L":
        return [_value(each) for each in value]
    if tag in {"SS", "NS", "BS"}:
        elements = [_value({tag[0]: each}) for each in value]
        return IonPyList.from_value(IonType.LIST, elements, annotations=(f"$dynamodb_{tag}",))
    if tag == "B":
        return IonPyBytes.from_value(IonType.BLOB, value)
    if tag == "NULL":
        return IonPyNull.from_value(IonType.NULL, None)
    return Decimal(value) if tag == "N" else value
