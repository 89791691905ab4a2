"""Whatever call of plan_export fails, in whichever way: there is one plan in the end."""

from __future__ import annotations

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.quota import RetryQuota

from blueprints.functions.common.errors import RefusedError
from tests.unit.functions import planning
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import connect
from tests.unit.functions.planning import END, HOUR, chain_to, failed, forget, kept, planned

pytestmark = pytest.mark.usefixtures("local_places")

READS = {
    "dynamodb:DescribeTable": "dynamodb:DescribeTable",
    "dynamodb:DescribeContinuousBackups": "dynamodb:DescribeContinuousBackups",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetObject": "s3:GetObject",
}
ACTIONS = READS | {"s3:PutObject": "s3:PutObject"}
STARTS = ("nothing", "a chain", "a plan that failed", "a plan")


@pytest.fixture(autouse=True)
def _a_table(local_places: None, monkeypatch: pytest.MonkeyPatch) -> None:
    planning.begin(monkeypatch)
    # One client meets more faults here than it would in the life of a function.
    monkeypatch.setattr(RetryQuota, "acquire", lambda _self, _amount: True)


def begin(start: str) -> None:
    forget()
    if start.startswith("a plan"):
        found = planned()
        if start.endswith("failed"):
            failed(found)


def is_met(operation: str, start: str) -> bool:
    """Return whether the function calls the operation."""
    if operation == "s3:GetObject":
        return start != "nothing"
    return operation != "s3:PutObject" or start != "a plan"


CASES = [(each, start) for each in ACTIONS for start in STARTS if is_met(each, start)]


@pytest.mark.parametrize(("operation", "start"), CASES)
def test_whatever_fails_there_is_one_plan(operation: str, start: str) -> None:
    if start != "nothing":
        chain_to(END - 20 * HOUR)
    for fault in FAULTS:
        if operation in READS and fault.effect:
            continue
        for times in (1, FOR_EVER):
            begin(start)
            answer = answered(operation, fault, times)
            if isinstance(answer, Exception):
                # By the client's own attempts what happens once is overcome.
                assert times == FOR_EVER or fault.lasting
                assert isinstance(answer, RefusedError) is fault.lasting
            if fault.lasting:
                assert f"allow {ACTIONS[operation]} on " in str(answer)
            found = planned()
            assert isinstance(answer, Exception) or answer == found
            assert found["attempt"] == (2 if start.endswith("failed") else 1)
            assert sum(not key.endswith("-failed.json") for key in kept()) == found["attempt"]


def answered(operation: str, fault: Fault, times: int) -> object:
    """Return the plan, or the error that is raised."""
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb"), connect("s3")]):
        interceptor.fail(operation, fault, times)
        try:
            return planned()
        except (ClientError, BotoCoreError, RefusedError) as error:
            return error
        finally:
            assert interceptor.times < times, "the fault was never met"
