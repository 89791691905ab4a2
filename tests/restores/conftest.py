"""The shop on local endpoints, deployed once, and scenarios that run once in it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.local_aws import LocalAws, local_aws_server
from tests.restores.shop import Shop, deployed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws_server(tmp_path_factory.mktemp("restores") / "server.log") as running:
        yield running


@pytest.fixture(scope="session")
def shop(server: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Both environments as their guides deploy them; each test leaves them as it found them."""
    return deployed(server, tmp_path_factory.mktemp("output"))


@pytest.fixture(scope="session")
def ran(shop: Shop) -> Callable[[Callable[[Shop], Any]], Any]:
    """Run a scenario in the shop, unless it ran before; return what came of it."""
    return cache(lambda scenario: scenario(shop))


@pytest.fixture(autouse=True)
def _no_fault_is_left(shop: Shop) -> Iterator[None]:
    # What others left to be told, in whichever order files are run.
    for place in (shop.prod, shop.archive):
        list(place.told())
    yield
    shop.fail_no_more()
