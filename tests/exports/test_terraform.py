"""Exports run where Terraform made what they need."""

from __future__ import annotations

import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.conftest import missing
from tests.e2e.local_aws import local_aws_server
from tests.e2e.terraform_root import TerraformError, TerraformRoot
from tests.exports.histories import History
from tests.exports.scenarios import CARTS, FREQUENT, chain, passed
from tests.exports.shop import Shop, written
from tests.restores.shop import QUEUE, make_sessions
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.terraform]

# What exports need of the root; the rest takes the provider a minute more.
FILES = {
    *("alerts", "exports", "provider", "recovery", "tables", "versions", "zz_local_override"),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop, written for a server of its own, where its names are free."""
    if shutil.which("terraform") is None:
        missing("terraform is not installed")
    folder = tmp_path_factory.mktemp("by_terraform")
    with local_aws_server(folder / "server.log") as aws:
        found = written(aws, folder)
        found.wait_at_most(0.05)
        found.prod.client("sqs").create_queue(QueueName=QUEUE)
        make_sessions(found.prod)
        yield found


@pytest.fixture(scope="module")
def root(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> TerraformRoot:
    """Production's root, applied."""
    place = shop.prod
    variables = place.aws.environment(place.environment.account_id, place.environment.region)
    target = tmp_path_factory.mktemp("root") / "terraform"
    found = TerraformRoot.copy(place.folder / "terraform", target, variables)
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
    return found


def test_what_terraform_made_exports_a_table(shop: Shop, root: TerraformRoot) -> None:
    assert root.drifts() == []
    history, random = History(shop=shop, place=shop.prod, key=CARTS), Random(1)
    history.change(random)
    passed(shop, minutes=20)
    first = shop.run(shop.prod, FREQUENT)
    history.change(random)
    passed(shop, minutes=20)
    second = shop.run(shop.prod, FREQUENT)
    assert (first.ends, second.ends) == (("EXPORTED",), ("EXPORTED",))
    assert second.messages == ()
    found = chain(history)
    assert [each["kind"] for each in found.records] == ["full", "incremental"]
    assert found.restored == found.held
