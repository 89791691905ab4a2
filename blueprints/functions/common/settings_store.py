"""Where snapshots of settings lie: `catalog/settings/TABLE/YYYYMMDDTHHMMSSZ.json` in a bucket.

A destination's bucket holds those of several accounts under the same keys: the ARN in a document
says whose it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.errors import code_of

_TIME = "%Y%m%dT%H%M%SZ"
_KEY = re.compile(r"(?P<time>\d{8}T\d{6}Z)\.json")


def folder(table_name: str) -> str:
    """Return the prefix of a table's snapshots."""
    return f"catalog/settings/{table_name}/"


def key_of(table_name: str, taken_at: datetime) -> str:
    """Return the key of the snapshot of a time."""
    return f"{folder(table_name)}{taken_at.astimezone(UTC):{_TIME}}.json"


def keys(s3: Any, bucket: str, table_name: str) -> list[tuple[datetime, str]]:
    """Return time and key of all snapshots under a table's name, oldest first."""
    prefix = folder(table_name)
    where = f"s3://{bucket}/{prefix}"
    listed = pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=prefix)
    found = []
    for each in listed:
        match = _KEY.fullmatch(each["Key"].removeprefix(prefix))
        if match:
            taken_at = datetime.strptime(match["time"], _TIME).replace(tzinfo=UTC)
            found.append((taken_at, each["Key"]))
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


def newest_first(
    s3: Any, bucket: str, table_name: str, table_arn: str
) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """Yield time, key and document of this very table's snapshots; reads one after the other."""
    for taken_at, key in reversed(keys(s3, bucket, table_name)):
        document = read(s3, bucket, key)
        if document is not None and document.get("table_arn") == table_arn:
            yield taken_at, key, document


def write(s3: Any, bucket: str, settings: dict[str, Any], taken_at: datetime) -> str:
    """Write a snapshot and return its key."""
    key = key_of(settings["table_name"], taken_at)
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
