"""The shop of tests/points, restored."""

from __future__ import annotations

from tests.points.conftest import ROLE, Shop, server, shop

__all__ = ["ROLE", "Shop", "server", "shop"]
