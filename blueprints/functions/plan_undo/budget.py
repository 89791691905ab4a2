"""How many write units a second an undo may take of a table that an application writes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Budget = dict[str, Any]
# The application needs the rest: it writes to the same table meanwhile.
OF_THE_TABLE = 0.5
ASKED, TABLE = "asked", "table"
MOST_CHILDREN = 40


def budget_of(request: Mapping[str, Any], table: Mapping[str, Any]) -> Budget | None:
    """Return the write units of all children together, and whose wish they are.

    None is without a budget: an on-demand table takes what it takes.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    """
    asked = request.get("write_units")
    if asked is not None:
        return {"write_units": asked, "from": ASKED}
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    units = table.get("ProvisionedThroughput", {}).get("WriteCapacityUnits", 0)
    if mode != "PROVISIONED" or not units:
        return None
    return {"write_units": int(units) * OF_THE_TABLE, "from": TABLE}


def children_of(shares: int, budget: Budget | None) -> tuple[int, float | None]:
    """Return how many shares are worked on at once, and the write units a second of each.

    A child that has less than a unit a second may not get one large item done in its time.
    """
    most = min(shares, MOST_CHILDREN)
    if budget is None:
        return most, None
    children = max(1, min(most, int(budget["write_units"])))
    return children, budget["write_units"] / children
