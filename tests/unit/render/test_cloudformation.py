from __future__ import annotations

from typing import Any

import pytest
from awscli.customizations.cloudformation.yamlhelper import yaml_parse
from cfnlint.decode import decode_str
from troposphere import (
    AWSObject,
    Export,
    GetAtt,
    If,
    Output,
    Ref,
    Retain,
    RetainExceptOnCreate,
    Sub,
    Tags,
    awslambda,
    backup,
    dynamodb,
    iam,
    sns,
)

from generator.render import LocalFile
from generator.render.cloudformation import Packaged, Rendered, Verbatim, present, render
from generator.render.yaml_text import Intrinsic

POLICY = {"Version": "2012-10-17", "Statement": ({"Effect": "Deny", "Action": ("a:B", "a:C")},)}


def vault(title: str = "Vault", **properties: Any) -> backup.BackupVault:
    return backup.BackupVault(title, BackupVaultName="shop-prod", **properties)


def draw(*resources: AWSObject, **settings: Any) -> Rendered:
    return render(resources, **{"description": "Shop", "header": "Written.", **settings})


def test_a_template_as_a_reviewer_sees_it() -> None:
    table = dynamodb.Table(
        "OrdersTable",
        TableName="orders",
        KeySchema=[dynamodb.KeySchema(KeyType="HASH", AttributeName="order_id")],
        AttributeDefinitions=[
            dynamodb.AttributeDefinition(AttributeType="S", AttributeName="order_id")
        ],
        BillingMode="PAY_PER_REQUEST",
        UpdateReplacePolicy=Retain,
        DeletionPolicy=RetainExceptOnCreate,
        DeletionProtectionEnabled=True,
        Tags=Tags({"cost_center": "4711"}),
    )
    guarded = vault(AccessPolicy=Verbatim(POLICY), DependsOn=table)
    guarded.LockConfiguration = backup.LockConfigurationType(MinRetentionDays=7)
    rendered = draw(
        table,
        guarded,
        comments={"Vault": "Where recovery points live.\nLocked — for good."},
        outputs=[
            Output("VaultArn", Value=GetAtt(guarded, "BackupVaultArn"), Export=Export("shop-vault"))
        ],
    )

    assert (
        rendered.text
        == """\
# Written.
AWSTemplateFormatVersion: "2010-09-09"
Description: Shop

Resources:
  OrdersTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      TableName: orders
      KeySchema:
        - KeyType: HASH
          AttributeName: order_id
      AttributeDefinitions:
        - AttributeType: S
          AttributeName: order_id
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      Tags:
        - Key: cost_center
          Value: "4711"

  # Where recovery points live.
  # Locked \\u2014 for good.
  Vault:
    Type: AWS::Backup::BackupVault
    DependsOn: OrdersTable
    Properties:
      BackupVaultName: shop-prod
      AccessPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action:
              - a:B
              - a:C
      LockConfiguration:
        MinRetentionDays: 7

Outputs:
  VaultArn:
    Value: !GetAtt Vault.BackupVaultArn
    Export:
      Name: shop-vault
"""
    )


def test_the_plain_template_is_what_readers_of_the_text_see() -> None:
    role = iam.Role(
        "Role",
        AssumeRolePolicyDocument=POLICY,
        ManagedPolicyArns=[
            Sub("arn:${AWS::Partition}:iam::aws:policy/X"),
            "arn:aws:iam::1:policy/Y",
        ],
        Tags=Tags({"Zürich": "東京"}),
        Condition="Wanted",
    )
    rendered = draw(role, vault(EncryptionKeyArn=If("Wanted", Ref("Key"), "none")))

    decoded, mistakes = decode_str(rendered.text)

    assert mistakes == []
    assert decoded == rendered.template
    assert yaml_parse(rendered.text) == rendered.template
    assert list(rendered.template["Resources"]["Role"]) == ["Type", "Condition", "Properties"]


