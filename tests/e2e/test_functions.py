"""Functions from the very zip that is rendered, deployed by both engines on local endpoints."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from generator import output, pipeline, workspace
from generator.generate import rendered
from tests.policies import simulator
from tests.policies.simulator import Case, mismatches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generator.pipeline import Tree
    from tests.e2e.local_aws import LocalAws
    from tests.e2e.terraform_root import TerraformRoot

pytestmark = pytest.mark.e2e

ENVIRONMENT = """
project: shop
environment: settings
account_id: "555555555555"
region: eu-central-1
manage_region_settings: true
recovery: {enabled: false} # tests/restores has the rest of it
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
tables: {orders: {existing: true}}
"""
HERE = {"account_id": "555555555555", "region": "eu-central-1"}
OPT_IN, MANAGEMENT = "ResourceTypeOptInPreference", "ResourceTypeManagementPreference"
LOG_GROUP = "/aws/lambda/shop-settings-region-settings"
CALL = "CALL "
# What a role may beyond what its function calls itself.
NOT_CALLED = {
    "logs:CreateLogStream": "Lambda writes the log of a function with the function's role",
    "logs:PutLogEvents": "the same",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    path = tmp_path_factory.mktemp("environment") / "settings.yaml"
    path.write_text(ENVIRONMENT, encoding="utf-8")
    (found,) = rendered(workspace.load([str(path)]))
    return found


@pytest.fixture
def folder(tree: Tree, tmp_path: Path) -> Path:
    """Where `holdfast generate` wrote the environment."""
    folders = pipeline.folders(tree.engines)
    output.write(output.compare(tmp_path, tree.files, folders, tree.zips))
    return tmp_path


def settings(local_aws: LocalAws) -> dict[str, dict[str, bool]]:
    found = local_aws.client("backup", **HERE).describe_region_settings()
    return {name: found[name] for name in (OPT_IN, MANAGEMENT)}


def with_dynamodb(before: dict[str, dict[str, bool]]) -> dict[str, dict[str, bool]]:
    return {name: {**services, "DynamoDB": True} for name, services in before.items()}


def log(local_aws: LocalAws) -> list[str]:
    logs = local_aws.client("logs", **HERE)
    events = logs.filter_log_events(logGroupName=LOG_GROUP)["events"]
    return [event["message"] for event in events]


def decisions(lines: list[str]) -> list[str]:
    return [json.loads(line)["decision"] for line in lines if not line.startswith(CALL)]


def calls(lines: list[str]) -> list[str]:
    """Return the calls of AWS as IAM names them, in order."""
    found = (json.loads(line.removeprefix(CALL)) for line in lines if line.startswith(CALL))
    return [f"{call['service']}:{call['operation']}" for call in found]


def guided(tree: Tree, stack: str) -> Iterator[list[str]]:
    """Yield the commands with which the guide deploys a stack, as words."""
    text = tree.files["README.md"].replace("\\\n", "")
    for line in text.splitlines():
        if line.startswith("aws cloudformation ") and re.search(rf"\b{stack}\b", line):
            yield shlex.split(line)


def run(local_aws: LocalAws, folder: Path, command: list[str]) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("aws")), *command[1:]],
        cwd=folder,
        env=local_aws.environment(**HERE),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_guide_deploys_the_function_that_cloudformation_then_calls(
    local_aws: LocalAws, tree: Tree, folder: Path
) -> None:
    local_aws.reset()
    before = settings(local_aws)
    assert [before[name]["DynamoDB"] for name in (OPT_IN, MANAGEMENT)] == [False, False]
    (bootstrap,) = guided(tree, "bootstrap")
    run(local_aws, folder, bootstrap)
    package, deploy = guided(tree, "recovery")
    assert (package[2], deploy[2]) == ("package", "deploy")
    run(local_aws, folder, package)
    run(local_aws, folder, deploy)
    assert settings(local_aws) == with_dynamodb(before)
    assert decisions(log(local_aws)) == ["read", "switched on", "answered"]

    code = local_aws.client("lambda", **HERE).get_function(
        FunctionName="shop-settings-region-settings"
    )["Configuration"]
    (listed,) = json.loads(tree.files["functions.json"])["functions"]
    assert code["CodeSha256"] == listed["sha256_base64"]

    run(local_aws, folder, deploy)  # nothing changed, so nothing is called
    assert len(calls(log(local_aws))) == 2

    cloudformation = local_aws.client("cloudformation", **HERE)
    cloudformation.delete_stack(StackName="shop-settings-recovery")
    assert settings(local_aws) == with_dynamodb(before)
    assert local_aws.client("lambda", **HERE).list_functions()["Functions"] == []
    assert local_aws.client("iam", **HERE).list_roles()["Roles"] == []


@pytest.mark.terraform
def test_terraform_calls_the_function_and_shows_its_result(
    local_aws: LocalAws,
    tree: Tree,
    folder: Path,
    terraform_root: Callable[[Path, str], TerraformRoot],
) -> None:
    local_aws.reset()
    before = settings(local_aws)
    for name in [path.name for path in (folder / "terraform").glob("*.tf")]:
        if name not in {"recovery.tf", "provider.tf", "versions.tf"}:
            (folder / "terraform" / name).unlink()
    root = terraform_root(folder / "terraform", HERE["account_id"])
    root.apply()
    assert settings(local_aws) == with_dynamodb(before)
    state = json.loads((root.directory / "terraform.tfstate").read_text())
    (call,) = [one for one in state["resources"] if one["type"] == "aws_lambda_invocation"]
    result = json.loads(call["instances"][0]["attributes"]["result"])
    assert result["switched_on"] == sorted([OPT_IN, MANAGEMENT])
    assert root.drifts() == []
    root.destroy()
    assert settings(local_aws) == with_dynamodb(before)


@pytest.mark.node
def test_the_role_may_do_what_the_function_does_and_nothing_else(
    local_aws: LocalAws, tree: Tree, folder: Path
) -> None:
    try:
        simulator.install()
    except simulator.UnavailableError as error:
        from tests.conftest import missing

        missing(str(error))
    local_aws.reset()
    run(local_aws, folder, next(guided(tree, "bootstrap")))
    for command in guided(tree, "recovery"):
        run(local_aws, folder, command)
    called = calls(log(local_aws))
    assert called == ["backup:DescribeRegionSettings", "backup:UpdateRegionSettings"]

    (part,) = [part for part in tree.parts if part.facts.template == "recovery"]
    assert part.cloudformation is not None
    role = part.cloudformation.template["Resources"]["RoleForFunctionRegionSettings"]["Properties"]
    (policy,) = [one["PolicyDocument"] for one in role["Policies"]]
    arn = f"arn:aws:iam::{HERE['account_id']}:role/{role['RoleName']}"

    def asked(action: str, resource: str, expected: Any) -> Case:
        return Case(
            principal=arn,
            action=action,
            resource=resource,
            expected=expected,
            why="the function's own role",
            identity_policies=[policy],
        )

    stream = f"arn:aws:logs:eu-central-1:555555555555:log-group:{LOG_GROUP}:log-stream:x"
    vault = "arn:aws:backup:eu-central-1:555555555555:backup-vault:shop-settings-main"
    other = stream.replace("region-settings:", "other:")
    assert (
        mismatches(
            [
                *(asked(action, "*", "allow") for action in called),
                *(asked(action, stream, "allow") for action in NOT_CALLED),
                *(asked(action, other, "deny") for action in NOT_CALLED),
                asked("backup:UpdateGlobalSettings", "*", "deny"),
                asked("backup:DeleteBackupVault", vault, "deny"),
                asked("logs:CreateLogGroup", stream, "deny"),
            ]
        )
        == []
    )
    granted = {action for one in policy["Statement"] for action in one["Action"]}
    assert granted == {*called, *NOT_CALLED}
