"""Puts the report together: what was restored and from what, what is not right, what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from blueprints.functions.common.caught import caught
from blueprints.functions.report_restore.steps import next_steps

Document = Mapping[str, Any]
OWNERS = {
    "stack": "its CloudFormation stack still owns this name: nothing is imported",
    "stack_gone": "its CloudFormation stack, or its resource there, is gone: it is imported back",
    "no_stack": "no stack of this environment exists, so that Terraform's state owns it, or will",
    "elsewhere": "it is defined elsewhere: tell its owner",
    "destination": "it stands in a destination, where no stack and no state owns it",
    "other_name": "it stands beside the original under another name, and nothing owns it yet",
}


def report_of(
    state: Document, place: Document, execution: Document, ended: datetime
) -> dict[str, Any]:
    """Return the report of an execution from the data of its state machine."""
    request, plan = state.get("request") or {}, state.get("plan") or {}
    table = {"name": "unknown", **(request.get("table") or {})}
    restore, settings = state.get("restore") or {}, state.get("settings") or {}
    verification = state.get("verification") or {}
    error = _error(state.get("error"))
    not_right = list(_not_right(error, settings, verification))
    started = datetime.fromisoformat(execution["started_at"])
    owner = plan.get("owner") or {}
    if place["is_destination"] and owner.get("case") == "elsewhere":
        owner = {**owner, "case": "destination"}
    facts = {
        "version": 1,
        "status": "FAILED" if not_right else "SUCCEEDED",
        "project": place["project"],
        "environment": place["environment"],
        "table": table,
        "target": plan.get("target"),
        "table_id": restore.get("table_id"),
        "source": plan.get("source"),
        "why": plan.get("why"),
        # What a person asked for, and why that became this point, if the command line chose it.
        "chosen_because": request.get("chosen_because"),
        "asked_for": request.get("point"),
        "target_asked_for": request.get("target_name"),
        **({"load": request["load"]} if request.get("load") else {}),
        "execution_arn": execution["arn"],
        "started_at": execution["started_at"],
        "finished_at": ended.isoformat(timespec="seconds"),
        "seconds": int((ended - started).total_seconds()),
        "not_right": not_right,
        "error": error,
        "copy": state.get("copy") or None,
        "operation": plan.get("operation"),
        "parameters": plan.get("parameters"),
        "restore": {
            name: restore[name]
            for name in ("job_id", "adopted", "note", "chain")
            if name in restore
        },
        "settings_from": plan.get("settings_from"),
        "settings": {name: settings.get(name, []) for name in ("applied", "failed", "left")},
        "verification": {
            "passed": verification.get("passed", False),
            "checks": verification.get("checks", []),
        },
        "owner": {**owner, "meaning": OWNERS.get(owner.get("case", ""), "not known")},
        "pointer": _pointer(plan, state.get("pointer") or {}, not_right),
    }
    return facts | {"next": next_steps(facts, place)}


def _error(error: Document | None) -> dict[str, str] | None:
    """Return type and message of an error; Lambda wraps both in JSON."""
    if not error:
        return None
    name, message = caught(error)
    return {"type": name, "message": message}


def _not_right(error: Document | None, settings: Document, verification: Document) -> Iterator[str]:
    if error is not None:
        yield f"{error['type']}: {error['message']}"
    for failed in settings.get("failed", ()):
        yield f"{failed['setting']} is not set: {failed['reason']} ({failed.get('fix', '')})"
    for check in verification.get("checks", ()):
        if check["ok"] is not True:
            known = "is wrong" if check["ok"] is False else "could not be told"
            yield f"{check['check']} {known}: {check.get('detail', '')}"
    named = error is not None or any(
        check["ok"] is not True for check in verification.get("checks", ())
    )
    if not named and verification.get("passed") is not True:
        yield "the table was not verified"


def _pointer(plan: Document, answer: Document, not_right: list[str]) -> dict[str, Any] | None:
    """Return what became of the pointer, None without one."""
    pointer = plan.get("pointer")
    if not pointer:
        return None
    moved = bool(plan.get("repoint") and answer)
    if moved:
        became = f"points at {plan['target']['name']}"
    elif plan.get("repoint"):
        became = "was to be moved and was not" if not_right else "was to be moved"
    else:
        became = "was left as it is"
    return {**pointer, "moved": moved, "became": became}
