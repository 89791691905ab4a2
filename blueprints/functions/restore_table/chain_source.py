"""Finds the full export of a chain where it can be read, and has S3 thaw what has to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import pages
from blueprints.functions.common.errors import RefusedError, code_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import Connect
from blueprints.functions.common.thawing import COLD, thaw

HasTime = Callable[[], bool]
Bucket = Mapping[str, str]
State = dict[str, int]


def located(connect: Connect, plan: Mapping[str, Any]) -> Bucket | None:
    """Return the nearest bucket that has all data files, None where nothing is imported.

    What was deleted from one, or is not there yet, may be in another. Raises RefusedError where
    none has them, and botocore's errors.
    """
    files = plan["parameters"]["files"]
    if files is None:
        return None
    lacking = []
    for bucket in files["buckets"]:
        where = f"s3://{bucket['name']}/{files['prefix']}"
        try:
            count = sum(1 for _ in _listed(connect, bucket, files["prefix"]))
        except RefusedError as error:
            lacking.append(str(error))
            continue
        except ClientError as error:
            if code_of(error) != "NoSuchBucket":
                raise
            lacking.append(f"{where}: the bucket does not exist")
            continue
        if count >= files["count"]:
            log("located", where=where, files=count)
            found: Bucket = bucket
            return found
        lacking.append(f"{where} has {count} of {files['count']} files")
    raise RefusedError(
        f"the full export cannot be read: {'; '.join(lacking)}. See in CloudTrail who deleted "
        "what; older versions are kept for 30 days (aws s3api list-object-versions). Put them "
        "back, or take another point"
    )


class Case(Protocol):
    """What is known of the restore."""

    connect: Connect
    plan: Mapping[str, Any]
    now: datetime


def thawed(
    case: Case, bucket: Bucket, earlier: Mapping[str, int], has_time: HasTime
) -> State | None:
    """Return how far thawing is, None where an import can read all files.

    The refill thaws what it reads by itself.
    """
    looked, waiting = earlier.get("looked", 0), earlier.get("waiting", 0)
    cold = _cold(case.connect, bucket, case.plan["parameters"]["files"]["prefix"])

    def connect_s3(region: str) -> Any:
        return case.connect("s3", region=region)

    found = thaw(connect_s3, islice(cold, looked, None), case.now, has_time)
    waiting += found.waiting
    log("thawing", looked=looked + found.looked, waiting=waiting, asked=found.asked)
    if not found.is_whole:
        return {"looked": looked + found.looked, "waiting": waiting}
    # All have been asked for: the next time they are looked at from the first on.
    return {"looked": 0, "waiting": 0} if waiting else None


def _cold(connect: Connect, bucket: Bucket, prefix: str) -> Iterator[dict[str, str]]:
    """Yield the files that lie in a class that has to be thawed, as lists tell."""
    for each in _listed(connect, bucket, prefix):
        if each.get("StorageClass") in COLD:
            yield {
                "bucket": bucket["name"],
                "key": each["Key"],
                "region": bucket["region"],
                "account_id": bucket["account_id"],
                "etag": each["ETag"].strip('"'),
            }


def _listed(connect: Connect, bucket: Bucket, prefix: str) -> Iterator[Mapping[str, Any]]:
    yield from pages(
        connect("s3", region=bucket["region"]),
        "list_objects_v2",
        "Contents",
        f"s3://{bucket['name']}/{prefix}",
        Bucket=bucket["name"],
        Prefix=prefix,
        ExpectedBucketOwner=bucket["account_id"],
    )
