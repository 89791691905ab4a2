"""Who may destroy, change and use vaults and their keys: the resource policies, decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.backup.roles import roots
from blueprints.denials import Document, Exempt, Kind, Scope, actions
from blueprints.documents import Statement, deny_unless, document, key_policy, loosening
from blueprints.names import backup_role_arn, copy_back_role_arn
from generator.spec import AcceptedOrganization, Lock
from generator.spec.resolved import Environment

# What takes no bounds of a lock into account; see `_no_loosening` for what does.
VAULT_DESTROY_ACTIONS = tuple(
    action
    for scope in (Scope.VAULTS, Scope.POINTS)
    for action in actions(Document.VAULT, Kind.DESTROY, scope=scope)
)
VAULT_CHANGE_ACTIONS = actions(Document.VAULT, Kind.CHANGE, exempt=Exempt.DEPLOY)
KEY_USE_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
SERVICE_LINKED_ROLE = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The other accounts that copy into or out of one vault."""

    account_ids: tuple[str, ...]
    role_arns: tuple[str, ...]
    organization_id: str | None

    @classmethod
    def of(cls, environment: Environment, vault: str) -> Peers:
        """Return the peers of `vault`: where its points are copied to, or come from."""
        if isinstance(environment.spec.accepts, AcceptedOrganization):
            organization_id = environment.spec.accepts.organization_id
            return cls(account_ids=(), role_arns=(), organization_id=organization_id)
        accounts: dict[str, None] = {}
        roles: dict[str, None] = {}
        for account_id, role in (
            *_sources_of(environment, vault),
            *_destinations_of(environment, vault),
        ):
            if account_id != environment.account_id:
                accounts[account_id] = None
            if role is not None:
                roles[role] = None
        return cls(account_ids=tuple(accounts), role_arns=tuple(roles), organization_id=None)


def _sources_of(environment: Environment, vault: str) -> Iterable[tuple[str, str | None]]:
    here = environment.vault_arn(vault)
    for source in environment.sources:
        targets = (
            target.vault_arn
            for protection in source.protections.values()
            for backup in protection.backups.values()
            for target in source.copies(backup)
        )
        if here in targets:
            yield source.account_id, backup_role_arn(source)


def _destinations_of(environment: Environment, vault: str) -> Iterable[tuple[str, str | None]]:
    for protection in environment.protections.values():
        for backup in protection.backups.values():
            if backup.vault != vault:
                continue
            for target in environment.copies(backup):
                there = target.environment
                role = copy_back_role_arn(there) if there is not None else None
                yield target.account_id, role


def vault_policy(
    environment: Environment, peers: Peers, lock: Lock | None = None
) -> Mapping[str, Any]:
    """Return a vault's access policy: nobody destroys but break-glass; peers may copy into it.

    A vault policy can grant other accounts `backup:CopyIntoBackupVault` only, to whole accounts.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
    """
    may_destroy = environment.break_glass_arns
    may_change = (*may_destroy, *environment.deploy_arns)
    statements: list[Statement] = [
        deny_unless("OnlyBreakGlassDestroys", VAULT_DESTROY_ACTIONS, may_destroy),
        deny_unless("OnlyDeployChanges", VAULT_CHANGE_ACTIONS, may_change),
        *_no_loosening(lock, may_destroy),
    ]
    if peers.account_ids:
        statements.append(
            {
                "Sid": "AllowCopiesFromPeers",
                "Effect": "Allow",
                "Principal": {"AWS": roots(environment, peers.account_ids)},
                "Action": "backup:CopyIntoBackupVault",
                "Resource": "*",
            }
        )
    if peers.organization_id is not None:
        statements.append(
            {
                "Sid": "AllowCopiesFromOrganization",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "backup:CopyIntoBackupVault",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": peers.organization_id}},
            }
        )
    return document(*statements)


def _no_loosening(lock: Lock | None, may_destroy: tuple[str, ...]) -> Iterable[Statement]:
    """Yield what keeps those who deploy from loosening a lock: that is destroying, not changing.

    A lock put without a minimum is not caught here but by the guardrails: a condition on an absent
    key would stop every deployment for good, should AWS not pass the key, which is unverified.
    """
    if lock is None:
        return
    denied = actions(Document.VAULT, Kind.DESTROY, scope=Scope.LOOSER_LOCKS)
    for name, condition in loosening(lock).items():
        deny = deny_unless(f"OnlyBreakGlassLocks{name}", denied, may_destroy)
        yield {**deny, "Condition": {**deny["Condition"], **condition}}


def vault_key_policy(environment: Environment, peers: Peers) -> Mapping[str, Any]:
    """Return the policy of a vault's key, which AWS Backup of both sides has to be able to use.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
    """
    return key_policy(environment, *_key_use(environment, peers))


def _key_use(environment: Environment, peers: Peers) -> Iterable[dict[str, Any]]:
    accounts = (environment.account_id, *peers.account_ids)
    service_linked = [_service_linked(environment, account) for account in accounts]
    own = (
        copy_back_role_arn(environment)
        if environment.is_destination
        else backup_role_arn(environment)
    )
    principal: Any = {"AWS": roots(environment, accounts)}
    condition: dict[str, Any] = {
        "ArnEquals": {"aws:PrincipalArn": [own, *peers.role_arns, *service_linked]}
    }
    if peers.organization_id is not None:
        # Any account of the organization may be a source, so account and role are patterns.
        roles = f"arn:{environment.partition}:iam::*:"
        principal = {"AWS": "*"}
        condition = {
            "StringEquals": {"aws:PrincipalOrgID": peers.organization_id},
            "ArnLike": {
                "aws:PrincipalArn": [
                    own,
                    f"{roles}{SERVICE_LINKED_ROLE}",
                    f"{roles}role/{environment.project}-*-backup-*",
                ]
            },
        }
    yield {
        "Sid": "AllowUseByAwsBackup",
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(KEY_USE_ACTIONS),
        "Resource": "*",
        "Condition": condition,
    }
    yield {
        "Sid": "AllowGrantsByAwsBackup",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "kms:CreateGrant",
        "Resource": "*",
        "Condition": {**condition, "Bool": {"kms:GrantIsForAWSResource": "true"}},
    }


def _service_linked(environment: Environment, account_id: str) -> str:
    return f"arn:{environment.partition}:iam::{account_id}:{SERVICE_LINKED_ROLE}"
