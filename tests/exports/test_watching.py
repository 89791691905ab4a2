"""Tables whose points are too old are named once; point-in-time recovery stays on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.exports import watching
from tests.exports.scenarios import CARTS, LEDGER, SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.exports.shop import Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


def test_a_stale_table_is_named_once_and_again_when_it_is_fresh(ran: Ran) -> None:
    looks, ages = ran(watching.freshness)
    assert {each.status for each in looks.values()} == {"SUCCEEDED"}
    silent = {name for name, each in looks.items() if not each.messages}
    assert silent == {"fresh", "still stale", "still fresh"}
    (stale,) = looks["stale"].messages
    assert stale.startswith("Holdfast: 1 table stale in shop-remote\n")
    assert f"- {LEDGER}: newest point: " in stale
    assert "critical.point_in_time_recovery" in stale
    assert "exports" not in stale.partition("\n")[0]
    assert looks["still stale"].answer["stale"][0]["table"] == LEDGER
    (fresh,) = looks["fresh again"].messages
    assert f"Fresh again: {LEDGER} (critical.point_in_time_recovery)." in fresh
    assert 7100 < max(ages) < 7300


def test_recovery_that_was_switched_off_is_on_again_and_told(ran: Ran, shop: Shop) -> None:
    looks, run = ran(watching.kept_on)
    assert looks["switched off"].answer["acted"] == [CARTS]
    (message,) = looks["switched off"].messages
    assert f"{CARTS}: it was off, and was switched on again with 35 days." in message
    assert "by arn:aws:sts::111111111111:assumed-role/Admin/somebody" in message
    for quiet in ("its own change", "another table", "by the clock"):
        assert (looks[quiet].answer["acted"], looks[quiet].messages) == ([], ())
    # Exports cannot go on over the gap, and say so.
    (told,) = run.messages
    assert f"new export chain of {CARTS} in prod" in told


def test_what_is_not_managed_is_left_and_told(ran: Ran) -> None:
    looks = ran(watching.not_managed)
    assert {each.status for each in looks.values()} == {"SUCCEEDED"}
    assert all(each.answer["acted"] == [] for each in looks.values())
    assert looks["by the clock"].messages == ()
    for name in ("switched off", "once a day"):
        (message,) = looks[name].messages
        assert f"{SESSIONS}: it is off. It is not managed here, so nothing was done." in message
