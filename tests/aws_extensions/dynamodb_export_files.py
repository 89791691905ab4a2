"""DynamoDB: the objects of an export, written into S3 with the rights of whoever asks for it.

Each object that is written counts as a call of S3 by the role that asked. Data files are uploads in
parts, as DynamoDB makes them, so their entity tag is not the checksum of what is in them.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import secrets
from dataclasses import dataclass
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import kms_backends

from . import clock, s3_buckets
from .calls import record
from .dynamodb_export_lines import DYNAMODB_JSON, NEW_AND_OLD_IMAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from moto.s3.models import FakeBucket, S3Backend
    from moto.sts.models import AssumedRole

    from .dynamodb_export_failures import Failure
    from .dynamodb_export_lines import Line

    Description = dict[str, Any]

PARTITIONS = 4
VERSION = "2020-06-30"
NAME_LENGTH = 26
MAY_PUT = ("*", "s3:*", "s3:Put*", "s3:PutObject")
SERVICE = "dynamodb.amazonaws.com"
DENIED = "S3AccessDenied"


class FailedError(Exception):
    """An export that has begun cannot go on, for a reason that its description gives."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(kw_only=True)
class Writer:
    """Writes objects into the bucket of an export, until it is to fail."""

    described: Description
    session: AssumedRole | None  # of the role that asked, if it was one
    account_id: str
    failure: Failure | None
    written: int = 0

    def put(self, key: str, body: bytes, *, in_parts: bool = False) -> str:
        """Write an object and return its entity tag; raise FailedError where S3 refuses it."""
        found = s3_buckets.find(self.described["S3Bucket"])
        self._record(key, found[1].region_name if found else self._region)
        if self.failure and self.written >= self.failure.get("after_files", 0):
            message = self.failure.get("message", "as a test asked for")
            raise FailedError(self.failure["code"], message)
        if found is None:
            raise FailedError("S3NoSuchBucket", "The specified bucket does not exist")
        self._check(found[1])
        tag = hashlib.md5(_md5(body)).hexdigest() + "-1" if in_parts else None
        made = self._put(*found, key, body, tag)
        self.written += 1
        return made

    def _put(
        self, backend: S3Backend, bucket: FakeBucket, key: str, body: bytes, tag: str | None
    ) -> str:
        made = backend.put_object(
            bucket.name,
            key,
            body,
            etag=tag,
            encryption=self._algorithm,
            kms_key_id=self._kms_key,
            **s3_buckets.retention(bucket),
        )
        return str(made.etag).strip('"')

    def _check(self, bucket: FakeBucket) -> None:
        owner = self.described.get("S3BucketOwner", self.account_id)
        if owner != bucket.account_id or not s3_buckets.allows(bucket, self.account_id, MAY_PUT):
            raise FailedError(DENIED, f"Access Denied to {bucket.name}, which is not of {owner}")
        if self._kms_key is None:
            return
        parts = self._kms_key.split(":")
        region, account_id = (
            (parts[3], parts[4]) if len(parts) > 1 else (bucket.region_name, self.account_id)
        )
        try:
            kms_backends[account_id][region].describe_key(self._kms_key)
        except (JsonRESTError, KeyError, AttributeError):  # the last where moto has no such alias
            region = ""
        if region != bucket.region_name:
            message = f"There is no key {self._kms_key} in {bucket.region_name}"
            raise FailedError("KMS.NotFoundException", message) from None

    def _record(self, key: str, region: str) -> None:
        if self.session is None:
            return
        asked = {"Bucket": self.described["S3Bucket"], "Key": key}
        asked["ServerSideEncryption"] = self._algorithm
        if self._kms_key is not None:
            asked["SSEKMSKeyId"] = self._kms_key
        if "S3BucketOwner" in self.described:
            asked["ExpectedBucketOwner"] = self.described["S3BucketOwner"]
        record(self.session, "s3", "PutObject", asked, region, invoked_by=SERVICE)

    @property
    def _region(self) -> str:
        return str(self.described["ExportArn"].split(":")[3])

    @property
    def _algorithm(self) -> str:
        return "aws:kms" if self.described["S3SseAlgorithm"] == "KMS" else "AES256"

    @property
    def _kms_key(self) -> str | None:
        return self.described.get("S3SseKmsKeyId")


