"""`holdfast points` and `holdfast restore` against the deployed shop, as a person runs them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.restores.people import command
from tests.restores.scenarios import ORDERS, discarded, emptied, filled, held
from tests.restores.shop import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

    from tests.restores.shop import Place, Shop

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _short_waits(shop: Shop) -> Iterator[None]:
    """The requests are as rendered, with waits of half a minute."""
    shop.wait_at_most(0.5)
    yield
    shop.wait_at_most(None)


def run(place: Place, *arguments: str) -> Result:
    return command(place, HERE.parent, *arguments)


def test_a_lost_table_is_back_in_two_commands_and_followed_again(shop: Shop) -> None:
    prod = shop.prod
    before = filled(prod, ORDERS)
    prod.delete_table(ORDERS)
    listed = run(prod, "points", "prod", ORDERS, "--json")
    assert listed.exit_code == 0, listed.output
    newest = json.loads(listed.stdout)["points"][0]

    asked = ("restore", "prod", ORDERS, "--latest")
    planned = run(prod, *asked, "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert ORDERS not in prod.client("dynamodb").list_tables()["TableNames"]
    done = run(prod, *asked)
    assert done.exit_code == 0, done.output
    assert f"{ORDERS} of prod is back as {ORDERS}, and verified." in done.stdout
    assert "shop-prod-tables" in done.stdout
    assert held(prod, ORDERS, ORDERS) == before

    execution = re.search(r"started (arn:\S+)", done.stderr)
    assert execution is not None
    again = run(prod, "restore", "prod", ORDERS, "--follow", execution[1], "--json")
    assert again.exit_code == 0, again.output
    report = json.loads(again.stdout)
    assert report["status"] == "SUCCEEDED"
    assert report["source"]["id"] == newest["id"]
    emptied(prod, ORDERS)


def test_the_archive_restores_by_the_same_command(shop: Shop) -> None:
    before = filled(shop.prod, ORDERS)
    point = shop.prod.recovery_point(ORDERS, "critical")
    shop.prod.copied(point, "critical", shop.archive.environment.vault_arn("archive"))
    emptied(shop.prod, ORDERS)
    asked = ("restore", "prod", ORDERS, "--latest", "--in", "archive")
    done = run(shop.archive, *asked)
    assert done.exit_code == 0, done.output
    assert shop.archive.items(ORDERS) == before.items
    discarded(shop.archive, ORDERS)


def test_a_restore_that_fails_says_so_and_what_to_do(shop: Shop) -> None:
    filled(shop.prod, ORDERS)
    backup = shop.prod.native_backup(ORDERS, "for-the-command")
    emptied(shop.prod, ORDERS)
    shop.fail("RestoreTableFromBackup")
    name = f"{ORDERS}-by-command"
    done = run(shop.prod, "restore", "prod", ORDERS, "--point", backup, "--as", name)
    assert done.exit_code == 1
    assert "dynamodb:RestoreTableFromBackup" in done.stdout
    assert name not in shop.prod.client("dynamodb").list_tables()["TableNames"]
    taken = run(shop.prod, "restore", "prod", ORDERS, "--point", backup, "--as", ORDERS)
    assert taken.exit_code != 0
    assert f"table {ORDERS} exists" in taken.output
