"""DynamoDB: conditions and filters that compare values with their types, as AWS does.

To moto, true is 1, an absent attribute is NULL, a text is a binary value of the same letters, and
values that cannot be ordered are an error of the server.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb import comparisons
from moto.dynamodb.comparisons import (
    AttributePath,
    AttributeValue,
    ConditionExpressionParser,
    FuncBeginsWith,
    FuncBetween,
    FuncContains,
    FuncIn,
    FuncSize,
)
from moto.dynamodb.models.utilities import dynamo_to_dict

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.dynamodb.models.dynamo_type import Item

    Typed = tuple[str, Any]

DEEPEST_CALLS = 20_000  # moto goes a few deeper for each action of an expression
ORDERED = frozenset({"S", "N", "B"})
_moto_parse = ConditionExpressionParser.parse


def typed(operand: Any, item: Item | None) -> Typed | None:
    """Return the type and the value of an operand, to be compared; None where it is absent."""
    if isinstance(operand, AttributePath):
        found = operand._get_attr(item)  # noqa: SLF001 - moto's own way along a path
        return None if found is None else _canonical(dynamo_to_dict(found))
    if isinstance(operand, AttributeValue):
        return _canonical({operand.type: operand.value})
    if isinstance(operand, FuncSize):
        held = typed(operand.attr, item)
        sized = held is not None and held[0] not in {"N", "BOOL", "NULL"}
        return ("N", Decimal(len(held[1]))) if held is not None and sized else None
    raise TypeError(operand)


def _canonical(value: dict[str, Any]) -> Typed:
    """Return equal and hashable values for what DynamoDB takes for equal."""
    ((kind, held),) = value.items()
    if kind == "N":
        return kind, Decimal(held)
    if kind == "NS":
        return kind, frozenset(Decimal(each) for each in held)
    if kind in {"SS", "BS"}:
        return kind, frozenset(held)
    if kind == "L":
        return kind, tuple(_canonical(each) for each in held)
    if kind == "M":
        return kind, frozenset((name, _canonical(each)) for name, each in held.items())
    return kind, held


def _equal(left: Typed | None, right: Typed | None) -> bool:
    return left is not None and left == right


def _in_order(left: Typed | None, right: Typed | None, order: Callable[[Any, Any], bool]) -> bool:
    """Tell whether two values of one type, which has an order, are in it."""
    if left is None or right is None or left[0] != right[0] or left[0] not in ORDERED:
        return False
    return order(left[1], right[1])


def _compared(order: Callable[[Any, Any], bool]) -> Callable[[Any, Item | None], bool]:
    def expr(self: Any, item: Item | None) -> bool:
        return _in_order(typed(self.lhs, item), typed(self.rhs, item), order)

    return expr


def _is_equal(self: Any, item: Item | None) -> bool:
    return _equal(typed(self.lhs, item), typed(self.rhs, item))


def _is_not_equal(self: Any, item: Item | None) -> bool:
    """Whatever is absent differs from everything."""
    return not _equal(typed(self.lhs, item), typed(self.rhs, item))


def _is_in(self: FuncIn, item: Item | None) -> bool:
    found = typed(self.attr, item)
    return any(_equal(found, typed(each, item)) for each in self.possible_values)


def _is_between(self: FuncBetween, item: Item | None) -> bool:
    found = typed(self.attr, item)
    return _in_order(typed(self.start, item), found, lambda a, b: bool(a <= b)) and _in_order(
        found, typed(self.end, item), lambda a, b: bool(a <= b)
    )


def _begins_with(self: FuncBeginsWith, item: Item | None) -> bool:
    found, start = typed(self.attr, item), typed(self.substr, item)
    if found is None or start is None or found[0] != start[0] or found[0] not in {"S", "B"}:
        return False
    return bool(found[1].startswith(start[1]))


def _contains(self: FuncContains, item: Item | None) -> bool:
    found, part = typed(self.attr, item), typed(self.operand, item)
    if found is None or part is None:
        return False
    if found[0] in {"SS", "NS", "BS"}:
        return found[0][0] == part[0] and part[1] in found[1]
    if found[0] == "L":
        return part in found[1]
    return found[0] == part[0] and found[0] in {"S", "B"} and part[1] in found[1]


def _parse(self: ConditionExpressionParser) -> Any:
    """Refuse what cannot be parsed; moto leaves some of it to be an error of the server."""
    self.expression_attribute_names = self.expression_attribute_names or {}
    self.expression_attribute_values = self.expression_attribute_values or {}
    try:
        return _moto_parse(self)
    except KeyError as error:
        kind = "value" if str(error).startswith("':") else "name"
        text = f"An expression attribute {kind} used in expression is not defined; "
        raise _invalid(f"{text}attribute {kind}: {error.args[0]}") from None
    except ValueError as error:
        raise _invalid(str(error)) from None


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", f"Invalid ConditionExpression: {message}")


METHODS: dict[type[Any], Callable[..., bool]] = {
    comparisons.OpEqual: _is_equal,
    comparisons.OpNotEqual: _is_not_equal,
    comparisons.OpLessThan: _compared(lambda a, b: bool(a < b)),
    comparisons.OpLessThanOrEqual: _compared(lambda a, b: bool(a <= b)),
    comparisons.OpGreaterThan: _compared(lambda a, b: bool(a > b)),
    comparisons.OpGreaterThanOrEqual: _compared(lambda a, b: bool(a >= b)),
    FuncIn: _is_in,
    FuncBetween: _is_between,
    FuncBeginsWith: _begins_with,
    FuncContains: _contains,
}


def install() -> None:
    """Let moto compare as above, and read expressions of 4 KB."""
    sys.setrecursionlimit(DEEPEST_CALLS)
    for compared, method in METHODS.items():
        compared.expr = method
    ConditionExpressionParser.parse = _parse
