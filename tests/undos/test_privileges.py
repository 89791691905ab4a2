"""Every call of every scenario is allowed to the role that makes it; nothing is granted idly.

What DynamoDB writes, and services then ask KMS, with the rights of that role is judged too.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.restores.privileges import Judge
from tests.undos import scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.restores.asked import Asked
    from tests.undos.shop import Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = [pytest.mark.e2e, pytest.mark.node]

# What AWS and tests choose at random: names of executions, and of files of exports.
RANDOM = re.compile(r"(?<=/AWSDynamoDB/).*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SCENARIOS = (scenarios.created_since, scenarios.state_in_full)
JUDGED = ("plan-undo", "undo-keys", "report-undo", "undo-machine")
NOT_THERE = "without it S3 says of a file that is missing that it is forbidden"
IN_A_MAP = "Step Functions follows and stops children with it, which no test stops"
IN_PARTS = "Step Functions uploads what became of children in parts, the local endpoints do not"
# What a role may beyond what the scenarios make it call: role → action → why.
NOT_CALLED: dict[str, dict[str, str]] = {
    "plan-undo": {"s3:ListBucket": NOT_THERE},
    "undo-keys": {"s3:ListBucket": NOT_THERE},
    "undo-machine": {
        "states:DescribeExecution": IN_A_MAP,
        "states:StopExecution": IN_A_MAP,
        "s3:AbortMultipartUpload": IN_PARTS,
        "s3:ListMultipartUploadParts": IN_PARTS,
    },
}


@pytest.fixture(scope="module")
def judge(shop: Shop) -> Judge:
    return Judge.of(shop.prod, named=JUDGED)


@pytest.fixture(scope="module")
def questions(ran: Ran, shop: Shop, judge: Judge) -> list[Asked]:
    """What IAM was asked in all scenarios, once each, whatever the names."""
    for scenario in SCENARIOS:
        ran(scenario)
    asked = judge.questions(shop.calls())
    found = {each.key: each for each in map(_without_random, asked)}
    return list(found.values())


def _without_random(each: Asked) -> Asked:
    return replace(each, resource=RANDOM.sub("any", each.resource))


def test_every_call_is_allowed_by_the_role_that_makes_it(
    questions: list[Asked], judge: Judge
) -> None:
    assert {judge.what(each.role_arn) for each in questions} == set(JUDGED)
    assert judge.mismatches(questions) == []


def test_dynamodb_writes_with_the_rights_of_the_role_that_asks(
    questions: list[Asked], judge: Judge
) -> None:
    written = [each for each in questions if "Acl" in each.action]
    assert {judge.what(each.role_arn) for each in written} == {"plan-undo"}
    folder = "arn:aws:s3:::shop-prod-catalog-111111111111-eu-central-1/work/undos/"
    assert all(each.resource.startswith(folder) for each in written)


def test_what_is_granted_is_used_or_has_its_reason(questions: list[Asked], judge: Judge) -> None:
    reviewed = {name: set(actions) for name, actions in NOT_CALLED.items()}
    assert judge.idle(questions) == reviewed


def test_no_statement_can_be_taken_away(questions: list[Asked], judge: Judge) -> None:
    asked_about, needed = judge.statements(questions)
    assert len(needed) >= 20
    assert asked_about == needed
