"""The windows that incremental exports take, so that they have exactly a span of time.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=24)


class Window(NamedTuple):
    """From `start`, which is in it, until `end`, which is not."""

    start: datetime
    end: datetime


def windows(since: datetime, end: datetime) -> list[Window]:
    """Return windows of the span, one after the other; no export is shorter or longer than allowed.

    Raises ValueError where the span is shorter than the shortest.
    """
    if end - since < SHORTEST:
        raise ValueError(f"{end - since} is shorter than {SHORTEST}")
    found, start = [], since
    while start < end:
        left = end - start
        length = min(left, LONGEST)
        # What is left after this one must be long enough too.
        if timedelta() < left - length < SHORTEST:
            length = left - SHORTEST
        found.append(Window(start, start + length))
        start += length
    return found
