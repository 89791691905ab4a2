"""Writes the report of a restore and tells people, whatever became of it.

Calls, each with what it acts on:
- s3:PutObject: the catalogue bucket, restores/*; kms:GenerateDataKey: its key
- sns:Publish: the alert topic; kms:GenerateDataKey, kms:Decrypt: its key
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.report_restore.message import message, subject
from blueprints.functions.report_restore.report import report_of

Event = Mapping[str, Any]
Clients = Callable[[str], Any]


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return the status, the report and where it was written."""
    return report(client_maker(), event, datetime.now(UTC))


def report(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Write the report, then publish it where there is a topic. Raises where either fails.

    The same event, called again, writes the same content under the same key.
    """
    place, execution = event["place"], event["execution"]
    # When the state was entered is the same each time it is tried.
    ended = datetime.fromisoformat(execution.get("entered_at") or now.isoformat())
    document = report_of(event["state"], place, execution, ended)
    bucket = place["catalogue_bucket"]
    key = f"restores/{document['table']['name']}/{execution['name']}.json"
    where = f"s3://{bucket}/{key}"
    try:
        body = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        call(
            clients("s3"),
            "put_object",
            f"{bucket}/{key}",
            Bucket=bucket,
            Key=key,
            Body=body.encode(),
            ContentType="application/json",
        )
    except RefusedError as error:
        # It is not tried again, so that who waits for word has to be told now.
        _publish(clients, place, document, f"nowhere, because {error}")
        raise
    _publish(clients, place, document, where)
    log("reported", status=document["status"], report=where)
    return {"status": document["status"], "bucket": bucket, "key": key, "report": document}


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
