"""What roles call: every request that arrives with the credentials of a role, as a list.

`GET /moto-api/calls` answers with it as JSON, oldest first; `DELETE`, like a reset, forgets it.
A call has service (as requests are signed for it), operation, parameters (of long texts and bodies
only the length), account_id, region, role_arn and session_name. One that a service made with the
rights of its caller also has `invoked_by`, such as dynamodb.amazonaws.com.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.moto_api._internal import urls
from moto.moto_api._internal.models import MotoAPIBackend

from .operations import parsed_request
from .sts import role_session

if TYPE_CHECKING:
    from moto.core.request import Request
    from moto.sts.models import AssumedRole

MOST_CALLS = 50_000
MOST_CHARACTERS = 2000
MARK = "extension.recorded"
CALLS: deque[dict[str, Any]] = deque(maxlen=MOST_CALLS)
_moto_setup_class = BaseResponse.setup_class
_moto_reset = MotoAPIBackend.reset


def _setup_class(self: BaseResponse, request: Request, *args: Any, **kwargs: Any) -> None:
    _moto_setup_class(self, request, *args, **kwargs)
    session = role_session(self.current_account, self.access_key)
    if session is None or request.environ.get(MARK):
        return
    request.environ[MARK] = True
    model = get_service_model(self.boto3_service_name)
    operation, parameters = parsed_request(model, request)
    region = self.get_region_from_url(request, request.raw_url)
    record(session, model.signing_name, operation, parameters, region)


def record(
    session: AssumedRole,
    service: str,
    operation: str,
    parameters: dict[str, Any],
    region: str,
    **more: str,
) -> None:
    """Add a call to the list.

    A service that acts with the rights of its caller records its own, with its name as
    `invoked_by`.
    """
    call = {
        "service": service,
        "operation": operation,
        "parameters": _short(parameters),
        "account_id": session.account_id,
        "region": region,
        "role_arn": session.role_arn,
        "session_name": session.session_name,
    }
    CALLS.append(call | more)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return f"<{len(value)} characters>"
    return value


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    body = json.dumps(list(CALLS), default=str)
    if request.method == "DELETE":
        CALLS.clear()
    return 200, {"Content-Type": "application/json"}, body


def _reset(self: MotoAPIBackend) -> None:
    _moto_reset(self)
    CALLS.clear()


def install() -> None:
    """Record from now on."""
    BaseResponse.setup_class = _setup_class
    MotoAPIBackend.reset = _reset
    urls.url_paths["{0}/moto-api/calls"] = _answer
