"""What retention derives keeps every moment of the window, every day; what seems enough does not.

Dates are those of the simulation, which begins on Sunday, 1 November 2026.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.spec import Exports
from generator.spec.retention import LATE_DAYS, Retention, retention
from tests.simulation.chain import (
    DAY,
    MINUTE,
    Export,
    Loss,
    Run,
    every,
    firings,
    first_loss,
    history,
)

THREE_YEARS = 3 * 365
# EventBridge Scheduler's flexible window.
LATEST_START_MINUTES = 15
ONE_O_CLOCK = time(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A schedule of full exports, as the file has it and as it fires, and how long it is run."""

    schedule: str
    on: Callable[[date], bool]
    at: time = ONE_O_CLOCK
    zone: str = "Etc/UTC"
    window_days: int = 35
    interval: timedelta = DAY
    days: int = THREE_YEARS

    @property
    def kept(self) -> Retention:
        """What retention makes of it."""
        minutes = self.interval // MINUTE
        return retention(
            Exports(
                full_schedule=self.schedule,
                full_schedule_timezone=self.zone,
                incremental_every_minutes=minutes,
                delete_after_days=self.window_days,
            )
        )

    def firings(self) -> Iterator[datetime]:
        """Yield when full exports are due."""
        return firings(self.days, self.on, self.at, self.zone)

    def loss(self, exports: list[Export], *, full: int, incremental: int) -> Loss | None:
        """Return what is lost first where objects are kept so many days."""
        kept = {"full": full, "incremental": incremental}
        return first_loss(exports, kept, self.window_days, self.days)


def _daily(_: date) -> bool:
    return True


def _sundays(day: date) -> bool:
    return day.isoweekday() == 7


def _twice_a_week(day: date) -> bool:
    return day.isoweekday() in {3, 7}


def _monthly(day: date) -> bool:
    return day.day == 1


WEEKLY = Case(schedule="cron(0 1 ? * SUN *)", on=_sundays)
HOUR = timedelta(hours=1)
CASES = {
    "weekly, a year": Case(schedule="cron(0 1 ? * SUN *)", on=_sundays, window_days=365),
    "weekly": WEEKLY,
    "weekly, a day": Case(schedule="cron(0 1 ? * SUN *)", on=_sundays, window_days=1),
    # 00:30 in winter and 23:30 the day before in summer, by the clock of S3.
    "weekly, where clocks change": Case(
        schedule="cron(30 1 ? * SUN *)", on=_sundays, at=time(1, 30), zone="Europe/Berlin"
    ),
    "weekly, before midnight": Case(schedule="cron(55 23 ? * SUN *)", on=_sundays, at=time(23, 55)),
    "twice a week": Case(schedule="cron(0 1 ? * SUN,WED *)", on=_twice_a_week),
    "daily": Case(schedule="cron(0 1 * * ? *)", on=_daily),
    "monthly": Case(schedule="cron(0 1 1 * ? *)", on=_monthly),
    "weekly, hourly in between": Case(
        schedule="cron(0 1 ? * SUN *)", on=_sundays, window_days=14, interval=HOUR, days=120
    ),
    "daily, every six hours in between": Case(
        schedule="cron(0 1 * * ? *)", on=_daily, window_days=30, interval=6 * HOUR, days=365
    ),
}


def fulls(case: Case, fails: Callable[[], bool], late: Callable[[int], int]) -> Iterator[Run]:
    """Yield runs of full exports, no more of which fail in a row than the margin allows.

    `late` gives the minutes by which the run of a number starts late.
    """
    most = case.kept.catch_up_days // case.kept.full_interval_days
    failed = 0
    for number, due in enumerate(case.firings()):
        wrong = number > 0 and failed < most and fails()
        failed = failed + 1 if wrong else 0
        yield run("full", due, fails=wrong, late=late(number))


def run(kind: str, due: datetime, *, fails: bool = False, late: int = 0) -> Run:
    return Run(kind=kind, scheduled_at=due, starts_at=due + late * MINUTE, fails=fails)


def incrementals(case: Case, fails: Callable[[datetime], bool]) -> Iterator[Run]:
    for due in every(case.days, case.interval):
        yield run("incremental", due, fails=fails(due))


def flawless(case: Case) -> list[Export]:
    """Return the history in which nothing fails."""
    runs = [*fulls(case, lambda: False, lambda _: 0), *incrementals(case, lambda _: False)]
    return history(runs, case.interval)


def every_chance_missed(case: Case, late: Callable[[int], int] = lambda _: 0) -> list[Export]:
    """Return the history in which as many full exports fail as may, again and again."""
    runs = [*fulls(case, lambda: True, late), *incrementals(case, lambda _: False)]
    return history(runs, case.interval)


