"""Starts the restore of the plan, or looks how far it is; two are never started.

Calls, each with what it acts on:
- dynamodb:DescribeTable: the restored table
- dynamodb:RestoreTableToPointInTime: the source and the restored table
- dynamodb:RestoreTableFromBackup: the backup and the restored table
- for both of them what DynamoDB does with the rights of who asks, on the restored table:
  dynamodb:BatchWriteItem, DeleteItem, GetItem, PutItem, Query, Scan, UpdateItem; use of its key
- of a chain of exports: dynamodb:CreateTable, ImportTable, TagResource, UntagResource and
  ListTagsOfResource: the restored table; dynamodb:DescribeImport: its imports;
  dynamodb:ListImports: *
- s3:ListBucket, GetObject, RestoreObject: the buckets of exports and what is in them; kms:Decrypt:
  their keys; DynamoDB reads them with the rights of who asks, and writes what it cannot import by
  logs:CreateLogGroup, CreateLogStream, DescribeLogGroups, DescribeLogStreams, PutLogEvents and
  PutRetentionPolicy: log groups below /aws-dynamodb/imports
- s3:ListBucket, GetObject, PutObject: the catalogue bucket, work/chains/*; kms:Decrypt,
  kms:GenerateDataKey: its key
- states:StartExecution: the state machine that refills; states:DescribeExecution: its executions
- backup:ListRestoreJobs, backup:GetRestoreJobMetadata, backup:DescribeRestoreJob: *
- backup:StartRestoreJob: the recovery point; iam:PassRole: the role that AWS Backup restores with
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from blueprints.functions.common.clients import client
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import (
    FROM_EXPORTS,
    FROM_RECOVERY_POINT,
    Connect,
    described,
)
from blueprints.functions.common.waiting import wait_seconds
from blueprints.functions.restore_table.dynamodb import begun as begun_by_dynamodb
from blueprints.functions.restore_table.jobs import followed

Event = Mapping[str, Any]
# Looking at a file may take so long.
_SPARE_MILLISECONDS = 60_000
_ON_THE_WAY = ("ACTIVE", "CREATING", "UPDATING")


def handler(event: Event, context: Any) -> dict[str, Any]:
    """Return whether the table is restored."""

    def has_time() -> bool:
        left = context.get_remaining_time_in_millis() if context else _SPARE_MILLISECONDS + 1
        return bool(left > _SPARE_MILLISECONDS)

    return restore(cache(client), event, datetime.now(UTC), has_time)


def restore(
    clients: Connect, event: Event, now: datetime, has_time: Callable[[], bool] = lambda: True
) -> dict[str, Any]:
    """Start what is missing and return how far it is; looks at no more files without time.

    Raises RefusedError where the restore failed, or is not allowed, or another table is in its way.
    """
    plan, previous = event["plan"], event.get("previous") or {}
    if plan["operation"] == FROM_RECOVERY_POINT:
        state = followed(clients, plan, event.get("copy") or {}, previous)
        table = _restored_by_job(clients("dynamodb"), plan) if state["ended"] else None
    elif plan["operation"] == FROM_EXPORTS:
        from blueprints.functions.restore_table.chain import followed as followed_chain

        table, state = followed_chain(clients, plan, previous, now, has_time)
    else:
        table, state = begun_by_dynamodb(clients("dynamodb"), plan, previous)
    done = table is not None and _is_ready(table, plan)
    log("restored" if done else "restoring", table=plan["target"]["name"], **state)
    return {
        "done": done,
        "wait_seconds": wait_seconds(plan, now),
        "job_id": state.get("job_id"),
        "table_arn": plan["target"]["arn"],
        "table_id": (table or {}).get("TableId") or state.get("table_id", previous.get("table_id")),
        "adopted": state["adopted"],
        **{name: state[name] for name in ("note", "chain") if state.get(name)},
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
