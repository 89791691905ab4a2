"""The buckets of exports, decided: the environment's own, those of others, and replicas.

A destination holds a bucket for each source: lifecycle and readers are that source's.
"""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.documents import Statement, through_s3, use_key
from blueprints.exports.permissions import WRITE_ACTIONS, WRITE_KEY_ACTIONS
from blueprints.names import (
    ExportPlace,
    export_place,
    export_replicas,
    export_replication_role_arn,
    exporting,
    function_role_arn,
    held_exports,
)
from blueprints.recovery.buckets import (
    ENCRYPT_ACTIONS,
    REPLICATE_ACTIONS,
    BucketFacts,
    LifecycleRuleFacts,
    ObjectLockFacts,
    Replica,
    ReplicaFacts,
    ReplicationFacts,
    TransitionFacts,
    bucket_key,
    bucket_policy,
    principals_of,
    replicating_role,
)
from blueprints.recovery.data_access import READING, THAWING
from blueprints.recovery.roles import RoleFacts, role_label
from generator.naming import Label, label
from generator.spec import Exports
from generator.spec.resolved import Environment
from generator.spec.retention import retention

REPLICATION_ROLE = "export_replication"
# What is deleted or overwritten can be brought back for so long.
OLD_VERSIONS_EXPIRE_AFTER_DAYS = 30
ABORT_UPLOADS_AFTER_DAYS = 7
_TIERS = {
    "STANDARD_IA": "standard_ia_after_days",
    "GLACIER_IR": "glacier_ir_after_days",
    "GLACIER": "glacier_after_days",
    "DEEP_ARCHIVE": "deep_archive_after_days",
}


def export_buckets(environment: Environment) -> Iterator[BucketFacts]:
    """Yield the buckets of exports in the environment's account."""
    for source, place in held_exports(environment):
        yield _bucket(environment, source, place)


def _bucket(environment: Environment, source: Environment, place: ExportPlace) -> BucketFacts:
    is_original = place == export_place(source)
    lock = place.object_lock
    return BucketFacts(
        label=_label("export_bucket", environment, source),
        policy_label=_label("policy_of_export_bucket", environment, source),
        purpose=f"{'Exports' if is_original else 'Replica of the exports'} of {source.name}.",
        bucket_name=place.name,
        key=bucket_key(
            environment,
            (
                _label("key_of_exports", environment, source),
                _label("alias_of_exports", environment, source),
            ),
            place.key_alias,
            place.name,
            *_key_use(environment, source, is_original=is_original),
        ),
        policy=bucket_policy(
            environment,
            place.arn,
            () if is_original else (export_replication_role_arn(source),),
            *_access(environment, source, place, is_original=is_original),
        ),
        replication=_replication(source) if source is environment else None,
        object_lock=None
        if lock is None
        else ObjectLockFacts(mode=lock.mode.upper(), retention_days=lock.retention_days),
        lifecycle=tuple(_lifecycle(source)),
        tags=environment.tags,
    )


def _label(kind: str, environment: Environment, source: Environment) -> Label:
    """Return a label; what belongs to another environment has that one's name in it."""
    return (
        label(kind) if source is environment else label(f"held_{kind}", source.project, source.name)
    )


def _lifecycle(source: Environment) -> Iterator[LifecycleRuleFacts]:
    """Yield rules that keep chains whole: the full export that a moment needs, and all since."""
    for key, exports in exporting(source).items():
        for kind in ("full", "incremental"):
            yield LifecycleRuleFacts(
                id=f"{key}-{kind}",
                prefix=f"{key}/{kind}/",
                transitions=tuple(_transitions(exports)),
                expire_after_days=retention(exports).keep_days,
                old_versions_expire_after_days=OLD_VERSIONS_EXPIRE_AFTER_DAYS,
            )
    yield LifecycleRuleFacts(
        id="leftovers",
        expired_delete_markers=True,
        old_versions_expire_after_days=OLD_VERSIONS_EXPIRE_AFTER_DAYS,
        abort_uploads_after_days=ABORT_UPLOADS_AFTER_DAYS,
    )


def _transitions(exports: Exports) -> Iterator[TransitionFacts]:
    for storage_class, name in _TIERS.items():
        days = None if exports.tiers is None else getattr(exports.tiers, name)
        if days is not None:
            yield TransitionFacts(storage_class=storage_class, after_days=days)


