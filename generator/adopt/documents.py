"""Puts documents together: which table each one is about, and what is known of every table."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from generator.adopt.described import (
    BACKUPS,
    INSIGHTS,
    KEY,
    POLICY,
    SCALING_POLICIES,
    SCHEDULED,
    TAGS,
    TARGETS,
    TIME_TO_LIVE,
    Described,
    insights_of,
    plain,
)
from generator.adopt.streams import TABLE, Found, Reading
from generator.errors import Mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.adopt.described import Members
    from generator.errors import Mark

_NAMELESS = {BACKUPS, TIME_TO_LIVE, TAGS, POLICY}
_OF_ALL_TABLES = {TARGETS, SCALING_POLICIES, SCHEDULED}


def read_documents(sources: Iterable[tuple[str, bytes]]) -> tuple[Described, ...]:
    """Return the tables that documents describe; `sources` are names of files and their content.

    A document that names no table belongs to the table described last before it in the same
    source, else to the table whose name and a dot the file's name begins with, else to the only
    table there is. Raises `Mistakes` for everything that is not understood.
    """
    reading = Reading()
    for name, content in sources:
        reading.add(name, content)
    tables = _tables(reading)
    answers: dict[str, dict[str, Any]] = {name: {} for name in tables}
    keys: dict[str, str] = {}
    for found in reading.found:
        if found.command == KEY:
            keys[found.content["Arn"]] = found.content["KeyManager"]
        elif found.command in _OF_ALL_TABLES:
            _share(found, answers)
        elif found.member == "ContributorInsightsSummaries":
            for name, table in tables.items():
                listed = insights_of(table, found.content)
                answers[name][INSIGHTS] = listed | answers[name].get(INSIGHTS, {})
        elif found.command != TABLE and tables:
            _put(reading, found, answers)
    if reading.mistakes:
        raise Mistakes(reading.mistakes)
    return tuple(_described(table, answers[name], keys) for name, table in tables.items())


def policy_document(text: str) -> dict[str, Any]:
    """Return a resource policy as data; raises ValueError where it is not a JSON object."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("a policy is an object")  # noqa: TRY004 - it is text of the wrong form
    return document


def _tables(reading: Reading) -> dict[str, Members]:
    tables: dict[str, Members] = {}
    marks: dict[str, Mark] = {}
    for found in reading.found:
        if found.command != TABLE:
            continue
        name = found.content["TableName"]
        if name in tables:
            reading.refuse(
                f"the table {name} was described before, at {marks[name]}",
                "give each table once; tables of two Regions or accounts are adopted separately",
                found.mark,
            )
        tables[name], marks[name] = found.content, found.mark
    if not tables and not reading.mistakes:
        cause = "there is no describe-table output among what was given"
        reading.refuse(cause, "give it: everything else only adds to it", None)
    return tables


def _share(found: Found, answers: dict[str, dict[str, Any]]) -> None:
    """Give every table its own part of what is listed for all; one list may follow another."""
    for name, own in answers.items():
        rows = own.setdefault(found.command, [])
        for row in found.content:
            parts = row["ResourceId"].split("/")
            if row["ServiceNamespace"] == "dynamodb" and parts[1:2] == [name] and row not in rows:
                rows.append(row)


def _put(reading: Reading, found: Found, answers: dict[str, dict[str, Any]]) -> None:
    """Give one table what is about it alone."""
    owner = _owner(found, answers.keys())
    if owner is None:
        reading.refuse(*_no_owner(found), found.mark)
        return
    own = answers[owner]
    if found.command == INSIGHTS:
        own.setdefault(INSIGHTS, {})[found.body.get("IndexName")] = found.body
        return
    if found.command in own:
        cause = f"a second {found.command} output for the table {owner}"
        reading.refuse(cause, "let the documents of a table follow its describe-table", found.mark)
    try:
        own[found.command] = _answer(found)
    except ValueError:
        fix = "give the output of get-resource-policy as it is"
        reading.refuse("the policy is not a JSON document", fix, found.mark)


def _owner(found: Found, tables: Iterable[str]) -> str | None:
    if found.command not in _NAMELESS:
        named = _table_of(found.body)
        return named if named in tables else None
    if found.before is not None:
        return found.before
    file = PurePath(found.mark.file).name
    by_file = [name for name in tables if file.startswith(f"{name}.")]
    if by_file:
        return max(by_file, key=len)
    (first, *others) = tables
    return None if others else first


def _table_of(body: Members) -> str:
    return str(body["TableName"]).rpartition("/")[2]  # AWS takes ARNs here, too


def _no_owner(found: Found) -> tuple[str, str]:
    if found.command in _NAMELESS:
        return (
            f"{found.command} names no table, and nothing else tells whose this is",
            "let it follow the describe-table output of its table, or call the file "
            f"TABLE.{found.command}.json",
        )
    return (
        f"this {found.command} is about {plain(_table_of(found.body))}, which no describe-table "
        "output describes",
        "give that too, or leave this out",
    )


def _answer(found: Found) -> Any:
    if found.command == TAGS:
        return {tag["Key"]: tag["Value"] for tag in found.content}
    if found.command == POLICY:
        return policy_document(found.content)
    return found.content


def _described(table: Members, answers: dict[str, Any], keys: dict[str, str]) -> Described:
    described = Described(table=table, answers=answers, unread={})
    if described.key_arn in keys:
        answers[KEY] = keys[described.key_arn]
    return described
