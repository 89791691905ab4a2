"""Looks at what a refill would write, and at the table that it writes into; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common import exports_store as store
from blueprints.functions.common import manifests
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.export_chains import records_until
from blueprints.functions.plan_restore import chains
from blueprints.functions.plan_restore.choice import choose
from blueprints.recovery.place import refill_place
from generator.adopt.described import plain
from generator.executions.options import stamp
from generator.executions.stopped import StoppedError
from generator.points.access import FAILURES, Clients, code_of, fix_of, said
from generator.points.gathering import Tell
from generator.refill.asked import Asked
from generator.refill.estimate import UNITS_OF_A_NEW_TABLE, Part, Throughput
from generator.refill.source import AUTO, BESIDE, Source

# More are counted by the state machine.
_MOST_LISTED = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is to be written: how a person calls it, for the state machine, and its parts.

    `unsure` is what could not be looked at; then `parts` may be none.
    """

    told: str
    source: Mapping[str, Any]
    parts: tuple[Part, ...]
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The table that is written: DescribeTable's answer, None where it cannot be read.

    `has_items` is None where that is not known.
    """

    described: Mapping[str, Any] | None
    has_items: bool | None
    unsure: tuple[str, ...] = ()

    def throughput(self, write_units: int | None) -> Throughput:
        """Return what the table takes a second, as far as AWS tells before it is tried."""
        table = self.described or {}
        indexes = len(table.get("GlobalSecondaryIndexes") or ())
        indexes += len(table.get("LocalSecondaryIndexes") or ())
        own = str(table.get("TableArn")).split(":")[3:4]
        replicas = [each.get("RegionName") for each in table.get("Replicas") or ()]
        copies = (1 + indexes) * (1 + sum(name not in own for name in replicas))
        mode = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
        by_unit = not table or mode == "PAY_PER_REQUEST"
        units, why = _units(table, by_unit=by_unit)
        if write_units is not None:
            units, why = write_units, "--write-units"
        return Throughput(
            units=units,
            why=why,
            usd_by_unit=by_unit,
            is_budget=write_units is not None or not by_unit,
            copies=copies,
        )


def _units(table: Mapping[str, Any], *, by_unit: bool) -> tuple[int, str]:
    if not by_unit:
        return int(table["ProvisionedThroughput"]["WriteCapacityUnits"]), "provisioned"
    most = (table.get("OnDemandThroughput") or {}).get("MaxWriteRequestUnits", -1)
    if most > 0:
        return int(most), "the table's own limit"
    warm = (table.get("WarmThroughput") or {}).get("WriteUnitsPerSecond")
    if warm:
        return int(warm), "what the table is warm for; on-demand tables grow beyond it"
    return UNITS_OF_A_NEW_TABLE, "what a new on-demand table takes; it grows beyond it"


def target_of(asked: Asked, clients: Clients) -> Target:
    """Return the table to write; raises StoppedError where there is none or it is not ready."""
    name, dynamodb = asked.target_name, clients("dynamodb")
    try:
        table = dynamodb.describe_table(TableName=name)["Table"]
    except FAILURES as error:
        if isinstance(error, ClientError) and code_of(error) == "ResourceNotFoundException":
            restore = asked.again().replace(" refill ", " restore ", 1)
            raise StoppedError(
                f"there is no table {name} in {asked.place}, and a refill makes none",
                f"make it first, with the keys that the items have; `{restore}` makes one of a "
                "chain of exports, settings included",
            ) from None
        fix = fix_of(asked.place, error, allow=f"dynamodb:DescribeTable on {name}")
        unsure = f"the table {name}: {said(error)}; {fix}"
        return Target(described=None, has_items=None, unsure=(unsure,))
    status = table.get("TableStatus", "ACTIVE")
    if status not in ("ACTIVE", "UPDATING"):
        raise StoppedError(f"the table {name} is {status}", "wait until it is ACTIVE")
    # DynamoDB counts about every six hours.
    if table.get("ItemCount"):
        return Target(described=table, has_items=True)
    try:
        first = dynamodb.scan(TableName=name, Limit=1, ConsistentRead=True)
    except FAILURES as error:
        fix = fix_of(asked.place, error, allow=f"dynamodb:Scan on {name}")
        unsure = f"whether {name} has items: {said(error)}; {fix}"
        return Target(described=table, has_items=None, unsure=(unsure,))
    return Target(described=table, has_items=bool(first.get("Items")))


def found(asked: Asked, clients: Clients, tell: Tell, now: datetime) -> Found:
    """Return what is to be written; raises StoppedError where it is not there."""
    if asked.source is None:
        return _chain(asked, clients, tell, now)
    tell(f"reading {plain(str(asked.source))}")
    try:
        if asked.source.is_export:
            return _export(asked.source, clients("s3"))
        return _dump(asked.source, clients("s3"))
    except (*FAILURES, RefusedError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, FAILURES) else error
        fix = fix_of(asked.place, cause, allow=f"s3:ListBucket and s3:GetObject on {asked.source}")
        # The roles of the state machine may read what whoever asks may not.
        unsure = f"{plain(str(asked.source))}: {said(cause)}; {fix}"
        told = f"files of {plain(str(asked.source))}"
        return Found(told=told, source=asked.source.request, parts=(), unsure=(unsure,))
    except manifests.BadManifestError as error:
        raise StoppedError(
            plain(str(error)), "`aws s3 ls` of the folder shows what is there"
        ) from None


def _chain(asked: Asked, clients: Clients, tell: Tell, now: datetime) -> Found:
    """Choose the moment as a restore does."""
    table_arn, place, s3 = asked.table.arn, refill_place(asked.where), clients("s3")
    bucket = place["catalogue_bucket"]
    tell(f"reading the catalogue of {asked.where.name}")
    wanted = {"latest": True} if asked.at is None else {"at": stamp(asked.at)}
    names = f"{asked.environment.name} {asked.table.key}"
    try:
        known = list(chains.candidates(s3, table_arn, place, wanted, now))
        best, why = choose(known, wanted, now)
        listed = store.records(s3, bucket, table_arn)
        full, windows = records_until(listed, best.known.segment.first.key, best.time)
        keys = [full.key, *(each.key for each in windows)]
        documents = list(chains.records(s3, bucket, keys, table_arn))
    except FAILURES as error:
        raise _unread(asked, bucket, error) from None
    except RefusedError as error:
        if isinstance(error.__cause__, FAILURES):
            raise _unread(asked, bucket, error.__cause__) from None
        fix = f"`holdfast points {names}` lists the chains, and what could not be read"
        raise StoppedError(plain(str(error)).rstrip("."), fix) from None
    source = {
        "kind": "chain",
        "table_arn": table_arn,
        "full": full.key,
        "until": stamp(best.time),
        "skip_full": False,
    }
    return Found(told=why.rstrip("."), source=source, parts=tuple(_parts(documents)))


def _unread(asked: Asked, bucket: str, error: Exception) -> StoppedError:
    allow = f"s3:ListBucket, s3:GetObject below catalog/exports/ of {bucket}, and kms:Decrypt"
    absent = f"deploy the template recovery of {asked.where.name}"
    fix = fix_of(asked.place, error, allow=allow, absent=absent)
    return StoppedError(f"the catalogue {bucket} cannot be read: {said(error)}", fix)


def _parts(documents: list[tuple[str, Any]]) -> Iterator[Part]:
    for key, document in documents:
        if document is None:
            raise StoppedError(
                f"{key} in the catalogue {chains.NO_RECORD}", "or take an earlier moment with --at"
            )
        yield Part(
            kind=document["kind"],
            files=document["files"],
            items=document["items"],
            size_bytes=document.get("billed_bytes"),
            stored_bytes=document.get("bytes"),
            to=document.get("to"),
        )


def _export(source: Source, s3: Any) -> Found:
    summary = manifests.read_summary(s3, source.bucket, source.key)
    key = manifests.located(str(summary.get("manifestFilesS3Key")), source.key)
    with manifests.kept(s3, source.bucket, key) as lines:
        counts = [each.items for each in manifests.data_files(lines, f"s3://{source.bucket}/{key}")]
    full = "exportFromTime" not in summary
    billed = summary.get("billedSizeBytes")
    part = Part(
        kind="full" if full else "incremental",
        files=len(counts),
        items=sum(counts),
        size_bytes=billed if isinstance(billed, int) else None,
        stored_bytes=None,
    )
    of = summary.get("tableArn") or "an unknown table"
    when = (
        f"at {summary.get('exportTime')}"
        if full
        else f"from {summary.get('exportFromTime')} to {summary.get('exportToTime')}"
    )
    told = plain(f"{part.kind} export of {of} {when}: {source}")
    return Found(told=told, source=source.request, parts=(part,))


def _dump(source: Source, s3: Any) -> Found:
    """Count the files of a dump; what names a single file, or a folder, is taken for that."""
    place = source
    sizes: dict[str, int] = {}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=source.bucket, Prefix=source.key)
    for page in pages:
        sizes |= {each["Key"]: each["Size"] for each in page.get("Contents", ())}
        if len(sizes) > _MOST_LISTED:
            break
    if source.key and not source.key.endswith("/") and source.key not in sizes:
        folder = f"{source.key}/"
        place = replace(source, key=folder)
        sizes = {key: size for key, size in sizes.items() if key.startswith(folder)}
    files = [size for key, size in sizes.items() if size and not _is_beside(key)]
    if not files:
        raise StoppedError(
            f"there is no file below {plain(str(place))}",
            f"look with `aws s3 ls {plain(str(source)).rpartition('/')[0]}/`",
        )
    more = "more than " if len(sizes) > _MOST_LISTED else ""
    part = Part(kind="dump", files=len(files), items=None, size_bytes=None, stored_bytes=sum(files))
    count = f"{more}{len(files):,} file{'' if len(files) == 1 else 's'}"
    written = "as their first lines tell" if place.form == AUTO else f"as {place.form}"
    told = f"{count} below {plain(str(place))}, written {written}"
    return Found(told=told, source=place.request, parts=(part,))


def _is_beside(key: str) -> bool:
    name = key.rpartition("/")[2]
    return name in BESIDE or name.endswith("_$folder$")
