"""The shop's environments, as the command reads them."""

from __future__ import annotations

from functools import cache

from generator import workspace
from generator.spec.resolved import Environment
from tests.conftest import ROOT


@cache
def prod() -> Environment:
    (loaded,) = workspace.load([str(ROOT / "environments" / "prod.yaml")])
    return loaded.environment
