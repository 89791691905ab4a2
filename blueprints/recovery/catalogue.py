"""The catalogue, decided: a bucket with settings of tables, records of exports, and reports.

Settings of a table must be readable when the table, its stack and even its account are gone, so an
environment replicates its catalogue into every destination.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blueprints.documents import Statement, decrypt_catalogue, through_s3
from blueprints.names import (
    CATALOGUE_OBJECTS,
    WORK,
    catalogue_bucket_arn,
    catalogue_bucket_name,
    catalogue_destinations,
    catalogue_key_alias,
    replicating_role_arns,
)
from blueprints.recovery.buckets import (
    ENCRYPT_ACTIONS,
    REPLICATE_ACTIONS,
    BucketFacts,
    LifecycleRuleFacts,
    Replica,
    ReplicaFacts,
    ReplicationFacts,
    bucket_key,
    bucket_policy,
    principals_of,
    replicating_role,
)
from blueprints.recovery.roles import RoleFacts, role_label
from generator.naming import arn, label
from generator.spec import AcceptedOrganization
from generator.spec.resolved import Environment

REPLICATION_ROLE = "catalogue_replication"
# Beyond the longest run, also of one that goes on with what was begun 30 days before; exported
# changes hold data of tables, which nobody needs here afterwards. Nothing else in the bucket
# expires.
WORK_EXPIRES_AFTER_DAYS, OLD_WORK_EXPIRES_AFTER_DAYS, ABORT_UPLOADS_AFTER_DAYS = 60, 1, 7


def catalogue(environment: Environment) -> BucketFacts:
    """Return the catalogue of an environment that recovers."""
    name = catalogue_bucket_name(environment)
    return BucketFacts(
        label=label("catalogue_bucket"),
        policy_label=label("policy_of_catalogue_bucket"),
        purpose="Settings of tables and reports of restores: what a restore needs beside the data.",
        bucket_name=name,
        key=bucket_key(
            environment,
            (label("key_of_catalogue"), label("alias_of_catalogue")),
            catalogue_key_alias(environment),
            name,
            *_key_use(environment),
        ),
        policy=bucket_policy(
            environment,
            catalogue_bucket_arn(environment),
            replicating_role_arns(environment),
            *_replicas_from_sources(environment),
        ),
        replication=_replication(environment),
        lifecycle=(
            LifecycleRuleFacts(
                id="work",
                prefix=WORK,
                expire_after_days=WORK_EXPIRES_AFTER_DAYS,
                old_versions_expire_after_days=OLD_WORK_EXPIRES_AFTER_DAYS,
            ),
            LifecycleRuleFacts(id="leftovers", abort_uploads_after_days=ABORT_UPLOADS_AFTER_DAYS),
        ),
        tags=environment.tags,
    )


def replication_role(environment: Environment) -> RoleFacts | None:
    """Return the role with which S3 replicates the catalogue, None where it goes nowhere."""
    there = catalogue_destinations(environment)
    if not there:
        return None
    return replicating_role(
        environment,
        "catalog-replication",
        labelled=REPLICATION_ROLE,
        purpose="S3 replicates the catalogue with this role.",
        bucket=catalogue_bucket_arn(environment),
        prefixes=(CATALOGUE_OBJECTS,),
        decrypt=decrypt_catalogue(environment),
        replicas=(
            Replica(
                bucket_arn=catalogue_bucket_arn(each),
                account_id=each.account_id,
                region=each.region,
            )
            for each in there
        ),
    )


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
                prefix=CATALOGUE_OBJECTS,
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
    return principals_of(environment.partition, roles) if roles else None


def _key_use(environment: Environment) -> Iterator[Statement]:
    sources = _sources(environment)
    if sources is not None:
        principal, condition = sources
        yield {
            "Sid": "AllowReplicasFromSources",
            "Effect": "Allow",
            "Principal": {"AWS": "*"} if principal == "*" else principal,
            "Action": list(ENCRYPT_ACTIONS),
            "Resource": "*",
            "Condition": through_s3(environment, condition),
        }


def _replicas_from_sources(environment: Environment) -> Iterator[Statement]:
    sources = _sources(environment)
    if sources is not None:
        principal, condition = sources
        yield {
            "Sid": "AllowReplicasFromSources",
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(REPLICATE_ACTIONS),
            "Resource": f"{catalogue_bucket_arn(environment)}/{CATALOGUE_OBJECTS}*",
            "Condition": condition,
        }
