"""What the roles of refills and chain restores may do that no scenario makes them do, and why."""

from __future__ import annotations

from tests.refills import loads, scenarios

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
    loads.of_a_replica,
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
