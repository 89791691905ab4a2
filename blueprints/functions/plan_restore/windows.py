"""Reads the records of what follows a full export, and refuses at once what the refill would.

That would say so only after an import that may take hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.functions.common import catalogue
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.exports_store import Listed
from blueprints.functions.common.refill_rounds import MOST_RECORDS, MOST_ROUNDS, rounds_of
from blueprints.functions.plan_restore import chains
from blueprints.functions.plan_restore.chains import Chain

Document = Mapping[str, Any]


def changes(
    s3: Any, place: Document, chain: Chain, windows: Sequence[Listed], *, imported: bool
) -> int:
    """Return how many items the incremental exports name: so far may the count be off.

    Raises RefusedError where a record is none, or a refill would not take these windows.
    """
    if len(windows) > MOST_RECORDS:
        last = catalogue.iso(windows[MOST_RECORDS - 1].end)
        raise _too_long(f"{len(windows):,} incremental exports", f"{MOST_RECORDS:,}", last)
    bucket, full = place["catalogue_bucket"], chain.document
    arn, keys = full["table"]["arn"], [each.key for each in windows]
    parts = [] if imported else [_part(full, "full", chain.segment.first)]
    total, reached = 0, chain.segment.first
    for record, (key, found) in zip(windows, chains.records(s3, bucket, keys, arn), strict=True):
        where, until = f"s3://{bucket}/{key}", catalogue.iso(reached.end)
        document = _checked(found, full, place, where, until)
        parts.append(_part(document, "incremental", record))
        total, reached = total + document["items"], record
    taken = [each for each in parts if each["items"]]
    rounds = rounds_of(taken)
    if len(rounds) > MOST_ROUNDS:
        last = taken[rounds[MOST_ROUNDS - 1].last]["to"]
        raise _too_long(f"{len(rounds):,} rounds of writing", f"{MOST_ROUNDS:,}", last)
    return total


def _part(document: Document, kind: str, record: Listed) -> dict[str, Any]:
    """Return what tells the rounds of a refill."""
    return {
        "kind": kind,
        "files": document["files"],
        "items": document["items"],
        "bytes": document.get("bytes") or 0,
        "to": catalogue.iso(record.end),
    }


def _checked(
    document: Document | None, full: Document, place: Document, where: str, reached: str
) -> Document:
    """Return a record; raises RefusedError where it cannot be written after what is `reached`."""
    earlier = f"take an earlier moment of the chain, {reached} at most"
    if document is None:
        raise RefusedError(f"{where}, which the chain needs, {chains.NO_RECORD}; or {earlier}")
    if document["table"].get("id") != full["table"].get("id"):
        raise RefusedError(
            f"{where} records an export of a table that had the same name and was created anew: "
            "it does not follow the full export. Take a full export of that table (`holdfast "
            f"points`), or {earlier}"
        )
    if not chains.readable(document, place):
        names = ", ".join([document["bucket"], *(document.get("replicas") or ())])
        raise RefusedError(
            f"the export that {where} records is in {names}, and this environment reads none of "
            "these buckets: restore in an environment that does, deploy the template recovery of "
            f"this one as it is now, or {earlier}"
        )
    return document


def _too_long(what: str, most: str, last: str) -> RefusedError:
    return RefusedError(
        f"{what} follow the full export up to that moment, and one refill takes {most}: take an "
        f"earlier moment of the chain, {last} at most, or one of a later full export (`holdfast "
        "points` lists both)"
    )
