"""Stands between clients and whoever answers them: records every call, and lets some fail.

A request fails on its way, before it has its effect or after it; botocore's own retries are part of
what is tested. Errors are spelled in the protocol of each service.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSResponse
from moto.core.models import botocore_stubber

from tests.unit.functions.faults import Fault

_QUERY = ("cloudformation", "sns", "sts")


@dataclass(slots=True, kw_only=True)
class Interceptor:
    """Fails the next `times` calls of `failing` (`dynamodb:UpdateTable`) with `fault`."""

    failing: str = ""
    fault: Fault | None = None
    times: int = 0
    calls: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def fail(self, operation: str, fault: Fault, times: int) -> None:
        self.failing, self.fault, self.times = operation, fault, times

    @contextmanager
    def on(self, clients: Iterable[Any]) -> Iterator[Interceptor]:
        """Stand between these clients and moto, which botocore would ask in any case."""
        emitters = [client.meta.events for client in clients]
        for events in emitters:
            events.unregister("before-send", botocore_stubber)
            events.register("before-send", self._answer)
            events.register("before-parameter-build", self._note)
        try:
            yield self
        finally:
            for events in emitters:
                events.unregister("before-parameter-build", self._note)
                events.unregister("before-send", self._answer)
                events.register("before-send", botocore_stubber)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.requests.append((_name(model), dict(params)))

    def _answer(self, event_name: str, request: Any, **_: Any) -> Any:
        _, service, operation = event_name.split(".")
        name = f"{service}:{operation}"
        fault = self.fault if name == self.failing and self.times > 0 else None
        answer = None
        if fault is None or fault.effect:
            self.calls.append(name)
            answer = botocore_stubber(event_name, request)
        if fault is None:
            return answer
        self.times -= 1
        if fault.error is not None:
            raise fault.error(endpoint_url="injected", error="injected")
        assert fault.answer is not None
        status, body = fault.answer
        return AWSResponse(request.url, status, {}, _Raw(_spelled(service, body)))


@dataclass(slots=True, kw_only=True)
class Late(Interceptor):
    """Lets `skip` calls of the failing operation pass before any fails."""

    skip: int = 0
    lock: Any = field(default_factory=Lock)

    def _answer(self, event_name: str, request: Any, **more: Any) -> Any:
        _, service, operation = event_name.split(".")
        with self.lock:
            if f"{service}:{operation}" == self.failing and self.skip > 0:
                self.skip -= 1
                return botocore_stubber(event_name, request)
            # A dataclass with slots is made anew, so that `super()` does not know it.
            return super(Late, self)._answer(event_name, request, **more)


def _name(model: Any) -> str:
    return f"{model.service_model.service_id.hyphenize()}:{model.name}"


def _spelled(service: str, body: Any) -> bytes:
    if service not in {*_QUERY, "s3"}:
        return json.dumps(body).encode()
    text = f"<Error><Code>{body['__type']}</Code><Message>{body['message']}</Message></Error>"
    return (f"<ErrorResponse>{text}</ErrorResponse>" if service in _QUERY else text).encode()


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body
