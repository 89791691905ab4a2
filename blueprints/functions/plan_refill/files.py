"""The files of a round, by the manifests of its parts, wherever these lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common.errors import RefusedError, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.manifests import (
    BadManifestError,
    Summary,
    data_files,
    kept,
    located,
    read_summary,
)
from blueprints.functions.plan_refill.case import Bucket, Case, bucket_of, export_bucket

Part = Mapping[str, Any]
File = dict[str, Any]
_FAILURES = (BadManifestError, BotoCoreError, ClientError, RefusedError)


def files_of(case: Case, part: Part) -> Iterator[File]:
    """Yield the files of a part that have items, as its manifest lists them.

    Raises RefusedError where no bucket has the whole manifest, or where it is another than the one
    that was recorded; and botocore's errors.
    """
    bucket, summary = _found(case, part)
    where = f"s3://{bucket.name}/{part['manifest_key']}"
    _check(part, summary, where)
    s3 = case.s3_in(bucket.region)
    key = located(str(summary["manifestFilesS3Key"]), part["manifest_key"])
    listed, items = 0, 0
    # A copy that another key encrypts has ETags of its own; MD5s are those of the content.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
    is_copy = summary.get("s3Bucket", bucket.name) != bucket.name
    try:
        with kept(s3, bucket.name, key, **bucket.owner) as manifest:
            for file in data_files(manifest, f"s3://{bucket.name}/{key}"):
                listed, items = listed + 1, items + file.items
                if file.items:
                    yield {
                        **_where(bucket, located(file.key, part["manifest_key"]), part),
                        "etag": None if is_copy and file.md5 else file.etag,
                        "md5": file.md5,
                        "items": file.items,
                        "bytes": None,
                    }
    except BadManifestError as error:
        raise _unusable(str(error), bucket.name, key) from error
    if items != summary["itemCount"] or part["files"] not in {None, listed}:
        raise _unusable(
            f"s3://{bucket.name}/{key} lists {listed} files with {items} items, and there should "
            f"be {listed if part['files'] is None else part['files']} with {summary['itemCount']}",
            bucket.name,
            key,
        )


def _where(bucket: Bucket, key: str, part: Part) -> File:
    return {
        "bucket": bucket.name,
        "key": key,
        "region": bucket.region,
        "account_id": bucket.account_id,
        "format": part["format"],
        "kind": part["kind"],
        "compression": "GZIP" if key.endswith(".gz") else "NONE",
    }


def _found(case: Case, part: Part) -> tuple[Bucket, Summary]:
    """Return the first bucket that gives the summary; another may be out of reach."""
    failed: list[tuple[str, Exception]] = []
    for name in part["buckets"]:
        key = part["manifest_key"]
        bucket = export_bucket(case, name) or bucket_of(case, name, key)
        try:
            summary = read_summary(case.s3_in(bucket.region), name, key, **bucket.owner)
        except _FAILURES as error:
            log("unreadable", bucket=name, key=key, error=message_of(error))
            failed.append((name, error))
        else:
            return bucket, summary
    (name, last) = failed[-1]
    if len(failed) == 1 and isinstance(last, BotoCoreError | ClientError):
        raise last
    said = "; ".join(f"in {each}: {_said(error)}" for each, error in failed)
    raise _unusable(f"no manifest of {part['export_arn']} can be read: {said}", name, key) from last


def _said(error: Exception) -> str:
    ours = isinstance(error, BadManifestError | RefusedError)
    return str(error) if ours else message_of(error)


def _check(part: Part, summary: Summary, where: str) -> None:
    """Raise where a summary is another than the one that was recorded."""
    bucket, _, key = where.removeprefix("s3://").partition("/")
    lacking = [name for name in ("itemCount", "manifestFilesS3Key") if name not in summary]
    if lacking:
        raise _unusable(f"{where} is no manifest: it lacks {', '.join(lacking)}", bucket, key)
    for name, told in (("exportArn", part["export_arn"]), ("itemCount", part["items"])):
        if summary.get(name) != told:
            raise _unusable(f"{name} of {where} is {summary.get(name)}, not {told}", bucket, key)


def _unusable(what: str, bucket: str, key: str) -> RefusedError:
    return RefusedError(
        f"{what}: aws s3api list-object-versions --bucket {bucket} --prefix {key} shows who wrote "
        "or deleted it when. Put the version back that the export wrote, or take another source"
    )
