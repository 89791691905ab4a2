"""What tests ask of the local endpoints themselves, beside AWS."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws


def ask(local_aws: LocalAws, what: str, body: Any = None, method: str | None = None) -> Any:
    """Send a document to `/moto-api/WHAT` (without one, ask only); return the answer."""
    request = urllib.request.Request(
        f"{local_aws.endpoint}/moto-api/{what}",
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


def set_clock(local_aws: LocalAws, offset_seconds: float) -> None:
    """Let DynamoDB's histories and exports be so far ahead of the real time."""
    ask(local_aws, "clock", {"offset_seconds": offset_seconds})


def calls(local_aws: LocalAws) -> list[dict[str, Any]]:
    """Return what roles called, oldest first."""
    found: list[dict[str, Any]] = ask(local_aws, "calls")
    return found
