"""How long objects of exports are kept, so that every moment of the promised window comes back.

A moment is restored from the newest good full export before it and all incremental exports since
that one. The moment at the window's far edge so needs objects that are older than the window: by
the longest gap between two full exports, and by more where a full export failed. Both kinds are
needed from then on, so both are kept the same time: kept for the window alone, a full export would
go before the moments that build on it, and an incremental one before the full export that would
spare it.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.schedule import parse_schedule
from generator.spec.exports import Exports

_MINUTES_PER_DAY = 24 * 60
# The least time in which full exports may fail before the far edge of the window is at stake.
CATCH_UP_AT_LEAST_DAYS = 7
# A full export may start minutes late, and an hour late by UTC where clocks change. S3 deletes at
# midnight UTC, which can be just before the moments that still need an object have left the window.
LATE_DAYS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is promised, and what keeping it takes, in days."""

    window_days: int
    full_interval_days: int
    catch_up_days: int

    @property
    def keep_days(self) -> int:
        """Days after which objects expire, of full and of incremental exports alike."""
        return self.window_days + self.full_interval_days + self.catch_up_days + LATE_DAYS


def retention(exports: Exports) -> Retention:
    """Return the retention of a class's exports; a full schedule that fires once has no gap.

    The interval is the longest gap between two firings, in whole days, rounded up. The margin is as
    long again, so that one full export may fail, and a week at least, so that with daily ones there
    is a week for somebody to mend what is broken.
    """
    gap = parse_schedule(exports.full_schedule).longest_gap_minutes or 0
    interval = -(-gap // _MINUTES_PER_DAY)
    return Retention(
        window_days=exports.delete_after_days,
        full_interval_days=interval,
        catch_up_days=max(interval, CATCH_UP_AT_LEAST_DAYS),
    )
