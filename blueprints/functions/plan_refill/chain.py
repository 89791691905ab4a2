"""A chain of exports as source: what the catalogue records of it, from its full export on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from blueprints.functions.common import at_once, catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.export_chains import records_until
from blueprints.functions.common.exports_store import Listed
from blueprints.functions.common.refill_rounds import MOST_RECORDS
from blueprints.functions.plan_refill.case import Case, export_bucket
from blueprints.functions.plan_refill.source import FORMATS, Source

# A window is a day long at most, and one that began before the full export goes on over it.
_BEFORE = timedelta(days=2)
_NEEDED = (
    *("bucket", "export_arn", "files", "format", "items", "kind", "manifest_key", "table", "to"),
)


def read(case: Case) -> Source:
    """Return the parts of the chain up to the moment; raises RefusedError, and botocore's errors.

    Parts without items are left out, so that a round is never empty.
    """
    asked, bucket = case.request["source"], case.place["catalogue_bucket"]
    full, windows, newest = _chosen(case)
    if len(windows) > MOST_RECORDS:
        raise RefusedError(
            f"{len(windows)} windows follow the full export {full.key}, and one refill takes "
            f"{MOST_RECORDS}: begin with a later full export"
            + (f", {newest}, which is nearer to that moment" if newest else "")
        )
    records = (full, *windows)
    documents = list(at_once.results(lambda each: _document(case, bucket, each), records))
    table = documents[0]["table"]
    for record, each in zip(records, documents, strict=True):
        _check_table(each["table"], table, f"s3://{bucket}/{record.key}", asked["table_arn"])
    taken = list(zip(records, documents, strict=True))[1 if asked.get("skip_full") else 0 :]
    parts = [_part(case, record, each) for record, each in taken if each["items"]]
    return Source(
        parts=parts,
        table_arn=asked["table_arn"],
        told=f"full export of {catalogue.iso(full.end)} and {len(windows)} incremental ones up to "
        f"{asked['until']}, of table {asked['table_arn']}"
        + (", of which the full one is there already" if asked.get("skip_full") else ""),
        newest_full=newest,
    )


def _chosen(case: Case) -> tuple[Listed, tuple[Listed, ...], str | None]:
    """Return the records that lead to the moment, and the newest full export before it."""
    asked, bucket = case.request["source"], case.place["catalogue_bucket"]
    full = store.listed(asked["full"], asked["table_arn"])
    if full is None:
        raise RefusedError(
            f"{asked['full']} is no key of a record of table {asked['table_arn']}: take one below "
            f"s3://{bucket}/{store.records_folder(asked['table_arn'])}"
        )
    try:
        until = catalogue.moment_of(asked["until"])
    except ValueError as error:
        raise RefusedError(
            f"source.until is {asked['until']}: give a time such as 2026-11-25T01:00:00Z"
        ) from error
    listed = store.records(case.s3, bucket, asked["table_arn"], full.start - _BEFORE)
    full, windows = records_until(listed, asked["full"], until)
    later = [each for each in listed if each.kind == "full" and full.end < each.end <= until]
    return full, windows, later[-1].key if later else None


def _document(case: Case, bucket: str, record: Listed) -> Mapping[str, Any]:
    where = f"s3://{bucket}/{record.key}"
    try:
        document = catalogue.read(case.s3, bucket, record.key)
        wrong = ", ".join(f"no {name}" for name in _NEEDED if name not in document)
        if not wrong and document["format"] not in FORMATS:
            wrong = f"format {document['format']}"
    except ValueError as error:
        wrong, document = str(error), {}
    if wrong:
        raise RefusedError(
            f"{where} is no record of an export that can be read ({wrong}): aws s3api "
            f"list-object-versions --bucket {bucket} --prefix {record.key} shows who changed it "
            "when. Put the earlier version back: Holdfast writes a record once"
        )
    return document


def _check_table(
    told: Mapping[str, Any], table: Mapping[str, Any], where: str, table_arn: str
) -> None:
    if told.get("arn") != table_arn:
        raise RefusedError(f"{where} records an export of {told.get('arn')}, not of {table_arn}")
    if told.get("id") != table.get("id"):
        raise RefusedError(
            f"{where} records an export of a table that had the same name and was created anew: "
            "its windows do not follow those of the one before. Take a full export of the table "
            "that is meant, and a moment before the other one begins (`holdfast points`)"
        )


def _part(case: Case, record: Listed, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the plan keeps of a record."""
    return {
        **{name: document[name] for name in ("kind", "to", "manifest_key", "export_arn", "files")},
        "items": document["items"],
        "bytes": document.get("bytes") or 0,
        "format": FORMATS[document["format"]],
        "record": record.key,
        "buckets": list(_readable(case, document, record.key)),
    }


def _readable(case: Case, document: Mapping[str, Any], key: str) -> Iterable[str]:
    """Return the buckets that hold the export and may be read here, the one it was made in first.

    A destination has its replica; the source, and its account, may be gone.
    """
    told = [document["bucket"], *(document.get("replicas") or ())]
    known = [name for name in told if export_bucket(case, name) is not None]
    if not known:
        raise RefusedError(
            f"the export that {key} records is in {', '.join(told)}, and this environment reads "
            "none of these buckets: refill in an environment that does, or deploy the template "
            "recovery of this one as it is now"
        )
    return known
