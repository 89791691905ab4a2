"""AWS::SNS::*, AWS::SQS::QueuePolicy and AWS::CloudWatch::Alarm, as calls of their APIs."""

from __future__ import annotations

import json
from typing import Any

from moto.utilities.utils import get_partition

from .resource_type import Clients, Resource, document, resource_type, take


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)  # so true, not True


@resource_type("AWS::SNS::Topic", "TopicName")
def topic(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("sns")
    subscriptions = properties.pop("Subscription", [])
    tags = take(properties, "Tags")
    attributes = {key: _text(properties.pop(key)) for key in list(properties)}
    arn = api.create_topic(Name=name, Attributes=attributes, **tags)["TopicArn"]
    for subscription in subscriptions:
        api.subscribe(TopicArn=arn, **subscription)
    return Resource(
        physical_resource_id=arn,
        attributes={"TopicArn": arn, "TopicName": name},
        undo=lambda: api.delete_topic(TopicArn=arn),
    )


@resource_type("AWS::SNS::TopicPolicy")
def topic_policy(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("sns")
    policy, topics = document(properties.pop("PolicyDocument")), properties.pop("Topics")
    for arn in topics:
        api.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return Resource(physical_resource_id=name, attributes={"Id": name}, undo=lambda: None)


@resource_type("AWS::SNS::Subscription")
def subscription(aws: Clients, properties: dict[str, Any], _name: str) -> Resource:
    region = properties.pop("Region", aws.region)
    api = Clients(account_id=aws.account_id, region=region)("sns")
    request = take(properties, "TopicArn", "Protocol", "Endpoint")
    attributes = {key: _text(properties.pop(key)) for key in list(properties)}
    arn = api.subscribe(**request, Attributes=attributes, ReturnSubscriptionArn=True)
    arn = arn["SubscriptionArn"]
    return Resource(
        physical_resource_id=arn,
        attributes={"Arn": arn},
        undo=lambda: api.unsubscribe(SubscriptionArn=arn),
    )


@resource_type("AWS::SQS::QueuePolicy")
def queue_policy(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("sqs")
    policy, queues = document(properties.pop("PolicyDocument")), properties.pop("Queues")
    for url in queues:
        api.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return Resource(physical_resource_id=name, attributes={"Id": name}, undo=lambda: None)


@resource_type("AWS::CloudWatch::Alarm", "AlarmName")
def alarm(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("cloudwatch")
    api.put_metric_alarm(AlarmName=name, **take(properties, *properties))
    arn = f"arn:{get_partition(aws.region)}:cloudwatch:{aws.region}:{aws.account_id}:alarm:{name}"
    return Resource(
        physical_resource_id=name,
        attributes={"Arn": arn},
        undo=lambda: api.delete_alarms(AlarmNames=[name]),
    )
