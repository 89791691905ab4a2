"""What is asked for, checked: a span of time that the table's exports can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from blueprints.functions.common.catalogue import iso, moment_of
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.recovery_window import Window as Restorable
from blueprints.functions.plan_undo.windows import SHORTEST

Event = Mapping[str, Any]
# What point-in-time recovery can have at most.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
LONGEST = timedelta(days=35)
CREATED_SINCE = ("keep", "report", "delete")
OLD_IMAGES = ("incremental", "full_export")
CHANGES = ("deleted", "updated", "created")
IMAGES = ("key", "old", "new")
_MEMBERS = {"change", "attributes", "where"}
_TEST_MEMBERS = {"image", "attribute", "equals"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND, _MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


class Span(NamedTuple):
    """From `since`, which is in it, until `until`, which is not; its export goes on to `end`."""

    since: datetime
    until: datetime
    end: datetime

    @property
    def since_micros(self) -> int:
        """The begin as lines of exports have it."""
        return (self.since - _EPOCH) // _MICROSECOND

    @property
    def until_micros(self) -> int:
        """The end as lines of exports have it."""
        return (self.until - _EPOCH) // _MICROSECOND


def span_of(event: Event, now: datetime) -> Span:
    """Return the span that a request asks for; raises RefusedError where it is none.

    Without an end it ends when its execution began.
    """
    request, started_at = event["request"], event["execution"]["started_at"]
    wrong = list(_wrong(request))
    if wrong:
        raise RefusedError(f"the request cannot be carried out: {'; '.join(wrong)}")
    started = moment_of(started_at)
    since = moment_of(request["since"])
    until = moment_of(request["until"]) if request["until"] else started.replace(microsecond=0)
    table = request["table"]["name"]
    if since.microsecond:
        raise RefusedError(f"--since {request['since']} is no whole second: exports know no less")
    if since >= min(now, started):
        raise RefusedError(f"--since {iso(since)} is not in the past: there is nothing to undo yet")
    if until <= since:
        raise RefusedError(f"--until {iso(until)} is not later than --since {iso(since)}")
    if until > started:
        raise RefusedError(
            f"--until {iso(until)} is later than the start of this execution ({started_at}): what "
            f"is yet to be written to {table} cannot be told apart from what is wrong. Leave it "
            "out to undo everything up to then"
        )
    end = max(_whole(until), since + SHORTEST)
    if end - since > LONGEST:
        raise RefusedError(
            f"{iso(since)} to {iso(end)} is longer than {LONGEST.days} days, more than "
            "point-in-time recovery can have: restore the table beside this one from a point of "
            f"that time (holdfast points {event['place']['environment']} {table})"
        )
    return Span(since, until, end)


def check_reach(event: Event, span: Span, created: datetime, restorable: Restorable | None) -> None:
    """Raise RefusedError where what the table was at the start of the span cannot be exported."""
    table, place = event["request"]["table"], event["place"]
    other = (
        f"restore it beside this one from another point: `holdfast points {place['environment']} "
        f"{table['name']}` shows what there is"
    )
    if restorable is None or restorable.days is None:
        raise RefusedError(
            f"point-in-time recovery of table {table['name']} is off: what was written since "
            f"{iso(span.since)} is nowhere recorded. To have the data of that time, {other}"
        )
    earliest = restorable.earliest
    if earliest is None or span.since >= earliest:
        return
    if created > span.since:
        raise RefusedError(
            f"table {table['name']} was created at {iso(created)}, after --since "
            f"{iso(span.since)}: it has no state of that time. For that of the table that had its "
            f"name before, {other}"
        )
    raise RefusedError(
        f"--since {iso(span.since)} is before {iso(earliest)}, the earliest that point-in-time "
        f"recovery of table {table['name']} gives: take a later --since, or {other}"
    )


def _whole(moment: datetime) -> datetime:
    """Return the next whole second."""
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + _SECOND


def _wrong(request: Event) -> Iterator[str]:
    for name in ("since", "until"):
        told = request[name]
        try:
            if told is not None or name == "since":
                moment_of(told)
        except (TypeError, ValueError):
            yield f"{name} is {told!r}, not a time such as 2026-11-20T10:00:00Z"
    if request["created_since"] not in CREATED_SINCE:
        yield f"created_since is {request['created_since']!r}, not {' or '.join(CREATED_SINCE)}"
    if request["old_images"] not in OLD_IMAGES:
        yield f"old_images is {request['old_images']!r}, not {' or '.join(OLD_IMAGES)}"
    units = request.get("write_units")
    if units is not None and units <= 0:
        yield f"write_units is {units}: give a number of write units a second, or none"
    if request.get("only") is not None:
        yield from _wrong_filter(request["only"])


def _wrong_filter(only: Any) -> Iterator[str]:
    """Yield what is wrong with a filter: what is misspelled must not select everything."""
    if not isinstance(only, Mapping) or not only or only.keys() - _MEMBERS:
        yield f"only is {only!r}: it has one or more of {', '.join(sorted(_MEMBERS))}"
        return
    for name, members in only.items():
        if not isinstance(members, list) or not members:
            yield f"only.{name} is {members!r}, not a list"
        elif name == "change" and not set(members) <= set(CHANGES):
            yield f"only.change is {members!r}: it has some of {', '.join(CHANGES)}"
        elif name == "attributes" and not all(isinstance(each, str) for each in members):
            yield f"only.attributes is {members!r}: it has names of attributes"
        elif name == "where":
            yield from (f"only.where has {each!r}" for each in members if not _is_test(each))


def _is_test(test: Any) -> bool:
    return (
        isinstance(test, Mapping)
        and test.keys() == _TEST_MEMBERS
        and all(isinstance(each, str) for each in test.values())
        and test["image"] in IMAGES
    )
