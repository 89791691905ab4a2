"""The tables blueprint: what both engines make of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NoReturn

import pytest
from cfnlint.api import ManualArgs, lint

from blueprints import tables
from blueprints.tables.cloudformation import comments
from generator.root import terraform_root
from tests.unit.blueprints.written_tables import (
    CUSTOMER_KEY,
    ENVIRONMENTS,
    FULL,
    INDEX,
    KEY_ARN,
    PROVISIONED,
    STREAM_ARN,
    Written,
    environment,
    properties,
    spell,
    spelled,
)
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from pathlib import Path


def test_switched_off_is_said_and_not_left_out() -> None:
    off = properties({"protection": "off"})
    assert off["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}
    assert off["DeletionProtectionEnabled"] is False
    assert off["SSESpecification"] == {"SSEEnabled": False}
    assert off["ContributorInsightsSpecification"] == {"Enabled": False}
    assert off["TableClass"] == "STANDARD"
    _, module = spelled({"protection": "off"})
    assert module.text.count("enabled = false") == 3  # recovery, deletion protection, encryption
    assert 'table_class                 = "STANDARD"' in module.text


def test_time_to_live_can_be_switched_off_by_name() -> None:
    written = {"time_to_live": {"attribute_name": "expires_at", "enabled": False}}
    assert properties(written)["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": False,
    }
    _, module = spelled(written)
    assert '  ttl {\n    attribute_name = "expires_at"\n    enabled        = false\n' in module.text


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({"key": "aws_owned"}, {"SSEEnabled": False}),
        ({"key": "aws_managed"}, {"SSEEnabled": True}),
        (
            {**CUSTOMER_KEY, "kms_key_arn": KEY_ARN},
            {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY_ARN},
        ),
        (
            CUSTOMER_KEY,
            {
                "SSEEnabled": True,
                "SSEType": "KMS",
                "KMSMasterKeyId": {"Fn::GetAtt": ["KeyOfTablesTables", "Arn"]},
            },
        ),
    ],
)
def test_encryption_in_cloudformation(key: Written, expected: Written) -> None:
    assert properties({"encryption": key})["SSESpecification"] == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ({"key": "aws_owned"}, ["enabled = false"]),
        ({"key": "aws_managed"}, ["enabled = true"]),
        (
            {**CUSTOMER_KEY, "kms_key_arn": KEY_ARN},
            ["enabled     = true", f'kms_key_arn = "{KEY_ARN}"'],
        ),
        (
            CUSTOMER_KEY,
            ["enabled     = true", "kms_key_arn = aws_kms_key.key_of_tables_tables.arn"],
        ),
    ],
)
def test_encryption_in_terraform(key: Written, expected: list[str]) -> None:
    text = spelled({"encryption": key}).terraform.text
    block = text.split("  server_side_encryption {\n")[1].split("  }\n")[0]
    assert [line.strip() for line in block.splitlines()] == expected


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"name": "shop-orders"}, "shop-orders"),
        ({"partition_key": {"name": "pk_4711", "type": "S"}}, "pk_4711"),
        ({"partition_key": {"name": "id", "type": "B"}}, "B"),
        ({"sort_key": {"name": "sk_4711", "type": "N"}}, "sk_4711"),
        ({"billing": {**PROVISIONED, "read_capacity_units": 4711}}, 4711),
        ({"billing": {**PROVISIONED, "write_capacity_units": 4711}}, 4711),
        ({"billing": {"max_read_request_units": 4711}}, 4711),
        ({"billing": {"max_write_request_units": 4711}}, 4711),
        ({"point_in_time_recovery": {"recovery_period_days": 13}}, 13),
        ({"encryption": {**CUSTOMER_KEY, "kms_key_arn": KEY_ARN}}, KEY_ARN),
        ({"encryption": CUSTOMER_KEY}, "alias/shop-prod-tables"),
        ({"encryption": CUSTOMER_KEY}, 30),
        ({"time_to_live": {"attribute_name": "expires_at"}}, "expires_at"),
        ({"stream": {"view_type": "OLD_IMAGE"}}, "OLD_IMAGE"),
        ({"kinesis_destination": {"stream_arn": STREAM_ARN}}, STREAM_ARN),
        (
            {
                "kinesis_destination": {
                    "stream_arn": STREAM_ARN,
                    "timestamp_precision": "MICROSECOND",
                }
            },
            "MICROSECOND",
        ),
        ({"table_class": "STANDARD_INFREQUENT_ACCESS"}, "STANDARD_INFREQUENT_ACCESS"),
        ({"tags": {"team": "checkout"}}, "checkout"),
        ({"resource_policy": {"Statement": [{"Sid": "Readers"}]}}, "Readers"),
        ({"global_indexes": {"by_customer": INDEX}}, "by_customer"),
        ({"global_indexes": {"by_customer": INDEX}}, "customer"),
        ({"local_indexes": {"by_at": {"sort_key": {"name": "at", "type": "S"}}}}, "by_at"),
        (
            {
                "local_indexes": {
                    "by_at": {
                        "sort_key": {"name": "at", "type": "S"},
                        "projection": {"type": "INCLUDE", "non_key_attributes": ["total"]},
                    }
                }
            },
            "total",
        ),
        ({"global_indexes": {"by_customer": {**INDEX, "max_read_request_units": 4711}}}, 4711),
    ],
)
def test_what_is_written_reaches_both_engines(written: Written, value: str | int) -> None:
    before, after = spelled({}), spelled(written)
    for without, having in zip(before, after, strict=True):
        assert value not in without.literals
        assert value in having.literals


def test_scaling_reaches_both_engines() -> None:
    limits = {
        "min_capacity_units": 11,
        "max_capacity_units": 97,
        "target_utilization_percent": 63,
        "scale_in_cooldown_seconds": 31,
        "scale_out_cooldown_seconds": 17,
    }
    template, module = spelled({"billing": {**PROVISIONED, "auto_scaling": {"write": limits}}})
    bodies = template.template["Resources"]
    target = bodies["WriteTargetOrders"]
    assert target["DependsOn"] == "TableOrders"
    assert (target["Properties"]["MinCapacity"], target["Properties"]["MaxCapacity"]) == (11, 97)
    policy = bodies["WritePolicyOrders"]["Properties"]
    assert policy["ScalingTargetId"] == {"Ref": "WriteTargetOrders"}
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["TargetValue"] == 63
    assert (tracking["ScaleInCooldown"], tracking["ScaleOutCooldown"]) == (31, 17)
    assert "depends_on = [aws_dynamodb_table.table_orders]" in module.text
    for line in (
        "  min_capacity       = 11",
        "  max_capacity       = 97",
        "    target_value       = 63",
        "    scale_in_cooldown  = 31",
        "    scale_out_cooldown = 17",
        "  resource_id        = aws_appautoscaling_target.write_target_orders.resource_id",
    ):
        assert line in module.text.splitlines()


def test_contributor_insights_of_table_and_index() -> None:
    index = {**INDEX, "contributor_insights": True}
    written = {"contributor_insights": True, "global_indexes": {"by_customer": index}}
    found = properties(written)
    assert found["ContributorInsightsSpecification"] == {"Enabled": True}
    (rendered,) = found["GlobalSecondaryIndexes"]
    assert rendered["ContributorInsightsSpecification"] == {"Enabled": True}
    _, module = spelled(written)
    assert module.text.count('resource "aws_dynamodb_contributor_insights"') == 2
    assert '  index_name = "by_customer"' in module.text.splitlines()


def test_local_index_carries_the_partition_key_of_its_table() -> None:
    (index,) = properties({"local_indexes": {"by_at": {"sort_key": {"name": "at", "type": "S"}}}})[
        "LocalSecondaryIndexes"
    ]
    assert index["KeySchema"] == [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ]


def test_everything_with_data_in_it_outlives_its_stack_and_state() -> None:
    for facts in tables.decide(ENVIRONMENTS["full"]):
        both = spell(facts)
        kept = 0
        for body in both.cloudformation.template["Resources"].values():
            if body["Type"].startswith("AWS::ApplicationAutoScaling::"):
                assert "DeletionPolicy" not in body
            else:
                policies = (body["DeletionPolicy"], body["UpdateReplacePolicy"])
                assert policies == ("RetainExceptOnCreate", "Retain")
                kept += 1
        text = both.terraform.text
        stateful = sum(
            text.count(f'resource "{kind}"')
            for kind in ("aws_dynamodb_table", "aws_kms_key", "aws_kms_alias")
        )
        assert stateful == text.count("    prevent_destroy = true") == kept > 0


def test_every_resource_but_a_policy_says_what_it_is_for() -> None:
    for facts in tables.decide(ENVIRONMENTS["full"]):
        both = spell(facts)
        silent = both.cloudformation.template["Resources"].keys() - comments(facts).keys()
        assert all("Policy" in logical_id for logical_id in silent)
        for purpose in comments(facts).values():
            assert f"# {purpose}\n" in both.terraform.text


def test_same_environment_same_bytes() -> None:
    first, second = (
        [(part.cloudformation.text, part.terraform.text) for part in map(spell, facts)]
        for facts in (tables.decide(environment(FULL)), tables.decide(environment(FULL)))
    )
    assert first == second


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_cfn_lint_finds_nothing(name: str) -> None:
    where = ENVIRONMENTS[name]
    everything = ManualArgs(include_checks=["I"], regions=[where.region])
    for facts in tables.decide(where):
        findings = lint(spell(facts).cloudformation.text, config=everything)
        assert [str(finding) for finding in findings] == []


@pytest.mark.terraform
def test_terraform_takes_every_root(tmp_path: Path) -> None:
    modules = ""
    for name, where in ENVIRONMENTS.items():
        root = tmp_path / name
        root.mkdir()
        for file, text in terraform_root(where, "x").items():
            (root / file).write_text(text, encoding="utf-8")
        for facts in tables.decide(where):
            text = spell(facts).terraform.text
            (root / f"{facts.template}.tf").write_text(text, encoding="utf-8")
        modules += f'module "{name}" {{\n  source = "./{name}"\n}}\n'
    assert run_terraform(tmp_path, "fmt", "-check", "-recursive", "-diff") == ""
    # As modules of one root, all of them cost one start of the provider.
    (tmp_path / "main.tf").write_text(modules, encoding="utf-8")
    mirror = provider_mirror()
    run_terraform(
        tmp_path, "init", "-backend=false", *([f"-plugin-dir={mirror}"] if mirror else [])
    )
    assert "configuration is valid" in run_terraform(tmp_path, "validate")


def run_terraform(folder: Path, command: str, *arguments: str) -> str:
    binary = shutil.which("terraform")
    if binary is None:
        missing("terraform is not installed")
    settings = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run(
        [binary, command, "-no-color", *arguments],
        cwd=folder,
        env=settings | {"CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode != 0 and command == "init":
        missing(f"the AWS provider of Terraform is not at hand: {done.stderr}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
