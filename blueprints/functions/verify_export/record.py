"""The record of a good export in the catalogue: all that a restore has to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.manifests import Summary
from blueprints.functions.verify_export.failing import VerificationFailedError
from blueprints.functions.verify_export.files import Tally
from blueprints.functions.verify_export.manifest import VIEW

Event = Mapping[str, Any]
Document = Mapping[str, Any]
_VERSION = 1


def document_of(
    event: Event, summary: Summary, keys: Mapping[str, str], found: Tally, now: datetime
) -> dict[str, Any]:
    """Return the record; `keys` are those of the manifests, and what goes before data files'."""
    plan, export, table = event["plan"], event["export"], event["request"]["table"]
    billed = summary.get("billedSizeBytes", event["exported"].get("billed_bytes"))
    return {
        "version": _VERSION,
        "table": {"name": table["name"], "arn": table["arn"], "id": plan["table_id"]},
        "class": export["class"],
        **{name: plan[name] for name in ("kind", "chain", "starts_chain", "from", "to")},
        "format": export["format"],
        "view": None if plan["kind"] == "full" else VIEW,
        "export_arn": event["exported"]["export_arn"],
        "bucket": export["bucket"],
        "bucket_owner": export["bucket_owner"],
        "region": export["bucket_region"],
        "prefix": plan["prefix"],
        **keys,
        "items": found.items,
        "files": found.files,
        "bytes": found.stored_bytes,
        "billed_bytes": billed,
        "replicas": export["replicas"],
        "keep_days": export["keep_days"],
        "recorded_at": catalogue.iso(now),
        "reason": plan["reason"],
    }


def recorded(s3: Any, bucket: str, document: Document) -> tuple[str, Document]:
    """Write the record unless its window has one; return its key and what is kept there.

    Another delivery may have been sooner, with the same export or with one that is as good. Raises
    VerificationFailedError where what is kept there is another table's.
    """
    table = document["table"]
    begin, end = (catalogue.moment_of(document[name]) for name in ("from", "to"))
    key = store.record_key(table["arn"], begin, end, document["kind"])
    if store.write_once(s3, bucket, key, document):
        return key, document
    kept = catalogue.read(s3, bucket, key)
    if kept["table"] != table:
        raise VerificationFailedError(
            f"s3://{bucket}/{key} records this window for {kept['table']}, not for {table}"
        )
    return key, kept
