"""Step Functions on local endpoints: a Distributed Map over items of the input; its children."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.moto_api import ask, calls

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
TRUST = '{"Version": "2012-10-17", "Statement": []}'
ROLE = "arn:aws:iam::111111111111:role/machine"
MACHINE = "arn:aws:states:eu-central-1:111111111111:stateMachine"
CODE = """
class RefusedError(Exception): pass

def handler(event, context):
    if event["name"] in event["refused"]:
        raise RefusedError(event["name"])
    return {"done": event["looks"] == 2, "looks": event["looks"] + 1}
"""
LOOK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {
        "FunctionName": "looks",
        "Payload": {
            "name.$": "$.table.name",
            "refused.$": "$.refused",
            "looks.$": "$.look.looks",
        },
    },
    "ResultSelector": {"done.$": "$.Payload.done", "looks.$": "$.Payload.looks"},
    "ResultPath": "$.look",
    "Next": "Done?",
}
CAUGHT = {
    "Type": "Pass",
    "Parameters": {
        "error.$": "$.error.Error",
        "execution.$": "$$.Execution.Id",
        "machine.$": "$$.StateMachine.Id",
        "input.$": "$$.Execution.Input.table.name",
    },
    "End": True,
}


def child(*, catches: bool) -> dict[str, Any]:
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]
    return {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Start",
        "States": {
            "Start": {
                "Type": "Pass",
                "Result": {"looks": 1},
                "ResultPath": "$.look",
                "Next": "Look",
            },
            "Look": LOOK | ({"Catch": catch} if catches else {}),
            "Done?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.look.done", "BooleanEquals": True, "Next": "Done"}],
                "Default": "Wait",
            },
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Look"},
            "Done": {"Type": "Succeed"},
            **({"Caught": CAUGHT} if catches else {}),
        },
    }


@pytest.fixture(scope="module")
def api(local_aws: LocalAws) -> Any:
    """Step Functions, with a role and a function that looks twice at what it does not refuse."""
    role = local_aws.client("iam", **HERE).create_role(
        RoleName="machine", AssumeRolePolicyDocument=TRUST
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", CODE)
    local_aws.client("lambda", **HERE).create_function(
        FunctionName="looks",
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": code.getvalue()},
    )
    return local_aws.client("stepfunctions", **HERE)


def machine(api: Any, name: str, *, catches: bool, **tolerated: Any) -> str:
    each = {
        "Type": "Map",
        "ItemsPath": "$.tables",
        "ItemSelector": {
            "table.$": "$$.Map.Item.Value",
            "index.$": "$$.Map.Item.Index",
            "kind.$": "$.kind",
            "refused.$": "$.refused",
            "execution": {"arn.$": "$$.Execution.Id", "machine.$": "$$.StateMachine.Id"},
        },
        "MaxConcurrency": 2,
        "Label": "Tables",
        "ItemProcessor": child(catches=catches),
        "ResultPath": "$.results",
        "Catch": [
            {
                "ErrorEquals": ["States.ExceedToleratedFailureThreshold"],
                "ResultPath": "$.error",
                "Next": "Over",
            }
        ],
        "End": True,
        **tolerated,
    }
    body = {"StartAt": "Each", "States": {"Each": each, "Over": {"Type": "Succeed"}}}
    definition = json.dumps(body)
    made = api.create_state_machine(name=name, definition=definition, roleArn=ROLE)
    shown = api.describe_state_machine(stateMachineArn=made["stateMachineArn"])
    assert shown["definition"] == definition
    return str(made["stateMachineArn"])


def run(api: Any, arn: str, *refused: str) -> dict[str, Any]:
    given = {"tables": [{"name": each} for each in "abcd"], "kind": "full", "refused": refused}
    started = api.start_execution(stateMachineArn=arn, input=json.dumps(given))
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        shown: dict[str, Any] = api.describe_execution(executionArn=started["executionArn"])
        if shown["status"] != "RUNNING":
            return shown
        time.sleep(0.2)
    raise TimeoutError(arn)


def children(api: Any, shown: dict[str, Any], **more: str) -> list[dict[str, Any]]:
    (listed,) = api.list_map_runs(executionArn=shown["executionArn"])["mapRuns"]
    found = api.list_executions(mapRunArn=listed["mapRunArn"], **more)["executions"]
    return [api.describe_execution(executionArn=each["executionArn"]) for each in found]


def test_every_item_runs_in_an_execution_of_its_own(local_aws: LocalAws, api: Any) -> None:
    ask(local_aws, "calls", method="DELETE")
    arn = machine(api, "runs", catches=True, ToleratedFailurePercentage=100)
    shown = run(api, arn, "b")
    assert shown["status"] == "SUCCEEDED", shown
    found = children(api, shown)
    assert {each["status"] for each in found} == {"SUCCEEDED"}
    by_name = {json.loads(each["input"])["table"]["name"]: each for each in found}
    assert by_name.keys() == {"a", "b", "c", "d"}

    given = json.loads(by_name["c"]["input"])
    assert given["execution"] == {"arn": shown["executionArn"], "machine": arn}
    assert (given["index"], given["kind"]) == (2, "full")
    caught = json.loads(by_name["b"]["output"])
    assert caught == {
        "error": "RefusedError",
        "execution": by_name["b"]["executionArn"],
        "machine": f"{MACHINE}:runs/Tables",
        "input": "b",
    }
    prefix = "arn:aws:states:eu-central-1:111111111111:execution:runs/Tables:"
    assert all(each["executionArn"].startswith(prefix) for each in found)
    assert json.loads(shown["output"])["results"][1] == caught

    events = api.get_execution_history(executionArn=by_name["a"]["executionArn"])["events"]
    entered = [e["stateEnteredEventDetails"]["name"] for e in events if "Entered" in e["type"]]
    assert entered == ["Start", "Look", "Done?", "Wait", "Look", "Done?", "Done"]
    assert (events[0]["type"], events[-1]["type"]) == ("ExecutionStarted", "ExecutionSucceeded")
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    own = api.get_execution_history(executionArn=shown["executionArn"])["events"]
    kinds = [event["type"] for event in own]
    assert kinds[1:4] == ["MapStateEntered", "MapStateStarted", "MapRunStarted"]
    assert "TaskStateEntered" not in kinds
    started = [each for each in calls(local_aws) if each["operation"] == "StartExecution"]
    (started_child,) = started
    assert started_child["parameters"] == {"stateMachineArn": arn}
    assert (started_child["role_arn"], started_child["service"]) == (ROLE, "states")
    assert started_child["invoked_by"] == "states.amazonaws.com"


@pytest.mark.parametrize(
    ("name", "refused", "tolerated", "fails"),
    [
        ("all", "abcd", {"ToleratedFailurePercentage": 100}, False),
        ("half", "ab", {"ToleratedFailurePercentage": 50}, False),
        ("over", "abc", {"ToleratedFailurePercentage": 50}, True),
        ("fraction", "a", {"ToleratedFailurePercentage": 24.5}, True),
        ("none", "a", {}, True),
        ("zero", "a", {"ToleratedFailurePercentage": 0}, True),
        ("clean", "", {}, False),
        ("count", "ab", {"ToleratedFailureCount": 2}, False),
        ("over-count", "abc", {"ToleratedFailureCount": 2}, True),
        ("both", "ab", {"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 90}, True),
    ],
)
def test_as_many_may_fail_as_is_tolerated(
    api: Any, name: str, refused: str, tolerated: dict[str, Any], *, fails: bool
) -> None:
    shown = run(api, machine(api, name, catches=False, **tolerated), *refused)
    assert shown["status"] == "SUCCEEDED", shown
    error = json.loads(shown["output"]).get("error")
    assert (error is not None) == fails, shown
    if fails:
        assert error["Error"] == "States.ExceedToleratedFailureThreshold"
        assert error["Cause"]
    failed = children(api, shown, statusFilter="FAILED")
    assert {json.loads(each["input"])["table"]["name"] for each in failed} == set(refused)
    assert {each["error"] for each in failed} <= {"RefusedError"}
    (listed,) = api.list_map_runs(executionArn=shown["executionArn"])["mapRuns"]
    described = api.describe_map_run(mapRunArn=listed["mapRunArn"])
    assert described["status"] == ("FAILED" if fails else "SUCCEEDED")
    counts = described["executionCounts"]
    assert (counts["total"], counts["failed"], counts["running"]) == (4, len(refused), 0)


def test_a_run_that_is_not_tolerated_nor_caught_fails_the_execution(api: Any) -> None:
    arn = machine(api, "fails", catches=False)
    body = json.loads(api.describe_state_machine(stateMachineArn=arn)["definition"])
    del body["States"]["Each"]["Catch"]
    body["States"].pop("Over")
    made = api.create_state_machine(name="fails-aloud", definition=json.dumps(body), roleArn=ROLE)
    shown = run(api, made["stateMachineArn"], "a")
    assert shown["status"] == "FAILED"
    assert shown["error"] == "States.ExceedToleratedFailureThreshold"
