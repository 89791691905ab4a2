"""Decides which files a refill loads next, and looks whether the last ones were loaded.

Calls, each with what it acts on:
- dynamodb:DescribeTable: the table that is refilled
- s3:ListBucket: the catalogue bucket, below catalog/exports/ and work/refills/
- s3:GetObject: the catalogue bucket, catalog/exports/* and work/refills/*; s3:PutObject: the
  latter; kms:GenerateDataKey, kms:Decrypt: its key
- s3:GetObject, s3:ListBucket, s3:RestoreObject: buckets of exports and of dumps, below their
  prefixes; kms:Decrypt: their keys. Buckets and keys may be another account's, in another Region
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from blueprints.functions.common.clients import client
from blueprints.functions.common.log import log
from blueprints.functions.common.refills import done_rounds, write
from blueprints.functions.plan_refill import fence, lists
from blueprints.functions.plan_refill.case import Case, Connect, case_of
from blueprints.functions.plan_refill.target import Target, children_of, look
from blueprints.functions.plan_refill.work import Work, renew, work_of

Event = Mapping[str, Any]
Plan = dict[str, Any]
# To end what was begun, and to say where to go on.
_MARGIN_MILLISECONDS = 30_000
_GO_ON_SECONDS = 1


def handler(event: Event, context: Any) -> Plan:
    """Return the plan of what comes next."""

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > _MARGIN_MILLISECONDS)

    return plan(cache(client), event, datetime.now(UTC), has_time)


def plan(
    connect: Connect, event: Event, now: datetime, has_time: Callable[[], bool] = lambda: True
) -> Plan:
    """Return what to load next, how long to wait, or what to report.

    The same call, made again, returns the same and writes the same. Raises RefusedError where
    something is refused that a repetition does not mend, and errors that may pass.
    """
    case = case_of(connect, event, now, has_time)
    previous: Event = event.get("previous") or {}
    state = _begun(case, previous)
    if state["fence"] is not None:
        fence.check(case)
    target = look(case)
    if not target.is_ready:
        return state | {"action": "wait", "wait_seconds": case.poll_seconds}
    work = work_of(case, target, is_begin=state["fence"] is None)
    if not isinstance(work, Work):
        told = {"waiting": work.waiting, "asked": work.asked}
        seconds = work.wait_seconds if work.is_whole else _GO_ON_SECONDS
        return state | {"action": "wait", "wait_seconds": seconds, "dump": told}
    state |= {
        "table_id": target.id,
        "source": work.told,
        "source_table_arn": work.table_arn,
        "format": work.written_in,
        "rounds_total": len(work.rounds),
    }
    # Not before it is known that this is the refill of the folder: else its own would be stopped.
    if state["fence"] is None:
        state["fence"] = fence.taken(case)
    if not state["fence"]["waited"]:
        # Noted with the answer: the machine asks again only when it has waited.
        waited = {**state["fence"], "waited": True}
        return state | {"action": "wait", "wait_seconds": fence.WAIT_SECONDS, "fence": waited}
    if state["checking"] is not None:
        state = _checked(case, work, state)
        if state["action"] is not None:
            return state
    return _next(case, work, target, state)


def _begun(case: Case, previous: Event) -> Plan:
    """Return the plan with every name that a plan has, as far as it is known before it is made."""
    look_at = previous.get("checking")
    if previous.get("action") == "load":
        from blueprints.functions.plan_refill import checking

        look_at = checking.begun(previous["round"], previous["items"])
    return {
        "action": None,
        "wait_seconds": 0,
        "folder": case.folder.prefix,
        "round": previous.get("round", 0),
        "rounds_total": previous.get("rounds_total"),
        "list": None,
        "items": 0,
        "children": 0,
        "load": None,
        "fence": previous.get("fence"),
        "thawing": previous.get("thawing"),
        "checking": look_at,
        "sums": None,
        "error": None,
        **{
            name: previous.get(name)
            for name in ("table_id", "source", "source_table_arn", "format")
        },
    }


def _checked(case: Case, work: Work, state: Plan) -> Plan:
    """Return the state after a look at the round that was loaded: it goes on, waits or reports."""
    from blueprints.functions.plan_refill import checking

    found, is_whole = checking.checked(case, state["checking"])
    number, sums = found["round"], found["sums"]
    if not is_whole:
        waiting = {"action": "wait", "wait_seconds": _GO_ON_SECONDS, "round": number}
        return state | waiting | {"checking": found}
    if found["wrong"]:
        error = checking.error_of(case, work, found)
        log("not loaded", round=number, wrong=found["wrong"], items=found["items"])
        reported = {"action": "report", "round": number, "checking": None}
        reported["sums"] = {**sums, "at_least": found["unknown"] > 0}
        return state | reported | {"error": error}
    document = {"round": number, **sums}
    write(case.s3, case.folder.bucket, case.folder.done_key(number), document)
    log("loaded", **document)
    return state | {"checking": None, "round": number + 1}


def _next(case: Case, work: Work, target: Target, state: Plan) -> Plan:
    """Return the plan with the first round that is not done, or with the end of the last one."""
    done = done_rounds(case.s3, case.folder)
    number = next((n for n in range(len(work.rounds)) if n not in done), None)
    if number is None:
        log("all loaded", rounds=len(work.rounds))
        return state | {"action": "report", "round": len(work.rounds)}
    if case.request.get("resume") and case.request["source"]["kind"] == "dump":
        renew(case)
    # What a call that waits does without is imported where it is used: a cold start is shorter.
    from blueprints.functions.plan_refill import cold

    thawing, seconds = cold.looked_at(case, work, number, state["thawing"])
    state = state | {"round": number, "thawing": thawing}
    if seconds:
        log("thawing", **thawing)
        return state | {"action": "wait", "wait_seconds": seconds}
    with lists.opened(case, work.parts, work.rounds, number) as file:
        items = lists.count_in(file)
    children, units = children_of(case, target, items)
    log("loading", round=number, items=items, children=children, units=units)
    return state | {
        "action": "load",
        "items": items,
        "children": children,
        "list": {
            "bucket": case.folder.bucket,
            "key": case.folder.list_key(number),
            "results_prefix": case.folder.results(number),
        },
        "load": {
            "table": {name: case.request["table"][name] for name in ("name", "arn")},
            "keys": target.keys,
            "bucket": case.folder.bucket,
            "folder": case.folder.progress(number),
            "write_units": units,
            "fence": case.execution["arn"],
        },
    }
