"""The catalogue, decided: a bucket with settings of tables and reports, its key, its replicas.

Settings of a table must be readable when the table, its stack and even its account are gone, so an
environment replicates its catalogue into every destination.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.denials import Document, Exempt, Kind, Scope, actions
from blueprints.documents import Statement, deny_unless, document, key_policy
from blueprints.names import (
    catalogue_bucket_arn,
    catalogue_bucket_name,
    catalogue_destinations,
    catalogue_key_alias,
    replicating_role_arns,
    service_of,
)
from blueprints.recovery.roles import RoleFacts, role, role_label, trust_of
from generator.naming import Label, arn, label, root_arn
from generator.spec import AcceptedOrganization
from generator.spec.resolved import Environment

KEY_DELETION_WINDOW_DAYS = 30
OBJECTS = "catalog/"
REPLICATION_ROLE = "catalogue_replication"
# What S3 calls in the destination; deletions are not replicated.
REPLICATE_ACTIONS = ("s3:ReplicateObject", "s3:ReplicateTags")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """The key of the catalogue."""

    label: Label
    alias_label: Label
    alias_name: str
    description: str
    policy: Mapping[str, Any]
    deletion_window_days: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaFacts:
    """One destination of the catalogue."""

    id: str
    priority: int
    prefix: str
    bucket_arn: str
    account_id: str
    key_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationFacts:
    """Where the catalogue is replicated to, and with which role."""

    role: Label
    replicas: tuple[ReplicaFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFacts:
    """The bucket, its policy and its key."""

    label: Label
    policy_label: Label
    purpose: str
    bucket_name: str
    key: KeyFacts
    policy: Mapping[str, Any]
    replication: ReplicationFacts | None
    tags: Mapping[str, str]


def catalogue(environment: Environment) -> CatalogueFacts:
    """Return the catalogue of an environment that recovers."""
    name = catalogue_bucket_name(environment)
    return CatalogueFacts(
        label=label("catalogue_bucket"),
        policy_label=label("policy_of_catalogue_bucket"),
        purpose="Settings of tables and reports of restores: what a restore needs beside the data.",
        bucket_name=name,
        key=KeyFacts(
            label=label("key_of_catalogue"),
            alias_label=label("alias_of_catalogue"),
            alias_name=catalogue_key_alias(environment),
            description=f"Objects of the bucket {name}",
            policy=key_policy(environment, *_key_use(environment)),
            deletion_window_days=KEY_DELETION_WINDOW_DAYS,
            tags=environment.tags,
        ),
        policy=document(*_bucket_policy(environment)),
        replication=_replication(environment),
        tags=environment.tags,
    )


def replication_role(environment: Environment) -> RoleFacts | None:
    """Return the role with which S3 replicates the catalogue, None where it goes nowhere.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    there = catalogue_destinations(environment)
    if not there:
        return None
    bucket = catalogue_bucket_arn(environment)
    return role(
        environment,
        role_label(REPLICATION_ROLE),
        "catalog-replication",
        purpose="S3 replicates the catalogue with this role.",
        # Whether S3 sends aws:SourceAccount here is not documented; a condition on what is absent
        # would end replication.
        trust=trust_of("s3.amazonaws.com"),
        statements=(
            {
                "Sid": "ReadBucket",
                "Effect": "Allow",
                "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                "Resource": bucket,
            },
            {
                "Sid": "ReadObjects",
                "Effect": "Allow",
                "Action": [
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionTagging",
                ],
                "Resource": f"{bucket}/{OBJECTS}*",
            },
            {
                "Sid": "WriteReplicas",
                "Effect": "Allow",
                "Action": list(REPLICATE_ACTIONS),
                "Resource": [f"{catalogue_bucket_arn(each)}/{OBJECTS}*" for each in there],
            },
            decrypt_catalogue(environment),
            {
                # AWS chooses the ids of keys, and whether an alias of another account counts in a
                # condition is unverified: the destination's key policy names this role instead.
                "Sid": "EncryptReplicas",
                "Effect": "Allow",
                "Action": ["kms:Encrypt", "kms:GenerateDataKey"],
                "Resource": [_keys(each) for each in _places(there)],
                "Condition": {
                    "StringEquals": {
                        "kms:ViaService": sorted({service_of(each, "s3") for each in there})
                    }
                },
            },
        ),
    )


