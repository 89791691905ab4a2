"""A batch of random environments: a few in the everyday run, hundreds among the slow tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.property import batches

if TYPE_CHECKING:
    from tests.property.batches import Case

FEW, MANY = 10, 300


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(FEW, id="few"),
        pytest.param(MANY, id="many", marks=pytest.mark.slow),
    ],
)
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    found = batches.cases(request.param, tmp_path_factory.mktemp("batch"))
    assert len(found) == request.param
    return found
