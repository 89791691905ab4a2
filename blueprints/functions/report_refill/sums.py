"""Adds up what the children of a refill have written, of all of its rounds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from blueprints.functions.common.refills import (
    added,
    documents,
    done_rounds,
    folder_of,
    nothing,
    of_child,
    progress_keys,
)

Document = Mapping[str, Any]
# What one call reads well within its time; the plan has added up a round that failed.
MOST_READ = 2_000


def sums_of(s3: Any, state: Document, place: Document, execution: Document) -> dict[str, Any]:
    """Return the sums, how many rounds are done, and whether there may be more than that.

    Raises botocore's errors, and RefusedError where the folder may not be read.
    """
    request, plan = state.get("request") or {}, state.get("plan") or {}
    folder = folder_of(request, place, execution)
    done = done_rounds(s3, folder)
    total = nothing()
    for each in documents(s3, folder.bucket, (done[number] for number in sorted(done))):
        total = added(total, each)
    if plan.get("sums") is not None:
        at_least = plan["sums"]["at_least"] or _is_cut_off(state)
        return added(total, plan["sums"]) | {"rounds_done": len(done), "at_least": at_least}
    # A map that was stopped, or a plan that failed: the round that was under way, if there is one.
    number = next(n for n in range(len(done) + 1) if n not in done)
    keys = [key for _, key in islice(progress_keys(s3, folder, number), MOST_READ + 1)]
    for each in documents(s3, folder.bucket, keys[:MOST_READ]):
        total = added(total, of_child(each))
    at_least = len(keys) > MOST_READ or _is_cut_off(state)
    return total | {"rounds_done": len(done), "at_least": at_least}


def _is_cut_off(state: Document) -> bool:
    """Return whether a step failed after which children may have written more than they noted.

    Before there was a plan, there was no child, unless one of an earlier execution.
    """
    has_begun = state.get("plan") or (state.get("request") or {}).get("resume")
    return bool(state.get("error") and has_begun)
