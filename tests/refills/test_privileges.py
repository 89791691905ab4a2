"""Every call of every scenario is allowed to the role that makes it; nothing is granted idly.

What DynamoDB reads, and services then ask KMS, with the rights of that role is judged too: by the
role's own policies, and by those of buckets and keys, which may be another account's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.refills import loads, scenarios
from tests.restores.privileges import Judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.refills.shop import Shop
    from tests.restores.asked import Asked

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = [pytest.mark.e2e, pytest.mark.node]

SCENARIOS = (
    scenarios.imported,
    scenarios.created,
    scenarios.of_another_account,
    scenarios.bucket_is_emptied,
    scenarios.from_a_deep_tier,
    scenarios.ordered_twice,
    scenarios.in_the_archive,
    loads.older_dumps,
    loads.damaged,
    loads.of_an_export,
    # The table of that name is then another one.
    scenarios.worst_day,
)
JUDGED = (
    *("plan-refill", "load-file", "report-refill", "refill-machine"),
    *("plan-restore", "restore-table"),
)
NOT_THERE = "without it S3 says of a file that is missing that it is forbidden"
IN_A_MAP = "Step Functions follows and stops children with it, which no test stops"
IN_PARTS = "Step Functions writes results in parts, of which the local ones are too few"
ELSEWHERE = "of backups and recovery points, which the tests of restores restore"
ITEMS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
# What a role may beyond what the scenarios make it call: role → action → why.
NOT_CALLED: dict[str, dict[str, str]] = {
    "load-file": {"s3:ListBucket": NOT_THERE},
    "plan-restore": {
        "backup:DescribeBackupVault": ELSEWHERE,
        "backup:GetRestoreJobMetadata": ELSEWHERE,
        "backup:ListRestoreJobs": ELSEWHERE,
        "dynamodb:DescribeBackup": ELSEWHERE,
    },
    "refill-machine": {
        "s3:AbortMultipartUpload": IN_PARTS,
        "s3:ListMultipartUploadParts": IN_PARTS,
        "states:DescribeExecution": IN_A_MAP,
        "states:StopExecution": IN_A_MAP,
    },
    "restore-table": {
        "backup:DescribeRestoreJob": ELSEWHERE,
        "backup:GetRestoreJobMetadata": ELSEWHERE,
        "backup:ListRestoreJobs": ELSEWHERE,
        "backup:StartRestoreJob": ELSEWHERE,
        "dynamodb:RestoreTableFromBackup": ELSEWHERE,
        "dynamodb:RestoreTableToPointInTime": ELSEWHERE,
        "iam:PassRole": ELSEWHERE,
        **{f"dynamodb:{name}": ELSEWHERE for name in ITEMS},
        "dynamodb:ListTagsOfResource": "of a table whose creation was not answered: unit tests",
    },
}
# Called where two executions happen to meet.
SOMETIMES = {"restore-table": {"dynamodb:ListImports"}}
# Statements that share an action with one that is needed, and are there for another reason.
NOT_NEEDED = {
    "plan-refill ToldFromForbidden": NOT_THERE,
    "restore-table ListCatalogue": NOT_THERE,
    "restore-table WriteLog": "of the function's own log; DynamoDB logs imports elsewhere",
}
OF_EXPORTS = {
    *("s3 AllowVerification", "s3 AllowToTellMissing"),
    *("kms AllowExports", "kms AllowVerification"),
}


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


def test_dynamodb_reads_with_the_rights_of_the_role_that_asks(questions: list[Asked]) -> None:
    read = {each.resource.split("/")[0] for each in questions if each.action == "s3:GetObject"}
    assert {each.rpartition(":")[2] for each in read} >= {
        "shop-prod-exports-111111111111-eu-central-1",
        "shop-archive-exports-prod-222222222222-eu-central-1",
        "shop-archive-exports-remote-222222222222-eu-central-1",
    }


def test_what_is_granted_is_used_or_has_its_reason(questions: list[Asked], judge: Judge) -> None:
    idle = judge.idle(questions)
    found = {name: actions - SOMETIMES.get(name, set()) for name, actions in idle.items()}
    assert found == {name: set(actions) for name, actions in NOT_CALLED.items()}


def test_no_statement_can_be_taken_away(questions: list[Asked], judge: Judge) -> None:
    asked_about, needed = judge.statements(questions)
    assert len(needed) >= 55
    assert asked_about - needed == set(NOT_NEEDED)


def test_no_statement_for_another_account_can_be_taken_away(
    questions: list[Asked], judge: Judge
) -> None:
    """But for those by which others write and verify exports."""
    asked_about, needed = judge.statements_of_resources(questions)
    assert needed == {"s3 AllowReading", "s3 AllowReadersToTellMissing", "kms AllowReading"}
    assert asked_about - needed == OF_EXPORTS
