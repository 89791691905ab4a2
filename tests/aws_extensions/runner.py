"""Runs functions, each call in a process of its own, forked from one that has imported boto3.

Started as `python -P runner.py SOCKET`. A request on the socket is one line of JSON: the folder of
the call, its zip, its handler, its environment and the seconds it may take. The answer is the
process's id at once, then its exit status; the result lies in the folder, and so does what was
written to standard output.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
import traceback
from typing import Any

import boto3
import botocore.session

RESULT, OUTPUT = "result.json", "output.txt"
# Services whose models are read before any call, which then finds them.
SERVICES = (
    *("application-autoscaling", "backup", "cloudformation", "cloudwatch", "dynamodb"),
    *("kms", "s3", "sns", "stepfunctions", "sts"),
)
# botocore's own, which keeps what it has read of models and endpoints.
LOADER: Any = botocore.session.get_session().get_component("data_loader")


class Context:
    """What Lambda gives a handler beside its event, as far as handlers of boto3 alone use it."""

    def __init__(self, name: str, seconds: float) -> None:
        self.function_name = name
        self._ends = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._ends - time.monotonic()) * 1000))


def serve(path: str) -> None:
    """Fork for every request; ends when whoever started it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(path)
        listening.listen(512)
        listening.settimeout(5)
        while os.getppid() == parent:
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                listening.close()
                _serve_one(connection)
            connection.close()


def _serve_one(connection: socket.socket) -> None:
    """Run the call of a connection in this process, and end it."""
    status = 1
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection.settimeout(None)
    with connection.makefile("rw", encoding="utf-8") as talk:
        request = json.loads(talk.readline())
        talk.write(f"{os.getpid()}\n")
        talk.flush()
        try:
            status = _run(request)
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 1
        except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            talk.write(f"{status}\n")
            talk.flush()
    os._exit(status)


def _run(request: dict[str, Any]) -> int:
    os.chdir(request["folder"])
    output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(request["environment"])
    # The zip comes first, as /var/task does: what lies there is found there, and nowhere else.
    sys.path.insert(0, request["code"])
    _new_session()
    boto3.DEFAULT_SESSION.events.register("before-call.*", _record)
    module, _, name = request["handler"].rpartition(".")
    context = Context(os.environ["AWS_LAMBDA_FUNCTION_NAME"], request["seconds"])
    try:
        result = getattr(importlib.import_module(module), name)(request["event"], context)
    except Exception as error:  # noqa: BLE001 - as Lambda does
        failed = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
        _answer(failed)
        return 1
    _answer(result)
    return 0


def _new_session() -> None:
    """Begin anew, but for models that were read."""
    session: Any = botocore.session.get_session()
    session.register_component("data_loader", LOADER)
    boto3.setup_default_session(botocore_session=session)


def _read_models() -> None:
    _new_session()
    for name in SERVICES:
        boto3.client(name, region_name="us-east-1")
    boto3.DEFAULT_SESSION = None
    gc.freeze()  # so that no call copies what it shares with this process, to look at it


def _answer(result: Any) -> None:
    with open(RESULT, "w", encoding="utf-8") as file:  # noqa: PTH123 - started for speed
        json.dump(result, file)


def _record(model: Any, params: Any, **_: Any) -> None:
    call = {"service": model.service_model.service_name, "operation": model.name}
    print("CALL", json.dumps(call), flush=True)


if __name__ == "__main__":
    _read_models()
    serve(sys.argv[1])
