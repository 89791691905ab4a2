"""AWS schedule expressions: what `cron(...)` and `rate(...)` mean, and what is wrong in a bad one.

Times are those of the schedule's own time zone; clock changes (daylight saving) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

_MAX_CHARACTERS = 256  # ScheduleExpression of EventBridge rules and of EventBridge Scheduler
_MINUTES_PER_DAY = 1440
_MINUTES_PER_UNIT = {"minute": 1, "hour": 60, "day": _MINUTES_PER_DAY}
_LAYOUT = "minutes hours day-of-month month day-of-week year"
_FIELD_COUNT = 6
_EXAMPLE = "for example cron(0 3 * * ? *) for 03:00 every day"
_WRAPPING = re.compile(r"\s*(?:(cron|rate)\b)?\s*\(?(.*?)\)?\s*", re.IGNORECASE | re.DOTALL)
_DIGITS = re.compile(r"[0-9]+")


class ScheduleError(ValueError):
    """A schedule AWS would refuse or never run; `cause` and `fix` have no full stop."""

    def __init__(self, cause: str, fix: str) -> None:
        super().__init__(cause, fix)
        self.cause = cause
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.cause}; {self.fix}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule AWS accepts, with the longest and the shortest time between two firings in a row.

    Both gaps are None when it fires only once.
    """

    expression: str
    longest_gap_minutes: int | None
    shortest_gap_minutes: int | None


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    low: int
    high: int
    max_step: int
    wanted: str
    names: tuple[str, ...] = ()  # the first is another spelling of `low`


_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MINUTES = _Field("minutes", 0, 59, 59, "a number from 0 to 59")
_HOURS = _Field("hours", 0, 23, 23, "a number from 0 to 23")
_DAY_OF_MONTH = _Field("day-of-month", 1, 31, 31, "a number from 1 to 31, or L, LW or 15W alone")
_MONTH = _Field("month", 1, 12, 12, "a number from 1 to 12 or a name from JAN to DEC", _MONTH_NAMES)
_WEEK_WANTED = "a number from 1 to 7 or a name from SUN to SAT, or L, 6L or 3#2 alone"
_DAY_OF_WEEK = _Field("day-of-week", 1, 7, 7, _WEEK_WANTED, _WEEKDAYS)
_YEAR = _Field("year", 1970, 2199, 229, "a number from 1970 to 2199")

_CLASSIC_FIXES = {(_HOURS, 24): "write 0 for midnight", (_DAY_OF_WEEK, 0): "write SUN for Sunday"}
_UNIX_WEEKDAYS = {day: number for number, day in enumerate("01234567")}
_UNIX_WEEKDAYS |= {name: number for number, name in enumerate(_WEEKDAYS)}
_CRON_FOR_RATE = {f"{hours} hours": f"0 0/{hours} * * ? *" for hours in (2, 3, 4, 6, 8, 12)}
_CRON_FOR_RATE |= {"1 hour": "0 * * * ? *", "24 hours": "0 0 * * ? *"}
_CRON_FOR_RATE |= {"1 day": "0 0 * * ? *", "7 days": "0 0 ? * SUN *"}


def parse_schedule(expression: str, *, allow_rate: bool = True) -> Schedule:
    """Return `expression` with its gaps, exact over the years 1970 to 2199 that AWS cron knows.

    The grammar is that of the EventBridge cron and rate reference, which AWS Backup shares except
    that it takes no rate. Clock changes are not part of the gaps.

    Raises:
        ScheduleError: AWS would refuse the expression, or it would never fire.
    """
    if len(expression) > _MAX_CHARACTERS:
        cause = f"the schedule has {len(expression)} characters and AWS takes {_MAX_CHARACTERS}"
        raise ScheduleError(cause, "write ranges and steps in place of long lists")
    if not expression.isascii():  # a dash or a blank pasted from a text processor
        odd = next(character for character in expression if not character.isascii())
        cause = f'"{expression}" has the character "{odd}", which AWS does not know'
        raise ScheduleError(cause, "type a plain hyphen, comma, space or letter in its place")
    kind, words = _kind_and_words(expression)
    if not kind:
        kinds = "neither cron(...) nor rate(...)" if allow_rate else "not cron(...)"
        raise ScheduleError(f'"{expression}" is {kinds}', f"write {_EXAMPLE}")
    if kind == "rate" and not allow_rate:
        fields = _CRON_FOR_RATE.get(" ".join(words))
        fix = f"write cron({fields})" if fields else f"write a cron(...) expression, {_EXAMPLE}"
        raise ScheduleError("AWS Backup takes cron(...) only", fix)
    upper = tuple(word.upper() for word in words)
    longest, shortest = _rate_gaps(words) if kind == "rate" else _cron_gaps(upper)
    plain = f"{kind}({' '.join(words)})"
    if plain != expression:
        same_letters = "".join(expression.split()) == "".join(plain.split())
        fault = "has extra spaces" if same_letters else f"does not stand in {kind}(...)"
        raise ScheduleError(f'"{expression}" {fault}', f"write {plain}")
    return Schedule(expression, longest, shortest)


