"""DynamoDB: exports that fail as asked, or tell more than usual.

`POST /moto-api/exports` takes `{"fail": [{"table": "orders", "code": "S3AccessDenied", "message":
"…", "times": 1, "after_files": 0}]}`: the next export of that table (of any where it is null or
left out) ends as FAILED with that code, once (`times`; null for as long as the server lives), after
so many of its objects were written.

With `{"keys_of_passing": true}` incremental exports also have a line, of keys alone, for each item
that was inserted and deleted within their window: whether AWS writes one is not certain. `DELETE`,
like a reset, forgets all of it.
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
KEYS_OF_PASSING = {"keys_of_passing": False}


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
        _forget()
    elif request.method == "POST":
        asked = json.loads(request.data)
        FAILURES.extend(asked.pop("fail", []))
        KEYS_OF_PASSING.update(asked)
    body = json.dumps({"fail": FAILURES, **KEYS_OF_PASSING})
    return 200, {"Content-Type": "application/json"}, body


def _forget() -> None:
    FAILURES.clear()
    KEYS_OF_PASSING["keys_of_passing"] = False


def install() -> None:
    """Let tests ask for it, around what else a reset does."""
    reset = MotoAPIBackend.reset

    def reset_all(self: MotoAPIBackend) -> None:
        reset(self)
        _forget()

    MotoAPIBackend.reset = reset_all
    urls.url_paths["{0}/moto-api/exports"] = _answer
