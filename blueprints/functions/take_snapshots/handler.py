"""Takes one native backup of each table for a scheduled time, and prunes its own old ones.

Calls, each with what it acts on:
- dynamodb:ListBackups: *
- dynamodb:CreateBackup: the tables
- dynamodb:DeleteBackup: backups of the tables
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.clients import client
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.take_snapshots.failing import Failure, SnapshotsFailedError, failed

Event = Mapping[str, Any]
Backup = Mapping[str, Any]
# Returns the client of a service, with `attempts` for one that does not try again.
Connect = Callable[..., Any]
_GOOD = "AVAILABLE"
_ERRORS = (ClientError, BotoCoreError, RefusedError)
# A restore from it is under way: the next run deletes it.
_IN_USE = "BackupInUseException"
_GONE = "BackupNotFoundException"


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return which backups were created and deleted."""
    return take(cache(client), event, datetime.now(UTC))


def take(connect: Connect, event: Event, now: datetime) -> dict[str, Any]:
    """Back up every table and prune; one table never stops the others.

    Called again for the same scheduled time it creates no second backup. Raises
    SnapshotsFailedError at the end if anything failed.
    """
    scheduled_at = datetime.fromisoformat(event["scheduled_at"]).astimezone(UTC)
    prefix = event["prefix"]
    name = f"{prefix}{scheduled_at:%Y%m%dT%H%M}"
    own = re.compile(rf"{re.escape(prefix)}\d{{8}}T\d{{4}}")
    created: list[str] = []
    pruned: list[str] = []
    kept = 0
    failures: list[Failure] = []
    for table in event["tables"]:
        try:
            # Before the new one, which is not yet good and must not be taken for the last good one.
            present = [
                each for each in _backups(connect, table) if own.fullmatch(each["BackupName"])
            ]
            made = _created(connect, table, name, present)
        except _ERRORS as error:
            # Without a new backup the old ones are all there is.
            failures.append(_noted(table, error, f"has no backup {name}"))
            continue
        over = past_their_time(present, event["keep_last"], event["keep_days"], now)
        deleted = [each for each in over if _deleted(connect, table, each, failures)]
        created += made
        pruned += [each["BackupArn"] for each in deleted]
        kept += len(present) + len(made) - len(deleted)
    log("done", created=len(created), kept=kept, pruned=len(pruned), failed=len(failures))
    if failures:
        raise SnapshotsFailedError(failed(event, name, failures))
    return {"created": created, "kept": kept, "pruned": pruned}


def past_their_time(
    backups: Iterable[Backup], keep_last: int, keep_days: int, now: datetime
) -> list[Backup]:
    """Return the good backups older than `keep_days` beyond the newest `keep_last`, oldest first.

    One that is not yet available is not good, and neither counts nor goes.
    """
    good = [each for each in backups if each["BackupStatus"] == _GOOD]
    good.sort(key=lambda each: (each["BackupCreationDateTime"], each["BackupArn"]), reverse=True)
    beyond = good[max(1, keep_last) :]
    oldest = now - timedelta(days=keep_days)
    return [each for each in reversed(beyond) if each["BackupCreationDateTime"] < oldest]


def _created(
    connect: Connect, table: Mapping[str, Any], name: str, present: Iterable[Backup]
) -> list[str]:
    """Create the backup unless it is there, and return its ARN in a list."""
    if any(each["BackupName"] == name for each in present):
        log("created before", table=table["name"], backup=name)
        return []
    try:
        # DynamoDB takes two backups of one name: a call that fails may have had its effect.
        answer = call(
            connect("dynamodb", attempts=1),
            "create_backup",
            table["arn"],
            TableName=table["name"],
            BackupName=name,
        )
        arn = str(answer["BackupDetails"]["BackupArn"])
    except (ClientError, BotoCoreError) as error:
        found = [each for each in _backups(connect, table) if each["BackupName"] == name]
        if not found:
            raise
        arn = found[0]["BackupArn"]
        log("created all the same", table=table["name"], error=message_of(error))
    log("created", table=table["name"], backup=arn)
    return [arn]


def _backups(connect: Connect, table: Mapping[str, Any]) -> list[Backup]:
    """Return the table's own backups, those of former tables of this name included."""
    listed = pages(
        connect("dynamodb"),
        "list_backups",
        "BackupSummaries",
        "*",
        TableName=table["name"],
        BackupType="USER",
    )
    return [
        each
        for each in listed
        if each["TableArn"] == table["arn"] and each["BackupStatus"] != "DELETED"
    ]


def _deleted(
    connect: Connect, table: Mapping[str, Any], backup: Backup, failures: list[Failure]
) -> bool:
    arn = backup["BackupArn"]
    try:
        call(connect("dynamodb"), "delete_backup", arn, BackupArn=arn)
    except _ERRORS as error:
        code = code_of(error)
        if code == _IN_USE:
            log("in use", table=table["name"], backup=arn)
        elif code != _GONE:
            failures.append(_noted(table, error, f"keeps {arn} longer than it should"))
        return code == _GONE
    log("pruned", table=table["name"], backup=arn)
    return True


def _noted(table: Mapping[str, Any], error: Exception, risk: str) -> Failure:
    log("failed", table=table["name"], risk=risk, error=message_of(error))
    return Failure(table["name"], table["arn"], message_of(error), risk)
