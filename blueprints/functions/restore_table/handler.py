"""Starts the restore of the plan, or looks how far it is; two are never started.

Calls, each with what it acts on:
- dynamodb:DescribeTable: the restored table
- dynamodb:RestoreTableToPointInTime: the source and the restored table
- dynamodb:RestoreTableFromBackup: the backup and the restored table
- for both of them what DynamoDB does with the rights of who asks, on the restored table:
  dynamodb:BatchWriteItem, DeleteItem, GetItem, PutItem, Query, Scan, UpdateItem; use of its key
- backup:ListRestoreJobs, backup:GetRestoreJobMetadata, backup:DescribeRestoreJob: *
- backup:StartRestoreJob: the recovery point; iam:PassRole: the role that AWS Backup restores with
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common.clients import client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import FROM_RECOVERY_POINT, described
from blueprints.functions.common.waiting import wait_seconds
from blueprints.functions.restore_table.dynamodb import begun as begun_by_dynamodb
from blueprints.functions.restore_table.jobs import followed

Event = Mapping[str, Any]
Clients = Callable[[str], Any]
_ON_THE_WAY = ("ACTIVE", "CREATING", "UPDATING")


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return whether the table is restored."""
    return restore(client_maker(), event, datetime.now(UTC))


def restore(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Start what is missing and return how far it is.

    Raises RefusedError where the restore failed, or is not allowed, or another table is in its way.
    """
    plan, previous = event["plan"], event.get("previous") or {}
    if plan["operation"] == FROM_RECOVERY_POINT:
        state = followed(clients, plan, event.get("copy") or {}, previous)
        table = _restored_by_job(clients("dynamodb"), plan) if state["ended"] else None
    else:
        table, state = begun_by_dynamodb(clients("dynamodb"), plan, previous)
    done = table is not None and _is_ready(table, plan)
    log("restored" if done else "restoring", table=plan["target"]["name"], **state)
    return {
        "done": done,
        "wait_seconds": wait_seconds(plan, now),
        "job_id": state.get("job_id"),
        "table_arn": plan["target"]["arn"],
        "table_id": table.get("TableId") if table else previous.get("table_id"),
        "adopted": state["adopted"],
        **({"note": state["note"]} if state.get("note") else {}),
    }


def _restored_by_job(dynamodb: Any, plan: Event) -> Mapping[str, Any]:
    table = described(dynamodb, plan["target"]["name"])
    if table is None:
        raise RefusedError(
            f"AWS Backup restored table {plan['target']['name']}, but it is not there: see who "
            "deleted it in CloudTrail (DeleteTable), and start again"
        )
    return table


def _is_ready(table: Mapping[str, Any], plan: Event) -> bool:
    status = table["TableStatus"]
    if status not in _ON_THE_WAY:
        raise RefusedError(
            f"table {plan['target']['name']} became {status} while it was restored: see whether "
            f"the key {plan['encryption'].get('key_arn') or 'of the table'} can be used, delete "
            "that table and start again"
        )
    in_progress = table.get("RestoreSummary", {}).get("RestoreInProgress", False)
    return status == "ACTIVE" and not in_progress
