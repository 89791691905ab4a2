"""Decides the next export of one table, and keeps the plan where all runs of it read it.

Calls, each with what it acts on:
- dynamodb:DescribeTable, dynamodb:DescribeContinuousBackups: the table
- s3:ListBucket: the catalogue bucket, below catalog/exports/ and catalog/attempts/
- s3:GetObject: the catalogue bucket, catalog/exports/* and catalog/attempts/*; kms:Decrypt: its key
- s3:PutObject: the catalogue bucket, catalog/attempts/*; kms:GenerateDataKey: its key
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from blueprints.functions.common.catalogue import iso, moment_of
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.exports_store import has_records
from blueprints.functions.common.log import log
from blueprints.functions.plan_export.attempts import agreed
from blueprints.functions.plan_export.case import Case, case_of, restorable_of, table_of
from blueprints.functions.plan_export.chains import newest_chain
from blueprints.functions.plan_export.windows import NOT_YET, Asked, Nothing, decide

Event = Mapping[str, Any]
_ABSENT = ("from", "to", "identity", "attempt", "client_token", "prefix", "deadline")


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return the plan."""
    return plan(client_maker(), event, datetime.now(UTC))


def plan(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Return what is exported next, or that nothing is; the same to all who ask for one window.

    Raises RefusedError where point-in-time recovery is off, the table is gone or the catalogue
    cannot be understood; other errors may pass.
    """
    case = _case(clients, event, now)
    done = (event.get("previous") or {}).get("windows", 0)
    found = _found(clients, case, done)
    if isinstance(found, Nothing):
        log("nothing to export", table=case.table.name, reason=found.reason)
        return _nothing(case, found, done)
    # The very first chain of a table leaves nothing out: there is nothing to tell.
    tell = found["tell"] and (case.chain is not None or _had_exports(clients, case))
    return {**found, "tell": tell, "windows": done + 1}


def _had_exports(clients: Clients, case: Case) -> bool:
    return has_records(clients("s3"), case.event["place"]["catalogue_bucket"], case.table.arn)


def _case(clients: Clients, event: Event, now: datetime) -> Case:
    table = table_of(clients("dynamodb"), event)
    # Before the chain: read after it, a chain that went on in between would look broken.
    restorable = restorable_of(clients("dynamodb"), event)
    bucket, kind = event["place"]["catalogue_bucket"], event["request"]["kind"]
    chain = newest_chain(clients("s3"), bucket, table, kind, now)
    return case_of(event, table, restorable, chain, now)


def _found(clients: Clients, case: Case, done: int) -> dict[str, Any] | Nothing:
    request, export = case.event["request"], case.event["export"]
    if done >= (1 if request["kind"] == "full" else export["most_windows"]):
        return Nothing(reason=f"this run has made as many exports as one may ({done})")
    if case.recovery is None:
        return Nothing(reason=NOT_YET)
    asked = Asked(
        kind=request["kind"],
        scheduled_at=moment_of(request["scheduled_at"]),
        interval=timedelta(minutes=export["interval_minutes"]),
    )
    wanted = decide(asked, case.table.id, case.chain, case.recovery)
    if isinstance(wanted, Nothing):
        return wanted
    return agreed(clients("s3"), case, case.recovery, wanted)


def _nothing(case: Case, found: Nothing, done: int) -> dict[str, Any]:
    """Return a plan with every name that a plan has."""
    return {
        **dict.fromkeys(_ABSENT),
        "action": "nothing",
        "kind": case.event["request"]["kind"],
        "chain": iso(case.chain.start) if case.chain else None,
        "starts_chain": False,
        "table_id": case.table.id,
        "reason": found.reason,
        "tell": False,
        "windows": done,
        "earliest": iso(case.recovery.earliest) if case.recovery else None,
        "started_at": iso(case.now),
    }
