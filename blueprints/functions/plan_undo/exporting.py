"""Starts the exports of an undo, each once, and looks how far they are.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.catalogue import iso, moment_of
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.keys import key_arn
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import token
from blueprints.functions.plan_undo.request import Span
from blueprints.functions.plan_undo.windows import windows

Event = Mapping[str, Any]
Export = dict[str, Any]
DONE, FAILED = "COMPLETED", "FAILED"
FULL, INCREMENTAL = "full", "incremental"
FORMAT = "DYNAMODB_JSON"
VIEW = "NEW_AND_OLD_IMAGES"
# DynamoDB runs as many exports as it runs; the next look tries again.
_LATER = ("LimitExceededException",)
_REFUSED = {
    "ExportConflictException": "start the undo again, under another name",
    "InvalidExportTimeException": "point-in-time recovery does not reach there; take a later "
    "--since, or restore the table beside this one",
    "PointInTimeRecoveryUnavailableException": "point-in-time recovery is off, and what was "
    "written is nowhere recorded; restore the table beside this one",
    "TableNotFoundException": "see in CloudTrail who deleted the table (DeleteTable), and restore "
    "it",
    "ValidationException": "see whether bucket, prefix and key are what was deployed",
}


def wanted(event: Event, span: Span, folder: str, table_id: str) -> list[Export]:
    """Return the exports that an undo needs, none of them started: windows, then the state before.

    The name of the execution is in their tokens: the same execution starts none twice.
    """
    found = [_wanted(INCREMENTAL, *each) for each in windows(span.since, span.end)]
    if event["request"]["old_images"] == "full_export":
        found.append(_wanted(FULL, span.since, span.since))
    table_arn, name = event["request"]["table"]["arn"], event["execution"]["name"]
    for each in found:
        each["client_token"] = token(
            table_arn, table_id, name, each["kind"], each["from"], each["to"]
        )
        each["prefix"] = f"{folder}exports/{each['kind']}"
    return found


def _wanted(kind: str, start: datetime, end: datetime) -> Export:
    return {
        "kind": kind,
        "from": iso(start),
        "to": iso(end),
        "export_arn": None,
        "status": None,
        "manifest_key": None,
    }


def followed(connect: Any, event: Event, exports: list[Export]) -> list[Export]:
    """Start what is not started, look at what is not done, and return how far each is.

    Raises RefusedError where an export failed, or is not allowed or not possible, and botocore's
    errors.
    """
    dynamodb, key, found = connect("dynamodb"), None, []
    is_full = False
    for export in exports:
        if export["export_arn"] is None and not is_full:
            if key is None:
                place = event["place"]
                alias, bucket = place["catalogue_key_alias_arn"], place["catalogue_bucket"]
                key = key_arn(connect("kms"), alias, bucket)
            arn = _started(dynamodb, event, export, key)
            is_full = arn is None
            found.append(_looked(dynamodb, event, {**export, "export_arn": arn}))
        else:
            found.append(_looked(dynamodb, event, export))
    return found


def _started(dynamodb: Any, event: Event, export: Export, key: str) -> str | None:
    """Return the ARN of the export, begun now or before, None where others must end first."""
    table = event["request"]["table"]
    try:
        answer = call(
            dynamodb,
            "export_table_to_point_in_time",
            table["arn"],
            **_request(event, export, key),
        )
    except ClientError as error:
        if code_of(error) in _LATER:
            log("waits for other exports", table=table["name"], said=message_of(error))
            return None
        if code_of(error) not in _REFUSED:
            raise
        raise RefusedError(
            f"DynamoDB refuses to export table {table['name']}, {export['from']} to "
            f"{export['to']} ({message_of(error)}): {_REFUSED[code_of(error)]}"
        ) from error
    arn = str(answer["ExportDescription"]["ExportArn"])
    log("started", table=table["name"], export=arn, start=export["from"], end=export["to"])
    return arn


def _request(event: Event, export: Export, key: str) -> dict[str, Any]:
    place = event["place"]
    request = {
        "TableArn": event["request"]["table"]["arn"],
        "ClientToken": export["client_token"],
        "S3Bucket": place["catalogue_bucket"],
        "S3BucketOwner": place["account_id"],
        "S3Prefix": export["prefix"],
        "S3SseAlgorithm": "KMS",
        "S3SseKmsKeyId": key,
        "ExportFormat": FORMAT,
    }
    start, end = moment_of(export["from"]), moment_of(export["to"])
    if export["kind"] == FULL:
        return request | {"ExportType": "FULL_EXPORT", "ExportTime": start}
    window = {"ExportFromTime": start, "ExportToTime": end, "ExportViewType": VIEW}
    return request | {
        "ExportType": "INCREMENTAL_EXPORT",
        "IncrementalExportSpecification": window,
    }


def _looked(dynamodb: Any, event: Event, export: Export) -> Export:
    arn = export["export_arn"]
    if arn is None or export["status"] == DONE:
        return export
    described = call(dynamodb, "describe_export", arn, ExportArn=arn)["ExportDescription"]
    status = described["ExportStatus"]
    if status == FAILED:
        code, why = described.get("FailureCode"), described.get("FailureMessage")
        raise RefusedError(
            f"DynamoDB could not export table {event['request']['table']['name']}, "
            f"{export['from']} to {export['to']} ({code or 'UNKNOWN'}: "
            f"{why or 'it does not say why'}): {arn}. Nothing was put back. Mend that, and start "
            "the undo again"
        )
    manifest_key = described.get("ExportManifest") if status == DONE else None
    return {**export, "status": status, "manifest_key": manifest_key}
