"""AWS Backup: jobs that run until somebody has looked once, and tokens that start them once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError

from .operations import state

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.backup.models import BackupBackend

    Request = dict[str, Any]
    Operation = Callable[[BackupBackend, Request], dict[str, Any]]

MOST_AT_ONCE = 1000
TIMES = {
    "ByCreatedBefore": ("CreationDate", -1),
    "ByCreatedAfter": ("CreationDate", 1),
    "ByCompleteBefore": ("CompletionDate", -1),
    "ByCompleteAfter": ("CompletionDate", 1),
}


@dataclass(kw_only=True)
class Job:
    """A job as its Describe operation shows it, and what it becomes."""

    shown: dict[str, Any]
    end: Callable[[], dict[str, Any]]
    looked: bool = False
    ended: bool = False

    def look(self) -> dict[str, Any]:
        """Return the job; from the second look on it has ended."""
        if self.looked and not self.ended:
            self.shown |= self.end()
            self.ended = True
        self.looked = True
        return dict(self.shown)


def idempotent(operation: Operation) -> Operation:
    """Answer a request that was made before with the same token as it was answered then."""

    @wraps(operation)
    def once(backend: BackupBackend, request: Request) -> dict[str, Any]:
        if "IdempotencyToken" not in request:
            return operation(backend, request)
        answers = state(backend, operation.__name__)
        key = json.dumps(request, sort_keys=True, default=str)
        if key not in answers:
            answers[key] = operation(backend, request)
        answer: dict[str, Any] = answers[key]
        return answer

    return once


def found(backend: BackupBackend, kind: str, job_id: str) -> Job:
    """Return a job of the kind `restores` or `copies`."""
    jobs = state(backend, kind)
    if job_id not in jobs:
        raise JsonRESTError("ResourceNotFoundException", f"There is no job {job_id}")
    job: Job = jobs[job_id]
    return job


def listed(
    backend: BackupBackend, kind: str, request: Request, filters: dict[str, str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return a page of the jobs, newest first, and what leads to the next page."""
    jobs = [job.look() for job in reversed(state(backend, kind).values())]
    wanted = {shown: request[name] for name, shown in filters.items() if name in request}
    jobs = [job for job in jobs if wanted.items() <= job.items() and _in_time(job, request)]
    start = int(request.get("NextToken", 0))
    end = start + request.get("MaxResults", MOST_AT_ONCE)
    return jobs[start:end], {"NextToken": str(end)} if end < len(jobs) else {}


def _in_time(job: dict[str, Any], request: Request) -> bool:
    for name, (member, direction) in TIMES.items():
        if name in request:
            limit = request[name].replace(tzinfo=None)
            if member not in job or (job[member] - limit).total_seconds() * direction < 0:
                return False
    return True
