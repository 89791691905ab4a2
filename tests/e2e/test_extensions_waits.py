"""State machines on local endpoints that wait no longer than a test wants to."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
STATES = {
    "Wait": {"Type": "Wait", "Seconds": 600, "Next": "Try"},
    "Try": {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
        "Parameters": {"Name": "/nowhere"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 600, "MaxAttempts": 1}],
        "End": True,
    },
}


def test_waits_and_pauses_before_another_try_are_shortened(local_aws: LocalAws) -> None:
    local_aws.reset()
    body = {"longest_seconds": 0.1}
    shorten(local_aws, body)
    api = local_aws.client("stepfunctions", **HERE)
    role = local_aws.client("iam", **HERE).create_role(
        RoleName="machine", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
    )
    machine = api.create_state_machine(
        name="waits",
        definition=json.dumps({"StartAt": "Wait", "States": STATES}),
        roleArn=role["Role"]["Arn"],
    )["stateMachineArn"]
    execution = {"executionArn": api.start_execution(stateMachineArn=machine)["executionArn"]}
    deadline = time.monotonic() + 300
    while api.describe_execution(**execution)["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert api.describe_execution(**execution)["status"] == "FAILED"
    shorten(local_aws, {"longest_seconds": None})


def shorten(local_aws: LocalAws, body: dict[str, Any]) -> None:
    url, headers = f"{local_aws.endpoint}/moto-api/waits", {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=300):
        pass
