"""Every call of every scenario is allowed to the role that makes it; nothing is granted idly.

What services then ask KMS with the rights of that role is judged too: the endpoints do not ask it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.restores import scenarios
from tests.restores.privileges import Judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.restores.asked import Asked
    from tests.restores.shop import Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = [pytest.mark.e2e, pytest.mark.node]

SCENARIOS = (
    scenarios.second_of_a_living_table,
    scenarios.native_backup,
    scenarios.system_backup_of_a_deleted_table,
    scenarios.point_in_an_own_vault,
    scenarios.point_in_the_archive,
    scenarios.copy_where_it_lies,
    scenarios.interrupted_copy_and_job,
    scenarios.table_that_is_defined_elsewhere,
    scenarios.settings_of_every_day,
    scenarios.settings_after_changes,
    scenarios.native_backups_by_schedule,
    scenarios.native_backup_that_fails,
)
# Roles with which services act out of sight of the endpoints.
OF_SERVICES = {
    "restore": "AWS Backup restores with it",
    "copy-back": "AWS Backup copies with it",
    "backup": "AWS Backup takes backups with it",
    "catalog-replication": "S3 replicates with it",
    "recovery-schedules": "EventBridge and its Scheduler start state machines with it",
    "tripwires": "EventBridge forwards events with it",
}
# Those that watch are judged where they watch, in the tests of exports; those that write to tables
# where they write, in the tests of refills and of undos.
ELSEWHERE = (
    *("check-freshness", "keep-pitr"),
    *("plan-refill", "load-file", "report-refill", "refill-machine"),
    *("plan-undo", "undo-keys", "report-undo", "undo-machine"),
)
# The tests of refills restore from chains of exports.
OF_CHAINS = (
    *("dynamodb:CreateTable", "dynamodb:DescribeImport", "dynamodb:ImportTable"),
    *("dynamodb:ListImports", "dynamodb:ListTagsOfResource", "dynamodb:TagResource"),
    *("dynamodb:UntagResource", "kms:GenerateDataKey", "logs:CreateLogGroup"),
    *("logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutRetentionPolicy"),
    *("s3:GetObject", "s3:ListBucket", "s3:PutObject"),
    *("states:DescribeExecution", "states:StartExecution"),
)
ITEMS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
STREAMS = ("kinesis:DescribeStream", "kinesis:DescribeStreamSummary")
WITH_RIGHTS = "DynamoDB does it with the rights of whoever restores"
CHAIN = "of a chain of exports; the tests of refills restore some"
NO_STREAM = "no table of the scenarios has a Kinesis destination; unit tests restore one"
IMPORTS = (
    *("CreateTable", "DescribeImport", "ImportTable", "ListImports"),
    *("ListTagsOfResource", "TagResource", "UntagResource"),
)
OF_CHAINS = (
    *(f"dynamodb:{name}" for name in IMPORTS),
    *(f"logs:{name}" for name in ("CreateLogGroup", "DescribeLogGroups", "DescribeLogStreams")),
    "logs:PutRetentionPolicy",
    *("s3:GetObject", "s3:ListBucket", "s3:PutObject"),
    *("states:DescribeExecution", "states:StartExecution"),
)
# What a role may beyond what the scenarios make it call: role → action → why.
NOT_CALLED: dict[str, dict[str, str]] = {
    "restore-table": {
        "backup:GetRestoreJobMetadata": "of a job that still runs; unit tests restore beside one",
        **{f"dynamodb:{name}": WITH_RIGHTS for name in ITEMS},
        **dict.fromkeys(OF_CHAINS, "of chains of exports, which the tests of refills restore"),
        **dict.fromkeys(OF_CHAINS, CHAIN),
    },
    "apply-settings": {
        **dict.fromkeys(STREAMS, NO_STREAM),
        "dynamodb:EnableKinesisStreamingDestination": NO_STREAM,
        "kinesis:ListStreams": NO_STREAM,
        "kinesis:PutRecords": NO_STREAM,
        "application-autoscaling:PutScheduledAction": "templates define none; unit tests set some",
        "cloudwatch:PutMetricAlarm": "alarms are in templates; Auto Scaling makes its own with it",
        "cloudwatch:DeleteAlarms": "Application Auto Scaling, with the rights of whoever asks",
        "iam:CreateServiceLinkedRole": "the first time that an account scales or streams",
    },
    "verify-restore": dict.fromkeys(STREAMS, NO_STREAM),
    "settings-snapshot": dict.fromkeys(STREAMS, NO_STREAM),
    "recovery": {
        "backup:DescribeBackupVault": "for people who copy a point back by hand",
        "backup:DescribeRecoveryPoint": "the same",
        "backup:GetRecoveryPointRestoreMetadata": "the same",
    },
}


@pytest.fixture(scope="module")
def judge(shop: Shop) -> Judge:
    return Judge.of(shop.prod, shop.archive)


@pytest.fixture(scope="module")
def questions(ran: Ran, shop: Shop, judge: Judge) -> list[Asked]:
    """What IAM was asked in all scenarios, once each."""
    for scenario in SCENARIOS:
        ran(scenario)
    return judge.questions(shop.calls())


def test_every_call_is_allowed_by_the_role_that_makes_it(
    questions: list[Asked], judge: Judge
) -> None:
    assert len({judge.what(each.role_arn) for each in questions}) >= 9
    assert judge.mismatches(questions) == []


def test_what_is_granted_is_used_or_has_its_reason(questions: list[Asked], judge: Judge) -> None:
    reviewed = {name: set(actions) for name, actions in NOT_CALLED.items()}
    assert judge.idle(questions, {*OF_SERVICES, *ELSEWHERE}) == reviewed


def test_no_statement_can_be_taken_away(questions: list[Asked], judge: Judge) -> None:
    asked_about, needed = judge.statements(questions)
    assert len(needed) > 30
    # Of the same actions, by way of S3 instead of DynamoDB.
    for_chains = {f"restore-table {each}Catalogue" for each in ("Decrypt", "Encrypt")}
    assert asked_about - for_chains == needed
