"""Reads tables, and what hangs on them, from a live account through boto3."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from generator.adopt.described import (
    BACKUPS,
    INSIGHTS,
    KEY,
    KINESIS,
    POLICY,
    SCALING_POLICIES,
    SCHEDULED,
    STREAM_POLICY,
    TAGS,
    TARGETS,
    TIME_TO_LIVE,
    Described,
    insights_of,
    plain,
)
from generator.adopt.documents import policy_document
from generator.errors import Mistake, Mistakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from generator.adopt.command import Account

# Several reads allow ten calls a second and account; standard retries wait and try again.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html
_RETRIES = {"mode": "standard", "total_max_attempts": 10}
_AT_ONCE = 4
_FAILURES = (ClientError, BotoCoreError)
_NO_POLICY = ("PolicyNotFoundException",)
_NO_STREAM_POLICY = (*_NO_POLICY, "ResourceNotFoundException")  # the stream is gone meanwhile
_OF_DYNAMODB = {"ServiceNamespace": "dynamodb"}
_SCALING = (
    (TARGETS, "describe_scalable_targets", "ScalableTargets"),
    (SCALING_POLICIES, "describe_scaling_policies", "ScalingPolicies"),
    (SCHEDULED, "describe_scheduled_actions", "ScheduledActions"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What was read; `unreadable` holds table name → why DynamoDB did not describe it."""

    tables: tuple[Described, ...]
    unreadable: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """Answers and refusals of one table, or of the whole account."""

    given: dict[str, Any]
    unread: dict[str, str]

    def ask(self, aspect: str, call: Callable[[], Any], none: tuple[str, ...] = ()) -> None:
        """Keep what a call answers, or why it does not; the codes `none` say there is none."""
        try:
            self.given[aspect] = call()
        except _FAILURES as error:
            if _code(error) not in none:
                self.unread[aspect] = reason(error)
        except ValueError as error:
            self.unread[aspect] = str(error)


def read_live(account: Account, *, everything: bool) -> Live:
    """Return the tables of an account and Region; `everything` asks for all a definition needs.

    Raises `Mistakes` where the account cannot be reached or its tables cannot be listed. All other
    refusals are kept with the table they concern.
    """
    try:
        client = _clients(account)
        dynamodb = client("dynamodb")
        listed = _pages(dynamodb, "list_tables", "TableNames")
    except _FAILURES as error:
        raise Mistakes([_unreachable(error)]) from None
    names = [name for name in listed if _matches(name, account.names)]
    reader = _Reader(client=client, dynamodb=dynamodb, account=account, everything=everything)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        read = dict(zip(names, pool.map(reader.table, names), strict=True))
    tables = [each for each in read.values() if isinstance(each, Described)]
    return Live(
        tables=tuple(reader.beside(tables)) if everything else tuple(tables),
        unreadable={name: each for name, each in read.items() if isinstance(each, str)},
    )


def _clients(account: Account) -> Callable[[str], Any]:
    config = Config(retries=_RETRIES)  # type: ignore[no-untyped-call]
    session = Session(  # type: ignore[no-untyped-call]
        profile_name=account.profile, region_name=account.region
    )
    return partial(session.client, config=config)


