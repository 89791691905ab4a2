"""Step Functions on local endpoints: a Distributed Map over a list in S3, as large runs have it."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e import exported
from tests.e2e.moto_api import ask, calls

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
TRUST = '{"Version": "2012-10-17", "Statement": []}'
ROLE = "arn:aws:iam::111111111111:role/machine"
FUNCTION = "arn:aws:lambda:eu-central-1:111111111111:function"
CODE = """
import time

class BadDataError(Exception): pass

def plan(event, context):
    rounds = event["previous"].get("round", 0)
    if rounds == event["request"]["rounds"]:
        return {"action": "report", "round": rounds}
    wait = {"action": "wait", "wait_seconds": 1, "round": rounds, "waited": True}
    if not event["previous"].get("waited"):
        return wait
    prefix = f"work/{rounds + 1:05d}/"
    return {
        "action": "load",
        "round": rounds + 1,
        "waited": True,
        "list": {"bucket": "work", "key": prefix + "list.json", "results_prefix": prefix + "r/"},
        "children": 2,
        "load": {"table": "orders", "write_units": 2.5},
    }

def load(event, context):
    assert event["load"]["table"] == "orders", event
    item, line = event["item"], event["previous"].get("line", 0)
    if item["index"] == "bad":
        raise BadDataError("s3://bucket/key, line 3: no item")
    if item["index"] == "slow":
        time.sleep(10)
    return {"done": line == 2, "wait_seconds": int(line == 1), "line": line + 1}