def troubled(case: Case, seed: int) -> list[Export]:
    """Return a history with failures of both kinds, late starts, and outages of up to 20 days."""
    chance = random.Random(seed)
    outages = []
    for _ in range(case.days // 90):
        begins = datetime(2026, 11, 1, tzinfo=UTC) + chance.randrange(1, case.days) * DAY
        outages.append((begins, begins + chance.randrange(1, 20) * DAY))

    def fails(due: datetime) -> bool:
        return chance.random() < 0.2 or any(start <= due < end for start, end in outages)

    runs = [
        *fulls(
            case,
            lambda: chance.random() < 0.4,
            lambda _: chance.randrange(LATEST_START_MINUTES + 1),
        ),
        *incrementals(case, fails),
    ]
    return history(runs, case.interval)


# --- what is derived is enough --------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("past", [flawless, every_chance_missed, lambda case: troubled(case, 5)])
def test_every_moment_of_the_window_comes_back_on_every_day(
    case: Case, past: Callable[[Case], list[Export]]
) -> None:
    days = case.kept.keep_days
    assert case.loss(past(case), full=days, incremental=days) is None


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    name=st.sampled_from(["weekly, where clocks change", "twice a week", "daily", "monthly"]),
    window_days=st.integers(1, 60),
    hours=st.sampled_from([6, 12, 24]),
)
def test_every_moment_comes_back_whatever_the_past(
    seed: int, name: str, window_days: int, hours: int
) -> None:
    model = CASES[name]
    case = Case(
        schedule=model.schedule,
        on=model.on,
        at=model.at,
        zone=model.zone,
        window_days=window_days,
        interval=hours * HOUR,
        days=200,
    )
    days = case.kept.keep_days
    assert case.loss(troubled(case, seed), full=days, incremental=days) is None


# --- less is not ----------------------------------------------------------------------------------


def test_kept_for_the_window_alone_the_edge_is_lost_once_the_first_full_export_goes() -> None:
    exports = flawless(WEEKLY)
    lost = WEEKLY.loss(exports, full=35, incremental=35)
    # The full export of 1 November went with the night to 7 December; the next is of the 8th.
    assert lost == Loss(day=36, moment=datetime(2026, 11, 2, tzinfo=UTC))


def test_full_exports_kept_longer_are_worth_nothing_without_what_follows_them() -> None:
    exports = flawless(WEEKLY)
    lost = WEEKLY.loss(exports, full=WEEKLY.kept.keep_days, incremental=35)
    # The incremental export of 1 to 2 November went with the night to 8 December.
    assert lost == Loss(day=37, moment=datetime(2026, 11, 3, tzinfo=UTC))


def test_incremental_exports_kept_longer_are_worth_nothing_without_what_they_build_on() -> None:
    exports = flawless(WEEKLY)
    lost = WEEKLY.loss(exports, full=35, incremental=WEEKLY.kept.keep_days)
    assert lost == Loss(day=36, moment=datetime(2026, 11, 2, tzinfo=UTC))


def test_without_a_margin_the_first_full_export_that_fails_costs_the_edge() -> None:
    days = 35 + WEEKLY.kept.full_interval_days
    assert WEEKLY.loss(flawless(WEEKLY), full=days, incremental=days) is None
    lost = WEEKLY.loss(every_chance_missed(WEEKLY), full=days, incremental=days)
    # That of the 8th failed; the one of the 1st went before that of the 15th could stand in.
    assert lost == Loss(day=43, moment=datetime(2026, 11, 9, tzinfo=UTC))


def test_the_margin_ends_where_it_is_said_to_end() -> None:
    runs = [run("full", due, fails=number in {1, 2}) for number, due in enumerate(WEEKLY.firings())]
    exports = history([*runs, *incrementals(WEEKLY, lambda _: False)], DAY)
    days = WEEKLY.kept.keep_days
    lost = WEEKLY.loss(exports, full=days, incremental=days)
    # Two in a row: between the 1st and the 22nd there is none.
    assert lost == Loss(day=51, moment=datetime(2026, 11, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "late"),
    [("weekly, before midnight", LATEST_START_MINUTES), ("weekly, where clocks change", 0)],
)
def test_late_starts_take_the_day_that_is_added_for_them(name: str, late: int) -> None:
    case = CASES[name]
    # Every second one fails, and of the others every second one starts late.
    exports = every_chance_missed(case, lambda number: late if number % 4 == 2 else 0)
    days = case.kept.keep_days
    assert case.loss(exports, full=days, incremental=days) is None
    fewer = days - LATE_DAYS
    assert case.loss(exports, full=fewer, incremental=fewer) is not None
