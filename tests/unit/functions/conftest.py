"""What tests of functions share: AWS in this process, where retries do not wait."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.endpoint
import pytest

from tests.unit.functions import places, tables


@pytest.fixture
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _seconds: None)


@pytest.fixture
def local_tables(_no_waiting: None) -> Iterator[None]:
    """DynamoDB and what settings need."""
    with tables.local_aws():
        yield


@pytest.fixture
def local_places(_no_waiting: None) -> Iterator[None]:
    """Two accounts with vaults, a catalogue and a stack."""
    with places.local_aws():
        yield
