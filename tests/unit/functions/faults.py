"""A service that can fail at any call: before it has an effect, or after it and before the answer.

What fails is the request on its way, so that botocore's own retries are part of what is tested.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

Answer = tuple[int, Mapping[str, Any]]
Operation = Callable[[Mapping[str, Any]], Mapping[str, Any]]
FOR_EVER = 1_000
_ANSWERING: dict[Any, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong; `lasting` is what no retry mends."""

    name: str
    effect: bool
    answer: Answer | None = None
    error: type[Exception] | None = None
    lasting: bool = False

    def __str__(self) -> str:
        return f"{self.name} {'after' if self.effect else 'before'} the effect"


def _error(status: int, code: str) -> Answer:
    return status, {"__type": code, "message": f"{code} was injected"}


FAULTS = (
    Fault(name="throttled", effect=False, answer=_error(429, "ThrottlingException")),
    Fault(name="unavailable", effect=False, answer=_error(500, "ServiceUnavailableException")),
    Fault(name="unavailable", effect=True, answer=_error(500, "ServiceUnavailableException")),
    Fault(name="denied", effect=False, answer=_error(403, "AccessDeniedException"), lasting=True),
    Fault(name="connect time-out", effect=False, error=ConnectTimeoutError),
    Fault(name="read time-out", effect=False, error=ReadTimeoutError),
    Fault(name="read time-out", effect=True, error=ReadTimeoutError),
    Fault(name="reset", effect=False, error=ConnectionClosedError),
    Fault(name="reset", effect=True, error=ConnectionClosedError),
)
(DENIED,) = (fault for fault in FAULTS if fault.name == "denied")
(TIMED_OUT,) = (fault for fault in FAULTS if fault.name == "connect time-out")


@dataclass(slots=True, kw_only=True)
class Service:
    """Answers the requests of a client; `calls` are the operations that had an effect."""

    operations: Mapping[str, Operation]
    failing: str = ""
    fault: Fault | None = None
    times: int = 0
    calls: list[str] = field(default_factory=list)

    def attach(self, client: Any) -> Any:
        """Return the client with this service behind it."""
        model = client.meta.service_model
        routes = {}
        for name in self.operations:
            http = model.operation_model(name).http
            routes[http["method"], http["requestUri"].split("?")[0]] = name

        def answer(request: Any, **_: Any) -> AWSResponse:
            path = request.url.split("//", 1)[1].partition("/")[2]
            name = routes[request.method, f"/{path}"]
            status, body = self._answer(name, json.loads(request.body or "{}"))
            return AWSResponse(request.url, status, {}, _Raw(json.dumps(body).encode()))

        # One client may meet many services, one after the other: making one takes a while.
        client.meta.events.unregister("before-send", _ANSWERING.get(client))
        client.meta.events.register("before-send", answer)
        _ANSWERING[client] = answer
        return client

    def _answer(self, name: str, request: Mapping[str, Any]) -> Answer:
        fault = self.fault if name == self.failing and self.times > 0 else None
        if fault is None or fault.effect:
            done: Answer = (200, self.operations[name](request))
            self.calls.append(name)
        if fault is None:
            return done
        self.times -= 1
        if fault.error is not None:
            raise fault.error(endpoint_url="injected", error="injected")
        assert fault.answer is not None
        return fault.answer


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body
