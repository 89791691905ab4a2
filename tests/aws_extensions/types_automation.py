"""AWS::StepFunctions::StateMachine, Scheduler::Schedule, SSM::Parameter and Logs::LogGroup."""

from __future__ import annotations

import json
from typing import Any

from moto.utilities.utils import get_partition

from .resource_type import Clients, Resource, resource_type, take


@resource_type("AWS::StepFunctions::StateMachine", "StateMachineName", replaced=True)
def state_machine(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("stepfunctions")
    text = properties.pop("DefinitionString", None)
    definition = text or json.dumps(properties.pop("Definition"))
    for key, value in properties.pop("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{key}}}", str(value))
    request = {"roleArn": properties.pop("RoleArn"), "definition": definition}
    request["type"] = properties.pop("StateMachineType", "STANDARD")
    request["tags"] = _lower(properties.pop("Tags", []))
    for member in ("LoggingConfiguration", "TracingConfiguration", "EncryptionConfiguration"):
        if member in properties:
            request |= _lower({member: properties.pop(member)})
    arn = api.create_state_machine(name=name, **request)["stateMachineArn"]
    return Resource(
        physical_resource_id=arn,
        attributes={"Arn": arn, "Name": name},
        undo=lambda: api.delete_state_machine(stateMachineArn=arn),
    )


def _lower(value: Any) -> Any:
    """Spell members as this API does, which begins them with a small letter."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _lower(member) for key, member in value.items()}
    return [_lower(item) for item in value] if isinstance(value, list) else value


@resource_type("AWS::Scheduler::Schedule", "Name", replaced=True)
def schedule(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("scheduler")
    group = {"GroupName": properties.pop("GroupName", "default")}
    arn = api.create_schedule(Name=name, **group, **take(properties, *properties))["ScheduleArn"]
    return Resource(
        physical_resource_id=name,
        attributes={"Arn": arn},
        undo=lambda: api.delete_schedule(Name=name, **group),
    )


@resource_type("AWS::SSM::Parameter", "Name", replaced=True)
def parameter(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    """As on AWS, a parameter that exists already is not overwritten."""
    api = aws("ssm")
    value, kind = properties["Value"], properties["Type"]
    tags = [{"Key": key, "Value": text} for key, text in properties.pop("Tags", {}).items()]
    request = take(properties, "Value", "Type", "Description", "AllowedPattern", "DataType")
    request |= take(properties, "Tier", "Policies")
    api.put_parameter(Name=name, Tags=tags, **request)
    return Resource(
        physical_resource_id=name,
        attributes={"Value": value, "Type": kind},
        undo=lambda: api.delete_parameter(Name=name),
    )


@resource_type("AWS::Logs::LogGroup", "LogGroupName")
def log_group(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("logs")
    request = {"tags": {tag["Key"]: tag["Value"] for tag in properties.pop("Tags", [])}}
    request |= _lower(take(properties, "KmsKeyId", "LogGroupClass"))
    api.create_log_group(logGroupName=name, **request)
    if "RetentionInDays" in properties:
        days = properties.pop("RetentionInDays")
        api.put_retention_policy(logGroupName=name, retentionInDays=days)
    place = f"{get_partition(aws.region)}:logs:{aws.region}:{aws.account_id}"
    return Resource(
        physical_resource_id=name,
        attributes={"Arn": f"arn:{place}:log-group:{name}:*"},  # moto forgets the end
        undo=lambda: api.delete_log_group(logGroupName=name),
    )
