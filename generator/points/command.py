"""`holdfast points`: finds the table in its environment, asks everywhere, prints one list."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from generator import workspace
from generator.errors import Mistake, Mistakes
from generator.points.access import access_of
from generator.points.exports import chains
from generator.points.gathering import Question, gather
from generator.points.model import Prices, Report, fields_of, together
from generator.points.prices import load_prices, priced
from generator.points.text import lines
from generator.spec.resolved import Environment, Table

Echo = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    environment: str
    table: str
    profile: str | None
    as_json: bool


def points(request: Request, *, echo: Echo, tell: Echo) -> bool:
    """Print what a table can come back from; return whether the list is whole and not empty.

    Raises `Mistakes` for an unknown environment, table, profile or price file.
    """
    (loaded,) = workspace.load([request.environment])
    question = Question(
        environment=loaded.environment,
        table=table_of(loaded.environment, request.table),
        access=access_of(request.profile),
        now=datetime.now(UTC),
    )
    report = report_of(question, load_prices(), tell)
    if request.as_json:
        echo(json.dumps(document(report), indent=2, ensure_ascii=False))
    else:
        for line in lines(report):
            echo(line)
    return report.complete


def report_of(question: Question, prices: Prices, tell: Echo) -> Report:
    """Return the report on a table."""
    found = together([gather(question, tell), chains(question, tell)])
    place = question.place
    with_prices = tuple(priced(point, prices, place.region) for point in found.points)
    return Report(
        environment=question.environment.name,
        key=question.table.key,
        table_name=question.table.name,
        table_arn=question.table.arn,
        place=place,
        now=question.now,
        found=replace(found, points=with_prices),
        prices=prices,
    )


def table_of(environment: Environment, wanted: str) -> Table:
    """Return the table of a key or physical name; raises `Mistakes` with the nearest names."""
    found = [table for table in environment.tables if wanted in (table.key, table.name)]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(f"{table.key} (named {table.name})" for table in found)
        cause = f"`{wanted}` in {environment.file} means two tables: {names}"
        apart = [n for table in found for n in (table.key, table.name) if n != wanted]
        raise Mistakes(
            [Mistake(cause, f"give what only one of them is called: {', '.join(apart)}")]
        )
    cause = f"{environment.file} has no table `{wanted}`"
    if environment.is_destination:
        sources = ", ".join(source.name for source in environment.sources) or "other environments"
        fix = f"it takes copies of {sources}: name the environment that the table belongs to"
        raise Mistakes([Mistake(cause, fix)])
    known = list(dict.fromkeys(n for table in environment.tables for n in (table.key, table.name)))
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    nearest = f"nearest: {', '.join(near)}; " if near else ""
    fix = f"{nearest}a table that left the file is listed again with `existing: true`"
    raise Mistakes([Mistake(cause, fix)])


def document(report: Report) -> dict[str, Any]:
    """Return the report as JSON holds it: ISO times in UTC, bytes, seconds, null for unknown."""
    found = report.found
    whole: dict[str, Any] = plain_document(
        {
            "environment": report.environment,
            "table": {
                "key": report.key,
                "name": report.table_name,
                "arn": report.table_arn,
                "exists": found.exists,
                **asdict(report.place),
            },
            "asked_at": report.now,
            "complete": report.complete,
            "points": [
                {
                    **fields_of(point),
                    "usable": point.unusable is None,
                    "age_seconds": int((report.now - point.time).total_seconds()),
                }
                for point in found.points
            ],
            "unreadable": [_with_place(asdict(each)) for each in found.unreadable],
            "empty": found.empty,
            "prices": asdict(report.prices),
        }
    )
    return whole


def _with_place(fields: dict[str, Any]) -> dict[str, Any]:
    place = fields.pop("place")
    return {**fields, **place}


def plain_document(value: Any) -> Any:
    """Return maps and lists as JSON holds them: times in ISO form and UTC."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: plain_document(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_document(each) for each in value]
    return value
