"""Reads JSON as `aws` prints it, document after document, and tells each by its shape."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
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
    plain,
)
from generator.adopt.shapes import misfit
from generator.errors import Mark, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.adopt.described import Members

TABLE = "describe-table"
# The member that tells a document: the command that prints it, its service and operation.
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
_TABLE_ARN = re.compile(r"arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+")
_SPACE = re.compile(r"\s*")
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_SHOWN_MEMBERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One document: its command, the member that tells it, and the table described before it."""

    command: str
    member: str
    body: Members
    mark: Mark
    before: str | None

    @property
    def content(self) -> Any:
        """The member that tells it."""
        return self.body[self.member]


@dataclass(frozen=True, slots=True)
class Reading:
    """The documents read so far, and every mistake."""

    found: list[Found] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def refuse(self, cause: str, fix: str, mark: Mark | None) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(cause, fix, mark=mark))

    def add(self, name: str, content: bytes) -> None:
        """Read every document of one source, whose name messages use."""
        try:
            text = content.decode(json.detect_encoding(content))
        except UnicodeDecodeError:
            self.refuse(f"{name} is not text", f"give the JSON output of {COMMANDS}", None)
            return
        if not text.strip():
            fix = "give the JSON output of `aws dynamodb describe-table`"
            self.refuse(f"{name} is empty", fix, None)
        before: str | None = None
        for value, mark in self._values(name, text):
            found = self._recognised(value, mark, before)
            if found is not None:
                self.found.append(found)
                if found.command == TABLE:
                    before = found.content["TableName"]

    def _values(self, name: str, text: str) -> Iterator[tuple[Any, Mark]]:
        """Yield every JSON value of a stream; the items of an array on their own."""
        decoder = json.JSONDecoder()
        position = _after_space(text, 0)
        while position < len(text):
            mark = _mark(name, text, position)
            try:
                value, end = decoder.raw_decode(text, position)
            except json.JSONDecodeError as error:
                self.mistakes.append(_not_json(name, text, error))
                return
            except RecursionError:
                self.refuse("this is nested too deeply", "give the output of aws as it is", mark)
                return
            if _HALF_A_CHARACTER.search(json.dumps(value, ensure_ascii=False)):
                cause = "this holds half a character, which AWS never prints"
                self.refuse(cause, "give the output of aws as it is", mark)
                return
            for item in value if isinstance(value, list) else [value]:
                yield item, mark
            position = _after_space(text, end)

    def _recognised(self, value: Any, mark: Mark, before: str | None) -> Found | None:
        """Return the document, or None after noting what is wrong with it."""
        body = _without_null(value)
        members = body.keys() if isinstance(body, dict) else ()
        member = next((name for name in _SHAPES if name in members), None)
        if member is None:
            self.refuse(*_not_understood(value), mark)
            return None
        command, service, operation = _SHAPES[member]
        problem = misfit(service, operation, body)
        if problem is None and command == TABLE:
            problem = _no_table_arn(body["Table"])
        if problem is not None:
            cause = f"this is not what {command} prints: {problem}"
            self.refuse(cause, "give its output as it is", mark)
            return None
        if body.get("NextToken"):
            cause = f"this {command} output is one page of several"
            self.refuse(cause, "run it again without --no-paginate and --max-items", mark)
            return None
        return Found(command=command, member=member, body=body, mark=mark, before=before)


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _mark(name: str, text: str, position: int) -> Mark:
    line_start = text.rfind("\n", 0, position) + 1
    return Mark(name, text.count("\n", 0, position) + 1, position - line_start + 1)


def _not_json(name: str, text: str, error: json.JSONDecodeError) -> Mistake:
    mark = Mark(name, error.lineno, error.colno)
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        cause, fix = "the JSON ends in the middle of a document", "run the command again"
    else:
        cause = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        fix = "ask the aws command for `--output json`"
    return Mistake(cause, fix, mark=mark)


def _not_understood(value: Any) -> tuple[str, str]:
    fix = f"give the JSON output of {COMMANDS}"
    if not isinstance(value, dict):
        return f"a JSON {'array' if isinstance(value, list) else 'value'} stands here", fix
    if "TableNames" in value:
        fix = "give the output of describe-table for each of them, or use --live"
        return "list-tables gives names only", fix
    members = ", ".join(plain(name) for name in list(value)[:_SHOWN_MEMBERS]) or "none"
    return f"this document is not understood; its members: {members}", fix


def _no_table_arn(table: Members) -> str | None:
    arn = table["TableArn"]
    if _TABLE_ARN.fullmatch(arn) and arn.endswith(f"/{table['TableName']}"):
        return None
    return f"Table.TableArn {plain(arn)} is not the ARN of the table {plain(table['TableName'])}"


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(each) for key, each in value.items() if each is not None}
    return [_without_null(each) for each in value] if isinstance(value, list) else value
