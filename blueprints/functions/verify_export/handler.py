"""Looks at all that an export wrote, and records it once if it is whole and what was asked for.

Calls, each with what it acts on:
- s3:GetObject: the exports' bucket, PREFIX/*: its manifests, and HeadObject of its data files;
  kms:Decrypt: its key; s3:ListBucket: the bucket, so that S3 tells what is missing from what is
  denied. Bucket and key may be another account's, in another Region
- s3:PutObject, s3:GetObject: the catalogue bucket, catalog/exports/*; kms:GenerateDataKey,
  kms:Decrypt: its key
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from blueprints.functions.common.clients import client
from blueprints.functions.common.log import log
from blueprints.functions.common.manifests import (
    BadManifestError,
    DataFile,
    Summary,
    data_files,
    kept,
    put_before,
    read_summary,
)
from blueprints.functions.verify_export.failing import VerificationFailedError
from blueprints.functions.verify_export.files import MOST_NAMED, Tally, tally
from blueprints.functions.verify_export.manifest import differences
from blueprints.functions.verify_export.record import document_of, recorded

Event = Mapping[str, Any]


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return where the export is recorded, and how much it is."""
    return verify(cache(client), event, datetime.now(UTC))


def verify(connect: Any, event: Event, now: datetime) -> dict[str, Any]:
    """Verify the export and record it, unless its window was recorded before.

    Raises VerificationFailedError where something is missing or wrong, and RefusedError where it
    may not be looked at.
    """
    try:
        return _verified(connect, event, now)
    except BadManifestError as error:
        raise VerificationFailedError(str(error)) from error


def _verified(connect: Any, event: Event, now: datetime) -> dict[str, Any]:
    plan, bucket = event["plan"], event["export"]["bucket"]
    s3 = connect("s3", region=event["export"]["bucket_region"])
    manifest_key = _located(event["exported"]["manifest_key"], plan["prefix"])
    summary = read_summary(s3, bucket, manifest_key)
    wrong = list(differences(summary, event))
    if wrong:
        raise VerificationFailedError(
            f"s3://{bucket}/{manifest_key} describes another export than table "
            f"{event['request']['table']['name']}, {plan['from']} to {plan['to']}, needs: "
            f"{'; '.join(wrong)}"
        )
    files_key = _located(summary["manifestFilesS3Key"], plan["prefix"])
    before, found = _tally(s3, bucket, files_key, plan["prefix"])
    _check(event, summary, found, f"s3://{bucket}/{files_key}")
    keys = {
        "manifest_key": manifest_key,
        "manifest_files_key": files_key,
        "data_key_prefix": before,
    }
    document = document_of(event, summary, keys, found, now)
    key, record = recorded(connect("s3"), event["place"]["catalogue_bucket"], document)
    log("recorded", record=key, export=record["export_arn"], files=record["files"])
    return {"recorded": key, **{name: record[name] for name in ("items", "files", "bytes")}}


def _located(key: str, prefix: str) -> str:
    return f"{put_before(key, prefix)}{key}"


def _tally(s3: Any, bucket: str, key: str, prefix: str) -> tuple[str, Tally]:
    """Return what is put before the keys of data files, and what these add up to."""
    where = f"s3://{bucket}/{key}"
    with kept(s3, bucket, key) as manifest:
        first = next(data_files(manifest, where), None)
        before = put_before(first.key, prefix) if first else ""
        manifest.seek(0)
        files = _alike(data_files(manifest, where), prefix, before, where)
        return before, tally(s3, bucket, before, files)


def _alike(files: Iterator[DataFile], prefix: str, before: str, where: str) -> Iterator[DataFile]:
    """Yield the files; a record has one way to spell the keys of all of them."""
    for file in files:
        if put_before(file.key, prefix) != before:
            raise VerificationFailedError(
                f"{where} spells some keys with {prefix}/ and some without: {file.key}"
            )
        yield file


def _check(event: Event, summary: Summary, found: Tally, where: str) -> None:
    name = event["request"]["table"]["name"]
    if found.wrong:
        more = found.wrong_count - MOST_NAMED
        raise VerificationFailedError(
            f"{found.wrong_count} of {found.files} data files of table {name} are not as {where} "
            f"says: {'; '.join(found.wrong)}{f'; and {more} more' if more > 0 else ''}"
        )
    if found.items != summary["itemCount"]:
        raise VerificationFailedError(
            f"the data files of table {name} hold {found.items} items by {where}, and "
            f"{summary['itemCount']} by the summary beside it"
        )