def reason(error: Exception) -> str:
    """Return an error of AWS or botocore in a few words."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return plain(f"{details.get('Code', 'Error')} on {error.operation_name}")
    return plain(str(error).rstrip("."))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Asks about tables; boto3 clients may be used by several threads at once."""

    client: Callable[[str], Any]
    dynamodb: Any
    account: Account
    everything: bool

    def table(self, name: str) -> Described | str | None:
        """Return what is known of one table, None where a tag rules it out, or why nothing is."""
        try:
            table = self.dynamodb.describe_table(TableName=name)["Table"]
        except _FAILURES as error:
            return reason(error)
        answers = _Answers(given={}, unread={})
        if self.account.tags or self.everything:
            answers.ask(TAGS, lambda: self._tags(table["TableArn"]))
        if self.account.tags:
            if TAGS in answers.unread:
                return f"its tags, by which tables are chosen: {answers.unread[TAGS]}"
            if not self.account.tags.items() <= answers.given[TAGS].items():
                return None
        self._settings(answers, name, table)
        return Described(table=table, answers=answers.given, unread=answers.unread)

    def _tags(self, arn: str) -> dict[str, str]:
        pages = _pages(self.dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for tag in pages}

    def _settings(self, answers: _Answers, name: str, table: Mapping[str, Any]) -> None:
        ask, dynamodb = answers.ask, self.dynamodb
        ask(
            BACKUPS,
            lambda: dynamodb.describe_continuous_backups(TableName=name)[
                "ContinuousBackupsDescription"
            ],
        )
        if not self.everything:
            return
        ask(
            TIME_TO_LIVE,
            lambda: dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
        )
        ask(
            KINESIS,
            lambda: dynamodb.describe_kinesis_streaming_destination(TableName=name)[
                "KinesisDataStreamDestinations"
            ],
        )
        ask(POLICY, lambda: self._policy(table["TableArn"]), _NO_POLICY)
        if table.get("StreamSpecification", {}).get("StreamEnabled"):
            stream = table["LatestStreamArn"]
            ask(STREAM_POLICY, lambda: self._policy(stream), _NO_STREAM_POLICY)

    def _policy(self, arn: str) -> dict[str, Any]:
        return policy_document(self.dynamodb.get_resource_policy(ResourceArn=arn)["Policy"])

    def beside(self, tables: Sequence[Described]) -> Iterator[Described]:
        """Yield the tables with what is asked once for all of them."""
        shared = _Answers(given={}, unread={})
        scaling = self.client("application-autoscaling")
        for aspect, operation, member in _SCALING:
            shared.ask(aspect, partial(_pages, scaling, operation, member, **_OF_DYNAMODB))
        shared.ask(INSIGHTS, lambda: list(self._insights()))
        keys = self._keys(tables)
        for each in tables:
            own = _Answers(given=dict(each.answers), unread={**each.unread, **shared.unread})
            for aspect, rows in shared.given.items():
                own.given[aspect] = _of_table(aspect, rows, each)
            if each.key_arn is not None:
                own.given.update(keys[each.key_arn].given)
                own.unread.update(keys[each.key_arn].unread)
            yield replace(each, answers=own.given, unread=own.unread)

    def _insights(self) -> Iterator[Any]:
        page: dict[str, Any] = {"NextToken": None}
        while "NextToken" in page:
            token = {"NextToken": page["NextToken"]} if page["NextToken"] else {}
            page = self.dynamodb.list_contributor_insights(MaxResults=100, **token)
            yield from page.get("ContributorInsightsSummaries", ())

    def _keys(self, tables: Sequence[Described]) -> dict[str, _Answers]:
        """Return, by ARN, who manages each key, or why that is not known."""
        kms = self.client("kms")
        keys: dict[str, _Answers] = {}
        for arn in sorted({each.key_arn for each in tables if each.key_arn is not None}):
            keys[arn] = _Answers(given={}, unread={})
            keys[arn].ask(KEY, partial(_manager, kms, arn))
        return keys


def _manager(kms: Any, arn: str) -> str:
    return str(kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"])


def _of_table(aspect: str, rows: Sequence[Mapping[str, Any]], described: Described) -> Any:
    if aspect == INSIGHTS:
        return insights_of(described.table, rows)
    return [row for row in rows if row["ResourceId"].split("/")[1:2] == [described.name]]


def _pages(client: Any, operation: str, member: str, **request: Any) -> list[Any]:
    pages = client.get_paginator(operation).paginate(**request)
    return [item for page in pages for item in page.get(member, ())]


def _matches(name: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)


def _code(error: Exception) -> str:
    return (
        str(error.response.get("Error", {}).get("Code")) if isinstance(error, ClientError) else ""
    )


def _unreachable(error: Exception) -> Mistake:
    fixes = {
        "NoRegionError": "give --region, or set AWS_REGION",
        "NoCredentialsError": "sign in (`aws sso login`), or give --profile",
        "ProfileNotFound": "`aws configure list-profiles` shows the profiles there are",
        "EndpointConnectionError": "check the Region, AWS_ENDPOINT_URL and your connection",
        "AccessDeniedException": "allow dynamodb:ListTables on *, and what docs/adopting-tables.md "
        "lists",
    }
    code = _code(error) or type(error).__name__
    said = str(error).rstrip(".") if isinstance(error, BotoCoreError) else _message(error)
    fix = fixes.get(code, "`aws sts get-caller-identity` shows whether your credentials work")
    return Mistake(f"the tables cannot be listed: {plain(said)}", fix)


def _message(error: Exception) -> str:
    details = error.response.get("Error", {}) if isinstance(error, ClientError) else {}
    return f"{details.get('Code', 'Error')}: {details.get('Message', '')}"
