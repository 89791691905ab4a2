"""Makes sure that point-in-time recovery is on with the right period, and tells when it was not.

On its schedule it looks at every table; with an event of CloudTrail at the table that the event
names, if it is one of ours. Its own changes cause events too, and find nothing to do. One table
never stops the others: what cannot be read or changed is told.

What it did, and what it could not do, is told each time. What it leaves as it is, it tells of after
an event and once a day: it remembers nothing, and runs every hour.

A period that is longer than it should be is told and left: to shorten it deletes what can be
restored for good, and somebody may have made it longer to save just that.

Calls, each with what it acts on:
- dynamodb:DescribeContinuousBackups: the tables
- dynamodb:UpdateContinuousBackups: the tables that are managed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import client
from blueprints.functions.common.errors import code_of
from blueprints.functions.common.log import log
from blueprints.functions.common.patience import FAILURES, Patience, reason_of
from blueprints.functions.common.recovery_window import (
    ATTEMPTS,
    GONE,
    Window,
    described,
    window_of,
)
from blueprints.functions.keep_pitr.telling import (
    ACTED,
    TOLD_EACH_TIME,
    Note,
    Outcome,
    message_of,
    subject_of,
)

Event = Mapping[str, Any]
Table = Mapping[str, Any]
# Returns the client of a service, with `attempts` for one that tries more often.
Connect = Callable[..., Any]
# In UTC. Runs come every hour, so that one of them is in it.
DAILY_HOUR = 6


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return which tables were changed, and what to tell."""
    return keep(cache(client), event, datetime.now(UTC))


def keep(connect: Connect, event: Event, now: datetime) -> dict[str, Any]:
    """Return `acted` (names of tables), `subject`, `message` and `tell`, whether to send them."""
    place = event["place"]
    detail = (event.get("event") or {}).get("detail") or {}
    tables = [each for each in event["tables"] if not detail or concerns(detail, each)]
    found = list(_notes(connect, tables, detail)) if tables else []
    every = bool(detail) or is_daily(event.get("event") or {})
    notes = [note for note in found if every or note.outcome in TOLD_EACH_TIME]
    log("done", looked_at=len(tables), notes=len(found), told=len(notes))
    return {
        "acted": [note.table["name"] for note in notes if note.outcome in ACTED],
        "subject": subject_of(place, notes),
        "message": message_of(place, notes, detail, now),
        "tell": bool(notes),
    }


def is_daily(given: Mapping[str, Any]) -> bool:
    """Return whether a run is the one of the day that tells everything, or was started by hand."""
    scheduled_at = given.get("scheduled_at")
    if scheduled_at is None:
        return True
    return datetime.fromisoformat(scheduled_at).astimezone(UTC).hour == DAILY_HOUR


def concerns(detail: Mapping[str, Any], table: Table) -> bool:
    """Return whether a call that CloudTrail saw names the table, which it may do by its ARN.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html
    """
    named = (detail.get("requestParameters") or {}).get("tableName")
    return named in {table["name"], table["arn"]}


def weakens(detail: Mapping[str, Any], table: Table) -> bool:
    """Return whether the call asked for less than the table should have, and was not refused."""
    asked = (detail.get("requestParameters") or {}).get("pointInTimeRecoverySpecification") or {}
    if detail.get("errorCode") or not asked:
        return False
    wanted = table["recovery_period_days"]
    on = asked.get("pointInTimeRecoveryEnabled", True)
    return not on or asked.get("recoveryPeriodInDays", wanted) < wanted


def _notes(connect: Connect, tables: list[Table], detail: Mapping[str, Any]) -> Iterator[Note]:
    """Yield what is to be told of tables; nothing of those that are as they should be."""
    dynamodb = connect("dynamodb", attempts=ATTEMPTS)
    patience = Patience()
    for table in tables:
        try:
            window = patience.ask(window_of, dynamodb, table)
        except FAILURES as error:
            note: Note | None = Note(table, Outcome.UNREADABLE, reason=reason_of(error))
        else:
            note = _judged(dynamodb, table, window, detail, patience)
        if note is not None:
            log(note.outcome.value, table=table["name"], reason=note.reason)
            yield note


def _judged(
    dynamodb: Any,
    table: Table,
    window: Window | None,
    detail: Mapping[str, Any],
    patience: Patience,
) -> Note | None:
    if window is None:
        return Note(table, Outcome.GONE)
    wanted = table["recovery_period_days"]
    if window.days == wanted:
        # Somebody, or an earlier run, was faster; what could be restored before is lost anyway.
        return Note(table, Outcome.CHANGED_BACK, window) if weakens(detail, table) else None
    if window.days is not None and window.days > wanted:
        return Note(table, Outcome.LONGER, window)
    return _mended(dynamodb, table, window, patience)


def _mended(dynamodb: Any, table: Table, window: Window, patience: Patience) -> Note:
    """Return what became of a table that has less than it should have."""
    if not table["managed"]:
        return Note(table, Outcome.LEFT, window)
    try:
        after = patience.ask(switched_on, dynamodb, table)
    except FAILURES as error:
        if isinstance(error, ClientError) and code_of(error) in GONE:
            return Note(table, Outcome.GONE)
        return Note(table, Outcome.FAILED, window, reason=reason_of(error))
    return Note(table, Outcome.ON if window.days is None else Outcome.LENGTHENED, window, after)


def switched_on(dynamodb: Any, table: Table) -> Window:
    """Switch it on with the right period and return what there is then; safe to repeat."""
    answer = call(
        dynamodb,
        "update_continuous_backups",
        table["arn"],
        TableName=table["name"],
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": table["recovery_period_days"],
        },
    )
    return described(answer)
