"""Compares what DynamoDB says that it exported with what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from blueprints.functions.common.catalogue import moment_of
from blueprints.functions.common.manifests import Summary

Event = Mapping[str, Any]
VIEW = "NEW_AND_OLD_IMAGES"


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
