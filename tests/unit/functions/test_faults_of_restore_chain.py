"""Whatever fails, is lost or is in the way: one table, one import, one refill, or a reason."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.restore_table.chain import TAG
from blueprints.functions.restore_table.handler import restore
from tests.aws_extensions import dynamodb_imports
from tests.unit.functions import restoring_chains, tables
from tests.unit.functions.chaining import EXPORTS, MACHINE, REPLICA, planned
from tests.unit.functions.faults import FAULTS, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import ACCOUNT, OTHER_REGION, connect
from tests.unit.functions.restoring_chains import (
    ITEMS,
    again,
    call,
    described,
    end_refills,
    executions,
    exported,
    imports,
    until,
)
from tests.unit.functions.tables import ARN, REGION, TABLE, TARGET

pytestmark = pytest.mark.usefixtures("local_places")


@pytest.fixture(autouse=True)
def _local_chain(local_places: None) -> Iterator[None]:
    with restoring_chains.local_aws():
        yield


@pytest.fixture(params=["import", "refill"])
def found(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The plan of a restore of the last moment, by an import and by writing everything."""
    exported()
    return planned(target_name=TARGET, load=request.param)


@pytest.fixture
def imported() -> dict[str, Any]:
    exported()
    return planned(target_name=TARGET)


OPERATIONS = {
    "dynamodb:ImportTable": "import",
    "dynamodb:DescribeImport": "import",
    "dynamodb:CreateTable": "refill",
    "dynamodb:UntagResource": "refill",
    "dynamodb:DescribeTable": "refill",
    "s3:GetObject": "import",
    "s3:PutObject": "refill",
    "s3:ListObjectsV2": "import",
    "sfn:StartExecution": "import",
    "sfn:DescribeExecution": "import",
}


# As often as botocore tries, and once where it finds that something was done already.
FAILING = [*((fault, 3) for fault in FAULTS), *((fault, 1) for fault in FAULTS if fault.effect)]


@pytest.mark.parametrize(("fault", "times"), FAILING, ids=str)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_fails_in_passing_is_done_once(operation: str, fault: Fault, times: int) -> None:
    exported()
    plan = planned(target_name=TARGET, load=OPERATIONS[operation])
    interceptor = Interceptor()
    answer: dict[str, Any] = {}
    clients = [connect(name) for name in ("dynamodb", "s3", "stepfunctions")]
    clients.append(connect("s3", region=REGION))
    failures = []
    with interceptor.on(clients):
        interceptor.fail(operation, fault, times)
        for _ in range(14):
            try:
                answer = call(plan, answer)
            except Exception as error:  # noqa: BLE001 - the state machine calls again
                failures.append(error)
            end_refills()
            if answer.get("done"):
                break
    assert interceptor.times == 0
    if fault.lasting:
        assert all(isinstance(each, RefusedError) for each in failures)
        assert failures
        # Somebody grants the right, and the restore goes on.
    else:
        assert not any(isinstance(each, RefusedError) for each in failures)
    assert answer["done"], failures
    assert len(executions()) == 1
    assert len(imports()) == (OPERATIONS[operation] == "import")
    tags = connect("dynamodb").list_tags_of_resource(ResourceArn=described()["TableArn"])["Tags"]
    assert tags == []


# --- what goes wrong ------------------------------------------------------------------------------


def test_another_table_of_that_name_is_never_taken(found: dict[str, Any]) -> None:
    tables.create_bare(TARGET)
    connect("dynamodb").put_item(
        TableName=TARGET, Item={"order_id": {"S": "x"}, "item_id": {"S": "1"}}
    )
    answer = call(found)
    assert "can be made" in answer["note"]  # it may be noted in a moment
    with pytest.raises(RefusedError, match="exists that was not restored from"):
        call(found, answer, hours=1)
    assert connect("dynamodb").scan(TableName=TARGET)["Count"] == 1
    assert executions() == []


def test_a_tag_of_somebody_else_makes_no_table_ours() -> None:
    exported()
    found = planned(target_name=TARGET, load="refill")
    tables.create_bare(TARGET, Tags=[{"Key": TAG, "Value": "x"}])
    with pytest.raises(RefusedError, match="was not restored from"):
        call(found, hours=1)


def test_a_table_that_vanishes_is_told(found: dict[str, Any]) -> None:
    answer = until(found, "refill")
    del dynamodb_backends[ACCOUNT][REGION].tables[TARGET]
    with pytest.raises(RefusedError, match="CloudTrail"):
        call(found, answer)


