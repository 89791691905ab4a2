"""Step Functions on local endpoints: machines whose tasks are functions and calls of AWS."""

from __future__ import annotations

import io
import json
import time
import urllib.request
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
CODE = """
import boto3

class RefusedError(Exception): pass
class BusyError(Exception): pass

def handler(event, context):
    if event.get("refuse"):
        raise RefusedError("as asked")
    if event["looks"] == 1 and event["retries"] == 0:
        raise BusyError("try again")
    caller = boto3.client("sts").get_caller_identity()
    iam = boto3.client("iam")
    role = boto3.client("sts").assume_role(RoleArn=event["role"], RoleSessionName="looks")
    keys = role["Credentials"]
    s3 = boto3.client("s3", region_name="eu-west-1", aws_access_key_id=keys["AccessKeyId"],
                      aws_secret_access_key=keys["SecretAccessKey"],
                      aws_session_token=keys["SessionToken"])
    s3.put_object(Bucket="there", Key="a/b.json", Body=b"x" * 5000, ContentType="application/json")
    return {"done": event["looks"] == 2, "looks": event["looks"] + 1, "wait_seconds": 1,
            "account": caller["Account"], "text": '{"from": "text"}'}
"""
TRUST = '{"Version": "2012-10-17", "Statement": []}'
RETRY = [
    {"ErrorEquals": ["RefusedError"], "MaxAttempts": 0},
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 1.5, "MaxAttempts": 2},
]
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}]


def definition(function: str, topic: str) -> dict[str, Any]:
    look = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": function,
            "Payload": {
                "looks.$": "$.look.looks",
                "retries.$": "$$.State.RetryCount",
                "refuse.$": "$.refuse",
                "role.$": "$.role",
                "execution": {"arn.$": "$$.Execution.Id", "started.$": "$$.Execution.StartTime"},
            },
        },
        "ResultSelector": {
            "done.$": "$.Payload.done",
            "looks.$": "$.Payload.looks",
            "wait_seconds.$": "$.Payload.wait_seconds",
            "account.$": "$.Payload.account",
            "parsed.$": "States.StringToJson($.Payload.text)",
        },
        "ResultPath": "$.look",
        "Retry": RETRY,
        "Catch": CATCH,
        "Next": "Done?",
    }
    return {
        "StartAt": "Start?",
        "States": {
            "Start?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.look", "IsPresent": True, "Next": "Look"}],
                "Default": "Start",
            },
            "Start": {
                "Type": "Pass",
                "Result": {"looks": 1},
                "ResultPath": "$.look",
                "Next": "Look",
            },
            "Look": look,
            "Done?": {
                "Type": "Choice",
                "Choices": [
                    {
                        "And": [
                            {"Variable": "$.look.done", "IsPresent": True},
                            {"Variable": "$.look.done", "BooleanEquals": True},
                        ],
                        "Next": "Name",
                    }
                ],
                "Default": "Wait",
            },
            "Wait": {"Type": "Wait", "SecondsPath": "$.look.wait_seconds", "Next": "Look"},
            "Name": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter",
                "Parameters": {
                    "Name": "/live",
                    "Value.$": "States.Format('{}-{}', $.name, $.look.looks)",
                    "Type": "String",
                    "Overwrite": True,
                },
                "ResultPath": "$.named",
                "Catch": CATCH,
                "Next": "Tell",
            },
            "Tell": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sns:publish",
                "Parameters": {
                    "TopicArn": topic,
                    "Subject": "looked",
                    "Message.$": "States.JsonToString($)",
                },
                "ResultPath": None,
                "Next": "Failed?",
            },
            "Failed?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.error", "IsPresent": True, "Next": "Failed"}],
                "Default": "Succeeded",
            },
            "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
            "Succeeded": {"Type": "Succeed"},
        },
    }