def replication_role(environment: Environment) -> RoleFacts | None:
    """Return the role with which S3 replicates exports, None where they go nowhere."""
    place, replicas = export_place(environment), export_replicas(environment)
    if place is None or not replicas:
        return None
    return replicating_role(
        environment,
        "exports-replication",
        labelled=REPLICATION_ROLE,
        purpose="S3 replicates exports with this role.",
        bucket=place.arn,
        prefixes=[f"{key}/" for key in exporting(environment)],
        decrypt=use_key(environment, "DecryptExports", ["kms:Decrypt"], place.key_alias),
        replicas=[
            Replica(bucket_arn=each.arn, account_id=each.account_id, region=each.region)
            for _, each in replicas.values()
        ],
    )


def _replication(environment: Environment) -> ReplicationFacts | None:
    pairs = [
        (name, replica, key)
        for name, (_, replica) in export_replicas(environment).items()
        for key in exporting(environment)
    ]
    if not pairs:
        return None
    return ReplicationFacts(
        role=role_label(REPLICATION_ROLE),
        replicas=tuple(
            ReplicaFacts(
                id=f"{key}-to-{name}",
                priority=number,
                prefix=f"{key}/",
                bucket_arn=replica.arn,
                account_id=replica.account_id,
                key_arn=replica.key_alias_arn,
            )
            for number, (name, replica, key) in enumerate(pairs, 1)
        ),
    )


def _key_use(
    environment: Environment, source: Environment, *, is_original: bool
) -> Iterator[Statement]:
    """Yield who of another account uses the key; those of this one have identity policies."""
    if source is environment:
        return
    for sid, role_arns, use in (
        *(
            (
                ("AllowExports", [_exporter(source)], WRITE_KEY_ACTIONS),
                ("AllowVerification", [_verifier(source)], ("kms:Decrypt",)),
            )
            if is_original
            else (("AllowReplicas", [export_replication_role_arn(source)], ENCRYPT_ACTIONS),)
        ),
        ("AllowReading", _readers(source), ("kms:Decrypt",)),
    ):
        principal, condition = principals_of(environment.partition, role_arns)
        yield {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(use),
            "Resource": "*",
            "Condition": through_s3(environment, condition),
        }
    if is_original:
        principal, condition = principals_of(environment.partition, [_exporter(source)])
        yield {
            "Sid": "AllowToResolveAlias",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": condition,
        }


def _access(
    environment: Environment, source: Environment, place: ExportPlace, *, is_original: bool
) -> Iterator[Statement]:
    """Yield who of another account reads and writes the bucket."""
    if source is environment:
        return
    objects = [f"{place.arn}/{key}/*" for key in exporting(source)]
    verifier = [_verifier(source)]
    for sid, role_arns, actions, resource in (
        *(
            (
                ("AllowExports", [_exporter(source)], WRITE_ACTIONS, objects),
                ("AllowVerification", verifier, ("s3:GetObject",), objects),
                ("AllowToTellMissing", verifier, ("s3:ListBucket",), place.arn),
            )
            if is_original
            else (
                (
                    "AllowReplicas",
                    [export_replication_role_arn(source)],
                    REPLICATE_ACTIONS,
                    objects,
                ),
            )
        ),
        *_reading(source, place, objects),
    ):
        principal, condition = principals_of(environment.partition, role_arns)
        yield {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(actions),
            "Resource": resource,
            "Condition": condition,
        }


def _reading(
    source: Environment, place: ExportPlace, objects: list[str]
) -> Iterator[tuple[str, list[str], tuple[str, ...], str | list[str]]]:
    """Yield what the source's way back reads: restores from chains, and refills."""
    readers = _readers(source)
    yield "AllowReading", readers, ("s3:GetObject",), objects
    yield "AllowReadersToTellMissing", readers, ("s3:ListBucket",), place.arn
    frozen = [f"{place.arn}/{key}/*" for key, each in exporting(source).items() if each.thaws]
    if frozen:
        thawing = [function_role_arn(source, each) for each in THAWING]
        yield "AllowThawing", thawing, ("s3:RestoreObject",), frozen


def _exporter(source: Environment) -> str:
    return function_role_arn(source, "export_table")


def _verifier(source: Environment) -> str:
    return function_role_arn(source, "verify_export")


def _readers(source: Environment) -> list[str]:
    return [function_role_arn(source, each) for each in READING]
