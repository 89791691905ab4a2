"""A table comes back from each source, whole: items, settings, proof, report and word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.restores import scenarios
from tests.restores.scenarios import CART, ORDERS, SESSIONS, SETTINGS, Restore

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.restores.shop import Shop

    Ran = Callable[[Callable[[Shop], Restore]], Restore]

pytestmark = pytest.mark.e2e

PLAIN = ("Plan", "RestoreTable", "ApplySettings", "Verify", "Report")


def assert_right(run: Restore) -> dict[str, Any]:
    """Assert that the table came back whole and that this was told; return the report."""
    outcome = run.outcome
    assert outcome.status == "SUCCEEDED", outcome.errors
    report = dict(outcome.report)
    assert report["status"] == "SUCCEEDED"
    assert report["settings"]["failed"] == report["not_right"] == []
    assert report["verification"]["passed"]
    assert all(check["ok"] is True for check in report["verification"]["checks"])
    assert run.after.items == run.before.items
    (message,) = outcome.messages
    assert (
        message.splitlines()[0]
        == f"Holdfast: {report['table']['name']} restored in " + (report["environment"])
    )
    assert f"restores/{report['table']['name']}/{outcome.arn.rpartition(':')[2]}.json" in message
    return report


def test_a_second_of_a_living_table_comes_back_beside_it(ran: Ran) -> None:
    run = ran(scenarios.second_of_a_living_table)
    report = assert_right(run)
    assert run.outcome.states == PLAIN
    assert report["source"]["kind"] == "point_in_time"
    assert report["owner"]["case"] == "other_name"
    assert report["target"]["name"].startswith(f"{CART}-restored-2")
    assert run.after.settings == run.before.settings


def test_a_native_backup_comes_back_under_the_tables_name(ran: Ran) -> None:
    run = ran(scenarios.native_backup)
    report = assert_right(run)
    assert run.outcome.states == PLAIN
    assert (report["source"]["kind"], report["owner"]["case"]) == ("native", "stack")
    assert run.after.settings == run.before.settings
    assert run.pointer == ORDERS
    assert report["pointer"]["moved"] is False


def test_a_deleted_table_comes_back_from_what_dynamodb_keeps_of_it(ran: Ran) -> None:
    run = ran(scenarios.system_backup_of_a_deleted_table)
    report = assert_right(run)
    assert report["source"]["kind"] == "native"
    assert report["target"]["name"] == CART
    assert run.after.settings == run.before.settings


def test_a_point_of_an_own_vault_comes_back_and_the_pointer_names_it(ran: Ran) -> None:
    run = ran(scenarios.point_in_an_own_vault)
    report = assert_right(run)
    assert run.outcome.states == (*PLAIN[:-1], "Repoint", "Report")
    assert report["operation"] == "StartRestoreJob"
    assert run.pointer == report["target"]["name"] == f"{ORDERS}-proven"
    assert report["pointer"]["moved"] is True
    assert run.after.settings == run.before.settings


def test_a_point_in_the_archive_is_copied_back_first(ran: Ran) -> None:
    run = ran(scenarios.point_in_the_archive)
    report = assert_right(run)
    assert run.outcome.states == ("Plan", "FetchCopy", *PLAIN[1:])
    assert report["source"]["account_id"] == "222222222222"
    assert report["copy"]["vault_name"] == "shop-prod-critical"
    assert run.after.settings == run.before.settings


def test_the_archive_restores_what_production_cannot(ran: Ran, shop: Shop) -> None:
    run = ran(scenarios.copy_where_it_lies)
    report = assert_right(run)
    assert run.outcome.states == PLAIN
    assert report["target"]["arn"] == f"arn:aws:dynamodb:eu-central-1:222222222222:table/{ORDERS}"
    lost = {"encryption", "resource_policy", "table_arn"}  # what names the lost account
    assert kept(run.after, lost) == kept(run.before, lost)
    assert run.after.settings["resource_policy"] is None
    ours = [each for each in shop.calls() if ":222222222222:" in each["role_arn"]]
    assert any(each["operation"] == "StartRestoreJob" for each in ours)
    assert {each["account_id"] for each in ours} == {"222222222222"}


def kept(held: scenarios.Held, lost: set[str]) -> dict[str, Any]:
    return {name: value for name, value in held.settings.items() if name not in lost}


def test_a_table_defined_elsewhere_gets_the_settings_of_its_snapshot(ran: Ran, shop: Shop) -> None:
    run = ran(scenarios.table_that_is_defined_elsewhere)
    report = assert_right(run)
    assert report["owner"]["case"] == "elsewhere"
    assert report["settings_from"].startswith(
        f"s3://shop-prod-catalog-111111111111-eu-central-1/{SETTINGS}{SESSIONS}/"
    )
    assert run.after.settings == run.before.settings
    assert run.before.settings["time_to_live"] == {"attribute_name": "until"}

    for key in (ORDERS, CART, SESSIONS):  # all of them, in both accounts
        mine, theirs = (place.keys(f"{SETTINGS}{key}/") for place in (shop.prod, shop.archive))
        assert mine
        assert mine == theirs