"""


def states(rounds_of: Any) -> dict[str, Any]:
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "NotLoaded"}]
    child = {
        "LoadFiles": {
            "Type": "Task",
            "Resource": f"{FUNCTION}:load",
            "TimeoutSeconds": 6,
            "Parameters": {
                "item.$": "$.item",
                "load.$": "$.load",
                "place": {"region": "eu-central-1"},
                "previous.$": "$.loaded",
            },
            "ResultPath": "$.loaded",
            "Retry": [
                {"ErrorEquals": ["BadDataError", "States.Timeout"], "MaxAttempts": 0},
                {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2},
            ],
            "Catch": catch,
            "Next": "IsLoaded",
        },
        "IsLoaded": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.loaded.done", "BooleanEquals": True, "Next": "Loaded"},
                {"Variable": "$.loaded.wait_seconds", "NumericGreaterThan": 0, "Next": "Wait"},
            ],
            "Default": "LoadFiles",
        },
        "Wait": {"Type": "Wait", "SecondsPath": "$.loaded.wait_seconds", "Next": "LoadFiles"},
        "Loaded": {
            "Type": "Pass",
            "Parameters": {"index.$": "$.item.index", "status": "LOADED"},
            "End": True,
        },
        "NotLoaded": {
            "Type": "Pass",
            "Parameters": {
                "index.$": "$.item.index",
                "status": "FAILED",
                "error.$": "$.error",
            },
            "End": True,
        },
    }
    return {
        "Accept": {
            "Type": "Pass",
            "Parameters": {"request.$": "$", "plan": {}},
            "Next": "Plan",
        },
        "Plan": {
            "Type": "Task",
            "Resource": f"{FUNCTION}:plan",
            "Parameters": {"request.$": "$.request", "previous.$": "$.plan"},
            "ResultPath": "$.plan",
            "Next": "WhatIsNext",
        },
        "WhatIsNext": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.plan.action", "StringEquals": "load", "Next": "Load"},
                {"Variable": "$.plan.action", "StringEquals": "wait", "Next": "WaitForIt"},
            ],
            "Default": "Report",
        },
        "WaitForIt": {"Type": "Wait", "SecondsPath": "$.plan.wait_seconds", "Next": "Plan"},
        "Load": {
            "Type": "Map",
            "Label": "Load",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket.$": "$.plan.list.bucket", "Key.$": "$.plan.list.key"},
            },
            "ItemSelector": {
                "item.$": "$$.Map.Item.Value",
                "load.$": "$.plan.load",
                "loaded": {},
            },
            "MaxConcurrencyPath": "$.plan.children",
            "ToleratedFailurePercentage": 100,
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {
                    "Bucket.$": "$.plan.list.bucket",
                    "Prefix.$": "$.plan.list.results_prefix",
                },
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "LoadFiles",
                "States": child,
            },
            "ResultPath": rounds_of,
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Report"}],
            "Next": "Plan",
        },
        "Report": {"Type": "Pass", "End": True},
    }


@pytest.fixture(scope="module")
def s3(local_aws: LocalAws) -> Any:
    client = local_aws.client("s3", **HERE)
    exported.bucket(client, "work")
    return client


@pytest.fixture(scope="module")
def api(local_aws: LocalAws, s3: Any) -> Any:
    role = local_aws.client("iam", **HERE).create_role(
        RoleName="machine", AssumeRolePolicyDocument=TRUST
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", CODE)
    for name in ("plan", "load"):
        local_aws.client("lambda", **HERE).create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler=f"app.{name}",
            Timeout=30,
            Code={"ZipFile": code.getvalue()},
        )
    ask(local_aws, "waits", {"longest_seconds": 0.05})
    yield local_aws.client("stepfunctions", **HERE)
    ask(local_aws, "waits", {"longest_seconds": None})


def write(s3: Any, number: int, *indexes: str | int) -> None:
    body = json.dumps([{"index": each, "files": []} for each in indexes]).encode()
    s3.put_object(Bucket="work", Key=f"work/{number:05d}/list.json", Body=body)


def run(api: Any, name: str, rounds: int, result_path: str | None = None) -> dict[str, Any]:
    definition = {"StartAt": "Accept", "TimeoutSeconds": 60, "States": states(result_path)}
    machine = api.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)
    started = api.start_execution(
        stateMachineArn=machine["stateMachineArn"], input=json.dumps({"rounds": rounds})
    )
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        shown: dict[str, Any] = api.describe_execution(executionArn=started["executionArn"])
        if shown["status"] != "RUNNING":
            return shown
        time.sleep(0.1)
    raise TimeoutError(name)


def test_rounds_of_a_list_in_s3_run_one_after_the_other(
    local_aws: LocalAws, api: Any, s3: Any
) -> None:
    write(s3, 1, 0, 1, "bad", 3)
    write(s3, 2, 4)
    ask(local_aws, "calls", method="DELETE")
    shown = run(api, "rounds", 2)
    assert shown["status"] == "SUCCEEDED", shown
    state = json.loads(shown["output"])
    assert state["request"] == {"rounds": 2}
    assert state["plan"] == {"action": "report", "round": 2}
    assert "error" not in state
    runs = api.list_map_runs(executionArn=shown["executionArn"])["mapRuns"]
    assert len(runs) == 2
    described = [api.describe_map_run(mapRunArn=each["mapRunArn"]) for each in runs]
    assert sorted(each["executionCounts"]["total"] for each in described) == [1, 4]
    assert {each["maxConcurrency"] for each in described} == {2}
    first = next(each for each in described if each["executionCounts"]["total"] == 4)
    listed = api.list_executions(mapRunArn=first["mapRunArn"])["executions"]
    outputs = [
        json.loads(api.describe_execution(executionArn=each["executionArn"])["output"])
        for each in listed
    ]
    by_index = {each["index"]: each for each in outputs}
    assert {index: each["status"] for index, each in by_index.items()} == {
        0: "LOADED",
        1: "LOADED",
        "bad": "FAILED",
        3: "LOADED",
    }
    assert by_index["bad"]["error"]["Error"] == "BadDataError"
    assert "line 3: no item" in by_index["bad"]["error"]["Cause"]
    made = [each for each in calls(local_aws) if each["role_arn"] == ROLE]
    read = [each for each in made if each["operation"] == "GetObject"]
    assert {each["parameters"]["Key"] for each in read} == {
        "work/00001/list.json",
        "work/00002/list.json",
    }


def test_what_the_children_gave_lies_where_the_writer_was_told(api: Any, s3: Any) -> None:
    write(s3, 1, 0, "bad")
    shown = run(api, "writes", 1, "$.written")
    state = json.loads(shown["output"])
    written = state["written"]
    assert written.keys() == {"MapRunArn", "ResultWriterDetails"}
    details = written["ResultWriterDetails"]
    run_id = written["MapRunArn"].rpartition(":")[2]
    assert details == {"Bucket": "work", "Key": f"work/00001/r/{run_id}/manifest.json"}
    manifest = json.loads(exported.body(s3, "work", details["Key"]))
    assert manifest["MapRunArn"] == written["MapRunArn"]
    assert manifest["DestinationBucket"] == "work"
    (succeeded,) = manifest["ResultFiles"]["SUCCEEDED"]
    assert manifest["ResultFiles"]["FAILED"] == []
    results = json.loads(exported.body(s3, "work", succeeded["Key"]))
    outputs = [json.loads(each["Output"]) for each in results]
    assert {each["index"]: each["status"] for each in outputs} == {0: "LOADED", "bad": "FAILED"}
    assert {each["Status"] for each in results} == {"SUCCEEDED"}


def test_a_task_that_takes_too_long_times_out_and_is_caught(api: Any, s3: Any) -> None:
    write(s3, 1, "slow")
    shown = run(api, "slow", 1)
    assert shown["status"] == "SUCCEEDED", shown
    (listed,) = api.list_map_runs(executionArn=shown["executionArn"])["mapRuns"]
    (child,) = api.list_executions(mapRunArn=listed["mapRunArn"])["executions"]
    output = json.loads(api.describe_execution(executionArn=child["executionArn"])["output"])
    assert (output["status"], output["error"]["Error"]) == ("FAILED", "States.Timeout")


def test_a_list_that_is_not_there_is_caught(api: Any, s3: Any) -> None:
    s3.delete_object(Bucket="work", Key="work/00001/list.json")
    shown = run(api, "missing", 1)
    assert shown["status"] == "SUCCEEDED", shown
    assert json.loads(shown["output"])["error"]["Error"] == "States.ItemReaderFailed"
