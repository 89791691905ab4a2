"""DynamoDB: the objects of an import, read from S3 with the rights of whoever asks for it.

The list and each object that is read count as calls of S3 by the role that asked.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError

from . import dynamodb_import_lines, dynamodb_items, s3_buckets, s3_tiers
from .calls import record
from .dynamodb_import_lines import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.dynamodb.models.table import Table
    from moto.s3.models import FakeBucket, S3Backend
    from moto.sts.models import AssumedRole

    Image = dict[str, dict[str, Any]]

MAY_LIST = ("*", "s3:*", "s3:List*", "s3:ListBucket")
MAY_GET = ("*", "s3:*", "s3:Get*", "s3:GetObject")
SERVICE = "dynamodb.amazonaws.com"
NO_BUCKET = (
    "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; "
    "Error Code: NoSuchBucket)"
)
DENIED = "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)"
FROZEN = (  # what AWS calls it is not documented
    "The operation is not valid for the object's storage class (Service: Amazon S3; "
    "Status Code: 403; Error Code: InvalidObjectState)"
)
PROCESSED, IMPORTED, ERRORS = "ProcessedItemCount", "ImportedItemCount", "ErrorCount"
SIZE = "ProcessedSizeBytes"


class FailedError(Exception):
    """An import that has begun cannot go on, for a reason that its description gives."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(kw_only=True)
class Reader:
    """Reads the objects of an import."""

    described: dict[str, Any]
    session: AssumedRole | None  # of the role that asked, if it was one
    account_id: str
    region: str

    def texts(self) -> Iterator[bytes]:
        """Yield what the objects hold; raise FailedError where S3 refuses it."""
        source = self.described["S3BucketSource"]
        name, prefix = source["S3Bucket"], source.get("S3KeyPrefix", "")
        found = s3_buckets.find(name)
        region = found[1].region_name if found else self.region
        listed = {"Bucket": name, "ExpectedBucketOwner": source["S3BucketOwner"]}
        self._record("ListObjectsV2", listed | ({"Prefix": prefix} if prefix else {}), region)
        if found is None:
            raise FailedError("S3NoSuchBucket", NO_BUCKET)
        backend, bucket = found
        self._check(bucket, source["S3BucketOwner"], MAY_LIST)
        for key in _keys(backend, bucket, prefix):
            self._record("GetObject", {"Bucket": name, "Key": key.name}, region)
            self._check(bucket, source["S3BucketOwner"], MAY_GET)
            if not s3_tiers.readable(key):
                raise FailedError("S3InvalidObjectState", FROZEN)
            yield key.value

    def _check(self, bucket: FakeBucket, owner: str, actions: tuple[str, ...]) -> None:
        if owner != bucket.account_id or not s3_buckets.allows(bucket, self.account_id, actions):
            raise FailedError("S3AccessDenied", DENIED)

    def _record(self, operation: str, parameters: dict[str, Any], region: str) -> None:
        if self.session is not None:
            record(self.session, "s3", operation, parameters, region, invoked_by=SERVICE)


def _keys(backend: S3Backend, bucket: FakeBucket, prefix: str) -> list[Any]:
    listed: Any = backend.list_objects(
        bucket, prefix=prefix or None, delimiter=None, marker=None, max_keys=None
    )[0]
    return list(listed)


def fill(reader: Reader, table: Table) -> dict[str, int]:
    """Put every item that is one into the table; return what was counted."""
    counts = Counter(dict.fromkeys((PROCESSED, IMPORTED, ERRORS), 0))
    described = reader.described
    for body in reader.texts():
        try:
            text = dynamodb_import_lines.text_of(body, described["InputCompressionType"])
            counts[SIZE] += len(text.encode())
            for item in dynamodb_import_lines.items(text, described["InputFormat"]):
                _put(table, item, counts)
        except UnreadableError:  # the rest of the object is not looked at
            counts.update((PROCESSED, ERRORS))
    return dict(counts)


def _put(table: Table, item: Image, counts: Counter[str]) -> None:
    try:
        dynamodb_items.check(table, item)
        table.put_item(item)
    except JsonRESTError:
        counts.update((PROCESSED, ERRORS))
    else:
        counts.update((PROCESSED, IMPORTED))
