"""Starts a state machine, and says what is known where AWS does not answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from generator.executions.asking import Asking, executions_of
from generator.executions.stopped import StoppedError
from generator.naming import shortened
from generator.points.access import FAILURES, NO_ANSWER, Clients, code_of, fix_of, said

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
MOST_CHARACTERS = 80
_SERVER_ERROR = 500
_STAMP = "%Y%m%dT%H%M%SZ"
# Names with others are taken, but not logged.
_ODD = re.compile(r"[^A-Za-z0-9_-]")


def execution_name(table_name: str, now: datetime) -> str:
    """Return the name of an execution: the table's, and when it was started."""
    stamp = f"{now.astimezone(UTC):{_STAMP}}"
    return f"{shortened(_ODD.sub('-', table_name), MOST_CHARACTERS - len(stamp) - 1)}-{stamp}"


def is_deployed(asking: Asking, clients: Clients) -> tuple[bool | None, str]:
    """Return whether the state machine exists; None with the reason where that is not known."""
    try:
        clients("stepfunctions").describe_state_machine(stateMachineArn=asking.machine_arn)
    except FAILURES as error:
        if code_of(error) == "StateMachineDoesNotExist":
            return False, ""
        return None, f"the state machine: {said(error)}"
    return True, ""


def start(asking: Asking, name: str, text: str, clients: Clients) -> str:
    """Return the ARN of the execution that was started with a text; raises StoppedError.

    The same name with the same input, sent twice, starts one execution: botocore may retry.
    """
    try:
        started = clients("stepfunctions").start_execution(
            stateMachineArn=asking.machine_arn, name=name, input=text
        )
    except FAILURES as error:
        raise _stopped(asking, f"{executions_of(asking.machine_arn)}{name}", error) from None
    return str(started["executionArn"])


def absent(asking: Asking) -> StoppedError:
    """Return that the state machine is not there, and what is left."""
    where = asking.where.name
    return StoppedError(
        f"{asking.machine_arn} does not exist, so nothing was started",
        f"deploy the template recovery of {where} first (output/{where}/README.md, `Deploy`); "
        f"{asking.without}",
    )


def _stopped(asking: Asking, execution_arn: str, error: Exception) -> StoppedError:
    code = code_of(error)
    if code == "StateMachineDoesNotExist":
        return absent(asking)
    follow = asking.again("--follow", execution_arn)
    if code == "ExecutionAlreadyExists":
        return StoppedError(
            f"an execution {execution_arn} exists already, and was asked for something else",
            f"look at it with `{follow}`, or start again in a second",
        )
    if _may_have_started(error):
        return StoppedError(
            f"AWS gave no answer to StartExecution ({said(error)}), so that it is NOT KNOWN "
            f"whether the {asking.what} was started",
            f"run `{follow}`: it follows the {asking.what}, or says that there is none",
        )
    allow = f"states:StartExecution on {asking.machine_arn}"
    fix = fix_of(asking.place, error, allow=allow)
    return StoppedError(f"nothing was started: {said(error)}", fix)


def _may_have_started(error: Exception) -> bool:
    """Return whether AWS may have done what it did not answer."""
    if isinstance(error, ClientError):
        answer: Any = error.response.get("ResponseMetadata", {})
        return int(answer.get("HTTPStatusCode", 0)) >= _SERVER_ERROR
    return isinstance(error, NO_ANSWER)
