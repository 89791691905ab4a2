"""DynamoDB: ExportTableToPointInTime, DescribeExport and ListExports.

An export is in progress until DescribeExport has shown it so once. moto's own exports are of the
present, in one file, without a manifest.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import (
    PointInTimeRecoveryUnavailable,
    ResourceNotFoundException,
    TableNotFoundException,
)
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from . import clock, dynamodb_export_failures, dynamodb_export_files, dynamodb_history
from .dynamodb_export_lines import (
    DYNAMODB_JSON,
    ION,
    NEW_AND_OLD_IMAGES,
    Line,
    of_changes,
    of_items,
)
from .operations import SERVED, add_operations, state
from .sts import role_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from moto.dynamodb.models.table import Table

    Request = dict[str, Any]

FULL, INCREMENTAL = "FULL_EXPORT", "INCREMENTAL_EXPORT"
IN_PROGRESS, COMPLETED, FAILED = "IN_PROGRESS", "COMPLETED", "FAILED"
MOST_RUNNING = 300
MOST_LISTED = 25
SHORTEST_SECONDS, LONGEST_SECONDS = 15 * 60, 24 * 60 * 60
TOKEN_SECONDS = 8 * 60 * 60  # for which a client token is remembered, once its export has ended
AS_GIVEN = ("S3Bucket", "S3BucketOwner", "S3Prefix", "S3SseKmsKeyId")


@dataclass(kw_only=True)
class Export:
    """An export: what asked for it, how it is described, and how it ends."""

    request: Request
    described: dict[str, Any]
    end: dict[str, Any]
    running: bool = True

    def show(self) -> dict[str, Any]:
        return self.described if self.running else self.described | self.end


def export_table_to_point_in_time(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    token = request.setdefault("ClientToken", str(uuid4()))
    exports: dict[str, Export] = state(backend, "exports")
    if before := _of_token(exports, token):
        if before.request != request:
            message = f"ClientToken {token} was used with other parameters"
            raise JsonRESTError("ExportConflictException", message)
        return {"ExportDescription": before.show()}
    table = _table(backend, request["TableArn"])
    when = _when(table, request)
    if sum(each.running for each in exports.values()) >= MOST_RUNNING:
        message = f"There is a limit of {MOST_RUNNING} concurrent exports"
        raise JsonRESTError("LimitExceededException", message)
    started = clock.now()
    arn = f"{table.table_arn}/export/{int(started * 1000):014d}-{secrets.token_hex(4)}"
    described = {
        "ExportArn": arn,
        "ExportStatus": IN_PROGRESS,
        "StartTime": started,
        "TableArn": table.table_arn,
        "TableId": table.describe()["TableDescription"]["TableId"],
        "ClientToken": token,
        "S3SseAlgorithm": request.get("S3SseAlgorithm", "AES256"),
        **{name: request[name] for name in AS_GIVEN if name in request},
        "ExportFormat": request.get("ExportFormat", DYNAMODB_JSON),
        "ExportType": request.get("ExportType", FULL),
        **when,
    }
    end = _run(backend, table, described)
    exports[arn] = Export(request=dict(request), described=described, end=end)
    return {"ExportDescription": described}


def _of_token(exports: Mapping[str, Export], token: str) -> Export | None:
    for export in exports.values():
        remembered = export.running or export.end["EndTime"] + TOKEN_SECONDS > clock.now()
        if export.described["ClientToken"] == token and remembered:
            return export
    return None


def _table(backend: DynamoDBBackend, arn: str) -> Table:
    try:
        table = backend.get_table(arn)
    except ResourceNotFoundException:
        raise TableNotFoundException(arn) from None
    if table.table_arn != arn:  # of another account or Region
        raise TableNotFoundException(arn)
    return table


def _when(table: Table, request: Request) -> dict[str, Any]:
    """Return the time or the window of the export, checked."""
    bounds = dynamodb_history.window(table)
    if bounds is None:
        raise PointInTimeRecoveryUnavailable(table.name)
    kind, window = request.get("ExportType", FULL), request.get("IncrementalExportSpecification")
    if "FilterSpecification" in request:
        raise _invalid("FilterSpecification is not known here")
    if request.get("ExportFormat", DYNAMODB_JSON) not in {DYNAMODB_JSON, ION}:
        raise _invalid(f"ExportFormat {request['ExportFormat']} is none")
    if kind == FULL and window is None:
        moment = clock.seconds(request.get("ExportTime", bounds[1]))
        _check_moment(moment, bounds)
        return {"ExportTime": moment}
    if kind != INCREMENTAL or not window or "ExportTime" in request:
        raise _invalid("An incremental export, and no other, has IncrementalExportSpecification")
    if "ExportFromTime" not in window:
        raise _invalid("ExportFromTime is required")
    start = clock.seconds(window["ExportFromTime"])
    end = clock.seconds(window.get("ExportToTime", bounds[1]))
    if not SHORTEST_SECONDS <= end - start <= LONGEST_SECONDS:
        raise _invalid("The export period must be from 15 minutes to 24 hours")
    for moment in (start, end):
        _check_moment(moment, bounds)
    view = window.get("ExportViewType", NEW_AND_OLD_IMAGES)
    shown = {"ExportFromTime": start, "ExportToTime": end, "ExportViewType": view}
    return {"IncrementalExportSpecification": shown}


def _check_moment(moment: float, bounds: tuple[float, float]) -> None:
    if not bounds[0] <= moment <= bounds[1]:
        message = f"{clock.iso(moment)} is not within {clock.iso(bounds[0])} to now"
        raise JsonRESTError("InvalidExportTimeException", message)


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", message)


def _run(backend: DynamoDBBackend, table: Table, described: dict[str, Any]) -> dict[str, Any]:
    """Write the export; return what its description ends with."""
    writer = dynamodb_export_files.Writer(
        described=described,
        session=role_session(backend.account_id, SERVED.get().access_key),
        account_id=backend.account_id,
        failure=dynamodb_export_failures.take(table.name),
    )
    try:
        result = dynamodb_export_files.write(writer, _lines(table, described))
    except dynamodb_export_files.FailedError as error:
        reason = {"FailureCode": error.code, "FailureMessage": error.message}
        return {"ExportStatus": FAILED, "EndTime": clock.now(), **reason}
    return {"ExportStatus": COMPLETED, **result}


def _lines(table: Table, described: dict[str, Any]) -> Iterator[Line]:
    how = described["ExportFormat"], dynamodb_export_files.PARTITIONS
    if "ExportTime" in described:
        items = dynamodb_history.items_at(table, described["ExportTime"])
        listed = (
            item
            for held in items.values()
            for item in (held.values() if table.has_range_key else (held,))
        )
        return of_items(listed, *how)
    window = described["IncrementalExportSpecification"]
    changes = dynamodb_history.changes(table, window["ExportFromTime"], window["ExportToTime"])
    if not dynamodb_export_failures.KEYS_OF_PASSING["keys_of_passing"]:
        changes = [each for each in changes if each.old or each.new]
    return of_changes(table, changes, window["ExportViewType"], *how)


def describe_export(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    arn = request["ExportArn"]
    export: Export | None = state(backend, "exports").get(arn)
    if export is None:
        raise JsonRESTError("ExportNotFoundException", f"Export not found: {arn}")
    shown = export.show()
    export.running = False
    return {"ExportDescription": shown}


def list_exports(backend: DynamoDBBackend, request: Request) -> dict[str, Any]:
    wanted = request.get("TableArn")
    listed = [
        {name: shown[name] for name in ("ExportArn", "ExportStatus", "ExportType")}
        for shown in (export.show() for export in state(backend, "exports").values())
        if wanted in {None, shown["TableArn"]}
    ]
    start = int(request.get("NextToken", 0))
    end = start + min(request.get("MaxResults", MOST_LISTED), MOST_LISTED)
    more = {"NextToken": str(end)} if end < len(listed) else {}
    return {"ExportSummaries": listed[start:end], **more}


OPERATIONS = (export_table_to_point_in_time, describe_export, list_exports)


def install() -> None:
    """Add the operations above to moto."""
    add_operations(DynamoHandler, dynamodb_backends, *OPERATIONS)
