"""The plan that all runs agree on: who writes an attempt first decides for everybody else.

A failed export is attempted again with the same window and another token. DynamoDB starts one
export for a token, until eight hours after that is done, and refuses a token with other parameters.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import token
from blueprints.functions.plan_export.case import Case
from blueprints.functions.plan_export.chains import parsed
from blueprints.functions.plan_export.windows import Nothing, Recovery, Window, instead_of

_MOST_LOST = 5


class PlansContendedError(Exception):
    """Others write the plan at this moment: called again, the function reads theirs."""


class _Attempt(NamedTuple):
    """What an attempt's document says."""

    start: datetime
    end: datetime
    chain: datetime
    reason: str | None
    client_token: str
    plan: Mapping[str, Any]


def agreed(s3: Any, case: Case, recovery: Recovery, wanted: Window) -> dict[str, Any] | Nothing:
    """Return the plan of the newest attempt at the window, or of a new one if that failed.

    A window that was planned before is kept, though a later one could be longer now. Raises
    RefusedError where an attempt cannot be read, PlansContendedError where others do not let go.
    """
    bucket, table = case.event["place"]["catalogue_bucket"], case.table.arn
    window, lost = wanted, 0
    while lost < _MOST_LOST:
        newest = store.last_attempt(s3, bucket, table, window.identity)
        # Whoever planned it may have died before people were told.
        tell = window.reason is not None and not newest.told
        if newest.number:
            key = store.attempt_key(table, window.identity, newest.number)
            last = parsed(s3, bucket, key, _attempt)
            settled = _settled(case, recovery, window, last)
            if isinstance(settled, Nothing):
                return settled
            window, before = settled, window
            if window.identity != before.identity:
                continue
            # Another token where the bucket, or what else DynamoDB is asked for, was changed.
            is_same = last.client_token == _token(case, window, newest.number)
            if is_same and not newest.failed:
                return {**last.plan, "tell": tell}
        key = store.attempt_key(table, window.identity, newest.number + 1)
        plan = {**_plan(case, recovery, window, newest.number + 1), "tell": tell}
        if store.write_once(s3, bucket, key, plan):
            log("planned", key=key, start=plan["from"], end=plan["to"], reason=plan["reason"])
            return plan
        lost += 1
    raise PlansContendedError(f"others are writing s3://{bucket}/{key}: call again to read it")


def _settled(case: Case, recovery: Recovery, window: Window, last: _Attempt) -> Window | Nothing:
    """Return the window as the last attempt at it has it, while that can be exported.

    Only full exports can be out of reach: an incremental one starts where the chain ends.
    """
    is_old = last.start < recovery.earliest
    starts_chain = window.reason is not None
    if is_old and starts_chain:
        return instead_of(window, case.table.id, last.start)
    is_scheduled = window.kind == "full" and not starts_chain
    if is_scheduled and (is_old or last.chain != window.chain):
        return window
    if last.end > recovery.last_minute:
        return Nothing(
            reason=f"planned up to {catalogue.iso(last.end)}, which cannot be exported yet"
        )
    if is_scheduled and case.chain is not None and case.chain.last_full >= last.start:
        return Nothing(reason=f"the full export of {catalogue.iso(last.start)} is recorded")
    chain = last.start if starts_chain else window.chain
    return replace(window, start=last.start, end=last.end, chain=chain, reason=last.reason)


def _plan(case: Case, recovery: Recovery, window: Window, number: int) -> dict[str, Any]:
    return {
        "action": "export",
        "kind": window.kind,
        "chain": catalogue.iso(window.chain),
        "starts_chain": window.reason is not None,
        "from": catalogue.iso(window.start),
        "to": catalogue.iso(window.end),
        "identity": window.identity,
        "attempt": number,
        "client_token": _token(case, window, number),
        "prefix": _prefix(case, window),
        "table_id": case.table.id,
        "reason": window.reason,
        "earliest": catalogue.iso(recovery.earliest),
        "deadline": catalogue.iso(window.start + timedelta(days=case.recovery_days)),
        "started_at": catalogue.iso(case.now),
    }


def _prefix(case: Case, window: Window) -> str:
    return f"{case.event['export']['prefix']}/{window.kind}/{case.table.name}"


def _token(case: Case, window: Window, number: int) -> str:
    """Return the client token: another one for whatever DynamoDB is asked for differently."""
    export = case.event["export"]
    return token(
        case.table.arn,
        case.table.id,
        window.identity,
        str(number),
        *(export[name] for name in ("bucket", "bucket_owner", "key_alias_arn", "format")),
        _prefix(case, window),
        catalogue.iso(window.start),
        catalogue.iso(window.end),
    )


def _attempt(document: Mapping[str, Any]) -> _Attempt:
    return _Attempt(
        start=catalogue.moment_of(document["from"]),
        end=catalogue.moment_of(document["to"]),
        chain=catalogue.moment_of(document["chain"]),
        reason=document["reason"],
        client_token=document["client_token"],
        plan=document,
    )
