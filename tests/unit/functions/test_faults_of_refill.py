"""Whatever call of plan_refill and report_refill fails, in whichever way: the same comes next."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.quota import RetryQuota

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_refill.handler import plan
from blueprints.functions.report_refill.handler import report
from tests.unit.functions import refilling
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import connect
from tests.unit.functions.refilling import (
    NOW,
    PLACE,
    chain,
    event,
    execution,
    export,
    loaded,
    planned,
    request,
    run,
)

pytestmark = pytest.mark.usefixtures("local_places")
READS = {
    "dynamodb:DescribeTable": "dynamodb:DescribeTable",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetObject": "s3:GetObject",
    "s3:HeadObject": "s3:GetObject",
}
ACTIONS = READS | {"s3:PutObject": "s3:PutObject"}
ERRORS = (ClientError, BotoCoreError, RefusedError)


@pytest.fixture(autouse=True)
def _a_table(local_places: None, monkeypatch: pytest.MonkeyPatch) -> None:
    refilling.begin()
    # One client meets more faults here than it would in the life of a function.
    monkeypatch.setattr(RetryQuota, "acquire", lambda _self, _amount: True)


def faults(operation: str) -> list[tuple[Fault, int]]:
    known = [each for each in FAULTS if not (operation in READS and each.effect)]
    return [(each, times) for each in known for times in (1, FOR_EVER)]


def answered(work: Any, operation: str, fault: Fault, times: int) -> Any:
    """Return the answer, or the error that is raised."""
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb"), connect("s3"), connect("sns")]):
        interceptor.fail(operation, fault, times)
        try:
            return work()
        except ERRORS as error:
            return error
        finally:
            assert interceptor.times < times, "the fault was never met"


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("operation", ACTIONS)
def test_whatever_fails_the_plan_is_the_same(
    operation: str,
    is_first: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    full = export(0)
    export(0, 6)
    asked = request(chain(full, 6))
    previous: dict[str, Any] = {}
    if not is_first:
        previous = planned(asked, run="other")
        loaded(previous)
    name = "run-1" if is_first else "other"
    expected = plan(connect, event(asked, previous, run=name), NOW)
    for number, (fault, times) in enumerate(faults(operation)):
        if is_first:
            name = f"run-{number + 2}"
        given = event(asked, previous, run=name)
        answer = answered(lambda given=given: plan(connect, given, NOW), operation, fault, times)
        if isinstance(answer, Exception):
            # By the client's own attempts what happens once is overcome.
            assert times == FOR_EVER or fault.lasting
            assert isinstance(answer, RefusedError) is fault.lasting
        if fault.lasting:
            assert f"allow {ACTIONS[operation]} on " in str(answer)
        found = plan(connect, given, NOW)
        assert isinstance(answer, Exception) or answer == found
        same = ("action", "round", "rounds_total", "items", "children", "source")
        assert {each: found[each] for each in same} == {each: expected[each] for each in same}


@pytest.mark.parametrize("operation", ["s3:ListObjectsV2", "s3:GetObject", "s3:PutObject"])
def test_whatever_fails_the_report_is_the_same(operation: str) -> None:
    end, _ = run(request(chain(export(0), 0)))
    state = {"request": request({}), "plan": end}
    given = {"state": state, "place": PLACE, "execution": execution()}
    expected = report(connect, given, NOW)
    for fault, times in faults(operation):
        answer = answered(lambda: report(connect, given, NOW), operation, fault, times)
        if isinstance(answer, Exception):
            assert operation == "s3:PutObject"
            assert isinstance(answer, RefusedError) is fault.lasting
        elif times == FOR_EVER or fault.lasting:
            # It is written all the same, and says that the sums are not known.
            assert answer["report"]["at_least"] is True
        assert report(connect, given, NOW) == expected
