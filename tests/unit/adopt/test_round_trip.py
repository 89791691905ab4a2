"""Adopted with its full definition and rendered again, a table is described as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.adopt.entries import Choices, Setting
from tests.unit.adopt.rendering import EXISTING, entries, loaded, rendered, text_of
from tests.unit.adopt.samples import (
    ACCOUNT_ID,
    KEY_ARN,
    REGION,
    STREAM_ARN,
    account,
    answered,
    attributes,
    backups,
    capacity,
    index,
    insights,
    key_metadata,
    keys,
    kinesis,
    policy,
    provisioned,
    scaling_policy,
    table,
    table_arn,
    tags,
    target,
    time_to_live,
)
from tests.unit.adopt.template import template_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.adopt.samples import Answer

BY_CUSTOMER = "table/orders/index/by_customer"
ORDERS = {
    "AttributeDefinitions": attributes(
        amount="N", customer_id="S", item_id="S", order_id="S", placed_at="N"
    ),
    "KeySchema": keys("order_id", "item_id"),
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by_amount",
            "KeySchema": keys("order_id", "amount"),
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "IndexSizeBytes": 0,
            "ItemCount": 0,
            "IndexArn": f"{table_arn('orders')}/index/by_amount",
        }
    ],
    "GlobalSecondaryIndexes": [
        index(
            "by_customer",
            keys("customer_id", "placed_at"),
            ProvisionedThroughput=capacity(7, 9),
            Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["product", "colour"]},
        )
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "LatestStreamLabel": "2024-03-01T08:12:33.201",
    "LatestStreamArn": f"{table_arn('orders')}/stream/2024-03-01T08:12:33.201",
    "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY_ARN},
    "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
    "DeletionProtectionEnabled": True,
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Partner",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/Partner"},
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": table_arn("orders"),
            "Condition": {"StringLike": {"aws:PrincipalTag/team": "${aws:userid}*"}},
        }
    ],
}
SCALED = account(
    [
        target("table/orders", "Read", 5, 100),
        target("table/orders", "Write", 8, 40),
        target(BY_CUSTOMER, "Write", 5, 50),
    ],
    [
        scaling_policy("table/orders", "Read"),
        scaling_policy("table/orders", "Write", TargetValue=55.0, DisableScaleIn=False),
        scaling_policy(BY_CUSTOMER, "Write", ScaleInCooldown=60, ScaleOutCooldown=0),
    ],
)
EVERYTHING = answered(
    provisioned(read=12, write=8, **ORDERS),
    backups(14),
    time_to_live("expires_at"),
    tags(team="payments", **{"aws:cloudformation:stack-id": "x"}),
    kinesis(
        "orders",
        {
            "StreamArn": STREAM_ARN,
            "DestinationStatus": "ACTIVE",
            "ApproximateCreationDateTimePrecision": "MICROSECOND",
        },
    ),
    insights(enabled=True),
    insights(IndexName="by_customer", enabled=True),
    policy(POLICY),
    key_metadata(),
    *SCALED,
)


def aws_managed() -> dict[str, Any]:
    arn = KEY_ARN.replace("1234abcd", "feedbeef")
    return {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}}


SAMPLES = {
    "plain": answered(table()),
    "everything": EVERYTHING,
    "recovery switched off": answered(table(), backups(None)),
    "shorter recovery": answered(table(), backups(7)),
    "capped": answered(
        table(
            AttributeDefinitions=attributes(id="S", customer_id="B"),
            OnDemandThroughput={"MaxReadRequestUnits": 300, "MaxWriteRequestUnits": -1},
            GlobalSecondaryIndexes=[
                index(
                    "by_customer",
                    keys("customer_id"),
                    OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 40},
                )
            ],
        )
    ),
    "uncapped": answered(
        table(OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1})
    ),
    "key that AWS manages": answered(
        table(**aws_managed()), key_metadata("AWS", KEY_ARN.replace("1234abcd", "feedbeef"))
    ),
    "key that AWS owns, the old way": answered(
        table(SSEDescription={"Status": "ENABLED", "SSEType": "AES256"})
    ),
    "time to live switched off": answered(table(), time_to_live("expires_at", "DISABLING")),
    "stream switched off": answered(table(StreamSpecification={"StreamEnabled": False})),
    "kinesis switched off": answered(
        table(), kinesis("orders", {"StreamArn": STREAM_ARN, "DestinationStatus": "DISABLED"})
    ),
    "kinesis of old": answered(
        table(), kinesis("orders", {"StreamArn": STREAM_ARN, "DestinationStatus": "ACTIVE"})
    ),
    "odd names": answered(
        table(
            "Odd.Table-Name_1",
            AttributeDefinitions=attributes(**{"${var.x} %{if}": "S", 'quote"s: #\\': "N"}),
            KeySchema=keys("${var.x} %{if}", 'quote"s: #\\'),
        ),
        time_to_live("läuft ab 🕑"),
        tags(**{"Kosten Stelle": "4711", "größe:x/y@z": "yes", "empty": ""}),
    ),
    "words that YAML takes for something else": answered(
        table(
            "null", AttributeDefinitions=attributes(on="S", **{"1": "N"}), KeySchema=keys("on", "1")
        ),
        tags(no="off", true="0x1F", version="1.10", date="2024-01-01"),
    ),
}


def lines(answers: list[Answer]) -> list[str]:
    (entry,) = entries(*answers)
    return [str(note) for note in entry.notes]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_table_is_described_as_it_was(name: str, tmp_path: Path) -> None:
    answers = SAMPLES[name]
    found = entries(*answers)
    assert all(entry.defined for entry in found)
    assert rendered(loaded(tmp_path, text_of(found))) == template_of(*answers)


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"recovery switched off"}))
def test_what_is_kept_whole_is_not_commented_on(name: str) -> None:
    assert lines(SAMPLES[name]) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_class_of_protection_changes_nothing(name: str, tmp_path: Path) -> None:
    """What the class gives is overridden where the table is otherwise, whatever the class."""
    answers = SAMPLES[name]
    found = entries(*answers, choices=Choices(define=True, stack="legacy", protection="critical"))
    environment = loaded(tmp_path, text_of(found))
    assert environment.tables[0].protection_name == "critical"
    assert environment.tables[0].stack == "legacy"
    assert rendered(environment) == template_of(*answers)


CLASSES: dict[str, dict[str, Any]] = {
    "none": {},
    "disabled": {"point_in_time_recovery": {"enabled": False}},
    "week": {"point_in_time_recovery": {"recovery_period_days": 7}, "deletion_protection": True},
}


@pytest.mark.parametrize("days", [None, 7, 35])
@pytest.mark.parametrize("name", CLASSES)
def test_classes_of_ones_own_change_nothing_either(
    name: str, days: int | None, tmp_path: Path
) -> None:
    """Whether the class is known when adopting, by the environment's file, or not."""
    answers = answered(table(), backups(days))
    choices = Choices(define=True, stack=None, protection=name)
    known = Setting(environment=loaded(tmp_path, "{}", protections=CLASSES), assumed=False)
    for setting in (known, None):
        text = text_of(entries(*answers, choices=choices, setting=setting))
        environment = loaded(tmp_path, text, protections=CLASSES)
        assert environment.tables[0].protection_name == name
        assert rendered(environment) == template_of(*answers)


