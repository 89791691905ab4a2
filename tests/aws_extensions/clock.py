"""The time that DynamoDB's histories, point-in-time recovery and exports go by; a test can move it.

`POST /moto-api/clock` takes `{"offset_seconds": 3600}`: how far this clock is ahead of the real one
(behind it where negative), and answers with it and the time that results. A reset sets it right.
Nothing else goes by it: neither other services nor functions.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import urls
from moto.moto_api._internal.models import MotoAPIBackend

if TYPE_CHECKING:
    from moto.core.request import Request

OFFSET = {"offset_seconds": 0.0}


def now() -> float:
    """Return the time, in seconds since 1970."""
    return time.time() + OFFSET["offset_seconds"]


def move(offset_seconds: float) -> None:
    """Let the time be so far ahead of the real one."""
    OFFSET["offset_seconds"] = offset_seconds


def seconds(value: Any) -> float:
    """Return a time of a request as seconds since 1970, however it was parsed."""
    if isinstance(value, int | float):
        return float(value)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


def iso(moment: float) -> str:
    """Return a time as AWS writes it into documents, with milliseconds."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    if request.method == "POST":
        move(float(json.loads(request.data)["offset_seconds"]))
    body = json.dumps(OFFSET | {"now": iso(now())})
    return 200, {"Content-Type": "application/json"}, body


def install() -> None:
    """Let the clock be moved, and set right by a reset, around what else a reset does."""
    reset = MotoAPIBackend.reset

    def reset_all(self: MotoAPIBackend) -> None:
        reset(self)
        move(0)

    MotoAPIBackend.reset = reset_all
    urls.url_paths["{0}/moto-api/clock"] = _answer
