"""Writes the report of an undo or of its dry run, and tells people.

Calls, each with what it acts on:
- s3:ListBucket: the catalogue bucket, below work/undos/
- s3:GetObject: the catalogue bucket, work/undos/*; kms:Decrypt: its key
- s3:PutObject: the catalogue bucket, undos/*; kms:GenerateDataKey: its key
- sns:Publish: the topic; kms:GenerateDataKey, kms:Decrypt: its key
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any

from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.report_undo.gathering import Sums, gathered
from blueprints.functions.report_undo.report import report_of
from blueprints.functions.report_undo.text import message, subject, text

Event = Mapping[str, Any]
# Of the report: the rest is in S3 alone.
_TOLD = (
    *("status", "project", "environment", "table_id", "dry_run", "window", "begun", "keys"),
    *("started_at", "finished_at", "seconds", "counts", "conflicts_by_reason", "created_since"),
    *("write_units", "budget"),
)
_LONGEST_TOLD = 1_000


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return the status, the report and where it was written."""
    return report(client_maker(), event, datetime.now(UTC))


def report(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Write the report, then publish it where there is a topic. Raises where either fails.

    The same event, called again, writes the same content under the same keys.
    """
    state, place, execution = event["state"], event["place"], event["execution"]
    # When the state was entered is the same each time it is tried.
    ended = datetime.fromisoformat(execution.get("entered_at") or now.isoformat())
    bucket = place["catalogue_bucket"]
    table = ((state.get("request") or {}).get("table") or {}).get("name", "unknown")
    before = f"undos/{table}/{execution['name']}"
    with tempfile.TemporaryFile() as conflicts, tempfile.TemporaryFile() as created:
        files = {"conflicts": conflicts, "created": created}
        sums = _sums(clients, bucket, state.get("plan") or {}, files)
        document = report_of(state, place, execution, ended, sums)
        keys = {"text": f"{before}.txt", "report": f"{before}.json"}
        keys |= {name: f"{before}.{name}.jsonl" for name, file in files.items() if file.tell()}
        places = {name: f"s3://{bucket}/{key}" for name, key in keys.items()}
        whole = {**document, **_listed(sums), "places": places}
        try:
            for name in keys.keys() & files:
                files[name].seek(0)
                _write(clients, bucket, keys[name], files[name], "application/x-ndjson")
            body = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
            _write(clients, bucket, keys["report"], body.encode(), "application/json")
            body = text(document, sums, places)
            _write(clients, bucket, keys["text"], body.encode(), "text/plain; charset=utf-8")
        except RefusedError as error:
            # It is not tried again, so that who waits for word has to be told now.
            _publish(clients, place, document, {"report": f"nowhere, because {error}"})
            raise
    _publish(clients, place, document, places)
    log("reported", status=document["status"], report=places["report"])
    return {
        "status": document["status"],
        "bucket": bucket,
        "key": keys["report"],
        "text_key": keys["text"],
        "report": {**_told(document), "places": places},
    }


def _sums(clients: Clients, bucket: str, plan: Event, files: Mapping[str, IO[bytes]]) -> Sums:
    if plan.get("action") != "undo":
        return Sums()
    try:
        return gathered(clients("s3"), bucket, plan, files["conflicts"], files["created"])
    except RefusedError as error:
        # Whoever waits for word is told all the same.
        return Sums(not_done=[f"what the shares wrote down could not be read: {error}"])


def _told(document: Event) -> dict[str, Any]:
    """Return what the execution's data has of the report: nothing that grows with what was asked.

    A state's data is 256 KiB at most, with the request and the plan in it.
    https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    """
    wrong = [each[:_LONGEST_TOLD] for each in document["not_right"]]
    return {name: document[name] for name in _TOLD} | {"not_right": wrong}


def _listed(sums: Sums) -> dict[str, Any]:
    """Return the beginnings of the lists; a state of the machine would not hold them."""
    return {"samples": sums.samples, "conflicts": sums.conflicts, "created": sums.created}


def _write(
    clients: Clients, bucket: str, key: str, body: bytes | IO[bytes], content_type: str
) -> None:
    call(
        clients("s3"),
        "put_object",
        f"s3://{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        Body=body,
        ContentType=content_type,
    )


def _publish(clients: Clients, place: Event, document: Event, places: Mapping[str, str]) -> None:
    topic_arn = place.get("topic_arn")
    if topic_arn:
        call(
            clients("sns"),
            "publish",
            topic_arn,
            TopicArn=topic_arn,
            Subject=subject(document),
            Message=message(document, places),
        )
