"""Waits for files that lie in a storage class which has to be thawed before it is read.

The files of a round are looked at before it is loaded. Where one is cold, those of all rounds after
it are asked for as well: else each of them would wait for hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from blueprints.functions.common.thawing import WAIT_SECONDS, thaw
from blueprints.functions.plan_refill import lists
from blueprints.functions.plan_refill.case import Case
from blueprints.functions.plan_refill.work import Work

# There is more to look at than one call has time for.
_GO_ON_SECONDS = 1


def looked_at(
    case: Case, work: Work, number: int, before: Mapping[str, Any] | None
) -> tuple[dict[str, Any], int]:
    """Return how far it is, and the seconds to wait: 0 where the round can be loaded.

    `before` is what the last call returned, of this round or of an earlier one.
    """
    state = _begun(number, before)
    while True:
        with lists.opened(case, work.parts, work.rounds, state["at"]) as file:
            rest = islice(lists.files_in(file), state["position"], None)
            found = thaw(case.s3_in, rest, case.now, case.has_time)
        state["position"] += found.looked
        state["asked"] += found.asked
        state["waiting"] += found.waiting
        if not found.is_whole:
            return state, _GO_ON_SECONDS
        if not state["waiting"]:
            return state, 0
        if state["is_ahead"] or state["at"] + 1 == len(work.rounds):
            return state | {"at": number, "position": 0, "is_ahead": True}, WAIT_SECONDS
        state["at"], state["position"] = state["at"] + 1, 0


def _begun(number: int, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return where to go on; what waited is counted anew each time a round is looked at."""
    state = {"round": number, "at": number, "position": 0, "waiting": 0}
    state |= {"asked": 0, "is_ahead": False}
    if before is None:
        return state
    if before["round"] != number:
        return state | {name: before[name] for name in ("asked", "is_ahead")}
    is_new = before["at"] == number and before["position"] == 0
    return {**before, **({"waiting": 0} if is_new else {})}
