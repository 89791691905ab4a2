"""Records of exports, put in order: full exports, each with the incremental ones that follow it.

Knows no service. A full export gives the moment it was made of; with the incremental exports after
it, applied one after the other, it gives the end of each of them, as long as none is missing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from blueprints.functions.common.catalogue import iso
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.exports_store import Listed

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A full export and the incremental ones up to the next full; without `full` they are lost.

    `missing` is what no export covers: from where those before end, to where these begin. A full
    export that starts a chain and that nothing follows yet is told apart by its document only.
    """

    full: Listed | None
    incrementals: tuple[Listed, ...] = ()
    missing: Span | None = None

    @property
    def first(self) -> Listed:
        """The record that stands for the segment."""
        return self.incrementals[0] if self.full is None else self.full

    @property
    def end(self) -> datetime:
        """The newest moment that the segment gives."""
        return max(each.end for each in (self.first, *self.incrementals))

    @property
    def longest(self) -> timedelta:
        """The longest of its incremental exports."""
        return max((each.end - each.start for each in self.incrementals), default=timedelta(0))


def segments(records: Iterable[Listed]) -> list[Segment]:
    """Return the segments of one table, oldest first.

    Incremental exports go on over a full one that was made in between: the one that began before it
    and ends after it belongs to it.
    """
    ordered = sorted(records, key=lambda each: (each.start, each.end))
    fulls = [each for each in ordered if each.kind == "full"]
    times = [each.start for each in fulls]
    groups: list[list[Listed]] = [[] for _ in range(len(fulls) + 1)]
    for each in ordered:
        if each.kind == "incremental":
            groups[bisect_left(times, each.end)].append(each)
    return list(_in_order([None, *fulls], groups))


def boundaries(segment: Segment) -> tuple[datetime, ...]:
    """Return the moments that a segment gives, ascending; none where it has lost its full export.

    One that lies within a longer window, and begins after the last moment before it, gives none.
    """
    if segment.full is None:
        return ()
    moments = [segment.full.end]
    for each in sorted(segment.incrementals, key=lambda each: each.end):
        if each.start <= moments[-1] < each.end:
            moments.append(each.end)
    return tuple(moments)


def records_until(
    records: Iterable[Listed], full_key: str, until: datetime
) -> tuple[Listed, tuple[Listed, ...]]:
    """Return a full export and the incremental ones that lead from it to a moment, in order.

    Full exports in between do not end it. Where windows overlap, the one that leads furthest comes
    next: a window gives, of all keys that were written in it, what they were at its end. Raises
    RefusedError where the full export is not there, or where windows are missing.
    """
    known = list(records)
    full = next((each for each in known if each.key == full_key and each.kind == "full"), None)
    if full is None:
        raise RefusedError(
            f"the catalogue has no record {full_key} of a full export: take one that `holdfast "
            "points` lists"
        )
    windows = [each for each in known if each.kind == "incremental" and each.end <= until]
    reach, chosen = full.end, []
    while reach < until:
        following = [each for each in windows if each.start <= reach < each.end]
        if not following:
            raise _unreachable(full, reach, until, windows)
        chosen.append(max(following, key=lambda each: (each.end, each.start)))
        reach = chosen[-1].end
    if reach > until:
        raise RefusedError(
            f"the full export {full_key} is of {iso(full.end)}, later than {iso(until)}: take an "
            "earlier one that `holdfast points` lists"
        )
    return full, tuple(chosen)


def _unreachable(
    full: Listed, reach: datetime, until: datetime, windows: list[Listed]
) -> RefusedError:
    later = min((each.start for each in windows if each.start > reach), default=None)
    missing = "nothing" if later is None else f"nothing up to {iso(later)}"
    return RefusedError(
        f"the chain of the full export {full.key} cannot give {iso(until)}: after {iso(reach)} the "
        f"catalogue has {missing} that leads on. Ask for {iso(reach)}, which it gives, or take a "
        "full export made after the gap (`holdfast points` lists both)"
    )


def _in_order(fulls: Iterable[Listed | None], groups: Iterable[list[Listed]]) -> Iterator[Segment]:
    covered: datetime | None = None
    for full, incrementals in zip(fulls, groups, strict=True):
        for segment in _parts(full, incrementals, covered):
            covered = segment.end if covered is None else max(covered, segment.end)
            yield segment


def _parts(
    full: Listed | None, incrementals: list[Listed], covered: datetime | None
) -> Iterator[Segment]:
    """Yield a full export with what builds on it; what follows a gap has lost its base."""
    part: list[Listed] = []
    reach = None if full is None else full.end
    missing = _before(full, incrementals, covered)
    for each in incrementals:
        if reach is not None and each.start > reach:
            yield Segment(full=full, incrementals=tuple(part), missing=missing)
            full, part, missing = None, [], (reach, each.start)
        part.append(each)
        reach = each.end if reach is None else max(reach, each.end)
    if full is not None or part:
        yield Segment(full=full, incrementals=tuple(part), missing=missing)


def _before(
    full: Listed | None, incrementals: list[Listed], covered: datetime | None
) -> Span | None:
    """Return what is missing before a full export, as far as the first incremental one tells."""
    if full is None or covered is None or not incrementals:
        return None
    begin = incrementals[0].start
    return (covered, begin) if covered < begin <= full.start else None