def write(writer: Writer, lines: Iterable[Line]) -> Description:
    """Write every object; return what DescribeExport then tells beside the description."""
    export_id = writer.described["ExportArn"].rpartition("/")[2]
    prefix = writer.described.get("S3Prefix", "").strip("/")
    root = f"{prefix}/AWSDynamoDB/" if prefix else "AWSDynamoDB/"
    home = f"{root}{export_id}/"
    full = writer.described["ExportType"] == "FULL_EXPORT"
    writer.put(f"{home}_started", b"")
    if not full:
        writer.put(f"{root}data/_started", b"")
    every = list(lines)
    files = list(_data(writer, f"{home if full else root}data/", every))
    result = {
        "ItemCount": len(every),
        "BilledSizeBytes": sum(line.size for line in every),
        "EndTime": clock.now(),
        "ExportManifest": f"{home}manifest-summary.json",
    }
    _manifest(writer, f"{home}manifest-files", "".join(f"{json.dumps(each)}\n" for each in files))
    summary = _summary(writer.described | result, f"{home}manifest-files.json")
    _manifest(writer, f"{home}manifest-summary", json.dumps(summary))
    return result


def _data(writer: Writer, folder: str, lines: list[Line]) -> Iterator[dict[str, Any]]:
    """Write a file for each partition, also for one without a line; yield how it is listed."""
    json_lines = writer.described["ExportFormat"] == DYNAMODB_JSON
    ending = "json.gz" if json_lines else "ion.gz"
    for partition in range(PARTITIONS):
        mine = [line.text for line in lines if line.partition == partition]
        name = "".join(secrets.choice(ascii_lowercase + digits) for _ in range(NAME_LENGTH))
        body = gzip.compress("".join(f"{text}\n" for text in mine).encode(), mtime=0)
        tag = writer.put(f"{folder}{name}.{ending}", body, in_parts=True)
        yield {
            "itemCount": len(mine),
            "md5Checksum": _checksum(body),
            "etag": tag,
            "dataFileS3Key": f"{folder}{name}.{ending}",
        }


def _manifest(writer: Writer, key: str, text: str) -> None:
    writer.put(f"{key}.checksum", _checksum(text.encode()).encode())
    writer.put(f"{key}.json", text.encode())


def _checksum(body: bytes) -> str:
    return base64.b64encode(_md5(body)).decode()


def _md5(body: bytes) -> bytes:
    return hashlib.md5(body).digest()


def _summary(described: Description, files_key: str) -> dict[str, Any]:
    summary = {
        "version": VERSION,
        "exportArn": described["ExportArn"],
        "startTime": clock.iso(described["StartTime"]),
        "endTime": clock.iso(described["EndTime"]),
        "tableArn": described["TableArn"],
        "tableId": described["TableId"],
        "s3Bucket": described["S3Bucket"],
        "s3Prefix": described.get("S3Prefix"),
        "s3SseAlgorithm": described["S3SseAlgorithm"],
        "s3SseKmsKeyId": described.get("S3SseKmsKeyId"),
        "manifestFilesS3Key": files_key,
        "billedSizeBytes": described["BilledSizeBytes"],
        "itemCount": described["ItemCount"],
        "outputFormat": described["ExportFormat"],
        "exportType": described["ExportType"],
    }
    window = described.get("IncrementalExportSpecification")
    if window is None:
        return summary | {"exportTime": clock.iso(described["ExportTime"])}
    return summary | {
        "exportFromTime": clock.iso(window["ExportFromTime"]),
        "exportToTime": clock.iso(window["ExportToTime"]),
        "outputView": window.get("ExportViewType", NEW_AND_OLD_IMAGES),
    }
