from __future__ import annotations

import re
import time
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from generator.schedule import Schedule, ScheduleError, parse_schedule

DAY = 1440
LAYOUT = "minutes hours day-of-month month day-of-week year"
UNIX = f"cron(...) has five fields as in Unix cron and AWS needs six: {LAYOUT}"
NO_YEAR = f"cron(...) has five fields and AWS needs six, the year last: {LAYOUT}"
SECONDS = f"cron(...) seems to start with seconds and AWS has six fields without: {LAYOUT}"
EXAMPLE = "for example cron(0 3 * * ? *) for 03:00 every day"
SIX_FIELDS = f"write six fields with ? in one of the two day fields, {EXAMPLE}"
BOTH = 'day-of-month "{}" and day-of-week "{}" are both given, and AWS needs "?" in one of them'
WEEK_WANTED = "a number from 1 to 7 or a name from SUN to SAT, or L, 6L or 3#2 alone"
MONTH_DAY_WANTED = "a number from 1 to 31, or L, LW or 15W alone"
MINUTES = "a number from 0 to 59"
YEARS = "a number from 1970 to 2199"
FALLS = 'the range "{}" in the {} field falls and AWS needs it to rise'

VALID = {
    "cron(0 3 * * ? *)": (DAY, DAY),
    "cron(00 03 * * ? *)": (DAY, DAY),
    "cron(0 5 ? * * *)": (DAY, DAY),
    "cron(0 0,12 * * ? *)": (720, 720),
    "cron(0 1,4 * * ? *)": (21 * 60, 3 * 60),
    "cron(15 * ? * * *)": (60, 60),
    "cron(* * * * ? *)": (1, 1),
    "cron(0/15 * * * ? *)": (15, 15),
    "cron(*/25 * * * ? *)": (25, 10),
    "cron(10-30/10 8 * * ? *)": (DAY - 20, 10),
    "cron(0 4 1 * ? *)": (31 * DAY, 28 * DAY),
    "cron(0 4 1 1 ? *)": (366 * DAY, 365 * DAY),
    "cron(0 4 1 jan,Jul ? *)": (184 * DAY, 181 * DAY),
    "cron(0 0 31 * ? *)": (61 * DAY, 31 * DAY),
    "cron(0 0 29 2 ? *)": (2921 * DAY, 1461 * DAY),
    "cron(0 1 ? * SUN *)": (7 * DAY, 7 * DAY),
    "cron(0 1 ? * L *)": (7 * DAY, 7 * DAY),
    "cron(0 1 ? * MON-FRI *)": (3 * DAY, DAY),
    "cron(0 1 ? * 5L *)": (35 * DAY, 28 * DAY),
    "cron(0 1 ? * 3#2 *)": (35 * DAY, 28 * DAY),
    "cron(0 1 ? * MON#1 *)": (35 * DAY, 28 * DAY),
    "cron(0 1 L * ? *)": (31 * DAY, 28 * DAY),
    "cron(0 1 1W 1,2 ? 2025)": (33 * DAY, 33 * DAY),  # 1 February is a Saturday
    "cron(0 1 31W 7,8 ? 2025)": (29 * DAY, 29 * DAY),  # 31 August is a Sunday
    "cron(0 1 1 JAN ? 2026,2028)": (730 * DAY, 730 * DAY),
    "cron(0 1 1 JAN ? 2027/100)": (36524 * DAY, 36524 * DAY),
    "cron(0 1 1 JAN ? 2027)": (None, None),
    "rate(1 minute)": (1, 1),
    "rate(90 minutes)": (90, 90),
    "rate(12 hours)": (720, 720),
    "rate(7 days)": (7 * DAY, 7 * DAY),
}

