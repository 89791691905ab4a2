"""CloudFormation on local endpoints: queues, schedules and alarms, with every setting of theirs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
PLACE = "eu-central-1:111111111111"
QUEUE = {
    "Type": "AWS::SQS::Queue",
    "Properties": {
        "QueueName": "undelivered",
        "KmsMasterKeyId": "alias/alerts",
        "KmsDataKeyReusePeriodSeconds": 3600,
        "MessageRetentionPeriod": 1209600,
        "Tags": [{"Key": "project", "Value": "shop"}],
    },
}
SCHEDULE = {
    "Type": "AWS::Scheduler::Schedule",
    "Properties": {
        "Name": "hourly",
        "Description": "every hour",
        "ScheduleExpression": "cron(15 * * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
        "State": "ENABLED",
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        "Target": {
            "Arn": f"arn:aws:states:{PLACE}:stateMachine:exports",
            "RoleArn": "arn:aws:iam::111111111111:role/schedules",
            "Input": '{"kind": "full", "scheduled_at": "<aws.scheduler.scheduled-time>"}',
            "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Queue", "Arn"]}},
            "RetryPolicy": {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 3600},
        },
    },
}
ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "AlarmName": "too-old",
        "AlarmDescription": "the newest point is too old",
        "Namespace": "Shop",
        "MetricName": "Age",
        "Dimensions": [
            {"Name": "Environment", "Value": "prod"},
            {"Name": "Rule", "Value": "daily"},
        ],
        "Statistic": "Maximum",
        "Unit": "Seconds",
        "Period": 3600,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 93600,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "breaching",
        "ActionsEnabled": True,
        "AlarmActions": [f"arn:aws:sns:{PLACE}:alerts"],
        "OKActions": [f"arn:aws:sns:{PLACE}:alerts"],
        "Tags": [{"Key": "project", "Value": "shop"}],
    },
}


@pytest.fixture(scope="module")
def outputs(local_aws: LocalAws) -> dict[str, str]:
    """What a stack of the three tells of them."""
    told = {
        "Url": {"Ref": "Queue"},
        "Arn": {"Fn::GetAtt": ["Queue", "Arn"]},
        "Name": {"Fn::GetAtt": ["Queue", "QueueName"]},
        "Schedule": {"Fn::GetAtt": ["Schedule", "Arn"]},
        "Alarm": {"Fn::GetAtt": ["Alarm", "Arn"]},
    }
    body = {
        "Resources": {"Schedule": SCHEDULE, "Alarm": ALARM, "Queue": QUEUE},
        "Outputs": {name: {"Value": value} for name, value in told.items()},
    }
    api = local_aws.client("cloudformation", **HERE)
    api.create_stack(StackName="watching", TemplateBody=json.dumps(body))
    (stack,) = api.describe_stacks(StackName="watching")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def test_a_queue_has_its_settings(local_aws: LocalAws, outputs: dict[str, str]) -> None:
    sqs = local_aws.client("sqs", **HERE)
    assert outputs["Arn"] == f"arn:aws:sqs:{PLACE}:undelivered"
    assert outputs["Name"] == "undelivered"
    url = sqs.get_queue_url(QueueName="undelivered")["QueueUrl"]
    assert outputs["Url"].rpartition("/")[2] == url.rpartition("/")[2]
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    expected = {
        "KmsMasterKeyId": "alias/alerts",
        "KmsDataKeyReusePeriodSeconds": "3600",
        "MessageRetentionPeriod": "1209600",
    }
    assert expected.items() <= shown.items()
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"project": "shop"}


def test_a_schedule_has_its_settings(local_aws: LocalAws, outputs: dict[str, str]) -> None:
    shown = local_aws.client("scheduler", **HERE).get_schedule(Name="hourly")
    assert shown["Arn"] == outputs["Schedule"]
    expected: Any = SCHEDULE["Properties"]
    target = expected["Target"] | {"DeadLetterConfig": {"Arn": outputs["Arn"]}}
    assert {name: shown[name] for name in expected} == expected | {"Target": target}


def test_an_alarm_has_its_settings(local_aws: LocalAws, outputs: dict[str, str]) -> None:
    api = local_aws.client("cloudwatch", **HERE)
    (shown,) = api.describe_alarms(AlarmNames=["too-old"])["MetricAlarms"]
    expected: Any = dict(ALARM["Properties"])  # type: ignore[call-overload]
    tags = expected.pop("Tags")
    assert {name: shown[name] for name in expected} == expected
    assert shown["AlarmArn"] == outputs["Alarm"]
    assert api.list_tags_for_resource(ResourceARN=shown["AlarmArn"])["Tags"] == tags


def test_the_stack_takes_them_away_again(local_aws: LocalAws, outputs: dict[str, str]) -> None:
    local_aws.client("cloudformation", **HERE).delete_stack(StackName="watching")
    assert local_aws.client("scheduler", **HERE).list_schedules()["Schedules"] == []
    assert local_aws.client("cloudwatch", **HERE).describe_alarms()["MetricAlarms"] == []
    assert "QueueUrls" not in local_aws.client("sqs", **HERE).list_queues()
