"""Chains of exports give tables back, item by item, as they were at every moment they know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.exports.applying import in_order
from tests.refills import scenarios
from tests.refills.shop import CARTS, EVENTS, ORDERS, ROUNDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.refills.scenarios import Back, Thawed, Twice
    from tests.refills.shop import Shop
    from tests.restores.shop import Outcome

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


def check(found: list[Back]) -> None:
    """Compare items and settings; what the table held did change."""
    for each in found:
        assert sorted(each.after.items, key=in_order) == each.items, each.moment
        assert each.after.settings == each.settings, each.moment
        assert each.outcome.report["verification"]["passed"]
    assert len({str(each.items) for each in found}) == len(found)


def how(found: list[Back]) -> list[str]:
    """Return the last sentence of why: how the data came into the table."""
    return [each.outcome.report["why"].rpartition("asked for. ")[2] for each in found]


def test_an_imported_table_is_as_it_was_at_each_moment(ran: Ran, shop: Shop) -> None:
    found = ran(scenarios.imported)
    assert len(found) == ROUNDS
    check(found)
    changes = [each["items"] for each in shop.records(ORDERS)][1:]
    assert how(found) == [
        "The full export is imported.",
        "The full export is imported, and 1 incremental export of "
        f"{changes[0]} items written after it.",
        "The full export is imported, and 2 incremental exports of "
        f"{sum(changes)} items written after it.",
    ]


def test_a_table_with_a_local_index_is_created_and_written(ran: Ran) -> None:
    found = ran(scenarios.created)
    assert len(found) == ROUNDS
    check(found)
    for each in found:
        assert each.outcome.report["table"]["key"] == CARTS
        assert each.after.settings["local_indexes"].keys() == {"by_amount"}
        assert each.outcome.report["parameters"]["import"] is None
    assert how(found)[0] == (
        "The table is created, and the full export written into it: an import makes no local index."
    )


def test_exports_in_ion_give_the_same(ran: Ran, shop: Shop) -> None:
    found = ran(scenarios.in_ion)
    assert {each["format"] for each in shop.records(EVENTS)} == {"ION"}
    assert len(found) == ROUNDS
    check(found)


def test_exports_of_another_account_are_read_where_they_lie(ran: Ran) -> None:
    found = ran(scenarios.of_another_account)
    check(found)
    (source,) = {
        each.outcome.report["parameters"]["import"]["S3BucketSource"]["S3BucketOwner"]
        for each in found
    }
    assert source == "222222222222"


def test_where_the_bucket_was_emptied_the_replica_is_read(ran: Ran) -> None:
    check(ran(scenarios.bucket_is_emptied))


def test_exports_in_a_deep_tier_are_thawed_first(ran: Ran) -> None:
    thawed: Thawed = ran(scenarios.from_a_deep_tier)
    check([thawed.back])
    # Each file once: those of the full export for the import, the others for the refill.
    keys = [each["parameters"]["Key"] for each in thawed.asked]
    assert len(keys) == len(set(keys))
    # Manifests list files without items too, which no refill reads.
    assert 4 < len(keys) <= thawed.frozen
    assert {each["role_arn"].rpartition("-prod-")[2] for each in thawed.asked} == {
        "restore-table-eu-central-1",
        "plan-refill-eu-central-1",
    }


def test_two_executions_make_one_table_and_one_refill(ran: Ran) -> None:
    twice: Twice = ran(scenarios.ordered_twice)
    assert [each.status for each in twice.outcomes] == ["SUCCEEDED"] * 2
    assert twice.items == twice.wanted
    assert sorted(each.report["restore"]["adopted"] for each in twice.outcomes) == [False, True]
    assert len({each.report["table_id"] for each in twice.outcomes}) == 1
    assert len(twice.refills) == 1


def test_a_table_in_the_way_is_left_alone(ran: Ran, shop: Shop) -> None:
    before = shop.prod.items(shop.prod.table(ORDERS).name)
    outcome: Outcome = ran(scenarios.in_the_way)
    assert outcome.status == "FAILED"
    assert f"table {ORDERS} exists" in outcome.errors
    assert shop.prod.items(shop.prod.table(ORDERS).name) == before


def test_the_archive_restores_from_its_replica(ran: Ran) -> None:
    done = ran(scenarios.in_the_archive)
    (result,) = done.results
    assert f"{ORDERS} of archive is back as {ORDERS}, and verified." in result.stdout
    assert sorted(done.after.items, key=in_order) == done.items
    same = ("key_schema", "attributes", "billing_mode", "deletion_protection", "tags")
    for name in (*same, "point_in_time_recovery"):
        assert done.after.settings[name] == done.before.settings[name], name
