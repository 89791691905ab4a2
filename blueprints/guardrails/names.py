"""The guardrail policies by key, and their names and ARNs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from generator.naming import arn, iam_name, physical

if TYPE_CHECKING:
    from generator.spec.resolved import Environment


class Policy(StrEnum):
    """The identity policies; a denial is split by concern to stay below AWS's limits."""

    OPERATOR = "operator"
    BACKUP_ADMINISTRATOR = "backup-administrator"
    DENY_DESTROY_DATA = "deny-destroy-data"
    DENY_DESTROY_VAULTS = "deny-destroy-vaults"
    DENY_DESTROY_ACCESS = "deny-destroy-access"
    DENY_CHANGE_DATA = "deny-change-data"
    DENY_CHANGE_VAULTS = "deny-change-vaults"
    DENY_SILENCE = "deny-silence"


def policy_name(environment: Environment, policy: Policy) -> str:
    """Return the name of a guardrail policy."""
    return iam_name(environment, policy.value)


def denying_policy_arns(environment: Environment) -> tuple[str, ...]:
    """Return the ARNs of the policies that deny, which those they bind must not rewrite."""
    return tuple(
        arn(environment, "iam", f"policy/{policy_name(environment, policy)}", regional=False)
        for policy in Policy
        if policy.value.startswith("deny-")
    )


def organizations_policy_name(environment: Environment, key: str) -> str:
    """Return the name of a service control policy."""
    return physical(environment, key, length=128)
