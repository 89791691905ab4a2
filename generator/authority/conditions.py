"""The condition operators of IAM that our documents use; any other is unknown, never a guess.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

# What a request carries: one value, several for multi-valued keys, or None where the key is absent.
Value = str | tuple[str, ...] | None
Context = Mapping[str, Value]

_MULTI_VALUED = frozenset({"kms:resourcealiases"})
_ARN_PARTS = 6


def holds(conditions: Mapping[str, Any], context: Context) -> bool | None:
    """Return whether all `conditions` hold for `context` (its keys in lower case); None: unknown.

    A key that `context` does not name at all is unknown; one that is None is absent from the
    request. A condition that does not hold settles it, whatever is unknown beside it.
    """
    verdicts = [
        _holds(operator, key.lower(), values, context)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    ]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _holds(operator: str, key: str, values: Any, context: Context) -> bool | None:
    wanted = listed(values)
    if key not in context or any("${" in one for one in wanted):
        return None
    value = context[key]
    if operator == "Null":
        return (value is None) == (wanted == ("true",))
    negated = operator in NEGATED
    matches = OPERATORS.get(NEGATED.get(operator, operator))
    if matches is None or (key in _MULTI_VALUED) != operator.startswith("ForAnyValue:"):
        return None
    if value is None:
        return negated
    try:
        found = any(matches(one, each) for one in wanted for each in listed(value))
    except ValueError:  # no number
        return None
    return found is not negated


def listed(value: Any) -> tuple[str, ...]:
    """Return one value or many as a tuple; true and false as IAM writes them."""
    several = (value,) if isinstance(value, str | bool | int) else tuple(value)
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in several)


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    spelled = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)
    return re.compile(spelled, re.DOTALL)


def like(pattern: str, value: str) -> bool:
    """Return whether `value` fits `pattern`, in which `*` and `?` stand for any characters."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == value
    return _pattern(pattern).fullmatch(value) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Return whether an ARN fits `pattern`, each of its six parts by itself."""
    wanted, given = pattern.split(":", _ARN_PARTS - 1), value.split(":", _ARN_PARTS - 1)
    return len(wanted) == len(given) == _ARN_PARTS and all(map(like, wanted, given))


def _equals(wanted: str, value: str) -> bool:
    return wanted == value


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def matches(wanted: str, value: str) -> bool:
        return compare(float(value), float(wanted))

    return matches


# Operator → whether a wanted value fits a given one. `Null` is told by itself.
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "ArnEquals": arn_like,  # AWS evaluates both alike
    "ArnLike": arn_like,
    "Bool": _equals,
    "ForAnyValue:StringEquals": _equals,
    "NumericGreaterThan": _number(lambda value, wanted: value > wanted),
    "NumericLessThan": _number(lambda value, wanted: value < wanted),
    "StringEquals": _equals,
    "StringLike": like,
}
# Negated operator → the one it negates; it holds where the key is absent.
NEGATED: Mapping[str, str] = {"ArnNotLike": "ArnLike"}
