"""The IAM roles of AWS Backup, decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.documents import decrypt_catalogue, document
from blueprints.names import (
    CATALOGUE_OBJECTS,
    catalogue_bucket_arn,
    copy_back_role_arn,
    export_classes,
    function_role_arn,
    recovers,
)
from generator.naming import Label, arn, iam_name, label, root_arn
from generator.spec.resolved import Environment

BACKUP_ROLE = label("role_for_backup")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS_OF_TRUST = 2_048
# The functions of a restore that act in a destination's account.
_FETCHING = ("plan_restore", "fetch_copy")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """One IAM role with one inline policy."""

    label: Label
    purpose: str
    name: str
    trust: Mapping[str, Any]
    policy_name: str
    policy: Mapping[str, Any]
    permissions_boundary_arn: str | None
    tags: Mapping[str, str]


def roots(environment: Environment, account_ids: Iterable[str]) -> list[str]:
    """Return the principals that stand for whole accounts."""
    return [root_arn(environment.partition, account_id) for account_id in account_ids]


def _service_trust(environment: Environment) -> Mapping[str, Any]:
    return document(
        {
            "Sid": "AwsBackupOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": "backup.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": environment.account_id}},
        }
    )


def _copy_statements(vault_arns: Iterable[str]) -> Iterable[dict[str, Any]]:
    yield {
        "Sid": "CopyIntoVaults",
        "Effect": "Allow",
        "Action": "backup:CopyIntoBackupVault",
        "Resource": list(vault_arns),
    }
    yield {
        # AWS's own service role policy names no resource for it either; only AWS Backup can
        # assume the role.
        "Sid": "CopyOutOfVaults",
        "Effect": "Allow",
        "Action": "backup:CopyFromBackupVault",
        "Resource": "*",
    }


def _key_statements(environment: Environment) -> Iterable[dict[str, Any]]:
    # Keys of tables defined elsewhere and of vaults in other accounts are not known by name.
    keys = f"arn:{environment.partition}:kms:*:*:key/*"
    suffix = "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
    yield {
        "Sid": "ReadThroughTableKeys",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": keys,
        "Condition": {
            "StringEquals": {"kms:ViaService": f"dynamodb.{environment.region}.{suffix}"}
        },
    }
    yield {
        "Sid": "DescribeKeys",
        "Effect": "Allow",
        "Action": "kms:DescribeKey",
        "Resource": keys,
    }
    yield {
        "Sid": "GrantVaultKeys",
        "Effect": "Allow",
        "Action": "kms:CreateGrant",
        "Resource": keys,
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    }


def _role(
    environment: Environment,
    what: str,
    *,
    purpose: str,
    trust: Mapping[str, Any],
    statements: Iterable[dict[str, Any]],
) -> RoleFacts:
    name = iam_name(environment, what)
    return RoleFacts(
        label=label(f"role_for_{what.replace('-', '_')}"),
        purpose=purpose,
        name=name,
        trust=trust,
        policy_name=what,
        policy=document(*statements),
        permissions_boundary_arn=environment.spec.permissions_boundary_arn,
        tags=environment.tags,
    )


def backup_role(environment: Environment) -> RoleFacts:
    """Return the role that takes backups: the DynamoDB part of AWS's service role policy.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
    """
    # Tables selected by tag are not known by name, and 500 ARNs would not fit a policy.
    tables = arn(environment, "dynamodb", "table/*")
    # AWS Backup chooses their ids, and copies stand in other Regions.
    points = f"arn:{environment.partition}:backup:*:{environment.account_id}:*"
    targets = dict.fromkeys(
        target.vault_arn
        for protection in environment.protections.values()
        for backup in protection.backups.values()
        for target in environment.copies(backup)
    )
    return _role(
        environment,
        "backup",
        purpose="AWS Backup takes the backups of this environment with this role.",
        trust=_service_trust(environment),
        statements=(
            {
                "Sid": "BackUpTables",
                "Effect": "Allow",
                "Action": [
                    "dynamodb:CreateBackup",
                    "dynamodb:DescribeTable",
                    "dynamodb:ListTagsOfResource",
                    "dynamodb:StartAwsBackupJob",
                ],
                "Resource": tables,
            },
            {
                # AWS Backup expires points taken before the Region's opt-in with this role.
                "Sid": "ExpireBackups",
                "Effect": "Allow",
                "Action": ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
                "Resource": f"{tables}/backup/*",
            },
            {
                "Sid": "FindVaults",
                "Effect": "Allow",
                "Action": "backup:DescribeBackupVault",
                "Resource": [*map(environment.vault_arn, environment.vaults), *targets],
            },
            {
                # Recovery points get the tags of rule and table; a job that cannot set them fails.
                # Not `recovery-point:*`: cfn-lint 1.58 then finds fault, and AWS Backup alone can
                # assume the role.
                "Sid": "TagRecoveryPoints",
                "Effect": "Allow",
                "Action": "backup:TagResource",
                "Resource": points,
            },
            # Tag selections are resolved with this action, which takes no resource.
            {"Sid": "FindTags", "Effect": "Allow", "Action": "tag:GetResources", "Resource": "*"},
            *_key_statements(environment),
            *(_copy_statements(targets) if targets else ()),
        ),
    )


def _source_vaults(environment: Environment) -> dict[str, None]:
    """Return the vaults whose points are copied here; no other lets a copy back in."""
    own = {environment.vault_arn(key) for key in environment.vaults}
    return {
        source.vault_arn(backup.vault): None
        for source in environment.sources
        for protection in source.protections.values()
        for backup in protection.backups.values()
        if own & {target.vault_arn for target in source.copies(backup)}
    }


def copy_back_roles(environment: Environment) -> tuple[RoleFacts, ...]:
    """Return the two roles of a destination's way back: AWS Backup's, and who starts it there."""
    if not environment.is_destination:
        return ()
    own_vaults = [environment.vault_arn(key) for key in environment.vaults]
    source_vaults = list(_source_vaults(environment))
    if not environment.sources:
        # With `organization_id` the sources are not known: their own vault policies decide.
        source_vaults = [f"arn:{environment.partition}:backup:*:*:backup-vault:*"]
    service = _role(
        environment,
        "copy-back",
        purpose="AWS Backup copies recovery points back to the source accounts with this role.",
        trust=_service_trust(environment),
        statements=(
            *(_copy_statements(source_vaults) if source_vaults else ()),
            *_key_statements(environment),
        ),
    )
    people = _role(
        environment,
        "recovery",
        purpose="Break-glass, and restores of known sources, list copies and copy them back.",
        trust=_recovery_trust(environment),
        statements=(
            {
                "Sid": "ListCopies",
                "Effect": "Allow",
                "Action": ["backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"],
                "Resource": own_vaults,
            },
            {
                # The ARN of a recovery point carries whatever service, account and id AWS chose.
                "Sid": "CopyBack",
                "Effect": "Allow",
                "Action": [
                    "backup:DescribeRecoveryPoint",
                    "backup:GetRecoveryPointRestoreMetadata",
                    "backup:StartCopyJob",
                ],
                "Resource": "*",
            },
            {
                # Copy jobs have no resource type in IAM.
                "Sid": "FollowCopies",
                "Effect": "Allow",
                "Action": ["backup:DescribeCopyJob", "backup:ListCopyJobs"],
                "Resource": "*",
            },
            {
                "Sid": "PassCopyBackRole",
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": copy_back_role_arn(environment),
                "Condition": {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
            },
            *_read_exports(environment),
        ),
    )
    return (service, people)


def _read_exports(environment: Environment) -> Iterator[dict[str, Any]]:
    """Yield what lists chains of exports, whose records sources replicate into the catalogue."""
    if not recovers(environment) or not any(map(export_classes, environment.sources)):
        return
    bucket, records = catalogue_bucket_arn(environment), f"{CATALOGUE_OBJECTS}exports/*"
    yield {
        "Sid": "ListChains",
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": bucket,
        "Condition": {"StringLike": {"s3:prefix": records}},
    }
    yield {
        "Sid": "ReadChains",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"{bucket}/{records}",
    }
    yield dict(decrypt_catalogue(environment))


def _recovery_trust(environment: Environment) -> Mapping[str, Any]:
    """Return the trust in break-glass of both sides and in the functions that look and fetch.

    Not in functions of a whole organization: each of its accounts could take the others' copies.
    """
    restoring = [source for source in environment.sources if recovers(source)]
    named = _trust(
        environment, [function_role_arn(s, each) for s in restoring for each in _FETCHING]
    )
    if len(json.dumps(named, separators=(",", ":"))) <= MOST_CHARACTERS_OF_TRUST:
        return named
    # Of so many sources by how the names are made, in the accounts that the principals name.
    roles = f"arn:{environment.partition}:iam::*:role/"
    whats = [each.replace("_", "-") for each in _FETCHING]
    projects = dict.fromkeys(source.project for source in restoring)
    return _trust(environment, [f"{roles}{p}-*-{what}-*" for p in projects for what in whats])


def _trust(environment: Environment, functions: Iterable[str]) -> Mapping[str, Any]:
    sides = (environment, *environment.sources)
    people = [arn for side in sides for arn in side.break_glass_arns]
    return document(
        {
            "Sid": "BreakGlassAndRestores",
            "Effect": "Allow",
            "Principal": {"AWS": roots(environment, dict.fromkeys(s.account_id for s in sides))},
            "Action": "sts:AssumeRole",
            # ArnLike: the roles of permission sets carry a suffix that AWS chooses.
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": list(dict.fromkeys((*people, *functions)))}
            },
        }
    )