INVALID = {
    "0 3 * * *": (UNIX, "write cron(0 3 * * ? *)"),
    "cron(0 3 * * *)": (UNIX, "write cron(0 3 * * ? *)"),
    "0 3 1 * *": (UNIX, "write cron(0 3 1 * ? *)"),
    "0 3 * * 0": (UNIX, "write cron(0 3 ? * SUN *)"),
    "0 3 * * 7": (UNIX, "write cron(0 3 ? * SUN *)"),
    "0 3 * * mon": (UNIX, "write cron(0 3 ? * MON *)"),
    "0 3 * * 1-5": (UNIX, "write cron(0 3 ? * MON-FRI *)"),
    "0 3 * * 0,5-7": (UNIX, "write cron(0 3 ? * SUN,FRI,SAT *)"),
    "0 3 1 * 1": (UNIX, "write two schedules, cron(0 3 1 * ? *) and cron(0 3 ? * MON *)"),
    "0 3 * * */2": (UNIX, SIX_FIELDS),
    "0 3 * * 1,x": (UNIX, SIX_FIELDS),
    "0 25 * * *": (UNIX, SIX_FIELDS),
    "cron(0 3 * * ?)": (NO_YEAR, "write cron(0 3 * * ? *)"),
    "cron(0 3 ? * 2)": (NO_YEAR, "write cron(0 3 ? * 2 *)"),
    "cron(0 0 3 * * ?)": (SECONDS, "write cron(0 3 * * ? *)"),
    "cron(0 0 3 ? * 2 2030)": (SECONDS, "write cron(0 3 ? * 2 2030)"),
    "cron()": (f"cron(...) has 0 fields and AWS needs six: {LAYOUT}", f"write {EXAMPLE}"),
    "cron(0 3 * *)": (f"cron(...) has 4 fields and AWS needs six: {LAYOUT}", f"write {EXAMPLE}"),
    "": ('"" is neither cron(...) nor rate(...)', f"write {EXAMPLE}"),
    "@daily": ('"@daily" is neither cron(...) nor rate(...)', f"write {EXAMPLE}"),
    "0 3 * * ? *": ('"0 3 * * ? *" does not stand in cron(...)', "write cron(0 3 * * ? *)"),
    "(0 3 * * ? *)": ('"(0 3 * * ? *)" does not stand in cron(...)', "write cron(0 3 * * ? *)"),
    "cron(0 3 * * ? *": (
        '"cron(0 3 * * ? *" does not stand in cron(...)',
        "write cron(0 3 * * ? *)",
    ),
    "CRON(* * * * ? *)": (
        '"CRON(* * * * ? *)" does not stand in cron(...)',
        "write cron(* * * * ? *)",
    ),
    "7 days": ('"7 days" does not stand in rate(...)', "write rate(7 days)"),
    "cron(0  3 * * ? *)": ('"cron(0  3 * * ? *)" has extra spaces', "write cron(0 3 * * ? *)"),
    " cron (0 3 * * ? *) ": ('" cron (0 3 * * ? *) " has extra spaces', "write cron(0 3 * * ? *)"),
    "rate( 7 days)": ('"rate( 7 days)" has extra spaces', "write rate(7 days)"),
    "rate(7\N{EN DASH}days)": (
        '"rate(7\N{EN DASH}days)" has the character "\N{EN DASH}", which AWS does not know',
        "type a plain hyphen, comma, space or letter in its place",
    ),
    f"cron({'0,' * 126}0 3 * * ? *)": (
        "the schedule has 269 characters and AWS takes 256",
        "write ranges and steps in place of long lists",
    ),
    "cron(0 3 * * * *)": (BOTH.format("*", "*"), "write cron(0 3 * * ? *)"),
    "cron(0 3 1 * * *)": (BOTH.format("1", "*"), "write cron(0 3 1 * ? *)"),
    "cron(0 3 * * MON *)": (BOTH.format("*", "MON"), "write cron(0 3 ? * MON *)"),
    "cron(0 3 1 * MON *)": (
        BOTH.format("1", "MON"),
        "write two schedules, cron(0 3 1 * ? *) and cron(0 3 ? * MON *)",
    ),
    "cron(0 3 ? * ? *)": (
        'day-of-month and day-of-week are both "?", and AWS takes that in just one of them',
        "write cron(0 3 * * ? *)",
    ),
    "cron(60 3 * * ? *)": ("60 in the minutes field is outside 0 to 59", f"write {MINUTES}"),
    "cron(0 24 * * ? *)": ("24 in the hours field is outside 0 to 23", "write 0 for midnight"),
    "cron(0 3 ? * 0 *)": ("0 in the day-of-week field is outside 1 to 7", "write SUN for Sunday"),
    "cron(0 3 ? * 8#1 *)": (
        "8 in the day-of-week field is outside 1 to 7",
        f"write {WEEK_WANTED}",
    ),
    "cron(0 3 32W * ? *)": (
        "32 in the day-of-month field is outside 1 to 31",
        f"write {MONTH_DAY_WANTED}",
    ),
    "cron(0 3 * * ? 2200)": ("2200 in the year field is outside 1970 to 2199", f"write {YEARS}"),
    "cron(? 3 * * ? *)": (f'"?" in the minutes field is not {MINUTES}', f"write {MINUTES}"),
    "cron(0 3 1,,2 * ? *)": (
        f'"" in the day-of-month field is not {MONTH_DAY_WANTED}',
        f"write {MONTH_DAY_WANTED}",
    ),
    "cron(0 3 1,L * ? *)": (
        f'"L" in the day-of-month field is not {MONTH_DAY_WANTED}',
        f"write {MONTH_DAY_WANTED}",
    ),
    "cron(0 3 1 JANUARY ? *)": (
        '"JANUARY" in the month field is not a number from 1 to 12 or a name from JAN to DEC',
        "write JAN",
    ),
    "cron(0 3 ? * Monday *)": (
        f'"MONDAY" in the day-of-week field is not {WEEK_WANTED}',
        "write MON",
    ),
    "cron(0 3 ? * 3#1,6#3 *)": (
        '"3#1,6#3" in the day-of-week field is not one weekday, # and 1 to 5',
        "write for example 3#2 for the second Tuesday or 3L for the last",
    ),
    "cron(0 3 ? * 2/2 *)": (
        '"2/2" has a step, which AWS does not take in the day-of-week field',
        "write MON,WED,FRI",
    ),
    "cron(0/0 3 * * ? *)": (
        'the step of "0/0" in the minutes field is not a number from 1 to 59',
        "write a step from 1 to 59 after the slash",
    ),
    "cron(0 */24 * * ? *)": (
        'the step of "*/24" in the hours field is not a number from 1 to 23',
        "write a step from 1 to 23 after the slash",
    ),
    "cron(0 22-2 * * ? *)": (FALLS.format("22-2", "hours"), "write 22-23,0-2"),
    "cron(0 22-4/3 * * ? *)": (FALLS.format("22-4/3", "hours"), "write 1,4,22"),
    "cron(0 3 28-1 * ? *)": (FALLS.format("28-1", "day-of-month"), "write 28-31,1"),
    "cron(0 3 ? * FRI-MON *)": (FALLS.format("FRI-MON", "day-of-week"), "write FRI-SAT,SUN-MON"),
    "cron(0 3 ? * SAT-SUN *)": (FALLS.format("SAT-SUN", "day-of-week"), "write SAT,SUN"),
    "cron(0 3 * * ? 2030-2025)": (FALLS.format("2030-2025", "year"), "write 2025-2030"),
    "cron(0 0 31 APR,JUN ? *)": (
        'day-of-month "31" never comes in month "APR,JUN" of year "*"',
        "write L for the last one of the month",
    ),
    "cron(0 0 29 2 ? 2027)": (
        'day-of-month "29" never comes in month "2" of year "2027"',
        "write L for the last one of the month",
    ),
    "cron(0 0 30W 2 ? *)": (
        'day-of-month "30W" never comes in month "2" of year "*"',
        "write LW for the last one of the month",
    ),
    "cron(0 0 ? FEB 2#5 2027)": (
        'day-of-week "2#5" never comes in month "FEB" of year "2027"',
        "write 2L for the last one of the month",
    ),
    "rate(1 hours)": ('1 in rate(...) goes with "hour", not with "hours"', "write rate(1 hour)"),
    "rate(2 hour)": ('2 in rate(...) goes with "hours", not with "hour"', "write rate(2 hours)"),
    "rate(0 days)": ("rate(0 days) never fires", "write rate(1 day) or more"),
    "rate(-1 day)": (
        '"-1" in rate(...) is not a positive whole number',
        "write for example rate(2 days)",
    ),
    "rate(5 weeks)": (
        '"weeks" is not a unit of rate(...)',
        "write minute, minutes, hour, hours, day or days, for example rate(7 days)",
    ),
    "rate(5m)": (
        '"5m" in rate(...) is not a number, a space and a unit',
        "write for example rate(12 hours)",
    ),
}

