"""Step Functions: waits, also those before a task is tried again, that last no longer than asked.

`POST /moto-api/waits` takes `{"longest_seconds": 1}`, or null for as long as a machine says.
"""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import urls
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)

if TYPE_CHECKING:
    from moto.core.request import Request
    from moto.stepfunctions.parser.asl.eval.environment import Environment

LIMITS: dict[str, float | None] = {}
_moto_wait = WaitFunction._wait_interval  # noqa: SLF001


def _wait(self: WaitFunction, env: Environment, wait_seconds: int) -> None:
    short = _shortened(wait_seconds)
    if short == wait_seconds:
        _moto_wait(self, env=env, wait_seconds=wait_seconds)
    else:  # which ends when the execution is stopped; moto itself knows whole seconds only
        env.program_state_event.wait(short)


def _sleep(seconds: float) -> None:
    time.sleep(_shortened(seconds))


def _shortened(seconds: float) -> float:
    longest = LIMITS.get("longest_seconds")
    return seconds if longest is None else min(seconds, longest)


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    if request.method == "POST":
        LIMITS.update(json.loads(request.data))
    return 200, {"Content-Type": "application/json"}, json.dumps(LIMITS)


def install() -> None:
    """Shorten waits from the first request on."""
    WaitFunction._wait_interval = _wait  # type: ignore[method-assign]  # noqa: SLF001
    retrier_decl.time = SimpleNamespace(sleep=_sleep)  # type: ignore[assignment]
    urls.url_paths["{0}/moto-api/waits"] = _answer
