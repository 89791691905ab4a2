"""AWS Lambda: functions run from the very zip that was uploaded, each call in a process of its own.

The log of a call has, beside what the function wrote, a line `CALL {…}` for every call of AWS that
it made, so that what it did can be compared with what its role may do.

`POST /moto-api/timeouts` takes `{"function": NAME}`: for its calls that run now, time is over. The
answer tells how many these were.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction
from moto.moto_api._internal import urls

from .runner import OUTPUT, RESULT
from .sts import service_session

if TYPE_CHECKING:
    from moto.core.request import Request

RUNNER = Path(__file__).with_name("runner.py")
START_SECONDS = 600
# Processes of calls → their functions; and those whose time is said to be over.
RUNNING: dict[int, str] = {}
OVER: set[int] = set()


def _invoke(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    """Return answer, whether it is an error, and log; in place of a container."""
    self.logs_backend.ensure_log_group(self.logs_group_name)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code, result, output = folder / "code.zip", folder / RESULT, folder / OUTPUT
        code.write_bytes(self.code_bytes)
        request = {
            "folder": name,
            "code": str(code),
            "handler": self.handler,
            "event": event,
            "seconds": int(self.timeout),
            "environment": _environment(self),
        }
        try:
            errored = _status_of(request, self.function_name) != 0
        except TimeoutError:
            errored = True
            result.write_text(_error(f"Task timed out after {self.timeout} seconds"))
        log = output.read_text(errors="replace") if output.exists() else ""
        if not result.exists():  # it ended itself, or could not be started
            errored = True
            result.write_text(_error(f"Runtime exited: {log[-500:]}"))
        if log:
            self.save_logs(log)
        return result.read_text(), errored, log


def _status_of(request: dict[str, Any], name: str) -> int:
    """Return the exit status of a call; raises TimeoutError, with the call ended, after its time.

    A call that ends itself says none: that is one.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(_runner())
        connection.settimeout(request["seconds"])
        with connection.makefile("rw", encoding="utf-8") as talk:
            talk.write(json.dumps(request) + "\n")
            talk.flush()
            pid = int(talk.readline())
            OVER.discard(pid)
            RUNNING[pid] = name
            try:
                said = talk.readline()
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise
            finally:
                del RUNNING[pid]
            if pid in OVER:
                OVER.remove(pid)
                raise TimeoutError
            return int(said or 1)


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    """End the calls of a function."""
    asked = json.loads(request.data)
    ended = [pid for pid, name in list(RUNNING.items()) if name == asked["function"]]
    for pid in ended:
        OVER.add(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return 200, {"Content-Type": "application/json"}, json.dumps({"ended": len(ended)})


@cache
def _runner() -> str:
    """Start what runs functions; return the path of its socket."""
    path = f"{tempfile.mkdtemp()}/runner"
    with _STARTING:
        if not _STARTED:
            clean = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
            command = [sys.executable, "-P", str(RUNNER), path]
            started = subprocess.Popen(command, env=clean)
            _STARTED.append(path)
            atexit.register(started.kill)
    deadline = time.monotonic() + START_SECONDS
    while not Path(_STARTED[0]).exists():
        if time.monotonic() > deadline:
            raise RuntimeError("what runs functions did not start")
        time.sleep(0.02)
    return _STARTED[0]


_STARTING = Lock()
_STARTED: list[str] = []


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


def install() -> None:
    """Run functions here; moto would start a container for each call."""
    LambdaFunction._invoke_lambda = _invoke  # noqa: SLF001
    urls.url_paths["{0}/moto-api/timeouts"] = _answer
