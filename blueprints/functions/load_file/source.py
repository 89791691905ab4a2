"""Reads one object of S3 in parts, and checks that it is the one, and whole."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common.errors import code_of, fix_of, needs
from blueprints.functions.load_file.failing import BadDataError

# A request for each part, read at once: S3 closes a connection from which nobody reads for a while,
# and a table may take its time. Also what is in memory; and of a file that is not longer, all is
# checked before anything is written.
PART_BYTES = 2 * 1024 * 1024
_PIECE_BYTES = 32 * 1024
_READS = 3
_MISSING = ("NoSuchKey", "NoSuchBucket", "404")
_EMPTY = ("InvalidRange", "416")


class Source:
    """A file of an item; `etag` is the manifest's, or what an earlier call has seen, or None."""

    def __init__(self, s3: Any, file: Mapping[str, Any], etag: str | None) -> None:
        self._s3, self._file = s3, file
        self.name = f"s3://{file['bucket']}/{file['key']}"
        self.etag = etag.strip('"') if etag else None

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of the object; the last part's only if the MD5 is right, if one is known.

        Raises BadDataError where it is missing, another, or damaged, RefusedError where it may not
        be read, and botocore's errors.
        """
        md5 = hashlib.md5(usedforsecurity=False)
        start, size = 0, 1
        while start < size:
            part, size = self._part(start)
            md5.update(part)
            start += len(part)
            if start == size:
                self._check(md5.digest())
            for at in range(0, len(part), _PIECE_BYTES):
                yield part[at : at + _PIECE_BYTES]
            del part  # or there would be two while the next one is read

    def _part(self, start: int) -> tuple[bytes, int]:
        """Return the part that begins at `start`, and the size of the whole."""
        for _ in range(_READS - 1):
            try:
                return self._read(start)
            except BotoCoreError:  # a connection that breaks while the answer is read
                continue
        return self._read(start)

    def _read(self, start: int) -> tuple[bytes, int]:
        asked = {"Range": f"bytes={start}-{start + PART_BYTES - 1}"}
        try:
            answer = self._get(asked)
        except ClientError as error:
            if start or code_of(error) not in _EMPTY:
                raise
            answer = self._get({})  # an object of no bytes has no range
        etag = answer["ETag"].strip('"')
        if etag != (self.etag or etag):
            raise BadDataError(
                self.name,
                None,
                f"it has ETag {etag}, not {self.etag}",
                "it was overwritten since it was listed or last read: bring back the version that "
                "has that ETag, or start another refill with what is there now",
            )
        self.etag = etag
        part: bytes = answer["Body"].read()
        told = answer.get("ContentRange", "").rpartition("/")[2]
        return part, int(told) if told.isdecimal() else len(part)

    def _get(self, asked: Mapping[str, str]) -> Mapping[str, Any]:
        owner = self._file.get("account_id")
        expected = {"ExpectedBucketOwner": owner} if owner else {}
        bucket, key = self._file["bucket"], self._file["key"]
        fix = (
            f"{fix_of('s3:GetObject', self.name)}; see that the bucket belongs to "
            f"{f'account {owner}' if owner else 'the expected account'}, that its key may be used "
            "to decrypt, and that the object is there: without s3:ListBucket on the bucket S3 says "
            "the same of one that is missing"
        )
        try:
            with needs("s3:GetObject", self.name, fix):
                answer: Mapping[str, Any] = self._s3.get_object(
                    Bucket=bucket, Key=key, **asked, **expected
                )
        except ClientError as error:
            raise _told(error, self.name) from error
        return answer

    def _check(self, md5: bytes) -> None:
        wanted, found = self._file.get("md5"), base64.b64encode(md5).decode()
        if wanted and wanted != found:
            raise BadDataError(
                self.name,
                None,
                f"it has MD5 {found}, not {wanted}, which its manifest has",
                "bring back a version or a replica of it that is not damaged",
            )


def _told(error: ClientError, name: str) -> Exception:
    code = code_of(error)
    if code in _MISSING:
        fix = "bring it back from an earlier version or a replica"
        return BadDataError(name, None, "the object is missing", fix)
    if code == "InvalidObjectState":
        fix = "restore it with S3, and start the refill again"
        return BadDataError(name, None, "the object is archived", fix)
    return error
