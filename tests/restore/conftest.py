"""The shop of tests/points with state machines that wait for a hand to end them."""

from __future__ import annotations

from tests.points.conftest import Shop, server, shop

__all__ = ["Shop", "server", "shop"]
