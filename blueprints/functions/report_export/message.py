"""What people read: of a failed export, what is at risk and how to mend it; of a new chain, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.functions.common.catalogue import iso, moment_of
from blueprints.functions.common.exports_store import failure_key
from blueprints.functions.report_export.failure import Failure, planned
from blueprints.functions.report_export.steps import steps_after

Event = Mapping[str, Any]
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_MOST_CHARACTERS = 100
_NO_CHAIN_BEFORE = "none"


def subject_of_failure(event: Event) -> str:
    """Return a subject of printable ASCII; a long name loses its end."""
    return _subject(event, "export of", "failed in")


def subject_of_chain(event: Event) -> str:
    """Return a subject of printable ASCII; a long name loses its end."""
    return _subject(event, "new export chain of", "in")


def _subject(event: Event, what: str, became: str) -> str:
    tail = f" {became} {event['place']['environment']}"
    head = f"Holdfast: {what} {event['state']['request']['table']['name']}"
    text = f"{head[: _MOST_CHARACTERS - len(tail)]}{tail}"
    return text.encode("ascii", "replace").decode()[:_MOST_CHARACTERS]


def failed(event: Event, failure: Failure, *, is_recorded: bool, not_noted: str = "") -> str:
    """Return the message of a failure.

    `is_recorded` says that the window of the plan has its record, so that what comes after it
    failed; `not_noted` why the attempt could not be noted as failed.
    """
    plan = None if is_recorded else planned(event)
    lines = (
        _what_failed(event, plan),
        "",
        _environment(event),
        *([f"Window: {_window(plan)}, attempt {plan['attempt']}"] if plan else []),
        f"Failure: {failure.code}",
        f"  {failure.message}",
        "",
        f"At risk: {_at_risk(event, plan)}",
        "",
        "Next:",
        *(f"  {each}" for each in steps_after(event, failure)),
        "",
        f"Execution: {event['execution']['arn']}",
        *_where_noted(event, plan, not_noted),
    )
    return "\n".join(lines) + "\n"


def _what_failed(event: Event, plan: Event | None) -> str:
    name, last = event["state"]["request"]["table"]["name"], planned(event)
    if plan is not None:
        return f"The {plan['kind']} export of table {name} failed."
    if last is not None:
        return f"Table {name} is exported as of {last['to']}; what comes after that failed."
    return f"Which export table {name} needs next could not be told. None was started."


def _where_noted(event: Event, plan: Event | None, not_noted: str) -> Iterator[str]:
    if not_noted:
        yield f"Not noted in the catalogue, so that no new attempt is made: {not_noted}"
    elif plan is not None:
        table_arn = event["state"]["request"]["table"]["arn"]
        key = failure_key(table_arn, plan["identity"], plan["attempt"])
        yield f"Noted: s3://{event['place']['catalogue_bucket']}/{key}"


def _window(plan: Event) -> str:
    return plan["to"] if plan["kind"] == "full" else f"{plan['from']} to {plan['to']}"


def _at_risk(event: Event, plan: Event | None) -> str:
    if plan is None:
        return (
            "changes since the last recorded export are in no export. Point-in-time recovery gives "
            "them for as long as it is on and reaches back there."
        )
    until = plan["deadline"]
    is_over = moment_of(until) <= moment_of(event["execution"]["entered_at"])
    gives = "gave" if is_over else "gives"
    if plan["kind"] == "incremental":
        return (
            f"changes of this window are in no export. Point-in-time recovery {gives} them until "
            f"{until}; after that they are lost to the chain, and a new one begins."
        )
    if plan["starts_chain"]:
        former = _end_of_former(plan)
        since = f" after {former}" if former else ""
        return (
            f"the table has no chain to go on with: no moment{since} is in an export. "
            f"Point-in-time recovery {gives} this full export until {until}."
        )
    return (
        "nothing yet. The chain goes on from the full export before, from which a restore takes "
        f"longer. Point-in-time recovery {gives} this full export until {until}."
    )


def chain_begins(event: Event) -> str:
    """Return the message of a new chain: why, and where moments in between are to be found."""
    return "\n".join(_chain_begins(event)) + "\n"


def _chain_begins(event: Event) -> Iterator[str]:
    plan, place = event["state"]["plan"], event["place"]
    table, former = event["state"]["request"]["table"]["name"], _end_of_former(plan)
    yield f"A new chain of exports of table {table} begins with a full export as of {plan['to']}."
    yield "Should that export fail, another message says so."
    yield ""
    yield _environment(event)
    yield f"Why: {plan['reason']}"
    yield ""
    if former is None:
        yield f"No chain was there before: moments before {plan['to']} are in no export."
    else:
        yield (
            f"The former chain ends at {former}, and is restorable up to there for as long as it "
            f"is kept. Moments between {former} and {plan['to']} are in no export."
        )
    yield (
        f"They are in other backups only: in point-in-time recovery from {plan['earliest']} on, "
        "and in backups of those times. To see which there are:"
    )
    yield f"  holdfast points {place['environment']} {table}"
    yield ""
    yield (
        "Nothing has to be done, except where the cause was not meant. To see whose it is, look "
        "for UpdateContinuousBackups, DeleteTable, CreateTable and restores in:"
    )
    yield (
        "  aws cloudtrail lookup-events --lookup-attributes "
        f"AttributeKey=ResourceName,AttributeValue={table} --region {place['region']}"
    )
    yield ""
    yield f"Execution: {event['execution']['arn']}"


def _environment(event: Event) -> str:
    place = event["place"]
    return (
        f"Environment: {place['project']}, {place['environment']}; class {event['export']['class']}"
    )


def _end_of_former(plan: Event) -> str | None:
    """Return where the former chain ends, which the identity of what starts a chain ends with."""
    end = str(plan["identity"]).rpartition("-")[2]
    return None if end == _NO_CHAIN_BEFORE else iso(moment_of(end))
