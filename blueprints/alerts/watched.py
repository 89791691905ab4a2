"""What the tripwires watch: calls of AWS's APIs by concern, as CloudTrail records them.

Names of events and fields are those of CloudTrail, which writes the first letter of a parameter
small. Where a call names one of ours, that name is matched; where AWS chooses the name (plans,
jobs, keys) every call of the account and Region counts, another team's too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from blueprints.alerts.patterns import API_CALL, Case, Detail, Matcher
from blueprints.names import EXPORTS, catalogue_bucket_name, held_exports, recovers
from generator.naming import arn, bucket_name, vault_name

if TYPE_CHECKING:
    from generator.spec.resolved import Environment


# The Region whose events count: the environment's own, that of global services, or both.
Place = Literal["own", "global", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One kind of loss. `names` are spread over as many rules as their number needs.

    `field` is the request parameter that has one of `names`.
    """

    key: str
    sources: tuple[str, ...]
    cases: tuple[Case, ...]
    field: str | None = None
    names: tuple[Matcher, ...] = ()
    place: Place = "own"
    types: tuple[str, ...] = (API_CALL,)
    state: str = "ENABLED"


def request(**fields: Any) -> Detail:
    """Return the part of a pattern that matches parameters of the call."""
    return {"requestParameters": fields}


def prefix(environment: Environment) -> str:
    """Return how every name begins that Holdfast chooses."""
    return f"{environment.project}-{environment.name}-"


def regional(environment: Environment) -> Iterator[Concern]:
    """Yield what happens in the environment's own Region, in the order of the template."""
    yield from _tables(environment)
    yield from _backups(environment)
    if environment.tables or environment.vaults:
        yield _nameless()
    yield _keys(environment)
    yield _bucket(environment)


def _tables(environment: Environment) -> Iterator[Concern]:
    if not environment.tables:
        return
    start = _table_prefix(environment)
    apart = [
        table.name for table in environment.tables if not start or not table.name.startswith(start)
    ]
    tables = arn(environment, "dynamodb", "table/")
    # DynamoDB takes an ARN for a name. Few calls do that, and a second list would double the rules,
    # so where the names have nothing in common the ARN of any table counts.
    names: list[Matcher] = [{"prefix": tables if apart else f"{tables}{start}"}]
    policies: list[Matcher] = []
    backups: list[Matcher] = []
    if start:
        names.append({"prefix": start})
        policies.append({"prefix": f"{tables}{start}"})
        backups.append({"prefix": f"{tables}{start}"})
    for name in apart:
        names.append(name)
        policies.append({"suffix": f":table/{name}"})
        backups.append({"prefix": f"{tables}{name}/"})
    yield Concern(
        key="table",
        sources=("dynamodb",),
        field="tableName",
        names=tuple(names),
        cases=(
            Case(events=("DeleteTable",), where={}),
            Case(events=("UpdateTable",), where=request(deletionProtectionEnabled=_FALSE)),
            Case(
                events=("UpdateContinuousBackups",),
                where=request(
                    pointInTimeRecoverySpecification={"pointInTimeRecoveryEnabled": _FALSE}
                ),
            ),
            # Auto scaling changes capacity by UpdateTable and so never comes here.
            Case(
                events=("UpdateTable",),
                where=request(sSESpecification={"kMSMasterKeyId": _PRESENT}),
                expected="deploy",
            ),
            # Switched on again it may be with fewer days, which drops older points in time.
            Case(
                events=("UpdateContinuousBackups",),
                where=request(
                    pointInTimeRecoverySpecification={"pointInTimeRecoveryEnabled": _TRUE}
                ),
                expected="deploy",
            ),
            Case(
                events=("UpdateTimeToLive", "DisableKinesisStreamingDestination"),
                where={},
                expected="deploy",
            ),
        ),
    )
    yield Concern(
        key="table_policy",
        sources=("dynamodb",),
        field="resourceArn",
        names=tuple(policies),
        cases=(Case(events=("PutResourcePolicy", "DeleteResourcePolicy"), where={}),),
    )
    yield Concern(
        key="native_backup",
        sources=("dynamodb",),
        field="backupArn",
        names=tuple(backups),
        # AWS Backup expires points of before the Region's opt-in with this call.
        cases=(Case(events=("DeleteBackup",), where={}, expected="aws_backup"),),
    )


# CloudTrail writes JSON's own booleans for most services; a text is unverified and costs little.
_FALSE: list[Any] = [False, "false"]
_TRUE: list[Any] = [True, "true"]
_PRESENT: list[Any] = [{"exists": True}]


def _table_prefix(environment: Environment) -> str:
    """Return how the pattern makes all names of tables begin; empty when it does not."""
    start = environment.spec.table_name_pattern.partition("{table}")[0]
    return start.format(project=environment.project, environment=environment.name)


