"""DynamoDB's numbers as text: which it takes, and how they are written so that equal ones agree.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from __future__ import annotations

import re

MOST_DIGITS = 38
# Of the first digit: 1E-130 to 9.99...E+125.
_LEAST_POWER, _GREATEST_POWER = -130, 125
_LONGEST = 400  # enough for any number that is worth a look, and no work for nonsense
_LONGEST_SHOWN = 60
_NUMBER = re.compile(r"([+-]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([+-]?[0-9]{1,9}))?")


def plain(number: str) -> str:
    """Return a number without exponent, and without zeros that say nothing.

    DynamoDB trims zeros too, so that a number that it wrote comes out as it is, and numbers are
    equal where their texts are. Raises ValueError where DynamoDB takes no such number.
    """
    sign, digits, power = _parts(number)
    if not digits:
        return "0"
    if power >= 0:
        return f"{sign}{digits}{'0' * power}"
    whole, fraction = digits[:power], digits[power:]
    return f"{sign}{whole or '0'}.{fraction.rjust(-power, '0')}"


def significant_digits(number: str) -> int:
    """Return how many digits of a number are stored; raises ValueError like `plain`."""
    return len(_parts(number)[1])


def _parts(number: str) -> tuple[str, str, int]:
    """Return sign, significant digits and the power of ten of the last of them."""
    found = _NUMBER.fullmatch(number) if len(number) <= _LONGEST else None
    if found is None:
        raise ValueError(f"{_shown(number)} is not a number: write digits, such as 12.5 or 1E-7")
    sign, whole, fraction, only_fraction, exponent = found.groups()
    fraction = only_fraction or fraction or ""
    digits = f"{whole or ''}{fraction}".lstrip("0")
    trimmed = digits.rstrip("0")
    power = int(exponent or 0) - len(fraction) + len(digits) - len(trimmed)
    if not trimmed:
        return "", "", 0
    if len(trimmed) > MOST_DIGITS:
        raise ValueError(
            f"{_shown(number)} has {len(trimmed)} significant digits, and DynamoDB takes "
            f"{MOST_DIGITS}: keep it as a string (S)"
        )
    if not _LEAST_POWER <= power + len(trimmed) - 1 <= _GREATEST_POWER:
        raise ValueError(
            f"{_shown(number)} is beyond the range of DynamoDB's numbers, which is 1E-130 to "
            "9.9E+125 on both sides of 0: keep it as a string (S)"
        )
    return "-" if sign == "-" else "", trimmed, power


def _shown(number: str) -> str:
    return repr(number if len(number) <= _LONGEST_SHOWN else f"{number[:_LONGEST_SHOWN]}...")
