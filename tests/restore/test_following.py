"""An execution is followed to its end, whatever fails on the way; stopping never stops it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

from generator.executions.following import MOST_FAILURES, described, elapsed, follow
from generator.executions.stopped import StoppedError
from tests.restore.fakes import EXECUTION, Execution, Ticking, entered, error, event, what

WRAPPED = {
    "error": "ClientError",
    "cause": '{"errorMessage": "DescribeTable was throttled", "errorType": "ClientError"}',
}
EVENTS = [
    event(1, "ExecutionStarted"),
    entered(2, "Accept", "PassStateEntered"),
    entered(3, "Plan"),
    entered(4, "RestoreTable"),
    entered(5, "WaitForRestore", "WaitStateEntered"),
    entered(6, "RestoreTable"),
    entered(7, "ApplySettings"),
    event(8, "LambdaFunctionFailed", lambdaFunctionFailedEventDetails=WRAPPED),
    entered(9, "Verify"),
    entered(10, "Report"),
    event(11, "ExecutionSucceeded"),
]
TOLD = [
    "    0:30  choosing the source, the name and the settings",
    "    0:40  restoring the data",
    "    1:10  setting what AWS does not restore",
    "    1:20  failed: ClientError: DescribeTable was throttled",
    "    1:30  verifying",
    "    1:40  writing the report",
]


def followed(execution: Execution, **ticking: Any) -> tuple[Any, list[str]]:
    told: list[str] = []
    clock = Ticking(**ticking).clock()
    return follow(execution, what(), EXECUTION, told.append, clock), told


@pytest.mark.parametrize("page", [1, 2, 3, 200])
def test_each_step_is_told_once_however_the_history_comes(page: int) -> None:
    looks: list[Any] = [("RUNNING", count) for count in (0, 1, 4, 4, 5, 8, 10)]
    execution = Execution(events=EVENTS, looks=[*looks, ("SUCCEEDED", 11)], page=page)
    answer, told = followed(execution)
    assert answer["status"] == "SUCCEEDED"
    assert told == TOLD


def test_an_execution_that_ended_long_ago_is_told_from_its_beginning() -> None:
    answer, told = followed(Execution(events=EVENTS, looks=[("FAILED", 11)]))
    assert (answer["status"], told) == ("FAILED", TOLD)


def test_a_long_step_is_told_to_go_on_every_five_minutes() -> None:
    looks: list[Any] = [("RUNNING", 4)] * 100
    execution = Execution(events=EVENTS, looks=[*looks, ("SUCCEEDED", 4)])
    _, told = followed(execution)
    assert told[:2] == TOLD[:2]
    assert told[2:]
    assert {line[10:] for line in told[2:]} == {"still restoring the data"}
    assert len(told[2:]) == 3  # of sixteen minutes


def test_looks_that_fail_in_between_end_nothing() -> None:
    throttled = error("ThrottlingException", "DescribeExecution")
    silent = EndpointConnectionError(endpoint_url="https://states.test")
    failing: list[Any] = [throttled] * (MOST_FAILURES - 1)
    looks = [*failing, ("RUNNING", 3), *failing, silent, ("SUCCEEDED", 11)]
    with pytest.raises(StoppedError, match="GOES ON"):
        followed(Execution(events=EVENTS, looks=[*failing, *failing, ("SUCCEEDED", 11)]))
    answer, told = followed(Execution(events=EVENTS, looks=looks[:-2] + looks[-1:]))
    assert answer["status"] == "SUCCEEDED"
    assert [line for line in told if not line.startswith("cannot look, and will again")] == TOLD


@pytest.mark.parametrize(
    "failure", [error("ExpiredTokenException", "DescribeExecution"), NoCredentialsError()]
)
def test_expired_credentials_end_following_and_say_how_to_go_on(failure: Exception) -> None:
    with pytest.raises(StoppedError) as stopped:
        followed(Execution(events=EVENTS, looks=[("RUNNING", 3), failure]))
    assert "the restore GOES ON, but it cannot be followed" in str(stopped.value)
    assert "sign in again" in str(stopped.value)
    again = f"`holdfast restore prod order_transaction --follow {EXECUTION}`"
    assert again in str(stopped.value)


def test_interrupting_leaves_it_running() -> None:
    execution = Execution(events=EVENTS, looks=[("RUNNING", 4)])
    with pytest.raises(KeyboardInterrupt):
        followed(execution, interrupt_at=2)


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (error("ExecutionDoesNotExist", "DescribeExecution"), "nothing was started under that"),
        (error("AccessDeniedException", "DescribeExecution"), "allow states:DescribeExecution on"),
    ],
)
def test_an_execution_that_cannot_be_found_is_said(failure: Exception, text: str) -> None:
    with pytest.raises(StoppedError) as stopped:
        described(Execution(events=[], looks=[failure]), what(), EXECUTION)
    assert text in str(stopped.value)


def test_durations() -> None:
    seconds = (0, 59, 60, 3599, 3600, 90_061, -5)
    told = [elapsed(timedelta(seconds=each)) for each in seconds]
    assert told == ["0:00", "0:59", "1:00", "59:59", "1:00:00", "25:01:01", "0:00"]
