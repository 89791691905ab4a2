"""Dynalite, a DynamoDB that is not moto: it runs beside a test, and ends with it."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

from tests.conftest import missing, need

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "dynalite" / "cli.js"
INSTALL_TIMEOUT_SECONDS = 600
START_TIMEOUT_SECONDS = 600


def install() -> None:
    """Bring the pinned npm package beside this file, once; without it the test is skipped."""
    need("node")
    npm = need("npm")
    pinned = json.loads((HERE / "package.json").read_text())["dependencies"]["dynalite"]
    manifest = PROGRAM.with_name("package.json")
    if manifest.is_file() and json.loads(manifest.read_text())["version"] == pinned:
        return
    quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts")
    try:
        subprocess.run(
            [npm, "install", *quiet],
            cwd=HERE,
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        missing(f"npm install took over {INSTALL_TIMEOUT_SECONDS} s")
    except subprocess.CalledProcessError as error:
        missing(f"npm install failed: {error.stderr.strip()}")


@contextmanager
def running() -> Iterator[str]:
    """Give the endpoint of a new, empty one, whose tables are made at once."""
    install()
    host, port = "127.0.0.1", _free_port()
    command = [need("node"), PROGRAM, "--host", host, "--port", str(port), "--createTableMs", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        late = Timer(START_TIMEOUT_SECONDS, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            said = b""
            while b"listening at" not in said:
                part = process.stdout.read1()
                if not part:
                    raise AssertionError(f"dynalite ended or did not start: {said!r}")
                said += part
            late.cancel()
            yield f"http://{host}:{port}"
        finally:
            late.cancel()
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
