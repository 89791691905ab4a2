"""A live account, read through boto3 from moto: everything there is, page by page, or why not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from generator.adopt import live
from generator.adopt.command import Account
from generator.adopt.entries import Setting, entries_of
from generator.adopt.live import read_live
from generator.errors import Mistakes
from generator.spec import EnvironmentSpec
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import resolve
from tests.unit.adopt.rendering import DEFINE, loaded, rendered, text_of
from tests.unit.adopt.samples import ENVIRONMENT, REGION, attributes, keys
from tests.unit.adopt.template import template_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generator.adopt.described import Described

HERE = "123456789012"
STREAM = f"arn:aws:kinesis:{REGION}:{HERE}:stream/changes"
ALL = Account(region=None, profile=None, names=(), tags={})
PLAIN: dict[str, Any] = {
    "KeySchema": keys("id"),
    "AttributeDefinitions": attributes(id="S"),
    "BillingMode": "PAY_PER_REQUEST",
}
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
DENIED = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}


def make(name: str, **members: Any) -> str:
    made = boto3.client("dynamodb").create_table(TableName=name, **{**PLAIN, **members})
    return str(made["TableDescription"]["TableArn"])


def make_everything(name: str = "orders") -> None:
    dynamodb, scaling = boto3.client("dynamodb"), boto3.client("application-autoscaling")
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = make(
        name,
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
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        TableClass="STANDARD_INFREQUENT_ACCESS",
        DeletionProtectionEnabled=True,
        Tags=[{"Key": "team", "Value": "checkout"}],
    )
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 12}
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    ttl = {"Enabled": True, "AttributeName": "expires_at"}
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    dynamodb.enable_kinesis_streaming_destination(TableName=name, StreamArn=STREAM)
    for index in ({}, {"IndexName": "by_customer"}):
        dynamodb.update_contributor_insights(
            TableName=name, ContributorInsightsAction="ENABLE", **index
        )
    statement = {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:*", "Resource": arn}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    dynamodb.put_resource_policy(ResourceArn=arn, Policy=json.dumps(document))
    for resource, kind in (
        (f"table/{name}", "table"),
        (f"table/{name}/index/by_customer", "index"),
    ):
        dimension = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": resource,
            "ScalableDimension": f"dynamodb:{kind}:WriteCapacityUnits",
        }
        scaling.register_scalable_target(**dimension, MinCapacity=5, MaxCapacity=50)
        metric = {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}
        scaling.put_scaling_policy(
            **dimension,
            PolicyName="mine",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 61.0,
                "PredefinedMetricSpecification": metric,
                "ScaleInCooldown": 30,
            },
        )


def read(account: Account = ALL, *, everything: bool = True) -> dict[str, Described]:
    return {each.name: each for each in read_live(account, everything=everything).tables}


def setting() -> Setting:
    written = {**ENVIRONMENT, **BUILT_IN, "account_id": HERE}
    here = resolve(EnvironmentSpec.model_validate(written), "prod.yaml")
    return Setting(environment=here, assumed=False)


def as_documents(described: Described) -> list[dict[str, Any]]:
    """Ask AWS again, the way the command line would, for the oracle."""
    dynamodb, scaling = boto3.client("dynamodb"), boto3.client("application-autoscaling")
    name = described.name
    documents = [
        dynamodb.describe_table(TableName=name),
        dynamodb.describe_continuous_backups(TableName=name),
        dynamodb.describe_time_to_live(TableName=name),
        dynamodb.list_tags_of_resource(ResourceArn=described.arn),
        dynamodb.describe_kinesis_streaming_destination(TableName=name),
        dynamodb.describe_contributor_insights(TableName=name),
        dynamodb.describe_contributor_insights(TableName=name, IndexName="by_customer"),
        dynamodb.get_resource_policy(ResourceArn=described.arn),
        boto3.client("kms").describe_key(KeyId=described.key_arn),
    ]
    documents.append(scaling.describe_scalable_targets(ServiceNamespace="dynamodb"))
    documents.append(scaling.describe_scaling_policies(ServiceNamespace="dynamodb"))
    return documents


@pytest.mark.usefixtures("aws")
def test_a_live_table_is_described_as_it_was(tmp_path: Path) -> None:
    make_everything()
    (described,) = read().values()
    assert described.unread == {}
    (entry,) = entries_of([described], setting(), DEFINE)
    assert [str(note) for note in entry.notes] == []
    environment = loaded(tmp_path, text_of([entry]), account_id=HERE)
    found = rendered(environment)
    assert found == template_of(*as_documents(described))
    assert len(found) == 5
    assert found["orders"]["KinesisStreamSpecification"]["StreamArn"] == STREAM


@pytest.mark.usefixtures("aws")
def test_every_page_of_every_list_is_read() -> None:
    for number in range(103):  # ListTables gives a hundred names at once
        make(f"table-{number:03}", Tags=[{"Key": "number", "Value": str(number)}])
    dynamodb = boto3.client("dynamodb")
    for number in (7, 42, 102):  # the insights come two at a time here
        dynamodb.update_contributor_insights(
            TableName=f"table-{number:03}", ContributorInsightsAction="ENABLE"
        )
    found = read()
    assert list(found) == [f"table-{number:03}" for number in range(103)]
    assert found["table-057"].answers["list-tags-of-resource"] == {"number": "57"}
    written = entries_of(list(found.values()), setting(), DEFINE)
    on = [entry.key for entry in written if entry.written.get("contributor_insights")]
    assert on == ["table-007", "table-042", "table-102"]


@pytest.mark.usefixtures("aws")
def test_globs_and_tags_choose() -> None:
    make("orders", Tags=[{"Key": "team", "Value": "a"}, {"Key": "tier", "Value": "1"}])
    make("orders-old", Tags=[{"Key": "team", "Value": "a"}])
    make("Users", Tags=[{"Key": "team", "Value": "b"}])

    def chosen(*names: str, **tags: str) -> list[str]:
        account = Account(region=None, profile=None, names=names, tags=tags)
        return list(read(account, everything=False))

    assert chosen("orders*") == ["orders", "orders-old"]
    assert chosen("users") == []
    assert set(chosen("Users", "*-old")) == {"Users", "orders-old"}
    assert chosen(team="a") == ["orders", "orders-old"]
    assert chosen(team="a", tier="1") == ["orders"]
    assert chosen("*-old", team="a") == ["orders-old"]


@pytest.mark.usefixtures("aws")
def test_another_region_holds_other_tables() -> None:
    make("orders")
    elsewhere = Account(region="us-east-1", profile=None, names=(), tags={})
    assert read(elsewhere) == {}


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Refuse operations, for every table or for some; returns the operations asked."""
    call = BaseClient._make_api_call  # noqa: SLF001 - botocore's own seam

    def refused(*operations: str, of: str | None = None) -> list[str]:
        asked: list[str] = []

        def answer(self: Any, operation: str, request: dict[str, Any]) -> Any:
            asked.append(operation)
            if operation in operations and (of is None or of in str(request)):
                raise ClientError(DENIED, operation)
            return call(self, operation, request)

        monkeypatch.setattr(BaseClient, "_make_api_call", answer)
        return asked

    return refused


