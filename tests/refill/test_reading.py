"""What is there to be written, and what the table is, as far as whoever asks may look."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from generator.executions.stopped import StoppedError
from generator.refill.reading import Found, found, target_of
from tests.refill.fakes import CATALOGUE, EXPORTS, MANIFEST, NAME, URI, World, the_table, what
from tests.restore.fakes import error

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
FULL, FIRST, SECOND = "2026-11-24T01:00:00Z", "2026-11-24T07:00:00Z", "2026-11-24T13:00:00Z"
DUMP = f"s3://{EXPORTS}/dumps/2016/"


def looked(world: World, **options: Any) -> Found:
    return found(what(**options), world.client, lambda _: None, NOW)


# --- a chain --------------------------------------------------------------------------------------


def test_a_chain_is_chosen_as_a_restore_chooses_it(world: World) -> None:
    world.buckets()
    full = world.record(FULL, FULL, items=1000, billed_bytes=2_000_000)
    world.record(FULL, FIRST, items=50)
    world.record(FIRST, SECOND, items=60)
    newest = looked(world, chain=True)
    assert newest.source == {
        "kind": "chain",
        "table_arn": the_table().arn,
        "full": full,
        "until": SECOND,
        "skip_full": False,
    }
    assert [(part.kind, part.items) for part in newest.parts] == [
        ("full", 1000),
        ("incremental", 50),
        ("incremental", 60),
    ]
    assert "as of 2026-11-24 13:00:00 UTC" in newest.told
    earlier = looked(world, chain=True, at="2026-11-24T12:59:59Z")
    assert (earlier.source["until"], len(earlier.parts)) == (FIRST, 2)
    assert looked(world, chain=True, at=FULL).source["until"] == FULL


def test_a_chain_that_does_not_lead_there_is_said(world: World) -> None:
    world.buckets()
    with pytest.raises(StoppedError) as none:
        looked(world, chain=True)
    assert "`holdfast points prod order_transaction` lists the chains" in none.value.fix
    world.record(FIRST, SECOND)
    with pytest.raises(StoppedError, match="no point can be restored"):
        looked(world, chain=True)
    world.record(FULL, FULL)
    with pytest.raises(StoppedError, match="2026-11-24 01:00:00 UTC"):
        looked(world, chain=True, at="2026-11-23T00:00:00Z")
    world.put(CATALOGUE, f"catalog/exports/111111111111/eu-central-1/{NAME}/x", "noise")
    assert looked(world, chain=True).source["until"] == FULL


def test_a_record_that_is_none_stops_it(world: World) -> None:
    world.buckets()
    world.record(FULL, FULL)
    key = world.record(FULL, FIRST)
    world.put(CATALOGUE, key, "[]")
    with pytest.raises(StoppedError, match="is no record of an export"):
        looked(world, chain=True)


def test_a_catalogue_that_cannot_be_read_is_said(world: World) -> None:
    with pytest.raises(StoppedError) as stopped:
        looked(world, chain=True)
    assert f"the catalogue {CATALOGUE} cannot be read: NoSuchBucket" in str(stopped.value)
    assert "deploy the template recovery of prod" in stopped.value.fix


# --- an export, and a dump ------------------------------------------------------------------------


def test_an_export_is_counted_by_its_manifests(world: World) -> None:
    world.buckets()
    world.export([3, 0, 4])
    told = looked(world)
    (part,) = told.parts
    assert (part.kind, part.files, part.items, part.size_bytes) == ("full", 3, 7, 14_336)
    assert told.told.startswith("full export of arn:aws:dynamodb:")
    assert told.source["manifest_key"] == MANIFEST
    window = {"exportFromTime": FULL, "exportToTime": FIRST, "exportTime": None}
    world.export([3], **window)
    told = looked(world)
    assert told.parts[0].kind == "incremental"
    assert f"from {FULL} to {FIRST}" in told.told


def test_an_export_that_is_not_whole_stops_it(world: World) -> None:
    world.buckets()
    with pytest.raises(StoppedError, match=r"the manifest s3://.* is not there"):
        looked(world)
    world.put(EXPORTS, MANIFEST, "{")
    with pytest.raises(StoppedError, match="is no manifest"):
        looked(world)
    world.put(EXPORTS, MANIFEST, {"manifestFilesS3Key": "x/AWSDynamoDB/none"})
    with pytest.raises(StoppedError, match="is not there"):
        looked(world)


def test_what_only_the_state_machine_may_read_is_left_to_it(world: World) -> None:
    def deny(**_: Any) -> None:
        raise error("AccessDenied", "GetObject", 403)

    s3 = world.client("s3")
    s3.meta.events.register("before-call.s3", deny)
    for uri in (URI, DUMP):
        told = found(what(source=uri), lambda _: s3, lambda _: None, NOW)
        assert told.parts == ()
        (unsure,) = told.unsure
        assert "AccessDenied" in unsure
        assert "allow s3:ListBucket and s3:GetObject" in unsure


@pytest.mark.parametrize("given", [DUMP, DUMP.rstrip("/"), f"{DUMP}manifest"])
def test_a_dump_is_counted_by_its_files(world: World, given: str) -> None:
    world.buckets()
    for key, body in (
        ("dumps/2016/part-0", "abc"),
        ("dumps/2016/part-1", "defg"),
        ("dumps/2016/manifest", "{}"),
        ("dumps/2016/_SUCCESS", ""),
        ("dumps/2016/empty", ""),
        ("dumps/2016_$folder$", "x"),
        ("dumps/2016-other/part-0", "abcdef"),
    ):
        world.put(EXPORTS, key, body)
    told = looked(world, source=given)
    (part,) = told.parts
    assert (part.files, part.stored_bytes, part.items) == (2, 7, None)
    assert told.source["prefix"] == "dumps/2016/"
    one = looked(world, source=f"{DUMP}part-1")
    assert (one.parts[0].files, one.source["prefix"]) == (1, "dumps/2016/part-1")
    with pytest.raises(StoppedError, match="there is no file below"):
        looked(world, source=f"s3://{EXPORTS}/nothing/")


# --- the table ------------------------------------------------------------------------------------


def test_a_table_that_is_not_there_is_not_made(world: World) -> None:
    with pytest.raises(StoppedError) as stopped:
        target_of(what(), world.client)
    assert f"there is no table {NAME}" in str(stopped.value)
    assert f"`holdfast restore prod {NAME}`" in stopped.value.fix


def test_whether_it_has_items_is_looked_at_and_not_counted(world: World) -> None:
    world.table()
    assert target_of(what(), world.client).has_items is False
    world.client("dynamodb").put_item(
        TableName=NAME, Item={"order_id": {"S": "a"}, "item_id": {"S": "b"}}
    )
    assert target_of(what(), world.client).has_items is True


class Tables:
    """A table as DescribeTable tells it, and what a scan raises or returns."""

    def __init__(self, scanned: Any, **described: Any) -> None:
        self.scanned, self.described = scanned, described

    def describe_table(self, **_: Any) -> Any:
        if "raises" in self.described:
            raise self.described["raises"]
        return {"Table": self.described}

    def scan(self, **_: Any) -> Any:
        if isinstance(self.scanned, Exception):
            raise self.scanned
        return self.scanned


DENIED = error("AccessDeniedException", "Scan")


def test_what_is_not_known_of_the_table_is_not_taken_for_empty() -> None:
    for tables in (Tables(DENIED, ItemCount=0), Tables({}, raises=DENIED)):
        target = target_of(what(), lambda _, tables=tables: tables)
        assert target.has_items is None
        (unsure,) = target.unsure
        assert "AccessDeniedException" in unsure
    counted = Tables(DENIED, ItemCount=1)
    assert target_of(what(), lambda _: counted).has_items is True


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"])
def test_a_table_that_is_not_ready_is_not_written(status: str) -> None:
    tables = Tables({}, TableStatus=status)
    with pytest.raises(StoppedError, match=f"is {status}"):
        target_of(what(), lambda _: tables)


ON_DEMAND = {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
GLOBAL = {
    "TableArn": "arn:aws:dynamodb:eu-central-1:111111111111:table/t",
    "GlobalSecondaryIndexes": [{}, {}],
    "Replicas": [{"RegionName": "eu-central-1"}, {"RegionName": "eu-west-1"}],
}


@pytest.mark.parametrize(
    ("table", "asked_for", "units", "why", "copies"),
    [
        (ON_DEMAND, None, 4_000, "a new on-demand table", 1),
        (ON_DEMAND, 70, 70, "--write-units", 1),
        (ON_DEMAND | {"OnDemandThroughput": {"MaxWriteRequestUnits": 5}}, None, 5, "limit", 1),
        (ON_DEMAND | {"OnDemandThroughput": {"MaxWriteRequestUnits": -1}}, None, 4_000, "new", 1),
        (ON_DEMAND | {"WarmThroughput": {"WriteUnitsPerSecond": 9_000}}, None, 9_000, "warm", 1),
        ({"ProvisionedThroughput": {"WriteCapacityUnits": 20}}, None, 20, "provisioned", 1),
        (
            ON_DEMAND | GLOBAL,
            None,
            4_000,
            "",
            6,
        ),
        (ON_DEMAND | {"LocalSecondaryIndexes": [{}]}, None, 4_000, "", 2),
    ],
)
def test_what_a_table_takes_a_second(
    table: dict[str, Any], asked_for: int | None, units: int, why: str, copies: int
) -> None:
    tables = Tables({}, ItemCount=0, **table)
    told = target_of(what(), lambda _: tables).throughput(asked_for)
    assert (told.units, told.copies) == (units, copies)
    assert why in told.why
