"""A restored table passes only if everything is known to be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.verify_restore import checks, reading
from blueprints.functions.verify_restore import handler as function
from blueprints.functions.verify_restore.checks import NOT_YET
from blueprints.functions.verify_restore.reading import Count
from tests.unit.functions import tables
from tests.unit.functions.applying import until_done
from tests.unit.functions.tables import ACCOUNT, ITEMS, REGION, TARGET


@pytest.fixture(autouse=True)
def _local_aws() -> Iterator[None]:
    with tables.local_aws():
        yield


@pytest.fixture
def plan() -> dict[str, Any]:
    """The plan of a table that passes."""
    tables.create_full()
    tables.restore()
    plan = tables.plan()
    until_done(plan)
    return plan


def verify(
    plan: Mapping[str, Any], previous: Mapping[str, Any] | None = None, minutes: int = 0
) -> dict[str, Any]:
    event = {"plan": plan, "settings": {}, "previous": previous or {}}
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    answer, _ = tables.logged(lambda: function.verify(tables.client, event, now))
    return dict(answer)


def wrong(answer: Mapping[str, Any]) -> dict[str, str]:
    return {each["check"]: each["detail"] for each in answer["checks"] if each["ok"] is not True}


def table_of_moto() -> Any:
    return dynamodb_backends[ACCOUNT][REGION].get_table(TARGET)


def test_a_table_with_everything_passes(plan: dict[str, Any]) -> None:
    answer = verify(plan)
    assert (answer["done"], answer["passed"], wrong(answer)) == (True, True, {})
    names = {each["check"] for each in answer["checks"]}
    assert names >= {
        *("status", "key schema", "indexes", "index by_customer is active", "encryption"),
        *("setting time_to_live", "setting tags", "setting scaling", "items"),
        *("reads of the table", "reads of index by_customer", "reads of index by_date"),
    }


def test_a_bare_table_does_not_pass_and_says_why() -> None:
    tables.create_full()
    tables.restore()
    answer = verify(tables.plan())
    assert (answer["done"], answer["passed"]) == (True, False)
    assert wrong(answer).keys() == {
        f"setting {name}"
        for name in (
            *("deletion_protection", "point_in_time_recovery", "stream_view_type", "tags"),
            *("time_to_live", "resource_policy", "contributor_insights", "scaling"),
            *("kinesis_destinations", "alarms"),
        )
    }


def test_what_the_plan_leaves_is_not_compared_but_said() -> None:
    tables.create_full()
    tables.restore()
    plan = tables.plan(leave=["alarms", "scaling"])
    until_done(plan)
    answer = verify(plan)
    assert answer["passed"]
    told = {each["check"]: each["detail"] for each in answer["checks"]}
    assert told.keys().isdisjoint({"setting alarms", "setting scaling"})
    assert "alarms: " in told["left out on purpose"]
    assert "scaling: " in told["left out on purpose"]


def test_another_key_another_encryption_and_another_index_do_not_pass(
    plan: dict[str, Any],
) -> None:
    settings = tables.settings(attributes={**tables.settings()["attributes"], "order_id": "N"})
    settings["global_indexes"] = {}
    settings["contributor_insights"] = {"table": True, "indexes": []}
    encryption = {"type": "KMS", "key_arn": None}
    answer = verify({**plan, "settings": settings, "encryption": encryption})
    assert not answer["passed"]
    assert wrong(answer).keys() == {
        *("key schema", "indexes", "encryption", "setting contributor_insights"),
    }


def test_a_table_that_was_not_restored_is_refused() -> None:
    tables.create_bare(TARGET)
    with pytest.raises(RefusedError):
        verify(tables.plan())


# --- what may still come --------------------------------------------------------------------------


def test_an_index_that_lags_is_waited_for_and_then_fails(plan: dict[str, Any]) -> None:
    lag = pytest.MonkeyPatch()
    lag.setattr(reading.Reader, "_found", lambda *_: False)
    first = verify(plan)
    assert (first["done"], first["passed"]) == (False, False)
    assert wrong(first).keys() == {"reads of index by_customer", "reads of index by_date"}
    later = verify(plan, first, minutes=14)
    assert (later["done"], later["since"]) == (False, first["since"])
    assert later["wait_seconds"] > first["wait_seconds"]
    last = verify(plan, later, minutes=16)
    assert (last["done"], last["passed"]) == (True, False)
    lag.undo()
    assert verify(plan, later, minutes=14)["passed"]


def test_a_table_that_is_not_ready_is_waited_for_and_not_read(
    plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tables.client("dynamodb").describe_table(TableName=TARGET)["Table"]
    described = {**table, "TableStatus": "UPDATING"}
    monkeypatch.setattr(function, "described", lambda *_: described)
    answer = verify(plan)
    assert not answer["done"]
    assert wrong(answer).keys() == {"status", "items"}
    described["TableStatus"] = "ARCHIVED"
    answer = verify(plan)
    assert (answer["done"], answer["passed"]) == (True, False)


def test_a_restore_in_progress_and_a_new_index_are_not_ready_yet() -> None:
    progress = {"RestoreInProgress": True}
    assert checks.of_status({"TableStatus": "ACTIVE", "RestoreSummary": progress}).ok == NOT_YET
    index = {"IndexName": "i", "IndexStatus": "CREATING"}
    (*_, found) = checks.of_indexes({"GlobalSecondaryIndexes": [index]}, {})
    assert (found.check, found.ok) == ("index i is active", NOT_YET)


# --- items ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "source", "ok"),
    [
        (Count(1_000_000, exact=True), (1_000_000, None), True),
        (Count(899_001, exact=True), (1_000_000, None), True),
        (Count(898_999, exact=True), (1_000_000, None), False),
        (Count(1_101_001, exact=True), (1_000_000, None), False),
        (Count(1_000, exact=False), (1_000_000, None), True),
        (Count(1_101_001, exact=False), (1_000_000, None), False),
        (Count(1, exact=True), (900, 10), True),
        (Count(0, exact=True), (1, None), False),
        (Count(0, exact=False), (1, None), None),
        (Count(0, exact=True), (0, 0), True),
        (Count(1_000, exact=True), (0, 0), True),
        (Count(1_001, exact=True), (0, 0), False),
        (Count(0, exact=True), (None, 10), False),
        (Count(1, exact=False), (None, 10), True),
        (Count(0, exact=True), (None, 0), True),
        (Count(5, exact=True), (None, None), None),
    ],
)
def test_items_are_as_many_as_the_source_says(
    count: Count, source: tuple[int | None, int | None], *, ok: bool | None
) -> None:
    told = dict(zip(("item_count", "size_bytes"), source, strict=True))
    assert checks.of_items(count, told).ok is ok


@pytest.mark.parametrize(
    ("count", "source", "ok"),
    [
        (Count(100, exact=True), (100, 0), True),
        (Count(101, exact=True), (100, 0), False),
        (Count(99, exact=True), (100, 0), False),
        (Count(85, exact=True), (100, 15), True),
        (Count(115, exact=True), (100, 15), True),
        (Count(84, exact=True), (100, 15), False),
        (Count(116, exact=True), (100, 15), False),
        (Count(0, exact=True), (10, 15), True),
        (Count(0, exact=True), (0, 0), True),
        # Who counts no more than a part knows nothing of the rest.
        (Count(90, exact=False), (100, 0), None),
        (Count(90, exact=False), (100, 15), None),
        (Count(1, exact=False), (100, 15), None),
        (Count(116, exact=False), (100, 15), False),
        (Count(0, exact=False), (100, 0), None),
    ],
)
def test_items_of_a_chain_are_those_of_its_full_export_but_for_what_followed(
    count: Count, source: tuple[int, int], *, ok: bool | None
) -> None:
    told = dict(zip(("item_count", "changes"), source, strict=True))
    found = checks.of_items(count, {**told, "size_bytes": 4_000})
    assert found.ok is ok
    assert ("what followed it names 15" in found.detail) == (source[1] == 15)


@pytest.mark.parametrize(
    ("count", "told", "ok"),
    [
        (Count(40, exact=False), (100, 15), True),
        (Count(40, exact=False), (100, None), None),
        (Count(40, exact=False), (None, 15), None),
        (Count(0, exact=False), (100, 15), None),
        (Count(40, exact=False), (99, 15), False),
        (Count(40, exact=False), (100, 14), False),
        (Count(40, exact=False), (None, 14), False),
        (Count(100, exact=True), (99, 15), False),
        (Count(100, exact=True), (None, None), True),
        (Count(84, exact=True), (100, 15), False),
        (Count(116, exact=False), (100, 15), False),
    ],
)
def test_a_chain_too_large_to_count_is_proven_by_what_filled_it(
    count: Count, told: tuple[int | None, int | None], *, ok: bool | None
) -> None:
    proof = [
        {"by": "the import", "items": told[0], "expected": 100},
        {"by": "the refill", "items": told[1], "expected": 15},
    ]
    source = {"item_count": 100, "changes": 15, "size_bytes": 4_000}
    found = checks.of_items(count, source, proof)
    assert found.ok is ok
    said = "does not say how many" if told[0] is None else f"wrote {told[0]}"
    assert f"the import {said} of 100; the refill " in found.detail


@pytest.mark.parametrize(("items", "passed"), [(ITEMS, True), (ITEMS - 1, False), (None, False)])
def test_the_proof_comes_with_what_restored_the_table(
    plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch, items: int | None, *, passed: bool
) -> None:
    monkeypatch.setattr(reading.Reader, "count", lambda _: Count(1, exact=False))
    proof = [{"by": "the import", "items": items, "expected": ITEMS}]
    event = {
        "plan": {**plan, "source": {"item_count": ITEMS, "changes": 0}},
        "restore": {"chain": {"proof": proof}},
        "previous": {},
    }
    assert function.verify(tables.client, event, datetime.now(UTC))["passed"] is passed


def test_an_unknown_number_of_items_does_not_pass(plan: dict[str, Any]) -> None:
    answer = verify({**plan, "source": {"item_count": None, "size_bytes": None}})
    assert (answer["done"], answer["passed"]) == (True, False)
    assert "neither number nor size" in wrong(answer)["items"]


def test_a_lost_table_does_not_pass(plan: dict[str, Any]) -> None:
    table_of_moto().items.clear()
    answer = verify(plan)
    assert not answer["passed"]
    assert wrong(answer) == {"items": f"0 items; the source says about {ITEMS}"}


def reader(**answers: Callable[..., Any]) -> reading.Reader:
    """Return a reader of a table whose answers are given."""
    found = reading.Reader(
        None, tables.client("dynamodb").describe_table(TableName=TARGET)["Table"]
    )
    found.__dict__["_call"] = lambda operation, _resource, **request: answers[operation](**request)
    return found


def test_counting_is_bounded_and_gives_way_to_the_tables_throughput() -> None:
    tables.create_restored()
    pages = []

    def endless(**request: Any) -> dict[str, Any]:
        pages.append(request)
        return {"Count": 10, "LastEvaluatedKey": {"order_id": {"S": "x"}}}

    assert reader(scan=endless).count() == Count(10 * reading.MOST_PAGES, exact=False)
    assert pages[1]["ExclusiveStartKey"] == {"order_id": {"S": "x"}}
    throttled = ClientError(
        {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": ""}}, "Scan"
    )

    def after_one(**request: Any) -> dict[str, Any]:
        if "ExclusiveStartKey" in request:
            raise throttled
        return endless()

    assert reader(scan=after_one).count() == Count(10, exact=False)

    def at_once(**_: Any) -> dict[str, Any]:
        raise throttled

    with pytest.raises(ClientError):
        reader(scan=at_once).count()


# --- reads ----------------------------------------------------------------------------------------

ITEM = {"order_id": {"S": "o"}, "item_id": {"S": "1"}, "customer": {"S": "c"}, "date": {"S": "d"}}
MORE = {"LastEvaluatedKey": {"order_id": {"S": "x"}}}


def of_index(*, scan: Any = (ITEM,), query: Any, item: Any = ITEM) -> dict[str, checks.Check]:
    tables.create_restored()
    found = reader(
        scan=lambda **_: {"Items": list(scan)},
        query=lambda **_: query,
        get_item=lambda **_: {"Item": item} if item else {},
    )
    return {each.check: each for each in found.checks()}


@pytest.mark.parametrize(
    ("query", "item", "ok"),
    [
        ({"Items": [ITEM]}, ITEM, True),
        ({"Items": []}, ITEM, NOT_YET),
        # The key has more entries than are read: those that are lead to items, or do not.
        ({"Items": [{**ITEM, "order_id": {"S": "p"}}], **MORE}, ITEM, True),
        ({"Items": [{**ITEM, "order_id": {"S": "p"}}], **MORE}, None, NOT_YET),
    ],
)
def test_sampled_items_are_found_by_each_index(query: Any, item: Any, *, ok: bool | str) -> None:
    found = of_index(query=query, item=item)
    assert found["reads of index by_customer"].ok == ok
    assert found["reads of index by_date"].ok == ok


def test_sampled_items_are_found_by_their_keys() -> None:
    assert of_index(query={"Items": [ITEM]}, item=None)["reads of the table"].ok == NOT_YET


@pytest.mark.parametrize(("item", "ok"), [(ITEM, True), (None, NOT_YET)])
def test_a_sparse_index_is_read_from_its_own_entries(item: Any, *, ok: bool | str) -> None:
    other_type = {**ITEM, "customer": {"N": "1"}}
    found = of_index(scan=(other_type,), query={"Items": [ITEM]}, item=item)
    assert found["reads of index by_customer"].ok == ok


def test_an_empty_table_is_read_too() -> None:
    found = of_index(scan=(), query={"Items": []})
    assert {each.ok for each in found.values()} == {True}
    assert "without an item" in found["reads of the table"].detail
    assert "without an entry" in found["reads of index by_customer"].detail


def test_the_handler_takes_its_payload(
    plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(function, "client_maker", lambda: tables.client)
    event = {"plan": plan, "settings": {"left": []}, "previous": {}}
    answer, log = tables.logged(lambda: function.handler(event, None))
    assert set(answer) == {"done", "wait_seconds", "passed", "checks", "since"}
    assert {frozenset(each) for each in answer["checks"]} == {frozenset(("check", "ok", "detail"))}
    assert log[-1] == {"decision": "verified", "passed": True, "done": True, "wrong": []}
