"""DynamoDB: exports that fail as asked.

`POST /moto-api/exports` takes `{"fail": [{"table": "orders", "code": "S3AccessDenied", "message":
"…", "times": 1, "after_files": 0}]}`: the next export of that table (of any where it is null or
left out) ends as FAILED with that code, once (`times`; null for as long as the server lives), after
so many of its objects were written. `DELETE`, like a reset, forgets all of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import urls
from moto.moto_api._internal.models import MotoAPIBackend

if TYPE_CHECKING:
    from moto.core.request import Request

    Failure = dict[str, Any]

FAILURES: list[Failure] = []


def take(table_name: str) -> Failure | None:
    """Return how an export of the table that begins now is to fail; that counts."""
    for failure in FAILURES:
        times = failure.setdefault("times", 1)
        if failure.get("table") in {None, table_name} and (times is None or times > 0):
            if times is not None:
                failure["times"] = times - 1
            return failure
    return None


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    if request.method == "DELETE":
        FAILURES.clear()
    elif request.method == "POST":
        FAILURES.extend(json.loads(request.data)["fail"])
    return 200, {"Content-Type": "application/json"}, json.dumps({"fail": FAILURES})


def install() -> None:
    """Let tests ask for it, around what else a reset does."""
    reset = MotoAPIBackend.reset

    def reset_all(self: MotoAPIBackend) -> None:
        reset(self)
        FAILURES.clear()

    MotoAPIBackend.reset = reset_all
    urls.url_paths["{0}/moto-api/exports"] = _answer
