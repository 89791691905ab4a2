"""Reads the chains of exports of a table from the catalogue, as far as a choice needs them.

Keys tell which moments a chain gives. Its document tells the rest, and is read only for what may be
chosen: seven years of weekly full exports are hundreds of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from blueprints.functions.common import at_once, catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.export_chains import Segment, boundaries, segments
from blueprints.functions.plan_restore.choice import Candidate, moment_of

Document = Mapping[str, Any]
# What a record must have to be one; else somebody else wrote it.
_TEXTS = ("bucket", "bucket_owner", "export_arn", "format", "manifest_key", "region")
_NEEDED = {
    **dict.fromkeys(_TEXTS, str),
    **dict.fromkeys(("files", "items", "keep_days"), int),
    "table": dict,
}
NO_RECORD = "is no record of an export: look at its older versions, for a record is written once"
_LOST = "the full export that it builds on, or an export in between, is missing in the catalogue"


class Chain(NamedTuple):
    """A full export with the incremental ones after it, its record, and where it may be read."""

    segment: Segment
    document: Document
    buckets: Sequence[Mapping[str, str]]


def candidates(
    s3: Any, table_arn: str, place: Document, wanted: Document, now: datetime
) -> Iterator[Candidate]:
    """Yield the chains that a choice of `wanted` may need; raises botocore's errors."""
    if "/export/" not in wanted.get("id", "/export/"):
        return
    found = segments(store.records(s3, place["catalogue_bucket"], table_arn))
    at = moment_of(wanted["at"]) if "at" in wanted else now
    yield from (_unusable(each, table_arn, _LOST) for each in found if each.full is None)
    whole = [each for each in found if each.full is not None]
    before = [each for each in reversed(whole) if each.first.end <= at]
    after = [each for each in whole if each.first.end > at]
    # By a time, what is beyond the nearest that is good is further away from it, on either side.
    for some in ([*before, *after],) if "id" in wanted else (before, after):
        for segment in some:
            candidate = _candidate(s3, segment, table_arn, place, now)
            yield candidate
            if candidate.id == wanted["id"] if "id" in wanted else candidate.unusable is None:
                break


def _unusable(segment: Segment, table_arn: str, reason: str) -> Candidate:
    """Return a chain of which only keys are known, under the key that begins it."""
    _, _, _, region, account_id, _ = table_arn.split(":", 5)
    return Candidate(
        id=segment.first.key,
        kind="export",
        time=segment.end,
        account_id=account_id,
        region=region,
        unusable=reason,
        moments=boundaries(segment),
    )


def _candidate(
    s3: Any, segment: Segment, table_arn: str, place: Document, now: datetime
) -> Candidate:
    document = record(s3, place["catalogue_bucket"], segment.first.key, table_arn)
    if document is None:
        where = f"s3://{place['catalogue_bucket']}/{segment.first.key}"
        return _unusable(segment, table_arn, f"{where} {NO_RECORD}")
    buckets = readable(document, place)
    billed, moments = document.get("billed_bytes"), boundaries(segment)
    return Candidate(
        id=document["export_arn"],
        kind="export",
        time=moments[-1],
        account_id=buckets[0]["account_id"] if buckets else document["bucket_owner"],
        region=buckets[0]["region"] if buckets else document["region"],
        cold=None,
        unusable=_why_unusable(segment, document, buckets, now),
        size_bytes=billed if isinstance(billed, int) else None,
        moments=moments,
        known=Chain(segment, document, buckets),
    )


def record(s3: Any, bucket: str, key: str, table_arn: str) -> Document | None:
    """Return the record of an export of the table, None where the object is none."""
    try:
        document = catalogue.read(s3, bucket, key)
    except ValueError:
        return None
    whole = all(isinstance(document.get(name), kind) for name, kind in _NEEDED.items())
    return document if whole and document["table"].get("arn") == table_arn else None


def readable(document: Document, place: Document) -> list[Mapping[str, str]]:
    """Return the buckets that may be read, original and replicas, the nearest first."""
    held = {document["bucket"], *(document.get("replicas") or ())}
    known = [each for each in place["export_buckets"] if each["name"] in held]
    here = (place["account_id"], place["region"])

    def distance(bucket: Mapping[str, str]) -> tuple[bool, bool]:
        elsewhere = (bucket["account_id"], bucket["region"]) != here
        return elsewhere, bucket["name"] != document["bucket"]

    return sorted(known, key=distance)


def _why_unusable(
    segment: Segment, document: Document, buckets: Sequence[object], now: datetime
) -> str | None:
    if segment.first.start + timedelta(days=document["keep_days"]) <= now:
        return "its full export is past its retention, and S3 deletes it"
    if not buckets:
        names = ", ".join([document["bucket"], *(document.get("replicas") or ())])
        return (
            f"it lies in {names}, and none of these is a bucket of exports that the environment "
            "has now"
        )
    return None


def records(
    s3: Any, bucket: str, keys: Iterable[str], table_arn: str
) -> Iterator[tuple[str, Document | None]]:
    """Yield keys with their records, in order; there may be hundreds."""
    yield from at_once.results(lambda key: (key, record(s3, bucket, key, table_arn)), keys)
