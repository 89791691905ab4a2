"""Where the catalogue keeps exports: records of good ones, and attempts at each.

- `catalog/exports/ACCOUNT/REGION/TABLE/START_END_KIND.json`: a good export, written once; keys sort
  by START.
- `catalog/attempts/ACCOUNT/REGION/TABLE/IDENTITY/N.json`: what attempt N is to export,
  `N-failed.json` why it did not, `told.json` that people know of it. A window is decided by whoever
  writes its first attempt, for everybody else.

A destination's bucket holds those of several accounts and Regions: tables may be called alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.catalogue import compact, moment_of, read, table_folder
from blueprints.functions.common.errors import code_of

Kind = Literal["full", "incremental"]
_KEY = re.compile(r"(\d{8}T\d{6}Z)_(\d{8}T\d{6}Z)_(full|incremental)\.json")
_TOLD = "told.json"
_NOT_IN_KEYS = re.compile(r"[^\w.-]")
_ATTEMPT = re.compile(r"(\d+)(-failed)?\.json")
# S3 answers 409 while another conditional write of the key is under way.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")


class Listed(NamedTuple):
    """What the key of a record says."""

    start: datetime
    end: datetime
    kind: Kind
    key: str


class LastAttempt(NamedTuple):
    """What the keys of the attempts at an export say."""

    number: int
    failed: bool
    told: bool


def records_folder(table_arn: str) -> str:
    """Return the prefix of a table's records."""
    return f"catalog/exports/{table_folder(table_arn)}/"


def record_key(table_arn: str, start: datetime, end: datetime, kind: str) -> str:
    """Return the key of the record of an export."""
    return f"{records_folder(table_arn)}{compact(start)}_{compact(end)}_{kind}.json"


def listed(key: str, table_arn: str) -> Listed | None:
    """Return what a key says, None where it is no record's."""
    match = _KEY.fullmatch(key.removeprefix(records_folder(table_arn)))
    if match is None:
        return None
    kind: Kind = "full" if match[3] == "full" else "incremental"
    return Listed(start=moment_of(match[1]), end=moment_of(match[2]), kind=kind, key=key)


def records(s3: Any, bucket: str, table_arn: str, since: datetime | None = None) -> list[Listed]:
    """Return the records of a table that start at `since` or later, oldest first."""
    prefix = records_folder(table_arn)
    after = {} if since is None else {"StartAfter": f"{prefix}{compact(since)}"}
    where = f"s3://{bucket}/{prefix}"
    found = pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=prefix, **after)
    known = [record for each in found if (record := listed(each["Key"], table_arn)) is not None]
    return sorted(known, key=lambda each: (each.start, each.end, each.kind))


def has_records(s3: Any, bucket: str, table_arn: str) -> bool:
    """Return whether there is any record of a table, however old."""
    prefix = records_folder(table_arn)
    where = f"s3://{bucket}/{prefix}"
    found = pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=prefix)
    return any(True for _ in found)


def attempts_folder(table_arn: str, identity: str) -> str:
    """Return the prefix of the attempts at one export."""
    return f"catalog/attempts/{table_folder(table_arn)}/{identity}/"


def attempt_key(table_arn: str, identity: str, number: int) -> str:
    """Return the key of an attempt."""
    return f"{attempts_folder(table_arn, identity)}{number}.json"


def failure_key(table_arn: str, identity: str, number: int) -> str:
    """Return the key of why an attempt failed."""
    return f"{attempts_folder(table_arn, identity)}{number}-failed.json"


def told_key(table_arn: str, identity: str) -> str:
    """Return the key of what notes that people were told of the chain that an export starts."""
    return f"{attempts_folder(table_arn, identity)}{_TOLD}"


def unplanned_key(table_arn: str, day: str, code: str) -> str:
    """Return the key of what notes that people were told, that day, why nothing is planned."""
    return f"{attempts_folder(table_arn, 'unplanned')}{day}-{_NOT_IN_KEYS.sub('-', code)}.json"


def last_attempt(s3: Any, bucket: str, table_arn: str, identity: str) -> LastAttempt:
    """Return the newest attempt at an export; its number is 0 where there is none."""
    prefix = attempts_folder(table_arn, identity)
    where = f"s3://{bucket}/{prefix}"
    planned, failed, told = {0}, {-1}, False
    for each in pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=prefix):
        name = each["Key"].removeprefix(prefix)
        told = told or name == _TOLD
        if match := _ATTEMPT.fullmatch(name):
            (failed if match[2] else planned).add(int(match[1]))
    number = max(planned)
    return LastAttempt(number=number, failed=number in failed, told=told)


def write_once(s3: Any, bucket: str, key: str, document: Mapping[str, Any]) -> bool:
    """Write a document unless there is one under its key; return whether this call wrote it."""
    try:
        call(
            s3,
            "put_object",
            f"s3://{bucket}/{key}",
            Bucket=bucket,
            Key=key,
            Body=json.dumps(document, indent=1, sort_keys=True).encode(),
            ContentType="application/json",
            IfNoneMatch="*",
        )
    except ClientError as error:
        if code_of(error) in _TAKEN:
            return False
        raise
    return True


def documents(s3: Any, bucket: str, found: list[Listed]) -> Iterator[dict[str, Any]]:
    """Yield the documents of records, in their order; raises botocore's errors."""
    for each in found:
        yield read(s3, bucket, each.key)
