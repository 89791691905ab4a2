"""DynamoDB joins the settings of the Region, whatever happens, and nothing else moves."""

from __future__ import annotations

import copy
import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import botocore.endpoint
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common import clients as clients_module
from blueprints.functions.common import custom_resource
from blueprints.functions.region_settings import handler as function
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault, Service

OPT_IN, MANAGEMENT = function.PREFERENCES
BEFORE: dict[str, dict[str, bool]] = {
    OPT_IN: {"Aurora": False, "DynamoDB": False, "EBS": True},
    MANAGEMENT: {"DynamoDB": False, "EFS": False},
}
AFTER = {
    OPT_IN: {"Aurora": False, "DynamoDB": True, "EBS": True},
    MANAGEMENT: {"DynamoDB": True, "EFS": False},
}
NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
TIMED_OUT = ("ConnectTimeoutError: ", "ReadTimeoutError: ", "ConnectionClosedError: ")
OPERATIONS = ("DescribeRegionSettings", "UpdateRegionSettings")


@cache
def made_once() -> Any:
    """The client that functions make, which takes a while."""
    return clients_module.client("backup")


class Region:
    """AWS Backup's settings of one Region; an update replaces the maps that it has."""

    def __init__(self, settings: Mapping[str, Mapping[str, bool]] = BEFORE) -> None:
        self.settings = copy.deepcopy(dict(settings))
        self.service = Service(
            operations={
                "DescribeRegionSettings": lambda _request: self.settings,
                "UpdateRegionSettings": self._update,
            }
        )

    def _update(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.settings.update(request)
        return {}

    def client(self) -> Any:
        return self.service.attach(made_once())


@pytest.fixture(autouse=True)
def _region_of_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _seconds: None)


def merge(region: Region) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the answer of the function and the lines of its log."""
    written = io.StringIO()
    with redirect_stdout(written):
        answer = function.merge({"backup": region.client()}, {}, NOW)
    return answer, [json.loads(line) for line in written.getvalue().splitlines()]


def test_dynamodb_joins_and_nothing_else_moves() -> None:
    region = Region()
    answer, log = merge(region)
    assert region.settings == AFTER
    assert answer == {
        "switched_on": sorted([OPT_IN, MANAGEMENT]),
        "at": "2026-11-20T03:04:05+00:00",
    }
    assert [line["decision"] for line in log] == ["read", "switched on"]
    assert log[0]["settings"] == BEFORE


def test_a_second_run_writes_nothing() -> None:
    region = Region()
    merge(region)
    answer, log = merge(region)
    assert region.service.calls == [*OPERATIONS, OPERATIONS[0]]
    assert answer["switched_on"] == []
    assert log[-1] == {"decision": "already on", "preferences": []}


@pytest.mark.parametrize("on", [OPT_IN, MANAGEMENT])
def test_what_is_on_already_is_not_sent_again(on: str) -> None:
    region = Region({**BEFORE, on: AFTER[on]})
    answer, _ = merge(region)
    (other,) = {OPT_IN, MANAGEMENT} - {on}
    assert answer["switched_on"] == [other]
    assert region.settings == AFTER


def test_what_aws_does_not_list_counts_as_off() -> None:
    assert function.missing({OPT_IN: {"EBS": True}}) == {
        OPT_IN: {"EBS": True, "DynamoDB": True},
        MANAGEMENT: {"DynamoDB": True},
    }
    assert function.missing(AFTER) == {}


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_fault_is_ridden_out_or_told_and_the_next_run_ends_right(
    fault: Fault, operation: str
) -> None:
    region = Region()
    region.service.failing, region.service.fault, region.service.times = operation, fault, 1
    if fault.lasting:
        with pytest.raises(ClientError, match="AccessDeniedException"):
            merge(region)
        assert region.settings == BEFORE
    else:
        merge(region)
        assert region.settings == AFTER
    assert region.service.times == 0, "the fault was never met"
    merge(region)
    assert region.settings == AFTER


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_that_stays_is_told_and_the_next_run_ends_right(
    fault: Fault, operation: str
) -> None:
    region = Region()
    region.service.failing, region.service.fault = operation, fault
    region.service.times = FOR_EVER
    with pytest.raises((ClientError, BotoCoreError)):
        merge(region)
    assert FOR_EVER - region.service.times == (1 if fault.lasting else 3)
    changed = fault.effect and operation == "UpdateRegionSettings"
    assert region.settings == (AFTER if changed else BEFORE)
    region.service.times = 0
    merge(region)
    assert region.settings == AFTER


# --- CloudFormation -------------------------------------------------------------------------------


class Answers:
    """Where CloudFormation takes answers; `refusing` is how many it does not take."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.content_types: list[str | None] = []
        self.sizes: list[int] = []
        self.refusing = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.refusing:
                    outer.refusing -= 1
                    self.send_response(503)
                else:
                    outer.bodies.append(json.loads(body))
                    outer.sizes.append(len(body))
                    outer.content_types.append(self.headers["Content-Type"])
                    self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/answer?X-Amz-Signature=x"


