"""The report as text for a person who was woken by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_MOST_CHARACTERS = 100


def subject(report: Document) -> str:
    """Return a subject of printable ASCII; a long name loses its end."""
    what = "restored" if report["status"] == "SUCCEEDED" else "NOT RIGHT after a restore"
    tail = f" {what} in {report['environment']}"
    head = f"Holdfast: {report['table']['name']}"
    text = f"{head[: _MOST_CHARACTERS - len(tail)]}{tail}"
    return text.encode("ascii", "replace").decode()[:_MOST_CHARACTERS]


def message(report: Document, where: str) -> str:
    """Return the text; `where` is where the whole report lies."""
    return "\n".join(_lines(report, where)) + "\n"


def _lines(report: Document, where: str) -> Iterator[str]:
    name, target = report["table"]["name"], report["target"]
    if report["status"] == "SUCCEEDED":
        yield f"Table {name} was restored as {target['name']} and verified."
    elif target is None:
        yield f"The restore of table {name} did not get as far as a plan. Nothing was changed."
    else:
        yield f"The restore of table {name} as {target['name']} did not end right."
        yield "Do not let anything use that table before what follows is mended."
    yield ""
    yield f"Environment: {report['project']}, {report['environment']}"
    if report["why"]:
        yield f"Source: {report['why']}"
    yield f"Started: {report['started_at']}, took {report['seconds']} s"
    if report["not_right"]:
        yield ""
        yield "What is not right:"
        yield from (f"- {each}" for each in report["not_right"])
    left = report["settings"]["left"]
    if left:
        yield ""
        yield "Left to its stack, state or owner:"
        yield from (f"- {each['setting']}: {each['reason']}" for each in left)
    if target is not None:
        yield ""
        yield f"Owner: {report['owner']['meaning']}."
    if report["pointer"]:
        yield f"Pointer {report['pointer']['parameter_name']}: {report['pointer']['became']}."
    yield ""
    yield "Next, in the environment's folder of the output:"
    yield from (f"  {each}" for each in report["next"])
    yield ""
    yield f"The whole report: {where}"
