"""What follows what in a chain of exports, by the keys of their records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.export_chains import (
    Segment,
    boundaries,
    records_until,
    segments,
)
from blueprints.functions.common.exports_store import Kind, Listed, record_key

ARN = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
DAY = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def export(start: float, end: float | None = None) -> Listed:
    """Return an incremental export of these hours, or a full one of one."""
    kind: Kind = "full" if end is None else "incremental"
    begin, until = at(start), at(start if end is None else end)
    return Listed(start=begin, end=until, kind=kind, key=record_key(ARN, begin, until, kind))


def in_hours(segment: Segment) -> tuple[float | None, list[float], tuple[float, float] | None]:
    """Return the full export, the ends of what builds on it, and the gap before, in hours."""

    def hours(moment: datetime) -> float:
        return (moment - DAY).total_seconds() / 3600

    missing = segment.missing
    return (
        None if segment.full is None else hours(segment.full.start),
        [hours(each.end) for each in segment.incrementals],
        None if missing is None else (hours(missing[0]), hours(missing[1])),
    )


def found(*records: Listed) -> list[tuple[float | None, list[float], tuple[float, float] | None]]:
    return [in_hours(each) for each in segments(reversed(records))]


def test_a_full_export_takes_the_incremental_one_that_goes_on_over_it() -> None:
    assert found(export(0), export(0, 6), export(6, 12), export(7), export(12, 18)) == [
        (0, [6], None),
        (7, [12, 18], None),
    ]


def test_one_that_ends_when_a_full_one_was_made_belongs_to_the_one_before() -> None:
    assert found(export(0), export(0, 6), export(6), export(6, 12)) == [
        (0, [6], None),
        (6, [12], None),
    ]


def test_a_full_export_that_nothing_follows_yet_misses_nothing() -> None:
    assert found(export(0), export(0, 6), export(7)) == [(0, [6], None), (7, [], None)]


def test_several_full_ones_within_an_incremental_one() -> None:
    assert found(export(0), export(5), export(9), export(0, 24)) == [
        (0, [], None),
        (5, [], None),
        (9, [24], None),
    ]


def test_what_follows_a_gap_has_no_base_and_the_gap_is_named() -> None:
    assert found(export(0), export(0, 6), export(12, 18), export(18, 24), export(30, 36)) == [
        (0, [6], None),
        (None, [18, 24], (6, 12)),
        (None, [36], (24, 30)),
    ]


def test_without_its_full_export_nothing_has_a_base() -> None:
    assert found(export(0, 6), export(6, 12), export(7)) == [(None, [6], None), (7, [12], None)]


def test_a_new_chain_after_a_gap() -> None:
    assert found(export(0), export(0, 6), export(20), export(20, 26)) == [
        (0, [6], None),
        (20, [26], (6, 20)),
    ]


def test_the_newest_moment_and_the_longest_time_between_two() -> None:
    (segment,) = segments([export(0), export(0, 6), export(6, 30)])
    assert (segment.end, segment.longest) == (at(30), timedelta(hours=24))
    (alone,) = segments([export(3)])
    assert (alone.end, alone.longest) == (at(3), timedelta(0))


@given(
    starts=st.lists(st.integers(0, 60), max_size=6, unique=True),
    windows=st.lists(st.integers(1, 12), max_size=10),
    lost=st.sets(st.integers(0, 9)),
)
def test_every_record_is_in_one_segment_and_every_segment_is_without_a_gap(
    starts: list[int], windows: list[int], lost: set[int]
) -> None:
    records, reach = [export(each) for each in starts], 0
    for number, hours in enumerate(windows):
        if number not in lost:
            records.append(export(reach, reach + hours))
        reach += hours
    known = segments(records)
    kept = [each for segment in known for each in (segment.full, *segment.incrementals) if each]
    assert sorted(kept, key=lambda each: each.key) == sorted(records, key=lambda each: each.key)
    for segment in known:
        assert segment.full is not None or segment.incrementals
        end = segment.first.end if segment.full else segment.first.start
        for each in segment.incrementals:
            assert each.start <= end < each.end
            end = each.end
    for segment in known:
        for moment in boundaries(segment):
            full = segment.first
            _, windows = records_until(records, full.key, moment)
            reach = full.end
            for each in windows:
                assert each.start <= reach < each.end
                reach = each.end
            assert reach == moment


def ends(*records: Listed, until: float) -> list[tuple[float, float]]:
    """Return the windows, in hours, that lead from the first record to a moment."""
    _, windows = records_until(records, records[0].key, at(until))
    return [((each.start - DAY) / HOUR, (each.end - DAY) / HOUR) for each in windows]


def test_a_segment_gives_its_full_export_and_every_end_that_it_leads_to() -> None:
    (segment,) = segments([export(0), export(0, 6), export(6, 12)])
    assert boundaries(segment) == (at(0), at(6), at(12))
    (lost,) = segments([export(0, 6)])
    assert boundaries(lost) == ()


def test_the_records_to_a_moment_go_on_over_full_exports_in_between() -> None:
    known = (export(0), export(6, 12), export(7), export(0, 6), export(12, 18))
    assert ends(*known, until=0) == []
    assert ends(*known, until=12) == [(0, 6), (6, 12)]
    assert ends(*known, until=18) == [(0, 6), (6, 12), (12, 18)]


def test_of_windows_that_overlap_the_longest_leads_on_and_none_beyond_the_moment() -> None:
    known = (export(0), export(0, 6), export(0, 24), export(6, 12), export(12, 24), export(8, 10))
    assert ends(*known, until=24) == [(0, 24)]
    assert ends(*known, until=12) == [(0, 6), (6, 12)]


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (9, "after 2026-11-01T06:00:00Z the catalogue has nothing that leads on"),
        (18, "after 2026-11-01T06:00:00Z the catalogue has nothing up to 2026-11-01T12:00:00Z"),
        (-1, "is of 2026-11-01T00:00:00Z, later than 2026-10-31T23:00:00Z"),
    ],
)
def test_a_moment_that_the_chain_does_not_give_is_refused(until: float, said: str) -> None:
    known = (export(0), export(0, 6), export(12, 18))
    with pytest.raises(RefusedError, match=said):
        records_until(known, known[0].key, at(until))


def test_a_full_export_that_is_not_recorded_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"has no record .*_full\.json of a full export"):
        records_until([export(0, 6)], export(0).key, at(6))
