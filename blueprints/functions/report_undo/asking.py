"""The command that asks for an undo, as a person types it: what a report says to run can be run."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]


def command(report: Document, **changed: Any) -> str:
    """Return the command that asks for the same again, but for what is `changed`."""
    asked, table = {**report["asked_for"], **changed}, report["table"]
    words = ["holdfast", "undo", report["environment"], table.get("key") or table["name"]]
    window = report["window"]
    for name in ("since", "until"):
        # Without an end it ended when it began, and is to end there again.
        moment = changed.get(name) or window[name] or asked[name]
        words += [f"--{name}", str(moment)] if moment else []
    words += only(asked["only"])
    if asked["created_since"] not in {None, "report"}:
        words += ["--created-since", asked["created_since"]]
    if asked["old_images"] not in {None, "incremental"}:
        words += ["--old-images", asked["old_images"].replace("_", "-")]
    if asked["write_units"]:
        words += ["--write-units", str(asked["write_units"])]
    words += ["--overwrite-conflicts"] if asked["overwrite_conflicts"] else []
    words += ["--dry-run"] if asked["dry_run"] else []
    return shlex.join(words)


def only(filters: Document | None) -> list[str]:
    """Return a filter as options of the command."""
    return [word for each in _conditions(filters or {}) for word in ("--only", each)]


def _conditions(filters: Document) -> Iterator[str]:
    yield from (f"change={each}" for each in filters.get("change") or ())
    yield from (f"attribute={each}" for each in filters.get("attributes") or ())
    for test in filters.get("where") or ():
        yield f"{test['image']}.{test['attribute']}={test['equals']}"
