"""A table that was dropped from Terraform's state comes back by its import blocks, unchanged."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import missing, need
from tests.e2e.terraform_root import TerraformError, TerraformRoot
from tests.restore.test_owned import ACCOUNT, KEYED, SCALED
from tests.unit.command import environment, holdfast, write
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.terraform, pytest.mark.slow]

WATCHED = KEYED.replace(
    "{",
    "{contributor_insights: true, global_indexes: {by_owner: {partition_key: "
    "{name: owner, type: S}, contributor_insights: true}}, resource_policy: {Version: "
    "2012-10-17, Statement: [{Sid: A, Effect: Allow, Principal: {AWS: "
    '"arn:aws:iam::111111111111:root"}, Action: dynamodb:GetItem, Resource: '
    '"arn:aws:dynamodb:eu-central-1:111111111111:table/orders"}]}, ',
    1,
)
KEPT = {"tables.tf", "versions.tf", "provider.tf", "zz_local_override.tf"}


@pytest.fixture
def root(server: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TerraformRoot:
    """The root with its tables alone, applied."""
    need("terraform")
    server.reset()
    write(tmp_path, dev=environment("dev", tables=f"{{orders: {WATCHED}, carts: {SCALED}}}"))
    monkeypatch.chdir(tmp_path)
    assert holdfast("generate").exit_code == 0
    made = TerraformRoot.copy(
        tmp_path / "output" / "dev" / "terraform",
        tmp_path / "applied" / "terraform",
        server.environment(ACCOUNT),
    )
    for path in made.directory.glob("*.tf"):
        if path.name not in KEPT:
            path.unlink()
    mirror = provider_mirror()
    try:
        made.init(mirror)
    except TerraformError as error:
        if mirror is None:
            missing(f"the AWS provider of Terraform is not at hand: {error}")
        raise
    made.apply()
    assert made.drifts() == []
    return made


@pytest.mark.parametrize("key", ["orders", "carts"])
def test_what_was_dropped_is_imported_and_then_nothing_changes(
    root: TerraformRoot, tmp_path: Path, key: str
) -> None:
    file = tmp_path / "output" / "dev" / "recovery" / f"import-{key}.tf"
    addresses = re.findall(r"^  to = (\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(addresses) == {"orders": 4, "carts": 5}[key]
    root.run("state", "rm", *addresses)
    assert {each.actions for each in root.drifts()} == {("create",)}
    shutil.copy(file, root.directory)
    changes = {change["address"]: change for change in root.plan()["resource_changes"]}
    assert {address for address in changes if "importing" in changes[address]["change"]} == {
        *addresses
    }
    actions = {action for each in changes.values() for action in each["change"]["actions"]}
    assert actions <= {"no-op", "update"}
    root.apply()
    (root.directory / file.name).unlink()
    assert root.drifts() == []
