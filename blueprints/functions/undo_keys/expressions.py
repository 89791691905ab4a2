"""Writes that are conditional on exactly what they replace, as requests of DynamoDB.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from blueprints.functions.undo_keys.values import Item, Value

MOST_OPERATORS = 300
MOST_BYTES = 4096


class Write(NamedTuple):
    """One request but for its table; `operators` is the greatest number in one expression."""

    operation: str
    request: dict[str, Any]
    operators: int


def fits(write: Write) -> bool:
    """Return whether DynamoDB takes the expressions of a request."""
    lengths = [
        len(write.request.get(name, "")) for name in ("ConditionExpression", "UpdateExpression")
    ]
    return write.operators <= MOST_OPERATORS and max(lengths) <= MOST_BYTES


def put(key: Item, item: Item, keys: Sequence[str]) -> Write:
    """Return what puts an item where there is none."""
    request = {
        "Item": {**item, **key},
        "ConditionExpression": "attribute_not_exists(#k)",
        "ExpressionAttributeNames": {"#k": keys[0]},
    }
    return Write("put_item", request, 1)


def update(
    key: Item, names: Sequence[str], wanted: Item, expected: Item, keys: Sequence[str]
) -> Write:
    """Return what gives the named attributes their wanted values while they are as expected.

    An item that is gone is not made anew.
    """
    request = _conditional(key, names, expected, keys)
    values = request.setdefault("ExpressionAttributeValues", {})
    sets, removes = [], []
    for number, name in enumerate(names):
        if name in wanted:
            values[f":w{number}"] = wanted[name]
            sets.append(f"#n{number}=:w{number}")
        else:
            removes.append(f"#n{number}")
    clauses = [("SET", sets), ("REMOVE", removes)]
    expression = " ".join(f"{verb} {','.join(parts)}" for verb, parts in clauses if parts)
    request["UpdateExpression"] = expression
    if not values:
        del request["ExpressionAttributeValues"]
    return Write("update_item", request, _operators(names))


def deletion(key: Item, names: Sequence[str], expected: Item, keys: Sequence[str]) -> Write:
    """Return what deletes an item while the named attributes are as expected."""
    return Write("delete_item", _conditional(key, names, expected, keys), _operators(names))


def _conditional(
    key: Item, names: Sequence[str], expected: Item, keys: Sequence[str]
) -> dict[str, Any]:
    values: dict[str, Value] = {}
    placeholders = {f"#n{number}": name for number, name in enumerate(names)}
    condition = " AND ".join(_conditions(names, expected, values))
    request: dict[str, Any] = {
        "Key": dict(key),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#k": keys[0], **placeholders},
    }
    return request | ({"ExpressionAttributeValues": values} if values else {})


def _conditions(names: Sequence[str], expected: Item, values: dict[str, Value]) -> Iterator[str]:
    """Yield the parts of a condition, and note their values."""
    yield "attribute_exists(#k)"
    for number, name in enumerate(names):
        if name in expected:
            values[f":e{number}"] = expected[name]
            yield f"#n{number}=:e{number}"
        else:
            yield f"attribute_not_exists(#n{number})"


def _operators(names: Sequence[str]) -> int:
    """Return how many a condition has: one for each part, and one between each two of them."""
    return 2 * len(names) + 1