@pytest.fixture
def answers() -> Iterator[Answers]:
    found = Answers()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


def request(answers: Answers, kind: str = "Create", **more: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": answers.url,
        "StackId": "arn:aws:cloudformation:eu-central-1:333333333333:stack/s/1",
        "RequestId": "request",
        "LogicalResourceId": "CallOfFunctionRegionSettings",
        "ResourceType": "Custom::BackupRegionSettings",
        "ResourceProperties": {"ServiceTimeout": "600"},
        **more,
    }


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> Region:
    made = Region()
    monkeypatch.setattr(function, "client", lambda _service: made.client())
    return made


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_cloudformation_is_answered(answers: Answers, region: Region, kind: str) -> None:
    assert function.handler(request(answers, kind), None) is None
    assert region.settings == AFTER
    assert answers.bodies == [
        {
            "Status": "SUCCESS",
            "Reason": "",
            "PhysicalResourceId": "aws-backup-region-settings",
            "StackId": "arn:aws:cloudformation:eu-central-1:333333333333:stack/s/1",
            "RequestId": "request",
            "LogicalResourceId": "CallOfFunctionRegionSettings",
        }
    ]
    # The URL is signed without a type of content; any other would be refused.
    assert answers.content_types == [""]


def test_a_deletion_is_answered_and_changes_nothing(answers: Answers, region: Region) -> None:
    function.handler(request(answers, "Delete", PhysicalResourceId="given"), None)
    assert region.settings == BEFORE
    assert region.service.calls == []
    assert (answers.bodies[0]["Status"], answers.bodies[0]["PhysicalResourceId"]) == (
        "SUCCESS",
        "given",
    )


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_an_error_of_its_own_is_answered_too(
    answers: Answers, region: Region, fault: Fault, operation: str
) -> None:
    region.service.failing, region.service.fault = operation, fault
    region.service.times = FOR_EVER
    function.handler(request(answers), None)
    (answer,) = answers.bodies
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(("ClientError: ", "ServiceUnavailable", *TIMED_OUT))


def test_an_error_before_the_first_call_is_answered_too(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_service: str) -> Any:
        raise RuntimeError("x" * 10_000)

    monkeypatch.setattr(function, "client", broken)
    function.handler(request(answers), None)
    assert answers.bodies[0]["Status"] == "FAILED"
    assert answers.bodies[0]["Reason"].startswith("RuntimeError: xxx")
    assert answers.sizes[0] < 4096


def test_an_answer_that_is_not_taken_is_told_so_that_lambda_calls_again(
    answers: Answers, region: Region
) -> None:
    answers.refusing = 1
    with pytest.raises(OSError, match="503"):
        function.handler(request(answers), None)
    function.handler(request(answers), None)
    assert [body["Status"] for body in answers.bodies] == ["SUCCESS"]
    assert region.service.calls.count("UpdateRegionSettings") == 1


def test_another_caller_gets_the_result_and_the_error(region: Region) -> None:
    answer = function.handler({"CodeSha256": "x"}, None)
    assert answer is not None
    assert answer["switched_on"] == sorted([OPT_IN, MANAGEMENT])
    region.service.failing, region.service.fault = OPERATIONS[0], FAULTS[3]
    region.service.times = FOR_EVER
    with pytest.raises(ClientError, match="AccessDenied"):
        function.handler({}, None)


def test_the_worst_case_fits_the_time_of_the_function() -> None:
    from blueprints.recovery.facts import REGION_SETTINGS_SECONDS

    config = clients_module.CONFIG
    attempts = config.retries["total_max_attempts"]
    waits = sum(2**n for n in range(attempts - 1))  # standard mode: at most 1, 2, 4, … seconds
    call = attempts * (config.connect_timeout + config.read_timeout) + waits
    answer = custom_resource.SECONDS_TO_ANSWER
    assert len(OPERATIONS) * call + answer < REGION_SETTINGS_SECONDS
