"""CloudFormation on local endpoints: imports of what exists, and stacks that change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.local_aws import run_aws

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
RETAINED = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
KEY = {"Type": "AWS::KMS::Key", **RETAINED, "Properties": {"Description": "tables"}}
ALIAS = {
    "Type": "AWS::KMS::Alias",
    **RETAINED,
    "Properties": {"AliasName": "alias/tables", "TargetKeyId": {"Ref": "Key"}},
}
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    **RETAINED,
    "Properties": {
        "TableName": "orders",
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "SSESpecification": {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
        },
    },
}
TARGET = {
    "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
    "DependsOn": "Table",
    "Properties": {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": 1,
        "MaxCapacity": 9,
    },
}
FULL = {
    "Resources": {"Key": KEY, "Alias": ALIAS, "Table": TABLE, "Target": TARGET},
    "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Table", "Arn"]}}},
}
STATEFUL = {"Resources": {"Key": KEY, "Alias": ALIAS, "Table": TABLE}}


@pytest.fixture
def api(local_aws: LocalAws) -> Any:
    local_aws.reset()
    return local_aws.client("cloudformation", **HERE)


def deploy(local_aws: LocalAws, template: dict[str, Any], folder: Path, stack: str = "shop") -> str:
    path = folder / "template.json"
    path.write_text(json.dumps(template))
    what = ("--template-file", str(path), "--stack-name", stack, "--no-fail-on-empty-changeset")
    done = run_aws(local_aws, "cloudformation", "deploy", *what, **HERE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def resources(api: Any, stack: str = "shop") -> dict[str, str]:
    listed = api.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}


def to_import(key_id: str, *names: str) -> list[dict[str, Any]]:
    identifiers = {
        "Key": {"KeyId": key_id},
        "Alias": {"AliasName": "alias/tables"},
        "Table": {"TableName": "orders"},
    }
    return [
        {
            "ResourceType": FULL["Resources"][name]["Type"],
            "LogicalResourceId": name,
            "ResourceIdentifier": identifiers[name],
        }
        for name in names
    ]


def orphaned(api: Any, local_aws: LocalAws, folder: Path) -> str:
    """Deploy the stack and delete it; return the ID of the key that is left with the table."""
    deploy(local_aws, FULL, folder)
    key_id = resources(api)["Key"]
    api.delete_stack(StackName="shop")
    targets = local_aws.client("application-autoscaling", **HERE).describe_scalable_targets(
        ServiceNamespace="dynamodb"
    )
    assert targets["ScalableTargets"] == []
    return key_id


def change_set(api: Any, template: dict[str, Any], wanted: list[dict[str, Any]]) -> dict[str, str]:
    request = {"StackName": "shop", "ChangeSetName": "imports"}
    api.create_change_set(
        **request,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(template),
        ResourcesToImport=wanted,
    )
    return request


def test_a_deleted_stack_is_imported_and_then_deployed_with_the_rest(
    api: Any, local_aws: LocalAws, tmp_path: Path
) -> None:
    key_id = orphaned(api, local_aws, tmp_path)
    dynamodb = local_aws.client("dynamodb", **HERE)
    table_id = dynamodb.describe_table(TableName="orders")["Table"]["TableId"]
    template, listed = tmp_path / "import.json", tmp_path / "resources-to-import.json"
    template.write_text(json.dumps(STATEFUL))
    listed.write_text(json.dumps(to_import(key_id, "Key", "Alias", "Table")))

    def aws(*command: str) -> None:
        where = ("--stack-name", "shop")
        done = run_aws(local_aws, "cloudformation", *command, *where, **HERE)
        assert done.returncode == 0, done.stderr

    named = ("--change-set-name", "imports")
    body = ("--template-body", f"file://{template}", "--resources-to-import", f"file://{listed}")
    aws("create-change-set", *named, "--change-set-type", "IMPORT", *body)
    aws("wait", "change-set-create-complete", *named)
    changes = api.describe_change_set(StackName="shop", ChangeSetName="imports")["Changes"]
    assert {each["ResourceChange"]["Action"] for each in changes} == {"Import"}
    aws("execute-change-set", *named)
    aws("wait", "stack-import-complete")
    owned = {"Key": key_id, "Alias": "alias/tables", "Table": "orders"}
    assert resources(api) == owned

    deploy(local_aws, FULL, tmp_path)
    assert resources(api).keys() == FULL["Resources"].keys()
    assert owned.items() <= resources(api).items()
    assert dynamodb.describe_table(TableName="orders")["Table"]["TableId"] == table_id
    (stack,) = api.describe_stacks(StackName="shop")["Stacks"]
    assert stack["Outputs"][0]["OutputValue"].endswith(":table/orders")
    deploy(local_aws, FULL, tmp_path)
    api.delete_stack(StackName="shop")
    assert dynamodb.list_tables()["TableNames"] == ["orders"]


def test_a_table_is_imported_into_the_stack_that_lost_it(
    api: Any, local_aws: LocalAws, tmp_path: Path
) -> None:
    without = {"Resources": {"Key": KEY, "Alias": ALIAS}}
    deploy(local_aws, without, tmp_path)
    key_id = resources(api)["Key"]
    local_aws.client("dynamodb", **HERE).create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    api.execute_change_set(**change_set(api, STATEFUL, to_import(key_id, "Table")))
    assert resources(api) == {"Key": key_id, "Alias": "alias/tables", "Table": "orders"}
    (stack,) = api.describe_stacks(StackName="shop")["Stacks"]
    assert stack["StackStatus"] == "IMPORT_COMPLETE"


def test_a_table_that_its_stack_let_go_of_is_imported_again(
    api: Any, local_aws: LocalAws, tmp_path: Path
) -> None:
    deploy(local_aws, STATEFUL, tmp_path)
    key_id = resources(api)["Key"]
    deploy(local_aws, {"Resources": {"Key": KEY, "Alias": ALIAS}}, tmp_path)
    assert resources(api).keys() == {"Key", "Alias"}
    api.execute_change_set(**change_set(api, STATEFUL, to_import(key_id, "Table")))
    assert resources(api) == {"Key": key_id, "Alias": "alias/tables", "Table": "orders"}


def without(logical_id: str, *members: str) -> dict[str, Any]:
    """Return the template of the stateful resources with members of one of them left out."""
    changed = {k: v for k, v in FULL["Resources"][logical_id].items() if k not in members}
    return {"Resources": STATEFUL["Resources"] | {logical_id: changed}}


EVERY = ("Key", "Alias", "Table")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((STATEFUL, "Key", "Alias"), r"\['Table'\] are missing from ResourcesToImport"),
        ((STATEFUL | {"Outputs": FULL["Outputs"]}, *EVERY), "Outputs"),
        ((without("Table", "DeletionPolicy"), *EVERY), "DeletionPolicy"),
        ((STATEFUL,), "ResourcesToImport must be given"),
    ],
)
def test_an_import_that_aws_refuses_is_refused(
    api: Any, local_aws: LocalAws, tmp_path: Path, asked: tuple[Any, ...], message: str
) -> None:
    template, *names = asked
    key_id = orphaned(api, local_aws, tmp_path)
    with pytest.raises(ClientError, match=message):
        change_set(api, template, to_import(key_id, *names))
    assert api.describe_stacks()["Stacks"] == []


def test_what_does_not_exist_or_belongs_to_a_stack_is_not_imported(
    api: Any, local_aws: LocalAws, tmp_path: Path
) -> None:
    key_id = orphaned(api, local_aws, tmp_path)
    every = to_import(key_id, "Key", "Alias", "Table")
    local_aws.client("dynamodb", **HERE).delete_table(TableName="orders")
    with pytest.raises(ClientError, match="'orders'} does not exist"):
        change_set(api, STATEFUL, every)
    deploy(local_aws, {"Resources": {"Mine": KEY}}, tmp_path, stack="other")
    of_other = to_import(resources(api, "other")["Mine"], "Key")
    with pytest.raises(ClientError, match="already belongs to stack other"):
        change_set(api, {"Resources": {"Key": KEY}}, of_other)


def test_an_import_changes_nothing_else_of_its_stack(
    api: Any, local_aws: LocalAws, tmp_path: Path
) -> None:
    key_id = orphaned(api, local_aws, tmp_path)
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "before"}}
    deploy(local_aws, {"Resources": {"Topic": topic}}, tmp_path)
    changed = topic | {"Properties": {"TopicName": "after"}}
    template = {"Resources": STATEFUL["Resources"] | {"Topic": changed}}
    with pytest.raises(ClientError, match=r"modified resources \['Topic'\]"):
        change_set(api, template, to_import(key_id, "Key", "Alias", "Table"))


def test_a_target_that_is_registered_already_fails_the_stack(api: Any, local_aws: LocalAws) -> None:
    scaling = local_aws.client("application-autoscaling", **HERE)
    scaling.register_scalable_target(**TARGET["Properties"])
    scaling.register_scalable_target(**TARGET["Properties"])  # the API itself does not mind
    alone = {key: value for key, value in TARGET.items() if key != "DependsOn"}
    with pytest.raises(ClientError, match="already exists"):
        api.create_stack(StackName="x", TemplateBody=json.dumps({"Resources": {"Target": alone}}))


def test_a_changed_template_creates_and_deletes_and_leaves_what_stays(
    api: Any, local_aws: LocalAws, tmp_path: Path
) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "goes"}}
    deploy(local_aws, {"Resources": {"Key": KEY, "Table": TABLE, "Topic": topic}}, tmp_path)
    before = resources(api)
    same = TABLE["Properties"] | {"TableName": {"Fn::Sub": "orders"}}
    table = TABLE | {"Properties": same}  # spelled anew, and so no change
    changed = {"Key": KEY, "Table": table, "Alias": ALIAS}
    deploy(local_aws, {"Resources": changed}, tmp_path)
    after = resources(api)
    assert after.keys() == changed.keys()
    assert after["Key"] == before["Key"]
    assert local_aws.client("sns", **HERE).list_topics()["Topics"] == []


def test_what_was_deleted_by_others_is_no_obstacle_to_deleting_a_stack(
    api: Any, local_aws: LocalAws, tmp_path: Path
) -> None:
    table = {key: value for key, value in TABLE.items() if key not in RETAINED}
    deploy(local_aws, {"Resources": {"Key": KEY, "Table": table}}, tmp_path)
    local_aws.client("dynamodb", **HERE).delete_table(TableName="orders")
    api.delete_stack(StackName="shop")
    assert api.describe_stacks()["Stacks"] == []
