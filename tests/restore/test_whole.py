"""From the guide's own deployment to a table that is back: the command with the real functions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.restore.test_owned import ACCOUNT, REGION, output, owned, shell
from tests.unit.command import holdfast

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.local_aws import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

__all__ = ["output"]
ITEMS = 5


@pytest.fixture
def deployed(server: LocalAws, output: Path, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """Everything that the guide deploys, and who deployed it signed in."""
    server.reset()
    text = (output / "README.md").read_text(encoding="utf-8")
    commands = text.partition("### With CloudFormation")[2].partition("### With Terraform")[0]
    for block in re.findall(r"^```sh\n(.*?)^```$", commands, re.MULTILINE | re.DOTALL):
        shell(server, output, block)
    for name, value in server.environment(ACCOUNT).items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return server


def test_a_deleted_table_is_back_under_its_name(deployed: LocalAws) -> None:
    dynamodb = deployed.client("dynamodb", ACCOUNT, REGION)
    for number in range(ITEMS):
        dynamodb.put_item(TableName="carts", Item={"id": {"S": str(number)}})
    before = described(dynamodb)
    dynamodb.update_table(TableName="carts", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName="carts")
    result = holdfast("restore", "dev", "carts", "--latest")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("RESTORED  carts of dev is back as carts, and verified.")
    assert described(dynamodb) == before
    assert dynamodb.scan(TableName="carts")["Count"] == ITEMS
    assert owned(deployed, "shop-dev-tables")["TableCarts"] == "carts"
    again = result.stderr.partition("started ")[2].split()[0]
    followed = holdfast("restore", "dev", "carts", "--follow", again, "--json")
    report = json.loads(followed.stdout)
    assert (followed.exit_code, report["owner"]["case"]) == (0, "stack")


def described(dynamodb: Any) -> dict[str, Any]:
    """Return what a restored table has in common with the one before it."""
    table = dynamodb.describe_table(TableName="carts")["Table"]
    own = ("TableName", "KeySchema", "AttributeDefinitions", "DeletionProtectionEnabled")
    return {name: table[name] for name in own} | {
        "throughput": table["ProvisionedThroughput"]["ReadCapacityUnits"]
    }