@pytest.fixture(scope="module")
def machine(local_aws: LocalAws) -> str:
    """The ARN of a machine that looks twice, with all that it and its function need."""
    iam = local_aws.client("iam", **HERE)
    roles = {
        name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        for name in ("runs", "machine")
    }
    away = {"account_id": "222222222222", "region": "eu-west-1"}
    local_aws.client("iam", **away).create_role(RoleName="there", AssumeRolePolicyDocument=TRUST)
    where = {"LocationConstraint": "eu-west-1"}
    s3 = local_aws.client("s3", **away)
    s3.create_bucket(Bucket="there", CreateBucketConfiguration=where)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", CODE)
    function = local_aws.client("lambda", **HERE).create_function(
        FunctionName="looks",
        Runtime="python3.13",
        Role=roles["runs"],
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    topic = local_aws.client("sns", **HERE).create_topic(Name="told")["TopicArn"]
    queue = local_aws.client("sqs", **HERE).create_queue(QueueName="told")["QueueUrl"]
    arn = "arn:aws:sqs:eu-central-1:111111111111:told"
    assert queue
    local_aws.client("sns", **HERE).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    made = local_aws.client("stepfunctions", **HERE).create_state_machine(
        name="looks-twice",
        definition=json.dumps(definition(function, topic)),
        roleArn=roles["machine"],
    )
    return str(made["stateMachineArn"])


def run(local_aws: LocalAws, machine: str, **given: Any) -> dict[str, Any]:
    """Run the machine to its end; return its execution as it is described."""
    role = "arn:aws:iam::222222222222:role/there"
    api = local_aws.client("stepfunctions", **HERE)
    given = {"name": "orders", "refuse": False, "role": role, **given}
    started = api.start_execution(stateMachineArn=machine, input=json.dumps(given))
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        shown: dict[str, Any] = api.describe_execution(executionArn=started["executionArn"])
        if shown["status"] != "RUNNING":
            return shown
        time.sleep(0.2)
    raise TimeoutError(started["executionArn"])


def calls(local_aws: LocalAws, method: str = "GET") -> list[dict[str, Any]]:
    request = urllib.request.Request(f"{local_aws.endpoint}/moto-api/calls", method=method)
    with urllib.request.urlopen(request, timeout=300) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def test_a_machine_loops_until_its_function_is_done(local_aws: LocalAws, machine: str) -> None:
    calls(local_aws, "DELETE")
    shown = run(local_aws, machine)
    assert shown["status"] == "SUCCEEDED", shown
    look = json.loads(shown["output"])["look"]
    assert look["parsed"] == {"from": "text"}
    assert (look["account"], look["looks"]) == ("111111111111", 3)
    ssm, sqs = (local_aws.client(name, **HERE) for name in ("ssm", "sqs"))
    assert ssm.get_parameter(Name="/live")["Parameter"]["Value"] == "orders-3"
    (told,) = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="told")["QueueUrl"])[
        "Messages"
    ]
    assert json.loads(told["Body"])["Subject"] == "looked"

    made = [(each["role_arn"], each["service"], each["operation"]) for each in calls(local_aws)]
    ours = "arn:aws:iam::111111111111:role/"
    by_function = [
        (f"{ours}runs", "sts", "GetCallerIdentity"),
        (f"{ours}runs", "sts", "AssumeRole"),
        ("arn:aws:iam::222222222222:role/there", "s3", "PutObject"),
    ]
    invoked = (f"{ours}machine", "lambda", "Invoke")
    assert made == [
        invoked,  # which asked to be tried again
        invoked,
        *by_function,
        invoked,
        *by_function,
        (f"{ours}machine", "ssm", "PutParameter"),
        (f"{ours}machine", "sns", "Publish"),
    ]
    put = next(each for each in calls(local_aws) if each["operation"] == "PutObject")
    assert (put["account_id"], put["region"]) == ("222222222222", "eu-west-1")
    assert put["parameters"]["Bucket"] == "there"
    assert put["parameters"]["Key"] == "a/b.json"
    assert "x" * 100 not in json.dumps(put)
    invoke = calls(local_aws)[0]
    assert invoke["parameters"]["FunctionName"].endswith(":function:looks")


def test_a_refusal_is_not_tried_again_and_told(local_aws: LocalAws, machine: str) -> None:
    calls(local_aws, "DELETE")
    shown = run(local_aws, machine, refuse=True)
    assert (shown["status"], shown["error"]) == ("FAILED", "RefusedError")
    assert json.loads(shown["cause"])["errorMessage"] == "as asked"
    assert [each["operation"] for each in calls(local_aws)] == ["Invoke", "Publish"]


def test_the_history_shows_the_states_in_either_order_and_in_pages(
    local_aws: LocalAws, machine: str
) -> None:
    execution = {"executionArn": run(local_aws, machine)["executionArn"]}
    api = local_aws.client("stepfunctions", **HERE)
    events = api.get_execution_history(**execution)["events"]
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in events
        if event["type"].endswith("StateEntered")
    ]
    assert entered == [
        *("Start?", "Start", "Look", "Done?", "Wait", "Look", "Done?", "Name", "Tell"),
        *("Failed?", "Succeeded"),
    ]
    kinds = {event["type"] for event in events}
    assert kinds >= {"TaskStateEntered", "TaskStateExited", "TaskScheduled", "TaskSucceeded"}
    assert kinds >= {"TaskFailed", "WaitStateEntered", "ChoiceStateExited", "ExecutionSucceeded"}
    newest = api.get_execution_history(**execution, reverseOrder=True, maxResults=2)
    assert newest["events"][0]["type"] == "ExecutionSucceeded"
    after = api.get_execution_history(
        **execution, reverseOrder=True, maxResults=2, nextToken=newest["nextToken"]
    )
    assert [event["id"] for event in after["events"]] == [len(events) - 2, len(events) - 3]


