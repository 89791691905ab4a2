"""Restores that were started before: whether a table, or a job, is one of a point and target.

A table restored by DynamoDB tells its source in its RestoreSummary; whether one restored by AWS
Backup does is not documented, so there the restore jobs are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.errors import code_of

Table = Mapping[str, Any]
# Returns the client of a service, with `region` in another Region.
Connect = Callable[..., Any]
Job = Mapping[str, Any]
TO_POINT_IN_TIME = "RestoreTableToPointInTime"
FROM_BACKUP = "RestoreTableFromBackup"
FROM_RECOVERY_POINT = "StartRestoreJob"
# Of ours: AWS has no single operation for it.
FROM_EXPORTS = "RestoreChain"
RESOURCE_TYPE = "DynamoDB"
FAILED = ("ABORTED", "FAILED")
# What DynamoDB answers may lack the fraction of a second.
_NEARLY = timedelta(seconds=1)


def token(*parts: str) -> str:
    """Return an idempotency token that is the same for the same parts."""
    return sha256("\n".join(parts).encode()).hexdigest()


def chain_token(export_arn: str, time: str, target_name: str) -> str:
    """Return the token of a restore from a chain of exports, whichever execution makes it."""
    return token(export_arn, time, target_name)


def chain_mark(target_name: str, chain: str) -> str:
    """Return the key of what notes which table a restore from exports has made."""
    return f"work/chains/{target_name}/{chain}.json"


def described(dynamodb: Any, table_name: str) -> Table | None:
    """Return the table's description, None where there is no such table."""
    try:
        answer = call(dynamodb, "describe_table", f"table/{table_name}", TableName=table_name)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    table: Table = answer["Table"]
    return table


def is_restore_of(
    table: Table, operation: str, parameters: Mapping[str, Any], table_arn: str
) -> bool:
    """Return whether DynamoDB made the table by this request; `table_arn` is the source's."""
    summary = table.get("RestoreSummary")
    if summary is None:
        return False
    if operation == FROM_BACKUP:
        return bool(summary.get("SourceBackupArn") == parameters["BackupArn"])
    if operation == TO_POINT_IN_TIME:
        restored: datetime = summary["RestoreDateTime"].astimezone(UTC)
        wanted = datetime.fromisoformat(parameters["RestoreDateTime"])
        same_table = summary.get("SourceTableArn") == table_arn
        return "SourceBackupArn" not in summary and same_table and abs(restored - wanted) < _NEARLY
    return False


def jobs_of(backup: Any, point_arn: str, target_name: str) -> list[Job]:
    """Return AWS Backup's jobs that restore the point to a table of this name, newest first."""
    listed = pages(backup, "list_restore_jobs", "RestoreJobs", "*", ByResourceType=RESOURCE_TYPE)
    jobs = [job for job in listed if job.get("RecoveryPointArn") == point_arn]
    jobs.sort(key=lambda job: (job["CreationDate"], job["RestoreJobId"]), reverse=True)
    return [job for job in jobs if _target_name(backup, job) == target_name]


def _target_name(backup: Any, job: Job) -> str | None:
    if job.get("CreatedResourceArn"):
        return str(job["CreatedResourceArn"]).partition(":table/")[2]
    job_id = job["RestoreJobId"]
    answer = call(backup, "get_restore_job_metadata", "*", RestoreJobId=job_id)
    # Keys of metadata are the same in any case:
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-dynamodb.html
    names = {key.lower(): value for key, value in answer.get("Metadata", {}).items()}
    return names.get("targettablename")
