"""DynamoDB on local endpoints: changes, the moments they take, and what is refused of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.indexed_table import ATTRIBUTES, BY_OWNER, HERE, UNITS, code, create

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def api(local_aws: LocalAws) -> Any:
    return local_aws.client("dynamodb", **HERE)


def table(api: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = api.describe_table(TableName=name)["Table"]
    return found


def test_what_takes_a_moment_refuses_changes_until_it_was_looked_at(api: Any) -> None:
    create(api, "busy")
    arn = api.create_backup(TableName="busy", BackupName="any")["BackupDetails"]["BackupArn"]
    api.restore_table_from_backup(BackupArn=arn, TargetTableName="creating")
    name = {"TableName": "creating"}
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    ttl = {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "gone"}}
    assert code(api.scan, **name) == "ResourceNotFoundException"
    assert code(api.update_table, **name, TableClass="STANDARD") == "ResourceInUseException"
    assert code(api.update_time_to_live, **name, **ttl) == "ResourceInUseException"
    refused = code(api.update_continuous_backups, **name, **recovery)
    assert refused == "ContinuousBackupsUnavailableException"
    assert code(api.create_backup, **name, BackupName="any") == "TableInUseException"
    assert code(api.delete_table, **name) == "ResourceInUseException"
    table(api, "creating")
    assert api.scan(**name)["Count"] == 0
    api.update_time_to_live(**name, **ttl)
    assert code(api.update_time_to_live, **name, **ttl) == "ValidationException"


def test_an_index_is_built_after_its_table_was_updated(api: Any) -> None:
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    on_demand = {"KeySchema": key, "BillingMode": "PAY_PER_REQUEST"}
    api.create_table(TableName="grows", AttributeDefinitions=ATTRIBUTES[:1], **on_demand)
    new = {"AttributeDefinitions": ATTRIBUTES[:2]}
    add = {"GlobalSecondaryIndexUpdates": [{"Create": BY_OWNER}]}
    api.update_table(TableName="grows", **new, **add)
    before, after = table(api, "grows"), table(api, "grows")
    for found, status in ((before, "CREATING"), (after, "ACTIVE")):
        assert [index["IndexStatus"] for index in found["GlobalSecondaryIndexes"]] == [status]
    assert (before["TableStatus"], after["TableStatus"]) == ("UPDATING", "ACTIVE")
    assert code(api.update_table, TableName="grows", **add) == "ValidationException"


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({}, "ValidationException"),
        ({"ProvisionedThroughput": UNITS}, "ValidationException"),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "none"}}]},
            "ResourceNotFoundException",
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Delete": {"IndexName": "by_owner"}},
                    {"Create": BY_OWNER | {"IndexName": "other"}},
                ]
            },
            "LimitExceededException",
        ),
        (
            {
                "ProvisionedThroughput": UNITS | {"ReadCapacityUnits": 9},
                "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by_owner"}}],
            },
            "ValidationException",
        ),
    ],
)
def test_an_update_that_aws_refuses_is_refused(
    api: Any, request_: dict[str, Any], error: str
) -> None:
    if "updated" not in api.list_tables()["TableNames"]:
        create(api, "updated")
    assert code(api.update_table, TableName="updated", **request_) == error


def test_the_billing_mode_changes_with_units_for_everything(api: Any) -> None:
    create(api, "billed")
    api.update_table(TableName="billed", BillingMode="PAY_PER_REQUEST")
    table(api, "billed")
    assert table(api, "billed")["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    request: dict[str, Any] = {"TableName": "billed", "ProvisionedThroughput": UNITS}
    assert code(api.update_table, **request) == "ValidationException"
    request["BillingMode"] = "PROVISIONED"
    assert code(api.update_table, **request) == "ValidationException"
    update = {"IndexName": "by_owner", "ProvisionedThroughput": UNITS}
    api.update_table(**request, GlobalSecondaryIndexUpdates=[{"Update": update}])
    found = table(api, "billed")
    assert found["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    units = found["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]
    assert units["WriteCapacityUnits"] == 6


def test_a_stream_that_was_switched_off_can_be_switched_on(api: Any) -> None:
    create(api, "streamed")
    on = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
    off = {"StreamSpecification": {"StreamEnabled": False}}
    for step in (on, off, on):
        api.update_table(TableName="streamed", **step)
        table(api, "streamed")
    assert table(api, "streamed")["StreamSpecification"] == on["StreamSpecification"]
    assert code(api.update_table, TableName="streamed", **on) == "ValidationException"


def test_a_tag_takes_the_place_of_the_one_with_its_key(api: Any) -> None:
    arn = create(api, "tagged", Tags=[{"Key": "a", "Value": "1"}])
    api.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}])
    assert api.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}]
    reserved = [{"Key": "aws:a", "Value": "1"}]
    assert code(api.tag_resource, ResourceArn=arn, Tags=reserved) == "ValidationException"