RATES_FOR_BACKUP = {
    "rate(1 hour)": "write cron(0 * * * ? *)",
    "rate(12 hours)": "write cron(0 0/12 * * ? *)",
    "rate(1 day)": "write cron(0 0 * * ? *)",
    "7 days": "write cron(0 0 ? * SUN *)",
    "rate(5 hours)": f"write a cron(...) expression, {EXAMPLE}",
    "rate(1 hours)": f"write a cron(...) expression, {EXAMPLE}",
}


@pytest.mark.parametrize(("expression", "gaps"), VALID.items())
def test_gaps_of_a_valid_expression(expression: str, gaps: tuple[int | None, int | None]) -> None:
    assert parse_schedule(expression) == Schedule(expression, *gaps)


@pytest.mark.parametrize(("expression", "cause", "fix"), [(e, *m) for e, m in INVALID.items()])
def test_cause_and_fix_of_a_bad_expression(expression: str, cause: str, fix: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(expression)
    assert (caught.value.cause, caught.value.fix) == (cause, fix)
    assert str(caught.value) == f"{cause}; {fix}"


@pytest.mark.parametrize(("expression", "fix"), RATES_FOR_BACKUP.items())
def test_aws_backup_takes_no_rate(expression: str, fix: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(expression, allow_rate=False)
    assert (caught.value.cause, caught.value.fix) == ("AWS Backup takes cron(...) only", fix)


def test_without_rate_cron_is_taken_and_nonsense_is_not_called_a_rate() -> None:
    assert parse_schedule("cron(0 3 * * ? *)", allow_rate=False).longest_gap_minutes == DAY
    with pytest.raises(ScheduleError, match=r'^"daily" is not cron\(\.\.\.\); write for example'):
        parse_schedule("daily", allow_rate=False)


def test_three_hundred_expressions_take_a_moment() -> None:
    started = time.process_time()
    for minute in range(60):
        for days in ("* * ?", "1 * ?", "LW * ?", "? * SUN", "? * 3#2"):
            parse_schedule(f"cron({minute} 3 {days} 1970-2199)")
    assert time.process_time() - started < 1.5


# Every fragment below is a field's text beside what it means, worked out without the parser.
Days = Callable[[date], bool]


@st.composite
def numbers(draw: st.DrawFn, low: int, high: int, *, steps: bool = True) -> tuple[str, set[int]]:
    parts: list[str] = []
    meant: set[int] = set()
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(low, high))
        end = draw(st.integers(start, high))
        step = draw(st.integers(1, high - low))
        forms = [(f"{start}", {start}), (f"{start}-{end}", set(range(start, end + 1)))]
        if steps:
            forms += [
                (f"{start}/{step}", set(range(start, high + 1, step))),
                (f"*/{step}", set(range(low, high + 1, step))),
                (f"{start}-{end}/{step}", set(range(start, end + 1, step))),
            ]
        text, values = draw(st.sampled_from(forms))
        parts.append(text)
        meant |= values
    return draw(st.sampled_from([(",".join(parts), meant), ("*", set(range(low, high + 1)))]))


def month_dates(day: date) -> list[date]:
    length = monthrange(day.year, day.month)[1]
    return [day.replace(day=number) for number in range(1, length + 1)]


def is_nearest_workday(day: date, wanted: int) -> bool:
    dates = month_dates(day)
    workdays = [each.day for each in dates if each.weekday() < 5]
    return wanted <= len(dates) and day.day == min(workdays, key=lambda n: abs(n - wanted))


def same_weekdays(day: date) -> list[int]:
    return [each.day for each in month_dates(day) if each.weekday() == day.weekday()]


@st.composite
def day_fields(draw: st.DrawFn) -> tuple[str, str, Days]:
    by_month, in_month = draw(numbers(1, 31))
    by_week, in_week = draw(numbers(1, 7, steps=False))
    target, weekday, nth = (draw(st.integers(1, most)) for most in (31, 7, 5))

    def on(day: date) -> bool:
        return day.isoweekday() % 7 + 1 == weekday

    forms: list[tuple[str, str, Days]] = [
        (by_month, "?", lambda day: day.day in in_month),
        ("L", "?", lambda day: day == month_dates(day)[-1]),
        ("LW", "?", lambda day: is_nearest_workday(day, len(month_dates(day)))),
        (f"{target}W", "?", lambda day: is_nearest_workday(day, target)),
        ("?", by_week, lambda day: day.isoweekday() % 7 + 1 in in_week),
        ("?", "L", lambda day: day.strftime("%w") == "6"),
        ("?", f"{weekday}L", lambda day: on(day) and day.day == same_weekdays(day)[-1]),
        (
            "?",
            f"{weekday}#{nth}",
            lambda day: on(day) and day.day in same_weekdays(day)[nth - 1 : nth],
        ),
    ]
    return draw(st.sampled_from(forms))


@dataclass
class Cron:
    expression: str
    years: range
    months: set[int]
    fires_on: Days
    minutes_of_day: list[int]

    def firings(self) -> list[int]:
        epoch = date(self.years[0], 1, 1)
        days = (date(self.years[-1] + 1, 1, 1) - epoch).days
        dates = [epoch + timedelta(number) for number in range(days)]
        return [
            (day - epoch).days * DAY + minute
            for day in dates
            if day.year in self.years and day.month in self.months and self.fires_on(day)
            for minute in self.minutes_of_day
        ]


@st.composite
def crons(draw: st.DrawFn) -> Cron:
    minutes, in_hour = draw(numbers(0, 59))
    hours, in_day = draw(numbers(0, 23))
    assume(len(in_hour) * len(in_day) <= 24)  # or the enumeration takes long
    months, in_year = draw(numbers(1, 12))
    by_month, by_week, fires_on = draw(day_fields())
    first = draw(st.integers(1970, 2199))
    last = min(first + draw(st.integers(0, 8)), 2199)
    step = draw(st.integers(1, 3))
    return Cron(
        f"cron({minutes} {hours} {by_month} {months} {by_week} {first}-{last}/{step})",
        range(first, last + 1, step),
        in_year,
        fires_on,
        sorted(60 * hour + minute for hour in in_day for minute in in_hour),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(crons())
def test_gaps_are_those_of_an_enumeration(cron: Cron) -> None:
    firings = cron.firings()
    gaps = [later - earlier for earlier, later in pairwise(firings)]
    if firings:
        wanted = Schedule(cron.expression, max(gaps, default=None), min(gaps, default=None))
        assert parse_schedule(cron.expression) == wanted
    else:
        with pytest.raises(ScheduleError, match="never comes in month"):
            parse_schedule(cron.expression)


PIECES = st.one_of(
    st.text("0123456789*?,-/LW#", min_size=1, max_size=6),
    st.sampled_from(["*", "?", "0", "1", "L", "LW", "15W", "3#2", "5L", "SAT-SUN", "feb", "*/5"]),
)
WORDS = st.lists(PIECES, min_size=3, max_size=8).map(" ".join)
WRITTEN = st.one_of(
    st.text(),
    WORDS,
    WORDS.map("cron({})".format),
    st.builds("rate({} {})".format, PIECES, st.sampled_from(["hour", "days", "s", "weeks"])),
)


def outcome(expression: str, *, allow_rate: bool) -> Schedule | ScheduleError:
    try:
        return parse_schedule(expression, allow_rate=allow_rate)
    except ScheduleError as error:
        return error


@settings(max_examples=500, deadline=None)
@given(expression=WRITTEN, allow_rate=st.booleans())
def test_anything_is_parsed_or_explained(*, expression: str, allow_rate: bool) -> None:
    result = outcome(expression, allow_rate=allow_rate)
    if isinstance(result, Schedule):
        assert result.expression == expression
        assert expression.startswith(("cron(", "rate(") if allow_rate else "cron(")
        return
    assert result.cause
    assert not result.fix.endswith(".")
    for proposal in re.findall(r"(?:cron|rate)\([^.)]+\)", result.fix):
        assert parse_schedule(proposal).expression == proposal
