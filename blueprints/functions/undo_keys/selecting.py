"""Which keys an undo is about: all that its filter says must hold.

`{"change": ["deleted"], "attributes": ["status"], "where": [{"image": "old", "attribute": "status",
"equals": "PAID"}]}`: how the window changed a key, one of the attributes that it changed, and what
an attribute was.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from blueprints.functions.undo_keys.deciding import Change
from blueprints.functions.undo_keys.values import Value, plain

Filter = Mapping[str, Any]


def selects(only: Filter | None, change: Change, names: tuple[str, ...]) -> bool:
    """Return whether the filter selects a key; `names` are the attributes that were changed."""
    if not only:
        return True
    kinds = only.get("change")
    if kinds is not None and _kind(change) not in kinds:
        return False
    attributes = only.get("attributes")
    if attributes is not None and not set(attributes) & set(names):
        return False
    return all(_holds(each, change) for each in only.get("where") or ())


def _kind(change: Change) -> str:
    if change.old is None:
        return "deleted" if change.new is None else "created"
    return "deleted" if change.new is None else "updated"


def _holds(test: Mapping[str, str], change: Change) -> bool:
    image = {"key": change.key, "old": change.old, "new": change.new}[test["image"]]
    value = (image or {}).get(test["attribute"])
    return value is not None and _equals(value, test["equals"])


def _equals(value: Value, text: str) -> bool:
    """Return whether a value is what a person typed; lists, maps and sets are never."""
    ((kind, held),) = value.items()
    if kind == "N":
        try:
            return Decimal(held) == Decimal(text)
        except InvalidOperation:
            return False
    if kind == "BOOL":
        return text.lower() == str(held).lower()
    if kind == "NULL":
        return text.lower() == "null"
    return kind in {"S", "B"} and bool(plain(held) == text)
