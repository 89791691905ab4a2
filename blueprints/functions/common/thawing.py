"""Has S3 thaw files that lie in a storage class which has to be asked before it is read.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common import at_once
from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, needs

# The client of S3 in a Region.
ConnectS3 = Callable[[str], Any]
# A file as lists of a refill have it: bucket, key, region, account_id; where it is known, etag.
File = Mapping[str, Any]
COLD = ("GLACIER", "DEEP_ARCHIVE")
# Longer than a refill may take. S3 bills the copy as Standard storage for as long.
DAYS = 14
# A copy that S3 throws away within this is asked for again, which only makes it last longer.
_ENOUGH = timedelta(days=2)
# 3 to 5 hours, from Deep Archive 12. Bulk costs less and takes up to 48 hours: somebody waits for
# this. Expedited is not to be had from Deep Archive, and is for single files.
TIER = "Standard"
# Of hours; each look costs events of an execution's history.
WAIT_SECONDS = 900
_ABSENT = ("404", "NoSuchKey")


class Thawing(NamedTuple):
    """What became of the files that were looked at: all of them where it `is_whole`."""

    looked: int
    waiting: int
    asked: int
    is_whole: bool

    @property
    def wait_seconds(self) -> int:
        """How long to wait before looking again, 0 where nothing thaws any more."""
        return WAIT_SECONDS if self.waiting else 0


def thaw(
    connect_s3: ConnectS3,
    files: Iterable[File],
    now: datetime,
    has_time: Callable[[], bool] = lambda: True,
) -> Thawing:
    """Look at files, ask for those that are cold, and return how many still thaw.

    Begins with no further file once `has_time` says no; `looked` is then where to go on. May be
    done again at any time. Raises RefusedError where a file is not there, is not the one that the
    manifest tells of, or may not be looked at or asked for; and botocore's errors.
    """
    looked = waiting = asked = 0
    ended = False

    def while_time() -> Iterator[File]:
        nonlocal ended
        for each in files:
            if not has_time():
                return
            yield each
        ended = True

    for found in at_once.results(lambda each: _state(connect_s3, each, now), while_time()):
        looked += 1
        waiting += found != "thawed"
        asked += found == "asked"
    return Thawing(looked, waiting, asked, ended)


def _state(connect_s3: ConnectS3, file: File, now: datetime) -> str:
    """Return whether a file is `thawed`, is `thawing`, or was `asked` for just now."""
    s3 = connect_s3(file["region"])
    found = _head(s3, file)
    # Tiers of Intelligent-Tiering that have to be asked for have a name of their own.
    tiered = "ArchiveStatus" in found
    if found.get("StorageClass") not in COLD and not tiered:
        return "thawed"
    restore = str(found.get("Restore", ""))
    if 'ongoing-request="true"' in restore:
        return "thawing"
    if (expires := _expires(restore)) is not None and expires > now:
        if expires - now < _ENOUGH:
            _ask(s3, file, tiered=tiered)
        return "thawed"
    _ask(s3, file, tiered=tiered)
    return "asked"


def _head(s3: Any, file: File) -> Mapping[str, Any]:
    bucket, key = file["bucket"], file["key"]
    where = f"s3://{bucket}/{key}"
    fix = (
        f"allow s3:GetObject on {where}, and s3:ListBucket on its bucket, to the role of this "
        "function: without the latter S3 says the same of an object that is not there"
    )
    try:
        with needs("s3:GetObject", where, fix):
            found = s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=file["account_id"])
    except ClientError as error:
        if code_of(error) in _ABSENT:
            raise RefusedError(
                f"{where} is not there, and its manifest or list names it: aws s3api "
                f"list-object-versions --bucket {bucket} --prefix {key} shows who deleted it when. "
                "Put it back, or take another source"
            ) from error
        raise
    etag = found["ETag"].strip('"')
    if file.get("etag") not in {None, etag}:
        raise RefusedError(
            f"{where} has ETag {etag}, not {file['etag']} as its manifest or list says: it was "
            f"written again. aws s3api list-object-versions --bucket {bucket} --prefix {key} shows "
            "its versions; put the former one back, or take another source"
        )
    answer: Mapping[str, Any] = found
    return answer


def _ask(s3: Any, file: File, *, tiered: bool) -> None:
    bucket, key = file["bucket"], file["key"]
    # What Intelligent-Tiering thaws stays so, and takes no number of days.
    days = {} if tiered else {"Days": DAYS}
    try:
        call(
            s3,
            "restore_object",
            f"s3://{bucket}/{key}",
            Bucket=bucket,
            Key=key,
            ExpectedBucketOwner=file["account_id"],
            RestoreRequest={**days, "GlacierJobParameters": {"Tier": TIER}},
        )
    except ClientError as error:
        if code_of(error) != "RestoreAlreadyInProgress":
            raise


def _expires(restore: str) -> datetime | None:
    """Return when S3 throws a thawed copy away, as HeadObject tells it."""
    _, told, rest = restore.partition('expiry-date="')
    return parsedate_to_datetime(rest.partition('"')[0]) if told else None
