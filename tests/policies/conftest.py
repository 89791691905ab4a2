"""Says once per run whether the evaluator and the linter are here."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

from tests.policies import linter as lint
from tests.policies import simulator


def absent(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def evaluator() -> None:
    try:
        simulator.install()
    except simulator.UnavailableError as error:
        absent(str(error))


@pytest.fixture(scope="session")
def linter() -> None:
    try:
        lint.findings({"Version": "2012-10-17", "Statement": []})
    except lint.UnavailableError as error:
        absent(str(error))
