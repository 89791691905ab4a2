"""Restores by AWS Backup: one job for a recovery point and a target, whoever started it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import FAILED, Job, described, jobs_of, token

Plan = Mapping[str, Any]
Clients = Callable[[str], Any]
_DONE = "COMPLETED"
_REFUSED = (
    "InvalidParameterValueException",
    "InvalidRequestException",
    "MissingParameterValueException",
    "ResourceNotFoundException",
)


def followed(
    clients: Clients, plan: Plan, copy: Mapping[str, Any], previous: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the job's id, whether it was found started, and whether it ended.

    Raises RefusedError where it failed.
    """
    backup = clients("backup")
    if previous.get("job_id"):
        adopted, job_id = bool(previous.get("adopted")), previous["job_id"]
        job: Job = call(backup, "describe_restore_job", "*", RestoreJobId=job_id)
    else:
        point_arn = copy.get("recovery_point_arn") or plan["parameters"]["RecoveryPointArn"]
        adopted, job = _begun(clients, plan, point_arn)
    status, message = job["Status"], job.get("StatusMessage")
    if status in FAILED:
        raise RefusedError(
            f"AWS Backup could not restore {job.get('RecoveryPointArn', 'the point')} to table "
            f"{plan['target']['name']} ({status}): {message or 'it does not say why'}. Look at "
            f"restore job {job['RestoreJobId']}, and at the rights of its role on keys"
        )
    ended = status == _DONE
    state = {"job_id": job["RestoreJobId"], "adopted": adopted, "ended": ended, "status": status}
    # A job that completed with issues says so here alone.
    return state | ({"note": message} if ended and message else {})


def _begun(clients: Clients, plan: Plan, point_arn: str) -> tuple[bool, Job]:
    """Return the job that restores the point, or restored it, or is started now."""
    backup, name = clients("backup"), plan["target"]["name"]
    jobs = jobs_of(backup, point_arn, name)
    for job in jobs:
        completed = job["Status"] == _DONE and described(clients("dynamodb"), name) is not None
        if completed or job["Status"] not in {_DONE, *FAILED}:
            log("started before", job=job["RestoreJobId"], status=job["Status"])
            return True, job
    request = {**plan["parameters"], "RecoveryPointArn": point_arn}
    if jobs:
        # With a token that it knows, AWS Backup does nothing and names the job that failed, or
        # whose table is gone.
        last = jobs[0]["RestoreJobId"]
        request["IdempotencyToken"] = token(request["IdempotencyToken"], last)
    try:
        answer = call(backup, "start_restore_job", point_arn, **request)
    except ClientError as error:
        if code_of(error) not in _REFUSED:
            raise
        raise RefusedError(
            f"AWS Backup refuses to restore {point_arn} to table {name} ({message_of(error)}): "
            "see whether the point is there still, and choose another one if not"
        ) from error
    log("started", job=answer["RestoreJobId"], point=point_arn, target=name)
    return False, {"RestoreJobId": answer["RestoreJobId"], "Status": "PENDING"}
