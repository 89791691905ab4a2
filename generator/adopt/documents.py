"""Reads what `aws … describe-…` printed: JSON documents, each told by its shape, put to its table."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from generator.adopt.described import (
    BACKUPS,
    INSIGHTS,
    KEY,
    KINESIS,
    POLICY,
    SCALING_POLICIES,
    SCHEDULED,
    TAGS,
    TARGETS,
    TIME_TO_LIVE,
    Described,
    Members,
    plain,
)
from generator.adopt.shapes import misfit
from generator.errors import Mark, Mistake, Mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TABLE = "describe-table"
# The member that tells a document: the command, its service and operation.
_SHAPES = {
    "Table": (TABLE, "dynamodb", "DescribeTable"),
    "ContinuousBackupsDescription": (BACKUPS, "dynamodb", "DescribeContinuousBackups"),
    "TimeToLiveDescription": (TIME_TO_LIVE, "dynamodb", "DescribeTimeToLive"),
    "Tags": (TAGS, "dynamodb", "ListTagsOfResource"),
    "KinesisDataStreamDestinations": (KINESIS, "dynamodb", "DescribeKinesisStreamingDestination"),
    "ContributorInsightsStatus": (INSIGHTS, "dynamodb", "DescribeContributorInsights"),
    "ContributorInsightsSummaries": (INSIGHTS, "dynamodb", "ListContributorInsights"),
    "Policy": (POLICY, "dynamodb", "GetResourcePolicy"),
    "ScalableTargets": (TARGETS, "application-autoscaling", "DescribeScalableTargets"),
    "ScalingPolicies": (SCALING_POLICIES, "application-autoscaling", "DescribeScalingPolicies"),
    "ScheduledActions": (SCHEDULED, "application-autoscaling", "DescribeScheduledActions"),
    "KeyMetadata": (KEY, "kms", "DescribeKey"),
}
COMMANDS = ", ".join(dict.fromkeys(command for command, _, _ in _SHAPES.values()))
_NAMELESS = {"ContinuousBackupsDescription", "TimeToLiveDescription", "Tags", "Policy"}
_OF_ALL_TABLES = {"ScalableTargets", "ScalingPolicies", "ScheduledActions"}
_TABLE_ARN = re.compile(r"arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One document, the member that tells it, where it begins, and the table described before."""

    member: str
    body: Members
    mark: Mark
    before: str | None


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and every mistake."""

    found: list[_Found] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def read_documents(sources: Iterable[tuple[str, bytes]]) -> tuple[Described, ...]:
    """Return the tables that documents describe; `sources` are names of files and their content.

    A document that names no table belongs to the table described last before it in the same
    source, else to the table whose name and a dot the file's name begins with, else to the only
    table there is. Raises `Mistakes` for everything that is not understood.
    """
    reading = _Reading()
    for name, content in sources:
        _read(reading, name, content)
    tables = _tables(reading)
    collected: dict[str, dict[str, Any]] = {name: {} for name in tables}
    for found in reading.found:
        if found.member != "Table":
            _put(reading, found, tables, collected)
    if reading.mistakes:
        raise Mistakes(reading.mistakes)
    keys = {
        found.body["KeyMetadata"]["Arn"]: found.body["KeyMetadata"]["KeyManager"]
        for found in reading.found
        if found.member == "KeyMetadata"
    }
    return tuple(_described(table, collected[name], keys) for name, table in tables.items())


def _read(reading: _Reading, name: str, content: bytes) -> None:
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        reading.mistakes.append(
            Mistake(f"{name} is not text", f"give the JSON output of {COMMANDS}")
        )
        return
    before: str | None = None
    count = 0
    for value, mark in _values(reading, name, text):
        count += 1
        found = _recognised(reading, value, mark, before)
        if found is not None:
            reading.found.append(found)
            if found.member == "Table":
                before = found.body["Table"]["TableName"]
    if not count and not any(
        mistake.mark and mistake.mark.file == name for mistake in reading.mistakes
    ):
        reading.mistakes.append(
            Mistake(f"{name} is empty", "give it the JSON output of `aws dynamodb describe-table`")
        )


def _values(reading: _Reading, name: str, text: str) -> Iterator[tuple[Any, Mark]]:
    """Yield every JSON value of a stream; the items of an array on their own."""
    decoder = json.JSONDecoder()
    position = _end_of_space(text, 0)
    while position < len(text):
        mark = _mark(name, text, position)
        try:
            value, end = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            reading.mistakes.append(_not_json(name, text, error))
            return
        except RecursionError:
            reading.mistakes.append(Mistake("this is nested too deeply", mark=mark))
            return
        for item in value if isinstance(value, list) else [value]:
            yield item, mark
        position = _end_of_space(text, end)


def _end_of_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _mark(name: str, text: str, position: int) -> Mark:
    line_start = text.rfind("\n", 0, position) + 1
    return Mark(name, text.count("\n", 0, position) + 1, position - line_start + 1)


def _not_json(name: str, text: str, error: json.JSONDecodeError) -> Mistake:
    mark = Mark(name, error.lineno, error.colno)
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return Mistake(
            "the JSON ends in the middle of a document",
            "was the output cut off? run the command again",
            mark=mark,
        )
    return Mistake(
        f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}",
        "ask the aws command for `--output json`",
        mark=mark,
    )


def _recognised(reading: _Reading, value: Any, mark: Mark, before: str | None) -> _Found | None:
    """Return the document, or None after noting what is wrong with it."""
    members = value.keys() if isinstance(value, dict) else set()
    member = next((name for name in _SHAPES if name in members), None)
    if member is None:
        reading.mistakes.append(_unknown(value, mark))
        return None
    body = _without_null(value)
    command, service, operation = _SHAPES[member]
    problem = misfit(service, operation, body)
    if (
        problem is None
        and member == "Table"
        and not _TABLE_ARN.fullmatch(body["Table"]["TableArn"])
    ):
        problem = f"Table.TableArn: {plain(body['Table']['TableArn'])} is not the ARN of a table"
    if problem is not None:
        reading.mistakes.append(
            Mistake(
                f"this is not what {command} prints: {problem}",
                "give its output as it is",
                mark=mark,
            )
        )
        return None
    if body.get("NextToken"):
        reading.mistakes.append(
            Mistake(
                f"this {command} output is one page of several",
                "run it again without --no-paginate, --max-items and --page-size",
                mark=mark,
            )
        )
        return None
    return _Found(member=member, body=body, mark=mark, before=before)


def _unknown(value: Any, mark: Mark) -> Mistake:
    if not isinstance(value, dict):
        what = f"a JSON {'array' if isinstance(value, list) else 'value'} stands here"
        return Mistake(what, f"give the JSON output of {COMMANDS}", mark=mark)
    if "TableNames" in value:
        return Mistake(
            "list-tables gives names only",
            "give the output of describe-table for each of them, or use --live",
            mark=mark,
        )
    members = ", ".join(plain(name) for name in list(value)[:5]) or "none"
    return Mistake(
        f"this document is not understood; its members: {members}",
        f"give the JSON output of {COMMANDS}",
        mark=mark,
    )


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(each) for key, each in value.items() if each is not None}
    return [_without_null(each) for each in value] if isinstance(value, list) else value


def _tables(reading: _Reading) -> dict[str, Members]:
    tables: dict[str, Members] = {}
    marks: dict[str, Mark] = {}
    for found in reading.found:
        if found.member != "Table":
            continue
        table = found.body["Table"]
        name = table["TableName"]
        if name in tables:
            reading.mistakes.append(
                Mistake(
                    f"the table {plain(name)} was described before, at {marks[name]}",
                    "give each table once; for tables of two Regions or accounts run adopt twice",
                    mark=found.mark,
                )
            )
        tables[name], marks[name] = table, found.mark
    if not tables and not reading.mistakes:
        reading.mistakes.append(
            Mistake(
                "there is no describe-table output among what was given",
                "give it: everything else only adds to it",
            )
        )
    return tables


def _put(
    reading: _Reading,
    found: _Found,
    tables: dict[str, Members],
    collected: dict[str, dict[str, Any]],
) -> None:
    """Put one document to the table or tables it is about."""
    command = _SHAPES[found.member][0]
    if found.member == "KeyMetadata":
        return
    if found.member in _OF_ALL_TABLES:
        for name, answers in collected.items():
            mine = [each for each in found.body[found.member] if _about(each, name)]
            answers.setdefault(command, []).extend(mine)
        return
    if found.member == "ContributorInsightsSummaries":
        for name, answers in collected.items():
            known = answers.setdefault(INSIGHTS, {})
            for each in found.body[found.member]:
                if each["TableName"] == name:
                    known[each.get("IndexName")] = each
        return
    name = _owner(found, tables)
    if name is None:
        if tables:
            reading.mistakes.append(_no_owner(found, command))
        return
    answers = collected[name]
    if found.member == "ContributorInsightsStatus":
        answers.setdefault(INSIGHTS, {})[found.body.get("IndexName")] = found.body
        return
    if command in answers:
        reading.mistakes.append(
            Mistake(
                f"a second {command} output for the table {plain(name)}",
                "let the documents of a table follow its describe-table output",
                mark=found.mark,
            )
        )
    answers[command] = _answer(reading, found)


def _about(each: Members, name: str) -> bool:
    parts = each["ResourceId"].split("/")
    return each["ServiceNamespace"] == "dynamodb" and parts[1:2] == [name]


def _owner(found: _Found, tables: dict[str, Members]) -> str | None:
    if found.member not in _NAMELESS:
        named = found.body["TableName"].rpartition("/")[2]  # describe-… takes an ARN, too
        return named if named in tables else None
    if found.before is not None:
        return found.before
    file = PurePath(found.mark.file).name
    by_file = [name for name in tables if file.startswith(f"{name}.")]
    if by_file:
        return max(by_file, key=len)
    return next(iter(tables)) if len(tables) == 1 else None


def _no_owner(found: _Found, command: str) -> Mistake:
    if found.member in _NAMELESS:
        return Mistake(
            f"{command} names no table, and nothing tells whose this is",
            "let it follow the describe-table output of its table, or call the file "
            f"TABLE.{command}.json",
            mark=found.mark,
        )
    return Mistake(
        f"this {command} is about the table {plain(found.body['TableName'])}, which no "
        "describe-table describes",
        "give that too, or leave this out",
        mark=found.mark,
    )


def _answer(reading: _Reading, found: _Found) -> Any:
    content = found.body[found.member]
    if found.member == "Tags":
        return {tag["Key"]: tag["Value"] for tag in content}
    if found.member == "Policy":
        try:
            return policy_document(content)
        except ValueError:
            fix = "give the output of get-resource-policy as it is"
            reading.mistakes.append(Mistake("the policy is not JSON", fix, mark=found.mark))
    return content


def policy_document(text: str) -> dict[str, Any]:
    """Return a resource policy as data; raises ValueError where it is not a JSON object."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("a policy is an object")  # noqa: TRY004 - text of a wrong form
    return document


def _described(table: Members, answers: dict[str, Any], keys: dict[str, str]) -> Described:
    described = Described(table=table, answers=answers, unread={})
    if described.key_arn in keys:
        answers[KEY] = keys[described.key_arn]
    return described