def test_after_a_table_was_deleted_another_one_is_made(found: dict[str, Any]) -> None:
    first = until(found, "refill")
    end_refills("FAILED")
    connect("dynamodb").delete_table(TableName=TARGET)
    for _ in range(2):
        if TARGET in connect("dynamodb").list_tables()["TableNames"]:
            connect("dynamodb").describe_table(TableName=TARGET)
    second = again(found)
    assert second["parameters"]["table_id"] is None
    answer = until(second, "refill")
    assert answer["table_id"] != first["table_id"]
    # Nothing of the former table is gone on with.
    assert json.loads(executions()[-1].execution_input)["resume"] is None


def test_an_import_that_leaves_items_out_is_no_success(imported: dict[str, Any]) -> None:
    prefix = imported["parameters"]["files"]["prefix"]
    body = gzip.compress(b'{"Item": {"order_id": {"S": "x"}}}\n')
    connect("s3").put_object(Bucket=EXPORTS, Key=f"{prefix}9.json.gz", Body=body)
    with pytest.raises(RefusedError) as refused:
        until(imported, "refill")
    said = str(refused.value)
    assert "ended as FAILED (ItemValidationError: Some of the items failed" in said
    assert "it left out 1 items" in said
    assert "/aws-dynamodb/imports" in said
    assert f"aws dynamodb delete-table --table-name {TARGET} --region {REGION}" in said
    assert '"load": "refill"' in said
    assert executions() == []


def test_an_import_that_fails_says_why_and_what_to_do(imported: dict[str, Any]) -> None:
    # Deleted after it was looked at.
    gone = {"name": "no-such-bucket", "account_id": ACCOUNT, "region": REGION}
    with pytest.raises(RefusedError, match="S3NoSuchBucket") as refused:
        until(imported, "refill", {"chain": {"bucket": gone, "thawed": True}})
    assert "delete-table" not in str(refused.value)


@pytest.mark.parametrize(
    ("load", "says"), [("import", '"load": "refill"'), ("refill", "mend the settings")]
)
def test_what_aws_refuses_for_good_is_told(load: str, says: str) -> None:
    exported()
    found = planned(target_name=TARGET, load=load)
    found["parameters"]["create"]["KeySchema"] = [{"AttributeName": "order_id", "KeyType": "RANGE"}]
    with pytest.raises(RefusedError, match=says):
        until(found, "refill")


def test_too_many_imports_at_once_are_waited_for(imported: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dynamodb_imports, "MOST_RUNNING", 0)
        answer = call(imported)
        assert "can be made" in answer["note"]
        assert "can be made" in call(imported, answer, hours=9)["note"]
    assert until(imported, "refill", answer)


def test_a_machine_that_is_not_deployed_is_named(imported: dict[str, Any]) -> None:
    imported["parameters"]["refill_machine_arn"] = f"{MACHINE}-2"
    with pytest.raises(RefusedError, match="deploy the template recovery"):
        until(imported, "refill")


# --- made one way, asked for the other ------------------------------------------------------------

DELETE = f"aws dynamodb delete-table --table-name {TARGET} --region {REGION}"


def other_way(found: dict[str, Any], load: str, **more: Any) -> str:
    """Return why another execution does not go on with the table."""
    request = {"point": {"id": found["source"]["id"], "at": found["source"]["time"]}, **more}
    second = planned(target_name=TARGET, load=load, **request) | {"restore_id": "2" * 12}
    before = len(executions())
    with pytest.raises(RefusedError) as refused:
        until(second, "done")
    assert len(executions()) == before
    return str(refused.value)


@pytest.mark.parametrize("hours", [0, 1])
def test_a_created_table_is_not_taken_for_one_with_the_full_export(hours: int) -> None:
    # At the full export's own time nothing would be refilled after an import.
    point = {"at": (exported() + timedelta(hours=hours)).isoformat()}
    found = planned(target_name=TARGET, load="refill", point=point)
    until(found, "refill")
    end_refills("FAILED")
    said = other_way(found, "import")
    assert 'start again with "load": "refill", which goes on with it' in said
    assert DELETE in said
    until(again(found), "refill")
    assert imports() == []


def test_a_table_created_for_its_local_indexes_is_not_taken_either() -> None:
    exported()
    found = planned(target_name=TARGET, settings=tables.settings())
    until(found, "refill")
    end_refills("FAILED")
    assert '"load": "refill"' in other_way(found, "import")


def test_an_imported_table_is_not_written_again(imported: dict[str, Any]) -> None:
    until(imported, "refill")
    said = other_way(imported, "refill")
    assert 'start again with "load": "import", which goes on with it' in said
    assert DELETE in said
    said = other_way(imported, "import", settings=tables.settings())
    assert "start again with" not in said
    assert f"delete it first ({DELETE}), and start again as now" in said


