"""A restored table belongs to Terraform's state: it always did, or it is imported."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import missing
from tests.e2e.local_aws import local_aws_server
from tests.e2e.terraform_root import TerraformError, TerraformRoot
from tests.restores.scenarios import CART, filled, held
from tests.restores.shop import QUEUE, Place, make_sessions, written
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.terraform]

# What a restore needs; the rest takes the provider a minute more.
FILES = {"alerts", "backup", "provider", "recovery", "tables", "versions", "zz_local_override"}
IMPORT = f"import-{CART}.tf"


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Production, written for a server of its own, where its names are free."""
    if shutil.which("terraform") is None:
        missing("terraform is not installed")
    folder = tmp_path_factory.mktemp("by_terraform")
    with local_aws_server(folder / "server.log") as aws:
        place = written(aws, folder).prod
        place.client("sqs").create_queue(QueueName=QUEUE)
        make_sessions(place)
        yield place


@pytest.fixture(scope="module")
def root(prod: Place, tmp_path_factory: pytest.TempPathFactory) -> TerraformRoot:
    """Production's root, applied."""
    environment = prod.environment
    variables = prod.aws.environment(environment.account_id, environment.region)
    target = tmp_path_factory.mktemp("root") / "terraform"
    found = TerraformRoot.copy(prod.folder / "terraform", target, variables)
    for path in target.glob("*.tf"):
        if path.stem not in FILES:
            path.unlink()
    mirror = provider_mirror()
    try:
        found.init(mirror)
    except TerraformError as error:
        if mirror is None:
            missing(f"the AWS provider of Terraform is not at hand: {error}")
        raise
    found.apply()
    assert found.drifts() == []
    return found


def test_a_state_that_owns_the_table_plans_nothing_and_one_that_lost_it_imports_it(
    prod: Place, root: TerraformRoot
) -> None:
    before = filled(prod, CART)
    prod.delete_table(CART)
    outcome = prod.restore(CART)
    assert outcome.status == "SUCCEEDED", outcome.errors
    assert outcome.report["owner"]["case"] == "no_stack"
    assert held(prod, CART, CART) == before
    assert root.drifts() == []

    addresses = {
        line.split(" = ")[1]
        for line in prod.tree.files[f"recovery/{IMPORT}"].splitlines()
        if line.startswith("  to = ")
    }
    assert len(addresses) == 9  # the table, and a target and a policy of each of four dimensions
    root.forget(*sorted(addresses))
    planned = {each.address: each.actions for each in root.drifts()}
    assert planned == dict.fromkeys(addresses, ("create",))
    shutil.copy(prod.folder / "recovery" / IMPORT, root.directory)
    imported = root.apply()
    assert "9 imported, 0 added, 0 changed, 0 destroyed" in imported
    (root.directory / IMPORT).unlink()
    assert root.drifts() == []
    assert held(prod, CART, CART) == before
