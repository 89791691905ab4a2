"""Copies a point back into an own vault, or looks how far the copy is.

Calls, each with what it acts on:
- sts:AssumeRole: `role_arn` of the plan's copy, and as that role, where the point lies:
  backup:ListCopyJobs, backup:DescribeCopyJob: *; backup:StartCopyJob: the point and its vault;
  iam:PassRole: `copy_back_role_arn`
- backup:DescribeRecoveryPoint: points in the own vault
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import client
from blueprints.functions.common.copies import DONE, UNDER_WAY, jobs_of
from blueprints.functions.common.errors import RefusedError, code_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import token
from blueprints.functions.common.waiting import wait_seconds

Event = Mapping[str, Any]
_USABLE = ("COMPLETED", "AVAILABLE")
_ABSENT = ("ResourceNotFoundException", "InvalidParameterValueException")


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return whether the copy is done, and its ARN then."""
    return fetch(cache(client), event, datetime.now(UTC))


def fetch(connect: Any, event: Event, now: datetime) -> dict[str, Any]:
    """Start the copy unless one is under way or done, and return how far it is.

    Raises RefusedError where the copy failed, or where it is not allowed.
    """
    plan = event["plan"]
    copy = plan["copy"]
    there = connect("backup", region=copy["region"], role_arn=copy.get("role_arn"))
    job_id = (event.get("previous") or {}).get("copy_job_id")
    job = _described(there, job_id) if job_id else _begun(connect, there, plan)
    if job["State"] not in {*UNDER_WAY, DONE}:
        raise RefusedError(
            f"copying {copy['recovery_point_arn']} from vault {copy['from_vault']} of account "
            f"{copy['account_id']}, {copy['region']}, into vault {copy['to_vault']} ended as "
            f"{job['State']}: {job.get('StatusMessage') or 'AWS Backup does not say why'}. Look at "
            f"copy job {job['CopyJobId']} there: usual causes are a key policy or a vault policy, "
            "and a retention that a vault's lock does not allow"
        )
    done = job["State"] == DONE
    log("copied" if done else "copying", job=job["CopyJobId"], state=job["State"])
    return {
        "done": done,
        "wait_seconds": wait_seconds(plan, now),
        "copy_job_id": job["CopyJobId"],
        "recovery_point_arn": job["DestinationRecoveryPointArn"] if done else None,
        "vault_name": copy["to_vault"],
    }


def _described(backup: Any, job_id: str) -> Mapping[str, Any]:
    job: Mapping[str, Any] = call(backup, "describe_copy_job", "*", CopyJobId=job_id)["CopyJob"]
    return job


def _begun(connect: Any, there: Any, plan: Event) -> Mapping[str, Any]:
    """Return the job that copies the point, or copied it, or is started now."""
    copy = plan["copy"]
    point_arn, vault_arn = copy["recovery_point_arn"], copy["to_vault_arn"]
    jobs = jobs_of(there, plan["table"]["arn"], point_arn, vault_arn)
    for job in jobs:
        if job["State"] in UNDER_WAY or (job["State"] == DONE and _is_there(connect, copy, job)):
            log("copied before", job=job["CopyJobId"], state=job["State"])
            return job
    # Another token for each new copy: with one it knows, AWS Backup does nothing and says so not.
    last = jobs[0]["CopyJobId"] if jobs else ""
    answer = call(
        there,
        "start_copy_job",
        point_arn,
        RecoveryPointArn=point_arn,
        SourceBackupVaultName=copy["from_vault"],
        DestinationBackupVaultArn=vault_arn,
        IamRoleArn=copy["copy_back_role_arn"],
        Lifecycle={"DeleteAfterDays": copy["delete_after_days"]},
        IdempotencyToken=token(point_arn, vault_arn, last),
    )
    log("copy started", job=answer["CopyJobId"], point=point_arn)
    return {"CopyJobId": answer["CopyJobId"], "State": UNDER_WAY[0]}


def _is_there(connect: Any, copy: Event, job: Mapping[str, Any]) -> bool:
    """Return whether the copy of an earlier job can still be restored."""
    arn = job["DestinationRecoveryPointArn"]
    try:
        point = call(
            connect("backup"),
            "describe_recovery_point",
            arn,
            BackupVaultName=copy["to_vault"],
            RecoveryPointArn=arn,
        )
    except ClientError as error:
        if code_of(error) in _ABSENT:
            return False
        raise
    return point["Status"] in _USABLE
