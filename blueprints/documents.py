"""IAM statements that several blueprints write: account root, and denials with named exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from blueprints.denials import Document as DenialDocument
from blueprints.denials import Exempt, Kind, actions
from blueprints.names import catalogue_key_alias, service_of
from generator.naming import arn, root_arn

if TYPE_CHECKING:
    from generator.spec import Lock
    from generator.spec.resolved import Environment

Statement = Mapping[str, Any]
Document = Mapping[str, Any]

# A key policy needs no resource, so keys and aliases come together.
KEY_DESTROY_ACTIONS = actions(DenialDocument.KEY, Kind.DESTROY)
KEY_CHANGE_ACTIONS = actions(DenialDocument.KEY, Kind.CHANGE, exempt=Exempt.DEPLOY)


def document(*statements: Statement) -> Document:
    """Return a policy document of `statements`, in their order."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: Iterable[str], resources: Any, **condition: Any) -> Statement:
    """Return one statement of an identity policy that allows `actions`."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": resources,
        **({"Condition": condition} if condition else {}),
    }


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


def through_s3(environment: Environment, condition: Mapping[str, Any]) -> dict[str, Any]:
    """Return `condition` for the use of a key by way of S3 of the environment's Region alone."""
    via = {"kms:ViaService": service_of(environment, "s3")}
    return {**condition, "StringEquals": {**condition.get("StringEquals", {}), **via}}


def use_key(environment: Environment, sid: str, use: Iterable[str], alias_name: str) -> Statement:
    """Return what a reader or writer needs of a bucket's key; AWS chooses the key's id."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": list(use),
        "Resource": keys_of(environment),
        "Condition": through_s3(
            environment, {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias_name}}
        ),
    }


def keys_of(environment: Environment) -> str:
    """Return the ARN of every key of the account and Region."""
    return arn(environment, "kms", "key/*")


def decrypt_catalogue(environment: Environment) -> Statement:
    """Return what a reader of the catalogue needs of its key."""
    alias_name = catalogue_key_alias(environment)
    return use_key(environment, "DecryptCatalogue", ["kms:Decrypt"], alias_name)


def encrypt_catalogue(environment: Environment) -> Statement:
    """Return what a writer of the catalogue needs of its key."""
    alias_name = catalogue_key_alias(environment)
    return use_key(environment, "EncryptCatalogue", ["kms:GenerateDataKey"], alias_name)


def loosening(lock: Lock) -> Mapping[str, Mapping[str, Any]]:
    """Return name → condition of the ways to put a lock that would loosen this one.

    The keys are those that AWS lists for `backup:PutBackupVaultLockConfiguration`.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
    """
    ways: dict[str, Mapping[str, Any]] = {
        "Shorter": {"NumericLessThan": {"backup:MinRetentionDays": str(lock.min_retention_days)}}
    }
    if lock.max_retention_days is not None:
        longest = str(lock.max_retention_days)
        ways["Longer"] = {"NumericGreaterThan": {"backup:MaxRetentionDays": longest}}
    if lock.mode == "governance":
        ways["ForEver"] = {"Null": {"backup:ChangeableForDays": "false"}}
    return ways
