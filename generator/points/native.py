"""What DynamoDB itself keeps of a table: the window of point-in-time recovery, and backups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from generator.points.access import FAILURES, code_of, unreadable
from generator.points.model import POINT_IN_TIME_ID, Found, Place, Point, Source, Unreadable

WINDOW, BACKUPS = "point-in-time recovery", "native backups"
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDetails.html
_SOURCES: Mapping[str, Source] = {
    "USER": "user_backup",
    "SYSTEM": "system_backup",
    "AWS_BACKUP": "aws_backup",
}
_GONE = ("ResourceNotFoundException", "TableNotFoundException")


def described(
    dynamodb: Any, table_name: str, place: Place
) -> tuple[Mapping[str, Any] | None, Found]:
    """Return the table's description, or None, and whether it exists."""
    try:
        return dynamodb.describe_table(TableName=table_name)["Table"], Found(exists=True)
    except FAILURES as error:
        if isinstance(error, ClientError) and code_of(error) in _GONE:
            return None, Found(exists=False)
        problem = unreadable(
            "the table (whether it exists, its size)",
            place,
            error,
            allow="dynamodb:DescribeTable on the table",
            absent="",
        )
        return None, Found(unreadable=(problem,))


def window(
    dynamodb: Any, table_name: str, place: Place, description: Mapping[str, Any] | None
) -> Found:
    """Return the window of point-in-time recovery as one point; it ends with its table.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
    """
    try:
        answer = dynamodb.describe_continuous_backups(TableName=table_name)
    except FAILURES as error:
        if isinstance(error, ClientError) and code_of(error) in _GONE:
            return Found(empty=(f"{WINDOW}: it ended with the table",), exists=False)
        allow = "dynamodb:DescribeContinuousBackups on the table"
        return Found(unreadable=(unreadable(WINDOW, place, error, allow=allow, absent=""),))
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    status = recovery.get("PointInTimeRecoveryStatus", "DISABLED")
    if status != "ENABLED":
        return Found(empty=(f"{WINDOW}: switched off",), exists=True)
    days = recovery.get("RecoveryPeriodInDays")
    if "LatestRestorableDateTime" not in recovery:
        # It was switched on a moment ago.
        return Found(empty=(f"{WINDOW}: no time can be restored yet",), exists=True)
    point = Point(
        id=POINT_IN_TIME_ID,
        source="point_in_time",
        time=utc(recovery["LatestRestorableDateTime"]),
        earliest=utc(recovery["EarliestRestorableDateTime"]),
        place=place,
        status=status,
        size_bytes=_size_bytes(description),
        notes=(f"recovery period {days} days",) if days is not None else (),
    )
    return Found(points=(point,), exists=True)


def backups(dynamodb: Any, table_arn: str, place: Place, now: datetime) -> Found:
    """Return the table's native backups of all types; they outlive the table.

    ALL is documented as user and system backups only, so those of AWS Backup are asked for beside:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
    """
    points: dict[str, Point] = {}
    problems: list[Unreadable] = []
    name = table_arn.partition(":table/")[2]
    for kind in ("ALL", "AWS_BACKUP"):
        try:
            pages = dynamodb.get_paginator("list_backups").paginate(TableName=name, BackupType=kind)
            for page in pages:
                for summary in page.get("BackupSummaries", ()):
                    if summary["TableArn"] == table_arn:
                        point = _backup(summary, place, now)
                        points[point.id] = point
        except FAILURES as error:
            source = BACKUPS if kind == "ALL" else "native backups taken by AWS Backup"
            problems.append(
                unreadable(source, place, error, allow="dynamodb:ListBackups on *", absent="")
            )
    empty = () if points or problems else (BACKUPS,)
    return Found(points=tuple(points.values()), unreadable=tuple(problems), empty=empty)


def _backup(summary: Mapping[str, Any], place: Place, now: datetime) -> Point:
    status, ends = summary["BackupStatus"], summary.get("BackupExpiryDateTime")
    expires = utc(ends) if ends is not None else None
    unusable = None if status == "AVAILABLE" else f"it is {status}"
    if unusable is None and expires is not None and expires <= now:
        unusable = "its retention has ended: DynamoDB deletes it"
    return Point(
        id=summary["BackupArn"],
        source=_SOURCES.get(summary.get("BackupType", "USER"), "user_backup"),
        time=utc(summary["BackupCreationDateTime"]),
        place=place,
        status=status,
        name=summary["BackupName"],
        unusable=unusable,
        expires=expires,
        size_bytes=summary.get("BackupSizeBytes"),
    )


def _size_bytes(description: Mapping[str, Any] | None) -> int | None:
    """Return the size of the table with its indexes, which a restore is billed for."""
    if description is None or "TableSizeBytes" not in description:
        return None
    indexes = [
        *description.get("GlobalSecondaryIndexes", ()),
        *description.get("LocalSecondaryIndexes", ()),
    ]
    sizes = [description["TableSizeBytes"], *(each.get("IndexSizeBytes", 0) for each in indexes)]
    return sum(map(int, sizes))


def utc(moment: datetime) -> datetime:
    """Return a time of boto3, which is in the machine's zone, in UTC."""
    return moment.astimezone(UTC)
