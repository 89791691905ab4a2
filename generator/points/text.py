"""The list as a person reads it at three in the morning: at most 110 columns, but for ids."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from generator.points.model import Point, Report, Source

WIDTH = 110
LABELS: Mapping[Source, str] = {
    "point_in_time": "point in time",
    "user_backup": "user backup",
    "system_backup": "system backup",
    "aws_backup": "AWS Backup",
    "recovery_point": "recovery point",
    "copy": "copy",
    "export": "export chain",
}
_CHAINS = (
    "`holdfast restore {names} --at TIME` takes the last boundary that is not later, where "
    "point-in-time recovery does not hold TIME; `--point ID --at TIME` asks for one of that chain. "
    "The full export is imported as a new table, or written into one where the table has local "
    "indexes, and what followed is written after it. COST is that of the import alone."
)
_ROW = (
    "{mark:1} {time:20}  {age:>7}  {source:14}  {where:2}  {state:19}  "
    "{size:>9}  {cost:>8}  {least}"
)
_HEADER = {
    "mark": "",
    "time": "TIME (UTC)",
    "age": "AGE",
    "source": "SOURCE",
    "where": "IN",
    "state": "STATE",
    "size": "SIZE",
    "cost": "COST USD",
    "least": "TAKES",
}
_KIB, _MINUTES, _HOURS = 1024, 60, 48
_TEN = 10


def lines(report: Report) -> Iterator[str]:
    """Yield the lines of the report."""
    found = report.found
    yield f"{report.table_name} of {report.environment}: {report.place}, asked {stamp(report.now)}"
    if found.exists is False:
        yield "The table does not exist now. What follows outlived it."
    yield ""
    places = _places(found.points)
    if found.points:
        yield _ROW.format(**_HEADER)
    for point in found.points:
        yield from _point(point, report.now, places)
    if not any(point.unusable is None for point in found.points):
        yield "NOTHING was found that the table can come back from."
    yield from _legend(places)
    if any(point.source == "export" for point in found.points):
        yield ""
        names = f"{report.environment} {report.key}"
        yield from wrapped("EXPORTS  ", _CHAINS.format(names=names), indent=9)
    yield from _not_read(report)
    if found.empty:
        yield ""
        yield from wrapped("Read, and empty: ", "; ".join(found.empty), indent=2)
    if found.points:
        yield ""
        prices = report.prices
        cost = (
            f"of the restore alone, roughly, at list prices of {prices.region} of {prices.as_of} "
            f"({prices.file}). Storage of the new table and of copies comes on top."
        )
        yield from wrapped("COST   ", cost, indent=7)
        yield from wrapped("TAKES  ", f"at least; no promise. {prices.time_basis}", indent=7)


def _point(point: Point, now: datetime, places: Mapping[str, str]) -> Iterator[str]:
    yield _ROW.format(
        mark=" " if point.unusable is None else "!",
        time=stamp(point.time),
        age=age(now - point.time),
        source=LABELS[point.source],
        where=places[_where(point)],
        state=_state(point),
        size=size(point.size_bytes),
        cost=_cost(point),
        least=_least(point),
    ).rstrip()
    yield f"      id {point.id}"
    yield from wrapped("      ", "; ".join(_notes(point, now)), indent=6)


def _state(point: Point) -> str:
    if point.unusable is not None:
        return f"{point.status}, UNUSABLE"
    if point.cold_storage is None:
        return f"{point.status}, cold?"
    return f"{point.status}, cold" if point.cold_storage else point.status


def _notes(point: Point, now: datetime) -> Iterator[str]:
    if point.unusable is not None:
        yield f"UNUSABLE: {point.unusable}"
    if point.earliest is not None and point.source != "export":
        # A window that begins within a second is not restorable at that second's beginning.
        begin = point.earliest.replace(microsecond=0)
        begin += timedelta(seconds=begin < point.earliest)
        yield f"any second from {stamp(begin)} to {stamp(point.time)}"
    if point.name is not None:
        yield f"named {point.name}"
    if point.expires is not None and point.expires > now:
        yield f"kept until {stamp(point.expires)}"
    if point.copy_back and point.unusable is None:
        yield (
            f"in cold storage it cannot be copied back: restore it in {point.place}"
            if point.cold_storage
            else "copy it back first, then restore it"
        )
    yield from point.notes


def _where(point: Point) -> str:
    if point.bucket is not None:
        return f"bucket {point.bucket}, {point.place}"
    if point.vault_name is None:
        return f"DynamoDB, {point.place}"
    if point.lock_date is not None:
        lock = f"compliance lock from {stamp(point.lock_date)}"
    else:
        lock = {"none": "not locked", "unknown": "lock unknown"}.get(
            point.lock or "unknown", f"{point.lock} lock"
        )
    return f"vault {point.vault_name}, {point.place}, {lock}"


def _places(points: Sequence[Point]) -> Mapping[str, str]:
    """Return a short sign for every place, in the order of the list: A to Z, then AA."""
    places: dict[str, str] = {}
    for point in points:
        number = len(places)
        first = chr(ord("A") + number // 26 - 1) if number >= 26 else ""  # noqa: PLR2004 - letters
        places.setdefault(_where(point), first + chr(ord("A") + number % 26))
    return places


def _legend(places: Mapping[str, str]) -> Iterator[str]:
    if places:
        yield ""
    for where, sign in places.items():
        yield from wrapped(f"IN {sign:2}  ", where, indent=7)


def _not_read(report: Report) -> Iterator[str]:
    unreadable = report.found.unreadable
    if not unreadable:
        return
    yield ""
    yield f"NOT READ: {len(unreadable)}. What they hold is not in this list."
    for each in unreadable:
        yield from wrapped("! ", f"{each.source}, {each.place}: {each.reason}", indent=2)
        yield from wrapped("      fix: ", each.fix, indent=11)


def wrapped(first: str, text: str, *, indent: int) -> list[str]:
    """Return a text in lines of WIDTH: the first after `first`, the others indented."""
    return textwrap.wrap(
        text,
        width=WIDTH,
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def stamp(moment: datetime) -> str:
    """Return a time in UTC to the second; what is less is cut off."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def age(past: timedelta) -> str:
    """Return a duration in its largest fitting unit: minutes, hours to two days, days."""
    minutes = max(0, int(past.total_seconds() // 60))
    if minutes < _MINUTES:
        return f"{minutes} min"
    if minutes < _HOURS * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} d"


def size(size_bytes: int | None) -> str:
    """Return bytes in binary units, or that they are unknown."""
    if size_bytes is None:
        return "unknown"
    amount, unit = float(size_bytes), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        if amount < _KIB:
            break
        amount, unit = amount / _KIB, larger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= _TEN else f"{amount:.1f} {unit}"


def _cost(point: Point) -> str:
    if point.unusable is not None:
        return "-"
    if point.cost_usd is None:
        return "unknown"
    if point.cost_usd < 0.01:  # noqa: PLR2004 - a cent
        return "<0.01"
    return f"~{point.cost_usd:.2f}" if point.cost_usd < _TEN else f"~{point.cost_usd:.0f}"


def _least(point: Point) -> str:
    if point.minutes_at_least is None:
        return "-"
    copied = point.copy_back and not point.cold_storage
    return f"{point.minutes_at_least} min+" + (" copy" if copied else "")
