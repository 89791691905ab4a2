"""What a person runs after a loss: `holdfast`, and the commands of the guide."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.unit.command import holdfast

if TYPE_CHECKING:
    from click.testing import Result

    from tests.restores.shop import Place


def command(place: Place, folder: Path, *arguments: str) -> Result:
    """Run `holdfast` in the folder of the environment files, signed in to the place's account."""
    variables = place.aws.environment(place.environment.account_id, place.environment.region)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        patch.chdir(folder)
        return holdfast(*arguments)


def guided(place: Place, after: str) -> str:
    """Return the first block of commands that follows a text in the guide."""
    text = place.tree.files["README.md"].split(after, 1)[1]
    found = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def script(place: Place, commands: str) -> str:
    """Run commands of the guide where the output lies; return what they printed."""
    variables = place.aws.environment(place.environment.account_id, place.environment.region)
    path = f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=place.folder,
        env=variables | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
