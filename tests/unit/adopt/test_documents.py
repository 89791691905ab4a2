"""Documents are told by their shape and put to their table, or refused with the place and a fix."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.adopt.described import (
    BACKUPS,
    INSIGHTS,
    KEY,
    KINESIS,
    POLICY,
    SCALING_POLICIES,
    TAGS,
    TARGETS,
    TIME_TO_LIVE,
    Described,
)
from generator.adopt.documents import read_documents
from generator.errors import Mistakes
from tests.unit.adopt.samples import (
    KEY_ARN,
    Answer,
    account,
    backups,
    insights,
    key_metadata,
    kinesis,
    policy,
    printed,
    scaling_policy,
    table,
    table_arn,
    tags,
    target,
    time_to_live,
)

ENCRYPTED = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY_ARN}
READ_OF_USERS = target("table/users", "Read")


def read(*sources: tuple[str, bytes]) -> dict[str, Described]:
    return {described.name: described for described in read_documents(sources)}


def mistakes(*sources: tuple[str, bytes]) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        read_documents(sources)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_every_document_reaches_its_table() -> None:
    read_target, read_policy = (
        target("table/orders", "Read"),
        scaling_policy("table/orders", "Read"),
    )
    found = read(
        (
            "-",
            printed(
                table(SSEDescription=ENCRYPTED),
                backups(14),
                time_to_live("expires_at"),
                tags(team="payments"),
                policy({"Version": "2012-10-17", "Statement": []}),
                kinesis("orders", {"StreamArn": "arn", "DestinationStatus": "ACTIVE"}),
                insights(enabled=True),
                insights(IndexName="by_customer"),
                key_metadata("AWS"),
                *account([read_target, READ_OF_USERS], [read_policy]),
            ),
        )
    )
    answers = found["orders"].answers
    recovery = answers[BACKUPS]["PointInTimeRecoveryDescription"]
    assert recovery["RecoveryPeriodInDays"] == 14
    assert answers[TIME_TO_LIVE]["AttributeName"] == "expires_at"
    assert answers[TAGS] == {"team": "payments"}
    assert answers[POLICY] == {"Version": "2012-10-17", "Statement": []}
    assert [each["StreamArn"] for each in answers[KINESIS]] == ["arn"]
    assert {
        name: each["ContributorInsightsStatus"] for name, each in answers[INSIGHTS].items()
    } == {
        None: "ENABLED",
        "by_customer": "DISABLED",
    }
    assert answers[KEY] == "AWS"
    assert answers[TARGETS] == [read_target]
    assert answers[SCALING_POLICIES] == [read_policy]


def test_documents_follow_their_table_in_one_stream() -> None:
    stream = printed(table("one"), backups(1), table("two"), backups(2), time_to_live("ttl"))
    found = read(("-", stream))
    days = {
        name: each.answers[BACKUPS]["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"]
        for name, each in found.items()
    }
    assert days == {"one": 1, "two": 2}
    assert TIME_TO_LIVE not in found["one"].answers
    assert found["two"].answers[TIME_TO_LIVE]["AttributeName"] == "ttl"


def test_a_file_is_named_after_its_table() -> None:
    found = read(
        ("out/orders.eu.tags.json", printed(tags(of="orders.eu"))),
        ("out/orders.tags.json", printed(tags(of="orders"))),
        ("out/orders.json", printed(table("orders"))),
        ("out/orders.eu.json", printed(table("orders.eu"))),
    )
    assert {name: each.answers[TAGS]["of"] for name, each in found.items()} == {
        "orders": "orders",
        "orders.eu": "orders.eu",
    }


def test_the_only_table_owns_what_names_none() -> None:
    found = read(("ttl.json", printed(time_to_live("ttl"))), ("table.json", printed(table())))
    assert found["orders"].answers[TIME_TO_LIVE]["AttributeName"] == "ttl"


def test_the_place_in_a_stream_comes_before_the_name_of_the_file() -> None:
    found = read(("one.json", printed(table("two"), backups(2))), ("x", printed(table("one"))))
    assert BACKUPS in found["two"].answers
    assert BACKUPS not in found["one"].answers


@pytest.mark.parametrize(
    "form",
    [
        lambda documents: json.dumps(documents).encode(),
        lambda documents: "".join(map(json.dumps, documents)).encode(),
        lambda documents: "\n".join(map(json.dumps, documents)).encode(),
        lambda documents: printed(*documents).replace(b"\n", b"\r\n"),
        lambda documents: b"\n \n\t" + printed(*documents) + b"\n\n",
        lambda documents: printed(*documents).decode().encode("utf-8-sig"),
        lambda documents: printed(*documents).decode().encode("utf-16"),
    ],
    ids=["array", "joined", "lines", "windows", "blank", "byte order mark", "PowerShell"],
)
def test_streams_come_in_many_forms(form: Any) -> None:
    found = read(("-", form([table("one"), tags(of="one"), table("two"), tags(of="two")])))
    assert {name: each.answers[TAGS]["of"] for name, each in found.items()} == {
        "one": "one",
        "two": "two",
    }


def test_null_is_absent() -> None:
    found = read(("-", printed(table(Replicas=None), {**account([], [])[0], "NextToken": None})))
    assert "Replicas" not in found["orders"].table
    assert found["orders"].answers == {TARGETS: []}


def test_lists_of_the_account_add_up() -> None:
    one, two = target("table/orders", "Read"), target("table/orders", "Write")
    other = {**target("table/orders", "Read"), "ServiceNamespace": "cassandra"}
    found = read(
        ("-", printed(table(), {"ScalableTargets": [one, other]}, {"ScalableTargets": [two, one]}))
    )
    assert found["orders"].answers[TARGETS] == [one, two]


def test_insights_of_all_tables_in_one_list() -> None:
    rows = [
        {"TableName": "orders", "IndexName": "by_x", "ContributorInsightsStatus": "ENABLED"},
        {"TableName": table_arn("users"), "ContributorInsightsStatus": "ENABLED"},
    ]
    found = read(("-", printed(table(), table("users"), {"ContributorInsightsSummaries": rows})))
    assert found["orders"].answers[INSIGHTS] == {None: {}, "by_x": rows[0]}
    assert found["users"].answers[INSIGHTS] == {None: rows[1]}


def test_insights_of_one_index_say_nothing_of_another() -> None:
    found = read(("-", printed(table(), insights(IndexName="by_x"))))
    assert list(found["orders"].answers[INSIGHTS]) == ["by_x"]


COMMANDS = (
    "give the JSON output of describe-table, describe-continuous-backups, describe-time-to-live, "
    "list-tags-of-resource, describe-kinesis-streaming-destination, "
    "describe-contributor-insights, get-resource-policy, describe-scalable-targets, "
    "describe-scaling-policies, describe-scheduled-actions, describe-key"
)
NO_ARN = "Table.TableArn arn:aws:dynamodb:eu-central-1:1:table/orders is not the ARN of the table"


def without(member: str) -> Answer:
    answer = table()
    del answer["Table"][member]
    return answer


REFUSED = {
    "nothing": (
        b"",
        ["x is empty\n    fix: give the JSON output of `aws dynamodb describe-table`"],
    ),
    "nothing but space": (
        b" \n\n",
        ["x is empty\n    fix: give the JSON output of `aws dynamodb describe-table`"],
    ),
    "not text": (b"\xff\xfe\xfa", [f"x is not text\n    fix: {COMMANDS}"]),
    "cut off": (
        printed(table())[:-40],
        ["x:35:10: the JSON ends in the middle of a document\n    fix: run the command again"],
    ),
    "cut off within text": (
        b'{"Table": {"TableName": "ord',
        ["x:1:25: the JSON ends in the middle of a document\n    fix: run the command again"],
    ),
    "text": (
        b"TABLE\torders\tACTIVE",
        [
            "x:1:1: this is not JSON: expecting value\n"
            "    fix: ask the aws command for `--output json`"
        ],
    ),
    "deep": (
        b"[" * 100_000,
        ["x:1:1: this is nested too deeply\n    fix: give the output of aws as it is"],
    ),
    "half a character": (
        b'{"Table": {"TableName": "\\ud800"}}',
        [
            "x:1:1: this holds half a character, which AWS never prints\n"
            "    fix: give the output of aws as it is"
        ],
    ),
    "a member that is null": (
        b'{"KeyMetadata": null}',
        [f"x:1:1: this document is not understood; its members: KeyMetadata\n    fix: {COMMANDS}"],
    ),
    "a number": (b"42", [f"x:1:1: a JSON value stands here\n    fix: {COMMANDS}"]),
    "an array in an array": (b"[[]]", [f"x:1:1: a JSON array stands here\n    fix: {COMMANDS}"]),
    "something else": (
        b'{"Items": [], "Count": 0, "\x1b[31m": 1}'.replace(b"\x1b", b"\\u001b"),
        [
            "x:1:1: this document is not understood; its members: Items, Count, \\x1b[31m\n"
            f"    fix: {COMMANDS}"
        ],
    ),
    "list-tables": (
        b'{"TableNames": ["orders"]}',
        [
            "x:1:1: list-tables gives names only\n"
            "    fix: give the output of describe-table for each of them, or use --live"
        ],
    ),
    "no table": (
        printed(backups()),
        [
            "there is no describe-table output among what was given\n"
            "    fix: give it: everything else only adds to it"
        ],
    ),
    "a table that is none": (
        b'{"Table": "orders"}',
        [
            "x:1:1: this is not what describe-table prints: Table is not an object\n"
            "    fix: give its output as it is"
        ],
    ),
    "a table without keys": (
        printed(without("KeySchema")),
        [
            "x:1:1: this is not what describe-table prints: Table has no KeySchema\n"
            "    fix: give its output as it is"
        ],
    ),
    "a number in the place of a text": (
        printed(table(TableStatus=5)),
        [
            "x:1:1: this is not what describe-table prints: Table.TableStatus is not text\n"
            "    fix: give its output as it is"
        ],
    ),
    "truth in the place of a number": (
        printed(table(ItemCount=True)),
        [
            "x:1:1: this is not what describe-table prints: Table.ItemCount is not a long\n"
            "    fix: give its output as it is"
        ],
    ),
    "a key of the wrong form": (
        printed(table(KeySchema=[{"AttributeName": "id"}])),
        [
            "x:1:1: this is not what describe-table prints: Table.KeySchema[0] has no KeyType\n"
            "    fix: give its output as it is"
        ],
    ),
    "not an ARN": (
        printed(table(TableArn="arn:aws:dynamodb:eu-central-1:1:table/orders")),
        [
            f"x:1:1: this is not what describe-table prints: {NO_ARN} orders\n"
            "    fix: give its output as it is"
        ],
    ),
    "another's ARN": (
        printed(table(TableArn=table_arn("users"))),
        [
            "x:1:1: this is not what describe-table prints: Table.TableArn "
            f"{table_arn('users')} is not the ARN of the table orders\n"
            "    fix: give its output as it is"
        ],
    ),
    "a page": (
        printed(table(), {**tags(a="b"), "NextToken": "abc"}),
        [
            "x:39:1: this list-tags-of-resource output is one page of several\n"
            "    fix: run it again without --no-paginate and --max-items"
        ],
    ),
    "twice": (
        printed(table(), table()),
        [
            "x:39:1: the table orders was described before, at x:1:1\n    fix: give each table "
            "once; tables of two Regions or accounts are adopted separately"
        ],
    ),
    "two answers to one question": (
        printed(table(), tags(a="b"), tags(a="c")),
        [
            "x:47:1: a second list-tags-of-resource output for the table orders\n"
            "    fix: let the documents of a table follow its describe-table"
        ],
    ),
    "before its table": (
        printed(tags(a="b"), table("one"), table("two")),
        [
            "x:1:1: list-tags-of-resource names no table, and nothing else tells whose this is\n"
            "    fix: let it follow the describe-table output of its table, or call the file "
            "TABLE.list-tags-of-resource.json"
        ],
    ),
    "about a stranger": (
        printed(table(), kinesis("users")),
        [
            "x:39:1: this describe-kinesis-streaming-destination is about users, which no "
            "describe-table output describes\n    fix: give that too, or leave this out"
        ],
    ),
    "a policy that is none": (
        printed(table(), {"Policy": "[]"}),
        [
            "x:39:1: the policy is not a JSON document\n"
            "    fix: give the output of get-resource-policy as it is"
        ],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_understood_is_refused_with_its_place(name: str) -> None:
    content, said = REFUSED[name]
    assert mistakes(("x", content)) == said


def test_all_mistakes_of_all_sources_are_told_at_once() -> None:
    sources = (("b", b"{}"), ("a", printed(table(), {"Item": {}})), ("c", b"{"))
    assert [mistake.partition(":")[0] for mistake in mistakes(*sources)] == ["a", "b", "c"]
