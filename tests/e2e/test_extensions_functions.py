"""The extensions of moto that run functions, and the custom resources that wait for them."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.moto_api import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
CODE = """
import json, os, sys, time, urllib.request
import boto3
from app import helper

def handler(event, context):
    kind = event.get("RequestType")
    if "ResponseURL" not in event:
        return getattr(helper, event["do"])()
    print("asked to", kind)
    if event["ResourceProperties"].get("Mute"):
        return
    status = event["ResourceProperties"].get("Status", "SUCCESS") if kind == "Create" else "SUCCESS"
    answer = {"Status": status, "Reason": "as asked", "PhysicalResourceId": "it"}
    answer["Data"] = {"A": "b"}
    answer |= {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")
    request.add_header("Content-Type", event["ResourceProperties"].get("Type", ""))
    urllib.request.urlopen(request)
"""
HELPER = """
import os, sys, time
import boto3

def where():
    return {"file": __file__, "account": boto3.client("sts").get_caller_identity()["Account"],
            "region": os.environ["AWS_REGION"], "given": os.environ["GIVEN"]}

def fail():
    raise ValueError("as asked")

def end():
    sys.exit(3)

def sleep():
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def function(local_aws: LocalAws) -> str:
    """The ARN of a function whose code has two modules."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app/__init__.py", "")
        archive.writestr("app/main.py", CODE)
        archive.writestr("app/helper.py", HELPER)
    role = local_aws.client("iam", **HERE).create_role(
        RoleName="runs", AssumeRolePolicyDocument=json.dumps({"Statement": []})
    )["Role"]["Arn"]
    made = local_aws.client("lambda", **HERE).create_function(
        FunctionName="asked",
        Runtime="python3.13",
        Role=role,
        Handler="app.main.handler",
        Timeout=8,
        Environment={"Variables": {"GIVEN": "value"}},
        Code={"ZipFile": code.getvalue()},
    )
    return str(made["FunctionArn"])


def invoke(local_aws: LocalAws, function: str, do: str) -> tuple[dict[str, Any], bool, str]:
    answer = local_aws.client("lambda", **HERE).invoke(
        FunctionName=function, Payload=json.dumps({"do": do}), LogType="Tail"
    )
    log = base64.b64decode(answer.get("LogResult", b"")).decode()
    return json.load(answer["Payload"]), "FunctionError" in answer, log


def test_a_function_runs_from_its_zip_in_its_account(local_aws: LocalAws, function: str) -> None:
    answer, failed, log = invoke(local_aws, function, "where")
    assert not failed
    assert ".zip/app/helper.py" in answer.pop("file")
    assert answer == {"account": "111111111111", "region": "eu-central-1", "given": "value"}
    assert 'CALL {"service": "sts", "operation": "GetCallerIdentity"}' in log


@pytest.mark.parametrize(
    ("do", "message"),
    [("fail", "as asked"), ("end", "Runtime exited"), ("sleep", "timed out after 8 seconds")],
)
def test_a_function_that_fails_says_so(
    local_aws: LocalAws, function: str, do: str, message: str
) -> None:
    answer, failed, _ = invoke(local_aws, function, do)
    assert failed
    assert message in answer["errorMessage"]


def test_the_time_of_a_call_is_over_when_a_test_says(local_aws: LocalAws, function: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        called = pool.submit(invoke, local_aws, function, "sleep")
        while not ask(local_aws, "timeouts", {"function": "asked"})["ended"]:
            assert not called.done()
        answer, failed, _ = called.result()
    assert failed
    assert "timed out after 8 seconds" in answer["errorMessage"]
    assert ask(local_aws, "timeouts", {"function": "asked"}) == {"ended": 0}


def stack(local_aws: LocalAws, name: str, function: str, **properties: Any) -> Any:
    resource = {"Type": "Custom::Asked", "Properties": {"ServiceToken": function, **properties}}
    outputs = {"A": {"Value": {"Fn::GetAtt": ["It", "A"]}}}
    api = local_aws.client("cloudformation", **HERE)
    body = json.dumps({"Resources": {"It": resource}, "Outputs": outputs})
    api.create_stack(StackName=name, TemplateBody=body)
    return api


def asked_to(local_aws: LocalAws) -> Iterator[str]:
    logs = local_aws.client("logs", **HERE)
    for event in logs.filter_log_events(logGroupName="/aws/lambda/asked")["events"]:
        if event["message"].startswith("asked to "):
            yield event["message"].removeprefix("asked to ")


def test_a_custom_resource_is_made_and_deleted_by_its_function(
    local_aws: LocalAws, function: str
) -> None:
    api = stack(local_aws, "asked", function)
    (found,) = api.describe_stacks(StackName="asked")["Stacks"]
    assert found["Outputs"][0]["OutputValue"] == "b"
    (resource,) = api.list_stack_resources(StackName="asked")["StackResourceSummaries"]
    assert resource["PhysicalResourceId"] == "it"
    api.delete_stack(StackName="asked")
    assert list(asked_to(local_aws)) == ["Create", "Delete"]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Status": "FAILED"}, "It: as asked"),
        ({"Mute": "yes"}, "It: no answer to Create"),
        # A pre-signed URL is signed for no type of content.
        ({"Type": "application/x-www-form-urlencoded"}, "It: no answer to Create"),
    ],
)
def test_a_custom_resource_that_fails_or_stays_silent_fails_the_stack(
    local_aws: LocalAws, function: str, properties: dict[str, str], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        stack(
            local_aws, f"failing-{len(properties)}-{next(iter(properties))}", function, **properties
        )
