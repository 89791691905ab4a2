"""A restore from a chain of exports is planned from the catalogue alone, to one of its moments."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_restore.handler import plan
from tests.unit.functions import chaining, places, tables
from tests.unit.functions.chaining import DAY, HOUR, PLACE, event, export_arn, planned, record
from tests.unit.functions.faults import DENIED, FOR_EVER, TIMED_OUT
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import ACCOUNT, BUCKET, OTHER_ACCOUNT, OTHER_REGION, connect
from tests.unit.functions.tables import ARN, REGION, TABLE, TARGET

pytestmark = pytest.mark.usefixtures("local_places")
LIST, GET = "s3:ListObjectsV2", "s3:GetObject"


@pytest.fixture
def full() -> datetime:
    """The time of a full export of ten days ago, with three windows of six hours after it."""
    start = chaining.hours_ago(240)
    record(start)
    for number in range(3):
        record(start + number * 6 * HOUR, start + (number + 1) * 6 * HOUR)
    return start


def at(moment: datetime) -> dict[str, str]:
    return {"at": moment.isoformat()}


# --- what is planned ------------------------------------------------------------------------------


def test_the_full_export_is_imported_and_what_followed_is_refilled(full: datetime) -> None:
    found = planned()
    arn, until = export_arn(full), full + 18 * HOUR
    assert (found["operation"], found["copy"]) == ("RestoreChain", None)
    assert found["source"] == {
        "kind": "export",
        "id": arn,
        "time": until.isoformat(timespec="seconds"),
        "vault_name": None,
        "account_id": ACCOUNT,
        "region": REGION,
        "item_count": 100,
        "size_bytes": 4_000,
        "changes": 15,
    }
    parameters = found["parameters"]
    prefix = chaining.data_prefix(arn)
    token = parameters.pop("token")
    index = found["settings"]["global_indexes"]["by_customer"]
    assert parameters == {
        "create": {
            "TableName": TABLE,
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("customer", "item_id", "order_id")
            ],
            "KeySchema": found["settings"]["key_schema"],
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": {"Enabled": False},
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by_customer",
                    "KeySchema": index["KeySchema"],
                    "Projection": index["Projection"],
                }
            ],
        },
        "import": {
            "S3BucketSource": {
                "S3Bucket": chaining.EXPORTS,
                "S3BucketOwner": ACCOUNT,
                "S3KeyPrefix": prefix,
            },
            "InputFormat": "DYNAMODB_JSON",
            "InputCompressionType": "GZIP",
        },
        "files": {"buckets": PLACE["export_buckets"], "prefix": prefix, "count": 3},
        "refill": {
            "table": {"name": TABLE, "arn": ARN, "key": "orders"},
            "source": {
                "kind": "chain",
                "table_arn": ARN,
                "full": store.record_key(ARN, full, full, "full"),
                "until": catalogue.iso(until),
                "skip_full": True,
            },
            "write_units": None,
            "most_children": None,
            "resume": None,
            "quiet": True,
            "poll_seconds": 30,
        },
        "refill_machine_arn": chaining.MACHINE,
        "catalogue_bucket": BUCKET,
        "full_record": store.record_key(ARN, full, full, "full"),
        "table_id": None,
    }
    assert f"Export chain {arn} as of {until:%Y-%m-%d %H:%M:%S} UTC" in found["why"]
    assert "imported, and 3 incremental exports of 15 items written after it." in found["why"]
    assert "on demand without a maximum, for the units of every day would" in found["why"]
    assert planned()["parameters"]["token"] == token
    for other in ({"target_name": TARGET}, {"point": at(until - HOUR)}):
        assert planned(**other)["parameters"]["token"] != token


def test_at_its_own_time_a_full_export_is_imported_and_nothing_refilled(full: datetime) -> None:
    parameters = planned(point=at(full))["parameters"]
    assert parameters["import"] is not None
    assert parameters["refill"] is None
    found = planned(point=at(full), load="refill")
    assert found["parameters"]["import"] is found["parameters"]["files"] is None
    assert found["parameters"]["refill"]["source"]["skip_full"] is False
    assert "written into it: the request asks for it." in found["why"]
    assert found["source"]["changes"] == 0


def test_a_table_with_local_indexes_is_created_and_refilled(full: datetime) -> None:
    found = planned(settings=tables.settings())
    create = found["parameters"]["create"]
    assert create["LocalSecondaryIndexes"] == [
        {"IndexName": "by_date", **found["settings"]["local_indexes"]["by_date"]}
    ]
    assert [each["AttributeName"] for each in create["AttributeDefinitions"]] == [
        *("customer", "date", "item_id", "order_id")
    ]
    assert found["parameters"]["import"] is None
    assert found["parameters"]["refill"]["source"]["skip_full"] is False
    assert "an import makes no local index" in found["why"]
    # The service would take it as it stands.
    connect("dynamodb").create_table(**create)


@pytest.mark.parametrize(
    ("members", "why"),
    [({"files": 50_001}, "no more than 50,000 files"), ({"items": 0}, "has no item")],
)
def test_what_cannot_be_imported_is_refilled(members: dict[str, Any], why: str) -> None:
    record(chaining.hours_ago(30), **members)
    found = planned()
    assert found["parameters"]["import"] is None
    assert found["parameters"]["refill"] is not None
    assert why in found["why"]


def test_units_and_maxima_are_never_left_to_aws(full: datetime) -> None:
    bare = {**chaining.SETTINGS, "throughput": None}
    bare["global_indexes"] = {
        "by_customer": {**bare["global_indexes"]["by_customer"], "throughput": None}
    }
    alone = at(full)  # with nothing to refill
    found = planned(settings=bare, point=alone)
    assert "on demand" not in found["why"]
    create = found["parameters"]["create"]
    assert create["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 1}
    (index,) = create["GlobalSecondaryIndexes"]
    assert index["ProvisionedThroughput"] == {"ReadCapacityUnits": 1, "WriteCapacityUnits": 3}
    most = {"MaxWriteRequestUnits": 40}
    bare |= {"billing_mode": "PAY_PER_REQUEST", "on_demand_throughput": most}
    create = planned(settings=bare, point=alone)["parameters"]["create"]
    assert (create["BillingMode"], create["OnDemandThroughput"]) == ("PAY_PER_REQUEST", most)
    assert "ProvisionedThroughput" not in {**create, **create["GlobalSecondaryIndexes"][0]}
    found = planned(settings=bare)
    assert "OnDemandThroughput" not in found["parameters"]["create"]
    assert "for its maxima would slow that down; they are set afterwards" in found["why"]


@pytest.mark.parametrize("load", ["import", "refill"])
def test_what_is_refilled_is_on_demand_meanwhile(full: datetime, load: str) -> None:
    create = planned(load=load)["parameters"]["create"]
    assert create["BillingMode"] == "PAY_PER_REQUEST"
    owners = (create, *create["GlobalSecondaryIndexes"])
    assert not any("ProvisionedThroughput" in each for each in owners)
    connect("dynamodb").create_table(**create)


def test_an_unknown_way_to_load_is_refused(full: datetime) -> None:
    with pytest.raises(RefusedError, match="`load` is import or refill, and this is none: magic"):
        planned(load="magic")


# --- which moment ---------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [0, 0.5, 6, 11.9, 12, 17, 18, 200])
def test_a_time_gives_the_last_moment_that_is_not_later(full: datetime, hours: float) -> None:
    found = planned(point=at(full + timedelta(hours=hours)))
    moment = full + min(hours // 6, 3) * 6 * HOUR
    assert datetime.fromisoformat(found["source"]["time"]) == moment
    for arn in (export_arn(full),):
        point = {"id": arn, **at(full + timedelta(hours=hours))}
        assert planned(point=point)["source"]["time"] == found["source"]["time"]


def test_a_time_before_the_chain_is_refused_with_what_there_is(full: datetime) -> None:
    early = at(full - HOUR)
    with pytest.raises(RefusedError, match="the oldest export chain") as refused:
        planned(point=early)
    assert f"as of {full:%Y-%m-%d %H:%M:%S} UTC" in str(refused.value)
    with pytest.raises(RefusedError, match="before the first moment of export chain"):
        planned(point={"id": export_arn(full), **early})


def test_the_next_moment_of_the_same_chain_is_named(full: datetime) -> None:
    why = planned(point=at(full + 7 * HOUR))["why"]
    later = f"as of {full + 12 * HOUR:%Y-%m-%d %H:%M:%S} UTC (later than asked for)"
    assert later in why
    assert "its data is 1 h 0 min older than asked for" in why


def test_other_sources_come_first_where_they_are_as_new(full: datetime) -> None:
    places.create_table(days=35)
    assert planned()["source"]["kind"] == "point_in_time"
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    places.delete_table()
    assert planned()["source"]["kind"] == "native"
    # Point-in-time recovery and backups are younger than what is asked for.
    assert planned(point=at(full + HOUR))["source"]["id"] == export_arn(full)


def test_of_several_chains_the_one_with_the_nearest_moment_is_taken(full: datetime) -> None:
    second = full + 5 * DAY
    record(second)
    record(second - HOUR, second + 5 * HOUR)  # went on over the full export
    assert planned()["source"]["id"] == export_arn(second)
    found = planned(point=at(second + 6 * HOUR))
    assert found["source"]["time"] == (second + 5 * HOUR).isoformat(timespec="seconds")
    assert planned(point=at(second - HOUR))["source"]["id"] == export_arn(full)
    assert planned(point={"id": export_arn(full)})["source"]["time"] == (
        full + 18 * HOUR
    ).isoformat(timespec="seconds")


def test_documents_are_read_only_as_far_as_they_are_needed(full: datetime) -> None:
    for number in range(1, 9):
        record(full + number * DAY)
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        planned(point=at(full + 4 * DAY + HOUR))
        read = [call for call in interceptor.calls if call.startswith(GET)]
    # The one before, the one after.
    assert len(read) == 2
    with interceptor.on([connect("s3")]):
        interceptor.calls.clear()
        places.create_table(days=35)
        planned(point={"id": "point-in-time"})
        assert not [call for call in interceptor.calls if call.startswith(LIST)]


def test_a_missing_window_ends_the_chain(full: datetime) -> None:
    record(full + 24 * HOUR, full + 30 * HOUR)
    found = planned()
    assert found["source"]["time"] == (full + 18 * HOUR).isoformat(timespec="seconds")
    assert "an export in between, is missing in the catalogue)" in found["why"]


# --- what is unusable -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"keep_days": 10}, "past its retention"),
        (
            {"bucket": "gone", "replicas": ["gone-too"]},
            "it lies in gone, gone-too, and none of these is a bucket of exports",
        ),
        ({"table": {"arn": f"{ARN}s"}}, "is no record of an export"),
        ({"items": "8"}, "is no record of an export"),
    ],
)
def test_what_cannot_be_restored_is_passed_over_and_named(members: Any, why: str) -> None:
    start = chaining.hours_ago(240)
    record(start, **members)
    with pytest.raises(RefusedError, match="no point can be restored") as refused:
        planned()
    assert why in str(refused.value)
    older = start - DAY
    record(older)
    found = planned()
    assert found["source"]["id"] == export_arn(older)
    assert why in found["why"]


def test_a_record_that_is_no_json_is_named(full: datetime) -> None:
    key = store.record_key(ARN, full, full, "full")
    connect("s3").put_object(Bucket=BUCKET, Key=key, Body=b"{")
    with pytest.raises(RefusedError, match=f"s3://{BUCKET}/{key} is no record of an export"):
        planned()


# --- where it lies --------------------------------------------------------------------------------


def test_a_replica_is_read_where_the_original_is_none_of_the_buckets(full: datetime) -> None:
    there = {**PLACE, "export_buckets": PLACE["export_buckets"][1:]}
    found = planned(there)
    assert (found["source"]["account_id"], found["source"]["region"]) == (
        OTHER_ACCOUNT,
        OTHER_REGION,
    )
    source = found["parameters"]["import"]["S3BucketSource"]
    assert (source["S3Bucket"], source["S3BucketOwner"]) == (chaining.REPLICA, OTHER_ACCOUNT)


def test_a_destination_reads_its_own_catalogue_and_replica(full: datetime) -> None:
    elsewhere = {
        **PLACE,
        "account_id": OTHER_ACCOUNT,
        "region": OTHER_REGION,
        "is_destination": True,
        "vaults": [],
    }

    def from_there(service: str, **more: Any) -> Any:
        return connect(service, **more)

    found = plan(from_there, event(elsewhere, owner=None), datetime.now(UTC))
    names = [each["name"] for each in found["parameters"]["files"]["buckets"]]
    assert names == [chaining.REPLICA, chaining.EXPORTS]  # the nearest first
    assert found["target"]["arn"].startswith(f"arn:aws:dynamodb:{OTHER_REGION}:{OTHER_ACCOUNT}:")
    refill = found["parameters"]["refill"]
    assert (refill["table"]["arn"], refill["source"]["table_arn"]) == (found["target"]["arn"], ARN)


def test_a_place_without_buckets_of_exports_looks_for_none(full: datetime) -> None:
    with pytest.raises(RefusedError, match="no point can be restored"):
        planned({**PLACE, "export_buckets": []})
    with pytest.raises(RefusedError, match="no point can be restored"):
        planned(places.PLACE)


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [LIST, GET])
def test_a_catalogue_that_cannot_be_read_is_named(full: datetime, operation: str) -> None:
    places.create_table(days=35)
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        interceptor.fail(operation, DENIED, FOR_EVER)
        found = planned(point=at(datetime.now(UTC)))
    assert found["source"]["kind"] == "point_in_time"
    action = "s3:ListBucket" if operation == LIST else GET
    assert f"chains of exports in the catalogue {BUCKET}" in found["why"]
    assert f"allow {action} on s3://{BUCKET}/catalog/exports/" in found["why"]


def test_a_catalogue_that_does_not_answer_is_tried_again_first(full: datetime) -> None:
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        interceptor.fail(GET, TIMED_OUT, FOR_EVER)
        young = event()
        young["execution"] = places.execution(ago=5)
        with pytest.raises(Exception, match="injected"):
            plan(connect, young, datetime.now(UTC))
        with pytest.raises(RefusedError, match="What could not be read may hold more"):
            planned()


# --- the name -------------------------------------------------------------------------------------


def note(found: dict[str, Any], table_id: str) -> None:
    name, token = found["target"]["name"], found["parameters"]["token"]
    body = json.dumps({"table_id": table_id, "import_arn": None, "restore_id": "x"})
    key = f"work/chains/{name}/{token}.json"
    connect("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())


def test_a_table_that_this_restore_has_made_is_gone_on_with(full: datetime) -> None:
    first = planned()
    connect("dynamodb").create_table(**first["parameters"]["create"])
    table_id = connect("dynamodb").describe_table(TableName=TABLE)["Table"]["TableId"]
    assert planned()["target"]["name"].startswith(f"{TABLE}-restored-")
    note(first, "another")
    assert planned()["target"]["name"].startswith(f"{TABLE}-restored-")
    note(first, table_id)
    second = planned()
    assert (second["target"], second["parameters"]["table_id"]) == (first["target"], table_id)
    assert "this one goes on with it" in second["why"]
    # Another moment of the chain is another restore.
    assert planned(point=at(full))["target"]["name"].startswith(f"{TABLE}-restored-")
    with pytest.raises(RefusedError, match="is no unfinished restore of export chain"):
        planned(point=at(full), target_name=TABLE)
    report = {"status": "SUCCEEDED", "table_id": table_id}
    body = json.dumps(report).encode()
    connect("s3").put_object(Bucket=BUCKET, Key=f"restores/{TABLE}/run-0.json", Body=body)
    assert planned()["target"]["name"].startswith(f"{TABLE}-restored-")