def test_what_an_import_left_that_failed_is_deleted_before_it_is_refilled(
    imported: dict[str, Any],
) -> None:
    prefix = imported["parameters"]["files"]["prefix"]
    body = gzip.compress(b'{"Item": {"order_id": {"S": "x"}}}\n')
    connect("s3").put_object(Bucket=EXPORTS, Key=f"{prefix}9.json.gz", Body=body)
    with pytest.raises(RefusedError, match=r"delete it first .*delete-table.* Then start again"):
        until(imported, "refill")
    said = other_way(imported, "refill")
    assert '"load": "import"' not in said
    assert DELETE in said
    del dynamodb_backends[ACCOUNT][REGION].tables[TARGET]
    second = planned(target_name=TARGET, load="refill") | {"restore_id": "3" * 12}
    assert until(second, "refill")["chain"]["import_arn"] is None
    (execution,) = executions()
    assert json.loads(execution.execution_input)["source"]["skip_full"] is False


# --- what has to thaw -----------------------------------------------------------------------------


def cold(found: dict[str, Any], storage_class: str = "DEEP_ARCHIVE") -> list[str]:
    prefix = found["parameters"]["files"]["prefix"]
    s3 = connect("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=EXPORTS, Prefix=prefix)["Contents"]]
    for key in keys[:2]:
        body = s3.get_object(Bucket=EXPORTS, Key=key)["Body"].read()
        s3.put_object(Bucket=EXPORTS, Key=key, Body=body, StorageClass=storage_class)
    return keys


def test_what_is_imported_is_thawed_first(
    imported: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = cold(imported)
    real = connect("s3", region=REGION).head_object
    thawing = set(keys[:2])

    def head(**request: Any) -> Any:
        found = {**real(**request), "Restore": 'ongoing-request="true"'}
        if request["Key"] not in thawing:
            later = datetime.now(UTC) + timedelta(days=10)
            found["Restore"] = (
                f'ongoing-request="false", expiry-date="{later:%a, %d %b %Y %H:%M:%S GMT}"'
            )
        return found

    interceptor = Interceptor()
    with interceptor.on([connect("s3", region=REGION)]):
        answer = call(imported)
    # Asked for once each; the third is not cold.
    assert interceptor.calls.count("s3:RestoreObject") == 2
    assert interceptor.calls.count("s3:HeadObject") == 2
    assert answer["note"] == "waiting until S3 has thawed the full export"
    monkeypatch.setattr(connect("s3", region=REGION), "head_object", head)
    answer = call(imported, answer)
    assert "thawed" in answer["note"]
    thawing.clear()
    assert imports() == []
    answer = call(imported, answer)
    assert "import" in answer["note"]
    assert len(imports()) == 1


def test_files_are_looked_at_only_while_there_is_time(imported: dict[str, Any]) -> None:
    cold(imported)
    payload = {"plan": imported, "previous": {}, "copy": {}}
    left = iter([True, False])
    answer = restore(connect, payload, datetime.now(UTC), lambda: next(left))
    assert answer["chain"]["thaw"] == {"looked": 1, "waiting": 1}
    answer = call(imported, answer)
    assert answer["chain"]["thaw"] == {"looked": 0, "waiting": 0}
    assert imports() == []


def test_files_that_are_gone_are_told(imported: dict[str, Any]) -> None:
    for key in cold(imported):
        connect("s3").delete_object(Bucket=EXPORTS, Key=key)
    with pytest.raises(RefusedError) as refused:
        call(imported)
    said = str(refused.value)
    assert f"s3://{EXPORTS}/gold/full/{TABLE}/AWSDynamoDB/" in said
    assert "has 0 of 3 files; " in said
    assert f"s3://{REPLICA}/" in said
    assert "the bucket does not exist" in said


def test_a_replica_is_imported_where_the_original_was_emptied(imported: dict[str, Any]) -> None:
    s3, moved = connect("s3"), connect("s3", region=OTHER_REGION)
    where = {"LocationConstraint": OTHER_REGION}
    moved.create_bucket(Bucket=REPLICA, CreateBucketConfiguration=where)
    # Here one account owns both.
    for each in imported["parameters"]["files"]["buckets"]:
        each["account_id"] = ACCOUNT
    for key in cold(imported, "STANDARD"):
        body = s3.get_object(Bucket=EXPORTS, Key=key)["Body"].read()
        moved.put_object(Bucket=REPLICA, Key=key, Body=body)
        s3.delete_object(Bucket=EXPORTS, Key=key)
    until(imported, "refill")
    assert connect("dynamodb").scan(TableName=TARGET)["Count"] == ITEMS
    (each,) = imports()
    assert each["S3BucketSource"]["S3Bucket"] == REPLICA


def test_nothing_is_thawed_for_what_the_refill_reads() -> None:
    exported()
    found = planned(target_name=TARGET, load="refill")
    assert found["parameters"]["files"] is None
    assert ARN in found["parameters"]["refill"]["source"]["table_arn"]
    assert until(found, "refill")
