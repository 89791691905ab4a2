"""AWS Lambda: functions run from the very zip that was uploaded, each call in a process of its own.

The log of a call has, beside what the function wrote, a line `CALL {…}` for every call of AWS that
it made, so that what it did can be compared with what its role may do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from .sts import service_session

# The zip comes first, as /var/task does: what lies there is found there, and nowhere else.
RUNNER = """
import importlib, json, sys
import boto3

def record(model, params, **_):
    call = {"service": model.service_model.service_name, "operation": model.name}
    print("CALL", json.dumps(call), flush=True)

code, handler, answer = sys.argv[1:]
sys.path.insert(0, code)
boto3.setup_default_session()
boto3.DEFAULT_SESSION.events.register("before-call.*", record)
module, _, name = handler.rpartition(".")
try:
    result = getattr(importlib.import_module(module), name)(json.load(sys.stdin), None)
except Exception as error:
    result = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
    status = 1
else:
    status = 0
with open(answer, "w") as file:
    json.dump(result, file)
sys.exit(status)
"""


def _invoke(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    """Return answer, whether it is an error, and log; in place of a container."""
    self.logs_backend.ensure_log_group(self.logs_group_name)
    with tempfile.TemporaryDirectory() as name:
        code, answer = Path(name, "code.zip"), Path(name, "answer.json")
        code.write_bytes(self.code_bytes)
        try:
            done = subprocess.run(
                [sys.executable, "-c", RUNNER, str(code), self.handler, str(answer)],
                input=json.dumps(event),
                env=_environment(self),
                cwd=name,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=int(self.timeout),
                check=False,
            )
            log, errored = done.stdout, done.returncode != 0
        except subprocess.TimeoutExpired as error:
            log, errored = _text(error.stdout), True
            answer.write_text(_error(f"Task timed out after {self.timeout} seconds"))
        if not answer.exists():  # it ended itself, or could not be started
            errored = True
            answer.write_text(_error(f"Runtime exited: {log[-500:]}"))
        if log:
            self.save_logs(log)
        return answer.read_text(), errored, log


def _environment(function: LambdaFunction) -> dict[str, str]:
    """Return what a function finds: its place, credentials of its role, and its variables."""
    session = service_session(function.role, function.function_name, function.region)
    return {
        "PATH": os.environ["PATH"],
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['MOTO_PORT']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        **function.environment_vars,
    }


def _error(message: str) -> str:
    return json.dumps({"errorMessage": message})


def _text(output: bytes | str | None) -> str:
    return output.decode() if isinstance(output, bytes) else output or ""


def install() -> None:
    """Run functions here; moto would start a container for each call."""
    LambdaFunction._invoke_lambda = _invoke  # noqa: SLF001
