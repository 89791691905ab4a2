"""Finds out whether a restored table is what it should be: passed only if every check is true.

What is not known is no success. What may still come, an index that lags behind its table, is looked
at again until PATIENCE is over.

Calls what settings_reading does of the restored TABLE, and:
  dynamodb:Scan, GetItem on TABLE; Query, Scan on TABLE/index/*
  kms:Decrypt on the table's key, which DynamoDB asks for with the caller's permissions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from blueprints.functions.common import settings_target
from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.log import log
from blueprints.functions.common.settings_comparing import differences
from blueprints.functions.common.settings_reading import described, every_alarm, settings_of
from blueprints.functions.common.waiting import wait_seconds
from blueprints.functions.verify_restore import checks
from blueprints.functions.verify_restore.checks import NOT_YET, Check

Event = Mapping[str, Any]
PATIENCE = timedelta(minutes=15)


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return whether the table passed, every check, and whether to call again."""
    return verify(client_maker(), event, datetime.now(UTC))


def verify(clients: Clients, event: Event, now: datetime) -> dict[str, Any]:
    """Look at everything once. Raises RefusedError, or botocore's errors."""
    plan, previous = event["plan"], event["previous"]
    since = previous.get("since") or now.isoformat(timespec="seconds")
    patient = now - datetime.fromisoformat(since) < PATIENCE
    proof = ((event.get("restore") or {}).get("chain") or {}).get("proof") or ()
    found = list(_checks(clients, plan, proof, now))
    waiting = [each.check for each in found if each.ok == NOT_YET]
    done = not (waiting and patient)
    passed = done and all(each.ok is True for each in found)
    wrong = [each._asdict() for each in found if each.ok is not True]
    log("verified", passed=passed, done=done, wrong=wrong)
    return {
        "done": done,
        "wait_seconds": wait_seconds(plan, now),
        "passed": passed,
        "checks": list(_told(found)),
        "since": since,
    }


def _checks(
    clients: Clients, plan: Mapping[str, Any], proof: Sequence[Mapping[str, Any]], now: datetime
) -> Iterator[Check]:
    wanted, left = settings_target.wanted(plan, now)
    table = described(clients, plan["target"]["name"])
    settings_target.check_is_restored(plan, table)
    leave = plan["leave"]
    watched = "alarms" not in leave
    alarms = every_alarm(clients("cloudwatch")) if watched else []
    differing = differences(wanted, settings_of(clients, table, alarms))
    status = checks.of_status(table)
    yield status
    yield from checks.of_indexes(table, differing)
    yield from checks.of_settings(differing, leave)
    yield checks.of_left(left, wanted)
    if status.ok is True:
        from blueprints.functions.verify_restore.reading import Reader

        reader = Reader(clients("dynamodb"), table)
        yield checks.of_items(reader.count(), plan["source"], proof)
        yield from reader.checks()
    else:
        ok = NOT_YET if status.ok == NOT_YET else None
        yield Check("items", ok, "a table that is not ready is not read")


def _told(found: Iterable[Check]) -> Iterator[dict[str, Any]]:
    """Yield checks as a report shows them: what is not yet so, is not."""
    for each in found:
        yield {**each._asdict(), "ok": False if each.ok == NOT_YET else each.ok}
