"""SNS on local endpoints: a message goes to queues, and to nobody outside of this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}


def test_an_endpoint_outside_is_no_obstacle(local_aws: LocalAws) -> None:
    local_aws.reset()
    sns, sqs = (local_aws.client(name, **HERE) for name in ("sns", "sqs"))
    topic = sns.create_topic(Name="told")["TopicArn"]
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://pager.shop.test/hook")
    arn = "arn:aws:sqs:eu-central-1:111111111111:told"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="to whom it concerns")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "to whom it concerns"
