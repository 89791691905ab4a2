"""An AWS in this process, for each test anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.conftest import ROOT
from tests.refill.fakes import World
from tests.restore.fakes import Execution


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """No table and no bucket yet; the folder is the project's, where the environments are."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield World(execution=Execution(events=[], looks=[("RUNNING", 0)]), refuses={})
