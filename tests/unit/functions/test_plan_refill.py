"""Chains of exports are loaded round by round, each only when the one before is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_refill.handler import plan
from tests.unit.functions import refilling
from tests.unit.functions.places import (
    ACCOUNT,
    BUCKET,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    connect,
)
from tests.unit.functions.refilling import (
    EXPORTS,
    NOW,
    PLACE,
    REPLICA,
    TARGET,
    TARGET_ARN,
    at,
    chain,
    event,
    execution,
    export,
    listed,
    loaded,
    planned,
    request,
    run,
)
from tests.unit.functions.tables import ARN

pytestmark = pytest.mark.usefixtures("local_places")


@pytest.fixture(autouse=True)
def _a_table(local_places: None) -> None:
    refilling.begin()


def names(items: list[dict[str, Any]]) -> list[list[str]]:
    """The files of each child, as hour of the window's end and number."""

    def name(key: str) -> str:
        identity, _, number = key.rpartition("/")[2].removesuffix(".json.gz").rpartition("-")
        hours = (int(identity.partition("-")[0]) / 1000 - at(0).timestamp()) / 3600
        return f"{hours:g}-{number}"

    return [[name(file["key"]) for file in item["files"]] for item in items]


# --- what is loaded, and in which order -----------------------------------------------------------


def test_a_chain_is_its_full_export_and_then_its_windows_in_order() -> None:
    full = export(0)
    for hours in range(0, 18, 6):
        export(hours, hours + 6)
    end, lists = run(request(chain(full, 12)))
    # Files without items are nothing to load.
    assert [names(each) for each in lists] == [
        [["0-0"], ["0-2"]],
        [["6-0", "6-2", "12-0", "12-2"]],
    ]
    assert (end["action"], end["error"], end["rounds_total"]) == ("report", None, 2)


def test_what_a_plan_and_its_list_tell() -> None:
    full = export(0)
    found = planned(request(chain(full, 0)))
    assert found == {
        "action": "load",
        "wait_seconds": 0,
        "folder": "work/refills/run-1/",
        "round": 0,
        "rounds_total": 1,
        "list": {
            "bucket": BUCKET,
            "key": "work/refills/run-1/00000/list.json",
            "results_prefix": "work/refills/run-1/00000/results",
        },
        "items": 2,
        "children": 2,
        "load": {
            "table": {"name": TARGET, "arn": TARGET_ARN},
            "keys": ["order_id", "item_id"],
            "bucket": BUCKET,
            "folder": "work/refills/run-1/00000/progress/",
            "write_units": 10,
            "fence": execution()["arn"],
        },
        "fence": {"taken_from": None, "taken_at": "2026-11-25T01:00:00Z", "waited": True},
        "thawing": {
            "round": 0,
            "at": 0,
            "position": 2,
            "waiting": 0,
            "asked": 0,
            "is_ahead": False,
        },
        "checking": None,
        "sums": None,
        "error": None,
        "table_id": connect("dynamodb").describe_table(TableName=TARGET)["Table"]["TableId"],
        "source": f"full export of 2026-11-01T00:00:00Z and 0 incremental ones up to "
        f"2026-11-01T00:00:00Z, of table {ARN}",
        "source_table_arn": ARN,
        "format": "dynamodb_json",
    }
    first, second = listed(found)
    (file,) = first["files"]
    etag = connect("s3").head_object(Bucket=EXPORTS, Key=file["key"])["ETag"].strip('"')
    assert (first["index"], second["index"]) == (0, 1)
    assert file == {
        "bucket": EXPORTS,
        "key": file["key"],
        "region": REGION,
        "account_id": ACCOUNT,
        "etag": etag,
        "md5": "md5-0",
        "items": 10,
        "bytes": None,
        "format": "dynamodb_json",
        "kind": "full",
        "compression": "GZIP",
    }


def test_keys_without_the_prefix_are_found_with_it() -> None:
    full = export(0, spelled=False)
    (first, _) = listed(planned(request(chain(full, 0))))
    assert first["files"][0]["key"].startswith("gold/full/orders/AWSDynamoDB/")


