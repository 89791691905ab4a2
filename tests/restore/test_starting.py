"""The execution's name, and what is said where AWS refuses or does not answer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from generator.executions.starting import execution_name, is_deployed, start
from generator.executions.stopped import StoppedError
from generator.points.model import Found
from generator.points.prices import load_prices
from generator.restore.choosing import chosen
from generator.restore.planning import Plan, Target, target_of
from tests.restore.fakes import MACHINE, START, Execution, clients, error, what
from tests.restore.test_choosing import a_point

START_CALL = "StartExecution"
URL = "https://states.test"


def a_plan() -> Plan:
    choice = chosen(Found(points=(a_point(1),)), what(), START)
    return Plan(
        asked=what(),
        chosen=choice,
        target=Target(name="order_transaction", why="free"),
        prices=load_prices(),
        deployed=None,
    )


def started_of(plan: Plan, execution: Execution) -> str:
    name, text = execution_name(plan.named, START), json.dumps(plan.request)
    return start(plan.asked, name, text, clients(stepfunctions=execution))


def started(refuses: Exception | None = None) -> tuple[str, Execution]:
    execution = Execution(events=[], looks=[("RUNNING", 0)], refuses=refuses)
    return started_of(a_plan(), execution), execution


@pytest.mark.parametrize("table", ["orders", "a.b.c", "x" * 255, "Orders_1-2"])
def test_names_of_executions_are_readable_and_allowed(table: str) -> None:
    name = execution_name(table, START)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name)
    assert name.endswith("-20261125T030000Z")
    assert execution_name(f"{table}x", START) != name


def test_the_request_names_the_very_point_that_was_chosen() -> None:
    arn, execution = started()
    (request,) = execution.started
    assert arn.endswith(":order_transaction-20261125T030000Z")
    assert request["stateMachineArn"] == MACHINE
    given = json.loads(request["input"])
    assert given["point"] == {"id": a_point(1).id}
    assert given["table"]["name"] == "order_transaction"
    assert given["owner"] == {
        "stack_name": "shop-prod-tables",
        "logical_id": "TableOrderTransaction",
    }


@pytest.mark.parametrize(
    ("failure", "cause", "fix"),
    [
        (error("StateMachineDoesNotExist", START_CALL), "does not exist", "deploy the template"),
        (error("AccessDeniedException", START_CALL), "nothing was started", "allow states:Start"),
        (error("ThrottlingException", START_CALL), "nothing was started", "wait a minute"),
        (error("ExpiredTokenException", START_CALL), "nothing was started", "sign in again"),
        (NoCredentialsError(), "nothing was started", "sign in again"),
        (error("ExecutionAlreadyExists", START_CALL), "exists already", "--follow arn:aws:states"),
        (error("InternalFailure", START_CALL, 500), "NOT KNOWN", "--follow arn:aws:states"),
        (ReadTimeoutError(endpoint_url=URL), "NOT KNOWN", "follows the restore, or says"),
        (ConnectTimeoutError(endpoint_url=URL), "NOT KNOWN", "or says that there is none"),
        (EndpointConnectionError(endpoint_url=URL), "NOT KNOWN", "or says that there is none"),
    ],
)
def test_nothing_half_started_is_left_unsaid(failure: Exception, cause: str, fix: str) -> None:
    with pytest.raises(StoppedError) as stopped:
        started(failure)
    assert cause in str(stopped.value)
    assert fix in stopped.value.fix


def test_whether_it_is_deployed_may_not_be_known() -> None:
    def asked_with(refuses: Exception | None) -> tuple[bool | None, str]:
        execution = Execution(events=[], looks=[("RUNNING", 0)], refuses=refuses)
        return is_deployed(what(), clients(stepfunctions=execution))

    assert asked_with(None) == (True, "")
    assert asked_with(error("StateMachineDoesNotExist", "DescribeStateMachine")) == (False, "")
    known, why = asked_with(error("AccessDeniedException", "DescribeStateMachine"))
    assert known is None
    assert why.startswith("the state machine: AccessDeniedException on DescribeStateMachine")


class Tables:
    """Describes one table by any name."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def describe_table(self, TableName: str) -> Any:  # noqa: N803 - of AWS
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Table": {"TableName": TableName, "TableStatus": "ACTIVE", **self.answer}}


GONE = error("ResourceNotFoundException", "DescribeTable")
OTHER = "order_transaction-x"


@pytest.mark.parametrize(
    ("wanted", "table", "name", "why"),
    [
        (None, GONE, "order_transaction", "no table has that name now"),
        (OTHER, GONE, OTHER, "no table has that name now"),
        (None, {}, None, "order_transaction-restored-TIME"),
        (None, {"RestoreSummary": {}}, None, "if it is an unfinished restore of this very point"),
        (OTHER, {"RestoreSummary": {}}, OTHER, "must be an unfinished restore"),
        (OTHER, {"TableStatus": "DELETING"}, OTHER, "is being deleted, and waited for"),
        (None, error("AccessDeniedException", "DescribeTable"), None, "is not known: AccessDenied"),
    ],
)
def test_the_name_as_far_as_it_can_be_told(
    wanted: str | None, table: Any, name: str | None, why: str
) -> None:
    found = target_of(what(target_name=wanted), clients(dynamodb=Tables(table)))
    assert found.name == name
    assert why in found.why


def test_a_name_that_is_taken_is_refused_before_anything_starts() -> None:
    with pytest.raises(StoppedError) as stopped:
        target_of(what(target_name=OTHER), clients(dynamodb=Tables({})))
    assert f"the table {OTHER} exists in account 111111111111, eu-central-1" in str(stopped.value)
    assert "such as --as order_transaction-restored" in stopped.value.fix


def test_the_name_of_the_execution_is_that_of_the_table_where_no_other_is_known() -> None:
    execution = Execution(events=[], looks=[("RUNNING", 0)])
    plan = replace(a_plan(), target=Target(name=None, why="taken"))
    arn = started_of(plan, execution)
    assert arn.endswith(":order_transaction-20261125T030000Z")
