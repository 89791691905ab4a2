"""Any export as source, by its manifest: also one that no catalogue records."""

from __future__ import annotations

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.manifests import BadManifestError, read_summary
from blueprints.functions.plan_refill.case import Case, bucket_of
from blueprints.functions.plan_refill.source import FORMATS, Source

_SUMMARY = "manifest-summary.json"
_KINDS = {"FULL_EXPORT": "full", "INCREMENTAL_EXPORT": "incremental"}


def read(case: Case) -> Source:
    """Return the export as one part; raises RefusedError where it cannot be refilled from."""
    asked = case.request["source"]
    name, key = asked["bucket"], asked["manifest_key"]
    where = f"s3://{name}/{key}"
    if not key.endswith(_SUMMARY):
        raise RefusedError(f"{where} is no summary of an export: give the key of its {_SUMMARY}")
    bucket = bucket_of(case, name, key)
    try:
        summary = read_summary(case.s3_in(bucket.region), name, key, **bucket.owner)
    except BadManifestError as error:
        raise RefusedError(
            f"{error}: see what is there with aws s3 ls s3://{name}/{key.rpartition('/')[0]}/, and "
            f"give the key of the {_SUMMARY} of the export that is meant"
        ) from error
    # Summaries of older exports do not say which kind, and there was only the full one.
    kind = _KINDS.get(str(summary.get("exportType", "FULL_EXPORT")))
    written = FORMATS.get(str(summary.get("outputFormat")))
    if kind is None or written is None or not isinstance(summary.get("itemCount"), int):
        raise RefusedError(
            f"{where} describes an export of type {summary.get('exportType')} in format "
            f"{summary.get('outputFormat')} with {summary.get('itemCount')} items: what can be "
            f"refilled from is of {', '.join(_KINDS)}, in {', '.join(FORMATS)}, with a number"
        )
    moment = str(summary.get("exportTime") or summary.get("exportToTime"))
    part = {
        "kind": kind,
        "to": moment,
        "buckets": [name],
        "manifest_key": key,
        "export_arn": summary.get("exportArn"),
        "files": None,
        "items": summary["itemCount"],
        "bytes": None,
        "format": written,
    }
    table_arn = str(summary.get("tableArn"))
    return Source(
        # An incremental export without changes, or a full one of an empty table, is a source too.
        parts=[part] if summary["itemCount"] else [],
        table_arn=table_arn,
        told=f"{kind} export of {moment}, of table {table_arn}",
    )
