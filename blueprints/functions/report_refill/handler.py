"""Writes the report of a refill and tells people, whatever became of it.

Calls, each with what it acts on:
- s3:ListBucket: the catalogue bucket, below work/refills/
- s3:GetObject: the catalogue bucket, work/refills/*; kms:Decrypt: its key
- s3:PutObject: the catalogue bucket, refills/*; kms:GenerateDataKey: its key
- sns:Publish: the alert topic; kms:GenerateDataKey, kms:Decrypt: its key
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.patience import FAILURES, reason_of
from blueprints.functions.common.refills import nothing
from blueprints.functions.report_refill.message import message, subject
from blueprints.functions.report_refill.report import report_of
from blueprints.functions.report_refill.sums import sums_of

Event = Mapping[str, Any]


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return the status, what was written, the report and where it lies."""
    return report(client_maker(), event, datetime.now(UTC))


def report(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Write the report, then publish it where there is a topic. Raises where either fails.

    The same event, called again, writes the same content under the same key. Of a refill that went
    well nobody is told where the request says `quiet`: whoever started it tells.
    """
    place, execution, state = event["place"], event["execution"], event["state"]
    # When the state was entered is the same each time it is tried.
    ended = datetime.fromisoformat(execution.get("entered_at") or now.isoformat())
    try:
        sums, unknown = sums_of(clients("s3"), state, place, execution), ""
    except FAILURES as error:
        # Without the sums the report still says what failed, and what to do.
        sums, unknown = nothing() | {"rounds_done": 0, "at_least": True}, reason_of(error)
    document = report_of(event, ended, sums, unknown)
    bucket = place["catalogue_bucket"]
    key = f"refills/{document['table']['name']}/{execution['name']}.json"
    tell = document["status"] == "FAILED" or not document["quiet"]
    try:
        _write(clients("s3"), bucket, key, document)
    except RefusedError as error:
        # It is not tried again, so that who waits for word has to be told now.
        _publish(clients, place, document, f"nowhere, because {error}")
        raise
    if tell:
        _publish(clients, place, document, f"s3://{bucket}/{key}")
    log("reported", status=document["status"], report=f"s3://{bucket}/{key}", told=tell)
    written = {name: document[name] for name in ("status", "written", "deleted")}
    return {**written, "bucket": bucket, "key": key, "report": document}


def _write(s3: Any, bucket: str, key: str, document: Event) -> None:
    call(
        s3,
        "put_object",
        f"{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        Body=f"{json.dumps(document, indent=2, ensure_ascii=False)}\n".encode(),
        ContentType="application/json",
    )


def _publish(clients: Clients, place: Event, document: Event, where: str) -> None:
    topic_arn = place.get("topic_arn")
    if topic_arn:
        call(
            clients("sns"),
            "publish",
            topic_arn,
            TopicArn=topic_arn,
            Subject=subject(document),
            Message=message(document, where),
        )
