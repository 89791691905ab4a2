"""Who assumes the roles of functions, and what these may and may not do.

What a function really calls is recorded and compared with its role in tests/e2e/test_functions.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.policies.rendered import (
    DEV,
    Caller,
    document,
    insiders,
    outsiders,
    service,
    those_who_change,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

ROLE = "dev/RoleForFunctionRegionSettings"
ARN = DEV.role("region-settings")
LOG = DEV.arn("logs", "log-group:/aws/lambda/shop-dev-region-settings:log-stream:2026/11/20/[1]a")


def _assumed() -> Iterator[Case]:
    trust = document(f"{ROLE}:trust")
    yield service("lambda").asks("sts:AssumeRole", ARN, "allow", trust)
    for name in ("backup", "events", "cloudformation"):
        yield service(name).asks("sts:AssumeRole", ARN, "deny", trust)
    everybody = (*those_who_destroy(DEV), *those_who_change(DEV), *insiders(DEV), *outsiders(DEV))
    for caller in everybody:
        yield caller.asks("sts:AssumeRole", ARN, "deny", trust)


def _holds() -> Iterator[Case]:
    me = Caller(arn=ARN, why="the function", rights=(document(f"{ROLE}:policy"),))
    for action in ("DescribeRegionSettings", "UpdateRegionSettings"):
        yield me.asks(f"backup:{action}", "*", "allow", None)
    for action in ("UpdateGlobalSettings", "DescribeGlobalSettings", "ListBackupVaults"):
        yield me.asks(f"backup:{action}", "*", "deny", None)
    for action in ("DeleteBackupVault", "StartBackupJob", "PutBackupVaultAccessPolicy"):
        yield me.asks(f"backup:{action}", DEV.vault("main"), "deny", None)
    for action in ("CreateLogStream", "PutLogEvents"):
        yield me.asks(f"logs:{action}", LOG, "allow", None)
        for other in (
            LOG.replace("region-settings", "other"),
            LOG.replace(DEV.account, "999999999999"),
            LOG.replace(DEV.region, "us-east-1"),
        ):
            yield me.asks(f"logs:{action}", other, "deny", None)
    for action in ("DeleteLogStream", "CreateLogGroup", "GetLogEvents"):
        yield me.asks(f"logs:{action}", LOG, "deny", None)
    yield me.asks("iam:PassRole", ARN, "deny", None)


TABLES: dict[str, tuple[Case, ...]] = {
    f"{ROLE}:trust": tuple(_assumed()),
    f"{ROLE}:policy": tuple(_holds()),
}


def test_roles_of_functions_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_role_of_a_function_matters() -> None:
    assert unnoticed(TABLES) == []
