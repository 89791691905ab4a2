"""IAM statements that several blueprints write: account root, and denials with named exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from generator.naming import root_arn

if TYPE_CHECKING:
    from generator.spec.resolved import Environment

Statement = Mapping[str, Any]
Document = Mapping[str, Any]

# What takes a key, and all data under it, away: break-glass only.
# RetireGrant is missing because a key policy has no effect on it, and services retire their own.
# https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
KEY_DESTROY_ACTIONS: tuple[str, ...] = (
    "kms:ScheduleKeyDeletion",  # nothing encrypted under the key can be read again
    "kms:DeleteImportedKeyMaterial",  # the same, at once and without a waiting period
    "kms:DisableKey",  # DynamoDB archives a table whose key stays unusable for seven days
    "kms:RevokeGrant",  # DynamoDB and AWS Backup reach data through grants
    "kms:DeleteAlias",  # our IAM documents grant keys by alias
)
# What would lift the denial above or move a key out of reach: deploy and break-glass.
KEY_CHANGE_ACTIONS: tuple[str, ...] = (
    "kms:PutKeyPolicy",  # rewrites these very statements
    "kms:UpdateAlias",  # points the alias, and so every grant by alias, at another key
    "kms:DisableKeyRotation",
)


def document(*statements: Statement) -> Document:
    """Return a policy document of `statements`, in their order."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow_account_root(environment: Environment) -> Statement:
    """Return the key policy statement that leaves the use of a key to the account's IAM policies.

    The resource `*` of a key policy is the key itself.
    """
    return {
        "Sid": "IamOfThisAccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": root_arn(environment.partition, environment.account_id)},
        "Action": "kms:*",
        "Resource": "*",
    }


def deny_unless(
    sid: str, actions: Iterable[str], arns: Iterable[str], resource: str | list[str] = "*"
) -> Statement:
    """Return a resource policy statement that denies `actions` to all but the principals `arns`.

    `arns` are role ARNs or `ArnLike` patterns of `aws:PrincipalArn`, at least one. AWS services
    that act as themselves have no such ARN and are denied too. The resource `*` of a resource
    policy is what the policy is attached to.
    """
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(actions),
        "Resource": resource,
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": list(dict.fromkeys(arns))}},
    }


def key_policy(environment: Environment, *more: Statement) -> Document:
    """Return the policy of a KMS key: IAM decides, but who may destroy or change it is fixed.

    `more` are statements for services and other accounts. KMS refuses a policy that would not let
    its author change it again, so whoever deploys has to stand in `principals.deploy` (or be
    break-glass).
    """
    return document(
        allow_account_root(environment),
        *more,
        deny_unless("OnlyBreakGlassDestroys", KEY_DESTROY_ACTIONS, environment.break_glass_arns),
        deny_unless(
            "OnlyDeployChanges",
            KEY_CHANGE_ACTIONS,
            (*environment.break_glass_arns, *environment.deploy_arns),
        ),
    )
