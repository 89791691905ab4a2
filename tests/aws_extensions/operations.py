"""The one way an AWS operation is added to moto: named, parsed and checked by botocore's model."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import ActionResult
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import Shape
    from moto.core.base_backend import BackendDict
    from moto.core.model import ServiceModel
    from moto.core.request import Request
    from moto.core.responses import BaseResponse

    Handler = Callable[[Any, dict[str, Any]], Mapping[str, Any] | None]

# What serves the request at the moment, for handlers that need to know who asks.
SERVED: ContextVar[BaseResponse] = ContextVar("served")


def add_operations(
    response: type[BaseResponse], backends: BackendDict[Any], *handlers: Handler
) -> None:
    """Serve each handler as the operation of its name: `put_x(backend, request)` is `PutX`.

    `request` holds the members of the operation's input shape, and the answer may only hold those
    of its output shape. Raises KeyError where the service has no such operation.
    """
    model = get_service_model(response().boto3_service_name)
    operations = {xform_name(name): name for name in model.operation_names}
    for handler in handlers:
        output = model.operation_model(operations[handler.__name__]).output_shape
        setattr(response, handler.__name__, _method(handler, backends, output))


def parsed_request(model: ServiceModel, request: Request) -> tuple[str, dict[str, Any]]:
    """Return the operation that a request asks for and its parameters, by botocore's model."""
    operation, path_parameters = get_service_router(model.service_name).match(request)
    protocol = determine_request_protocol(model, request.content_type)
    parser = PROTOCOL_PARSERS[protocol](operation, map_type=dict)
    parameters = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": path_parameters,
        }
    )
    return operation.name, parameters


def state(owner: object, name: str) -> dict[Any, Any]:
    """Return a dictionary kept with a backend (until it is reset) or with one of its resources."""
    kept: dict[Any, Any] = owner.__dict__.setdefault(f"extension_{name}", {})
    return kept


def unknown_members(shape: Shape | None, value: Any, path: str = "") -> list[str]:
    """Return the paths within `value` that the shape does not have, however deep."""
    if shape is None:
        return [path + key for key in value]
    if shape.type_name == "structure":
        return [
            unknown
            for key, member in value.items()
            for unknown in (
                unknown_members(shape.members[key], member, f"{path}{key}.")
                if key in shape.members
                else [path + key]
            )
        ]
    if shape.type_name == "list":
        return [found for item in value for found in unknown_members(shape.member, item, path)]
    if shape.type_name == "map":
        return [
            found
            for key, item in value.items()
            for found in unknown_members(shape.value, item, f"{path}{key}.")
        ]
    return []


def _method(
    handler: Handler, backends: BackendDict[Any], output: Shape | None
) -> Callable[[BaseResponse], ActionResult]:
    def method(self: BaseResponse) -> ActionResult:
        self.parse_parameters(self.normalized_request)
        backend = backends[self.current_account][self.region]
        token = SERVED.set(self)
        try:
            answer = handler(backend, dict(self.params)) or {}
        finally:
            SERVED.reset(token)
        if unknown := unknown_members(output, answer):
            raise TypeError(f"{handler.__name__} answers with {unknown}, which AWS does not")
        return ActionResult(answer)

    return method
