"""What recovery does by the clock: settings and native backups, kept, pruned and told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.restores import scenarios
from tests.restores.scenarios import CART, ORDERS, SESSIONS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.restores.shop import Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


def test_settings_of_every_table_are_kept_daily_and_in_the_archive(ran: Ran, shop: Shop) -> None:
    assert ran(scenarios.settings_of_every_day)["status"] == "SUCCEEDED"
    for key in (ORDERS, CART, SESSIONS):
        below = f"{SETTINGS}{shop.prod.table(key).name}/"
        mine, theirs = (place.keys(below) for place in (shop.prod, shop.archive))
        assert mine
        assert set(mine) <= set(theirs)


def test_settings_are_kept_after_a_change_and_only_then(ran: Ran) -> None:
    ends = ran(scenarios.settings_after_changes)
    (key,) = ends["changed"]["written"]
    assert key.startswith(f"{SETTINGS}{SESSIONS}/")
    assert ends["same"] == {"written": [], "unchanged": [SESSIONS], "gone": []}
    assert ends["another"] == {"written": [], "unchanged": [], "gone": []}


def test_native_backups_are_taken_once_for_a_time_and_pruned(ran: Ran, shop: Shop) -> None:
    runs = ran(scenarios.native_backups_by_schedule)
    first, again, third = runs["taken"]
    assert (len(first["created"]), again["created"], len(third["created"])) == (1, [], 1)
    assert runs["pruned"]["pruned"] == first["created"]  # one more good one is left beside the new
    names = {
        each["BackupName"]
        for each in shop.prod.client("dynamodb").list_backups(TableName=ORDERS)["BackupSummaries"]
    }
    assert "shop-prod-critical-20260101T0600" not in names
    assert names >= {"shop-prod-critical-20260102T0600", "shop-prod-critical-20260103T0600"}


def test_a_failed_backup_is_told_in_words(ran: Ran) -> None:
    status, message = ran(scenarios.native_backup_that_fails)
    assert status == "FAILED"
    subject, text, *_ = message.splitlines()
    assert subject == "Holdfast: native backups failed in prod"
    assert text.startswith("Native backups of class critical failed for 1 of 1 tables")
    assert f"- {ORDERS} has no backup shop-prod-critical-20260104T0600: " in message
    assert "aws dynamodb create-backup --table-name" in message
