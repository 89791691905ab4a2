"""Where snapshots of settings lie: `catalog/settings/ACCOUNT/REGION/TABLE/TIME.json` in a bucket.

A destination's bucket holds those of several accounts and Regions: tables may be called alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common import catalogue
from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.errors import code_of

_KEY = re.compile(r"(?P<time>\d{8}T\d{6}Z)\.json")


def folder(table_arn: str) -> str:
    """Return the prefix of a table's snapshots."""
    return f"catalog/settings/{catalogue.table_folder(table_arn)}/"


def key_of(table_arn: str, taken_at: datetime) -> str:
    """Return the key of the snapshot of a time."""
    return f"{folder(table_arn)}{catalogue.compact(taken_at)}.json"


def keys(s3: Any, bucket: str, table_arn: str) -> list[tuple[datetime, str]]:
    """Return time and key of all snapshots of a table, oldest first."""
    prefix = folder(table_arn)
    where = f"s3://{bucket}/{prefix}"
    listed = pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=prefix)
    found = []
    for each in listed:
        match = _KEY.fullmatch(each["Key"].removeprefix(prefix))
        if match:
            found.append((catalogue.moment_of(match["time"]), each["Key"]))
    return sorted(found)


def read(s3: Any, bucket: str, key: str) -> dict[str, Any] | None:
    """Return a document, None where it is gone or is none."""
    resource = f"s3://{bucket}/{key}"
    try:
        body = call(s3, "get_object", resource, Bucket=bucket, Key=key)["Body"].read()
        document = json.loads(body)
    except ClientError as error:
        if code_of(error) == "NoSuchKey":
            return None
        raise
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def snapshots(
    s3: Any, bucket: str, table_arn: str, listed: Iterable[tuple[datetime, str]]
) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """Yield time, key and document of those of `listed` that hold the table's settings."""
    for taken_at, key in listed:
        document = read(s3, bucket, key)
        # Settings of another table, put there by whoever may, would be set on this one.
        if document is not None and document.get("table_arn") == table_arn:
            yield taken_at, key, document


def write(s3: Any, bucket: str, settings: dict[str, Any], taken_at: datetime) -> str:
    """Write a snapshot and return its key."""
    key = key_of(settings["table_arn"], taken_at)
    call(
        s3,
        "put_object",
        f"s3://{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        Body=json.dumps(settings, indent=1, sort_keys=True).encode(),
        ContentType="application/json",
    )
    return key
