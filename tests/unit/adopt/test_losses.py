"""What an entry cannot hold is named; what a definition would damage is not defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.adopt.rendering import entries, loaded, rendered, text_of
from tests.unit.adopt.samples import (
    ACCOUNT_ID,
    REGION,
    STREAM_ARN,
    account,
    answered,
    attributes,
    dimension,
    index,
    insights,
    keys,
    kinesis,
    provisioned,
    scaling_policy,
    table,
    tags,
    target,
)
from tests.unit.adopt.template import template_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.adopt.samples import Answer

READ = ("table/orders", "Read")
OTHER_STREAM = f"{STREAM_ARN}-2"
WARM = {"ReadUnitsPerSecond": 24000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}
ACTION = {
    **dimension(*READ),
    "ScheduledActionName": "every-morning",
    "ScheduledActionARN": "arn",
    "Schedule": "cron(0 6 * * ? *)",
    "CreationTime": "2024-03-01T09:13:00+01:00",
}
SUSPENDED = {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": False}


def scaled(*, low: int = 1, more: tuple[Answer, ...] = (), **changed: Any) -> list[Answer]:
    policies = [scaling_policy(*READ)]
    return answered(provisioned(), *account([target(*READ, low, **changed)], policies, [*more]))


# What AWS says, and what has to be said of it; the table is described whole apart from that.
LOST = {
    "warm throughput of a table": (
        answered(table(WarmThroughput=WARM)),
        "lost: warm throughput, 24000 read units a second: this table keeps it, one created anew "
        "does not have it",
    ),
    "warm throughput of an index": (
        answered(
            table(
                AttributeDefinitions=attributes(id="S", other="S"),
                GlobalSecondaryIndexes=[index("by_other", keys("other"), WarmThroughput=WARM)],
            )
        ),
        "lost: warm throughput of index by_other, 24000 read units a second: this table keeps it, "
        "one created anew does not have it",
    ),
    "mode of contributor insights": (
        answered(table(), insights(enabled=True, ContributorInsightsMode="THROTTLED_KEYS")),
        "lost: the mode of contributor insights, THROTTLED_KEYS",
    ),
    "contributor insights that failed": (
        answered(table(), insights() | {"ContributorInsightsStatus": "FAILED"}),
        "lost: contributor insights failed to start",
    ),
    "second Kinesis stream": (
        answered(
            table(),
            kinesis(
                "orders",
                {"StreamArn": STREAM_ARN, "DestinationStatus": "ACTIVE"},
                {"StreamArn": OTHER_STREAM, "DestinationStatus": "ENABLING"},
            ),
        ),
        f"lost: a further Kinesis stream: {OTHER_STREAM}",
    ),
    "suspended auto scaling": (
        scaled(SuspendedState=SUSPENDED),
        "lost: auto scaling of the read capacity of the table is suspended: "
        "DynamicScalingInSuspended",
    ),
    "role of auto scaling": (
        scaled(RoleARN=f"arn:aws:iam::{ACCOUNT_ID}:role/DynamoDBAutoscaleRole"),
        "lost: auto scaling of the read capacity of the table uses the role DynamoDBAutoscaleRole",
    ),
    "scheduled scaling": (
        scaled(more=(ACTION,)),
        "lost: scheduled scaling of the read capacity of the table: every-morning",
    ),
    "what AWS invents next": (
        answered(table(TimeTravelSpecification={"Enabled": True})),
        "lost: TimeTravelSpecification of the table, which Holdfast does not know",
    ),
    "index that is created just now": (
        answered(table(TableStatus="UPDATING")),
        "its status is UPDATING",
    ),
    "key that cannot be used": (
        answered(
            table(
                SSEDescription={
                    "Status": "ENABLED",
                    "SSEType": "AES256",
                    "InaccessibleEncryptionDateTime": "2026-11-19T00:00:00+01:00",
                }
            )
        ),
        "DynamoDB cannot use its key, and archives it after seven days",
    ),
    "table of another stack": (
        answered(table(), tags(**{"aws:cloudformation:stack-name": "legacy"})),
        "the CloudFormation stack legacy owns it: release it there first",
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_is_named(name: str, tmp_path: Path) -> None:
    answers, note = LOST[name]
    (entry,) = entries(*answers)
    assert [str(each) for each in entry.notes] == [note]
    text = text_of([entry])
    above = text[: text.index("\n  orders:")].replace("\n  # ", " ")
    assert above.endswith(f"tables: {note}")
    assert rendered(loaded(tmp_path, text)) == template_of(*answers)


GLOBAL = {"Replicas": [{"RegionName": "us-east-1"}, {"RegionName": "eu-west-1"}]}
VECTOR = {"VectorIndexes": [{"IndexName": "by_meaning", "Dimensions": 3}]}
STEP = {"PolicyType": "StepScaling", "StepScalingPolicyConfiguration": {}}
DECOMPOSED = "u\u0308ber"
SEVERAL = [*keys("customer_id", "placed_at"), {"AttributeName": "amount", "KeyType": "RANGE"}]


def tracked(*policies: Answer) -> list[Answer]:
    return answered(provisioned(), *account([target(*READ)], list(policies)))


def attributes_of(name: str) -> list[Answer]:
    return [{"AttributeName": name, "AttributeType": "S"}]


def custom_metric() -> Answer:
    changed = scaling_policy(*READ, "mine", CustomizedMetricSpecification={"MetricName": "Mine"})
    del changed["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]
    return changed


def step_scaling() -> Answer:
    changed = scaling_policy(*READ, "steps")
    del changed["TargetTrackingScalingPolicyConfiguration"]
    return changed | STEP


OF_READ = "(auto scaling of the read capacity of the table)"
DAMAGED = {
    "global table": (
        answered(table(**GLOBAL)),
        "existing: it is a global table (replicas in eu-west-1, us-east-1), and Terraform would "
        "delete the replicas that its definition does not name",
    ),
    "vector index": (
        answered(table(**VECTOR)),
        "existing: it has a vector index, by_meaning",
    ),
    "index with several attributes": (
        answered(
            table(
                AttributeDefinitions=attributes(id="S", customer_id="S", placed_at="N", amount="N"),
                GlobalSecondaryIndexes=[index("by_all", SEVERAL)],
            )
        ),
        "existing: the sort_key of index by_all has several attributes",
    ),
    "steps": (
        tracked(step_scaling()),
        f"existing: scaling policy steps is of type StepScaling {OF_READ}",
    ),
    "another metric": (
        tracked(custom_metric()),
        f"existing: scaling policy mine tracks another metric than utilization {OF_READ}",
    ),
    "never scales in": (
        tracked(scaling_policy(*READ, "mine", DisableScaleIn=True)),
        f"existing: scaling policy mine never scales in {OF_READ}",
    ),
    "half a per cent": (
        tracked(scaling_policy(*READ, "mine", TargetValue=70.5)),
        "existing: scaling policy mine has the target 70.5, not a whole number " + OF_READ,
    ),
    "something new in scaling": (
        tracked(scaling_policy(*READ, "mine", Forecast=True)),
        f"existing: scaling policy mine has Forecast {OF_READ}",
    ),
    "no policy": (
        tracked(),
        f"existing: Holdfast scales by one policy, and this has 0 {OF_READ}",
    ),
    "two policies": (
        tracked(scaling_policy(*READ, "one"), scaling_policy(*READ, "two")),
        f"existing: Holdfast scales by one policy, and this has 2 {OF_READ}",
    ),
    "a target out of bounds": (
        tracked(scaling_policy(*READ, TargetValue=95.0)),
        "existing: billing.auto_scaling.read.target_utilization_percent: Input should be less "
        "than or equal to 90",
    ),
    "policies not given": (
        [*answered(provisioned(), {"ScalableTargets": [target(*READ)]})[:-2]],
        "existing: its scaling policy is not known: describe-scaling-policies was not given "
        + OF_READ,
    ),
    "a stream elsewhere": (
        answered(
            table(),
            kinesis(
                "orders",
                {
                    "StreamArn": STREAM_ARN.replace(REGION, "us-east-1"),
                    "DestinationStatus": "ACTIVE",
                },
            ),
        ),
        "existing: kinesis_destination.stream_arn: the stream is in us-east-1",
    ),
    "text that Terraform would change": (
        answered(table(AttributeDefinitions=attributes_of(DECOMPOSED), KeySchema=keys(DECOMPOSED))),
        "existing: partition_key.name: 'u\\u0308ber' is not in Unicode's composed form",
    ),
    "a key without a type": (
        answered(table(AttributeDefinitions=[])),
        "existing: AWS gives no type of the key id",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_a_definition_would_damage_is_not_defined(name: str, tmp_path: Path) -> None:
    answers, note = DAMAGED[name]
    (entry,) = entries(*answers)
    (said,) = entry.notes
    assert str(said).startswith(note)
    assert entry.written == {"existing": True, "point_in_time_recovery": {"managed": False}}
    environment = loaded(tmp_path, text_of([entry]))
    assert environment.tables[0].existing
    assert rendered(environment) == {}


def test_units_outside_of_auto_scaling_are_named(tmp_path: Path) -> None:
    answers = answered(
        provisioned(read=3), *account([target(*READ, 5, 100)], [scaling_policy(*READ)])
    )
    (entry,) = entries(*answers)
    assert [str(note) for note in entry.notes] == [
        "lost: 3 read units, outside auto scaling's 5-100"
    ]
    found = rendered(loaded(tmp_path, text_of([entry])))
    assert found["orders"]["ProvisionedThroughput"]["ReadCapacityUnits"] == 5


def test_auto_scaling_of_an_on_demand_table_is_named(tmp_path: Path) -> None:
    answers = answered(table(), *account([target(*READ)], [scaling_policy(*READ)]))
    (entry,) = entries(*answers)
    assert [str(note) for note in entry.notes] == [
        "lost: auto scaling of the read capacity of the table has no effect while it is paid on "
        "demand"
    ]
    assert list(rendered(loaded(tmp_path, text_of([entry])))) == ["orders"]


def test_an_index_that_is_being_deleted_is_left_out(tmp_path: Path) -> None:
    answers = answered(
        table(
            AttributeDefinitions=attributes(id="S", other="S"),
            GlobalSecondaryIndexes=[index("by_other", keys("other"), IndexStatus="DELETING")],
        )
    )
    (entry,) = entries(*answers)
    assert [str(note) for note in entry.notes] == ["lost: index by_other is being deleted"]
    assert "GlobalSecondaryIndexes" not in rendered(loaded(tmp_path, text_of([entry])))["orders"]


def test_attribute_definitions_that_nothing_uses_are_named(tmp_path: Path) -> None:
    answers = answered(table(AttributeDefinitions=attributes(id="S", spare="N")))
    (entry,) = entries(*answers)
    assert [str(note) for note in entry.notes] == [
        "lost: attribute definitions that no key uses: spare"
    ]
    (definition,) = rendered(loaded(tmp_path, text_of([entry])))["orders"]["AttributeDefinitions"]
    assert definition["AttributeName"] == "id"
