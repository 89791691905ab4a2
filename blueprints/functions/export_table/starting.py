"""Asks DynamoDB for the export of a plan; the plan's token makes that one export.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.keys import key_arn
from blueprints.functions.common.log import log

Event = Mapping[str, Any]
_VIEW = "NEW_AND_OLD_IMAGES"
# No repetition mends these; what does, or what comes next. LimitExceededException is none of them:
# the state machine tries again until other exports have ended.
_REFUSED = {
    "ExportConflictException": "the next run asks again, under another token",
    "InvalidExportTimeException": "point-in-time recovery does not reach there; where that lasts, "
    "the next run starts a new chain",
    "PointInTimeRecoveryUnavailableException": "switch point-in-time recovery of the table on; the "
    "next run then starts a new chain",
    "TableNotFoundException": "see in CloudTrail who deleted the table (DeleteTable)",
    "ValidationException": "see whether bucket, owner, prefix and key are what was deployed",
}


def started(connect: Any, event: Event) -> Mapping[str, Any]:
    """Return the description of the export, begun now or before.

    A token that DynamoDB knows from the last 8 hours begins nothing. Raises RefusedError where the
    export is not allowed or not possible, and botocore's errors.
    """
    plan, table = event["plan"], event["request"]["table"]
    export = event["export"]
    kms = connect("kms", region=export["bucket_region"])
    request = _request(event, key_arn(kms, export["key_alias_arn"], export["bucket"]))
    try:
        answer = call(connect("dynamodb"), "export_table_to_point_in_time", table["arn"], **request)
    except ClientError as error:
        if code_of(error) not in _REFUSED:
            raise
        raise RefusedError(
            f"DynamoDB refuses to export table {table['name']}, {plan['from']} to {plan['to']} "
            f"({message_of(error)}): {_REFUSED[code_of(error)]}"
        ) from error
    found: Mapping[str, Any] = answer["ExportDescription"]
    log("started", table=table["name"], export=found["ExportArn"], token=plan["client_token"])
    return found


def _request(event: Event, key: str) -> dict[str, Any]:
    plan, export = event["plan"], event["export"]
    request = {
        "TableArn": event["request"]["table"]["arn"],
        "ClientToken": plan["client_token"],
        "S3Bucket": export["bucket"],
        "S3BucketOwner": export["bucket_owner"],
        "S3Prefix": plan["prefix"],
        "S3SseAlgorithm": "KMS",
        "S3SseKmsKeyId": key,
        "ExportFormat": export["format"],
    }
    begin, end = (datetime.fromisoformat(plan[name]) for name in ("from", "to"))
    if plan["kind"] == "full":
        return request | {"ExportType": "FULL_EXPORT", "ExportTime": end}
    window = {"ExportFromTime": begin, "ExportToTime": end, "ExportViewType": _VIEW}
    return request | {
        "ExportType": "INCREMENTAL_EXPORT",
        "IncrementalExportSpecification": window,
    }