def test_every_table_of_an_account_keeps_what_is_its_own(tmp_path: Path) -> None:
    other = answered(table("users"), tags(team="identity"), backups(3))
    everything = [*EVERYTHING, *other]
    found = rendered(loaded(tmp_path, text_of(entries(*everything))))
    assert found == template_of(*EVERYTHING) | template_of(*other)


def test_what_equals_a_default_is_left_out() -> None:
    (entry,) = entries(*SAMPLES["plain"])
    assert entry.written == {"partition_key": {"name": "id", "type": "S"}}


def test_entries_of_several_lines_stand_apart() -> None:
    replicas = [{"RegionName": "us-east-1"}]
    apart = [
        line
        for name, more in (("a-1", {}), ("b-2", {"Replicas": replicas}), ("c-3", {}))
        for line in answered(table(name, **more))
    ]
    kept = [*apart, *answered(table("d-4", DeletionProtectionEnabled=True))]
    assert [line[:7] for line in text_of(entries(*kept)).splitlines()[2:]] == [
        *("tables:", "  a-1:", "    par", "", "  # exi", "  # tha", "  b-2: ", ""),
        *("  c-3:", "    par", "", "  d-4:", "    par", "    del"),
    ]
    short = [table("a-1"), table("b-2")]
    assert [line[:7] for line in text_of(entries(*short, choices=EXISTING)).splitlines()[2:]] == [
        "tables:",
        "  a-1: ",
        "  b-2: ",
    ]
    (first, *others) = entries(*answered(table("a-1")))
    assert not others
    mixed = [first, *entries(table("b-2"), table("c-3"), choices=EXISTING)]
    assert [line[:7] for line in text_of(mixed).splitlines()[2:]] == [
        *("tables:", "  a-1:", "    par", "", "  b-2: ", "  c-3: "),
    ]


def test_an_entry_reads_as_a_person_would_write_it() -> None:
    expected = f"""\
# Tables of account {ACCOUNT_ID} in {REGION}, as `holdfast adopt` found them. Yours to
# edit: name this file under `include` in an environment file, or move the entries there.
tables:
  orders:
    partition_key: {{name: order_id, type: S}}
    sort_key: {{name: item_id, type: S}}
    billing:
      mode: provisioned
      read_capacity_units: 12
      write_capacity_units: 8
      auto_scaling:
        read: {{min_capacity_units: 5, max_capacity_units: 100}}
        write: {{min_capacity_units: 8, max_capacity_units: 40, target_utilization_percent: 55}}
    global_indexes:
      by_customer:
        partition_key: {{name: customer_id, type: S}}
        sort_key: {{name: placed_at, type: N}}
        projection:
          type: INCLUDE
          non_key_attributes: [colour, product]
        read_capacity_units: 7
        write_capacity_units: 9
        auto_scaling:
          write:
            min_capacity_units: 5
            max_capacity_units: 50
            scale_in_cooldown_seconds: 60
            scale_out_cooldown_seconds: 0
        contributor_insights: true
    local_indexes:
      by_amount:
        sort_key: {{name: amount, type: N}}
        projection: {{type: KEYS_ONLY}}
    encryption:
      key: customer_managed
      kms_key_arn: {KEY_ARN}
    point_in_time_recovery: {{recovery_period_days: 14}}
    deletion_protection: true
    time_to_live: {{attribute_name: expires_at}}
    stream: {{view_type: NEW_AND_OLD_IMAGES}}
    kinesis_destination:
      stream_arn: {STREAM_ARN}
      timestamp_precision: MICROSECOND
    contributor_insights: true
    table_class: STANDARD_INFREQUENT_ACCESS
    resource_policy:
"""
    text = text_of(entries(*EVERYTHING))
    assert text.startswith(expected)
    assert text.endswith("    tags: {team: payments}\n")
