"""A restore is planned from whatever there is, to a name that is free, with nothing left to AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.endpoint
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.settings_store import key_of
from blueprints.functions.plan_restore.handler import plan
from tests.unit.functions import places, tables
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import (
    BUCKET,
    MAIN_VAULT_ARN,
    PLACE,
    connect,
    event,
)
from tests.unit.functions.tables import ARN, TABLE, TARGET

(DENIED,) = (fault for fault in FAULTS if fault.name == "denied")
(TIMED_OUT,) = (fault for fault in FAULTS if fault.name == "connect time-out")
LIST_POINTS = "backup:ListRecoveryPointsByBackupVault"


@pytest.fixture(autouse=True)
def _local_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _seconds: None)
    with places.local_aws():
        yield


def planned(**more: Any) -> dict[str, Any]:
    return plan(connect, event(**more), datetime.now(UTC))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- from which source ----------------------------------------------------------------------------


def test_the_window_gives_an_exact_second_and_nothing_is_left_to_aws() -> None:
    places.create_table(days=35)
    found = planned()
    assert found["operation"] == "RestoreTableToPointInTime"
    at = moment(found["source"]["time"])
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=5)
    assert at.microsecond == 0
    assert found["target"]["name"].startswith(f"{TABLE}-restored-20")
    index = found["settings"]["global_indexes"]["by_customer"]
    assert found["parameters"] == {
        "SourceTableName": TABLE,
        "RestoreDateTime": found["source"]["time"],
        "TargetTableName": found["target"]["name"],
        "BillingModeOverride": "PROVISIONED",
        "ProvisionedThroughputOverride": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 20},
        "GlobalSecondaryIndexOverride": [
            {
                "IndexName": "by_customer",
                "KeySchema": index["KeySchema"],
                "Projection": index["Projection"],
                "ProvisionedThroughput": {"ReadCapacityUnits": 6, "WriteCapacityUnits": 7},
            }
        ],
        "SSESpecificationOverride": {"Enabled": False},
    }
    assert found["source"]["item_count"] == tables.ITEMS
    assert found["copy"] is None
    assert len(found["restore_id"]) == 12
    assert found["target"]["arn"] == ARN.replace(TABLE, found["target"]["name"])
    assert (found["same_name"], found["owner"]["case"]) == (False, "other_name")


def test_what_a_deleted_table_left_comes_back_under_its_name() -> None:
    places.create_table(days=35)
    places.delete_table()
    found = planned()
    assert found["operation"] == "RestoreTableFromBackup"
    assert found["parameters"]["BackupArn"] == found["source"]["id"]
    assert f"{TABLE}$DeletedTableBackup" in found["why"]
    assert found["same_name"]
    assert found["target"]["name"] == found["parameters"]["TargetTableName"] == TABLE
    assert [each["IndexName"] for each in found["parameters"]["GlobalSecondaryIndexOverride"]] == [
        "by_customer"
    ]
    assert found["source"]["item_count"] == tables.ITEMS


def test_a_recovery_point_takes_name_and_encryption_only() -> None:
    places.create_table()
    point = places.backed_up()
    places.delete_table()
    found = planned()
    assert found["operation"] == "StartRestoreJob"
    assert found["source"]["vault_name"] == "main"
    token = found["parameters"].pop("IdempotencyToken")
    assert found["parameters"] == {
        "RecoveryPointArn": point,
        "Metadata": {"targetTableName": TABLE, "encryptionType": "Default"},
        "IamRoleArn": places.RESTORE_ROLE,
        "ResourceType": "DynamoDB",
    }
    assert token == planned()["parameters"]["IdempotencyToken"]
    assert token != planned(target_name=f"{TABLE}-2")["parameters"]["IdempotencyToken"]


def test_a_point_of_another_account_is_copied_back_first() -> None:
    places.create_table()
    own = places.backed_up()
    copy = places.archived(own)
    places.forget(own)
    found = planned()
    assert found["source"]["id"] == copy
    assert found["copy"] == {
        "recovery_point_arn": copy,
        "from_vault": "archive",
        "account_id": places.OTHER_ACCOUNT,
        "region": places.OTHER_REGION,
        "role_arn": places.ROLE,
        "copy_back_role_arn": places.COPY_ROLE,
        "to_vault": "main",
        "to_vault_arn": MAIN_VAULT_ARN,
        "delete_after_days": 15,
    }
    assert "first copied into vault main" in found["why"]


def copied_back(copy: str) -> str:
    job = places.there().start_copy_job(
        RecoveryPointArn=copy,
        SourceBackupVaultName="archive",
        DestinationBackupVaultArn=MAIN_VAULT_ARN,
        IamRoleArn=places.COPY_ROLE,
    )
    for _ in range(2):
        done = places.there().describe_copy_job(CopyJobId=job["CopyJobId"])["CopyJob"]
    return str(done["DestinationRecoveryPointArn"])


def test_what_was_copied_back_before_is_not_copied_again() -> None:
    places.create_table()
    own = places.backed_up()
    copy = places.archived(own)
    places.forget(own)
    back = copied_back(copy)
    found = planned(point={"id": copy})
    assert found["copy"] is None
    assert found["parameters"]["RecoveryPointArn"] == found["source"]["id"] == back
    assert f"fetched before, as {back}" in found["why"]
    places.forget(back)
    assert planned(point={"id": copy})["copy"] is not None


@pytest.mark.parametrize(
    ("age", "lock", "days"),
    [
        (0.5, {}, 15),
        (100, {}, 115),
        (100, {"MinRetentionDays": 200}, 200),
        (100, {"MaxRetentionDays": 105}, 105),
        (100, {"MaxRetentionDays": 101}, None),
    ],
)
def test_the_retention_of_a_copy_counts_from_when_the_point_was_taken(
    age: float, lock: dict[str, int], days: int | None
) -> None:
    places.create_table()
    own = places.backed_up()
    copy = places.archived(own)
    places.forget(own)
    places.change_point(copy, CreationDate=places.days_ago(age))
    if lock:
        request = {"BackupVaultName": "main", "MinRetentionDays": 1, **lock}
        connect("backup").put_backup_vault_lock_configuration(**request)
    if days is None:
        with pytest.raises(RefusedError, match="vault main keeps nothing longer than 101 days"):
            planned()
    else:
        assert planned()["copy"]["delete_after_days"] == days


def test_what_cannot_be_copied_back_is_not_chosen() -> None:
    places.create_table()
    own = places.backed_up()
    copy = places.archived(own)
    lifecycle = {"MoveToColdStorageAt": places.days_ago(1)}
    places.change_point(copy, CalculatedLifecycle=lifecycle)
    with pytest.raises(RefusedError, match="it is in cold storage, and what is there cannot be"):
        planned(point={"id": copy})
    assert planned()["source"]["id"] == own
    # Its own storage class does not matter: it is restored where it lies.
    places.change_point(own, CalculatedLifecycle=lifecycle)
    assert planned()["source"]["id"] == own
    vaults = [{**PLACE["vaults"][0]}, {**PLACE["vaults"][1], "copy_to": None}]
    places.change_point(copy, CalculatedLifecycle={})
    with pytest.raises(RefusedError, match="no vault of this environment takes copies back"):
        plan(connect, event({**PLACE, "vaults": vaults}, point={"id": copy}), datetime.now(UTC))


@pytest.mark.parametrize(
    "members",
    [
        {"Status": "EXPIRED"},
        {"Status": "CREATING"},
        {"CalculatedLifecycle": {"DeleteAt": datetime(2020, 1, 1)}},  # noqa: DTZ001 - as moto
    ],
)
def test_a_point_that_is_no_good_is_not_chosen(members: dict[str, Any]) -> None:
    places.create_table()
    places.change_point(places.backed_up(), **members)
    with pytest.raises(RefusedError, match="no point can be restored"):
        planned()


def test_a_destination_reads_its_vaults_only() -> None:
    places.create_table(days=35)
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    copy = places.archived(places.backed_up())
    elsewhere = {
        **PLACE,
        "account_id": places.OTHER_ACCOUNT,
        "region": places.OTHER_REGION,
        "is_destination": True,
        "vaults": [
            {
                "name": "archive",
                "account_id": places.OTHER_ACCOUNT,
                "region": places.OTHER_REGION,
            }
        ],
    }

    def from_there(service: str, **more: Any) -> Any:
        if service == "s3":
            return connect(service)
        return connect(service, **{"region": places.OTHER_REGION, "role_arn": places.ROLE} | more)

    found = plan(from_there, event(elsewhere, owner=None), datetime.now(UTC))
    assert (found["source"]["id"], found["copy"]) == (copy, None)
    assert found["target"]["arn"] == (
        f"arn:aws:dynamodb:{places.OTHER_REGION}:{places.OTHER_ACCOUNT}:table/{TABLE}"
    )
    assert (found["same_name"], found["owner"]["case"]) == (True, "elsewhere")


def test_points_of_another_table_of_that_name_are_not_taken() -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    places.backed_up()
    table = {"key": TABLE, "name": TABLE, "arn": ARN.replace(tables.ACCOUNT, "999999999999")}
    with pytest.raises(RefusedError, match="no point can be restored"):
        planned(table=table)


def test_a_backup_of_aws_backup_that_dynamodb_manages_is_restored_by_dynamodb_if_it_can() -> None:
    places.create_table()
    settings = connect("backup").describe_region_settings()
    management = {**settings["ResourceTypeManagementPreference"], "DynamoDB": False}
    connect("backup").update_region_settings(ResourceTypeManagementPreference=management)
    point = places.backed_up()
    assert ":dynamodb:" in point
    found = planned()
    assert (found["source"]["kind"], found["source"]["id"]) == ("native", point)
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb")]):
        interceptor.fail("dynamodb:ListBackups", DENIED, FOR_EVER)
        found = planned()
    assert (found["source"]["kind"], found["source"]["id"]) == ("recovery_point", point)


# --- what cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [{"latest": True}, {"at": "2099-01-01T00:00:00Z"}])
def test_a_denied_source_is_named_and_not_fatal(wanted: dict[str, Any]) -> None:
    places.create_table(days=35)
    wanted = wanted if "latest" in wanted else {"at": datetime.now(UTC).isoformat()}
    interceptor = Interceptor()
    with interceptor.on([places.there()]):
        interceptor.fail(LIST_POINTS, DENIED, FOR_EVER)
        why = plan(connect, event(point=wanted, run=places.execution(ago=0)), datetime.now(UTC))[
            "why"
        ]
    assert f"vault archive of account {places.OTHER_ACCOUNT}, {places.OTHER_REGION}" in why
    assert "to mend it, allow backup:ListRecoveryPointsByBackupVault on vault archive" in why


def test_nothing_left_names_what_could_not_be_read_and_the_fix() -> None:
    interceptor = Interceptor()
    with interceptor.on(places.every_client()):
        interceptor.fail(LIST_POINTS, DENIED, FOR_EVER)
        with pytest.raises(RefusedError, match="no point can be restored") as refused:
            planned()
    assert "allow backup:ListRecoveryPointsByBackupVault on vault main" in str(refused.value)


def test_a_source_that_fails_in_passing_is_tried_again_first_and_done_without_later() -> None:
    places.create_table(days=35)
    interceptor = Interceptor()
    with interceptor.on([places.there()]):
        interceptor.fail(LIST_POINTS, TIMED_OUT, FOR_EVER)
        young = event(run=places.execution(ago=30))
        with pytest.raises(ConnectTimeoutError):
            plan(connect, young, datetime.now(UTC))
        found = plan(connect, event(run=places.execution(ago=61)), datetime.now(UTC))
        assert found["source"]["kind"] == "point_in_time"
        assert "ConnectTimeoutError" in found["why"]
        # What is asked for and lies elsewhere does not wait.
        young["request"]["point"] = {"id": "point-in-time"}
        assert plan(connect, young, datetime.now(UTC))["source"]["kind"] == "point_in_time"


# --- to which name --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["other", "orders2", "order", "", None])
def test_only_names_that_begin_with_the_original_are_taken(name: str | None) -> None:
    places.create_table(days=35)
    if not name:
        assert planned(target_name=name)["target"]["name"].startswith(f"{TABLE}-restored-")
        return
    with pytest.raises(RefusedError, match="roles allow orders and names that begin with orders-"):
        planned(target_name=name)


def test_a_name_that_would_be_too_long_is_refused() -> None:
    places.create_table(days=35)
    with pytest.raises(RefusedError, match="longer than the 255 characters"):
        planned(target_name=f"{TABLE}-{'x' * 250}")


def test_another_table_is_never_taken_over() -> None:
    places.create_table(days=35)
    tables.create_bare(TARGET)
    with pytest.raises(RefusedError, match=f"table {TARGET} exists, and is no unfinished restore"):
        planned(target_name=TARGET)


def restore_as_planned(found: dict[str, Any]) -> dict[str, Any]:
    request = dict(found["parameters"])
    if found["operation"] == "StartRestoreJob":
        connect("backup").start_restore_job(**request)
    elif "RestoreDateTime" in request:
        request["RestoreDateTime"] = moment(request["RestoreDateTime"])
        connect("dynamodb").restore_table_to_point_in_time(**request)
    else:
        connect("dynamodb").restore_table_from_backup(**request)
    table: dict[str, Any] = connect("dynamodb").describe_table(TableName=found["target"]["name"])
    return table["Table"]


@pytest.fixture(params=["native", "recovery_point"])
def deleted(request: pytest.FixtureRequest) -> None:
    """A table that is gone, and one point of it."""
    places.create_table()
    if request.param == "native":
        connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    else:
        places.backed_up()
    places.delete_table()


@pytest.mark.usefixtures("deleted")
@pytest.mark.parametrize("name", [None, TABLE, TARGET])
def test_an_unfinished_restore_of_the_same_point_is_gone_on_with(name: str | None) -> None:
    first = planned(target_name=name)
    restore_as_planned(first)
    second = planned(target_name=name)
    assert second["target"] == first["target"]
    assert second["parameters"] == first["parameters"]
    assert "this one goes on with it" in second["why"]
    assert "goes on" not in first["why"]


def test_an_unfinished_restore_of_the_same_second_is_gone_on_with() -> None:
    places.create_table(days=35)
    at = datetime.now(UTC).replace(microsecond=0).isoformat()
    first = planned(target_name=TARGET, point={"at": at})
    restore_as_planned(first)
    assert planned(target_name=TARGET, point={"at": at})["target"] == first["target"]
    earlier = (moment(at) - timedelta(seconds=2)).isoformat()
    connect("dynamodb").describe_continuous_backups(TableName=TABLE)
    with pytest.raises(RefusedError):
        planned(target_name=TARGET, point={"at": earlier})


@pytest.mark.usefixtures("deleted")
def test_a_table_that_came_back_long_ago_is_not_taken_for_an_unfinished_restore() -> None:
    table = restore_as_planned(planned())
    key = f"restores/{TABLE}/run-0.json"
    for status, table_id in (("FAILED", table["TableId"]), ("SUCCEEDED", "another")):
        body = json.dumps({"status": status, "table_id": table_id})
        connect("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())
        assert planned()["target"]["name"] == TABLE
    body = json.dumps({"status": "SUCCEEDED", "table_id": table["TableId"]})
    connect("s3").put_object(Bucket=BUCKET, Key=key, Body=body.encode())
    assert planned()["target"]["name"].startswith(f"{TABLE}-restored-")
    with pytest.raises(RefusedError, match="exists"):
        planned(target_name=TABLE)


@pytest.mark.usefixtures("deleted")
def test_a_new_table_of_the_name_is_not_taken_for_a_restored_one() -> None:
    restore_as_planned(planned())
    for _ in range(2):
        connect("dynamodb").describe_table(TableName=TABLE)
    connect("backup").list_restore_jobs()
    places.delete_table()
    tables.create_bare()
    connect("dynamodb").get_waiter("table_exists").wait(TableName=TABLE)
    found = planned()
    expected = TABLE if found["operation"] == "StartRestoreJob" else f"{TABLE}-restored-"
    assert found["target"]["name"].startswith(expected)


# --- with which settings and key ------------------------------------------------------------------


def keep_settings(taken_at: datetime, **more: Any) -> str:
    key = key_of(TABLE, taken_at)
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
    connect("s3").put_object(Bucket=BUCKET, Key=f"catalog/settings/{TABLE}/x.txt", Body=b"?")
    found = planned(settings=None)
    assert found["settings_from"] == wanted
    assert found["settings"]["table_class"] == "STANDARD_INFREQUENT_ACCESS"
    assert found["leave"] == []


def test_else_of_the_oldest_that_is_later_and_it_is_said() -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    now = datetime.now(UTC)
    connect("s3").put_object(Bucket=BUCKET, Key=key_of(TABLE, now - timedelta(1)), Body=b"{broken")
    wanted = keep_settings(now + timedelta(hours=1))
    keep_settings(now + timedelta(hours=2))
    found = planned(settings=None)
    assert found["settings_from"] == wanted
    assert "No snapshot of its settings is as old as the data" in found["why"]


def test_without_settings_nothing_is_restored() -> None:
    places.create_table(days=35)
    with pytest.raises(RefusedError, match="no settings of arn:aws:dynamodb:") as refused:
        planned(settings=None)
    assert "aws s3 ls s3://shop-prod-catalog/catalog/settings/orders/" in str(refused.value)


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


# --- owners ---------------------------------------------------------------------------------------


def create_stack(name: str, *logical_ids: str) -> None:
    resources = {each: {"Type": "AWS::SNS::Topic"} for each in logical_ids}
    connect("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": resources})
    )


@pytest.mark.parametrize(
    ("stacks", "case", "leave"),
    [
        ({places.STACK: "TableOrders", places.RECOVERY_STACK: "X"}, "stack", ["alarms"]),
        ({places.STACK: "Other", places.RECOVERY_STACK: "X"}, "stack_gone", ["scaling", "alarms"]),
        ({places.RECOVERY_STACK: "FunctionPlanRestore"}, "stack_gone", ["scaling", "alarms"]),
        ({}, "no_stack", ["alarms"]),
    ],
)
def test_who_owns_the_name(stacks: dict[str, str], case: str, leave: list[str]) -> None:
    places.create_table(days=35)
    places.delete_table()
    for name, logical_id in stacks.items():
        create_stack(name, logical_id)
    found = planned()
    assert found["owner"] == {
        "case": case,
        "stack_name": places.STACK,
        "logical_id": "TableOrders",
    }
    assert found["leave"] == leave
    assert planned(owner=None)["owner"]["case"] == "elsewhere"
    assert planned(target_name=TARGET)["owner"]["case"] == "other_name"


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
