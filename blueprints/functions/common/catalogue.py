"""What all of the catalogue has in common: how times and tables stand in its keys and documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common.calls import call


def compact(moment: datetime) -> str:
    """Return a time as it stands in keys."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def iso(moment: datetime) -> str:
    """Return a time as it stands in documents."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment_of(text: str) -> datetime:
    """Return the time that a document or a key has."""
    return datetime.fromisoformat(text).astimezone(UTC)


def table_folder(table_arn: str) -> str:
    """Return what stands for a table in keys, whatever is kept of it."""
    _, _, _, region, account_id, table = table_arn.split(":", 5)
    return f"{account_id}/{region}/{table.removeprefix('table/')}"


def read(s3: Any, bucket: str, key: str) -> dict[str, Any]:
    """Return a document; raises botocore's errors, and ValueError where it is no JSON object."""
    where = f"s3://{bucket}/{key}"
    document = json.loads(call(s3, "get_object", where, Bucket=bucket, Key=key)["Body"].read())
    if not isinstance(document, dict):
        raise ValueError(f"{where} holds no JSON object")  # noqa: TRY004 - of the file, not a call
    return document
