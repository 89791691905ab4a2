"""Intrinsics and conditions, one by one: what they give, and what makes them unknown."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.decode import decode_str

from generator.audit.model import Options
from generator.audit.stack import Stack
from generator.audit.values import text
from generator.audit.world import World

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: prod}
  Free: {Type: String}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  Flag: {Type: String, Default: true}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
Mappings:
  Sizes:
    prod: {keep: 35, on: true}
    dev: {keep: 7, on: false}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Other: !Not [!Condition Prod]
  Open: !Equals [!Ref Free, x]
  ProdOrOpen: !Or [!Condition Prod, !Condition Open]
  OtherOrOpen: !Or [!Condition Other, !Condition Open]
  ProdAndOpen: !And [!Condition Prod, !Condition Open]
  OtherAndOpen: !And [!Condition Other, !Condition Open]
  NotOpen: !Not [!Condition Open]
  Undeclared: !Condition Nothing
Resources:
  Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "t-${Stage}"}}
  Unnamed: {Type: AWS::DynamoDB::Table}
  Vault: {Type: AWS::Backup::BackupVault, Properties: {BackupVaultName: main}}
  Plan: {Type: AWS::Backup::BackupPlan}
  Topic: {Type: AWS::SNS::Topic}
"""
ARN = "arn:aws:dynamodb:eu-west-1:111111111111:table/t-prod"


@pytest.fixture
def stack() -> Stack:
    document, matches = decode_str(TEMPLATE)
    assert document is not None
    assert matches == []
    options = Options(account_id="111111111111", region="eu-west-1")
    return Stack(World(options, {}), "t.yaml", document, {})


def parsed(written: str) -> Any:
    document, matches = decode_str(f"value: {written}\n")
    assert document is not None
    assert matches == []
    return document["value"]


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("35", "35"),
        ("true", "true"),
        ("!Ref Stage", "prod"),
        ("!Ref Flag", "true"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Sub '${Stage}-${AWS::AccountId}-${!Stage}'", "prod-111111111111-${Stage}"),
        ("!Sub ['${A}.${Stage}', {A: !Ref Stage}]", "prod.prod"),
        ("!Sub ${Named.Arn}", ARN),
        ("!Join ['-', [a, !Ref Stage]]", "a-prod"),
        ("!Join ['', !Ref Names]", "abc"),
        ("!Select [1, !Ref Names]", "b"),
        ("!Select [1, !Split ['/', !GetAtt Named.Arn]]", "t-prod"),
        ("!FindInMap [Sizes, !Ref Stage, keep]", "35"),
        ("!If [Prod, a, b]", "a"),
        ("!If [Other, a, !If [Prod, c, d]]", "c"),
        ("!If [ProdOrOpen, a, b]", "a"),
        ("!If [OtherAndOpen, a, b]", "b"),
        ("!Ref Named", "t-prod"),
        ("!GetAtt Named.Arn", ARN),
        ("!Ref Vault", "main"),
        (
            "!GetAtt Vault.BackupVaultArn",
            "arn:aws:backup:eu-west-1:111111111111:backup-vault:main",
        ),
    ],
)
def test_intrinsics(written: str, resolved: str, stack: Stack) -> None:
    assert stack.resolve(parsed(written)).literal == resolved


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("!Ref Free", "parameter Free has no default (--parameter Free=…)"),
        ("!Ref Stored", "parameter Stored is read from Systems Manager"),
        ("!Ref Nothing", "Nothing is not in t.yaml"),
        ("!Ref Topic", "Topic is known only at deployment"),
        ("!Ref Plan", "Plan: AWS gives it an id at deployment"),
        ("!GetAtt Topic.TopicArn", "Topic.TopicArn is known only after deployment"),
        ("!ImportValue x", "export x is not in these files"),
        ("'{{resolve:ssm:/a}}'", "dynamic reference {{resolve:ssm:/a}}"),
        ("!Base64 x", "Fn::Base64 is not worked out here"),
        ("!Select [9, [a]]", "Fn::Select is not worked out here"),
        ("!Select [0, !Split [',', !Ref Free]]", "Fn::Select is not worked out here"),
        ("!FindInMap [Sizes, !Ref Free, keep]", "parameter Free has no default"),
        ("!FindInMap [Sizes, test, keep]", "Fn::FindInMap is not worked out here"),
        ("!If [Open, a, b]", "condition Open is undecided"),
        ("{Fn::Transform: {Name: x}, other: y}", "Fn::Transform is not worked out here"),
    ],
)
def test_what_is_not_known_says_why(written: str, reason: str, stack: Stack) -> None:
    found = stack.resolve(parsed(written))
    assert found.literal is None
    assert reason in "; ".join(found.reasons)


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("Prod", True),
        ("Other", False),
        ("Open", None),
        ("ProdOrOpen", True),
        ("OtherOrOpen", None),
        ("ProdAndOpen", None),
        ("OtherAndOpen", False),
        ("NotOpen", None),
        ("Undeclared", None),
    ],
)
def test_conditions(name: str, truth: object, stack: Stack) -> None:
    assert stack.condition(name).truth is truth


def test_a_default_is_an_assumption(stack: Stack) -> None:
    assumed = frozenset({"by default of parameter Stage"})
    assert stack.resolve(parsed("!Sub x-${Stage}")).assumed == assumed
    assert stack.resolve(parsed("!If [Prod, a, b]")).assumed == assumed
    assert stack.resolve(parsed("!FindInMap [Sizes, !Ref Stage, keep]")).assumed == assumed


def test_no_value_is_left_out(stack: Stack) -> None:
    given = parsed("{a: !Ref AWS::NoValue, b: [!Ref AWS::NoValue, c]}")
    assert stack.resolve(given) == {"b": [text("c")]}


def test_one_unknown_is_itself_and_no_other(stack: Stack) -> None:
    assert stack.resolve(parsed("!Ref Free")) == stack.resolve(parsed("!Sub '${Free}'"))
    assert stack.resolve(parsed("!Ref Unnamed")) != stack.resolve(parsed("!Ref Named"))
    assert str(stack.resolve(parsed("!Ref Unnamed"))) == "<AWS::StackName>-Unnamed-<Unnamed.name>"
