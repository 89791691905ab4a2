"""What failed, by what a state machine keeps of an error, and the document that notes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from blueprints.functions.common import exports_store as store
from blueprints.functions.common.caught import caught

Event = Mapping[str, Any]
# Functions put AWS's code in parentheses, and so does botocore.
_CODE = re.compile(r"\(([\w.]+): |An error occurred \(([\w.]+)\)")
_VERSION = 1


class Failure(NamedTuple):
    """An error: its type, AWS's code of it or else its type, and what it says."""

    type: str
    code: str
    message: str


def failure_of(error: Event) -> Failure:
    """Return the failure that a state caught; Lambda wraps type and message in JSON."""
    name, cause = caught(error)
    match = _CODE.search(cause)
    return Failure(name, (match[1] or match[2]) if match else name, cause)


def planned(event: Event) -> Event | None:
    """Return the plan of what failed, None where the failure came before there was any."""
    return event["state"].get("plan") or None


def attempt_failed(event: Event, failure: Failure) -> tuple[str, dict[str, Any]]:
    """Return key and document of a failed attempt; the same whenever this execution notes it."""
    state, execution = event["state"], event["execution"]
    plan, table, exported = state["plan"], state["request"]["table"], state.get("exported") or {}
    # What is left of the window before is none of this one's.
    is_own = exported.get("client_token") == plan["client_token"]
    key = store.failure_key(table["arn"], plan["identity"], plan["attempt"])
    return key, {
        "version": _VERSION,
        "table": {"name": table["name"], "arn": table["arn"], "id": plan["table_id"]},
        **{name: plan[name] for name in ("identity", "attempt", "kind", "from", "to")},
        "client_token": plan["client_token"],
        "export_arn": exported.get("export_arn") if is_own else None,
        "error": failure._asdict(),
        "execution_arn": execution["arn"],
        "failed_at": execution["entered_at"],
    }


def nothing_planned(event: Event, failure: Failure) -> tuple[str, dict[str, Any]]:
    """Return key and document of a failure that is of no attempt: one a day, for each code."""
    table, execution = event["state"]["request"]["table"], event["execution"]
    key = store.unplanned_key(table["arn"], execution["entered_at"][:10], failure.code)
    return key, {
        "version": _VERSION,
        "table": {"name": table["name"], "arn": table["arn"]},
        "error": failure._asdict(),
        "execution_arn": execution["arn"],
        "failed_at": execution["entered_at"],
    }
