"""What DynamoDB says that it exported: a summary, and a line for each data file.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blueprints.functions.common.exports_store import moment_of
from blueprints.functions.verify_export.failing import VerificationFailedError

Event = Mapping[str, Any]
Summary = Mapping[str, Any]
VIEW = "NEW_AND_OLD_IMAGES"


class DataFile(NamedTuple):
    """A data file as the manifest has it; `key` is spelled as there."""

    key: str
    etag: str
    items: int


def put_before(key: str, prefix: str) -> str:
    """Return what to put before a manifest's key to have the object's.

    Everything of an export lies under its prefix, but not every manifest's keys begin with it: the
    examples of the page above have it in none.
    """
    return "" if key.startswith(f"{prefix}/") else f"{prefix}/"


def differences(summary: Summary, event: Event) -> Iterator[str]:
    """Yield how the export that the summary describes differs from the one that was asked for."""
    plan, export = event["plan"], event["export"]
    full = plan["kind"] == "full"
    wanted = {
        "exportArn": event["exported"]["export_arn"],
        "tableArn": event["request"]["table"]["arn"],
        "tableId": plan["table_id"],
        "s3Bucket": export["bucket"],
        "s3Prefix": plan["prefix"],
        "outputFormat": export["format"],
    }
    for name, value in wanted.items():
        if summary.get(name) != value:
            yield f"{name} is {summary.get(name)}, not {value}"
    # Left out by some: the page above shows it in neither example.
    kind, view = ("FULL_EXPORT", None) if full else ("INCREMENTAL_EXPORT", VIEW)
    for name, value in (("exportType", kind), ("outputView", view)):
        if summary.get(name, value) != value:
            yield f"{name} is {summary[name]}, not {value}"
    times = {"exportTime": "to"} if full else {"exportFromTime": "from", "exportToTime": "to"}
    for name, planned in times.items():
        if _moment(summary.get(name)) != moment_of(plan[planned]):
            yield f"{name} is {summary.get(name)}, not {plan[planned]}"
    for name in ("itemCount", "manifestFilesS3Key"):
        if name not in summary:
            yield f"{name} is not there"


def _moment(text: object) -> datetime | None:
    try:
        return moment_of(str(text)).replace(microsecond=0)
    except ValueError:
        return None


def data_files(lines: Iterable[bytes], where: str) -> Iterator[DataFile]:
    """Yield the data files of a manifest, one for each line.

    Raises VerificationFailedError where a line names none; `where` is the manifest's own place.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            found = DataFile(
                str(told["dataFileS3Key"]), _bare(told["etag"]), int(told["itemCount"])
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise VerificationFailedError(
                f"line {number} of {where} names no data file ({type(error).__name__}: {error})"
            ) from error
        yield found


def _bare(etag: str) -> str:
    return etag.strip('"')
