"""The guide's own commands, run by a shell with the real `aws`, give tables back to their stack."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.command import TABLE, environment, holdfast, write

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

ACCOUNT, REGION = "1" * 12, "eu-central-1"
KEYED = TABLE.replace("{", "{encryption: {key: customer_managed}, ", 1)
SCALED = TABLE.replace(
    "{",
    "{billing: {mode: provisioned, auto_scaling: "
    "{read: {min_capacity_units: 1, max_capacity_units: 9}, "
    "write: {min_capacity_units: 1, max_capacity_units: 9}}}, ",
    1,
)
OTHER = TABLE.replace("{", "{stack: other, ", 1)
TABLES = f"{{orders: {KEYED}, carts: {SCALED}, KEY_ID: {TABLE}, apart: {OTHER}}}"
NAMES = ("orders", "carts", "KEY_ID", "apart")
STACKS = ("shop-dev-tables", "shop-dev-tables-other")


@pytest.fixture
def aws(server: LocalAws) -> LocalAws:
    server.reset()
    return server


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, dev=environment("dev", tables=TABLES))
    monkeypatch.chdir(tmp_path)
    assert holdfast("generate").exit_code == 0
    return tmp_path / "output" / "dev"


def blocks(output: Path, heading: str) -> list[str]:
    """Return the shell blocks under a heading of the guide."""
    text = (output / "README.md").read_text(encoding="utf-8")
    section = re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1]
    section = re.split(r"^#{1,4} ", section, flags=re.MULTILINE)[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def shell(aws: LocalAws, output: Path, commands: str) -> str:
    """Run commands of the guide, but for waiting: local stacks are there at once."""
    without_waits = re.sub(
        r"^aws cloudformation wait (.*\\\n)*.*\n", "", commands, flags=re.MULTILINE
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", without_waits],
        cwd=output,
        env=aws.environment(ACCOUNT, REGION)
        | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def deploy(aws: LocalAws, output: Path) -> None:
    for template in ("tables", "tables-other"):
        shell(
            aws,
            output,
            f"aws cloudformation deploy --stack-name shop-dev-{template} "
            f"--template-file cloudformation/{template}.yaml --no-fail-on-empty-changeset\n",
        )


def owned(aws: LocalAws, stack: str) -> dict[str, str]:
    """Return logical id → physical id of what a stack owns."""
    api = aws.client("cloudformation", ACCOUNT, REGION)
    found = api.describe_stack_resources(StackName=stack)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}


def described(aws: LocalAws, name: str) -> Any:
    api = aws.client("dynamodb", ACCOUNT, REGION)
    return api.describe_table(TableName=name)["Table"]


def test_a_stack_that_is_gone_is_made_again_around_its_tables(aws: LocalAws, output: Path) -> None:
    deploy(aws, output)
    before = {stack: owned(aws, stack) for stack in STACKS}
    tables = {name: described(aws, name)["TableId"] for name in NAMES}
    for stack in STACKS:
        aws.client("cloudformation", ACCOUNT, REGION).delete_stack(StackName=stack)
    _, *imports, _ = blocks(output, "By its stack")
    assert len(imports) == len(STACKS)
    for commands in imports:
        said = shell(aws, output, commands)
        actions = {line.split("\t")[0] for line in said.splitlines() if "\t" in line}
        assert actions == {"Import"}
    imported = owned(aws, STACKS[0])
    assert imported.items() <= before[STACKS[0]].items()
    kinds = {logical_id[:5] for logical_id in before[STACKS[0]].keys() - imported.keys()}
    assert kinds == {"ReadP", "ReadT", "Write"}  # scaling, which the deployment makes
    deploy(aws, output)
    assert {stack: owned(aws, stack).keys() for stack in STACKS} == {
        stack: resources.keys() for stack, resources in before.items()
    }
    assert {name: described(aws, name)["TableId"] for name in NAMES} == tables


def test_a_table_that_its_stack_lacks_is_imported_into_it(aws: LocalAws, output: Path) -> None:
    template = output / "cloudformation" / "tables.yaml"
    whole = template.read_text(encoding="utf-8")
    head, _, rest = whole.partition("  # Table orders:")
    template.write_text(head + rest.partition("\n\n")[2], encoding="utf-8")
    deploy(aws, output)
    aws.client("dynamodb", ACCOUNT, REGION).create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    assert "TableOrders" not in owned(aws, STACKS[0])
    *_, into = blocks(output, "By its stack")
    shell(aws, output, into)
    assert owned(aws, STACKS[0])["TableOrders"] == "orders"
    template.write_text(whole, encoding="utf-8")
    deploy(aws, output)
    assert owned(aws, STACKS[0])["TableOrders"] == "orders"