def test_values_and_keys_are_recorded_without_calls() -> None:
    topic = sns.Topic(
        "Topic",
        TopicName="shop",
        FifoTopic=False,
        KmsMasterKeyId=Ref("Key"),
        Tags=Tags({"owner": "payments", "stage": If("A", "prod", "dev")}),
        DeletionPolicy=Retain,
    )
    rendered = draw(
        topic,
        vault(AccessPolicy=Verbatim({"a": [{"b:c": 1}, GetAtt("Topic", "Arn")]})),
        outputs=[Output("Name", Value="not a property")],
    )

    assert rendered.literals == ("shop", False, "payments", "shop-prod", 1)
    assert rendered.keys == ("owner", "stage", "a", "b:c")


def test_documents_stay_objects_where_troposphere_would_make_a_string() -> None:
    properties = draw(vault(AccessPolicy=Verbatim(POLICY))).template["Resources"]["Vault"][
        "Properties"
    ]

    assert properties["AccessPolicy"]["Statement"] == [{"Effect": "Deny", "Action": ["a:B", "a:C"]}]
    assert Verbatim(POLICY).to_dict() == properties["AccessPolicy"]


def test_calls_equal_their_long_form() -> None:
    template = draw(vault(EncryptionKeyArn=GetAtt("Key", "Arn"))).template

    key = template["Resources"]["Vault"]["Properties"]["EncryptionKeyArn"]
    assert isinstance(key, Intrinsic)
    assert key == {"Fn::GetAtt": ["Key", "Arn"]}


def test_validation_can_be_switched_off_where_troposphere_lags_behind() -> None:
    assert draw(backup.BackupVault("Vault").no_validation()).literals == ()


def test_a_resource_without_properties() -> None:
    assert draw(sns.Topic("Topic")).template["Resources"] == {"Topic": {"Type": "AWS::SNS::Topic"}}


def test_present() -> None:
    assert present(a=None, b=0, c="", d=False, e=()) == {"b": 0, "c": "", "d": False, "e": ()}


def test_the_header_is_commented_line_by_line() -> None:
    text = draw(vault(), header="one\n\ntwo: [").text

    assert text.startswith('# one\n#\n# two: [\nAWSTemplateFormatVersion: "2010-09-09"\n')


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (backup.BackupVault("Vault"), "Vault: AWS::Backup::BackupVault lacks BackupVaultName"),
        (
            vault(LockConfiguration=backup.LockConfigurationType()),
            "LockConfigurationType lacks Min",
        ),
        (vault(BackupVaultTags={"Ref": "a"}), "take the key Ref for a call"),
        (vault(AccessPolicy=Verbatim({"Ref": "a"})), "take the key Ref for a call"),
        (vault(AccessPolicy=Verbatim({"a": [{"Fn::Sub": "b"}]})), "take the key Fn::Sub"),
    ],
)
def test_mistakes_in_a_blueprint_are_named(resource: AWSObject, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(resource)


def test_troposphere_validates_what_it_knows() -> None:
    provisioned = dynamodb.Table("Table", KeySchema=[], BillingMode="PROVISIONED")

    with pytest.raises(ValueError, match="ProvisionedThroughput required"):
        draw(provisioned)


@pytest.mark.parametrize("value", [None, {1}, b"a", object()])
def test_a_value_without_a_place_is_a_bug(value: Any) -> None:
    with pytest.raises(TypeError, match="no place in a template"):
        draw(vault(AccessPolicy=Verbatim({"a": value})))


def test_a_key_that_is_no_string_is_a_bug() -> None:
    document: Any = {1: "a"}

    with pytest.raises(TypeError, match="a key must be a string, not 1"):
        draw(vault(AccessPolicy=Verbatim(document)))


def test_a_logical_id_is_used_once() -> None:
    with pytest.raises(ValueError, match="Vault is used twice"):
        draw(vault(), vault())


def test_a_comment_needs_its_resource() -> None:
    with pytest.raises(ValueError, match="Vaults"):
        draw(vault(), comments={"Vaults": "misspelt"})


def test_a_template_needs_a_resource() -> None:
    with pytest.raises(ValueError, match="no resource to write"):
        draw()


def test_a_local_file_stands_in_the_place_of_an_object_in_s3() -> None:
    code = Packaged(LocalFile("../functions/a.zip"))
    function = awslambda.Function("Function", Code=code, Role="arn")
    rendered = render([function], description="x", header="x")
    assert rendered.template["Resources"]["Function"]["Properties"]["Code"] == "../functions/a.zip"
    assert "../functions/a.zip" in rendered.literals
