"""Years of exports of one table, day by day: what is recorded, what S3 deletes, what comes back.

The windows are decided by the very function that decides them on AWS.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from blueprints.functions.plan_export.windows import Asked, Chain, Recovery, Window, decide

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# What point-in-time recovery can give lies so far back, and reaches so far.
RECOVERY_LAG, RECOVERY_PERIOD = timedelta(minutes=5), timedelta(days=35)
MOST_WINDOWS = 7
# From the start of an export to its record.
TAKES = {"full": timedelta(hours=3), "incremental": timedelta(minutes=20)}
FIRST_DAY = date(2026, 11, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One start of the state machine; `fails` says whether the export made then fails."""

    kind: str
    scheduled_at: datetime
    starts_at: datetime
    fails: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A recorded export; `created` is when its oldest object was written."""

    kind: str
    start: datetime
    end: datetime
    created: datetime
    recorded: datetime

    def expires(self, days: int) -> datetime:
        """Return when S3 deletes it: days after its creation, at the next midnight UTC.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
        """
        due = self.created + days * DAY
        midnight = datetime.combine(due.date(), time(), UTC)
        return midnight if due == midnight else midnight + DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A moment of the promised window that does not come back, and the day on which it does not."""

    day: int
    moment: datetime


def firings(
    days: int, on: Callable[[date], bool], at: time, zone: str = "Etc/UTC"
) -> Iterator[datetime]:
    """Yield when a schedule fires: at one time of the zone's clock, on the days it chooses."""
    for number in range(days):
        day = FIRST_DAY + number * DAY
        if on(day):
            yield datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def every(days: int, interval: timedelta) -> Iterator[datetime]:
    """Yield when a rate fires."""
    moment = datetime.combine(FIRST_DAY, time(2), UTC)
    for number in range(days * DAY // interval):
        yield moment + number * interval


def history(runs: Iterable[Run], interval: timedelta) -> list[Export]:
    """Return what all runs record; a chain that had to begin anew is none of this simulation's."""
    chain: Chain | None = None
    recorded: list[Export] = []
    for run in sorted(runs, key=lambda run: run.starts_at):
        now = run.starts_at
        for _ in range(MOST_WINDOWS):
            asked = Asked(kind=run.kind, scheduled_at=run.scheduled_at, interval=interval)  # type: ignore[arg-type]
            latest = now - RECOVERY_LAG
            recovery = Recovery(earliest=latest - RECOVERY_PERIOD, latest=latest)
            window = decide(asked, "table", chain, recovery)
            if not isinstance(window, Window) or run.fails:
                break
            made = _made(window, now)
            recorded.append(made)
            chain = _with(chain, window)
            now = made.recorded
    return recorded


def _made(window: Window, now: datetime) -> Export:
    return Export(
        kind=window.kind,
        start=window.start,
        end=window.end,
        created=now,
        recorded=now + TAKES[window.kind],
    )


def _with(chain: Chain | None, window: Window) -> Chain:
    if chain is None:
        start = window.start
        return Chain(table_id="table", start=start, end=start, last_full=start)
    assert window.reason is None, window.reason
    if window.kind == "full":
        return replace(chain, last_full=window.end)
    return replace(chain, end=window.end)


@dataclass(frozen=True)
class Shelf:
    """What S3 holds at one instant, in the order of what the exports begin with."""

    exports: tuple[Export, ...]

    @cached_property
    def fulls(self) -> list[datetime]:
        """Times of full exports."""
        return sorted(each.end for each in self.exports if each.kind == "full")

    @cached_property
    def runs(self) -> list[tuple[datetime, datetime]]:
        """Time that incremental exports cover without a gap."""
        found: list[tuple[datetime, datetime]] = []
        for each in self.exports:
            if each.kind == "full":
                continue
            if found and found[-1][1] == each.start:
                found[-1] = (found[-1][0], each.end)
            else:
                found.append((each.start, each.end))
        return found

    def gives(self, boundary: datetime) -> bool:
        """Return whether the state at the end of a recorded export can be made.

        It is a full export itself, or one before it and all incremental exports since that one.
        """
        number = bisect_right(self.fulls, boundary)
        if number == 0:
            return False
        full = self.fulls[number - 1]
        return full == boundary or any(
            start <= full and boundary <= end for start, end in self.runs
        )


def first_loss(
    exports: list[Export], keep_days: Mapping[str, int], window_days: int, days: int
) -> Loss | None:
    """Return the first moment promised and lost, looking every day at every moment; else None.

    A moment is restored to the last recorded end at or before it, so that judging these ends, from
    the one before the far edge on, judges all moments in between too. Each day is looked at when it
    begins: S3 deletes at midnight, and from then until the next one exports are added only, and the
    far edge of the window moves on.
    """
    lives = sorted(
        ((each, each.expires(keep_days[each.kind])) for each in exports),
        key=lambda life: life[0].start,
    )
    ends = sorted((each.end, each.recorded) for each in exports)
    for day in range(days):
        now = datetime.combine(FIRST_DAY + day * DAY, time(), UTC)
        known = [end for end, recorded in ends if recorded <= now]
        edge = now - window_days * DAY
        shelf = Shelf(tuple(each for each, gone in lives if each.recorded <= now < gone))
        for end in known[max(0, bisect_right(known, edge) - 1) :]:
            if not shelf.gives(end):
                return Loss(day=day, moment=max(edge, end))
    return None
