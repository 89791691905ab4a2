"""Sees that one execution at a time goes on with the folder of a refill.

Whoever resumes a refill takes its fence over. Calls of the functions that load look at it before
each file; one that has looked before that may still write for as long as it lives, so that is
waited for: else an item of an early window could be put over that of a later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.functions.common.catalogue import iso, read
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.refills import exists, write
from blueprints.functions.plan_refill.case import Case

# The longest life of a function, so that by then every earlier call has ended.
WAIT_SECONDS = 900
Fence = dict[str, Any]


def check(case: Case) -> None:
    """Raise RefusedError where another execution has taken the folder over."""
    found, where = _found(case), f"s3://{case.folder.bucket}/{case.folder.fence_key}"
    if found.get("execution_arn") != case.execution["arn"]:
        raise RefusedError(
            f"{found.get('execution_arn', 'nobody')} goes on with this refill, by {where}: two at "
            "once would write older items over newer ones. See what became of it; start again with "
            "resume once it has ended"
        )


def taken(case: Case) -> Fence:
    """Take the folder over; return from whom, when, and whether that one's calls were waited for.

    A call that is made again finds the fence its own, and says the same.
    """
    found, arn = _found(case), case.execution["arn"]
    if found.get("execution_arn") != arn:
        found = {
            "execution_arn": arn,
            "taken_from": found.get("execution_arn"),
            "taken_at": iso(case.now),
        }
        write(case.s3, case.folder.bucket, case.folder.fence_key, found)
        log("took over", **found)
    told = {name: found[name] for name in ("taken_from", "taken_at")}
    return {**told, "waited": told["taken_from"] is None}


def _found(case: Case) -> Mapping[str, Any]:
    bucket, key = case.folder.bucket, case.folder.fence_key
    return read(case.s3, bucket, key) if exists(case.s3, bucket, key) else {}
