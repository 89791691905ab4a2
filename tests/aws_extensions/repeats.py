"""An SDK that loses an answer and asks again gets that answer, as if it had never been lost.

On a busy machine a connection is reset now and then after the call took effect. SDKs repeat the
call with the same invocation ID; most of AWS answers a second creation in a way that tools know
how to take, moto with a conflict or a second resource. What failed is carried out anew.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from moto.moto_api._internal.models import MotoAPIBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

MOST_INVOCATIONS = 2000  # of which the oldest are forgotten: repeats follow within seconds
MOST_BYTES = 65_536  # of an answer; larger ones are of calls that read


@dataclass(slots=True)
class Invocation:
    """A call of an SDK, and what it was answered if that was a success."""

    lock: Lock = field(default_factory=Lock)
    begun: tuple[Any, ...] | None = None
    body: list[bytes] = field(default_factory=list)


INVOCATIONS: OrderedDict[str, Invocation] = OrderedDict()
_lock = Lock()


def _invocation(name: str) -> Invocation:
    with _lock:
        found = INVOCATIONS.setdefault(name, Invocation())
        while len(INVOCATIONS) > MOST_INVOCATIONS:
            INVOCATIONS.popitem(last=False)
    return found


def install() -> None:
    """Answer repeated calls from now on, around all that may answer them."""
    call, reset = DomainDispatcherApplication.__call__, MotoAPIBackend.reset

    def answer(self: DomainDispatcherApplication, environ: Any, start_response: Any) -> Any:
        name = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if name is None:
            return call(self, environ, start_response)
        invocation = _invocation(name)
        begun: list[tuple[Any, ...]] = []
        with invocation.lock:  # one that is still being answered is waited for
            if invocation.begun is not None:
                start_response(*invocation.begun)
                return invocation.body
            body = list(call(self, environ, lambda *started: begun.append(started)))
            if begun[-1][0].startswith("2") and sum(map(len, body)) <= MOST_BYTES:
                invocation.begun, invocation.body = begun[-1], body
        start_response(*begun[-1])
        return body

    def reset_all(self: MotoAPIBackend) -> None:
        reset(self)
        with _lock:
            INVOCATIONS.clear()

    DomainDispatcherApplication.__call__ = answer
    MotoAPIBackend.reset = reset_all
