"""A restore is planned from whatever there is, and says what it could not read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_restore.handler import plan
from tests.unit.functions import places, tables
from tests.unit.functions.faults import DENIED, FOR_EVER, TIMED_OUT
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import (
    LIST_POINTS,
    MAIN_VAULT_ARN,
    PLACE,
    connect,
    event,
    planned,
)
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_places")


# --- from which source ----------------------------------------------------------------------------


def test_the_window_gives_an_exact_second_and_nothing_is_left_to_aws() -> None:
    places.create_table(days=35)
    found = planned()
    assert found["operation"] == "RestoreTableToPointInTime"
    at = datetime.fromisoformat(found["source"]["time"])
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
