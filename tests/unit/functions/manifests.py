"""Writes exports as DynamoDB lays them out: data files, and the two manifests that list them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EXPORT_ID = "01764032400000-a1b2c3d4"
ITEMS_OF_A_FILE = 10
Document = dict[str, Any]


@dataclass(kw_only=True)
class Written:
    """An export that was written: where, and what its manifests say."""

    bucket: str
    manifest_key: str
    files_key: str
    data_keys: list[str]
    summary: Document
    lines: list[Document]
    stored_bytes: int = 0
    answer: Document = field(default_factory=dict)


def write(s3: Any, payload: Mapping[str, Any], *, files: int = 3, spelled: bool = True) -> Written:
    """Write a whole export of what the payload plans; `spelled` has keys begin with the prefix."""
    plan, bucket = payload["plan"], payload["export"]["bucket"]
    root, export_arn = "AWSDynamoDB", f"{payload['request']['table']['arn']}/export/{EXPORT_ID}"
    folder = f"{root}/{EXPORT_ID}" if plan["kind"] == "full" else root
    before = f"{plan['prefix']}/"
    written = Written(
        bucket=bucket,
        manifest_key=f"{before}{root}/{EXPORT_ID}/manifest-summary.json",
        files_key=f"{before}{root}/{EXPORT_ID}/manifest-files.json",
        data_keys=[f"{before}{folder}/data/{number:026}.json.gz" for number in range(files)],
        summary={},
        lines=[],
    )
    for number, key in enumerate(written.data_keys):
        body = b"x" * (number + 1)
        etag = s3.put_object(Bucket=bucket, Key=key, Body=body)["ETag"].strip('"')
        written.stored_bytes += len(body)
        key_told = key if spelled else key.removeprefix(before)
        written.lines.append(
            {
                "itemCount": ITEMS_OF_A_FILE,
                "md5Checksum": "",
                "etag": etag,
                "dataFileS3Key": key_told,
            }
        )
    files_key = written.files_key
    written.summary = {
        "version": "2020-06-30",
        "exportArn": export_arn,
        "startTime": "2026-11-25T01:01:34.028Z",
        "endTime": "2026-11-25T01:06:43.897Z",
        "tableArn": payload["request"]["table"]["arn"],
        "tableId": plan["table_id"],
        "s3Bucket": bucket,
        "s3Prefix": plan["prefix"],
        "s3SseAlgorithm": "KMS",
        "s3SseKmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/1",
        "manifestFilesS3Key": files_key if spelled else files_key.removeprefix(before),
        "billedSizeBytes": 4_000,
        "itemCount": ITEMS_OF_A_FILE * files,
        "outputFormat": payload["export"]["format"],
        **_times(plan),
    }
    written.answer = {"export_arn": export_arn, "manifest_key": written.manifest_key}
    save(s3, written)
    return written


def _times(plan: Mapping[str, Any]) -> Document:
    if plan["kind"] == "full":
        return {"exportTime": _told(plan["to"])}
    return {
        "exportFromTime": _told(plan["from"]),
        "exportToTime": _told(plan["to"]),
        "exportType": "INCREMENTAL_EXPORT",
        "outputView": "NEW_AND_OLD_IMAGES",
    }


def _told(moment: str) -> str:
    return moment.replace("Z", ".000Z")


def save(s3: Any, written: Written) -> None:
    """Write the manifests once more, after they were changed."""
    lines = "".join(f"{json.dumps(each)}\n" for each in written.lines).encode()
    s3.put_object(Bucket=written.bucket, Key=written.files_key, Body=lines)
    body = json.dumps(written.summary).encode()
    s3.put_object(Bucket=written.bucket, Key=written.manifest_key, Body=body)
