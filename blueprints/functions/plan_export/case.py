"""What one run knows of a table before it decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blueprints.functions.common import recovery_window
from blueprints.functions.common.catalogue import iso
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.restores import described
from blueprints.functions.plan_export.windows import Chain, Recovery

Event = Mapping[str, Any]


class Table(NamedTuple):
    """A table as it is now; one that is created anew under its name has another id."""

    name: str
    arn: str
    id: str
    created: datetime


class Case(NamedTuple):
    """All that a plan is made of; no recovery where it was switched on just now."""

    event: Event
    table: Table
    chain: Chain | None
    recovery: Recovery | None
    recovery_days: int
    now: datetime


def table_of(dynamodb: Any, event: Event) -> Table:
    """Return the table; raises RefusedError where there is none."""
    asked = event["request"]["table"]
    found = described(dynamodb, asked["name"])
    if found is None:
        raise _gone(event)
    return Table(
        name=asked["name"],
        arn=asked["arn"],
        id=found["TableId"],
        created=found["CreationDateTime"],
    )


def restorable_of(dynamodb: Any, event: Event) -> recovery_window.Window:
    """Return what of the table can be restored; raises RefusedError where the table is gone."""
    found = recovery_window.window_of(dynamodb, event["request"]["table"])
    if found is None:
        raise _gone(event)
    return found


def case_of(
    event: Event,
    table: Table,
    restorable: recovery_window.Window,
    chain: Chain | None,
    now: datetime,
) -> Case:
    """Return the case; raises RefusedError where point-in-time recovery is off."""
    days, earliest, latest = restorable
    if days is None:
        raise _off(event, chain)
    recovery = None
    if earliest is not None and latest is not None:
        recovery = Recovery(earliest=earliest, latest=latest)
    return Case(
        event=event, table=table, chain=chain, recovery=recovery, recovery_days=days, now=now
    )


# Codes in parentheses are DynamoDB's, by which the report finds what mends them.


def _gone(event: Event) -> RefusedError:
    table, place = event["request"]["table"], event["place"]
    return RefusedError(
        f"table {table['name']} cannot be exported (ResourceNotFoundException: there is no table "
        f"{table['arn']}). Exports that are recorded are kept. If it is missed, restore it: "
        f"`holdfast points {place['environment']} {table['name']}` shows what there is. If it was "
        "deleted on purpose, take it out of the environment's file and deploy"
    )


def _off(event: Event, chain: Chain | None) -> RefusedError:
    table, place = event["request"]["table"], event["place"]
    kept = f"exports end at {iso(chain.end)}" if chain else "no export is recorded"
    return RefusedError(
        f"table {table['name']} cannot be exported (PointInTimeRecoveryUnavailableException: "
        f"point-in-time recovery is off). At risk: {kept}; whatever changes after that, until it "
        "is on again, is in no export, and no moment of that time can be restored. Next: aws "
        f"dynamodb update-continuous-backups --table-name {table['name']} "
        "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true --region "
        f"{place['region']}. The first run after that starts a new chain with a full export"
    )
