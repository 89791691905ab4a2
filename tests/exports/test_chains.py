"""Full and incremental exports give each table back, item by item, at every recorded moment."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.names import catalogue_bucket_name, export_replicas
from tests.exports import scenarios
from tests.exports.applying import restored
from tests.exports.scenarios import CRITICAL, ORDERS, TABLES
from tests.exports.shop import exports_bucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.exports.scenarios import Chain, Seen
    from tests.exports.shop import Run, Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e

DAY = 24 * 3600


def check(chain: Chain, boundaries: int) -> None:
    """Compare what a chain gives back with what the table held; each record follows another."""
    assert len(chain.held) == boundaries
    assert {moment: chain.restored[moment] for moment in chain.held} == chain.held
    assert len({str(items) for items in chain.held.values()}) > 1  # it did change
    ends = [(each["from"], each["to"]) for each in chain.records if each["kind"] != "full"]
    assert all(before[1] == after[0] for before, after in pairwise(ends))
    assert ends[0][0] == chain.records[0]["to"] == chain.records[0]["chain"]
    assert [each["starts_chain"] for each in chain.records].count(True) == 1


def seconds(window: tuple[str, str, str]) -> float:
    return (catalogue.moment_of(window[2]) - catalogue.moment_of(window[1])).total_seconds()


def test_tables_come_back_as_they_were_at_each_boundary(ran: Ran) -> None:
    runs, chains = ran(scenarios.days)
    assert [run.ends for run in runs] == [("EXPORTED",) * 3] * 3
    begun = [each for run in runs for each in run.messages]
    assert all("new export chain" in each for each in begun)
    assert set(chains) == set(TABLES)
    for chain in chains.values():
        check(chain, 3)
        assert [each["kind"] for each in chain.records[-3:]] == [
            *("full", "incremental", "incremental")
        ]


def test_a_record_says_all_that_a_restore_has_to_know(ran: Ran, shop: Shop) -> None:
    _, chains = ran(scenarios.days)
    full, last = chains[ORDERS].records[0], chains[ORDERS].records[-1]
    table = shop.prod.table(ORDERS)
    assert full["table"]["name"] == table.name
    assert full["table"]["arn"] == table.arn
    assert full["starts_chain"]
    assert full["reason"].startswith("No export of this table")
    assert (
        last
        | {
            "class": CRITICAL,
            "format": "DYNAMODB_JSON",
            "view": "NEW_AND_OLD_IMAGES",
            "bucket": exports_bucket(shop.prod),
            "bucket_owner": "111111111111",
            "region": "eu-central-1",
            "prefix": f"{CRITICAL}/incremental/{table.name}",
            "replicas": ["shop-archive-exports-prod-222222222222-eu-central-1"],
            "files": 4,
            "chain": full["to"],
            "starts_chain": False,
            "reason": None,
        }
        == last
    )
    assert last["keep_days"] >= 35 + 7
    assert last["bytes"] > 0


def test_the_archive_has_records_and_locked_replicas_that_give_the_same(
    ran: Ran, shop: Shop
) -> None:
    _, chains = ran(scenarios.days)
    ((_, replica),) = export_replicas(shop.prod.environment).values()
    ours, theirs = shop.prod.client("s3"), shop.archive.client("s3")
    catalogue = catalogue_bucket_name(shop.archive.environment)
    for key, chain in chains.items():
        found = store.records(theirs, catalogue, shop.prod.table(key).arn)
        documents = list(store.documents(theirs, catalogue, found))
        mine = [each for each in documents if each["chain"] == chain.records[0]["chain"]]
        assert mine == chain.records
        assert restored(theirs, mine, replica.name) == chain.restored
    bucket, prefix = exports_bucket(shop.prod), f"{CRITICAL}/"
    listed = ours.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    assert len(listed) > 40
    for each in listed:
        copy = theirs.head_object(Bucket=replica.name, Key=each["Key"])
        assert copy["ContentLength"] == each["Size"]
        assert copy["ObjectLockMode"] == "GOVERNANCE"


def test_nothing_is_exported_when_all_is(ran: Ran) -> None:
    seen: Seen = ran(scenarios.nothing_is_left)
    (run,) = seen.runs
    assert (run.status, run.ends, run.messages) == ("SUCCEEDED", ("EXPORTED",), ())
    assert (seen.windows, seen.attempts, seen.exports) == ([], [], 0)


def test_three_missed_days_are_made_up_for_in_windows_of_a_day(ran: Ran) -> None:
    seen, chain = ran(scenarios.missed_days)
    assert [run.messages for run in seen.runs] == [(), ()]
    *incremental, full = seen.windows
    assert [each[0] for each in incremental] == ["incremental"] * 4
    assert [seconds(each) for each in incremental[:3]] == [DAY] * 3
    assert 0 < seconds(incremental[3]) < DAY
    # The full export that the schedule asked for ends where the chain does, and goes on with it.
    assert full[0] == "full"
    assert full[2] == incremental[-1][2]
    assert not seen.records[-1]["starts_chain"]
    check(chain, 4)


def test_two_executions_of_one_event_make_one_export_and_one_record(ran: Ran) -> None:
    seen: Seen = ran(scenarios.delivered_twice)
    runs: list[Run] = seen.runs
    assert [(run.ends, run.messages) for run in runs] == [(("EXPORTED",), ())] * 2
    assert seen.exports == len(seen.windows) == len(seen.attempts) == 1


def test_exports_go_into_the_bucket_of_another_account(ran: Ran, shop: Shop) -> None:
    seen, chain = ran(scenarios.into_the_archive)
    (run,) = seen.runs
    assert (run.ends, run.messages) == (("EXPORTED",), ())
    (record,) = seen.records
    assert record["bucket"] == "shop-archive-exports-remote-222222222222-eu-central-1"
    assert record["bucket_owner"] == "222222222222"
    assert record["replicas"] == []
    assert chain.held
    assert {moment: chain.restored[moment] for moment in chain.held} == chain.held
    # Its records are in the archive as well.
    theirs, catalogue = shop.archive.client("s3"), catalogue_bucket_name(shop.archive.environment)
    found = store.records(theirs, catalogue, record["table"]["arn"])
    assert record in list(store.documents(theirs, catalogue, found))
