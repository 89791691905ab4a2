"""Reports as the function that writes them puts them together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from blueprints.functions.report_restore.report import report_of
from blueprints.recovery.place import place
from tests.restore.fakes import EXECUTION, START, what
from tests.restore.shop import prod

STATE = {
    "request": what().request,
    "plan": {
        "table": what().request["table"],
        "target": {"name": "order_transaction", "arn": what().table.arn},
        "source": {"kind": "point_in_time", "id": "point-in-time", "time": "2026-11-25T03:00:00Z"},
        "why": "Point-in-time recovery at 2026-11-25 03:00:00 UTC: the window holds exactly that "
        "second.",
        "operation": "RestoreTableToPointInTime",
        "settings_from": "environment",
        "owner": {
            "case": "stack_gone",
            "stack_name": "shop-prod-tables",
            "logical_id": "TableOrderTransaction",
        },
        "pointer": {"parameter_name": "/shop/prod/tables/order_transaction"},
        "repoint": False,
    },
    "restore": {"done": True, "job_id": None, "table_id": "t", "adopted": False},
    "settings": {
        "done": True,
        "applied": ["time_to_live", "tags"],
        "failed": [],
        "left": [{"setting": "scaling", "reason": "the deployment of its stack makes it"}],
    },
    "verification": {
        "done": True,
        "passed": True,
        "checks": [
            {"check": "status", "ok": True, "detail": "ACTIVE"},
            {"check": "item count", "ok": True, "detail": "7, and the source had 7"},
        ],
    },
}


def a_report(**state: Any) -> dict[str, Any]:
    """Return the report of a restore that went right, or of other data of the state machine."""
    execution = {"arn": EXECUTION, "name": "one", "started_at": START.isoformat()}
    ended = START + timedelta(minutes=25, seconds=8)
    return report_of({**STATE, **state}, place(prod()), execution, ended)
