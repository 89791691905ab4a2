"""Copies of recovery points that were fetched, or are being fetched, from another vault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.functions.common.calls import pages

Job = Mapping[str, Any]
UNDER_WAY = ("CREATED", "RUNNING")
DONE = "COMPLETED"


def jobs_of(backup: Any, table_arn: str, point_arn: str, vault_arn: str) -> list[Job]:
    """Return the jobs that copy the point into the vault, newest first.

    `backup` is the client of the point's own account and Region. The filter by point is younger
    than the boto3 that Lambda may have, so that jobs are filtered here.
    """
    listed = pages(
        backup,
        "list_copy_jobs",
        "CopyJobs",
        "*",
        ByResourceArn=table_arn,
        ByDestinationVaultArn=vault_arn,
    )
    jobs = [
        job
        for job in listed
        if job.get("SourceRecoveryPointArn") == point_arn
        and job.get("DestinationBackupVaultArn") == vault_arn
    ]
    return sorted(jobs, key=lambda job: (job["CreationDate"], job["CopyJobId"]), reverse=True)
