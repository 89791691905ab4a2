"""A demo of `tools/`, run as `make` runs it."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

SECONDS = 600


def demo(name: str) -> str:
    """Run a demo; return what it prints."""
    done = subprocess.run(
        [sys.executable, str(ROOT / f"tools/{name}.py")],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
