"""DynamoDB on local endpoints: restores, and the backups and histories they are made from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.indexed_table import ATTRIBUTES, BY_OWNER, HERE, POLICY, UNITS, code, create

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def api(local_aws: LocalAws) -> Any:
    return local_aws.client("dynamodb", **HERE)


def put(api: Any, name: str, *keys: str) -> None:
    for key in keys:
        item = {"id": key, "owner": "me", "at": "now"}
        api.put_item(TableName=name, Item={k: {"S": v} for k, v in item.items()})


def keys(api: Any, name: str) -> list[str]:
    return sorted(item["id"]["S"] for item in api.scan(TableName=name)["Items"])


def table(api: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = api.describe_table(TableName=name)["Table"]
    return found


def recover(api: Any, name: str, **settings: Any) -> None:
    specification = {"PointInTimeRecoveryEnabled": True} | settings
    api.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=specification)


def test_a_backup_restores_data_keys_indexes_and_capacity_and_no_other_setting(api: Any) -> None:
    arn = create(
        api,
        "source",
        Tags=[{"Key": "owner", "Value": "me"}],
        DeletionProtectionEnabled=True,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        ResourcePolicy=POLICY,
    )
    ttl = {"Enabled": True, "AttributeName": "gone"}
    api.update_time_to_live(TableName="source", TimeToLiveSpecification=ttl)
    recover(api, "source")
    put(api, "source", "a", "b")
    backup = api.create_backup(TableName="source", BackupName="any")["BackupDetails"]["BackupArn"]
    put(api, "source", "late")
    source = table(api, "source")

    started = api.restore_table_from_backup(BackupArn=backup, TargetTableName="back")
    for moment in (started["TableDescription"], table(api, "back")):
        assert moment["TableStatus"] == "CREATING"
        assert moment["RestoreSummary"]["RestoreInProgress"] is True
    restored = table(api, "back")
    assert restored["TableStatus"] == "ACTIVE"
    summary = restored["RestoreSummary"]
    assert summary.pop("RestoreDateTime")
    assert summary == {
        "SourceBackupArn": backup,
        "SourceTableArn": arn,
        "RestoreInProgress": False,
    }
    assert keys(api, "back") == ["a", "b"]
    same = ("AttributeDefinitions", "KeySchema", "ProvisionedThroughput", "BillingModeSummary")
    same += ("GlobalSecondaryIndexes", "LocalSecondaryIndexes", "SSEDescription")
    same += ("TableClassSummary",)
    assert {name: restored[name] for name in same} == {name: source[name] for name in same}
    assert restored["TableId"] != source["TableId"]

    assert restored["DeletionProtectionEnabled"] is False
    assert "StreamSpecification" not in restored
    assert api.list_tags_of_resource(ResourceArn=restored["TableArn"])["Tags"] == []
    told = api.describe_time_to_live(TableName="back")["TimeToLiveDescription"]
    assert told == {"TimeToLiveStatus": "DISABLED"}
    refused = code(api.get_resource_policy, ResourceArn=restored["TableArn"])
    assert refused == "PolicyNotFoundException"
    backups = api.describe_continuous_backups(TableName="back")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_backup_tells_what_it_was_made_of_and_can_be_deleted(api: Any) -> None:
    create(api, "told")
    put(api, "told", "a", "b", "c")
    arn = api.create_backup(TableName="told", BackupName="any")["BackupDetails"]["BackupArn"]
    told = api.describe_backup(BackupArn=arn)["BackupDescription"]
    source = told["SourceTableDetails"]
    assert (source["ItemCount"], source["BillingMode"]) == (3, "PROVISIONED")
    assert source["ProvisionedThroughput"]["WriteCapacityUnits"] == 6
    features = told["SourceTableFeatureDetails"]
    assert [index["IndexName"] for index in features["GlobalSecondaryIndexes"]] == ["by_owner"]
    assert [index["IndexName"] for index in features["LocalSecondaryIndexes"]] == ["by_time"]
    assert api.delete_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"] == {
        **told["BackupDetails"],
        "BackupStatus": "DELETED",
    }
    for call in (api.describe_backup, api.delete_backup):
        assert code(call, BackupArn=arn) == "BackupNotFoundException"


def test_a_deleted_table_comes_back_from_the_backup_it_leaves(api: Any) -> None:
    create(api, "deleted", ResourcePolicy=POLICY)
    recover(api, "deleted")
    put(api, "deleted", "a")
    api.delete_table(TableName="deleted")
    (left,) = api.list_backups(TableName="deleted", BackupType="SYSTEM")["BackupSummaries"]
    told = api.describe_backup(BackupArn=left["BackupArn"])["BackupDescription"]
    assert "BackupExpiryDateTime" in told["BackupDetails"]
    api.restore_table_from_backup(BackupArn=left["BackupArn"], TargetTableName="deleted")
    arn = table(api, "deleted")["TableArn"]
    assert keys(api, "deleted") == ["a"]
    assert code(api.get_resource_policy, ResourceArn=arn) == "PolicyNotFoundException"


def test_a_restore_refuses_a_target_that_exists_and_a_backup_that_does_not(api: Any) -> None:
    create(api, "there")
    arn = api.create_backup(TableName="there", BackupName="any")["BackupDetails"]["BackupArn"]
    restore = api.restore_table_from_backup
    refused = code(restore, BackupArn=arn, TargetTableName="there")
    assert refused == "TableAlreadyExistsException"
    refused = code(restore, BackupArn=f"{arn}0", TargetTableName="not-there")
    assert refused == "BackupNotFoundException"


def test_overrides_change_billing_indexes_and_encryption(api: Any) -> None:
    create(api, "overridden", SSESpecification={"Enabled": True, "SSEType": "KMS"})
    arn = api.create_backup(TableName="overridden", BackupName="any")["BackupDetails"]["BackupArn"]
    restore = api.restore_table_from_backup
    request = {"BackupArn": arn, "TargetTableName": "on-demand"}
    restore(
        **request,
        BillingModeOverride="PAY_PER_REQUEST",
        OnDemandThroughputOverride={"MaxReadRequestUnits": 7},
        GlobalSecondaryIndexOverride=[
            BY_OWNER | {"OnDemandThroughput": {"MaxReadRequestUnits": 8}}
        ],
        LocalSecondaryIndexOverride=[],
        SSESpecificationOverride={"Enabled": False},
    )
    found = table(api, "on-demand")
    assert found["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert found["OnDemandThroughput"] == {"MaxReadRequestUnits": 7}
    assert found["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == {"MaxReadRequestUnits": 8}
    assert found["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert found.get("LocalSecondaryIndexes", []) == []
    assert [one["AttributeName"] for one in found["AttributeDefinitions"]] == ["id", "owner"]
    assert "SSEDescription" not in found

    request["TargetTableName"] = "larger"
    more = {"ReadCapacityUnits": 50, "WriteCapacityUnits": 60}
    changed = [BY_OWNER | {"ProvisionedThroughput": more}]
    restore(**request, ProvisionedThroughputOverride=more, GlobalSecondaryIndexOverride=changed)
    found = table(api, "larger")
    for throughput in (found, found["GlobalSecondaryIndexes"][0]):
        assert more.items() <= throughput["ProvisionedThroughput"].items()


@pytest.mark.parametrize(
    "override",
    [
        {"GlobalSecondaryIndexOverride": [BY_OWNER | {"IndexName": "new"}]},
        {
            "GlobalSecondaryIndexOverride": [
                BY_OWNER | {"Projection": {"ProjectionType": "KEYS_ONLY"}}
            ]
        },
        {"BillingModeOverride": "PAY_PER_REQUEST", "ProvisionedThroughputOverride": UNITS},
        {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 7}},
        {"SSESpecificationOverride": {"Enabled": True, "KMSMasterKeyId": "alias/none"}},
    ],
)
def test_an_override_that_does_not_fit_the_source_is_refused(
    api: Any, override: dict[str, Any]
) -> None:
    if "fits" not in api.list_tables()["TableNames"]:
        create(api, "fits")
    arn = api.create_backup(TableName="fits", BackupName="any")["BackupDetails"]["BackupArn"]
    request = {"BackupArn": arn, "TargetTableName": "never", **override}
    assert code(api.restore_table_from_backup, **request) == "ValidationException"
    assert "never" not in api.list_tables()["TableNames"]


def test_an_on_demand_table_restored_as_provisioned_needs_units_for_every_index(api: Any) -> None:
    on_demand = {"BillingMode": "PAY_PER_REQUEST", "GlobalSecondaryIndexes": [BY_OWNER]}
    made = {"TableName": "source-on-demand", "AttributeDefinitions": ATTRIBUTES[:2]}
    api.create_table(**made, **on_demand, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}])
    described = api.create_backup(TableName="source-on-demand", BackupName="any")["BackupDetails"]
    request = {"BackupArn": described["BackupArn"], "TargetTableName": "as-provisioned"}
    request |= {"BillingModeOverride": "PROVISIONED"}
    assert code(api.restore_table_from_backup, **request) == "ValidationException"
    request["ProvisionedThroughputOverride"] = UNITS
    assert code(api.restore_table_from_backup, **request) == "ValidationException"
    index = BY_OWNER | {"ProvisionedThroughput": UNITS}
    api.restore_table_from_backup(**request, GlobalSecondaryIndexOverride=[index])
    assert table(api, "as-provisioned")["BillingModeSummary"] == {"BillingMode": "PROVISIONED"}


def test_a_point_in_time_holds_the_items_of_its_second_and_the_settings_of_now(api: Any) -> None:
    create(api, "history")
    put(api, "history", "before-it-was-on", "changed", "deleted")
    recover(api, "history")
    time.sleep(1.1)
    then = time.time()
    time.sleep(0.1)
    key = {"id": {"S": "changed"}, "owner": {"S": "me"}}
    update = {"UpdateExpression": "SET note = :n", "ExpressionAttributeValues": {":n": {"S": "x"}}}
    api.update_item(TableName="history", Key=key, **update)
    api.delete_item(TableName="history", Key=key | {"id": {"S": "deleted"}})
    put(api, "history", "late")
    api.update_table(TableName="history", TableClass="STANDARD_INFREQUENT_ACCESS")
    table(api, "history")

    restore = api.restore_table_to_point_in_time
    restore(SourceTableName="history", TargetTableName="history-then", RestoreDateTime=then)
    found = [table(api, "history-then") for _ in range(2)][-1]
    assert found["RestoreSummary"]["RestoreDateTime"].timestamp() == pytest.approx(then, abs=1)
    assert found["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert keys(api, "history-then") == ["before-it-was-on", "changed", "deleted"]
    assert "note" not in api.get_item(TableName="history-then", Key=key)["Item"]
    arn = table(api, "history")["TableArn"]
    restore(SourceTableArn=arn, TargetTableName="history-now", UseLatestRestorableTime=True)
    table(api, "history-now")
    assert keys(api, "history-now") == ["before-it-was-on", "changed", "late"]
    assert api.get_item(TableName="history-now", Key=key)["Item"]["note"] == {"S": "x"}


def test_a_time_outside_the_window_is_refused(api: Any) -> None:
    create(api, "window")
    request = {"SourceTableName": "window", "TargetTableName": "not-restored"}
    restore = api.restore_table_to_point_in_time
    latest = {**request, "UseLatestRestorableTime": True}
    assert code(restore, **latest) == "PointInTimeRecoveryUnavailableException"
    recover(api, "window", RecoveryPeriodInDays=7)
    described = api.describe_continuous_backups(TableName="window")
    window = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert window["EarliestRestorableDateTime"] <= window["LatestRestorableDateTime"]
    for moment in (time.time() - 60, time.time() + 60):
        refused = code(restore, **request, RestoreDateTime=moment)
        assert refused == "InvalidRestoreTimeException"
    assert code(restore, **request) == "ValidationException"
    both = {**latest, "RestoreDateTime": window["LatestRestorableDateTime"]}
    assert code(restore, **both) == "ValidationException"
    elsewhere = latest | {"SourceTableName": "nowhere"}
    assert code(restore, **elsewhere) == "TableNotFoundException"
    assert (
        code(restore, **(latest | {"TargetTableName": "window"})) == "TableAlreadyExistsException"
    )
    restore(**request, RestoreDateTime=window["EarliestRestorableDateTime"])
