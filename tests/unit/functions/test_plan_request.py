"""A restore leaves nothing to AWS: settings, key, capacity and indexes are explicit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.settings_store import folder, key_of
from tests.unit.functions import places, tables
from tests.unit.functions.faults import DENIED, FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import BUCKET, OTHER_ACCOUNT, OTHER_REGION, connect, planned
from tests.unit.functions.tables import ACCOUNT, ARN, REGION, TABLE

pytestmark = pytest.mark.usefixtures("local_places")


# --- with which settings and key ------------------------------------------------------------------


def keep_settings(taken_at: datetime, **more: Any) -> str:
    key = key_of(ARN, taken_at)
    document = tables.settings(taken_at=taken_at.isoformat(), **more)
    connect("s3").put_object(Bucket=BUCKET, Key=key, Body=json.dumps(document).encode())
    return f"s3://{BUCKET}/{key}"


def test_settings_are_those_of_the_newest_snapshot_that_is_not_later() -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    now = datetime.now(UTC)
    keep_settings(now - timedelta(days=2), table_class="STANDARD")
    wanted = keep_settings(now - timedelta(days=1))
    keep_settings(now - timedelta(hours=1), table_arn="arn:aws:dynamodb:x:1:table/orders")
    keep_settings(now + timedelta(hours=1), table_class="STANDARD")
    connect("s3").put_object(Bucket=BUCKET, Key=f"{folder(ARN)}x.txt", Body=b"?")
    found = planned(settings=None)
    assert found["settings_from"] == wanted
    assert found["settings"]["table_class"] == "STANDARD_INFREQUENT_ACCESS"
    assert found["leave"] == []


def test_settings_of_a_table_that_is_called_alike_elsewhere_lie_elsewhere() -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    at = datetime.now(UTC) - timedelta(days=1)
    wanted = keep_settings(at)
    for other in (ARN.replace(ACCOUNT, OTHER_ACCOUNT), ARN.replace(REGION, OTHER_REGION)):
        body = json.dumps(tables.settings(table_arn=other, table_class="STANDARD")).encode()
        connect("s3").put_object(Bucket=BUCKET, Key=key_of(other, at), Body=body)
    found = planned(settings=None)
    assert found["settings_from"] == wanted
    assert found["settings"]["table_class"] == "STANDARD_INFREQUENT_ACCESS"


def test_else_of_the_oldest_that_is_later_and_it_is_said() -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    now = datetime.now(UTC)
    connect("s3").put_object(Bucket=BUCKET, Key=key_of(ARN, now - timedelta(1)), Body=b"{broken")
    wanted = keep_settings(now + timedelta(hours=1))
    keep_settings(now + timedelta(hours=2))
    found = planned(settings=None)
    assert found["settings_from"] == wanted
    assert "No snapshot of its settings is as old as the data" in found["why"]


def test_without_settings_nothing_is_restored() -> None:
    places.create_table(days=35)
    with pytest.raises(RefusedError, match="no settings of arn:aws:dynamodb:") as refused:
        planned(settings=None)
    assert (
        "aws s3 ls s3://shop-prod-catalog/catalog/settings/123456789012/eu-central-1/orders/"
        in str(refused.value)
    )


def made_key(alias: str = "alias/orders") -> str:
    key = connect("kms").create_key()["KeyMetadata"]
    connect("kms").create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return str(key["Arn"])


@pytest.mark.parametrize("by", ["alias", "arn"])
def test_a_key_is_resolved_and_explicit(by: str) -> None:
    places.create_table(days=35)
    arn = made_key()
    key = "alias/orders" if by == "alias" else arn
    found = planned(encryption={"type": "KMS", "key": key})
    assert found["encryption"] == {"type": "KMS", "key_arn": arn}
    sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}
    assert found["parameters"]["SSESpecificationOverride"] == sse


def test_the_key_of_a_restore_by_aws_backup() -> None:
    places.create_table()
    arn = made_key()
    places.backed_up()
    places.delete_table()
    found = planned(encryption={"type": "KMS", "key": "alias/orders"})
    metadata = {"targetTableName": TABLE, "encryptionType": "KMS", "kmsMasterKeyArn": arn}
    assert found["parameters"]["Metadata"] == metadata
    managed = planned(encryption={"type": "KMS", "key": "alias/aws/dynamodb"})
    assert managed["parameters"]["Metadata"] == {"targetTableName": TABLE, "encryptionType": "KMS"}


def test_the_key_that_dynamodb_manages_is_not_named_in_a_request() -> None:
    places.create_table(days=35)
    found = planned(encryption={"type": "KMS", "key": "alias/aws/dynamodb"})
    assert found["encryption"]["key_arn"].startswith("arn:aws:kms:")
    sse = {"Enabled": True, "SSEType": "KMS"}
    assert found["parameters"]["SSESpecificationOverride"] == sse


def test_a_key_that_cannot_be_used_is_refused_before_anything_is_done() -> None:
    places.create_table(days=35)
    with pytest.raises(
        RefusedError, match="alias/none, the key that the restored table is to have, does not"
    ):
        planned(encryption={"type": "KMS", "key": "alias/none"})
    connect("kms").disable_key(KeyId=made_key().rpartition("/")[2])
    with pytest.raises(RefusedError, match="is Disabled: aws kms enable-key"):
        planned(encryption={"type": "KMS", "key": "alias/orders"})


def test_a_key_of_which_nothing_may_be_told_is_asked_for_as_it_is() -> None:
    places.create_table(days=35)
    arn = f"arn:aws:kms:eu-central-1:{places.OTHER_ACCOUNT}:key/1"
    interceptor = Interceptor()
    with interceptor.on([connect("kms")]):
        interceptor.fail("kms:DescribeKey", DENIED, FOR_EVER)
        found = planned(encryption={"type": "KMS", "key": arn})
        assert found["parameters"]["SSESpecificationOverride"]["KMSMasterKeyId"] == arn
        with pytest.raises(RefusedError, match="kms:DescribeKey on alias/orders is refused"):
            planned(encryption={"type": "KMS", "key": "alias/orders"})


# --- indexes --------------------------------------------------------------------------------------


def indexes_of(**more: Any) -> Any:
    return planned(settings=tables.settings(**more))["parameters"].get(
        "GlobalSecondaryIndexOverride"
    )


def test_an_override_drops_and_never_adds() -> None:
    places.create_table(days=35)
    wanted = tables.settings()["global_indexes"]["by_customer"]
    assert indexes_of(global_indexes={}) == []
    assert indexes_of(global_indexes={"new": wanted}) == []
    other = {**wanted, "KeySchema": [{"AttributeName": "date", "KeyType": "HASH"}]}
    assert indexes_of(global_indexes={"by_customer": other}) == []
    (found,) = indexes_of(global_indexes={"by_customer": wanted, "new": wanted})
    assert found["IndexName"] == "by_customer"


def test_on_demand_has_its_own_limits() -> None:
    places.create_table(days=35)
    wanted = tables.settings()["global_indexes"]["by_customer"]
    limits = {"MaxReadRequestUnits": 100}
    index = {**wanted, "throughput": None, "on_demand_throughput": limits}
    settings = tables.settings(
        billing_mode="PAY_PER_REQUEST",
        throughput=None,
        on_demand_throughput=limits,
        global_indexes={"by_customer": index},
    )
    found = planned(settings=settings)["parameters"]
    assert found["BillingModeOverride"] == "PAY_PER_REQUEST"
    assert found["OnDemandThroughputOverride"] == limits
    assert "ProvisionedThroughputOverride" not in found
    (override,) = found["GlobalSecondaryIndexOverride"]
    assert override["OnDemandThroughput"] == limits
    assert "ProvisionedThroughput" not in override


def test_unknown_indexes_are_restored_as_they_are() -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb")]):
        interceptor.fail("dynamodb:DescribeBackup", DENIED, FOR_EVER)
        found = planned()
    assert found["source"]["kind"] == "native"
    assert "GlobalSecondaryIndexOverride" not in found["parameters"]


# --- requests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        ({"table": {"name": TABLE}}, "table.arn"),
        ({"point": None}, "point"),
        ({"encryption": None, "table": {}}, "table.name, table.arn, encryption"),
    ],
)
def test_a_request_that_lacks_something_is_refused(more: dict[str, Any], lacks: str) -> None:
    with pytest.raises(RefusedError, match=f"the request lacks {lacks}: start from the file"):
        planned(**more)


def test_a_pointer_is_moved_only_where_there_is_one() -> None:
    places.create_table(days=35)
    pointer = {"parameter_name": "/shop/prod/tables/orders"}
    assert planned(repoint=True)["repoint"] is False
    found = planned(repoint=True, pointer=pointer)
    assert (found["repoint"], found["pointer"]) == (True, pointer)


def test_a_passing_error_of_what_is_needed_stays_what_it_is() -> None:
    places.create_table(days=35)
    interceptor = Interceptor()
    (unavailable, _) = (fault for fault in FAULTS if fault.name == "unavailable")
    assert isinstance(unavailable, Fault)
    with interceptor.on([connect("dynamodb")]):
        interceptor.fail("dynamodb:DescribeTable", unavailable, FOR_EVER)
        with pytest.raises(ClientError, match="ServiceUnavailable"):
            planned()