def test_windows_with_much_in_them_are_rounds_of_their_own() -> None:
    full = export(0)
    for hours in range(0, 30, 6):
        export(hours, hours + 6, counts=(5, 7), bytes=10**9 if hours in {6, 12} else 100)
    _, lists = run(request(chain(full, 30)))
    assert [names(each) for each in lists[1:]] == [
        [["6-0"], ["6-1"]],
        [["12-0"], ["12-1"]],
        [["18-0"], ["18-1"]],
        [["24-0", "24-1", "30-0", "30-1"]],
    ]
    assert {file["kind"] for each in lists[1:] for item in each for file in item["files"]} == {
        "incremental"
    }


def test_a_full_export_that_was_imported_is_left_out() -> None:
    full = export(0)
    export(0, 6)
    end, lists = run(request(chain(full, 6, skip_full=True)))
    assert [names(each) for each in lists] == [[["6-0"], ["6-2"]]]
    assert end["source"].endswith(", of which the full one is there already")


@pytest.mark.parametrize("more", [{}, {"skip_full": True}])
def test_where_nothing_has_items_there_is_nothing_to_load(more: dict[str, bool]) -> None:
    full = export(0, counts=(0, 0))
    export(0, 6, counts=())
    end, lists = run(request(chain(full, 6, **more)))
    assert (lists, end["action"], end["error"], end["rounds_total"]) == ([], "report", None, 0)


def test_a_chain_is_read_as_it_was_when_the_refill_began() -> None:
    full = export(0)
    export(0, 24)
    asked = request(chain(full, 24))
    first = planned(asked)
    loaded(first)
    export(0, 6)
    assert names(listed(planned(asked, first))) == [["24-0"], ["24-2"]]


# --- where it lies --------------------------------------------------------------------------------


def test_of_a_bucket_that_cannot_be_read_the_replica_is() -> None:
    full = export(0, buckets=(EXPORTS, REPLICA))
    for each in connect("s3").list_objects_v2(Bucket=EXPORTS)["Contents"]:
        connect("s3").delete_object(Bucket=EXPORTS, Key=each["Key"])
    connect("s3").delete_bucket(Bucket=EXPORTS)
    (first, _) = listed(planned(request(chain(full, 0))))
    file = first["files"][0]
    assert [file[name] for name in ("bucket", "region", "account_id")] == [
        *(REPLICA, OTHER_REGION, OTHER_ACCOUNT)
    ]


def test_a_destination_reads_the_replica_that_it_holds() -> None:
    full = export(0, buckets=(REPLICA,))
    place = {**PLACE, "is_destination": True, "export_buckets": PLACE["export_buckets"][1:]}
    (first, _) = listed(planned(request(chain(full, 0)), place=place))
    assert first["files"][0]["bucket"] == REPLICA
    # Which is encrypted with another key: only what its content is can be compared.
    assert (first["files"][0]["etag"], first["files"][0]["md5"]) == (None, "md5-0")


def test_an_export_in_a_bucket_that_is_not_read_here_is_refused() -> None:
    full = export(0)
    refused(request(chain(full, 0)), "reads none of these buckets", export_buckets=[])


# --- the table and its budget ---------------------------------------------------------------------


def refused(asked: dict[str, Any], says: str, **place: Any) -> str:
    with pytest.raises(RefusedError, match=says) as raised:
        plan(connect, event(asked, place={**PLACE, **place}), NOW)
    return str(raised.value)


@pytest.mark.parametrize(
    ("more", "children", "units"),
    [
        ({}, 2, 10),  # the 20 units of the table, 10 of each child at least
        ({"write_units": 1_000}, 3, 1_000 / 3),
        ({"write_units": 1_000, "most_children": 2}, 2, 500),
        ({"write_units": 5}, 1, 5),
    ],
)
def test_children_share_the_units(more: dict[str, int], children: int, units: float) -> None:
    full = export(0, counts=(1, 2, 3))
    found = planned(request(chain(full, 0), **more))
    assert (found["children"], found["load"]["write_units"]) == (children, units)


