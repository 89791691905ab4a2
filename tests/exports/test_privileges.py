"""Every call of every scenario is allowed to the role that makes it; nothing is granted idly.

What DynamoDB writes, and services then ask KMS, with the rights of that role is judged too: by the
role's own policies, and by those of buckets and keys, which may be another account's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.exports import scenarios, watching
from tests.restores.privileges import Judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.exports.shop import Shop
    from tests.restores.asked import Asked

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = [pytest.mark.e2e, pytest.mark.node]

SCENARIOS = (
    scenarios.days,
    scenarios.into_the_archive,
    scenarios.delivered_twice,
    scenarios.fails_once_for_two,
    scenarios.recovery_is_off,
    scenarios.file_is_deleted,
    watching.freshness,
    watching.production_is_looked_at,
    watching.kept_on,
    watching.not_managed,
)
MACHINES = ("exports-machine", "scheduled-machines")
JUDGED = (
    *("plan-export", "export-table", "verify-export", "report-export"),
    *("check-freshness", "keep-pitr", *MACHINES),
)
NOT_THERE = "without it S3 says of a file that is missing that it is forbidden"
IN_A_MAP = "Step Functions follows and stops children with it, which no test stops"
# What a role may beyond what the scenarios make it call: role → action → why.
NOT_CALLED: dict[str, dict[str, str]] = {
    "exports-machine": {
        "states:DescribeExecution": IN_A_MAP,
        "states:StopExecution": IN_A_MAP,
    },
    "verify-export": {"s3:ListBucket": NOT_THERE},
}
# By which restores and refills read exports: they share an action, and are judged there.
OF_READERS = {"s3 AllowReading", "kms AllowReading"}


@pytest.fixture(scope="module")
def judge(shop: Shop) -> Judge:
    return Judge.of(shop.prod, shop.remote, shop.archive, named=JUDGED)


@pytest.fixture(scope="module")
def questions(ran: Ran, shop: Shop, judge: Judge) -> list[Asked]:
    """What IAM was asked in all scenarios, once each."""
    for scenario in SCENARIOS:
        ran(scenario)
    return judge.questions(shop.calls())


def test_every_call_is_allowed_by_the_role_that_makes_it(
    questions: list[Asked], judge: Judge
) -> None:
    assert {judge.what(each.role_arn) for each in questions} == set(JUDGED)
    assert judge.mismatches(questions) == []


def test_dynamodb_writes_with_the_rights_of_the_role_that_asks(questions: list[Asked]) -> None:
    written = {each.resource.split("/")[0] for each in questions if "Acl" in each.action}
    assert {each.rpartition(":")[2] for each in written} == {
        "shop-prod-exports-111111111111-eu-central-1",
        "shop-archive-exports-remote-222222222222-eu-central-1",
    }


def test_what_is_granted_is_used_or_has_its_reason(questions: list[Asked], judge: Judge) -> None:
    reviewed = {name: set(actions) for name, actions in NOT_CALLED.items()}
    assert judge.idle(questions) == reviewed


def test_no_statement_can_be_taken_away(questions: list[Asked], judge: Judge) -> None:
    asked_about, needed = judge.statements(questions)
    assert len(needed) >= 40
    assert asked_about == needed


def test_no_statement_for_another_account_can_be_taken_away(
    questions: list[Asked], judge: Judge
) -> None:
    """But for the one that lets a missing file be told from a forbidden one."""
    asked_about, needed = judge.statements_of_resources(questions)
    assert needed == {
        *("s3 AllowExports", "s3 AllowVerification"),
        *("kms AllowExports", "kms AllowVerification", "kms AllowToResolveAlias"),
    }
    assert asked_about - needed == OF_READERS
