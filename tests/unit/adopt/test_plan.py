"""Terraform with the real provider: what is imported is what is there, and nothing is destroyed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import yaml
from click.testing import CliRunner

from generator import workspace
from generator.cli import main
from generator.pipeline import render
from tests.e2e.local_aws import LocalAws, local_aws_server, run_aws
from tests.e2e.terraform_root import TerraformError, TerraformRoot
from tests.unit.adopt.samples import ENVIRONMENT, OUR_TAGS, attributes, keys
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.terraform, pytest.mark.e2e, pytest.mark.slow]

HERE = {"account_id": ENVIRONMENT["account_id"], "region": ENVIRONMENT["region"]}
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
STREAM = f"arn:aws:kinesis:{HERE['region']}:{HERE['account_id']}:stream/changes"
# What a plan may change of an adopted table and its auto scaling: Holdfast's tags are added.
TAGS = {"tags", "tags_all"}
OF_A_TABLE = (
    ("dynamodb describe-table", "--table-name"),
    ("dynamodb describe-continuous-backups", "--table-name"),
    ("dynamodb describe-time-to-live", "--table-name"),
    ("dynamodb list-tags-of-resource", "--resource-arn"),
    ("dynamodb describe-kinesis-streaming-destination", "--table-name"),
    ("dynamodb describe-contributor-insights", "--table-name"),
    ("dynamodb get-resource-policy", "--resource-arn"),
)
OF_THE_ACCOUNT = ("describe-scalable-targets", "describe-scaling-policies")


def missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    if shutil.which("terraform") is None:
        missing("terraform is not installed")
    with local_aws_server(tmp_path_factory.mktemp("local_aws") / "server.log") as server:
        make_tables(server)
        yield server


def make_tables(local_aws: LocalAws) -> None:
    dynamodb = local_aws.client("dynamodb", **HERE)
    orders = dynamodb.create_table(
        TableName="orders",
        KeySchema=keys("order_id", "item_id"),
        AttributeDefinitions=attributes(order_id="S", item_id="S", customer_id="S", amount="N"),
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_customer",
                "KeySchema": keys("customer_id", "amount"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["colour"]},
                "ProvisionedThroughput": UNITS,
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by_amount",
                "KeySchema": keys("order_id", "amount"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"},
        DeletionProtectionEnabled=True,
        Tags=[{"Key": "team", "Value": "checkout"}],
    )["TableDescription"]["TableArn"]
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 12}
    member = "PointInTimeRecoverySpecification"
    dynamodb.update_continuous_backups(TableName="orders", **{member: recovery})
    ttl = {"Enabled": True, "AttributeName": "expires_at"}
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification=ttl)
    dynamodb.enable_kinesis_streaming_destination(TableName="orders", StreamArn=STREAM)
    for index in ({}, {"IndexName": "by_customer"}):
        dynamodb.update_contributor_insights(
            TableName="orders", ContributorInsightsAction="ENABLE", **index
        )
    statement = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*", "Resource": orders}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    dynamodb.put_resource_policy(ResourceArn=orders, Policy=json.dumps(document))
    make_scaling(local_aws.client("application-autoscaling", **HERE))
    dynamodb.create_table(
        TableName="users",
        KeySchema=keys("id"),
        AttributeDefinitions=attributes(id="S"),
        BillingMode="PAY_PER_REQUEST",
        TableClass="STANDARD",
    )


def make_scaling(scaling: Any) -> None:
    """Make one policy named as Holdfast would, and one as somebody else did."""
    for resource, dimension, name in (
        ("table/orders", "dynamodb:table:ReadCapacityUnits", "shop-prod-orders.read"),
        ("table/orders", "dynamodb:table:WriteCapacityUnits", "$mine:table/orders"),
        (
            "table/orders/index/by_customer",
            "dynamodb:index:ReadCapacityUnits",
            "shop-prod-orders.by_customer.read",
        ),
    ):
        where = {"ServiceNamespace": "dynamodb", "ResourceId": resource}
        where["ScalableDimension"] = dimension
        scaling.register_scalable_target(**where, MinCapacity=5, MaxCapacity=50)
        metric = f"DynamoDB{'Read' if 'Read' in dimension else 'Write'}CapacityUtilization"
        scaling.put_scaling_policy(
            **where,
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 61.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
                "ScaleInCooldown": 30,
            },
        )


def described(local_aws: LocalAws) -> str:
    """What the loop of docs/adopting-tables.md prints, with the real command line."""
    text = ""
    arn = f"arn:aws:dynamodb:{HERE['region']}:{HERE['account_id']}:table"
    for table in ("orders", "users"):
        for operation, option in OF_A_TABLE:
            value = f"{arn}/{table}" if option == "--resource-arn" else table
            text += run_aws(local_aws, *operation.split(), option, value, **HERE).stdout
    where = ("--index-name", "by_customer")
    insights = ("dynamodb", "describe-contributor-insights", "--table-name", "orders", *where)
    text += run_aws(local_aws, *insights, **HERE).stdout
    for operation in OF_THE_ACCOUNT:
        namespace = ("--service-namespace", "dynamodb")
        text += run_aws(local_aws, "application-autoscaling", operation, *namespace, **HERE).stdout
    return text


@pytest.fixture(scope="module")
def root(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> TerraformRoot:
    """The rendered root with the import blocks beside it, initialised."""
    folder = tmp_path_factory.mktemp("adopted")
    before = Path.cwd()
    os.chdir(folder)
    try:
        files = rendered_with_imports(described(local_aws))
    finally:
        os.chdir(before)
    source = folder / "terraform"
    source.mkdir()
    for name, text in files.items():
        (source / name).write_text(text)
    made = TerraformRoot.copy(source, folder / "root", local_aws.environment(**HERE))
    mirror = provider_mirror()
    try:
        made.init(mirror)
    except TerraformError as error:
        if mirror is None:
            missing(f"the AWS provider of Terraform is not at hand: {error}")
        raise
    return made


def rendered_with_imports(documents: str) -> dict[str, str]:
    Path("environments").mkdir()
    prod = Path("environments/prod.yaml")
    prod.write_text(yaml.safe_dump(ENVIRONMENT))
    arguments = (
        *("adopt", "-", "--define", "--environment", "prod", "--import-into", "import"),
        *("--output", "environments/tables.yaml"),
    )
    done = CliRunner().invoke(main, arguments, input=documents, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    assert "2 adopted: 2 defined, 0 as existing" in done.stderr
    prod.write_text(yaml.safe_dump({**ENVIRONMENT, "include": ["tables.yaml"]}))
    (loaded,) = workspace.load(["prod"])
    files = render(loaded.environment).files
    return {
        path.removeprefix("terraform/"): text
        for path, text in files.items()
        if path in ("terraform/tables.tf", "terraform/versions.tf", "terraform/provider.tf")
    } | {"imports.tf": Path("import/imports.tf").read_text()}


def test_the_blocks_are_valid_beside_the_rendered_root(root: TerraformRoot) -> None:
    root.validate()


def test_everything_is_imported_and_nothing_lost(root: TerraformRoot) -> None:
    plan = root.plan()
    changes = {each["address"]: each["change"] for each in plan["resource_changes"]}
    assert len(changes) == 12
    assert not [address for address, change in changes.items() if "importing" not in change]
    actions = {address: tuple(change["actions"]) for address, change in changes.items()}
    replaced = "aws_appautoscaling_policy.write_policy_orders"
    assert actions.pop(replaced) == ("delete", "create")
    assert changes[replaced]["replace_paths"] == [["name"]]
    assert set(actions.values()) <= {("no-op",), ("update",)}
    del changes[replaced]
    different = {address: set(differing(change)) for address, change in changes.items()}
    policy = "aws_dynamodb_resource_policy.table_orders"
    assert different.pop(policy) == {"policy", "confirm_remove_self_resource_access"}
    before, after = (json.loads(changes[policy][when]["policy"]) for when in ("before", "after"))
    assert before == after  # the provider compares the text of what it imports
    assert set().union(*different.values()) == TAGS
    tags = changes["aws_dynamodb_table.table_orders"]["after"]["tags"]
    assert tags == OUR_TAGS | {"team": "checkout"}


def differing(change: dict[str, Any]) -> Iterator[str]:
    for name, value in change["after"].items():
        if value != change["before"].get(name):
            yield name


def test_after_the_import_nothing_is_left_to_do(root: TerraformRoot, local_aws: LocalAws) -> None:
    """The last test here: it imports."""
    root.apply()
    assert root.drifts() == []
    policies = local_aws.client("application-autoscaling", **HERE).describe_scaling_policies(
        ServiceNamespace="dynamodb"
    )["ScalingPolicies"]
    assert sorted(policy["PolicyName"] for policy in policies) == [
        "shop-prod-orders.by_customer.read",
        "shop-prod-orders.read",
        "shop-prod-orders.write",
    ]
    dynamodb = local_aws.client("dynamodb", **HERE)
    assert dynamodb.list_tables()["TableNames"] == ["orders", "users"]
