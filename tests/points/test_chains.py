"""What follows what in a chain of exports, by the keys of their records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common.exports_store import Kind, Listed, record_key
from generator.points.chains import Segment, segments

ARN = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
DAY = datetime(2026, 11, 1, tzinfo=UTC)


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
