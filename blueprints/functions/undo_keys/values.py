"""Values as DynamoDB types them (`{"N": "1"}`): compared by what they mean, and shown to people.

Those of an export's line spell bytes in base64; those that boto3 takes and gives are bytes.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

Value = Mapping[str, Any]
Item = Mapping[str, Value]
# Numbers have at most 38 digits; none of them may be lost.
_EXACT = Context(prec=50)
_MOST_CHARACTERS = 200


def meaning(value: Value) -> object:
    """Return what is equal for values that DynamoDB holds to be equal.

    Numbers are numbers however they are spelled, and sets have no order.
    """
    ((kind, held),) = value.items()
    if kind == "N":
        return kind, Decimal(held)
    if kind == "NS":
        return kind, frozenset(map(Decimal, held))
    if kind in {"SS", "BS"}:
        return kind, frozenset(held)
    if kind == "L":
        return kind, [meaning(each) for each in held]
    if kind == "M":
        return kind, {name: meaning(each) for name, each in held.items()}
    return kind, held


def same(one: Value | None, other: Value | None) -> bool:
    """Return whether two values mean the same; None is an attribute that is not there."""
    if one is None or other is None:
        return one is other
    return one == other or meaning(one) == meaning(other)


def differing(one: Item, other: Item, but: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names of the attributes that differ, in order; `but` names some to leave out."""
    names = (one.keys() | other.keys()).difference(but)
    return tuple(sorted(name for name in names if not same(one.get(name), other.get(name))))


def decoded(item: Item) -> dict[str, Any]:
    """Return an item of an export's line as boto3 takes it."""
    return {name: _decoded(value) for name, value in item.items()}


def _decoded(value: Value) -> dict[str, Any]:
    ((kind, held),) = value.items()
    if kind == "B":
        return {kind: base64.b64decode(held)}
    if kind == "BS":
        return {kind: [base64.b64decode(each) for each in held]}
    if kind == "L":
        return {kind: [_decoded(each) for each in held]}
    if kind == "M":
        return {kind: decoded(held)}
    return {kind: held}


def plain(value: Any) -> Any:
    """Return a value, or whatever is made of them, with bytes in base64 as JSON has them."""
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value


def key_text(item: Item, names: Sequence[str]) -> str:
    """Return a key as text: the same for the same key, whoever spells it. `names` are of a key."""
    return json.dumps([_scalar(item[name]) for name in names], separators=(",", ":"))


def _scalar(value: Value) -> list[str]:
    ((kind, held),) = value.items()
    return [kind, scalar_text(kind, held)]


def scalar_text(kind: str, held: Any) -> str:
    """Return what a string, number or bytes of a key are, spelled in one way."""
    if kind == "N":
        return str(_EXACT.plus(_EXACT.normalize(Decimal(held))))
    return base64.b64encode(held).decode() if isinstance(held, bytes | bytearray) else str(held)


def shown(value: Value | None) -> str:
    """Return a value on one line for a person; what is long loses its end."""
    if value is None:
        return "(not there)"
    ((kind, held),) = value.items()
    if kind == "S":
        text = json.dumps(held, ensure_ascii=False)
    elif kind in {"N", "B"}:
        text = str(plain(held))
    else:
        text = json.dumps(_bare(value), ensure_ascii=False)
    if len(text) <= _MOST_CHARACTERS:
        return text
    return f"{text[:_MOST_CHARACTERS]}… ({len(text)} characters)"


def _bare(value: Value) -> Any:
    """Return a value without its types."""
    ((kind, held),) = value.items()
    if kind == "M":
        return {name: _bare(each) for name, each in held.items()}
    if kind == "L":
        return [_bare(each) for each in held]
    if kind in {"SS", "NS", "BS"}:
        return sorted(plain(held))
    return None if kind == "NULL" else plain(held)


def shown_key(item: Item, names: Sequence[str]) -> str:
    """Return a key on one line for a person."""
    return ", ".join(f"{name}={shown(item[name])}" for name in names)
