"""Buckets that hold what a restore needs, decided: key, access, lifecycle, lock and replicas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.denials import Document, Exempt, Kind, Scope, actions
from blueprints.documents import Statement, deny_unless, document, key_policy
from blueprints.names import service_of
from blueprints.recovery.roles import RoleFacts, role, role_label, trust_of
from generator.naming import Label, root_arn
from generator.spec.resolved import Environment

KEY_DELETION_WINDOW_DAYS = 30
# What S3 calls in the destination; deletions are not replicated.
REPLICATE_ACTIONS = ("s3:ReplicateObject", "s3:ReplicateTags")
ENCRYPT_ACTIONS = ("kms:Encrypt", "kms:GenerateDataKey")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """The key of a bucket."""

    label: Label
    alias_label: Label
    alias_name: str
    description: str
    policy: Mapping[str, Any]
    deletion_window_days: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaFacts:
    """One rule of replication."""

    id: str
    priority: int
    prefix: str
    bucket_arn: str
    account_id: str
    key_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationFacts:
    """Where objects are replicated to, and with which role."""

    role: Label
    replicas: tuple[ReplicaFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionFacts:
    """When objects move to another storage class."""

    storage_class: str
    after_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRuleFacts:
    """What becomes of objects with time; without a prefix, of all."""

    id: str
    prefix: str | None = None
    transitions: tuple[TransitionFacts, ...] = ()
    expire_after_days: int | None = None
    expired_delete_markers: bool | None = None
    old_versions_expire_after_days: int | None = None
    abort_uploads_after_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLockFacts:
    """The default retention of a bucket's objects."""

    mode: str
    retention_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFacts:
    """A bucket, its policy and its key."""

    label: Label
    policy_label: Label
    purpose: str
    bucket_name: str
    key: KeyFacts
    policy: Mapping[str, Any]
    replication: ReplicationFacts | None = None
    object_lock: ObjectLockFacts | None = None
    lifecycle: tuple[LifecycleRuleFacts, ...] = ()
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """Where a bucket is replicated to."""

    bucket_arn: str
    account_id: str
    region: str


def bucket_key(
    environment: Environment,
    labels: tuple[Label, Label],
    alias_name: str,
    bucket_name: str,
    *use: Statement,
) -> KeyFacts:
    """Return the key of a bucket; `labels` are those of key and alias, `use` lets others in."""
    return KeyFacts(
        label=labels[0],
        alias_label=labels[1],
        alias_name=alias_name,
        description=f"Objects of the bucket {bucket_name}",
        policy=key_policy(environment, *use),
        deletion_window_days=KEY_DELETION_WINDOW_DAYS,
        tags=environment.tags,
    )


def bucket_policy(
    environment: Environment, bucket: str, replicating: Iterable[str], *more: Statement
) -> Mapping[str, Any]:
    """Return the policy of the bucket with this ARN; `replicating` are roles that copy into it."""
    return document(*_denials(environment, bucket, replicating), *more)


def _denials(
    environment: Environment, bucket: str, replicating: Iterable[str]
) -> Iterator[Statement]:
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
        (*may_destroy, *replicating),
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


def principals_of(partition: str, role_arns: Iterable[str]) -> tuple[Any, dict[str, Any]]:
    """Return principal and condition that stand for roles of other accounts.

    A role that does not exist yet is refused as a principal, and one that is made again would be
    another one: so the principals are their accounts, and the condition names them.
    """
    roles = list(role_arns)
    accounts = dict.fromkeys(role_arn.split(":")[4] for role_arn in roles)
    principals = [root_arn(partition, account) for account in accounts]
    return {"AWS": principals}, {"ArnEquals": {"aws:PrincipalArn": roles}}


def replicating_role(  # noqa: PLR0913 - what the roles differ in
    environment: Environment,
    what: str,
    *,
    labelled: str,
    purpose: str,
    bucket: str,
    prefixes: Iterable[str],
    decrypt: Statement,
    replicas: Iterable[Replica],
) -> RoleFacts:
    """Return the role with which S3 replicates objects below `prefixes`.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    below, there = list(prefixes), list(replicas)
    places = {(each.account_id, each.region): each for each in there}
    return role(
        environment,
        role_label(labelled),
        what,
        purpose=purpose,
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
                "Resource": one_or_more(f"{bucket}/{prefix}*" for prefix in below),
            },
            {
                "Sid": "WriteReplicas",
                "Effect": "Allow",
                "Action": list(REPLICATE_ACTIONS),
                "Resource": [f"{each.bucket_arn}/{prefix}*" for each in there for prefix in below],
            },
            decrypt,
            {
                # AWS chooses the ids of keys, and whether an alias of another account counts in a
                # condition is unverified: the destination's key policy names this role instead.
                "Sid": "EncryptReplicas",
                "Effect": "Allow",
                "Action": list(ENCRYPT_ACTIONS),
                "Resource": [
                    f"arn:{environment.partition}:kms:{each.region}:{each.account_id}:key/*"
                    for each in places.values()
                ],
                "Condition": {
                    "StringEquals": {
                        "kms:ViaService": sorted(
                            {service_of(environment, "s3", each.region) for each in there}
                        )
                    }
                },
            },
        ),
    )


def one_or_more(arns: Iterable[str]) -> str | list[str]:
    """Return one ARN as a text, several as a list."""
    found = list(arns)
    return found[0] if len(found) == 1 else found