def test_a_table_on_demand_has_no_budget_and_a_table_without_sort_key_one_key() -> None:
    connect("dynamodb").delete_table(TableName=TARGET)
    connect("dynamodb").create_table(
        TableName=TARGET,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    full = export(0, counts=[1] * 50)
    found = planned(request(chain(full, 0)))
    assert (found["children"], found["load"]["write_units"]) == (40, None)
    assert found["load"]["keys"] == ["id"]


def test_a_table_that_is_not_there_or_another_is_refused() -> None:
    full = export(0)
    asked = request(chain(full, 0))
    refused({**asked, "table": {"name": TARGET, "arn": ARN}}, f"is {TARGET_ARN} here, not {ARN}")
    connect("dynamodb").delete_table(TableName=TARGET)
    refused(asked, f"there is no table {TARGET} in {REGION}")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"table": {"name": TARGET}}, "lacks table.arn"),
        ({"source": {"kind": "tape"}}, "source.kind is tape"),
        ({"source": {"kind": "chain", "table_arn": ARN}}, "lacks source.full, source.until"),
        ({"source": {"kind": "dump", "bucket": "b"}}, "lacks source.prefix"),
        ({"write_units": 0}, "write_units is 0"),
        ({"most_children": 5_000}, "most_children is 5000: give a number from 1 to 1000"),
        ({"resume": "../other"}, "resume is ../other"),
    ],
)
def test_a_request_that_says_too_little_or_nonsense_is_refused(
    change: dict[str, Any], says: str
) -> None:
    refused({**request({"kind": "export", "bucket": "b", "manifest_key": "k"}), **change}, says)


# --- what is not right with a chain ---------------------------------------------------------------


def test_a_gap_is_refused() -> None:
    full = export(0)
    export(0, 6)
    export(12, 18)
    said = refused(request(chain(full, 18)), "cannot give 2026-11-01T18:00:00Z")
    assert "Ask for 2026-11-01T06:00:00Z, which it gives" in said


def test_a_record_of_no_full_export_or_time_is_refused() -> None:
    full = export(0)
    refused(request(chain("catalog/x.json", 0)), "is no key of a record")
    refused(request({**chain(full, 0), "until": "soon"}), "source.until is soon")
    missing = store.record_key(ARN, at(1), at(1), "full")
    refused(request(chain(missing, 6)), "has no record")


def test_windows_of_a_table_that_was_created_anew_are_refused() -> None:
    full = export(0)
    export(0, 6, table={"name": "orders", "arn": ARN, "id": "b"})
    refused(request(chain(full, 6)), "was created anew")


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", json.dumps({"items": 1}).encode()])
def test_a_damaged_record_is_refused(body: bytes) -> None:
    full = export(0)
    connect("s3").put_object(Bucket=BUCKET, Key=full, Body=body)
    said = refused(request(chain(full, 0)), "is no record of an export that can be read")
    assert f"--prefix {full}" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"files": 2}, "lists 3 files with 30 items, and there should be 2 with 30"),
        ({"items": 31}, "itemCount of s3://.* is 30, not 31"),
        ({"export_arn": "another"}, "exportArn of s3://.* is .*, not another"),
        ({"format": "CSV"}, "format CSV"),
    ],
)
def test_a_manifest_that_is_not_the_recorded_one_is_refused(
    change: dict[str, Any], says: str
) -> None:
    full = export(0, **change)
    refused(request(chain(full, 0)), says)


@pytest.mark.parametrize("name", ["summary", "files"])
@pytest.mark.parametrize("body", [None, b"{", b"[1]"])
def test_a_manifest_that_is_missing_or_damaged_is_refused(name: str, body: bytes | None) -> None:
    full = export(0)
    key = catalogue.read(connect("s3"), BUCKET, full)["manifest_key"].replace("summary", name)
    connect("s3").delete_object(Bucket=EXPORTS, Key=key)
    if body is not None:
        connect("s3").put_object(Bucket=EXPORTS, Key=key, Body=body)
    said = refused(request(chain(full, 0)), f"manifest-{name}.json")
    assert "list-object-versions" in said


def test_a_file_that_is_missing_or_changed_is_named_before_anything_is_loaded() -> None:
    full = export(0)
    asked = request(chain(full, 0))
    key = listed(planned(asked))[1]["files"][0]["key"]
    connect("s3").put_object(Bucket=EXPORTS, Key=key, Body=b"another")
    refused(asked, f"s3://{EXPORTS}/{key} has ETag")
    connect("s3").delete_object(Bucket=EXPORTS, Key=key)
    refused(asked, f"s3://{EXPORTS}/{key} is not there")


def test_a_table_that_is_being_made_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    full = export(0)
    api, describe = connect("dynamodb"), connect("dynamodb").describe_table

    def creating(**given: Any) -> Any:
        answer = describe(**given)
        answer["Table"]["TableStatus"] = "CREATING"
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(api, "describe_table", creating)
        found = planned(request(chain(full, 0)))
    assert (found["action"], found["wait_seconds"]) == ("wait", 30)
    assert planned(request(chain(full, 0)), found)["action"] == "load"
