"""Records of exports, put in order: full exports, each with the incremental ones that follow it.

Knows no service. A full export gives the moment it was made of; with the incremental exports after
it, applied one after the other, it gives the end of each of them, as long as none is missing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

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
