"""Fixtures that run real tools against local AWS endpoints."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.e2e.local_aws import LocalAws, local_aws_server
from tests.e2e.terraform_root import TerraformError, TerraformRoot
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def missing(reason: str) -> NoReturn:
    """Skip, or fail where CI is to have every tool."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def local_aws_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws_server(tmp_path_factory.mktemp("local_aws") / "server.log") as server:
        yield server


@pytest.fixture(scope="module")
def local_aws(local_aws_process: LocalAws) -> LocalAws:
    """Local endpoints, empty when the first test of a module begins."""
    local_aws_process.reset()
    return local_aws_process


@pytest.fixture(scope="module")
def terraform_root(
    local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path, str], TerraformRoot]:
    """Copy the root in a directory, for an account, and initialise it."""
    if shutil.which("terraform") is None:
        missing("terraform is not installed")

    def initialised(source: Path, account_id: str) -> TerraformRoot:
        target = tmp_path_factory.mktemp("terraform") / "root"
        root = TerraformRoot.copy(source, target, local_aws.environment(account_id))
        mirror = provider_mirror()
        try:
            root.init(mirror)
        except TerraformError as error:
            if mirror is None:
                missing(f"the AWS provider of Terraform is not at hand: {error}")
            raise
        return root

    return initialised
