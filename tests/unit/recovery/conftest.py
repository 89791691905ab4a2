"""Environments of many tables, rendered: every field, odd names, and those of the examples."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from generator import pipeline, workspace
from generator.pipeline import Tree
from generator.recovery.files import files
from tests.conftest import ROOT

FILES = (
    "tests/environments/tracer.yaml",
    "tests/environments/hostile.yaml",
    "environments/prod.yaml",
)


@cache
def tree_of(file: str) -> Tree:
    """Return the rendered tree of a file."""
    (loaded,) = workspace.load([str(ROOT / file)])
    tree = pipeline.render(loaded.environment)
    return pipeline.with_files(tree, {**tree.files, **files(tree)})


@pytest.fixture(params=FILES, ids=lambda file: Path(file).stem)
def tree(request: pytest.FixtureRequest) -> Tree:
    return tree_of(request.param)
