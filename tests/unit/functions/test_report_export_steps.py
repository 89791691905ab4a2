"""Each failure is told with its code, and with commands that mend it."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.unit.functions.exporting import EXECUTION, MACHINE, document
from tests.unit.functions.places import BUCKET, OTHER_ACCOUNT
from tests.unit.functions.reporting import (
    EXPORT_ARN,
    FAILED_KEY,
    call,
    lambda_error,
    plan,
    state,
    told,
)

pytestmark = pytest.mark.usefixtures("local_places")

ALIAS_ARN = f"arn:aws:kms:eu-west-1:{OTHER_ACCOUNT}:alias/exports"


def commands(message: str) -> list[list[str]]:
    lines = [each.strip() for each in message.splitlines() if each.startswith("  aws ")]
    return [shlex.split(line) for line in lines]


def test_the_command_that_repairs_is_one_of_the_shell() -> None:
    call(state(plan()))
    *_, start = commands(told())
    assert start[:5] == ["aws", "stepfunctions", "start-execution", "--state-machine-arn", MACHINE]
    asked = json.loads(start[start.index("--input") + 1])
    assert asked == {"kind": "incremental", "scheduled_at": "2026-11-25T01:00:00Z"}


FIXES = [
    (
        lambda_error("RefusedError", "no (PointInTimeRecoveryUnavailableException: off): do"),
        "PointInTimeRecoveryUnavailableException",
        "aws dynamodb update-continuous-backups --table-name orders --region eu-central-1 "
        "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
    ),
    (
        lambda_error("VerificationFailedError", "1 of 3 data files (kms) are missing: a; b"),
        "VerificationFailedError",
        f"aws dynamodb describe-export --export-arn {EXPORT_ARN} --region eu-central-1",
    ),
    (
        lambda_error("ExportFailedError", "no (S3NoSuchBucket: it does not exist): arn"),
        "S3NoSuchBucket",
        "aws s3api head-bucket --bucket shop-archive-exports-prod "
        f"--expected-bucket-owner {OTHER_ACCOUNT} --region eu-west-1",
    ),
    (
        lambda_error("ExportFailedError", "no (KMS.DisabledException: it is): arn"),
        "KMS.DisabledException",
        f"aws kms describe-key --key-id {ALIAS_ARN} --region eu-west-1",
    ),
    (
        lambda_error(
            "RefusedError",
            f"kms:DescribeKey on {ALIAS_ARN} is refused (AccessDenied: no): allow it",
        ),
        "AccessDenied",
        "aws kms describe-key",
    ),
    (
        lambda_error(
            "RefusedError",
            "s3:GetObject on s3://shop-archive-exports-prod/a is refused (403: Forbidden): do",
        ),
        "403",
        "aws s3api get-bucket-policy --bucket shop-archive-exports-prod",
    ),
    (
        lambda_error(
            "RefusedError",
            f"s3:PutObject on s3://{BUCKET}/a is refused (AccessDenied: kms:Decrypt): allow it",
        ),
        "AccessDenied",
        "# deploying the environment's templates allows what the message says",
    ),
    (
        lambda_error("RefusedError", "no (InvalidExportTimeException: too early): wait"),
        "InvalidExportTimeException",
        "aws dynamodb describe-continuous-backups --table-name orders --region eu-central-1",
    ),
    (
        lambda_error("RefusedError", "no (TableNotFoundException: none): see"),
        "TableNotFoundException",
        "aws dynamodb describe-table --table-name orders --region eu-central-1",
    ),
    (
        lambda_error(
            "LimitExceededException",
            "An error occurred (LimitExceededException) when calling the "
            "ExportTableToPointInTime operation: 300",
        ),
        "LimitExceededException",
        "aws dynamodb list-exports --region eu-central-1",
    ),
    (
        lambda_error("RefusedError", "no (ExportConflictException: token): again"),
        "ExportConflictException",
        "# the next attempt has another token",
    ),
    (
        {"Error": "States.Timeout", "Cause": "it took too long"},
        "States.Timeout",
        f"aws stepfunctions get-execution-history --execution-arn {EXECUTION['arn']} "
        "--reverse-order --max-results 20 --region eu-central-1",
    ),
    (
        {"Error": "Lambda.Unknown", "Cause": "[1]"},
        "Lambda.Unknown",
        "aws stepfunctions get-execution-history",
    ),
    ({}, "Error", "aws stepfunctions get-execution-history"),
]


@pytest.mark.parametrize(("error", "code", "command"), FIXES)
def test_each_failure_has_its_code_and_what_mends_it(
    error: dict[str, str], code: str, command: str
) -> None:
    call(state(plan(), error=error))
    message = told()
    assert f"\nFailure: {code}\n" in message
    first = message.partition("Next:\n")[2].partition("  # when that is mended")[0]
    assert f"  {command}" in first
    assert commands(message)[-1][:3] == ["aws", "stepfunctions", "start-execution"]
    assert document(FAILED_KEY)["error"]["code"] == code
