"""Reads every point that a table can come back from, and keeps account of what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.plan_restore.choice import POINT_IN_TIME_ID, Candidate, Unreadable

# Returns the client of a service, with `region` and `role_arn` in another account or Region.
Connect = Callable[..., Any]
FAILURES = (ClientError, BotoCoreError, RefusedError)
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html
_USABLE = ("COMPLETED", "AVAILABLE")
_GONE = ("ResourceNotFoundException", "TableNotFoundException")
# ALL is documented as user and system backups only.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
_BACKUP_TYPES = ("ALL", "AWS_BACKUP")


class Found(NamedTuple):
    """What was read; `passing` is an error of those that a repetition may mend."""

    candidates: list[Candidate]
    unreadable: list[Unreadable]
    passing: Exception | None = None


def read(
    connect: Connect, request: Mapping[str, Any], place: Mapping[str, Any], now: datetime
) -> Found:
    """Return the points of every source: of the table where it lies here, all vaults, exports."""
    found: dict[str, Candidate] = {}
    unreadable: list[Unreadable] = []
    passing: Exception | None = None
    for source, points in _sources(connect, request, place, now):
        try:
            for point in points:
                # One that AWS Backup took and DynamoDB manages is in its vault too. DynamoDB, which
                # is read first, restores it with more of its settings.
                found.setdefault(point.id, point)
        except FAILURES as error:
            unreadable.append(_unreadable(source, error))
            log("unreadable", source=source, error=message_of(error))
            if not isinstance(error, RefusedError) and code_of(error) not in _GONE:
                passing = error
    candidates = sorted(found.values(), key=lambda each: each.time, reverse=True)
    log("read", points=len(candidates), unusable=sum(1 for each in candidates if each.unusable))
    return Found(candidates, unreadable, passing)


def _sources(
    connect: Connect, request: Mapping[str, Any], place: Mapping[str, Any], now: datetime
) -> Iterator[tuple[str, Iterable[Candidate]]]:
    table_arn = request["table"]["arn"]
    here = (place["account_id"], place["region"])
    if account_and_region(table_arn) == here:
        yield "point-in-time recovery", window(connect, table_arn)
        for kind in _BACKUP_TYPES:
            name = "native backups" if kind == "ALL" else "native backups taken by AWS Backup"
            yield name, native(connect, table_arn, kind, now)
    for vault in place["vaults"]:
        there = (vault["account_id"], vault["region"])
        name = f"vault {vault['name']} of account {there[0]}, {there[1]}"
        yield name, recovery_points(connect, table_arn, vault, now, is_here=there == here)
    if place.get("export_buckets"):
        from blueprints.functions.plan_restore import chains

        name = f"chains of exports in the catalogue {place['catalogue_bucket']}"
        yield name, chains.candidates(connect("s3"), table_arn, place, request["point"], now)


def account_and_region(table_arn: str) -> tuple[str, str]:
    """Return account and Region of an ARN."""
    _, _, _, region, account_id, _ = table_arn.split(":", 5)
    return account_id, region


def window(connect: Connect, table_arn: str) -> Iterator[Candidate]:
    """Yield the window of point-in-time recovery in whole seconds; it ends with its table.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
    """
    name = table_arn.partition(":table/")[2]
    try:
        answer = call(connect("dynamodb"), "describe_continuous_backups", table_arn, TableName=name)
    except ClientError as error:
        if code_of(error) in _GONE:
            return
        raise
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    enabled = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    if not enabled or "LatestRestorableDateTime" not in recovery:
        return
    account_id, region = account_and_region(table_arn)
    earliest = utc(recovery["EarliestRestorableDateTime"])
    whole = earliest.replace(microsecond=0)
    begin = whole if whole == earliest else whole + timedelta(seconds=1)
    end = utc(recovery["LatestRestorableDateTime"]).replace(microsecond=0)
    if begin <= end:
        yield Candidate(
            id=POINT_IN_TIME_ID,
            kind="point_in_time",
            time=end,
            earliest=begin,
            account_id=account_id,
            region=region,
        )


def native(connect: Connect, table_arn: str, kind: str, now: datetime) -> Iterator[Candidate]:
    """Yield the table's backups in DynamoDB; they outlive the table."""
    name = table_arn.partition(":table/")[2]
    account_id, region = account_and_region(table_arn)
    listed = pages(
        connect("dynamodb"),
        "list_backups",
        "BackupSummaries",
        "*",
        TableName=name,
        BackupType=kind,
    )
    for summary in listed:
        if summary["TableArn"] == table_arn:
            arn, status = summary["BackupArn"], summary["BackupStatus"]
            unusable = None if status == "AVAILABLE" else f"it is {status}"
            yield Candidate(
                id=arn,
                kind="recovery_point" if ":recovery-point:" in arn else "native",
                time=utc(summary["BackupCreationDateTime"]),
                account_id=account_id,
                region=region,
                name=summary["BackupName"],
                unusable=unusable or _expired(summary.get("BackupExpiryDateTime"), now),
                size_bytes=summary.get("BackupSizeBytes"),
            )


def recovery_points(
    connect: Connect, table_arn: str, vault: Mapping[str, Any], now: datetime, *, is_here: bool
) -> Iterator[Candidate]:
    """Yield the table's points in a vault; copies carry the time and the resource of their source.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
    """
    elsewhere = {"region": vault["region"], "role_arn": vault.get("role_arn")}
    listed = pages(
        connect("backup", **({} if is_here else elsewhere)),
        "list_recovery_points_by_backup_vault",
        "RecoveryPoints",
        f"vault {vault['name']}",
        BackupVaultName=vault["name"],
        ByResourceArn=table_arn,
    )
    for point in listed:
        if point["ResourceArn"] == table_arn:
            yield _point(point, vault, now, is_here=is_here)


def _point(
    point: Mapping[str, Any], vault: Mapping[str, Any], now: datetime, *, is_here: bool
) -> Candidate:
    dates = point.get("CalculatedLifecycle") or {}
    moves = dates.get("MoveToColdStorageAt")
    cold = moves is not None and utc(moves) <= now
    unusable = None if point["Status"] in _USABLE else f"it is {point['Status']}"
    unusable = unusable or _expired(dates.get("DeleteAt"), now)
    if not is_here and unusable is None:
        if cold:
            unusable = "it is in cold storage, and what is there cannot be copied"
        elif not vault.get("copy_to") or not vault.get("copy_back_role_arn"):
            unusable = "no vault of this environment takes copies back from its vault"
    return Candidate(
        id=point["RecoveryPointArn"],
        kind="recovery_point",
        time=utc(point["CreationDate"]),
        account_id=vault["account_id"],
        region=vault["region"],
        vault_name=vault["name"],
        copy_back=not is_here,
        cold=cold,
        unusable=unusable,
        size_bytes=point.get("BackupSizeInBytes"),
    )


def utc(moment: datetime) -> datetime:
    """Return a time of boto3, which is in the machine's zone, in UTC."""
    return moment.astimezone(UTC)


def _expired(ends: datetime | None, now: datetime) -> str | None:
    over = ends is not None and utc(ends) <= now
    return "its retention has ended, and AWS deletes it" if over else None


def _unreadable(source: str, error: Exception) -> Unreadable:
    if isinstance(error, RefusedError):
        # AWS Backup answers so for a vault that does not exist, too (aws-sdk-js#2625).
        reason, _, fix = str(error).rpartition(": ")
        return Unreadable(source, reason, fix)
    return Unreadable(source, message_of(error), "look at AWS's health there and start again")
