"""The point is chosen as the state machine chooses it; what that would not find is no choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.names import export_place
from blueprints.recovery.place import place
from generator.points.model import Found, Place, Point, Unreadable
from generator.restore.choosing import chosen
from tests.restore.fakes import what
from tests.restore.shop import prod

NOW = datetime(2026, 11, 25, 3, 0, 0, 500_000, tzinfo=UTC)
HOME = Place(account_id="111111111111", region="eu-central-1")
AWAY = Place(account_id="222222222222", region="eu-central-1")
LATEST = {"latest": True}


def a_point(hours: int, **members: Any) -> Point:
    given: dict[str, Any] = {
        "id": f"arn:aws:backup:eu-central-1:111111111111:recovery-point:{hours}",
        "source": "recovery_point",
        "time": NOW - timedelta(hours=hours),
        "place": HOME,
        "status": "COMPLETED",
        "vault_name": "shop-prod-critical",
    }
    return Point(**given | members)


def a_window(**members: Any) -> Point:
    given = {
        "id": "point-in-time",
        "source": "point_in_time",
        "vault_name": None,
        "time": NOW,
        "earliest": NOW - timedelta(days=35),
    }
    return a_point(0, **given | members)


def a_copy(hours: int, **members: Any) -> Point:
    given = {"source": "copy", "place": AWAY, "vault_name": "shop-archive-archive"}
    return a_point(hours, **given | {"copy_back": True} | members)


def choose(*points: Point, wanted: Any = LATEST, unreadable: Any = ()) -> Any:
    asked = what()
    asked = replace(asked, request={**asked.request, "point": wanted})
    return chosen(Found(points=points, unreadable=unreadable), asked, NOW)


def test_of_the_window_a_whole_second_is_named() -> None:
    found = choose(a_window(), a_point(1))
    assert found.asked == {"id": "point-in-time", "at": "2026-11-25T03:00:00Z"}
    assert found.point.time == NOW.replace(microsecond=0)


def test_the_first_second_of_the_window_is_a_whole_one_within_it() -> None:
    window = a_window()
    assert window.earliest is not None
    before = f"{window.earliest:%Y-%m-%dT%H:%M:%SZ}"
    with pytest.raises(RefusedError, match="can be restored as of"):
        choose(window, wanted={"at": before})
    after = f"{window.earliest + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    assert choose(window, wanted={"at": after}).asked["at"] == after


ARN = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders/export/01489173575360-b308cd7d"


def a_chain(*hours: int, **members: Any) -> Point:
    """A chain of the moments so many hours ago, the oldest first."""
    moments = tuple(NOW.replace(microsecond=0) - timedelta(hours=each) for each in hours)
    given = {
        "id": ARN,
        "source": "export",
        "vault_name": None,
        "bucket": export_place(prod()).name,  # type: ignore[union-attr]
        "time": moments[-1] if moments else NOW,
        "earliest": moments[0] if moments else None,
        "moments": moments,
    }
    return a_point(0, **given | members)


def hours_ago(hours: int) -> str:
    return f"{NOW - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def test_of_a_chain_a_moment_is_named() -> None:
    found = choose(a_chain(9, 6, 3), a_point(5))
    assert found.asked == {"id": ARN, "at": hours_ago(3)}
    assert found.point.time == NOW.replace(microsecond=0) - timedelta(hours=3)
    for wanted in ({"at": hours_ago(4)}, {"id": ARN, "at": hours_ago(4)}):
        found = choose(a_chain(9, 6, 3), a_point(7), wanted=wanted)
        assert found.asked == {"id": ARN, "at": hours_ago(6)}
    assert choose(a_chain(9, 6, 3), a_point(5), wanted={"at": hours_ago(4)}).point == a_point(5)
    with pytest.raises(RefusedError, match="before the first moment"):
        choose(a_chain(9, 6, 3), wanted={"id": ARN, "at": hours_ago(10)})


def test_a_chain_is_read_from_a_bucket_that_there_is_or_is_no_choice() -> None:
    here = export_place(prod())
    assert here is not None
    assert choose(a_chain(3, bucket="gone", replicas=(here.name,))).asked["id"] == ARN
    gone = a_chain(3, bucket="gone", replicas=("gone-too",))
    assert "none of the buckets any more that it lies in" in choose(gone, a_point(5)).why
    lost = a_chain(bucket="gone", unusable="a record is missing")
    with pytest.raises(RefusedError, match="a record is missing"):
        choose(lost, wanted={"id": ARN})


def test_a_backup_is_named_by_its_id() -> None:
    found = choose(a_point(1), a_point(2), wanted={"id": a_point(2).id})
    assert found.asked == {"id": a_point(2).id}
    assert found.point == a_point(2)


def test_a_time_outside_the_window_takes_the_newest_before_it_and_says_so() -> None:
    at = f"{NOW - timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    found = choose(a_point(1), a_point(4), a_point(9), wanted={"at": at})
    assert found.asked == {"id": a_point(4).id}
    assert "older than asked for" in found.why


@pytest.mark.parametrize(
    ("newest", "why"),
    [
        (a_copy(1, cold_storage=True), "it is in cold storage"),
        (a_copy(1, cold_storage=None), "it is in cold storage"),
        (a_copy(1, vault_name="shop-archive-old"), "copies to its vault any more"),
        (a_point(1, unusable="it is EXPIRED"), "it is EXPIRED"),
    ],
)
def test_what_the_state_machine_would_not_find_is_passed_over_and_named(
    newest: Point, why: str
) -> None:
    found = choose(newest, a_point(5))
    assert found.asked == {"id": a_point(5).id}
    assert why in found.why
    with pytest.raises(RefusedError, match="cannot be restored"):
        choose(newest, a_point(5), wanted={"id": newest.id})


def test_a_copy_that_can_be_fetched_is_a_choice() -> None:
    found = choose(a_copy(1), a_point(5))
    assert found.asked == {"id": a_copy(1).id}
    assert {vault["name"] for vault in place(prod())["vaults"]} >= {"shop-archive-archive"}


def test_what_could_not_be_read_is_said_with_the_choice() -> None:
    gap = Unreadable(source="vault x", place=AWAY, reason="it is down", fix="wait")
    assert "vault x, account 222222222222, eu-central-1 (it is down" in " ".join(
        choose(a_point(5), unreadable=(gap,)).why.split()
    )
    with pytest.raises(RefusedError, match="it is down"):
        choose(unreadable=(gap,))
