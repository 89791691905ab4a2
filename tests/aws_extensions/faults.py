"""Calls of roles that fail as asked, before they have any effect or after it.

`POST /moto-api/faults` takes one as JSON: operation, code, and where it matters service (as
requests are signed for it), role_arn, message, status (400), times (1; null for as long as the
server lives) and after_effect (false). `DELETE`, like a reset, forgets all of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model
from moto.moto_api._internal import urls
from moto.moto_api._internal.models import MotoAPIBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from .operations import parsed_request
from .sts import role_session

if TYPE_CHECKING:
    from moto.core.request import Request

    Fault = dict[str, Any]

FAULTS: list[Fault] = []
ANSWER, SEEN = "extension.fault_answer", "extension.fault_seen"
_moto_call = DomainDispatcherApplication.__call__


class AskedForError(ServiceException):
    """What a call is answered with."""


def _fail(response: BaseResponse, request: Request) -> None:
    """Fail a call that is to fail, or see to its answer after the effect."""
    if not FAULTS or request.environ.get(SEEN):
        return
    request.environ[SEEN] = True
    session = role_session(response.current_account, response.access_key)
    if session is None:
        return
    model = get_service_model(response.boto3_service_name)
    called = {
        "service": model.signing_name,
        "operation": parsed_request(model, request)[0],
        "role_arn": session.role_arn,
    }
    fault = next((each for each in FAULTS if _concerns(each, called)), None)
    if fault is None:
        return
    answer = _answered(response, fault)
    if not fault.get("after_effect", False):
        raise HTTPException(response=answer)
    request.environ[ANSWER] = answer


def _concerns(fault: Fault, called: dict[str, str]) -> bool:
    """Tell whether a call is to fail; one that is counts."""
    if any(fault.get(name, value) != value for name, value in called.items()):
        return False
    times = fault.setdefault("times", 1)
    if times is not None:
        fault["times"] = times - 1
    return times is None or times > 0


def _answered(response: BaseResponse, fault: Fault) -> Response:
    error = AskedForError(fault["code"], fault.get("message", "as a test asked for"))
    _, headers, body = response.serialized(ActionResult(error))
    sent = {"x-amzn-RequestId": str(uuid4())} | {k: str(v) for k, v in headers.items()}
    return Response(body, fault.get("status", 400), sent)


def _call(self: DomainDispatcherApplication, environ: dict[str, Any], start_response: Any) -> Any:
    """Let the call have its effect, and answer with the error in its place."""
    begun: list[Any] = []

    def begin(*args: Any) -> None:
        begun[:] = args

    body = list(_moto_call(self, environ, begin))
    if ANSWER in environ:
        return environ[ANSWER](environ, start_response)
    start_response(*begun)
    return body


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    if request.method == "DELETE":
        FAULTS.clear()
    elif request.method == "POST":
        FAULTS.append(json.loads(request.data))
    return 200, {"Content-Type": "application/json"}, json.dumps(FAULTS)


def install() -> None:
    """Let calls fail from now on, around what other extensions put in the same places."""
    setup_class, reset = BaseResponse.setup_class, MotoAPIBackend.reset

    def set_up(self: BaseResponse, request: Request, *args: Any, **kwargs: Any) -> None:
        setup_class(self, request, *args, **kwargs)
        _fail(self, request)

    def reset_all(self: MotoAPIBackend) -> None:
        reset(self)
        FAULTS.clear()

    BaseResponse.setup_class = set_up
    MotoAPIBackend.reset = reset_all
    DomainDispatcherApplication.__call__ = _call
    urls.url_paths["{0}/moto-api/faults"] = _answer