def _backups(environment: Environment) -> Iterator[Concern]:
    vaults: tuple[Matcher, ...] = tuple(vault_name(environment, key) for key in environment.vaults)
    if vaults:
        yield Concern(
            key="vault",
            sources=("backup",),
            field="backupVaultName",
            names=vaults,
            cases=(
                Case(
                    events=(
                        "DeleteBackupVault",
                        "DeleteBackupVaultAccessPolicy",
                        "PutBackupVaultAccessPolicy",
                        "DeleteBackupVaultLockConfiguration",
                        "PutBackupVaultLockConfiguration",
                    ),
                    where={},
                ),
                Case(
                    events=("DeleteBackupVaultNotifications", "PutBackupVaultNotifications"),
                    where={},
                    expected="deploy",
                ),
            ),
        )
        yield Concern(
            key="recovery_point",
            sources=("backup",),
            field="backupVaultName",
            names=vaults,
            # Expiry by lifecycle is recorded as a service event (BackupDeleted), and its calls, if
            # any, are invoked by AWS Backup: unverified which, so both stay out.
            cases=(
                Case(
                    events=(
                        "DeleteRecoveryPoint",
                        "UpdateRecoveryPointLifecycle",
                        "DisassociateRecoveryPoint",
                        "DisassociateRecoveryPointFromParent",
                    ),
                    where={},
                    expected="aws_backup",
                ),
            ),
        )
        # AWS chooses the ids of plans, selections and jobs: every one of the Region counts.
        yield Concern(
            key="plan",
            sources=("backup",),
            cases=(
                Case(events=("StopBackupJob",), where={}),
                Case(
                    events=("DeleteBackupPlan", "UpdateBackupPlan", "DeleteBackupSelection"),
                    where={},
                    expected="deploy",
                ),
            ),
        )
        yield Concern(
            key="region_settings",
            sources=("backup",),
            cases=(Case(events=("UpdateRegionSettings", "UpdateGlobalSettings"), where={}),),
        )


def _nameless() -> Concern:
    """Return refused attempts whose record lacks the parameters, so not even the table is known.

    Some services record null for the parameters of a refused call: unverified for these two.
    """
    absent: list[Any] = [{"exists": False}]
    return Concern(
        key="refused_attempt",
        sources=("dynamodb", "backup"),
        cases=(
            Case(
                events=(
                    "DeleteTable",
                    "DeleteBackup",
                    "DeleteRecoveryPoint",
                    "UpdateRecoveryPointLifecycle",
                    "DeleteBackupVault",
                    "DeleteBackupVaultLockConfiguration",
                    "DeleteBackupVaultAccessPolicy",
                    "PutBackupVaultAccessPolicy",
                ),
                where={
                    "errorCode": [{"prefix": "AccessDenied"}],
                    **request(tableName=absent, backupArn=absent, backupVaultName=absent),
                },
                expected="aws_backup",
            ),
        ),
    )


def _keys(environment: Environment) -> Concern:
    """Return what takes keys away; a call names a key by an id of AWS's, so any key counts."""
    return Concern(
        key="key",
        sources=("kms",),
        cases=(
            Case(
                events=(
                    "ScheduleKeyDeletion",
                    "DeleteImportedKeyMaterial",
                    "DisableKey",
                    "DisableKeyRotation",
                    "PutKeyPolicy",
                ),
                where={},
            ),
            # DynamoDB and AWS Backup give up grants of their own when they are done.
            Case(events=("RevokeGrant",), where={}, expected="aws"),
            Case(
                events=("DeleteAlias", "UpdateAlias"),
                where=request(aliasName=[{"prefix": f"alias/{prefix(environment)}"}]),
            ),
        ),
    )


def _bucket(environment: Environment) -> Concern:
    """Return what weakens a bucket of exports, which may come to be later, or the catalogue.

    Object lock and lifecycle have an event name by the API and one by the permission: unverified
    which CloudTrail writes, so both are watched.
    """
    return Concern(
        key="export_bucket",
        sources=("s3",),
        field="bucketName",
        names=tuple(
            dict.fromkeys(
                (
                    bucket_name(environment, EXPORTS),
                    *(place.name for _, place in held_exports(environment)),
                    *((catalogue_bucket_name(environment),) if recovers(environment) else ()),
                )
            )
        ),
        cases=(
            Case(
                events=(
                    "DeleteBucket",
                    "DeleteBucketPolicy",
                    "PutBucketPolicy",
                    "PutBucketVersioning",
                    "PutObjectLockConfiguration",
                    "PutBucketObjectLockConfiguration",
                    "DeleteBucketReplication",
                ),
                where={},
            ),
            Case(
                events=(
                    "PutBucketLifecycle",
                    "PutBucketLifecycleConfiguration",
                    "DeleteBucketLifecycle",
                    "PutBucketReplication",
                    "PutBucketEncryption",
                    "DeleteBucketEncryption",
                ),
                where={},
                expected="deploy",
            ),
        ),
    )
