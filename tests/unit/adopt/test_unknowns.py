"""What an entry cannot hold is named; what a definition would damage is not defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.adopt.described import KEY, STREAM_POLICY, TAGS, Described
from generator.adopt.entries import assumed_setting, entries_of
from tests.unit.adopt.rendering import DEFINE, EXISTING, entries, loaded, rendered, text_of
from tests.unit.adopt.samples import (
    ACCOUNT_ID,
    KEY_ARN,
    REGION,
    answered,
    attributes,
    backups,
    index,
    insights,
    keys,
    policy,
    provisioned,
    table,
    table_arn,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.adopt.samples import Answer

RECOVERY_UNKNOWN = (
    "unknown: point-in-time recovery (describe-continuous-backups); taken as the 35 days of the "
    "class: if it is off, a CloudFormation import leaves it off and believes it on"
)


def test_what_was_not_given_is_named_and_nothing_is_made_up() -> None:
    (entry,) = entries(provisioned())
    assert [str(note) for note in entry.notes] == [
        RECOVERY_UNKNOWN,
        "unknown: describe-continuous-backups, describe-time-to-live, list-tags-of-resource, "
        "describe-kinesis-streaming-destination, describe-contributor-insights, "
        "describe-scalable-targets not given; taken as absent",
    ]
    assert set(entry.written) == {"partition_key", "billing"}


def test_insights_that_were_not_asked_are_named() -> None:
    members = {
        "AttributeDefinitions": attributes(id="S", other="S"),
        "GlobalSecondaryIndexes": [index("by_other", keys("other")), index("by_id", keys("id"))],
    }
    asked = insights(enabled=True, IndexName="by_other")
    answers = [
        each for each in answered(table(**members)) if "ContributorInsightsSummaries" not in each
    ]
    (entry,) = entries(*answers, asked)
    assert [str(note) for note in entry.notes] == [
        "unknown: describe-contributor-insights of the table, describe-contributor-insights of "
        "index by_id not given; taken as absent"
    ]
    assert entry.written["global_indexes"]["by_other"]["contributor_insights"]


def test_a_key_whose_manager_is_not_known_is_taken_as_the_customers() -> None:
    key = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY_ARN}
    (entry,) = entries(*answered(table(SSEDescription=key)))
    assert entry.written["encryption"] == {"key": "customer_managed", "kms_key_arn": KEY_ARN}
    assert [str(note) for note in entry.notes] == [
        "unknown: whether AWS manages the key (describe-key: not given); taken as a key of yours"
    ]


def test_refusals_are_named_with_their_reason() -> None:
    denied = "AccessDeniedException on ListTagsOfResource"
    key = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY_ARN}
    described = Described(
        table=table(SSEDescription=key)["Table"],
        answers={STREAM_POLICY: {}},
        unread={TAGS: denied, KEY: "AccessDeniedException on DescribeKey"},
    )
    (entry,) = entries_of([described], assumed_setting(ACCOUNT_ID, REGION), DEFINE)
    assert [str(note) for note in entry.notes] == [
        "unknown: whether AWS manages the key (describe-key: AccessDeniedException on "
        "DescribeKey); taken as a key of yours",
        RECOVERY_UNKNOWN,
        "lost: the resource policy of its stream",
        f"unknown: list-tags-of-resource ({denied}); taken as absent",
        "unknown: describe-continuous-backups, describe-time-to-live, "
        "describe-kinesis-streaming-destination, describe-contributor-insights not given; taken "
        "as absent",
    ]


def test_recovery_that_is_off_stays_off_with_a_hint() -> None:
    (entry,) = entries(*answered(table(), backups(None)))
    assert entry.written["point_in_time_recovery"] == {"enabled": False}
    assert [str(note) for note in entry.notes] == [
        "point-in-time recovery is off today: remove that line to have it"
    ]


@pytest.mark.parametrize(
    ("answer", "recovery", "notes"),
    [
        ([], None, []),
        ([backups(35)], {"managed": False}, []),
        ([backups(7)], {"recovery_period_days": 7, "managed": False}, []),
        (
            [backups(None)],
            {"enabled": False},
            ["its owner has point-in-time recovery switched off"],
        ),
    ],
)
def test_an_existing_table_says_who_switches_recovery_on(
    answer: list[Answer], recovery: Any, notes: list[str]
) -> None:
    (entry,) = entries(table(), *answer, choices=EXISTING)
    assert entry.written.get("point_in_time_recovery") == recovery
    assert [str(note) for note in entry.notes] == notes


def test_a_policy_keeps_what_looks_like_something_else(tmp_path: Path) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "dynamodb:*",
                "Resource": [table_arn("orders"), f"{table_arn('orders')}/index/*"],
                "Condition": {
                    "Bool": {"aws:SecureTransport": "false"},
                    "NumericLessThan": {"s3:TlsVersion": 1.2},
                    "DateLessThan": {"aws:CurrentTime": "2020-04-01T00:00:00Z"},
                },
            }
        ],
    }
    answers = answered(table(), policy(document))
    found = rendered(loaded(tmp_path, text_of(entries(*answers))))
    assert found["orders"]["ResourcePolicy"]["PolicyDocument"] == document


def test_provisioned_capacity_is_not_warm_throughput() -> None:
    warm = {"ReadUnitsPerSecond": 15000, "WriteUnitsPerSecond": 4000}
    found = entries(*answered(provisioned(WarmThroughput=warm, read=15000)))
    assert [entry.notes for entry in found] == [()]
    assert found[0].written["billing"]["read_capacity_units"] == 15000
