"""Looks at every data file of a manifest, several at once and never all of them in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common import at_once
from blueprints.functions.common.errors import code_of, needs
from blueprints.functions.common.manifests import DataFile

_ABSENT = ("404", "NoSuchKey")
MOST_NAMED = 10


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
    for looked in at_once.results(lambda file: _looked(s3, bucket, before, file), files):
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
