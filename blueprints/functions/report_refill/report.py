"""Puts the report together: what was written from what, what is not right, what comes next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from blueprints.functions.common.caught import caught
from blueprints.functions.common.refill_folder import WORK
from blueprints.functions.common.refills import COUNTED, folder_of

Document = Mapping[str, Any]


def report_of(event: Document, ended: datetime, sums: Document, unknown: str) -> dict[str, Any]:
    """Return the report of an execution; `unknown` says why the sums could not be read."""
    state, place, execution = event["state"], event["place"], event["execution"]
    request, plan = state.get("request") or {}, state.get("plan") or {}
    table = {"name": "unknown", **(request.get("table") or {})}
    error = _error(state, plan)
    started = datetime.fromisoformat(execution["started_at"])
    folder = folder_of(request, place, execution)
    facts = {
        "version": 1,
        "status": "SUCCEEDED" if error is None else "FAILED",
        "project": place["project"],
        "environment": place["environment"],
        "table": table,
        "table_id": plan.get("table_id"),
        "source": request.get("source"),
        "from": plan.get("source"),
        "source_table_arn": plan.get("source_table_arn"),
        "format": plan.get("format"),
        **{name: sums[name] for name in COUNTED},
        "at_least": sums["at_least"],
        "not_known": f"what was written is not known: {unknown}" if unknown else None,
        "rounds": {"done": sums["rounds_done"], "total": plan.get("rounds_total")},
        "execution_arn": execution["arn"],
        "started_at": execution["started_at"],
        "finished_at": ended.isoformat(timespec="seconds"),
        "seconds": int((ended - started).total_seconds()),
        "not_right": list(_not_right(error)),
        "error": error,
        "folder": f"s3://{folder.bucket}/{folder.prefix}",
        "resumed": request.get("resume"),
        "quiet": bool(request.get("quiet")),
    }
    return facts | {"next": list(_next(facts, request, place, execution, folder.prefix))}


def _error(state: Document, plan: Document) -> dict[str, Any] | None:
    """Return what failed: a state of the machine, or children of a round."""
    if state.get("error"):
        name, text = caught(state["error"])
        return {"type": name, "message": text, "files": []}
    found = plan.get("error")
    if found:
        return dict(found)
    if plan.get("action") != "report":
        return {"type": "NotPlannedError", "message": "the refill was not planned", "files": []}
    return None


def _not_right(error: Document | None) -> Iterator[str]:
    if error is None:
        return
    if not error["files"]:
        yield f"{error['type']}: {error['message']}"
    for each in error["files"]:
        line = f", line {each['line']}" if each.get("line") else ""
        where = "" if str(each["file"]) in each["message"] else f"{each['file']}{line}: "
        yield f"{where}{each['type']}: {each['message']}"
    if error.get("not_named"):
        yield f"{error['not_named']} more files, whose reasons are in the progress of their round"


def _next(
    report: Document, request: Document, place: Document, execution: Document, prefix: str
) -> Iterator[str]:
    """Yield what to do next: commands, and lines that begin with "# " and say what for."""
    table, region = report["table"], place["region"]
    if report["status"] == "SUCCEEDED":
        yield "# see that the table holds what you expect, before anything uses it"
        yield (f"aws dynamodb scan --table-name {table['name']} --max-items 3 --region {region}")
        return
    yield "# files that are done are not written again; how far each child came"
    yield f"aws s3 ls --recursive s3://{place['catalogue_bucket']}/{prefix} --region {region}"
    yield "# which step failed, and why"
    yield (
        f"aws stepfunctions get-execution-history --execution-arn {execution['arn']} "
        f"--reverse-order --max-results 20 --region {region}"
    )
    again = dict(request)
    if _can_resume(report):
        again["resume"] = prefix.removeprefix(WORK).rstrip("/")
        key = table.get("key", table["name"])
        yield (
            "# mend what it says, then go on from there, within 30 days; or holdfast refill "
            f"{place['environment']} {key} --resume {again['resume']}"
        )
    else:
        yield "# nothing was loaded: mend what it says, and start again"
    machine = place.get("refill_machine_arn") or _machine(execution["arn"])
    yield (
        f"aws stepfunctions start-execution --state-machine-arn {machine} "
        f"--input {shlex.quote(json.dumps(again))} --region {region}"
    )


def _can_resume(report: Document) -> bool:
    """Return whether the folder has a plan to go on with."""
    return report["rounds"]["total"] is not None or bool(report["resumed"])


def _machine(execution_arn: str) -> str:
    head, _, rest = execution_arn.partition(":execution:")
    return f"{head}:stateMachine:{rest.partition(':')[0]}"
