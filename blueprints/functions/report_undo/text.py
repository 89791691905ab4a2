"""The report as text for a person who looks at what was, or would be, put back."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.functions.common.catalogue import iso, moment_of
from blueprints.functions.common.undo_reasons import MEANINGS as REASONS
from blueprints.functions.report_undo.asking import only
from blueprints.functions.report_undo.gathering import Sums
from blueprints.functions.report_undo.report import MEANINGS

Document = Mapping[str, Any]
Places = Mapping[str, str]
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_MOST_CHARACTERS = 100
_MOST_ATTRIBUTES = 50
_BLIND = (
    "A key is deleted only while every attribute is as the window left it. An attribute that is",
    "added between reading and deleting is not seen: no condition can name it.",
)


def subject(report: Document) -> str:
    """Return a subject of printable ASCII; a long name loses its end."""
    conflicts = report["counts"]["conflict"]
    if report["status"] != "SUCCEEDED":
        what = f"NOT RIGHT after {'the dry run of ' if report['dry_run'] else ''}an undo"
    else:
        what = "compared for an undo" if report["dry_run"] else "undone"
        what += f", conflicts: {conflicts}," if conflicts else ""
    tail = f" {what} in {report['environment']}"
    head = f"Holdfast: {report['table']['name']}"
    text = f"{head[: _MOST_CHARACTERS - len(tail)]}{tail}"
    return text.encode("ascii", "replace").decode()[:_MOST_CHARACTERS]


def message(report: Document, places: Places) -> str:
    """Return the text that is sent: the head of the report, and where the rest lies."""
    return "\n".join([*_head(report), "", *_where(places)]) + "\n"


def text(report: Document, sums: Sums, places: Places) -> str:
    """Return the whole text; of a long list it has the beginning."""
    lines = [*_head(report), "", *_attributes(report), *_samples(report, sums)]
    lines += [*_conflicts(report, sums, places), *_created(report, sums, places)]
    return "\n".join([*lines, *_where(places)]) + "\n"


def _head(report: Document) -> Iterator[str]:
    counts, asked = report["counts"], report["asked_for"]
    yield _first_line(report)
    if counts["conflict"]:
        yield f"Conflicts, which were left alone: {counts['conflict']}."
    yield ""
    yield from _what_was_asked(report)
    if report["not_right"]:
        yield ""
        yield "What is not right:"
        yield from (f"- {each}" for each in report["not_right"])
    if report["begun"]:
        yield ""
        yield f"Keys written in the window: {report['keys']}"
        for kind, meaning in MEANINGS.items():
            if counts[kind]:
                yield f"{counts[kind]:>10}  {meaning}"
    if counts["deleted"] or asked["created_since"] == "delete":
        yield ""
        yield from _BLIND
    yield ""
    yield "Next:"
    yield from (f"  {each}" for each in report["next"] or ["nothing"])


def _first_line(report: Document) -> str:
    name, is_right = report["table"]["name"], report["status"] == "SUCCEEDED"
    if report["dry_run"]:
        end = "This is what an undo would do." if is_right else "It did not end right."
        return f"DRY RUN: nothing was written to table {name}. {end}"
    if is_right:
        but = ", but for conflicts" if report["counts"]["conflict"] else ""
        return f"What was written to table {name} in the window was undone{but}."
    if report["begun"]:
        return f"The undo of table {name} did not end right. What it put back stays so."
    return f"The undo of table {name} did not begin. Nothing was put back."


def _what_was_asked(report: Document) -> Iterator[str]:
    window, asked = report["window"], report["asked_for"]
    until = window["until"] or asked["until"] or "the start of the execution"
    yield f"Environment: {report['project']}, {report['environment']}"
    yield f"Back to:     {window['since'] or asked['since']}"
    yield f"Until:       {until}: what was written then or later is not undone"
    if asked["only"]:
        yield f"Keys:        {shlex.join(only(asked['only']))}"
        yield "             Of these keys all goes back that the window changed."
    if budget := report["budget"]:
        half = ", half of what the table has" if budget["from"] == "table" else ""
        yield f"Budget:      {budget['write_units']:g} write units a second{half}"
    yield f"Started:     {iso(moment_of(report['started_at']))}, took {report['seconds']} s"


def _attributes(report: Document) -> Iterator[str]:
    found = list(report["attributes"].items())
    if not found:
        return
    yield "Attributes put back, each with the number of keys:"
    yield from (f"{count:>10}  {name}" for name, count in found[:_MOST_ATTRIBUTES])
    if len(found) > _MOST_ATTRIBUTES:
        yield f"            and {len(found) - _MOST_ATTRIBUTES} more"
    yield ""


def _samples(report: Document, sums: Sums) -> Iterator[str]:
    if not sums.samples:
        return
    yield "Samples, now -> back to:" if report["dry_run"] else "Samples, before -> put back:"
    order = list(MEANINGS)
    for sample in sorted(sums.samples, key=lambda each: order.index(each["kind"])):
        yield f"  {sample['text']} ({sample['kind']})"
        for each in sample["attributes"]:
            yield f"    {each['name']}: {each['now']} -> {each['back_to']}"
        yield from _more(sample)
    yield ""


def _conflicts(report: Document, sums: Sums, places: Places) -> Iterator[str]:
    total = report["counts"]["conflict"]
    if not total:
        return
    yield "Conflicts, by reason:"
    for reason, count in report["conflicts_by_reason"].items():
        yield f"{count:>10}  {REASONS.get(reason, reason)}"
    yield "Conflicts, each attribute at that time | as the window left it | now:"
    for conflict in sums.conflicts:
        yield f"  {conflict['text']}: {conflict['meaning']}"
        for each in conflict["attributes"]:
            yield f"    {each['name']}: {each['then']} | {each['left']} | {each['now']}"
        yield from _more(conflict)
    if total > len(sums.conflicts):
        yield f"  and {total - len(sums.conflicts)} more, all of them in {places['conflicts']}"
    yield ""


def _created(report: Document, sums: Sums, places: Places) -> Iterator[str]:
    total = report["created_since"]
    if not total:
        return
    yield "Keys that were not there at that time:"
    for line in sums.created:
        yield f"  {line['text']}{' (deleted)' if line['deleted'] else ''}"
    if total > len(sums.created):
        yield f"  and {total - len(sums.created)} more, all of them in {places['created']}"
    yield ""


def _more(line: Document) -> Iterator[str]:
    if line["more_attributes"]:
        yield f"    and {line['more_attributes']} more attributes"


def _where(places: Places) -> Iterator[str]:
    names = {
        "text": "This text",
        "report": "The report",
        "conflicts": "All conflicts",
        "created": "All keys that were not there",
    }
    yield from (f"{names[name]}: {where}" for name, where in places.items())