def _kind_and_words(expression: str) -> tuple[str, list[str]]:
    """Return "cron", "rate" or "", and what stands in the brackets or ought to."""
    match = _WRAPPING.fullmatch(expression)
    kind, words = (match[1], match[2].split()) if match else ("", [])
    if kind:
        return kind.lower(), words
    if words and words[-1].removesuffix("s") in _MINUTES_PER_UNIT:
        return "rate", words
    return ("cron" if abs(len(words) - _FIELD_COUNT) <= 1 else ""), words


def _rate_gaps(words: Sequence[str]) -> tuple[int, int]:
    if len(words) != 2:  # noqa: PLR2004 - a number and its unit
        cause = f'"{" ".join(words)}" in rate(...) is not a number, a space and a unit'
        raise ScheduleError(cause, "write for example rate(12 hours)")
    number, unit = words
    singular = unit.removesuffix("s")
    if singular not in _MINUTES_PER_UNIT:
        fix = "write minute, minutes, hour, hours, day or days, for example rate(7 days)"
        raise ScheduleError(f'"{unit}" is not a unit of rate(...)', fix)
    if not _DIGITS.fullmatch(number):
        cause = f'"{number}" in rate(...) is not a positive whole number'
        raise ScheduleError(cause, f"write for example rate(2 {singular}s)")
    count = int(number)
    if not count:
        raise ScheduleError(f"rate(0 {unit}) never fires", f"write rate(1 {singular}) or more")
    right_unit = singular if count == 1 else f"{singular}s"
    if unit != right_unit:
        cause = f'{count} in rate(...) goes with "{right_unit}", not with "{unit}"'
        raise ScheduleError(cause, f"write rate({count} {right_unit})")
    gap_minutes = count * _MINUTES_PER_UNIT[singular]
    return gap_minutes, gap_minutes


@lru_cache(maxsize=1024)
def _cron_gaps(fields: tuple[str, ...]) -> tuple[int | None, int | None]:
    """Return the longest and the shortest gap in minutes; `fields` are in capitals."""
    _check_layout(fields)
    minutes, hours, day_of_month, months, day_of_week, years = fields
    minutes_of_hour = _values(_MINUTES, minutes)
    minutes_of_day = [60 * hour + m for hour in _values(_HOURS, hours) for m in minutes_of_hour]
    by_month = day_of_week == "?"
    rule = _day_of_month_rule(day_of_month) if by_month else _day_of_week_rule(day_of_week)
    calendar = _calendar(rule, _values(_MONTH, months), _values(_YEAR, years))
    if calendar.first is None:
        raise _never_fires(fields)
    gaps = {later - earlier for earlier, later in pairwise(minutes_of_day)}
    overnight = minutes_of_day[0] - minutes_of_day[-1]
    gaps |= {days * _MINUTES_PER_DAY + overnight for days in calendar.gaps}
    return max(gaps, default=None), min(gaps, default=None)


def _check_layout(fields: tuple[str, ...]) -> None:
    """Refuse a wrong number of fields, and any but one `?` for the two day fields."""
    if len(fields) == _FIELD_COUNT - 1:
        raise _five_fields(fields)
    if len(fields) == _FIELD_COUNT + 1 or fields[5:] == ("?",):
        cause = f"cron(...) seems to start with seconds and AWS has six fields without: {_LAYOUT}"
        raise ScheduleError(cause, _advice([(*fields, "*")[1:7]]))
    if len(fields) != _FIELD_COUNT:
        cause = f"cron(...) has {len(fields)} fields and AWS needs six: {_LAYOUT}"
        raise ScheduleError(cause, f"write {_EXAMPLE}")
    day_of_month, day_of_week = fields[2], fields[4]
    if day_of_month == day_of_week == "?":
        cause = 'day-of-month and day-of-week are both "?", and AWS takes that in just one of them'
        raise ScheduleError(cause, _advice([(*fields[:2], "*", *fields[3:])]))
    if "?" not in {day_of_month, day_of_week}:
        both = f'day-of-month "{day_of_month}" and day-of-week "{day_of_week}"'
        fix = _advice(_with_question_mark(fields))
        raise ScheduleError(f'{both} are both given, and AWS needs "?" in one of them', fix)


