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


def policy_name(environment: Environment, policy: Policy, part: int = 1) -> str:
    """Return the name of a guardrail policy, or of what did not fit into its first document."""
    return iam_name(environment, numbered(policy.value, part))


def numbered(key: str, part: int) -> str:
    """Return the key of one part of what has several."""
    return key if part == 1 else f"{key}-{part}"


def denying_policies_arn(environment: Environment) -> str:
    """Return the pattern of the ARNs of the policies that deny.

    A name that is too long is shortened at its end, so all begin alike; how many there are depends
    on the length of these very documents.
    """
    prefix = f"policy/{environment.project}-{environment.name}-deny-"
    return arn(environment, "iam", f"{prefix}*", regional=False)


def organizations_policy_name(environment: Environment, key: str) -> str:
    """Return the name of a service control policy."""
    return physical(environment, key, length=128)