def decrypt_catalogue(environment: Environment) -> Statement:
    """Return what a reader of the catalogue needs of its key; AWS chooses the key's id."""
    return _use_key(environment, "DecryptCatalogue", ["kms:Decrypt"])


def encrypt_catalogue(environment: Environment) -> Statement:
    """Return what a writer of the catalogue needs of its key; AWS chooses the key's id."""
    return _use_key(environment, "EncryptCatalogue", ["kms:GenerateDataKey"])


def _use_key(environment: Environment, sid: str, use: list[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": use,
        "Resource": _keys(environment),
        "Condition": {
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": catalogue_key_alias(environment)},
            "StringEquals": {"kms:ViaService": service_of(environment, "s3")},
        },
    }


def _keys(environment: Environment) -> str:
    return arn(environment, "kms", "key/*")


def _places(environments: tuple[Environment, ...]) -> tuple[Environment, ...]:
    return tuple({(each.account_id, each.region): each for each in environments}.values())


def _replication(environment: Environment) -> ReplicationFacts | None:
    there = catalogue_destinations(environment)
    if not there:
        return None
    return ReplicationFacts(
        role=role_label(REPLICATION_ROLE),
        replicas=tuple(
            ReplicaFacts(
                id=each.name,
                # Of rules with one prefix S3 wants different priorities; to different buckets all
                # of them apply.
                priority=number,
                prefix=OBJECTS,
                bucket_arn=catalogue_bucket_arn(each),
                account_id=each.account_id,
                key_arn=arn(each, "kms", catalogue_key_alias(each)),
            )
            for number, each in enumerate(there, 1)
        ),
    )


def _sources(environment: Environment) -> tuple[Any, dict[str, Any]] | None:
    """Return principal and condition of those who replicate into this catalogue."""
    roles = list(replicating_role_arns(environment))
    accepts = environment.spec.accepts
    if isinstance(accepts, AcceptedOrganization):
        return "*", {
            "StringEquals": {"aws:PrincipalOrgID": accepts.organization_id},
            "ArnLike": {"aws:PrincipalArn": roles[0]},
        }
    if not roles:
        return None
    accounts = dict.fromkeys(role_arn.split(":")[4] for role_arn in roles)
    principals = [root_arn(environment.partition, account) for account in accounts]
    return {"AWS": principals}, {"ArnEquals": {"aws:PrincipalArn": roles}}


def _key_use(environment: Environment) -> Iterator[Statement]:
    sources = _sources(environment)
    if sources is not None:
        principal, condition = sources
        yield {
            "Sid": "AllowReplicasFromSources",
            "Effect": "Allow",
            "Principal": {"AWS": "*"} if principal == "*" else principal,
            "Action": ["kms:Encrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": {
                **condition,
                "StringEquals": {
                    **condition.get("StringEquals", {}),
                    "kms:ViaService": service_of(environment, "s3"),
                },
            },
        }


def _bucket_policy(environment: Environment) -> Iterator[Statement]:
    bucket = catalogue_bucket_arn(environment)
    objects = f"{bucket}/*"
    may_destroy = environment.break_glass_arns
    may_change = (*may_destroy, *environment.deploy_arns)
    yield {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, objects],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    yield deny_unless(
        "OnlyBreakGlassDestroysObjects",
        actions(Document.BUCKET, Kind.DESTROY, scope=Scope.OBJECTS),
        may_destroy,
        objects,
    )
    yield deny_unless(
        "OnlySourcesReplicate",
        actions(Document.BUCKET, Kind.DESTROY, scope=Scope.OBJECTS, exempt=Exempt.REPLICATION),
        (*may_destroy, *replicating_role_arns(environment)),
        objects,
    )
    yield deny_unless(
        "OnlyBreakGlassDestroysBucket",
        actions(Document.BUCKET, Kind.DESTROY, scope=Scope.BUCKETS),
        may_destroy,
        bucket,
    )
    yield deny_unless(
        "OnlyDeployChanges",
        (
            *actions(Document.BUCKET, Kind.DESTROY, exempt=Exempt.DEPLOY),
            *actions(Document.BUCKET, Kind.CHANGE, exempt=Exempt.DEPLOY),
        ),
        may_change,
        bucket,
    )
    sources = _sources(environment)
    if sources is not None:
        principal, condition = sources
        yield {
            "Sid": "AllowReplicasFromSources",
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(REPLICATE_ACTIONS),
            "Resource": f"{bucket}/{OBJECTS}*",
            "Condition": condition,
        }
