"""AWS::Lambda::Function and EventInvokeConfig; custom resources, answered by a URL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import ValidationError

from .resource_type import Clients, Resource, resource_type, take

CUSTOM = "AWS::CloudFormation::CustomResource"


@resource_type("AWS::Lambda::Function", "FunctionName")
def function(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("lambda")
    tags = {tag["Key"]: tag["Value"] for tag in properties.pop("Tags", [])}
    request = take(properties, "Code", "Role", "Handler", "Runtime", "Architectures")
    request |= take(properties, "Description", "Environment", "MemorySize", "Timeout")
    request |= take(properties, "DeadLetterConfig", "KmsKeyArn", "LoggingConfig", "TracingConfig")
    reserved = properties.pop("ReservedConcurrentExecutions", None)
    made = api.create_function(FunctionName=name, Tags=tags, **request)
    if reserved is not None:
        api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    return Resource(
        physical_resource_id=name,
        attributes={"Arn": made["FunctionArn"]},
        undo=lambda: api.delete_function(FunctionName=name),
    )


@resource_type("AWS::Lambda::EventInvokeConfig", replaced=True)
def event_invoke_config(aws: Clients, properties: dict[str, Any], _name: str) -> Resource:
    api = aws("lambda")
    key = take(properties, "FunctionName", "Qualifier")
    api.put_function_event_invoke_config(**key, **take(properties, *properties))
    return Resource(
        physical_resource_id="|".join(key.values()),
        undo=lambda: api.delete_function_event_invoke_config(**key),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomResource:
    """Takes the place of moto's class, which sends requests but neither waits nor deletes."""

    name_property: str = ""

    def has_cfn_attr(self, _name: str) -> bool:
        return True

    def create_from_cloudformation_json(
        self,
        _resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Resource:
        """Send the request to create; a FAILED answer, or none, fails the stack."""
        aws = Clients(account_id=account_id, region=region_name)
        properties = cloudformation_json["Properties"]
        common = {
            "StackId": kwargs["StackId"],
            "LogicalResourceId": kwargs["LogicalId"],
            "ResourceType": kwargs["ResourceType"],
            "ServiceToken": properties["ServiceToken"],
            # CloudFormation sends numbers and booleans as text.
            "ResourceProperties": {key: _text(value) for key, value in properties.items()},
        }
        answer = _answer(aws, {**common, "RequestType": "Create"})
        own_id = {"PhysicalResourceId": answer["PhysicalResourceId"]}
        return Resource(
            physical_resource_id=answer["PhysicalResourceId"],
            attributes=answer.get("Data", {}),
            undo=lambda: _answer(aws, {**common, **own_id, "RequestType": "Delete"}),
        )


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _answer(aws: Clients, request: dict[str, Any]) -> dict[str, Any]:
    """Call the function and return what it put at the pre-signed URL."""
    s3, key = aws("s3"), str(uuid4())
    where = {"Bucket": f"cloudformation-responses-{aws.account_id}-{aws.region}", "Key": key}
    constraint = {"LocationConstraint": aws.region}
    elsewhere = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": constraint}
    try:
        s3.create_bucket(Bucket=where["Bucket"], **elsewhere)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
    url = s3.generate_presigned_url("put_object", Params=where, ExpiresIn=3600)
    event = {**request, "RequestId": key, "ResponseURL": url}
    aws("lambda").invoke(
        FunctionName=request["ServiceToken"], InvocationType="Event", Payload=json.dumps(event)
    )
    try:
        answer: dict[str, Any] = json.load(s3.get_object(**where)["Body"])
    except (ClientError, ValueError):  # a body of another type of content arrives empty
        message = f"{request['LogicalResourceId']}: no answer to {request['RequestType']}"
        raise ValidationError(message=message) from None
    for member in ("StackId", "LogicalResourceId", "RequestId"):
        if answer.get(member) != event[member]:
            raise ValidationError(message=f"the answer has another {member}")
    if answer["Status"] != "SUCCESS":
        raise ValidationError(message=f"{request['LogicalResourceId']}: {answer['Reason']}")
    return answer
