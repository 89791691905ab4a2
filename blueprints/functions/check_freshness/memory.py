"""What a run leaves to the next one: `catalog/freshness.json` in the catalogue bucket.

Two deliveries of one event may run at once, and the last one to write wins. That is harmless: what
is stale is read from AWS each time, and the document only says since when a table is watched, which
both take from the same earlier one, and what to be silent about. So that the second delivery, or a
run that is repeated because its answer was lost, decides as the first, the document keeps for which
time it was written, and the alert of the run before that. At worst a message comes twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blueprints.functions.check_freshness.ages import Watched, WatchedRule
from blueprints.functions.check_freshness.judging import Alert
from blueprints.functions.common import catalogue
from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.catalogue import iso, moment_of

KEY = "catalog/freshness.json"
_VERSION = 1


class Memory(NamedTuple):
    """What is remembered: rules and their tables, and the alerts of the last run and before it."""

    scheduled_at: str = ""
    alert: Alert = Alert()
    alert_before: Alert = Alert()
    watched: Mapping[str, WatchedRule] = {}

    def alert_to_compare(self, scheduled_at: str) -> Alert:
        """Return the alert of the last run for another time."""
        return self.alert_before if self.scheduled_at == scheduled_at else self.alert


def read(s3: Any, bucket: str) -> Memory:
    """Return what is remembered, which is nothing at first.

    Looks for the key first: who may not list all of a bucket is refused what is not there. Raises
    RefusedError or botocore's errors; and KeyError, TypeError or ValueError where it is no such
    document.
    """
    where = f"s3://{bucket}/{KEY}"
    listed = pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=KEY)
    if all(each["Key"] != KEY for each in listed):
        return Memory()
    return parsed(catalogue.read(s3, bucket, KEY))


def write(s3: Any, bucket: str, memory: Memory) -> None:
    """Write what the next run is to know; raises RefusedError or botocore's errors."""
    call(
        s3,
        "put_object",
        f"s3://{bucket}/{KEY}",
        Bucket=bucket,
        Key=KEY,
        Body=json.dumps(document(memory), separators=(",", ":"), sort_keys=True).encode(),
        ContentType="application/json",
    )


def document(memory: Memory) -> dict[str, Any]:
    """Return the document of a memory."""
    return {
        "version": _VERSION,
        "scheduled_at": memory.scheduled_at,
        "alert": _alert(memory.alert),
        "alert_before": _alert(memory.alert_before),
        "rules": {
            name: {
                "points": rule.points,
                "tables": {
                    table: {"since": iso(watched.since), "newest": _iso(watched.newest)}
                    for table, watched in rule.tables.items()
                },
            }
            for name, rule in memory.watched.items()
        },
    }


def parsed(found: Mapping[str, Any]) -> Memory:
    """Return the memory of a document; raises KeyError, TypeError or ValueError on any other."""
    return Memory(
        str(found["scheduled_at"]),
        _parsed_alert(found["alert"]),
        _parsed_alert(found["alert_before"]),
        {
            name: WatchedRule(
                points=rule["points"],
                tables={
                    table: Watched(moment_of(watched["since"]), _moment(watched["newest"]))
                    for table, watched in dict(rule["tables"]).items()
                },
            )
            for name, rule in dict(found["rules"]).items()
        },
    )


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "wrong": sorted(map(list, alert.wrong)),
        "told_at": _iso(alert.told_at),
        "gone": sorted(alert.gone),
    }


def _parsed_alert(found: Mapping[str, Any]) -> Alert:
    return Alert(
        frozenset((str(rule), str(table)) for rule, table in found["wrong"]),
        _moment(found["told_at"]),
        frozenset(found["gone"]),
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text)
