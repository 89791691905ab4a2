"""Keeps what AWS does not restore: the settings of protected tables, every day and on each change.

A table that is gone keeps the snapshots that it has. One table that cannot be read never stops the
others; all of them are told at the end.

Calls what settings_reading does of each protected table, and:
  s3:PutObject on BUCKET/catalog/settings/*; after an event also s3:ListBucket on BUCKET with the
    prefix catalog/settings/ and s3:GetObject on BUCKET/catalog/settings/*
  kms:GenerateDataKey, and to read kms:Decrypt, where the bucket has a key of ours
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common import settings_store
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.settings import bounds
from blueprints.functions.common.settings_reading import described, every_alarm, settings_of

Event = Mapping[str, Any]
Table = Mapping[str, str]
_GONE = {"ResourceNotFoundException", "TableNotFoundException"}
_LEAVING = "DELETING"
_MOST_NAMED = 20
# What is told of one answer that cannot be read.
_FAILURES = (BotoCoreError, ClientError, KeyError, RefusedError, TypeError, ValueError)


class SettingsSnapshotsFailedError(Exception):
    """Settings of some tables could not be kept; those of all others were."""


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return which snapshots were written."""
    return keep(client_maker(), event, datetime.now(UTC))


def keep(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Write the settings of all tables, or of those that an event tells of if they changed.

    Raises SettingsSnapshotsFailedError at the end, where some could not be kept.
    """
    tables = event["tables"]
    changed = event.get("event") or {}
    if changed:
        tables = [table for table in tables if concerns(changed, table)]
        log("event read", name=changed.get("detail", {}).get("eventName"), tables=_names(tables))
    result: dict[str, Any] = {"written": [], "unchanged": [], "gone": []}
    if not tables:
        return result
    failed: dict[str, str] = {}
    snapshots = _Snapshots(clients, event["bucket"], now, always=not changed)
    for table in tables:
        try:
            outcome, value = snapshots.keep(table)
        except _FAILURES as error:
            failed[table["name"]] = message_of(error)
            log("not kept", table=table["name"], reason=failed[table["name"]])
        else:
            result[outcome].append(value)
            log(outcome, table=table["name"], value=value)
    if failed:
        raise SettingsSnapshotsFailedError(told(failed, tables, event["bucket"]))
    return result


def concerns(event: Event, table: Table) -> bool:
    """Return whether a CloudTrail event names a table, by its name or ARN or a part of it."""
    name, arn = table["name"], table["arn"]
    whole, parts = {name, arn, f"table/{name}"}, (f"{arn}/", f"table/{name}/")
    return any(
        text in whole or text.startswith(parts)
        for text in _texts(event.get("detail", {}).get("requestParameters"))
    )


def without_what_scales(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings without the time, and without the units that auto scaling moves all day."""
    return {
        **settings,
        "taken_at": None,
        "throughput": _steady(settings, None, settings),
        "global_indexes": {
            name: {**index, "throughput": _steady(settings, name, index)}
            for name, index in settings["global_indexes"].items()
        },
    }


def _steady(
    settings: Mapping[str, Any], index: str | None, owner: Mapping[str, Any]
) -> dict[str, Any]:
    units = owner["throughput"] or {}
    return {unit: n for unit, n in units.items() if bounds(settings, index, unit) is None}


def told(failed: Mapping[str, str], tables: list[Table], bucket: str) -> str:
    """Return what happened, to which tables, what it puts at risk and what to do."""
    lines = [f"{name}: {reason}" for name, reason in list(failed.items())[:_MOST_NAMED]]
    more = len(failed) - len(lines)
    lines += [f"and {more} more"] if more else []
    first = next(table["arn"] for table in tables if table["name"] in failed)
    return "\n".join(
        [
            f"The settings of {len(failed)} of {len(tables)} tables could not be kept.",
            *lines,
            "At risk: a restore of these tables gives them settings of an older snapshot, or none.",
            "Mend the causes above; the next change of a table or the next day tries again.",
            f"What is kept of the first: aws s3 ls s3://{bucket}/{settings_store.folder(first)}",
        ]
    )


class _Snapshots:
    """Reads and writes settings; all alarms are read once, at the first table."""

    def __init__(self, clients: Clients, bucket: str, now: datetime, *, always: bool) -> None:
        self._clients = clients
        self._bucket = bucket
        self._now = now
        self._always = always
        self._alarms: list[dict[str, Any]] | None = None

    def keep(self, table: Table) -> tuple[str, str]:
        """Return what became of a table's settings, and the key or else the table's name."""
        try:
            settings = self._settings(table)
        except ClientError as error:
            # An index may be what is gone: then the table could be read the next time.
            if code_of(error) in _GONE and self._is_gone(table):
                return "gone", table["name"]
            raise
        if settings is None:
            return "gone", table["name"]
        s3 = self._clients("s3")
        if not self._always and self._is_known(s3, settings):
            return "unchanged", table["name"]
        return "written", settings_store.write(s3, self._bucket, settings, self._now)

    def _settings(self, table: Table) -> dict[str, Any] | None:
        found = described(self._clients, table["name"])
        if found["TableStatus"] == _LEAVING:
            return None
        if self._alarms is None:
            self._alarms = every_alarm(self._clients("cloudwatch"))
        return settings_of(self._clients, found, self._alarms, self._now)

    def _is_gone(self, table: Table) -> bool:
        try:
            return bool(described(self._clients, table["name"])["TableStatus"] == _LEAVING)
        except ClientError as error:
            if code_of(error) in _GONE:
                return True
            raise

    def _is_known(self, s3: Any, settings: Mapping[str, Any]) -> bool:
        arn = settings["table_arn"]
        newest_first = reversed(settings_store.keys(s3, self._bucket, arn))
        for _, _, newest in settings_store.snapshots(s3, self._bucket, arn, newest_first):
            return without_what_scales(newest) == without_what_scales(settings)
        return False


def _names(tables: list[Table]) -> list[str]:
    return [table["name"] for table in tables]


def _texts(value: Any) -> Iterator[str]:
    """Yield every text within a part of an event."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
