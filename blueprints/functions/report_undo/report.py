"""Puts the report together: what was asked, what became of the keys, what is not right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from blueprints.functions.common.caught import caught
from blueprints.functions.common.undo_reasons import AFTER_UNTIL, OVERWRITTEN
from blueprints.functions.report_undo.asking import command
from blueprints.functions.report_undo.gathering import Sums

Document = Mapping[str, Any]
# In the order in which people are told of them.
MEANINGS = {
    "conflict": "left alone: conflicts",
    "restored": "put back, attribute by attribute",
    "recreated": "put back whole: deleted in the window",
    "deleted": "deleted again: not there at that time",
    "created": "listed, and left as they are: not there at that time",
    "kept": "kept: not there at that time",
    "already": "back already: by an earlier call, an earlier undo or somebody else",
    "unchanged": "as at that time, whatever was written in between",
    "before": "left alone: last written before --since, and exported all the same",
    "not_selected": "not selected by --only",
}
_ASKED = (
    *("since", "until", "only", "created_since", "overwrite_conflicts", "dry_run", "old_images"),
    "write_units",
)


def report_of(
    state: Document, place: Document, execution: Document, ended: datetime, sums: Sums
) -> dict[str, Any]:
    """Return the report of an execution from the data of its state machine and the sums."""
    request, plan = state.get("request") or {}, state.get("plan") or {}
    table = {"name": "unknown", **(request.get("table") or {})}
    not_right = list(_not_right(state.get("error"), plan, sums))
    started = datetime.fromisoformat(execution["started_at"])
    facts = {
        "version": 1,
        "status": "FAILED" if not_right else "SUCCEEDED",
        "project": place["project"],
        "environment": place["environment"],
        "table": table,
        "table_id": plan.get("table_id"),
        "asked_for": {name: request.get(name) for name in _ASKED},
        "dry_run": bool(request.get("dry_run")),
        "window": {name: plan.get(name) for name in ("since", "until", "end")},
        # Before that nothing is compared, and nothing put back.
        "begun": plan.get("action") == "undo",
        "execution_arn": execution["arn"],
        "started_at": execution["started_at"],
        "finished_at": ended.isoformat(timespec="seconds"),
        "seconds": int((ended - started).total_seconds()),
        "not_right": not_right,
        "keys": sums.total,
        "counts": {name: sums.counts.get(name, 0) for name in MEANINGS},
        "conflicts_by_reason": dict(sums.reasons.most_common()),
        "attributes": dict(sums.attributes.most_common()),
        "write_units": round(sums.units, 1),
        # Of all shares together a second, None without a budget; and whether it was asked for.
        "budget": plan.get("budget"),
        "created_since": sums.created_count,
    }
    return facts | {"next": list(_next(facts))}


def _not_right(error: Document | None, plan: Document, sums: Sums) -> Iterator[str]:
    if error:
        name, message = caught(error)
        yield f"{name}: {message}"
    elif plan.get("action") != "undo":
        yield "the window was not exported, so that nothing was compared or put back"
    yield from sums.not_done


def _next(report: Document) -> Iterator[str]:
    """Yield what comes next: commands, and lines that begin with "# " and say what for."""
    asked, reasons = report["asked_for"], report["conflicts_by_reason"]
    if report["status"] == "FAILED":
        stays = ": what is back stays as it is" if report["begun"] else ""
        yield f"# mend what it says, and ask for the same again{stays}"
        yield from [command(report)] if asked["since"] else ()
    elif report["dry_run"]:
        yield "# to do it"
        yield command(report, dry_run=False)
    if reasons.keys() & OVERWRITTEN:
        yield "# to put conflicts back as well, over what was written later; look at them first"
        yield command(report, overwrite_conflicts=True, dry_run=True)
    if AFTER_UNTIL in reasons:
        yield "# to put back as well what was written at --until or later; look at it first"
        yield command(report, until=report["window"]["end"], dry_run=True)
    if report["counts"]["created"]:
        yield "# to delete what was not there at that time; look at the list first"
        yield command(report, created_since="delete", dry_run=True)
