"""What the house tests look at: the files of the project, and what the examples become."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator import workspace
from generator.generate import rendered
from generator.pipeline import Tree
from tests.conftest import ROOT, need


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """Every file that is, or is about to be, in version control, relative to the project."""
    listing = [need("git"), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    names = filter(None, done.stdout.split("\0"))
    return [Path(name) for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def trees() -> list[Tree]:
    """The worked examples and the environment that sets every field, rendered."""
    examples = rendered(workspace.load((), ROOT / "environments"))
    tracer = rendered(workspace.load([str(ROOT / "tests" / "environments" / "tracer.yaml")]))
    return [*examples, *tracer]
