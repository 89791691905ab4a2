"""The report of an undo: where it lies, what a person sees of it, and what counts as right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from blueprints.functions.report_undo.report import MEANINGS
from blueprints.names import catalogue_bucket_name
from generator.adopt.described import plain
from generator.executions.following import elapsed
from generator.executions.reports import Report
from generator.points.text import wrapped
from generator.undo.asked import Asked

_INDENT = 11
_MOST_LISTED = 20
# Of a dry run's text: what fits a screen, the rest is in the file.
_FIRST_LINES = 40
_MOST_FILES = 100


def keys_of(asked: Asked, execution_arn: str) -> tuple[str, str, str]:
    """Return bucket, key of the report, and key of its text, of an execution."""
    name = execution_arn.rpartition(":")[2]
    before = f"undos/{asked.table.name}/{name}"
    return catalogue_bucket_name(asked.where), f"{before}.json", f"{before}.txt"


def is_right(report: Report) -> bool:
    """Return whether all is undone, or could be; what is not known is not right."""
    counts = report.get("counts")
    if report.get("status") != "SUCCEEDED" or not isinstance(counts, Mapping):
        return False
    return counts.get("conflict") == 0


def lines(report: Report, where: str) -> Iterator[str]:
    """Yield the lines of a report that lies `where`: counts, and conflicts before all else."""
    yield from _line(*_headline(report))
    yield ""
    yield from _window(report)
    counts = _map(report, "counts")
    for kind, meaning in MEANINGS.items():
        if counts.get(kind):
            yield from wrapped(f"{counts[kind]:>{_INDENT - 2}}  ", meaning, indent=_INDENT)
    yield from _conflicts(report, _number(counts, "conflict"))
    for number, (name, count) in enumerate(_first(_map(report, "attributes"))):
        yield from _line("ATTRIBUTES" if number == 0 else "", f"{name}: {count}")
    for number, text in enumerate(report.get("not_right") or ()):
        yield from _line("NOT RIGHT" if number == 0 else "", f"- {text}")
    yield from _line("REPORT", where)
    for name, place in _map(report, "places").items():
        if name != "report":
            yield from _line("", f"{name}: {place}")
    following = report.get("next") or ()
    if following:
        yield ""
        yield "NEXT"
    for each in following:
        yield f"  {plain(each)}"


def _window(report: Report) -> Iterator[str]:
    window = _map(report, "window")
    if window.get("since"):
        yield from _line("WINDOW", f"{window['since']} to {window.get('until')}")
    if isinstance(report.get("seconds"), int):
        yield from _line("TOOK", elapsed(timedelta(seconds=report["seconds"])))
    if _is_begun(report):
        yield from _line("KEYS", f"{report.get('keys')} were written in the window")


def _headline(report: Report) -> tuple[str, str]:
    table = f"{_map(report, 'table').get('name')} of {report.get('environment')}"
    since = _map(report, "window").get("since")
    if report.get("status") != "SUCCEEDED":
        done = "what is put back stays so" if _is_begun(report) else "nothing was put back"
        return "FAILED", f"{table}: {done}; see what is not right below."
    if report.get("dry_run"):
        return "DRY RUN", f"{table}: nothing was written to it. This is what an undo would do."
    if is_right(report):
        return "UNDONE", f"{table}: what was written since {since} is put back."
    return "CONFLICTS", f"{table}: put back to {since}, but for keys that somebody wrote later."


def _is_begun(report: Report) -> bool:
    """Return whether anything may have been put back."""
    return report.get("begun") is not False


def _conflicts(report: Report, total: int) -> Iterator[str]:
    listed = report.get("conflicts") or ()
    for number, each in enumerate(listed[:_MOST_LISTED]):
        text = f"{each.get('text')}: {each.get('meaning')}"
        yield from _line("CONFLICTS" if number == 0 else "", text)
        for attribute in each.get("attributes") or ():
            then, left, now = (attribute.get(name) for name in ("then", "left", "now"))
            text = f"{attribute.get('name')}: {then} | {left} | {now}"
            yield from wrapped(f"{'':{_INDENT}}  ", plain(text), indent=_INDENT + 4)
    if listed:
        yield from _line("", "(each attribute at that time | as the window left it | now)")
    if total > _MOST_LISTED:
        yield from _line("", f"and {total - _MOST_LISTED} more")


def _first(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from list(attributes.items())[:_MOST_LISTED]
    if len(attributes) > _MOST_LISTED:
        yield "others", f"{len(attributes) - _MOST_LISTED} more names"


def saved(text: str, table_name: str, execution_arn: str) -> tuple[Path, bool]:
    """Write the text to a new file in the working folder; return it, and whether it is new.

    A file is never overwritten; where one holds this very text, that one is returned. Raises
    OSError where none can be written.
    """
    name = execution_arn.rpartition(":")[2]
    stamp = name.rpartition("-")[2] or name
    for number in range(1, _MOST_FILES):
        path = Path(f"undo-{table_name}-{stamp}{'' if number == 1 else f'-{number}'}.txt")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            if path.is_file() and path.read_text(encoding="utf-8", errors="replace") == text:
                return path, False
        else:
            return path, True
    raise FileExistsError(f"undo-{table_name}-{stamp}.txt and {_MOST_FILES - 2} more exist")


def first_lines(text: str, path: str) -> Iterator[str]:
    """Yield the beginning of a text, and where the rest of it is."""
    found = text.splitlines()
    for line in found[:_FIRST_LINES]:
        yield plain(line)
    if len(found) > _FIRST_LINES:
        yield f"... {len(found) - _FIRST_LINES} more lines in {path}"


def _number(counts: Mapping[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) else 0


def _map(report: Report, name: str) -> Mapping[str, Any]:
    value = report.get(name)
    return value if isinstance(value, Mapping) else {}


def _line(head: str, text: object) -> list[str]:
    return wrapped(f"{head:{_INDENT}}", plain(text), indent=_INDENT)
