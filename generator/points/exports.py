"""The chains of exports of a table, as the catalogue records them.

The environment's own catalogue is read; where it is not, the replica in each destination. Keys tell
what follows what; the documents of full exports tell where they are and whose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from blueprints.functions.common import exports_store as store
from blueprints.functions.common.catalogue import read as read_document
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.export_chains import Segment, boundaries, segments
from blueprints.functions.common.exports_store import Listed
from blueprints.names import (
    catalogue_bucket_name,
    catalogue_destinations,
    export_classes,
    export_replicas,
    recovery_role_arn,
)
from generator.adopt.described import plain
from generator.points.access import REFUSALS, Clients, unreadable
from generator.points.gathering import Question, Tell, place_of
from generator.points.model import Found, Place, Point, Unreadable, together
from generator.points.text import age, size, stamp
from generator.spec import Exports
from generator.spec.exports import DEEP_ARCHIVE_THAW_HOURS, GLACIER_THAW_HOURS
from generator.spec.resolved import Environment
from generator.spec.retention import retention

# Seven years of weekly full exports are hundreds of small documents.
_AT_ONCE = 8
_ALLOW = "s3:ListBucket, s3:GetObject below catalog/exports/, and kms:Decrypt on the bucket's key"
# What a record must have to be one; else somebody else wrote it.
_NEEDED = ("bucket", "bucket_owner", "class", "export_arn", "keep_days", "manifest_key", "region")

Documents = Mapping[str, Mapping[str, Any]]
# The tier, and hours.
Thaw = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Catalogue:
    """A catalogue that holds records: the environment's own, or its replica in a destination."""

    owner: Environment
    role_arn: str | None

    @property
    def bucket(self) -> str:
        return catalogue_bucket_name(self.owner)

    @property
    def place(self) -> Place:
        return place_of(self.owner)

    def __str__(self) -> str:
        return f"chains of exports in the catalogue {self.bucket}"


def chains(question: Question, tell: Tell) -> Found:
    """Return the chains of exports of the table, nothing where no table is exported."""
    environment = question.environment
    if not export_classes(environment):
        return Found()
    found = [_read(question, _Catalogue(owner=environment, role_arn=None), tell)]
    if found[0].unreadable:
        found += [
            _read(question, _Catalogue(owner=there, role_arn=recovery_role_arn(there)), tell)
            for there in catalogue_destinations(environment)
        ]
    return together(found)


def chains_in(question: Question, there: Environment, clients: Clients, tell: Tell) -> Found:
    """Return the chains of the table by a destination's catalogue, with clients of that account."""
    if there.name not in {each.name for each in catalogue_destinations(question.environment)}:
        return Found()
    return _read(question, _Catalogue(owner=there, role_arn=None), tell, clients)


def _read(
    question: Question, catalogue: _Catalogue, tell: Tell, clients: Clients | None = None
) -> Found:
    tell(f"reading the catalogue of {catalogue.owner.name}")
    arn = question.table.arn
    try:
        if clients is None:
            clients = question.access.clients(catalogue.place, catalogue.role_arn)
        s3 = clients("s3")
        listed = store.records(s3, catalogue.bucket, arn)
        of_table, documents, broken = _of_table(s3, catalogue, listed, arn)
    except (*REFUSALS, RefusedError) as error:
        return Found(unreadable=(_not_read(catalogue, error),))
    points = tuple(_points(question, catalogue, segments(of_table), documents))
    empty = () if points or broken else (f"{catalogue}, {catalogue.place}",)
    return Found(points=points, unreadable=tuple(broken), empty=empty)


def _not_read(catalogue: _Catalogue, error: Exception) -> Unreadable:
    # The functions' own error says what a role of theirs needs; here is whoever asks.
    cause = error.__cause__ if isinstance(error.__cause__, REFUSALS) else error
    template = "recovery" if catalogue.role_arn is None else "recovery and backup"
    absent = f"deploy the templates {template} of {catalogue.owner.name}, as they are now"
    return unreadable(str(catalogue), catalogue.place, cause, allow=_ALLOW, absent=absent)


def _of_table(
    s3: Any, catalogue: _Catalogue, listed: list[Listed], table_arn: str
) -> tuple[list[Listed], Documents, list[Unreadable]]:
    """Return the records of the table, the documents of those that stand for a segment, and faults.

    A destination's catalogue holds tables of one name of several accounts: where one is found, all
    documents are read, for the keys do not tell them apart.
    """
    wanted = {segment.first.key for segment in segments(listed)}
    documents, broken = _documents(s3, catalogue, wanted)
    if not broken and all(_is_of(each, table_arn) for each in documents.values()):
        return listed, documents, []
    others = {each.key for each in listed} - wanted
    more, more_broken = _documents(s3, catalogue, others)
    documents |= more
    own = {key for key, each in documents.items() if _is_of(each, table_arn)}
    return [each for each in listed if each.key in own], documents, broken + more_broken


def _documents(
    s3: Any, catalogue: _Catalogue, keys: Iterable[str]
) -> tuple[dict[str, Mapping[str, Any]], list[Unreadable]]:
    found: dict[str, Mapping[str, Any]] = {}
    broken: list[Unreadable] = []
    ordered = sorted(keys)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for key, document in zip(ordered, pool.map(_reader(s3, catalogue), ordered), strict=True):
            if document is not None:
                found[key] = document
                continue
            broken.append(
                Unreadable(
                    source=f"the export that s3://{catalogue.bucket}/{key} records",
                    place=catalogue.place,
                    reason="it is no record of an export",
                    fix="look at its older versions: Holdfast writes a record once",
                )
            )
    return found, broken


