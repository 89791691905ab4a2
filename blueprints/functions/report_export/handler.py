"""Notes a failed attempt in the catalogue and tells people; or tells that a new chain begins.

Calls, each with what it acts on:
- s3:ListBucket: the catalogue bucket, below catalog/exports/
- s3:GetObject: the catalogue bucket, catalog/exports/*, catalog/attempts/*; kms:Decrypt: its key
- s3:PutObject: the catalogue bucket, catalog/attempts/*; kms:GenerateDataKey: its key
- sns:Publish: the alert topic; kms:GenerateDataKey, kms:Decrypt: its key
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.report_export.failure import (
    attempt_failed,
    failure_of,
    nothing_planned,
    planned,
)
from blueprints.functions.report_export.message import (
    chain_begins,
    failed,
    subject_of_chain,
    subject_of_failure,
)

Event = Mapping[str, Any]
Document = Mapping[str, Any]


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return whether people were told."""
    return report(client_maker(), event)


def report(clients: Clients, event: Event) -> dict[str, Any]:
    """Note what failed and tell people, where there is a topic; raises where either fails.

    An attempt that another execution noted was told by that one; of a table for which nothing can
    be planned, which every run finds anew, people are told once a day. Tried again, this tells
    again: a message twice is better than none.
    """
    if event["occasion"] == "chain":
        answer = _told(clients, event, subject_of_chain(event), chain_begins(event))
        _note_told(clients("s3"), event, answer)
        return answer
    failure, subject = failure_of(event["state"]["error"]), subject_of_failure(event)
    is_recorded = False
    try:
        has_plan = planned(event) is not None
        is_recorded = has_plan and _is_recorded(clients("s3"), event)
        is_of_attempt = has_plan and not is_recorded
        note = attempt_failed if is_of_attempt else nothing_planned
        if not _noted(clients("s3"), event, *note(event, failure)):
            log("told by another execution", code=failure.code)
            return {"told": False}
    except RefusedError as error:
        # It is not tried again, so that people have to be told now.
        text = failed(event, failure, is_recorded=is_recorded, not_noted=str(error))
        _told(clients, event, subject, text)
        raise
    return _told(clients, event, subject, failed(event, failure, is_recorded=is_recorded))


def _note_told(s3: Any, event: Event, answer: Document) -> None:
    """Note that people know of the chain; runs that join its first export need not tell again."""
    state = event["state"]
    key = store.told_key(state["request"]["table"]["arn"], state["plan"]["identity"])
    store.write_once(s3, event["place"]["catalogue_bucket"], key, answer)


def _is_recorded(s3: Any, event: Event) -> bool:
    """Return whether the plan's window has its record, so that its attempt is none that failed.

    Another delivery may have recorded it; or it is the window before the one that was planned last.
    """
    plan, table = event["state"]["plan"], event["state"]["request"]["table"]
    bucket = event["place"]["catalogue_bucket"]
    begin, end = (catalogue.moment_of(plan[name]) for name in ("from", "to"))
    key = store.record_key(table["arn"], begin, end, plan["kind"])
    # Listed, because of one that is missing S3 says that it is forbidden, to who may not list all.
    listed = store.records(s3, bucket, table["arn"], since=begin)
    is_there = any(each.key == key for each in listed)
    return is_there and catalogue.read(s3, bucket, key)["table"]["id"] == plan["table_id"]


def _noted(s3: Any, event: Event, key: str, document: Document) -> bool:
    """Note what failed unless it is noted; return whether it is this execution's to tell."""
    bucket = event["place"]["catalogue_bucket"]
    if store.write_once(s3, bucket, key, document):
        log("noted", key=key, error=document["error"])
        return True
    return bool(catalogue.read(s3, bucket, key)["execution_arn"] == document["execution_arn"])


def _told(clients: Clients, event: Event, subject: str, message: str) -> dict[str, Any]:
    topic_arn = event["place"].get("topic_arn")
    if topic_arn:
        call(
            clients("sns"),
            "publish",
            topic_arn,
            TopicArn=topic_arn,
            Subject=subject,
            Message=message,
        )
    log("told" if topic_arn else "nobody to tell", subject=subject)
    return {"told": bool(topic_arn)}
