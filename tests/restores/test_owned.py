"""A restored table belongs to its stack again, by the very commands of the guide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.restores import scenarios
from tests.restores.people import guided, script
from tests.restores.scenarios import CART, ORDERS, emptied, filled, held

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.restores.scenarios import Restore
    from tests.restores.shop import Place, Shop

    Ran = Callable[[Callable[[Shop], Restore]], Restore]

pytestmark = pytest.mark.e2e

STACK = "shop-prod-tables"
TABLES = {"TableOrderTransaction": ORDERS, "TableCart": CART}


def tables_of_the_stack(place: Place) -> dict[str, str]:
    listed = place.client("cloudformation").list_stack_resources(StackName=STACK)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in listed["StackResourceSummaries"]
        if each["ResourceType"] == "AWS::DynamoDB::Table"
    }


def deployed(place: Place) -> str:
    """Deploy the tables as ever; return what is said in the end."""
    (command,) = place.commands("tables")
    return place.run(command).strip().splitlines()[-1]


def test_a_stack_that_still_owns_the_name_has_nothing_to_do(ran: Ran, shop: Shop) -> None:
    run_ = ran(scenarios.native_backup)
    assert run_.outcome.report["owner"]["case"] == "stack"
    assert tables_of_the_stack(shop.prod) == TABLES
    assert deployed(shop.prod) == f"No changes to deploy. Stack {STACK} is up to date"


def test_a_deleted_stack_is_imported_and_deployed(shop: Shop) -> None:
    prod = shop.prod
    before = filled(prod, CART)
    prod.client("cloudformation").delete_stack(StackName=STACK)
    prod.delete_table(CART)
    outcome = prod.restore(CART)
    assert outcome.status == "SUCCEEDED", outcome.errors
    assert outcome.report["owner"]["case"] == "stack_gone"
    assert "scaling" in {each["setting"] for each in outcome.report["settings"]["left"]}
    assert held(prod, CART, CART).settings["scaling"] == []

    shown = script(prod, guided(prod, "**The stack is gone**"))
    actions = dict(reversed(line.split("\t")) for line in shown.splitlines() if "\t" in line)
    assert actions.keys() >= TABLES.keys()
    assert set(actions.values()) == {"Import"}
    assert deployed(prod) == f"Successfully created/updated stack - {STACK}"
    assert tables_of_the_stack(prod) == TABLES
    assert held(prod, CART, CART) == before
    assert deployed(prod) == f"No changes to deploy. Stack {STACK} is up to date"
    emptied(prod, CART)


def test_a_stack_that_lost_one_table_imports_it_alone(shop: Shop) -> None:
    prod = shop.prod
    before = filled(prod, ORDERS)
    without = re.sub(
        r"(?ms)^  TableOrderTransaction:$.*?^$\n", "", prod.tree.files["cloudformation/tables.yaml"]
    )
    (prod.folder / "without.yaml").write_text(without, encoding="utf-8")
    (command,) = prod.commands("tables")
    prod.run([word.replace("cloudformation/tables.yaml", "without.yaml") for word in command])
    assert tables_of_the_stack(prod) == {"TableCart": CART}
    backup = prod.native_backup(ORDERS, "lost")
    prod.delete_table(ORDERS)
    outcome = prod.restore(ORDERS, point={"id": backup})
    assert outcome.status == "SUCCEEDED", outcome.errors
    assert outcome.report["owner"]["case"] == "stack_gone"

    shown = script(prod, guided(prod, "Where the stack is there and lacks this table alone"))
    assert "Import\tTableOrderTransaction" in shown
    deployed(prod)
    assert tables_of_the_stack(prod) == TABLES
    assert held(prod, ORDERS, ORDERS) == before
    assert deployed(prod) == f"No changes to deploy. Stack {STACK} is up to date"
    emptied(prod, ORDERS)