def _reader(s3: Any, catalogue: _Catalogue) -> Callable[[str], Mapping[str, Any] | None]:
    def read(key: str) -> Mapping[str, Any] | None:
        try:
            document = read_document(s3, catalogue.bucket, key)
        except ValueError:
            return None
        table = document.get("table")
        whole = isinstance(table, dict) and all(name in document for name in _NEEDED)
        return document if whole and isinstance(document["keep_days"], int) else None

    return read


def _is_of(document: Mapping[str, Any], table_arn: str) -> bool:
    return bool(document["table"].get("arn") == table_arn)


def _points(
    question: Question,
    catalogue: _Catalogue,
    found: list[Segment],
    documents: Documents,
) -> Iterator[Point]:
    before: Segment | None = None
    for segment in found:
        document = documents[segment.first.key]
        point = _point(question, catalogue, segment, document, before)
        before = segment
        kept = timedelta(days=_keep_days(question.environment, document))
        # What S3 has deleted whole is not listed; its record stays for ever.
        if segment.end + kept > question.now:
            yield point


def _point(
    question: Question,
    catalogue: _Catalogue,
    segment: Segment,
    document: Mapping[str, Any],
    before: Segment | None,
) -> Point:
    environment = question.environment
    exports = _exports(environment, document)
    expires = segment.first.start + timedelta(days=_keep_days(environment, document))
    bucket, place = _where(environment, catalogue, document)
    thaw = None if exports is None else _thaw(exports, question.now - segment.first.start)
    replicas = tuple(plain(name) for name in document.get("replicas") or ())
    billed = document.get("billed_bytes")
    return Point(
        id=plain(document["export_arn"]),
        source="export",
        time=segment.end,
        earliest=segment.first.end if segment.full else None,
        place=place,
        bucket=bucket,
        replicas=replicas,
        moments=boundaries(segment),
        thaw_hours=thaw and thaw[1],
        status="COMPLETED",
        unusable=_unusable(segment, expires, question.now),
        expires=expires,
        size_bytes=billed if isinstance(billed, int) and segment.full else None,
        cold_storage=thaw is not None,
        notes=tuple(
            _notes(environment, segment, document, before, thaw),
        ),
    )


def _unusable(segment: Segment, expires: datetime, now: datetime) -> str | None:
    if segment.full is None:
        return (
            "the full export that these incremental ones build on, or one in between, is missing "
            "in the catalogue"
        )
    return "its full export is past its retention: S3 deletes it" if expires <= now else None


def _notes(
    environment: Environment,
    segment: Segment,
    document: Mapping[str, Any],
    before: Segment | None,
    thaw: Thaw | None,
) -> Iterator[str]:
    yield _boundaries(segment)
    if segment.full is not None:
        folder = document["manifest_key"].rpartition("/")[0]
        yield f"data of the full export: s3://{plain(document['bucket'])}/{plain(folder)}/data/"
        if isinstance(document.get("bytes"), int):
            yield f"{document.get('items')} items, {size(document['bytes'])} as stored"
    replicas = {each.name: place_of(there) for there, each in export_replicas(environment).values()}
    for name in document.get("replicas") or ():
        yield f"replica: bucket {plain(name)}" + (f", {replicas[name]}" if name in replicas else "")
    missing = segment.missing
    if missing is None and document.get("starts_chain") and before is not None:
        missing = (before.end, segment.first.start)
    if missing is not None:
        reason = document.get("reason")
        yield (
            f"GAP: no export covers {stamp(missing[0])} to {stamp(missing[1])}"
            + (f" ({plain(reason).rstrip('.')})" if reason else "")
        )
    if thaw is not None:
        yield f"has to thaw: in {thaw[0]} by its age, up to {thaw[1]} hours"


def _boundaries(segment: Segment) -> str:
    count = len(segment.incrementals)
    if not count:
        return f"one moment: that of the full export, {stamp(segment.first.end)}"
    what = f"{count} incremental to {stamp(segment.end)}, {age(segment.longest)} apart or less"
    if segment.full is None:
        return f"{what}, from {stamp(segment.first.start)}"
    return f"every boundary: full at {stamp(segment.full.end)}, then {what}"


def _thaw(exports: Exports, old: timedelta) -> Thaw | None:
    """Return the tier of exports that have to be thawed and how long that takes at most."""
    tiers, days = exports.tiers, old.days
    if tiers is None:
        return None
    for after, name, hours in (
        (tiers.deep_archive_after_days, "Glacier Deep Archive", DEEP_ARCHIVE_THAW_HOURS),
        (tiers.glacier_after_days, "Glacier Flexible Retrieval", GLACIER_THAW_HOURS),
    ):
        if after is not None and days >= after:
            return name, hours
    return None


def _where(
    environment: Environment, catalogue: _Catalogue, document: Mapping[str, Any]
) -> tuple[str, Place]:
    """Return bucket and place: the replica that lies where the catalogue was read, if any."""
    for there, replica in export_replicas(environment).values():
        if there.name == catalogue.owner.name and replica.name in (document.get("replicas") or ()):
            return replica.name, place_of(there)
    place = Place(account_id=plain(document["bucket_owner"]), region=plain(document["region"]))
    return plain(document["bucket"]), place


def _exports(environment: Environment, document: Mapping[str, Any]) -> Exports | None:
    return environment.exports.get(str(document["class"]))


def _keep_days(environment: Environment, document: Mapping[str, Any]) -> int:
    """Return the days that S3 keeps objects: by the file as it is now, as long as it says so."""
    exports = _exports(environment, document)
    return int(document["keep_days"]) if exports is None else retention(exports).keep_days
