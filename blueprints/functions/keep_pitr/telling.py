"""Says what was done to point-in-time recovery, what is lost, who did it and what to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from blueprints.functions.common.catalogue import iso
from blueprints.functions.common.recovery_window import Window

MOST_NAMED = 50
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MOST_OF_SUBJECT = 100
_REASON_CHARACTERS = 400
_WHAT = "Holdfast: point-in-time recovery"


class Outcome(Enum):
    """What became of a table that was not as it should be."""

    ON = "switched on"
    LENGTHENED = "period lengthened"
    CHANGED_BACK = "changed and back again"
    LEFT = "not managed"
    LONGER = "longer than it should be"
    FAILED = "could not be changed"
    UNREADABLE = "could not be read"
    GONE = "gone"


ACTED = (Outcome.ON, Outcome.LENGTHENED)
TOLD_EACH_TIME = (*ACTED, Outcome.CHANGED_BACK, Outcome.FAILED)


_TEXTS = {
    Outcome.ON: "it was off, and was switched on again with {wanted}. {lost}",
    Outcome.LENGTHENED: "it kept {kept}, and was set to {wanted} again. {lost}",
    Outcome.CHANGED_BACK: "it was switched off or shortened, and has {wanted} again. {lost}",
    Outcome.LEFT: "{found}. It is not managed here, so nothing was done. {risk}",
    Outcome.LONGER: "it keeps {kept} where {wanted} are wanted. Nothing was done, because a "
    "shorter period deletes the moments before it for good.",
    Outcome.FAILED: "{found}, and could not be changed: {reason}. The next run tries again. {risk}",
    Outcome.UNREADABLE: "it could not be read: {reason}. The next run tries again. At risk: if it "
    "is off, no moment can be restored.",
    Outcome.GONE: "the table is not there, deleted or not created yet. With point-in-time recovery "
    "on, DynamoDB keeps its last state for 35 days.",
}


class Note(NamedTuple):
    """What is to be told of a table: its window as it was found, and after a change."""

    table: Mapping[str, Any]
    outcome: Outcome
    before: Window | None = None
    after: Window | None = None
    reason: str = ""


def subject_of(place: Mapping[str, Any], notes: Sequence[Note]) -> str:
    """Return the subject of the message; SNS takes 100 characters of ASCII."""
    where = f"in {place['project']}-{place['environment']}"
    acted = sum(1 for note in notes if note.outcome in ACTED)
    if acted:
        return f"{_WHAT} mended for {_tables(acted)} {where}"[:MOST_OF_SUBJECT]
    if notes:
        return f"{_WHAT} to look at for {_tables(len(notes))} {where}"[:MOST_OF_SUBJECT]
    return f"{_WHAT} as it should be {where}"[:MOST_OF_SUBJECT]


def message_of(
    place: Mapping[str, Any], notes: Sequence[Note], detail: Mapping[str, Any], now: datetime
) -> str:
    """Return the message for people."""
    return "\n".join(_lines(place, notes, detail, now))


def _lines(
    place: Mapping[str, Any], notes: Sequence[Note], detail: Mapping[str, Any], now: datetime
) -> Iterator[str]:
    where = f"in {place['project']}-{place['environment']}"
    if not notes:
        yield f"Point-in-time recovery is as it should be {where}."
        return
    yield f"Point-in-time recovery of {_tables(len(notes))} {where} is or was not as it should be."
    for note in notes[:MOST_NAMED]:
        yield ""
        yield f"{note.table['name']}: {_told(note, now)}"
        yield from (f"  {command}" for command in _commands(note))
    if len(notes) > MOST_NAMED:
        yield ""
        yield f"And {len(notes) - MOST_NAMED} more: see the function's log."
    yield ""
    yield from _who(notes[0], detail)


def _told(note: Note, now: datetime) -> str:
    return _TEXTS[note.outcome].format(
        wanted=_days(note.table["recovery_period_days"]),
        kept=_kept(note),
        found=_found(note),
        lost=_lost(note, now),
        risk=_risk(note),
        reason=note.reason[:_REASON_CHARACTERS],
    )


def _found(note: Note) -> str:
    if note.before is None or note.before.days is None:
        return "it is off"
    return f"it keeps {_kept(note)} instead of {_days(note.table['recovery_period_days'])}"


def _risk(note: Note) -> str:
    if note.before is None or note.before.days is None:
        return "At risk: no moment can be restored, undone or exported."
    return "At risk: moments that are older, which are lost day by day."


def _lost(note: Note, now: datetime) -> str:
    """Return which moments are lost.

    Whoever switches it off and on again resets the time from which a table can be restored.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
    """
    windows = [window for window in (note.after, note.before) if window is not None]
    earliest = next((each.earliest for each in windows if each.earliest is not None), now)
    wanted = note.table["recovery_period_days"]
    full = earliest + timedelta(days=wanted)
    again = f"; it reaches back {_days(wanted)} again from {iso(full)} on" if full > now else ""
    return (
        f"At risk: moments before {iso(earliest)} cannot be restored from it any more{again}. "
        "Backups and exports of those times are what there is."
    )


def _commands(note: Note) -> Iterator[str]:
    name, region = note.table["name"], _region(note)
    if note.outcome is Outcome.GONE:
        yield (f"aws dynamodb list-backups --table-name {name} --backup-type ALL --region {region}")
        return
    yield f"aws dynamodb describe-continuous-backups --table-name {name} --region {region}"
    if note.outcome in {Outcome.LEFT, Outcome.FAILED, Outcome.LONGER}:
        yield (
            f"aws dynamodb update-continuous-backups --table-name {name} "
            "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true,"
            f"RecoveryPeriodInDays={note.table['recovery_period_days']} --region {region}"
        )


def _who(note: Note, detail: Mapping[str, Any]) -> Iterator[str]:
    """Yield who is known, and how to find out in CloudTrail."""
    if detail:
        identity = detail.get("userIdentity") or {}
        who = identity.get("arn") or identity.get("invokedBy") or identity.get("type")
        yield (
            f"Told of by a call: {detail.get('eventName', 'unknown')} by {who or 'unknown'} at "
            f"{detail.get('eventTime', 'an unknown time')} from "
            f"{detail.get('sourceIPAddress', 'an unknown address')}."
        )
    else:
        yield "Found on the schedule; since when, and who did it, is in CloudTrail."
    yield "Who changed it, and when (CloudTrail, 90 days):"
    yield (
        "  aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=EventName,AttributeValue=UpdateContinuousBackups --max-items 20 "
        f"--region {_region(note)}"
    )


def _region(note: Note) -> str:
    return str(note.table["arn"].split(":")[3])


def _kept(note: Note) -> str:
    return _days(0 if note.before is None else note.before.days or 0)


def _days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def _tables(number: int) -> str:
    return f"{number} table{'' if number == 1 else 's'}"