@pytest.mark.usefixtures("aws")
def test_existing_tables_are_asked_no_more_than_needed(refuse: Callable[..., list[str]]) -> None:
    make("orders")
    asked = refuse()
    read(everything=False)
    assert asked == ["ListTables", "DescribeTable", "DescribeContinuousBackups"]


@pytest.mark.usefixtures("aws")
def test_every_refusal_is_kept_with_its_table(refuse: Callable[..., list[str]]) -> None:
    make_everything()
    make("users")
    refuse(
        *("DescribeTimeToLive", "GetResourcePolicy", "DescribeKinesisStreamingDestination"),
        *("DescribeScheduledActions", "ListContributorInsights", "DescribeKey"),
    )
    found = read()

    def denied(operation: str) -> str:
        return f"AccessDeniedException on {operation}"

    shared = {
        "describe-time-to-live": denied("DescribeTimeToLive"),
        "describe-kinesis-streaming-destination": denied("DescribeKinesisStreamingDestination"),
        "get-resource-policy": denied("GetResourcePolicy"),
        "describe-scheduled-actions": denied("DescribeScheduledActions"),
        "describe-contributor-insights": denied("ListContributorInsights"),
    }
    assert found["users"].unread == shared
    assert found["orders"].unread == shared | {
        "get-resource-policy of its stream": denied("GetResourcePolicy"),
        "describe-key": denied("DescribeKey"),
    }
    said = [
        str(note)
        for entry in entries_of(list(found.values()), setting(), DEFINE)
        for note in entry.notes
        if entry.key == "users"
    ]
    assert said[1:] == [
        f"unknown: {aspect} ({shared[aspect]}); taken as absent"
        for aspect in (
            "describe-time-to-live",
            "describe-kinesis-streaming-destination",
            "describe-contributor-insights",
            "get-resource-policy",
        )
    ]


