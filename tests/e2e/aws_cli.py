"""The real `aws` command line, each command in a process of its own.

The processes are forked from one that has imported it: to import it takes longer than most commands
do, and tests run hundreds of them.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_one_at_a_time = Lock()


def aws(
    *arguments: str, env: Mapping[str, str], cwd: Path | None = None, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run a command as `subprocess.run` does, and return its status and what it printed.

    Raises subprocess.TimeoutExpired, with the command ended, after `timeout` seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        request = {
            "arguments": arguments,
            "env": dict(env),
            "cwd": str(cwd or Path.cwd()),
            "out": str(out),
            "err": str(err),
            "timeout_seconds": timeout,
        }
        with _one_at_a_time:
            forking = _forking(os.getpid())
            assert forking.stdin is not None
            assert forking.stdout is not None
            forking.stdin.write(json.dumps(request) + "\n")
            forking.stdin.flush()
            status = int(forking.stdout.readline())
        done = subprocess.CompletedProcess(
            ["aws", *arguments], status, out.read_text("utf-8"), err.read_text("utf-8")
        )
    if status == -signal.SIGALRM:
        raise subprocess.TimeoutExpired(done.args, timeout, done.stdout, done.stderr)
    return done


@cache
def _forking(_process: int) -> subprocess.Popen[str]:
    """Start what forks, once for each process; it ends when its standard input does."""
    started = subprocess.Popen(
        [sys.executable, "-P", __file__],
        env={"PATH": os.environ["PATH"], "AWS_CONFIG_FILE": os.devnull},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(started.kill)
    return started


def _serve(main: Any) -> None:
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            _run(main, json.loads(line))
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(main: Any, request: Mapping[str, Any]) -> None:
    """Become the command; SIGALRM ends it when its time is over."""
    signal.setitimer(signal.ITIMER_REAL, request["timeout_seconds"])
    for stream, number in (("out", 1), ("err", 2)):
        os.dup2(os.open(request[stream], os.O_WRONLY | os.O_CREAT, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    data_path = os.environ["AWS_DATA_PATH"]  # set where awscli is imported
    os.environ.clear()
    os.environ.update({**request["env"], "AWS_DATA_PATH": data_path})
    os.chdir(request["cwd"])
    sys.argv = ["aws", *request["arguments"]]
    try:
        sys.exit(main())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _imported() -> Any:
    """Return the command line's entry point, with all imported that its first call would import."""
    from awscli.clidriver import create_clidriver, main

    create_clidriver()
    gc.freeze()  # so that no command copies what it shares with this process, to look at it
    return main


if __name__ == "__main__":
    _serve(_imported())
