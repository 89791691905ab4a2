"""The report as text for a person who was woken by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_MOST_CHARACTERS = 100


def subject(report: Document) -> str:
    """Return a subject of printable ASCII; a long name loses its end."""
    what = "refilled" if report["status"] == "SUCCEEDED" else "NOT refilled to its end"
    tail = f" {what} in {report['environment']}"
    head = f"Holdfast: {report['table']['name']}"
    text = f"{head[: _MOST_CHARACTERS - len(tail)]}{tail}"
    return text.encode("ascii", "replace").decode()[:_MOST_CHARACTERS]


def message(report: Document, where: str) -> str:
    """Return the text; `where` is where the whole report lies."""
    return "\n".join(_lines(report, where)) + "\n"


def _lines(report: Document, where: str) -> Iterator[str]:
    name = report["table"]["name"]
    if report["status"] == "SUCCEEDED":
        yield f"Table {name} was refilled to the end of its source."
    elif report["written"] or report["deleted"] or report["not_known"]:
        yield f"The refill of table {name} stopped before its end: the table holds a part."
        yield "Do not let anything use that table before the refill has gone on to its end."
    elif report["at_least"]:
        yield f"The refill of table {name} stopped before its end: what it wrote is not known."
        yield "Do not let anything use that table before the refill has gone on to its end."
    else:
        yield f"The refill of table {name} stopped before it had written anything."
    yield ""
    yield f"Environment: {report['project']}, {report['environment']}"
    if report["from"]:
        yield f"Source: {report['from']}"
    yield f"Started: {report['started_at']}, took {report['seconds']} s"
    least = "at least " if report["at_least"] else ""
    yield (
        f"Written: {least}{report['written']} items, deleted: {least}{report['deleted']}, with "
        f"{least}{report['units']} write units; {report['files']} files to their end"
    )
    if report["not_known"]:
        yield f"NOT KNOWN: {report['not_known']}"
    rounds = report["rounds"]
    if rounds["total"] is not None:
        yield f"Rounds: {rounds['done']} of {rounds['total']} done"
    if report["not_right"]:
        yield ""
        yield "What is not right:"
        yield from (f"- {each}" for each in report["not_right"])
    yield ""
    yield "Next:"
    yield from (f"  {each}" for each in report["next"])
    yield ""
    yield f"The whole report: {where}"
