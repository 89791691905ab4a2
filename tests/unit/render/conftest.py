"""The real `terraform` binary, as a function from arguments and input to standard output."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

Terraform = Callable[..., str]


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    binary = shutil.which("terraform")
    if binary is None:
        if os.environ.get("CI") == "true":
            pytest.fail("terraform is not installed, and CI must not skip this")
        pytest.skip("terraform is not installed")
    settings = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    settings |= {"CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}

    def run(*arguments: str, given: str) -> str:
        done = subprocess.run(  # noqa: PLW1510 - the assertion below shows standard error
            [binary, *arguments],
            input=given.encode(),
            capture_output=True,
            cwd=tmp_path,
            env=settings,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    return run
