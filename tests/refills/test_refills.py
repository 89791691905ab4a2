"""Chains of exports give tables back, item by item; older dumps are loaded; roles suffice.

All in one file: it is deployed once for it, and privileges are judged by what all of it called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.exports.applying import in_order
from tests.refills import loads, reviewed, scenarios
from tests.refills.scenarios import STACK
from tests.refills.shop import CARTS, DUMPS, EVENTS, ORDERS, OWN_STACK, ROUNDS
from tests.restores.people import guided, script
from tests.restores.privileges import Judge
from tests.restores.scenarios import held

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.refills.loads import Loaded
    from tests.refills.scenarios import Back, Command, Thawed, Twice
    from tests.refills.shop import Refill, Shop
    from tests.restores.asked import Asked
    from tests.restores.shop import Outcome

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


# --- chains of exports: as it was at every moment that they know ----------------------------------


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


# --- files: right or with what is wrong, fast or slowly -------------------------------------------


def right(refill: Refill, written: int) -> None:
    assert refill.status == "SUCCEEDED", refill.report["not_right"]
    assert (refill.report["written"], refill.report["not_right"]) == (written, [])
    (message,) = refill.messages
    assert message.startswith("Holdfast: payments-")
    assert "was refilled to the end of its source" in message


def test_older_dumps_are_loaded_by_one_command_each(ran: Ran) -> None:
    done: Loaded = ran(loads.older_dumps)
    first, refused, second = done.results
    assert first.exit_code == 0, first.output
    assert f"dump of 2 files below s3://{DUMPS}/dumps/json/, pipeline_json" in first.stdout
    assert len(done.held[0]) == 60
    # The table has items now, and nobody said that they may be replaced.
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert done.held[1] == done.held[0]
    assert second.exit_code == 0, second.output
    assert f"dump of 1 file below s3://{DUMPS}/dumps/text/, pipeline_text" in second.stdout
    assert len(done.held[2]) == 90
    assert done.held[2] == done.wanted


def test_what_is_damaged_is_named_and_the_rest_is_loaded_once_it_is_mended(ran: Ran) -> None:
    done: Loaded = ran(loads.damaged)
    (failed,) = done.refills
    assert failed.status == "FAILED"
    wrong, cut = failed.report["not_right"]
    for told, key, what in (
        (wrong, done.more["wrong"], "line 7 of "),
        (cut, done.more["cut"], ""),
    ):
        assert told.startswith(f"BadDataError: {what}")
        assert told.count(f"s3://{DUMPS}/{key}") == 1
    assert wrong.endswith("; correct that in the file, and resume the refill")
    # Nothing is in the table but what the report lists.
    assert failed.report["written"] == len(done.held[0])
    assert [each for each in done.more["first"] if each not in done.held[0]] == []
    assert [each for each in done.held[0] if each not in done.wanted] == []
    (message,) = failed.messages
    assert "stopped before its end: the table holds a part" in message
    assert f"holdfast refill prod payments-damaged --resume {failed.name}" in message

    (result,) = done.results
    assert result.exit_code == 0, result.output
    assert done.held[1] == done.wanted


@pytest.mark.parametrize(
    ("scenario", "what"), [(loads.of_an_export, "ETag"), (loads.of_a_replica, "MD5")]
)
def test_a_file_that_is_not_what_its_manifest_says_is_not_loaded(
    ran: Ran, scenario: Callable[[Shop], Loaded], what: str
) -> None:
    done: Loaded = ran(scenario)
    failed, again = done.refills
    assert failed.status == "FAILED"
    assert f"{done.more['file']} has {what} " in failed.report["not_right"][0].replace(": it", "")
    assert again.status == "SUCCEEDED", again.report["not_right"]
    assert done.held[0] == done.wanted


def test_a_busy_table_gets_all_items_within_its_units(ran: Ran) -> None:
    done: Loaded = ran(loads.throttled)
    (refill,) = done.refills
    right(refill, 160)
    assert done.held[0] == done.wanted
    children = done.more["progress"]
    assert len(children) == 2
    for each in children:
        # A second may be made up for, and a request goes out when those before it are paid for.
        assert each["units"] <= 25 * (each["seconds"] + 1) + 25
        assert each["units"] >= 80


def test_a_child_whose_time_is_over_goes_on(ran: Ran) -> None:
    done: Loaded = ran(loads.out_of_time)
    (refill,) = done.refills
    right(refill, 100)
    assert done.held[0] == done.wanted
    assert len(done.more["calls"]) >= 4
    assert all(each.endswith("Succeeded") for each in done.more["calls"])


def test_a_child_that_is_killed_is_called_again(ran: Ran) -> None:
    done: Loaded = ran(loads.killed)
    (refill,) = done.refills
    assert done.more["over"] == 1
    assert 0 < done.more["at"] < 100
    assert refill.status == "SUCCEEDED", refill.report["not_right"]
    assert done.held[0] == done.wanted
    assert not done.more["calls"][0].endswith("Succeeded")
    assert done.more["calls"][-1].endswith("Succeeded")


# --- the worst day: the table is another one afterwards -------------------------------------------


def test_one_command_brings_the_table_back_and_its_steps_lead_to_a_new_stack(
    ran: Ran, shop: Shop
) -> None:
    done: Command = ran(scenarios.worst_day)
    prod = shop.prod
    points, restored = done.results
    assert points.exit_code == 0, points.output
    assert "export" in points.stdout
    assert f"{ORDERS} of prod is back as {ORDERS}, and verified." in restored.stdout
    assert sorted(done.after.items, key=in_order) == done.items
    assert done.items
    assert done.after.settings == done.before.settings

    # What comes next is said, and leads where it says.
    assert f"import the table into {STACK}: recovery/import-{OWN_STACK}.yaml" in restored.stdout
    shown = script(prod, guided(prod, "**The stack is gone**"))
    assert "Import\tTableOrders" in shown
    for last in (
        f"Successfully created/updated stack - {STACK}",
        f"No changes to deploy. Stack {STACK} is up to date",
    ):
        (command,) = prod.commands(OWN_STACK)
        assert prod.run(command).strip().splitlines()[-1] == last
    name = prod.table(ORDERS).name
    assert held(prod, name, name) == done.after


# --- privileges: of all scenarios, by policies of roles, buckets and keys -------------------------


@pytest.fixture(scope="module")
def judge(shop: Shop) -> Judge:
    return Judge.of(shop.prod, shop.remote, shop.archive, named=reviewed.JUDGED)


@pytest.fixture(scope="module")
def questions(ran: Ran, shop: Shop, judge: Judge) -> list[Asked]:
    """What IAM was asked in all scenarios, once each."""
    for scenario in reviewed.SCENARIOS:
        ran(scenario)
    return judge.questions(shop.calls())


@pytest.mark.node
def test_every_call_is_allowed_by_the_role_that_makes_it(
    questions: list[Asked], judge: Judge
) -> None:
    assert {judge.what(each.role_arn) for each in questions} == set(reviewed.JUDGED)
    assert judge.mismatches(questions) == []


def test_dynamodb_reads_with_the_rights_of_the_role_that_asks(questions: list[Asked]) -> None:
    read = {each.resource.split("/")[0] for each in questions if each.action == "s3:GetObject"}
    assert {each.rpartition(":")[2] for each in read} >= {
        "shop-prod-exports-111111111111-eu-central-1",
        "shop-archive-exports-prod-222222222222-eu-central-1",
        "shop-archive-exports-remote-222222222222-eu-central-1",
    }


def test_what_is_granted_is_used_or_has_its_reason(questions: list[Asked], judge: Judge) -> None:
    idle = judge.idle(questions)
    found = {name: actions - reviewed.SOMETIMES.get(name, set()) for name, actions in idle.items()}
    assert found == {name: set(actions) for name, actions in reviewed.NOT_CALLED.items()}


@pytest.mark.node
def test_no_statement_can_be_taken_away(questions: list[Asked], judge: Judge) -> None:
    asked_about, needed = judge.statements(questions)
    assert len(needed) >= 55
    assert asked_about - needed == set(reviewed.NOT_NEEDED)


@pytest.mark.node
def test_no_statement_for_another_account_can_be_taken_away(
    questions: list[Asked], judge: Judge
) -> None:
    """But for those by which others write and verify exports."""
    asked_about, needed = judge.statements_of_resources(questions)
    assert needed == {"s3 AllowReading", "s3 AllowReadersToTellMissing", "kms AllowReading"}
    assert asked_about - needed == reviewed.OF_EXPORTS
