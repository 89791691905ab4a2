"""The recovery points of a table in one backup vault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from generator.adopt.described import plain
from generator.points.access import FAILURES, unreadable
from generator.points.model import Found, Lock, Place, Point, Unreadable
from generator.points.native import utc

# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html
_USABLE = ("COMPLETED", "AVAILABLE")


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPlace:
    """A vault, and whether it belongs to a destination; `absent` is what to do if it is missing."""

    name: str
    place: Place
    copies: bool
    copy_back: bool
    absent: str

    def __str__(self) -> str:
        return f"vault {self.name}"


def points(backup: Any, vault: VaultPlace, table_arn: str, now: datetime) -> Found:
    """Return the table's recovery points in a vault; copies carry the ARN of their source.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByBackupVault.html
    What was read before a failure is kept.
    """
    found: list[Point] = []
    problems: list[Unreadable] = []
    try:
        pages = backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
            BackupVaultName=vault.name, ByResourceArn=table_arn
        )
        for page in pages:
            found += [
                _point(each, vault, now)
                for each in page.get("RecoveryPoints", ())
                if each["ResourceArn"] == table_arn
            ]
    except FAILURES as error:
        # AWS Backup answers AccessDenied for a vault that does not exist, too (aws-sdk-js#2625).
        allow = "backup:ListRecoveryPointsByBackupVault on the vault"
        source = f"the rest of {vault}" if found else str(vault)
        problems.append(unreadable(source, vault.place, error, allow=allow, absent=vault.absent))
    if found:
        lock, date = _lock(backup, vault, problems)
        found = [replace(point, lock=lock, lock_date=date) for point in found]
        found = [
            _storage(backup, vault, point, problems) if point.cold_storage else point
            for point in found
        ]
    empty = () if found or problems else (f"{vault}, {vault.place}",)
    return Found(points=tuple(found), unreadable=tuple(problems), empty=empty)


def _point(each: Mapping[str, Any], vault: VaultPlace, now: datetime) -> Point:
    dates = each.get("CalculatedLifecycle") or {}
    moves, ends = dates.get("MoveToColdStorageAt"), dates.get("DeleteAt")
    status, message = each["Status"], each.get("StatusMessage")
    expires = utc(ends) if ends is not None else None
    unusable = None if status in _USABLE else f"it is {status}"
    if unusable is None and expires is not None and expires <= now:
        unusable = "its retention has ended: AWS Backup deletes it"
    return Point(
        id=each["RecoveryPointArn"],
        source="copy" if vault.copies else "recovery_point",
        time=utc(each["CreationDate"]),
        place=vault.place,
        status=status,
        vault_name=vault.name,
        unusable=unusable,
        expires=expires,
        size_bytes=each.get("BackupSizeInBytes"),
        # The list does not tell the storage class: due here, it is asked for below.
        cold_storage=moves is not None and utc(moves) <= now,
        copy_back=vault.copy_back,
        notes=(plain(message),) if message else (),
    )


def _lock(
    backup: Any, vault: VaultPlace, problems: list[Unreadable]
) -> tuple[Lock, datetime | None]:
    """Return the vault's lock and when it becomes final; only a compliance lock has a date.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupVault.html
    """
    try:
        answer = backup.describe_backup_vault(BackupVaultName=vault.name)
    except FAILURES as error:
        allow = "backup:DescribeBackupVault on the vault"
        source = f"the lock of {vault}"
        problems.append(unreadable(source, vault.place, error, allow=allow, absent=""))
        return "unknown", None
    if not answer.get("Locked", False):
        return "none", None
    date = answer.get("LockDate")
    return ("governance", None) if date is None else ("compliance", utc(date))


def _storage(backup: Any, vault: VaultPlace, point: Point, problems: list[Unreadable]) -> Point:
    """Return a point that is due for cold storage with the class it has.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html
    """
    try:
        answer = backup.describe_recovery_point(
            BackupVaultName=vault.name, RecoveryPointArn=point.id
        )
    except FAILURES as error:
        allow = "backup:DescribeRecoveryPoint on the recovery point"
        source = f"the storage class of {point.id}"
        problems.append(unreadable(source, vault.place, error, allow=allow, absent=""))
        return replace(point, cold_storage=None)
    storage = answer.get("StorageClass")
    if storage == "DELETED":
        return replace(point, unusable=point.unusable or "it is deleted", cold_storage=None)
    return replace(point, cold_storage=storage == "COLD")
