"""Step Functions: executions run, each in the place, and with the role, of its machine.

Also execution names that AWS makes up, pages of an execution's history, and definitions judged.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import boto3
from botocore.config import Config
from moto.core.config import default_user_config
from moto.stepfunctions.parser.api import InvalidDefinition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
)
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import (
    StepFunctionsParserBackend,
    stepfunctions_parser_backends,
)
from moto.stepfunctions.responses import StepFunctionResponse

from .operations import add_operations
from .sts import service_session

if TYPE_CHECKING:
    from moto.core.responses import ActionResult
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
        StateCredentials,
    )
    from moto.stepfunctions.parser.backend.execution import Execution

    Request = dict[str, Any]

ERROR_NAMES = {
    "backup": "Backup",
    "kms": "Kms",
    "lambda": "Lambda",
    "s3": "S3",
    "sns": "Sns",
    "ssm": "Ssm",
}  # what errors of a service begin with
LONGEST_CALL_SECONDS = 900
MOST_EVENTS = 1000
SESSION_NAME = "StepFunctions"
_moto_client_for = boto_client.boto_client_for
_moto_describe_execution = StepFunctionResponse.describe_execution
_moto_start_execution = StepFunctionsParserBackend.start_execution


def client_for(region: str, service: str, state_credentials: StateCredentials) -> Any:
    """Return a client that calls with the role of a machine, once."""
    session = service_session(state_credentials.role_arn, SESSION_NAME, region)
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=f"http://127.0.0.1:{os.environ['MOTO_PORT']}",
        aws_access_key_id=session.access_key_id,
        aws_secret_access_key=session.secret_access_key,
        aws_session_token=session.session_token,
        config=Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            read_timeout=LONGEST_CALL_SECONDS,
        ),
    )


def _start_execution(
    self: StepFunctionsParserBackend, arn: str, name: str | None = None, *args: Any, **kwargs: Any
) -> Execution:
    return _moto_start_execution(self, arn, name or str(uuid4()), *args, **kwargs)


def get_execution_history(backend: StepFunctionsParserBackend, request: Request) -> dict[str, Any]:
    events = list(backend.get_execution_history(request["executionArn"])["events"])
    if request.get("reverseOrder"):
        events.reverse()
    start = int(request.get("nextToken", 0))
    end = start + (request.get("maxResults") or MOST_EVENTS)
    more = {"nextToken": str(end)} if end < len(events) else {}
    return {"events": events[start:end]} | more


def validate_state_machine_definition(
    backend: StepFunctionsParserBackend, request: Request
) -> dict[str, Any]:
    try:
        backend._validate_definition(request["definition"])  # noqa: SLF001
    except InvalidDefinition as error:
        found = {"severity": "ERROR", "code": "INVALID_DEFINITION", "message": error.message}
        return {"result": "FAIL", "diagnostics": [found], "truncated": False}
    return {"result": "OK", "diagnostics": [], "truncated": False}


def list_state_machine_versions(
    backend: StepFunctionsParserBackend, request: Request
) -> dict[str, Any]:
    machine = backend.describe_state_machine(request["stateMachineArn"])
    versions = [
        {"stateMachineVersionArn": version.arn, "creationDate": version.creation_date}
        for version in reversed(machine.versions.values())
    ]
    return {"stateMachineVersions": versions}


def _describe_execution(self: StepFunctionResponse) -> ActionResult:
    """moto tells no end of an execution that took too long, and a text as if it were JSON."""
    answer = _moto_describe_execution(self)
    shown = cast("dict[str, Any]", answer.result)
    execution = self.stepfunction_backend.describe_execution(shown["executionArn"])
    if shown["status"] == "TIMED_OUT":
        shown["stopDate"] = execution.stop_date
    if "output" in shown:
        shown["output"] = json.dumps(execution.output)
    return answer


OPERATIONS = (
    get_execution_history,
    validate_state_machine_definition,
    list_state_machine_versions,
)


def install() -> None:
    """Run executions, in place of only remembering them."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    for module in list(sys.modules.values()):
        if getattr(module, "boto_client_for", None) is _moto_client_for:
            module.boto_client_for = client_for  # type: ignore[attr-defined]
    StepFunctionsParserBackend.start_execution = _start_execution
    StepFunctionResponse.describe_execution = _describe_execution
    state_task_service_aws_sdk._SERVICE_ERROR_NAMES.update(ERROR_NAMES)  # noqa: SLF001
    add_operations(StepFunctionResponse, stepfunctions_parser_backends, *OPERATIONS)
