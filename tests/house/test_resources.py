"""What is rendered keeps its promises: labels stay apart, and what holds data is kept."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from blueprints import catalog
from generator.naming import Label, label
from generator.pipeline import Tree
from tests.conftest import ROOT

# CloudFormation types that hold data, or without which data cannot be read.
STATEFUL = {
    "AWS::Backup::BackupVault": "aws_backup_vault",
    "AWS::DynamoDB::Table": "aws_dynamodb_table",
    "AWS::KMS::Alias": "aws_kms_alias",
    "AWS::KMS::Key": "aws_kms_key",
    "AWS::S3::Bucket": "aws_s3_bucket",
}
# What can be made again from the environment file alone.
STATELESS = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
    "AWS::CloudWatch::Alarm",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Organizations::Policy",
    "AWS::S3::BucketPolicy",
    "AWS::SSM::Parameter",
    "AWS::Scheduler::Schedule",
    "AWS::StepFunctions::StateMachine",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "Custom::BackupRegionSettings",
}


def cloudformation(trees: list[Tree]) -> Iterator[tuple[str, dict[str, object]]]:
    for tree in trees:
        for part in tree.parts:
            assert part.cloudformation is not None
            for logical_id, body in part.cloudformation.template["Resources"].items():
                yield f"{tree.environment.name} {part.facts.template} {logical_id}", body


def blocks(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield type and text of every Terraform resource."""
    for part in tree.parts:
        if part.terraform is not None:
            for block in part.terraform.text.split('\nresource "')[1:]:
                yield block.split('"')[0], block.split("\n}\n")[0]


def test_every_type_is_known_to_hold_data_or_not(trees: list[Tree]) -> None:
    assert {body["Type"] for _, body in cloudformation(trees)} == STATEFUL.keys() | STATELESS


def test_cloudformation_keeps_what_holds_data(trees: list[Tree]) -> None:
    for place, body in cloudformation(trees):
        policies = (body.get("DeletionPolicy"), body.get("UpdateReplacePolicy"))
        if body["Type"] in STATEFUL:
            assert policies == ("RetainExceptOnCreate", "Retain"), place
        else:
            assert set(policies) <= {None, "Delete"}, place


def test_terraform_keeps_what_holds_data(trees: list[Tree]) -> None:
    seen = set()
    for tree in trees:
        for kind, block in blocks(tree):
            seen.add(kind)
            assert ("prevent_destroy = true" in block) == (kind in STATEFUL.values()), block
    assert set(STATEFUL.values()) <= seen


# --- labels ---------------------------------------------------------------------------------------


def written_kinds() -> set[str]:
    """Return the kinds that stand as plain text in calls of `label`."""
    return {
        str(node.args[0].value)
        for path in (ROOT / "blueprints").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "label"
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.fixture
def kinds(trees: list[Tree], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The kinds of labels that the blueprints really use, computed ones among them."""
    used: set[str] = set()

    def recorded(kind: str, *keys: str) -> Label:
        used.add(kind)
        return label(kind, *keys)

    for name, module in list(sys.modules.items()):
        if name.startswith("blueprints.") and getattr(module, "label", None) is label:
            monkeypatch.setattr(module, "label", recorded)
    for tree in trees:
        for blueprint in catalog.ALL:
            blueprint.decide(tree.environment)
    return used


def test_the_trees_use_every_kind_of_label(kinds: set[str]) -> None:
    assert written_kinds() - kinds == set()
    assert len(kinds) > len(written_kinds())


def test_no_kind_of_label_begins_with_another(kinds: set[str]) -> None:
    """Otherwise `label("vault", "policy_x")` and `label("vault_policy", "x")` are one."""
    words = sorted(kind.split("_") for kind in kinds)
    pairs = [(one, other) for one in words for other in words if one != other]
    assert [pair for pair in pairs if pair[1][: len(pair[0])] == pair[0]] == []


def test_no_label_is_used_twice(trees: list[Tree]) -> None:
    for tree in trees:
        addresses = [f"{kind}.{block.split(chr(34))[2]}" for kind, block in blocks(tree)]
        assert len(addresses) == len(set(addresses)) > 0
