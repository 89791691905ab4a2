"""Looks at every data file of a manifest, several at once and never all of them in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from botocore.exceptions import ClientError

from blueprints.functions.common.errors import code_of, needs
from blueprints.functions.verify_export.manifest import DataFile

# As many as a client of botocore keeps connections; more would open one for each call.
WORKERS = 10
# Enough that nobody waits for the slowest, few enough to weigh nothing.
_AHEAD = 8 * WORKERS
_ABSENT = ("404", "NoSuchKey")
MOST_NAMED = 10

_T = TypeVar("_T")
_R = TypeVar("_R")


class Tally(NamedTuple):
    """What the data files add up to; `wrong` names some of the `wrong_count` that are not right."""

    files: int
    items: int
    stored_bytes: int
    wrong: tuple[str, ...]
    wrong_count: int


class Looked(NamedTuple):
    """What became of one data file; `wrong` is empty where it is right."""

    items: int
    stored_bytes: int
    wrong: str


def tally(s3: Any, bucket: str, before: str, files: Iterable[DataFile]) -> Tally:
    """Return what the files add up to; their objects' keys have `before` put before.

    Raises RefusedError where they may not be read, and botocore's errors.
    """
    count = items = stored_bytes = wrong_count = 0
    wrong: list[str] = []
    for looked in _each(lambda file: _looked(s3, bucket, before, file), files):
        count += 1
        items += looked.items
        stored_bytes += looked.stored_bytes
        if looked.wrong:
            wrong_count += 1
            if len(wrong) < MOST_NAMED:
                wrong.append(looked.wrong)
    return Tally(count, items, stored_bytes, tuple(wrong), wrong_count)


def _looked(s3: Any, bucket: str, before: str, file: DataFile) -> Looked:
    key = f"{before}{file.key}"
    where = f"s3://{bucket}/{key}"
    fix = (
        f"allow s3:GetObject on {where}, and s3:ListBucket on its bucket, to the role of this "
        "function: without the latter S3 says the same of an object that is not there"
    )
    try:
        with needs("s3:GetObject", where, fix):
            found = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if code_of(error) in _ABSENT:
            return Looked(file.items, 0, f"{key} is not there")
        raise
    etag = found["ETag"].strip('"')
    wrong = "" if etag == file.etag else f"{key} has ETag {etag}, not {file.etag}"
    return Looked(file.items, found["ContentLength"], wrong)


def _each(work: Callable[[_T], _R], many: Iterable[_T]) -> Iterator[_R]:
    """Yield the results of work, in order; what fails first is raised, and nothing more begun."""
    workers = ThreadPoolExecutor(WORKERS)
    begun: deque[Future[_R]] = deque()
    try:
        for each in many:
            if len(begun) == _AHEAD:
                yield begun.popleft().result()
            begun.append(workers.submit(work, each))
        while begun:
            yield begun.popleft().result()
    finally:
        workers.shutdown(cancel_futures=True)
