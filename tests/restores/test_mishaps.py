"""Restores that are refused, denied, stopped or asked for twice: loud, and right the next time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from tests.restores import scenarios
from tests.restores.scenarios import CART, ORDERS, discarded, filled, held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.restores.scenarios import Interrupted
    from tests.restores.shop import Outcome, Shop

    Ran = Callable[[Callable[[Shop], Interrupted]], Interrupted]

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def backup(shop: Shop) -> Iterator[str]:
    """The ARN of a native backup of two orders."""
    filled(shop.prod, ORDERS)
    yield shop.prod.native_backup(ORDERS, "mishaps")
    scenarios.emptied(shop.prod, ORDERS)


@pytest.fixture
def target(shop: Shop, request: pytest.FixtureRequest) -> Iterator[str]:
    """A free name; a table that has it in the end is removed."""
    name = f"{ORDERS}-{crc32(request.node.name.encode()):x}"
    yield name
    if name in shop.prod.client("dynamodb").list_tables()["TableNames"]:
        discarded(shop.prod, name)


def assert_told(outcome: Outcome, *words: str) -> None:
    """Assert that the execution failed, and that report and message say why."""
    assert outcome.status == "FAILED"
    assert outcome.report["status"] == "FAILED"
    (message,) = outcome.messages
    assert "NOT RIGHT after a restore in prod" in message.splitlines()[0]
    for word in words:
        assert word in outcome.errors
        assert word in message


def test_a_table_that_is_there_is_never_restored_over(shop: Shop, backup: str) -> None:
    before = held(shop.prod, ORDERS, ORDERS)
    shop.prod.put(ORDERS, scenarios.LATE[ORDERS])
    outcome = shop.prod.restore(ORDERS, point={"id": backup}, target_name=ORDERS)
    assert_told(outcome, f"table {ORDERS} exists", "choose another name")
    assert outcome.states == ("Plan", "Report")
    after = held(shop.prod, ORDERS, ORDERS)
    assert after.settings == before.settings
    assert scenarios.LATE[ORDERS] in after.items
    shop.prod.client("dynamodb").delete_item(TableName=ORDERS, Key=scenarios.LATE[ORDERS])


def test_a_second_without_point_in_time_recovery_is_refused(shop: Shop) -> None:
    api = shop.prod.client("dynamodb")

    def switch(*, on: bool) -> None:
        api.update_continuous_backups(
            TableName=CART,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on},
        )

    switch(on=False)
    try:
        point = {"id": "point-in-time", "at": "2026-01-31T12:34:56Z"}
        outcome = shop.prod.restore(CART, point=point)
    finally:
        switch(on=True)
    assert_told(outcome, "point-in-time")
    assert outcome.states == ("Plan", "Report")


def test_a_key_that_may_not_be_used_is_named(shop: Shop, backup: str, target: str) -> None:
    message = "KMS key access denied error: not authorized to perform kms:CreateGrant"
    shop.fail("RestoreTableFromBackup", message=message)
    outcome = shop.prod.restore(ORDERS, point={"id": backup}, target_name=target)
    assert_told(outcome, "kms:CreateGrant", "dynamodb:RestoreTableFromBackup")
    assert target not in shop.prod.client("dynamodb").list_tables()["TableNames"]


# Operation that fails, whether after its effect, and the last step that the execution then enters.
INTERRUPTIONS = [
    # A plan needs not know what a backup holds, but whether the name is free.
    pytest.param(("DescribeTable", False, "Plan"), id="plan", marks=pytest.mark.slow),
    pytest.param(("RestoreTableFromBackup", True, "RestoreTable"), id="restore"),
    pytest.param(
        # What cannot be set is listed, and all else set and verified.
        ("UpdateContinuousBackups", False, "Verify"),
        id="settings",
        marks=pytest.mark.slow,
    ),
    pytest.param(("Scan", False, "Verify"), id="verify", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
def test_an_interrupted_restore_goes_on_when_it_is_started_again(
    shop: Shop, backup: str, target: str, interruption: tuple[str, bool, str]
) -> None:
    operation, after_effect, state = interruption
    asked: dict[str, Any] = {"point": {"id": backup}, "target_name": target}
    shop.fail(operation, after_effect=after_effect)
    first = shop.prod.restore(ORDERS, **asked)
    assert_told(first)
    assert first.states[-2:] == (state, "Report")
    again = shop.prod.restore(ORDERS, **asked)
    assert_right_and_once(shop, again, target, "RestoreTableFromBackup")


def assert_right_and_once(shop: Shop, outcome: Outcome, target: str, operation: str) -> None:
    assert outcome.status == "SUCCEEDED", outcome.errors
    assert len(shop.prod.items(target)) == len(scenarios.ITEMS[ORDERS])
    started = [
        each
        for each in shop.calls()
        if each["operation"] == operation and target in str(each["parameters"])
    ]
    assert len(started) == 1


@pytest.mark.slow
def test_a_restore_without_a_report_is_told_of_and_goes_on(
    shop: Shop, backup: str, target: str
) -> None:
    asked = {"point": {"id": backup}, "target_name": target}
    shop.fail("PutObject")
    first = shop.prod.restore(ORDERS, **asked)
    assert (first.status, first.report) == ("FAILED", {})
    (message,) = first.messages
    assert "The whole report: nowhere" in message
    again = shop.prod.restore(ORDERS, **asked)
    assert_right_and_once(shop, again, target, "RestoreTableFromBackup")
    assert again.report["restore"]["adopted"] is True


def test_an_interrupted_copy_and_job_are_started_once(ran: Ran) -> None:
    run = ran(scenarios.interrupted_copy_and_job)
    copying, restoring, last = run.outcomes
    assert_told(copying)
    assert copying.states[-2:] == ("FetchCopy", "Report")
    assert_told(restoring)
    assert restoring.states[-2:] == ("RestoreTable", "Report")
    assert last.status == "SUCCEEDED", last.errors
    assert len(run.items) == len(scenarios.ITEMS[ORDERS])
    started = [run.operations.count(name) for name in ("StartCopyJob", "StartRestoreJob")]
    assert started == [1, 1]


def test_a_stopped_restore_goes_on_when_it_is_started_again(
    shop: Shop, backup: str, target: str
) -> None:
    asked = shop.prod.request(f"recovery/{ORDERS}.json", point={"id": backup}, target_name=target)
    first = shop.prod.start(asked)
    deadline = time.monotonic() + 300
    while "RestoreTable" not in set(shop.prod.entered(first)):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    time.sleep(1)
    shop.prod.client("stepfunctions").stop_execution(executionArn=first)
    assert shop.prod.ended(first)["status"] == "ABORTED"
    again = shop.prod.outcome(shop.prod.start(asked))
    assert_right_and_once(shop, again, target, "RestoreTableFromBackup")


def test_two_restores_at_once_make_one_table(shop: Shop, backup: str, target: str) -> None:
    asked = shop.prod.request(f"recovery/{ORDERS}.json", point={"id": backup}, target_name=target)
    started = [shop.prod.start(asked) for _ in range(2)]
    for each in started:
        shop.prod.ended(each)
    ends = [shop.prod.outcome(each) for each in started]
    assert [each.status for each in ends] == ["SUCCEEDED"] * 2, [each.errors for each in ends]
    assert len({each.report["table_id"] for each in ends}) == 1
    assert len(shop.prod.items(target)) == len(scenarios.ITEMS[ORDERS])
    assert sum(each.report["restore"]["adopted"] for each in ends) == 1


@pytest.mark.slow
def test_the_pointer_moves_once_the_table_is_proven_and_not_before(
    shop: Shop, backup: str, target: str
) -> None:
    ssm, name = shop.prod.client("ssm"), f"/shop/prod/tables/{ORDERS}"
    asked: dict[str, Any] = {"point": {"id": backup}, "target_name": target, "repoint": True}

    def pointer() -> str:
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])

    shop.fail("Scan")
    unproven = shop.prod.restore(ORDERS, **asked)
    assert_told(unproven)
    assert unproven.states[-2:] == ("Verify", "Report")
    assert pointer() == ORDERS

    shop.fail("PutParameter", times=None)
    shop.wait_at_most(0.1)
    unmoved = shop.prod.restore(ORDERS, **asked)
    shop.wait_at_most(None)
    shop.fail_no_more()
    assert_told(unmoved, "AccessDenied")
    assert unmoved.states[-2:] == ("Repoint", "Report")
    assert unmoved.report["pointer"]["became"] == "was to be moved and was not"
    assert pointer() == ORDERS

    last = shop.prod.restore(ORDERS, **asked)
    moved_to = pointer()
    ssm.put_parameter(Name=name, Value=ORDERS, Overwrite=True)
    assert_right_and_once(shop, last, target, "RestoreTableFromBackup")
    assert (moved_to, last.report["pointer"]["moved"]) == (target, True)
