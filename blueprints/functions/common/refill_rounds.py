"""Puts windows of exports into rounds, so that what was written last is loaded last.

A round is one run of the machine's Map. What lies in one window may be loaded in any order, for a
key is in a window once; windows may not. Many small ones share a round all the same: one child
loads their files one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blueprints.functions.common.errors import RefusedError

Part = Mapping[str, Any]
# A round is 14 events of the machine's history, a wait 9 and another attempt 3: so many rounds
# leave more than 10,000 of Step Functions' 25,000 for these. A test counts them.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_ROUNDS = 1_000
# Each record is read: those of 200 days of hourly windows in about two minutes.
MOST_RECORDS = 5_000
# Loaded by one child in about the time that a round of its own takes to begin and end.
SMALL_FILES, SMALL_ITEMS, SMALL_BYTES = 100, 50_000, 32 * 1024 * 1024
# Of a child: its input, about 500 bytes a file, is to stay well below 256 KiB; and a person who
# waits for it is to see it move.
GROUP_FILES, GROUP_ITEMS, GROUP_BYTES = 200, 500_000, 256 * 1024 * 1024


class Round(NamedTuple):
    """Parts, from the first to the last, that are loaded in one run of the Map.

    Files of a round that is `in_order` are loaded by one child; others, of one part, by one each.
    """

    first: int
    last: int
    in_order: bool


def rounds_of(parts: Sequence[Part]) -> list[Round]:
    """Return the rounds of parts, in order: the full export or dump, then its windows."""
    found: list[Round] = []
    begin: int | None = None
    for index, part in enumerate(parts):
        if not _is_small(part):
            found += _closed(begin, index)
            found.append(Round(index, index, in_order=False))
            begin = None
        elif begin is None:
            begin = index
        elif not _fits(parts[begin : index + 1]):
            found += _closed(begin, index)
            begin = index
    return found + _closed(begin, len(parts))


def checked(rounds: list[Round], parts: Sequence[Part], newest_full: str | None) -> list[Round]:
    """Return the rounds; raises RefusedError where one execution cannot run so many.

    `newest_full` is the record of the newest full export before the moment, if that is another one.
    """
    if len(rounds) <= MOST_ROUNDS:
        return rounds
    nearer = (
        f"begin with the full export {newest_full}, which is nearer to that moment"
        if newest_full
        else f"refill up to {parts[rounds[MOST_ROUNDS - 1].last].get('to')}, an earlier moment"
    )
    raise RefusedError(
        f"the windows after the full export make {len(rounds)} rounds, and one execution runs "
        f"{MOST_ROUNDS} at most: {nearer}"
    )


def _closed(begin: int | None, end: int) -> list[Round]:
    if begin is None:
        return []
    return [Round(begin, end - 1, in_order=end - begin > 1)]


def _is_small(part: Part) -> bool:
    return bool(
        part["kind"] == "incremental"
        and part["files"] is not None
        and part["files"] <= SMALL_FILES
        and part["items"] <= SMALL_ITEMS
        and part["bytes"] <= SMALL_BYTES
    )


def _fits(group: Sequence[Part]) -> bool:
    return bool(
        sum(each["files"] for each in group) <= GROUP_FILES
        and sum(each["items"] for each in group) <= GROUP_ITEMS
        and sum(each["bytes"] for each in group) <= GROUP_BYTES
    )
