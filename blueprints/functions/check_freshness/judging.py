"""Decides whether to tell or to stay silent; asks nobody.

A message comes when what is wrong changed, also to nothing, and once a day while something is. So
the same message does not come every hour, and none is the last one for ever.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import NamedTuple

from blueprints.functions.check_freshness.ages import Pair

# Runs do not start at the same second of each hour.
REPEATED_AFTER = timedelta(hours=24) - timedelta(minutes=30)


class Alert(NamedTuple):
    """What was wrong at the last decision, when it was told, and which tables were gone."""

    wrong: frozenset[Pair] = frozenset()
    told_at: datetime | None = None
    gone: frozenset[str] = frozenset()


class Decision(NamedTuple):
    """Whether to tell, what is new in it, and what the next run compares with."""

    tell: bool
    newly_gone: list[str]
    in_order_again: list[Pair]
    alert: Alert


def decided(
    wrong: AbstractSet[Pair],
    in_order: Collection[Pair],
    gone: AbstractSet[str],
    before: Alert,
    now: datetime,
) -> Decision:
    """Return the decision: `before` is that of the run for an earlier time.

    A table that is gone is told once. What was wrong of it, or of a rule or table that is not
    watched any more, is not in order again: it is only wrong no more.
    """
    newly_gone = sorted(gone - before.gone)
    overdue = before.told_at is None or now - before.told_at >= REPEATED_AFTER
    tell = wrong != before.wrong or bool(newly_gone) or (bool(wrong) and overdue)
    return Decision(
        tell,
        newly_gone,
        sorted((before.wrong - wrong) & set(in_order)),
        Alert(frozenset(wrong), now if tell else before.told_at, frozenset(gone)),
    )
