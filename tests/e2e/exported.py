"""A table with a history, exports of it, and what they wrote, for tests of exports."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
THERE = {"account_id": "222222222222", "region": "eu-central-1"}
HOUR = 3600


def create(api: Any, name: str, *, recovery: bool = True) -> str:
    """Create a table; return its ARN."""
    made = api.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": each, "AttributeType": "S"} for each in ("id", "at")
        ],
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    if recovery:
        specification = {"PointInTimeRecoveryEnabled": True}
        api.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=specification
        )
    return str(made["TableDescription"]["TableArn"])


def put(api: Any, name: str, key: str, **attributes: dict[str, Any]) -> None:
    api.put_item(TableName=name, Item=item(key, **attributes))


def delete(api: Any, name: str, key: str) -> None:
    api.delete_item(TableName=name, Key=item(key))


def item(key: str, **attributes: dict[str, Any]) -> dict[str, Any]:
    return {"id": {"S": key}, "at": {"S": "now"}, **attributes}


def version(number: int) -> dict[str, Any]:
    return {"version": {"N": str(number)}}


def bucket(s3: Any, name: str, **settings: Any) -> None:
    where = {"LocationConstraint": HERE["region"]}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where, **settings)


def later(seconds: float) -> datetime:
    """Return the real time, or one before or after it, as a whole second."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


def window(start: datetime, end: datetime, **more: str) -> dict[str, Any]:
    """Return what an export is asked for the changes in a window."""
    specification = {"ExportFromTime": start, "ExportToTime": end, **more}
    return {
        "ExportType": "INCREMENTAL_EXPORT",
        "IncrementalExportSpecification": specification,
    }


def ended(api: Any, started: dict[str, Any]) -> dict[str, Any]:
    """Look at an export until it has ended; return its description."""
    shown: dict[str, Any] = started["ExportDescription"]
    while shown["ExportStatus"] == "IN_PROGRESS":
        shown = api.describe_export(ExportArn=shown["ExportArn"])["ExportDescription"]
    return shown


def body(s3: Any, name: str, key: str) -> bytes:
    read: bytes = s3.get_object(Bucket=name, Key=key)["Body"].read()
    return read


def read(s3: Any, described: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the summary of an export and its list of files, both as their checksums say."""
    name, key = described["S3Bucket"], described["ExportManifest"]
    documents = []
    for manifest in (key, key.replace("-summary", "-files")):
        text = body(s3, name, manifest)
        checksum = body(s3, name, manifest.replace(".json", ".checksum"))
        assert checksum == b64encode(md5(text).digest())
        documents.append(text)
    summary: dict[str, Any] = json.loads(documents[0])
    return summary, [json.loads(line) for line in documents[1].splitlines()]


def lines(s3: Any, described: dict[str, Any]) -> list[str]:
    """Return the lines of all data files, each file as the manifest describes it."""
    summary, files = read(s3, described)
    found = []
    for each in files:
        name, key = described["S3Bucket"], each["dataFileS3Key"]
        stored = body(s3, name, key)
        assert each["md5Checksum"] == b64encode(md5(stored).digest()).decode()
        assert s3.head_object(Bucket=name, Key=key)["ETag"] == f'"{each["etag"]}"'
        text = gzip.decompress(stored).decode().splitlines()
        assert len(text) == each["itemCount"]
        found += text
    assert summary["itemCount"] == described["ItemCount"] == len(found)
    return sorted(found)


def documents(s3: Any, described: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(s3, described)]
