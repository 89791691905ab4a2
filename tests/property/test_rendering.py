"""Whatever a person may write is rendered, always the same way; failures shrink to few lines."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from generator import workspace
from generator.generate import rendered
from generator.lint.leaves import check_leaves
from generator.pipeline import ENGINES
from tests.property import batches
from tests.property.environments import Folder, folders, write
from tests.property.fields import given_fields, known_fields

SLOW_TO_DRAW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


def check(folder: Folder) -> None:
    with TemporaryDirectory(prefix="holdfast-") as name:
        write(folder, Path(name))
        first, again = (rendered(workspace.load((), Path(name))) for _ in range(2))
    assert [tree.files for tree in first] == [tree.files for tree in again]
    assert len(first) == len(folder)
    for tree in first:
        assert tree.engines == ENGINES
        assert [str(finding) for finding in check_leaves(tree)] == []


@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=SLOW_TO_DRAW)
@given(folders())
def test_any_environment_renders(folder: Folder) -> None:
    check(folder)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW_TO_DRAW)
@given(folders())
def test_any_environment_renders_at_length(folder: Folder) -> None:
    check(folder)


@pytest.mark.slow
def test_random_environments_use_every_field() -> None:
    seen = {field for folder in batches.drawn(300) for field in given_fields(folder)}
    assert known_fields() - seen == set()