def test_an_execution_of_a_name_is_started_once(local_aws: LocalAws, machine: str) -> None:
    api = local_aws.client("stepfunctions", **HERE)
    request = {"stateMachineArn": machine, "name": "once", "input": '{"refuse": true}'}
    first = api.start_execution(**request)["executionArn"]
    assert first.endswith(":execution:looks-twice:once")
    again = api.start_execution(**request)["executionArn"]
    assert again == first
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        api.start_execution(**request | {"input": "{}"})


def small(local_aws: LocalAws, name: str, states: dict[str, Any], **more: Any) -> str:
    """Create a machine that begins with its first state; return its ARN."""
    body = {"StartAt": next(iter(states)), "States": states, **more}
    role = "arn:aws:iam::111111111111:role/machine"
    api = local_aws.client("stepfunctions", **HERE)
    made = api.create_state_machine(name=name, definition=json.dumps(body), roleArn=role)
    return str(made["stateMachineArn"])


def test_a_function_named_by_its_arn_answers_and_fails_in_its_own_words(
    local_aws: LocalAws, machine: str
) -> None:
    function = "arn:aws:lambda:eu-central-1:111111111111:function:looks"
    parsed = {"lambda.$": "States.StringToJson($.error.Cause)", "none.$": "$.none"}
    states = {
        "Call": {
            "Type": "Task",
            "Resource": function,
            "Parameters": {"refuse.$": "$.refuse", "looks": 2, "role.$": "$.role", "retries": 0},
            "ResultPath": "$.answer",
            "Catch": [
                {"ErrorEquals": ["RefusedError"], "ResultPath": "$.error", "Next": "Parse"},
            ],
            "End": True,
        },
        "Parse": {"Type": "Pass", "Parameters": parsed, "Next": "None?"},
        "None?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.none", "IsNull": True, "Next": "Fail"}],
            "Default": "Never",
        },
        "Never": {"Type": "Succeed"},
        "Fail": {"Type": "Fail", "Error": "Small", "CausePath": "$.lambda.errorMessage"},
    }
    direct = small(local_aws, "direct", states)
    answer = json.loads(run(local_aws, direct)["output"])["answer"]
    assert (answer["done"], answer["account"]) == (True, "111111111111")
    shown = run(local_aws, direct, refuse=True, none=None)
    assert (shown["status"], shown["error"], shown["cause"]) == ("FAILED", "Small", "as asked")


def test_an_execution_that_takes_too_long_is_ended(local_aws: LocalAws, machine: str) -> None:
    waits = {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}
    shown = run(local_aws, small(local_aws, "slow", waits, TimeoutSeconds=1))
    assert shown["status"] == "TIMED_OUT"
    assert "stopDate" in shown


def test_a_call_of_aws_that_fails_is_caught_by_its_name(local_aws: LocalAws, machine: str) -> None:
    states = {
        "Get": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
            "Parameters": {"Name": "/nowhere"},
            "Catch": [{"ErrorEquals": ["Ssm.ParameterNotFoundException"], "Next": "Caught"}],
            "End": True,
        },
        "Caught": {"Type": "Pass", "Result": "caught", "End": True},
    }
    shown = run(local_aws, small(local_aws, "catches", states))
    assert (shown["status"], shown["output"]) == ("SUCCEEDED", '"caught"')


def test_an_execution_can_be_stopped(local_aws: LocalAws, machine: str) -> None:
    waits = {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}
    api = local_aws.client("stepfunctions", **HERE)
    execution = {
        "executionArn": api.start_execution(stateMachineArn=small(local_aws, "stops", waits))[
            "executionArn"
        ]
    }
    api.stop_execution(**execution)
    deadline = time.monotonic() + 300
    while api.describe_execution(**execution)["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert api.describe_execution(**execution)["status"] == "ABORTED"


def test_a_definition_is_judged_and_a_machine_has_no_versions_of_its_own(
    local_aws: LocalAws, machine: str
) -> None:
    api = local_aws.client("stepfunctions", **HERE)
    right = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    judged = api.validate_state_machine_definition(definition=json.dumps(right))
    assert judged["result"] == "OK"
    wrong = {"StartAt": "End", "States": {"End": {"Type": "Suceed"}}}
    judged = api.validate_state_machine_definition(definition=json.dumps(wrong))
    assert (judged["result"], judged["diagnostics"][0]["severity"]) == ("FAIL", "ERROR")
    listed = api.list_state_machine_versions(stateMachineArn=machine)
    assert listed["stateMachineVersions"] == []
