"""What DynamoDB says that it exported: a summary, and a line for each data file.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import code_of

Summary = Mapping[str, Any]
# Everything that an export writes lies in a folder of this name below its prefix.
_ROOT = "AWSDynamoDB/"


class BadManifestError(Exception):
    """A manifest is not there, or is none: the message says which, and what is wrong with it."""


class DataFile(NamedTuple):
    """A data file as the manifest has it; `key` is spelled as there."""

    key: str
    etag: str
    items: int
    md5: str | None = None


def put_before(key: str, prefix: str) -> str:
    """Return what to put before a manifest's key to have the object's.

    Everything of an export lies under its prefix, but not every manifest's keys begin with it: the
    examples of the page above have it in none.
    """
    return "" if key.startswith(f"{prefix}/") else f"{prefix}/"


def located(key: str, manifest_key: str) -> str:
    """Return where the object of a manifest's key is, by where the manifest itself is.

    So keys with the prefix and without it are found, and those of an export that was copied to
    below another prefix.
    """
    before, root, _ = manifest_key.rpartition(_ROOT)
    _, told, rest = key.rpartition(_ROOT)
    return f"{before}{_ROOT}{rest}" if root and told else key


def read_summary(s3: Any, bucket: str, key: str, **more: Any) -> Summary:
    """Return a summary; `more` is what goes with each call, such as the bucket's owner.

    Raises BadManifestError where it is none, RefusedError where it may not be read, and botocore's
    errors.
    """
    where = f"s3://{bucket}/{key}"
    try:
        summary = json.loads(_body(s3, bucket, key, more).read())
    except ValueError as error:
        raise BadManifestError(f"{where} is no manifest: {error}") from error
    if not isinstance(summary, dict):
        raise BadManifestError(f"{where} is no manifest: it holds no JSON object")
    return summary


@contextmanager
def kept(s3: Any, bucket: str, key: str, **more: Any) -> Iterator[IO[bytes]]:
    """Give the list of data files as a file, raising as `read_summary` does.

    It is kept on disk meanwhile: looking at all files takes longer than S3 may leave a connection
    open that nobody reads.
    """
    with tempfile.TemporaryFile() as manifest:
        shutil.copyfileobj(_body(s3, bucket, key, more), manifest)
        manifest.seek(0)
        yield manifest


def data_files(lines: Iterable[bytes], where: str) -> Iterator[DataFile]:
    """Yield the data files of a manifest, one for each line.

    Raises BadManifestError where a line names none; `where` is the manifest's own place.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            found = DataFile(
                str(told["dataFileS3Key"]),
                told["etag"].strip('"'),
                int(told["itemCount"]),
                told.get("md5Checksum") or None,
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadManifestError(
                f"line {number} of {where} names no data file ({type(error).__name__}: {error})"
            ) from error
        yield found


def _body(s3: Any, bucket: str, key: str, more: Mapping[str, Any]) -> Any:
    where = f"s3://{bucket}/{key}"
    try:
        return call(s3, "get_object", where, Bucket=bucket, Key=key, **more)["Body"]
    except ClientError as error:
        if code_of(error) == "NoSuchKey":
            raise BadManifestError(f"the manifest {where} is not there") from error
        raise
