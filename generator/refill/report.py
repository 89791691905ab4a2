"""The report of a refill as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from blueprints.names import catalogue_bucket_name
from generator.adopt.described import plain
from generator.executions.following import elapsed
from generator.executions.reports import Report
from generator.points.text import stamp, wrapped
from generator.refill.asked import Asked

_INDENT = 10


def key_of(asked: Asked, table_name: str, execution_arn: str) -> tuple[str, str]:
    """Return bucket and key of the report of an execution that writes into a table."""
    name = execution_arn.rpartition(":")[2]
    return catalogue_bucket_name(asked.where), f"refills/{table_name}/{name}.json"


def is_right(report: Report) -> bool:
    """Return whether everything was written; what is not known is not right."""
    return report.get("status") == "SUCCEEDED"


def lines(report: Report, where: str) -> Iterator[str]:
    """Yield the lines of a report that lies `where`."""
    table = f"{_map(report, 'table').get('name')} of {report.get('environment')}"
    if is_right(report):
        yield from _line("REFILLED", f"{table}, to the end.")
    elif report.get("written") or report.get("deleted"):
        yield from _line("FAILED", f"{table}: it holds a part of what was to be written.")
    else:
        yield from _line("FAILED", f"{table}: nothing is known to be written.")
    yield ""
    for head, text in _members(report):
        yield from _line(head, text)
    for number, text in enumerate(report.get("not_right") or ()):
        yield from _line("NOT RIGHT" if number == 0 else "", f"- {text}")
    yield from _line("REPORT", where)
    following = report.get("next") or ()
    if following:
        yield ""
        yield "NEXT"
    for each in following:
        yield f"  {plain(each)}"


def _members(report: Report) -> Iterator[tuple[str, str]]:
    if report.get("from"):
        yield "FROM", str(report["from"])
    least = "at least " if report.get("at_least") else ""
    yield (
        "WRITTEN",
        f"{least}{report.get('written')} items put, {least}{report.get('deleted')} deleted; "
        f"{report.get('files')} files to their end; {least}{report.get('units')} write units",
    )
    rounds = _map(report, "rounds")
    if rounds.get("total") is not None:
        yield "ROUNDS", f"{rounds.get('done')} of {rounds['total']} done"
    if isinstance(report.get("seconds"), int) and report.get("started_at"):
        took = elapsed(timedelta(seconds=report["seconds"]))
        began = datetime.fromisoformat(report["started_at"]).astimezone(UTC)
        yield "TOOK", f"{took} from {stamp(began)}"


def _map(report: Report, name: str) -> Mapping[str, Any]:
    value = report.get(name)
    return value if isinstance(value, Mapping) else {}


def _line(head: str, text: object) -> list[str]:
    return wrapped(f"{head:{_INDENT}}", plain(text), indent=_INDENT)
