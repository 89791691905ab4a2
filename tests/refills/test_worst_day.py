"""Point-in-time recovery off, the stack deleted, the table deleted: what is left are exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.exports.applying import in_order
from tests.refills import scenarios
from tests.refills.scenarios import STACK
from tests.refills.shop import ORDERS, OWN_STACK
from tests.restores.people import guided, script
from tests.restores.scenarios import held

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.refills.scenarios import Command
    from tests.refills.shop import Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


def test_one_command_brings_the_table_back_and_its_steps_lead_to_a_new_stack(
    ran: Ran, shop: Shop
) -> None:
    done: Command = ran(scenarios.worst_day)
    prod = shop.prod
    points, restored = done.results
    assert points.exit_code == 0, points.output
    assert "export" in points.stdout
    assert f"{ORDERS} of prod is back as {ORDERS}, and verified." in restored.stdout
    assert sorted(done.after.items, key=in_order) == done.items
    assert done.items
    assert done.after.settings == done.before.settings

    # What comes next is said, and leads where it says.
    assert f"import the table into {STACK}: recovery/import-{OWN_STACK}.yaml" in restored.stdout
    shown = script(prod, guided(prod, "**The stack is gone**"))
    assert "Import\tTableOrders" in shown
    for last in (
        f"Successfully created/updated stack - {STACK}",
        f"No changes to deploy. Stack {STACK} is up to date",
    ):
        (command,) = prod.commands(OWN_STACK)
        assert prod.run(command).strip().splitlines()[-1] == last
    name = prod.table(ORDERS).name
    assert held(prod, name, name) == done.after
