"""Starts the export of the plan, or looks how far it is; two are never started.

Calls, each with what it acts on:
- kms:DescribeKey: the key of the exports' bucket, in that bucket's account and Region
- dynamodb:ExportTableToPointInTime: the table
- for it what DynamoDB does with the rights of who asks: s3:PutObject, s3:PutObjectAcl,
  s3:AbortMultipartUpload: the exports' bucket, PREFIX/*; kms:GenerateDataKey, kms:Decrypt: its key;
  kms:Decrypt: the table's key, where it has one of its own
- dynamodb:DescribeExport: the table's exports
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import client
from blueprints.functions.common.log import log
from blueprints.functions.export_table.starting import started

Event = Mapping[str, Any]
Export = Mapping[str, Any]
_UNDER_WAY, _DONE, _FAILED = "IN_PROGRESS", "COMPLETED", "FAILED"
LEAST_SECONDS, MOST_SECONDS = 60, 600
_SHARE = 10


class ExportFailedError(Exception):
    """DynamoDB could not export the table: the message says its code, and why.

    The state machine knows it by this name and does not call again.
    """


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return whether the table is exported."""
    return export(cache(client), event, datetime.now(UTC))


def export(connect: Any, event: Event, now: datetime) -> dict[str, Any]:
    """Start the export unless it was started, and return how far it is.

    Called again, with its answer or without it, it goes on with the same export. Raises
    ExportFailedError where that failed, and RefusedError where it is not allowed or not possible.
    """
    plan, table, previous = event["plan"], event["request"]["table"], event.get("previous") or {}
    # What is left of the window before is none of this one's.
    is_own = previous.get("client_token") == plan["client_token"]
    export_arn = previous.get("export_arn") if is_own else None
    found: Export = {"ExportStatus": None}
    if export_arn is None:
        found = started(connect, event)
        export_arn = found["ExportArn"]
    if found["ExportStatus"] != _UNDER_WAY:
        # What a token of before is answered with need not say how it ended.
        dynamodb = connect("dynamodb")
        found = call(dynamodb, "describe_export", export_arn, ExportArn=export_arn)[
            "ExportDescription"
        ]
    status = found["ExportStatus"]
    log("looked", table=table["name"], export=export_arn, status=status)
    if status == _FAILED:
        code, why = found.get("FailureCode"), found.get("FailureMessage")
        raise ExportFailedError(
            f"DynamoDB could not export table {table['name']} to s3://{event['export']['bucket']}/"
            f"{plan['prefix']} ({code or 'UNKNOWN'}: {why or 'it does not say why'}): {export_arn}"
        )
    done = status == _DONE
    return {
        "done": done,
        "wait_seconds": _wait_seconds(found, plan, now),
        "client_token": plan["client_token"],
        "export_arn": export_arn,
        "manifest_key": found["ExportManifest"] if done else None,
        "status": status,
        "billed_bytes": found.get("BilledSizeBytes"),
        "items": found.get("ItemCount"),
    }


def _wait_seconds(found: Export, plan: Event, now: datetime) -> int:
    """Return a tenth of the time since the start, between LEAST_SECONDS and MOST_SECONDS."""
    began: datetime = found.get("StartTime") or datetime.fromisoformat(plan["started_at"])
    elapsed = (now - began).total_seconds()
    return min(MOST_SECONDS, max(LEAST_SECONDS, int(elapsed // _SHARE)))
