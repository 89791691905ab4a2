"""Exports exactly the window with old and new images, and cuts what was written into shares.

Calls, each with what it acts on:
- dynamodb:DescribeTable, dynamodb:DescribeContinuousBackups: the table
- kms:DescribeKey: the catalogue's key
- dynamodb:ExportTableToPointInTime: the table
- for it what DynamoDB does with the rights of who asks: s3:PutObject, s3:PutObjectAcl,
  s3:AbortMultipartUpload: the catalogue bucket, work/undos/*; kms:GenerateDataKey, kms:Decrypt: its
  key; kms:Decrypt: the table's key, where it has one of its own
- dynamodb:DescribeExport: the table's exports
- s3:GetObject: the catalogue bucket, work/undos/*: manifests, and HeadObject of data files;
  kms:Decrypt: its key; s3:ListBucket: the bucket, below work/undos/, so that S3 tells what is
  missing from what is denied
- s3:PutObject: the catalogue bucket, work/undos/*; kms:GenerateDataKey: its key
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any

from blueprints.functions.common.catalogue import iso
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.recovery_window import window_of
from blueprints.functions.common.restores import described
from blueprints.functions.plan_undo.budget import budget_of, children_of
from blueprints.functions.plan_undo.exporting import DONE, FULL, followed, wanted
from blueprints.functions.plan_undo.listing import check_full, listed, shares_of, write
from blueprints.functions.plan_undo.request import Span, check_reach, span_of

Event = Mapping[str, Any]
Plan = dict[str, Any]
_MOST_SECONDS = 300
_SHARE = 10


def handler(event: Event, _context: object) -> Plan:
    """Return the plan."""
    return plan(client_maker(), event, datetime.now(UTC))


def plan(clients: Clients, event: Event, now: datetime) -> Plan:
    """Return what comes next: to wait, or to undo; writes nothing to the table.

    Called again, with its answer or without it, it goes on with the same exports. Raises
    RefusedError where the window cannot be exported; other errors may pass.
    """
    span, request = span_of(event, now), event["request"]
    previous = event.get("previous") or {}
    table = described(clients("dynamodb"), request["table"]["name"])
    if table is None:
        raise _gone(event)
    if previous.get("table_id", table["TableId"]) != table["TableId"]:
        raise RefusedError(
            f"table {request['table']['name']} was created anew while its window was exported: "
            "there is nothing to put back in it"
        )
    base = _base(event, span, table)
    exports = previous.get("exports") or wanted(event, span, base["folder"], table["TableId"])
    if any(each["export_arn"] is None for each in exports):
        restorable = window_of(clients("dynamodb"), request["table"])
        check_reach(event, span, table["CreationDateTime"], restorable)
        if request["old_images"] == "full_export":
            # Before it costs something; how large the export is, it tells itself.
            check_full(table.get("TableSizeBytes", 0), event)
        latest = restorable.latest if restorable else None
        if latest is None or latest < span.end:
            seconds = _MOST_SECONDS if latest is None else (span.end - latest).total_seconds()
            log("too recent to be exported", end=iso(span.end), latest=latest)
            return base | {"exports": exports} | _wait(event, ceil(seconds))
    exports = followed(clients, event, exports)
    if any(each["status"] != DONE for each in exports):
        elapsed = (now - datetime.fromisoformat(event["execution"]["started_at"])).total_seconds()
        return base | {"exports": exports} | _wait(event, int(elapsed // _SHARE))
    return base | {"exports": exports} | _shared(clients("s3"), event, span, base, exports)


def _base(event: Event, span: Span, table: Mapping[str, Any]) -> Plan:
    """Return what every plan of an execution says."""
    bucket, folder = event["place"]["catalogue_bucket"], f"work/undos/{event['execution']['name']}/"
    return {
        "wait_seconds": 0,
        "table_id": table["TableId"],
        "keys": [each["AttributeName"] for each in _key_first(table["KeySchema"])],
        "since": iso(span.since),
        "until": span.until.isoformat().replace("+00:00", "Z"),
        "end": iso(span.end),
        "folder": folder,
        "list": {"bucket": bucket, "key": f"{folder}list.json", "results_prefix": f"{folder}map"},
        "children": 1,
        "shares": 0,
        "budget": budget_of(event["request"], table),
    }


def _key_first(schema: list[Mapping[str, str]]) -> list[Mapping[str, str]]:
    return sorted(schema, key=lambda each: each["KeyType"] != "HASH")


def _wait(event: Event, seconds: int) -> Plan:
    shortest = int(event["request"].get("poll_seconds") or 1)
    return {"action": "wait", "wait_seconds": min(_MOST_SECONDS, max(shortest, seconds))}


def _shared(s3: Any, event: Event, span: Span, base: Plan, exports: list[Plan]) -> Plan:
    """Write down the files and the shares, and return how the shares are undone."""
    request, bucket = event["request"], event["place"]["catalogue_bucket"]
    found = [(each, listed(s3, event, each, base["table_id"])) for each in exports]
    windows = [files for each, files in found if each["kind"] != FULL]
    full = next((files for each, files in found if each["kind"] == FULL), None)
    if full is not None:
        check_full(full.unpacked_bytes, event)
    shares = shares_of(windows, full, request["table"]["name"])
    children, units = children_of(shares, base["budget"])
    files_key = f"{base['folder']}files.json"
    write(
        s3,
        bucket,
        files_key,
        {
            "windows": [{"files": each.files} for each in windows],
            "full": None if full is None else {"files": full.files},
        },
    )
    write(s3, bucket, base["list"]["key"], [{"index": n, "of": shares} for n in range(shares)])
    log("shared", shares=shares, keys=sum(each.keys for each in windows))
    undo = {
        "table": {**request["table"], "id": base["table_id"]},
        "keys": base["keys"],
        "folder": base["folder"],
        "bucket": bucket,
        "files_key": files_key,
        "since": base["since"],
        "until": base["until"],
        "since_micros": span.since_micros,
        "until_micros": span.until_micros,
        "write_units": units,
        **{name: request.get(name) for name in ("only", "created_since")},
        **{name: bool(request.get(name)) for name in ("overwrite_conflicts", "dry_run")},
    }
    return {
        "action": "undo",
        "children": children,
        "shares": shares,
        "changes": sum(each.keys for each in windows),
        "undo": undo,
    }


def _gone(event: Event) -> RefusedError:
    table, place = event["request"]["table"], event["place"]
    return RefusedError(
        f"there is no table {table['arn']}: nothing can be put back in it. Restore it: `holdfast "
        f"points {place['environment']} {table['name']}` shows what there is"
    )