def _with_question_mark(fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the expressions that together fire when either day field of `fields` says so."""
    by_month = (*fields[:4], "?", fields[5])
    by_week = (*fields[:2], "?", *fields[3:])
    if fields[4] == "*":
        return [by_month]
    return [by_week] if fields[2] == "*" else [by_month, by_week]


def _five_fields(fields: tuple[str, ...]) -> ScheduleError:
    if "?" in fields:
        cause = f"cron(...) has five fields and AWS needs six, the year last: {_LAYOUT}"
        return ScheduleError(cause, _advice([(*fields, "*")]))
    weekdays = "*" if fields[4] == "*" else _weekdays_of_unix(fields[4])
    cause = f"cron(...) has five fields as in Unix cron and AWS needs six: {_LAYOUT}"
    return ScheduleError(cause, _advice(_with_question_mark((*fields[:4], weekdays, "*"))))


def _weekdays_of_unix(text: str) -> str:
    """Return a Unix day-of-week, Sunday being 0 and 7, in names; what is not simple stays empty."""
    parts: list[str] = []
    for item in text.split(","):
        first, _, last = item.partition("-")
        start, end = _UNIX_WEEKDAYS.get(first, 8), _UNIX_WEEKDAYS.get(last or first, -1)
        names = [_WEEKDAYS[day % 7] for day in range(start, end + 1)] or [""]
        rising = len(names) > 1 and names[-1] != "SUN"
        parts += [f"{names[0]}-{names[-1]}"] if rising else names
    return ",".join(dict.fromkeys(parts))


def _advice(candidates: Iterable[tuple[str, ...]]) -> str:
    """Return the fix that spells `candidates` out, if AWS would accept every one of them."""
    written = []
    for fields in candidates:
        try:
            _cron_gaps(fields)
        except ScheduleError:
            return f"write six fields with ? in one of the two day fields, {_EXAMPLE}"
        written.append(f"cron({' '.join(fields)})")
    return f"write {'two schedules, ' if len(written) > 1 else ''}{' and '.join(written)}"


def _values(field: _Field, text: str) -> list[int]:
    """Return the numbers a field selects, rising."""
    return sorted({number for item in text.split(",") for number in _item_values(field, item)})


def _item_values(field: _Field, item: str) -> range:
    ends, slash, step_text = item.partition("/")
    first, dash, last = ends.partition("-")
    start = field.low if ends == "*" else _number(field, first)
    end = start
    if dash:
        end = _number(field, last)
    elif slash or ends == "*":
        end = field.high
    step = _step(field, item, step_text) if slash else 1
    if end < start:
        raise _falling(field, item, start, end, step)
    values = range(start, end + 1, step)
    if slash and field is _DAY_OF_WEEK:
        cause = f'"{item}" has a step, which AWS does not take in the day-of-week field'
        raise ScheduleError(cause, f"write {','.join(_WEEKDAYS[day - 1] for day in values)}")
    return values


def _number(field: _Field, text: str) -> int:
    if text in field.names:
        return field.low + field.names.index(text)
    if not _DIGITS.fullmatch(text):
        cause = f'"{text}" in the {field.label} field is not {field.wanted}'
        name = text[:3]  # of MONDAY
        raise ScheduleError(cause, f"write {name if name in field.names else field.wanted}")
    number = int(text)
    if not field.low <= number <= field.high:
        cause = f"{text} in the {field.label} field is outside {field.low} to {field.high}"
        raise ScheduleError(cause, _CLASSIC_FIXES.get((field, number), f"write {field.wanted}"))
    return number


def _step(field: _Field, item: str, text: str) -> int:
    if _DIGITS.fullmatch(text) and 1 <= int(text) <= field.max_step:
        return int(text)
    steps = f"from 1 to {field.max_step}"
    cause = f'the step of "{item}" in the {field.label} field is not a number {steps}'
    raise ScheduleError(cause, f"write a step {steps} after the slash")


def _falling(field: _Field, item: str, start: int, end: int, step: int) -> ScheduleError:
    """Return the error for a range such as FRI-MON; its fix goes round the end of the field."""

    def spelled(number: int) -> str:
        return field.names[number - field.low] if item[0].isalpha() else str(number)

    size = field.high - field.low + 1
    if field is _YEAR:  # the years do not start again after 2199
        fix = f"{end}-{start}"
    elif step > 1:
        numbers = [field.low + (n - field.low) % size for n in range(start, end + size + 1, step)]
        fix = ",".join(spelled(number) for number in sorted(numbers))
    else:
        halves = ((start, field.high), (field.low, end))
        fix = ",".join(spelled(a) if a == b else f"{spelled(a)}-{spelled(b)}" for a, b in halves)
    cause = f'the range "{item}" in the {field.label} field falls and AWS needs it to rise'
    return ScheduleError(cause, f"write {fix}")


# Takes a month's number of days and the weekday of its first, SUN being 0; returns its firing days.
_DayRule = Callable[[int, int], Sequence[int]]


def _day_of_month_rule(text: str) -> _DayRule:
    if text == "L":
        return lambda length, _: [length]
    if text == "LW":
        return lambda length, first: [_nearest_workday(length, length, first)]
    if text.endswith("W"):
        day = _number(_DAY_OF_MONTH, text[:-1])
        return lambda length, first: [_nearest_workday(day, length, first)] * (day <= length)
    days = _values(_DAY_OF_MONTH, text)
    return lambda length, _: [day for day in days if day <= length]


def _nearest_workday(day: int, length: int, first: int) -> int:
    """Return the Monday to Friday nearest to `day` in the same month."""
    weekday = _WEEKDAYS[(first + day - 1) % 7]
    if weekday == "SAT":
        return day - 1 if day > 1 else day + 2
    if weekday == "SUN":
        return day + 1 if day < length else day - 2
    return day


def _day_of_week_rule(text: str) -> _DayRule:
    if "#" in text:
        name, _, nth = text.partition("#")
        if nth not in {"1", "2", "3", "4", "5"}:
            cause = f'"{text}" in the day-of-week field is not one weekday, # and 1 to 5'
            fix = "write for example 3#2 for the second Tuesday or 3L for the last"
            raise ScheduleError(cause, fix)
        weekday, weeks = _number(_DAY_OF_WEEK, name), int(nth) - 1
        return lambda length, first: _weekly(weekday, length, first)[weeks : weeks + 1]
    if text != "L" and text.endswith("L"):
        weekday = _number(_DAY_OF_WEEK, text[:-1])
        return lambda length, first: _weekly(weekday, length, first)[-1:]
    weekdays = [_DAY_OF_WEEK.high] if text == "L" else _values(_DAY_OF_WEEK, text)
    return lambda length, first: sorted(d for w in weekdays for d in _weekly(w, length, first))


def _weekly(weekday: int, length: int, first: int) -> range:
    """Return every `weekday` (AWS's number, SUN being 1) of a month."""
    return range((weekday - 1 - first) % 7 + 1, length + 1, 7)


def _never_fires(fields: tuple[str, ...]) -> ScheduleError:
    _, _, by_month, months, by_week, years = fields
    label, days, last = "day-of-week", by_week, f"{by_week.partition('#')[0]}L"
    if by_week == "?":
        label, days, last = "day-of-month", by_month, "LW" if by_month.endswith("W") else "L"
    cause = f'{label} "{days}" never comes in month "{months}" of year "{years}"'
    return ScheduleError(cause, f"write {last} for the last one of the month")


class _Span(NamedTuple):
    """So many days: the offsets of its first and last firing day, and the gaps between firings."""

    days: int
    first: int | None = None
    last: int = 0
    gaps: frozenset[int] = frozenset()


def _chain(spans: Iterable[_Span]) -> _Span:
    """Return the spans, one after the other, as a single one."""
    days, first, last = 0, None, 0
    gaps: set[int] = set()
    for span in spans:
        if span.first is not None:
            if first is None:
                first = span.first + days
            else:
                gaps.add(span.first + days - last)
            last = span.last + days
            gaps |= span.gaps
        days += span.days
    return _Span(days, first, last, frozenset(gaps))


def _calendar(rule: _DayRule, months: Sequence[int], years: Sequence[int]) -> _Span:
    """Return the chosen years as one span, made of 28 kinds of month and 14 kinds of year."""

    @cache
    def month_span(days: int, first: int) -> _Span:
        firing = rule(days, first)
        if not firing:
            return _Span(days)
        gaps = frozenset(later - earlier for earlier, later in pairwise(firing))
        return _Span(days, firing[0] - 1, firing[-1] - 1, gaps)

    @cache
    def year_span(days: int, first: int) -> _Span:
        spans = []
        for month, length in enumerate((31, days - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
            spans.append(month_span(length, first) if month in months else _Span(length))
            first = (first + length) % 7
        return _chain(spans)

    chosen = frozenset(years)
    kinds = ((_year_kind(year), year in chosen) for year in range(years[0], years[-1] + 1))
    return _chain(year_span(*kind) if fires else _Span(kind[0]) for kind, fires in kinds)


@cache
def _year_kind(year: int) -> tuple[int, int]:
    """Return the year's number of days and the weekday of its first, SUN being 0."""
    first = date(year, 1, 1)
    return (date(year + 1, 1, 1) - first).days, first.isoweekday() % 7
