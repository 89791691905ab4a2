"""The shop on local endpoints, deployed once, and scenarios that run once in it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.local_aws import LocalAws, local_aws_server
from tests.undos.shop import Shop, deployed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws_server(tmp_path_factory.mktemp("undos") / "server.log") as running:
        yield running


@pytest.fixture(scope="session")
def shop(server: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The environment as its guide deploys it; time passes from scenario to scenario."""
    return deployed(server, tmp_path_factory.mktemp("output"))


@pytest.fixture(scope="session")
def ran(shop: Shop) -> Callable[[Callable[[Shop], Any]], Any]:
    """Run a scenario in the shop, unless it ran before; return what came of it."""
    return cache(lambda scenario: scenario(shop))


@pytest.fixture(autouse=True)
def _no_fault_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "shop" in request.fixturenames:
        shop: Shop = request.getfixturevalue("shop")
        shop.fail_no_more()
        shop.forget_failures()
        shop.throttle()
