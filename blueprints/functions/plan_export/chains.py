"""The newest chain of a table, as the catalogue records it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_export.case import Table
from blueprints.functions.plan_export.windows import SEEN, Chain

T = TypeVar("T")


class _Record(NamedTuple):
    table_arn: str
    table_id: str
    chain: datetime
    end: datetime
    # Whether the next window begins here; further full exports of a chain do not move its end.
    is_end: bool


def newest_chain(s3: Any, bucket: str, table: Table, kind: str, now: datetime) -> Chain | None:
    """Return the table's newest chain, else one of the table that had its name before, else None.

    `last_full` is looked for where a full export is asked for. Reads from the newest record back
    and stops where it knows. Raises RefusedError where a record cannot be read.
    """
    known = store.records(s3, bucket, table.arn, now - SEEN)
    known.sort(key=lambda each: (each.end, each.start), reverse=True)
    # Nothing that ends before the table was created is the table's.
    own = [each for each in known if each.end >= table.created]
    chain = _chain(_records(s3, bucket, table, own), table.id)
    if chain is None:
        return _chain(_records(s3, bucket, table, known), None)
    if kind != "full":
        return chain
    fulls = [each for each in own if each.kind == "full"]
    for each in _records(s3, bucket, table, fulls):
        if (each.table_id, each.chain) == (chain.table_id, chain.start):
            return replace(chain, last_full=each.end)
    return chain


def parsed(s3: Any, bucket: str, key: str, parse: Callable[[Mapping[str, Any]], T]) -> T:
    """Return what `parse` makes of a document of the catalogue.

    Raises RefusedError where that is not what was written: to go on without it would start a
    second chain, or lose a window, and nobody would know.
    """
    try:
        return parse(catalogue.read(s3, bucket, key))
    except (KeyError, TypeError, ValueError) as error:
        raise RefusedError(
            f"s3://{bucket}/{key} is damaged ({type(error).__name__}: {error}): what comes next is "
            "not certain, and nothing is exported. Next: put an earlier version of it back; aws "
            f"s3api list-object-versions --bucket {bucket} --prefix {key} shows who changed it when"
        ) from error


def _chain(newest_first: Iterable[_Record], table_id: str | None) -> Chain | None:
    """Return the newest chain of the table with this id, of whichever comes first without one."""
    start = None
    for each in newest_first:
        table_id = table_id or each.table_id
        if each.table_id != table_id:
            continue
        start = start or each.chain
        if each.is_end:
            return Chain(table_id=table_id, start=each.chain, end=each.end, last_full=each.chain)
    if start is None or table_id is None:
        return None
    # Of all that is seen only further full exports are left: the chain ended before that.
    return Chain(table_id=table_id, start=start, end=start, last_full=start)


def _records(
    s3: Any, bucket: str, table: Table, found: Iterable[store.Listed]
) -> Iterator[_Record]:
    """Yield what the records say, in their order; other accounts' are left out."""
    for each in found:
        record = parsed(s3, bucket, each.key, _record)
        if record.table_arn == table.arn:
            yield record


def _record(document: Mapping[str, Any]) -> _Record:
    return _Record(
        table_arn=document["table"]["arn"],
        table_id=document["table"]["id"],
        chain=catalogue.moment_of(document["chain"]),
        end=catalogue.moment_of(document["to"]),
        is_end=document["kind"] == "incremental" or document["starts_chain"],
    )
