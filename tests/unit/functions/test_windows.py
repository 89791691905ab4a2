"""What is exported next, decided by times alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common.exports_store import Kind
from blueprints.functions.plan_export.windows import (
    NOT_YET,
    Asked,
    Chain,
    Nothing,
    Recovery,
    Window,
    decide,
    instead_of,
)

ID, OTHER_ID = "6f1e5b7a-0000-4000-8000-000000000001", "6f1e5b7a-0000-4000-8000-000000000002"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
WEEK = Recovery(earliest=NOON - 7 * DAY, latest=NOON + timedelta(seconds=41))


def chain(end: datetime, start: datetime | None = None, table_id: str = ID) -> Chain:
    begin = start or NOON - 5 * DAY
    return Chain(table_id=table_id, start=begin, end=end, last_full=begin)


def decided(
    known: Chain | None,
    recovery: Recovery = WEEK,
    kind: Kind = "incremental",
    interval: timedelta = DAY,
    scheduled_at: datetime = NOON + 5 * MINUTE,
) -> Window | Nothing:
    return decide(
        Asked(kind=kind, scheduled_at=scheduled_at, interval=interval), ID, known, recovery
    )


def window(known: Chain | None, recovery: Recovery = WEEK, kind: Kind = "incremental") -> Window:
    found = decided(known, recovery, kind)
    assert isinstance(found, Window)
    return found


def test_the_next_window_begins_where_the_last_one_ended() -> None:
    found = window(chain(NOON - 20 * HOUR))
    assert (found.kind, found.start, found.end) == ("incremental", NOON - 20 * HOUR, NOON)
    assert (found.identity, found.reason) == ("20261124T160000Z-incremental", None)
    assert found.chain == NOON - 5 * DAY


def test_after_an_outage_it_catches_up_in_windows_of_a_day() -> None:
    end, windows = NOON - 3 * DAY - HOUR, []
    while isinstance(found := decided(chain(end)), Window):
        windows.append(found.end - found.start)
        end = found.end
    # The hour that is left is less than half of the interval.
    assert windows == [DAY, DAY, DAY]


@pytest.mark.parametrize(
    ("interval", "shortest"),
    [(15 * MINUTE, 15 * MINUTE), (HOUR, 30 * MINUTE), (DAY, 12 * HOUR)],
)
def test_a_window_is_half_an_interval_at_least_and_what_dynamodb_takes(
    interval: timedelta, shortest: timedelta
) -> None:
    assert isinstance(decided(chain(NOON - shortest), interval=interval), Window)
    soon = decided(chain(NOON - shortest + MINUTE), interval=interval)
    assert isinstance(soon, Nothing)
    assert "what can be exported ends at 2026-11-25T12:00:00Z" in soon.reason


def test_what_is_recorded_beyond_what_can_be_restored_is_waited_for() -> None:
    assert isinstance(decided(chain(NOON + HOUR)), Nothing)


def test_without_a_chain_a_full_export_starts_one() -> None:
    for kind in ("full", "incremental"):
        found = window(None, kind=kind)
        assert (found.kind, found.chain, found.start, found.end) == ("full", NOON, NOON, NOON)
        assert found.identity == f"chain-{ID}-none"
        assert found.reason == "No export of this table from the last 40 days is recorded."


@pytest.mark.parametrize("kind", ["full", "incremental"])
def test_a_gap_in_what_can_be_restored_starts_a_chain_and_says_so(kind: Kind) -> None:
    end = NOON - 7 * DAY - MINUTE
    found = window(chain(end), kind=kind)
    assert (found.kind, found.chain, found.start) == ("full", NOON, NOON)
    assert found.identity == f"chain-{ID}-20261118T115900Z"
    assert found.reason == (
        "Exports end at 2026-11-18T11:59:00Z, and point-in-time recovery gives nothing before "
        "2026-11-18T12:00:00Z: it was off in between, or no export succeeded for as long as it "
        "reaches back."
    )
    assert window(chain(end + MINUTE)).start == end + MINUTE


@pytest.mark.parametrize("kind", ["full", "incremental"])
def test_a_table_that_was_created_anew_starts_a_chain_and_says_so(kind: Kind) -> None:
    found = window(chain(NOON - DAY, table_id=OTHER_ID), kind=kind)
    assert (found.kind, found.chain) == ("full", NOON)
    assert found.identity == f"chain-{ID}-20261124T120000Z"
    assert found.reason is not None
    assert "created anew" in found.reason
    assert ID in found.reason
    assert OTHER_ID in found.reason


def test_where_recovery_was_switched_on_just_now_nothing_can_be_exported() -> None:
    seconds = Recovery(earliest=NOON + timedelta(seconds=1), latest=NOON + timedelta(seconds=40))
    assert decided(chain(NOON - DAY), seconds) == Nothing(reason=NOT_YET)
    assert decided(None, seconds) == Nothing(reason=NOT_YET)
    whole = Recovery(earliest=NOON, latest=NOON)
    assert window(None, whole).start == NOON


# --- full exports by schedule ---------------------------------------------------------------------


def test_a_full_export_by_schedule_belongs_to_the_chain() -> None:
    found = window(chain(NOON - DAY), kind="full")
    assert (found.kind, found.start, found.end) == ("full", NOON, NOON)
    assert (found.chain, found.reason) == (NOON - 5 * DAY, None)
    assert found.identity == "full-20261125T120500Z"


@pytest.mark.parametrize("minutes", [10, 0, -60])
def test_one_that_the_chain_has_just_got_is_not_made_again(minutes: int) -> None:
    known = chain(NOON, start=NOON - minutes * MINUTE)
    found = decided(known, kind="full")
    assert isinstance(found, Nothing)
    assert found.reason.startswith("there is a full export of ")


def test_of_one_time_there_is_one_full_export_however_late_the_schedule() -> None:
    found = decided(chain(NOON, start=NOON), kind="full", scheduled_at=NOON + HOUR)
    assert isinstance(found, Nothing)


def test_one_of_before_the_schedule_is_not_it() -> None:
    assert isinstance(decided(chain(NOON, start=NOON - 11 * MINUTE), kind="full"), Window)


# --- plans that were not carried out --------------------------------------------------------------


def test_instead_of_a_full_export_that_was_not_made_there_is_one_for_everybody() -> None:
    found = window(chain(NOON - 8 * DAY))
    once = instead_of(found, ID, NOON - 30 * DAY)
    twice = instead_of(once, ID, NOON - 20 * DAY)
    assert once.identity == f"chain-{ID}-20261026T120000Z-20261117T120000Z"
    assert twice.identity == f"chain-{ID}-20261105T120000Z-20261117T120000Z"
    assert (twice.start, twice.end, twice.chain) == (NOON, NOON, NOON)
    assert twice.reason == (
        f"{found.reason} The full export planned for 2026-11-05T12:00:00Z was not made while it "
        "could be."
    )


# --- properties -----------------------------------------------------------------------------------

MOMENTS = st.integers(-60 * 24 * 60, 60).map(lambda minutes: NOON + minutes * MINUTE)


@given(
    st.none() | st.builds(chain, MOMENTS, MOMENTS, st.sampled_from([ID, OTHER_ID])),
    MOMENTS,
    st.integers(0, 40 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    st.sampled_from(["full", "incremental"]),
    st.integers(15, 1440).map(lambda minutes: minutes * MINUTE),
    MOMENTS,
)
def test_whatever_is_known_a_window_can_be_exported_and_goes_on_from_the_chain(  # noqa: PLR0913, PLR0917
    known: Chain | None,
    earliest: datetime,
    span: timedelta,
    kind: Kind,
    interval: timedelta,
    scheduled_at: datetime,
) -> None:
    recovery = Recovery(earliest=earliest, latest=earliest + span)
    found = decided(known, recovery, kind, interval, scheduled_at)
    if isinstance(found, Nothing):
        return
    assert recovery.earliest <= found.start <= found.end <= recovery.latest
    assert (found.start.second, found.end.second) == (0, 0)
    is_broken = known is None or known.table_id != ID or known.end < recovery.earliest
    assert (found.reason is not None) is is_broken
    if found.kind == "full":
        assert found.start == found.end
        assert found.chain == (found.start if known is None or is_broken else known.start)
    else:
        assert known is not None
        assert (found.start, found.chain) == (known.end, known.start)
        assert max(15 * MINUTE, interval / 2) <= found.end - found.start <= DAY