@pytest.mark.usefixtures("aws")
def test_a_table_that_cannot_be_described_is_named(refuse: Callable[..., list[str]]) -> None:
    make("orders")
    make("users")
    refuse("DescribeTable", of="users")
    found = read_live(ALL, everything=True)
    assert [each.name for each in found.tables] == ["orders"]
    assert found.unreadable == {"users": "AccessDeniedException on DescribeTable"}


@pytest.mark.usefixtures("aws")
def test_a_table_whose_tags_are_hidden_cannot_be_chosen(refuse: Callable[..., list[str]]) -> None:
    make("orders", Tags=[{"Key": "team", "Value": "a"}])
    refuse("ListTagsOfResource")
    account = Account(region=None, profile=None, names=(), tags={"team": "a"})
    found = read_live(account, everything=True)
    assert found.tables == ()
    assert found.unreadable == {
        "orders": "its tags, by which tables are chosen: "
        "AccessDeniedException on ListTagsOfResource"
    }


def test_throttling_is_waited_out() -> None:
    """Standard retries wait longer and longer, with jitter; see botocore's own tests for more."""
    assert live._RETRIES == {"mode": "standard", "total_max_attempts": 10}  # noqa: SLF001


def refusal(account: Account) -> str:
    with pytest.raises(Mistakes) as caught:
        read_live(account, everything=True)
    return str(caught.value)


@pytest.mark.usefixtures("aws")
def test_an_account_that_refuses_is_a_mistake(refuse: Callable[..., list[str]]) -> None:
    refuse("ListTables")
    assert refusal(ALL) == (
        "the tables cannot be listed: AccessDeniedException: no\n"
        "    fix: allow dynamodb:ListTables on *, and what docs/adopting-tables.md lists"
    )


@pytest.mark.usefixtures("aws")
def test_no_region_is_a_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert refusal(ALL) == (
        "the tables cannot be listed: You must specify a region\n"
        "    fix: give --region, or set AWS_REGION"
    )


@pytest.mark.usefixtures("aws")
def test_an_unknown_profile_is_a_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    account = Account(region=REGION, profile="nobody", names=(), tags={})
    assert refusal(account) == (
        "the tables cannot be listed: The config profile (nobody) could not be found\n"
        "    fix: `aws configure list-profiles` shows the profiles there are"
    )


def test_an_endpoint_that_is_not_there_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_RETRIES", {"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    account = Account(region=REGION, profile=None, names=(), tags={})
    assert refusal(account) == (
        'the tables cannot be listed: Could not connect to the endpoint URL: "http://127.0.0.1:9/"'
        "\n    fix: check the Region, AWS_ENDPOINT_URL and your connection"
    )
