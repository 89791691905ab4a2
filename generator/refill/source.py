"""Where the items of a refill come from, as `--from` names it: an export, or files of a dump."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.recovery.place import refill_place
from generator.adopt.described import plain
from generator.errors import Mistake
from generator.spec.resolved import Environment

AUTO = "auto"
FORMATS = (AUTO, "dynamodb_json", "ion", "pipeline_json", "pipeline_text")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
MANIFEST = "manifest-summary.json"
_EXPORT = re.compile(r"(?P<folder>(?:.*/)?AWSDynamoDB/\d{14}-[0-9a-f]{8})(?:/(?P<rest>.*))?")
_SHARED = re.compile(r"(?:.*/)?AWSDynamoDB(?:/data(?:/.*)?|/?)")
_URI = re.compile(r"s3://(?P<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])(?:/(?P<key>.*))?")
_LIKE = "s3://BUCKET/PREFIX/"
# What Data Pipeline and EMR write beside the files of a dump.
BESIDE = ("manifest", "_SUCCESS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An export, whose `key` is that of its manifest, or a dump, whose `key` is a prefix."""

    bucket: str
    key: str
    is_export: bool
    form: str = AUTO

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def request(self) -> dict[str, Any]:
        """The source as the state machine's input has it."""
        if self.is_export:
            return {"kind": "export", "bucket": self.bucket, "manifest_key": self.key}
        return {"kind": "dump", "bucket": self.bucket, "prefix": self.key, "format": self.form}


def source_of(uri: str, form: str) -> Source | None:
    """Return what a URI names; None where `source_mistakes` says that it names nothing."""
    match = _URI.fullmatch(uri)
    if match is None:
        return None
    bucket, key = match["bucket"], match["key"] or ""
    export = _EXPORT.fullmatch(key)
    if export is not None:
        return Source(bucket=bucket, key=f"{export['folder']}/{MANIFEST}", is_export=True)
    folder, _, last = key.rpartition("/")
    if last == MANIFEST:
        return Source(bucket=bucket, key=key, is_export=True)
    if last in BESIDE:
        key = f"{folder}/" if folder else ""
    return Source(bucket=bucket, key=key, is_export=False, form=form)


def source_mistakes(uri: str, form: str, where: Environment) -> Iterator[Mistake]:
    """Yield what is wrong with `--from` and `--format`, and that nobody there may read it."""
    shown = plain(uri)
    source = source_of(uri, form)
    if source is None:
        yield Mistake(f"--from {shown} is no place in S3", f"write it as {_like(uri)}")
        return
    key = uri.removeprefix(f"s3://{source.bucket}").removeprefix("/")
    export = _EXPORT.fullmatch(key)
    if export is not None and (export["rest"] or "") not in ("", MANIFEST):
        folder = f"s3://{source.bucket}/{export['folder']}/"
        yield Mistake(
            f"--from {shown} is only a part of an export, whose files its manifest names",
            f"give the export's folder, {plain(folder)}",
        )
        return
    if export is None and _SHARED.fullmatch(key):
        yield Mistake(
            f"--from {shown} holds files of several exports, and only their manifests tell them "
            "apart",
            "give one export's folder, .../AWSDynamoDB/EXPORT_ID/",
        )
        return
    if re.search(r"[*?\x00-\x1f]", key):
        yield Mistake(
            f"--from {shown} has a character that stands for others, or that nobody sees",
            "give what the keys of all files begin with, and nothing after it",
        )
    if source.is_export and form != AUTO:
        yield Mistake(
            f"--format {form} is for dumps: an export's manifest says how its files are written",
            "leave out --format",
        )
    yield from _unreadable(source, where)


def _like(uri: str) -> str:
    """Return how a place should be written, from other ways of writing it."""
    if match := re.fullmatch(r"arn:[a-z-]+:s3:::([^/]+)(?:/(.*))?", uri):
        return plain(f"s3://{match[1]}/{match[2] or ''}")
    if match := re.fullmatch(r"([a-z0-9][a-z0-9.-]+[a-z0-9])/(\S*)", uri):
        return f"s3://{match[1]}/{plain(match[2])}"
    return _LIKE


def _unreadable(source: Source, where: Environment) -> Iterator[Mistake]:
    place: Mapping[str, Any] = refill_place(where)
    if any(each["name"] == source.bucket for each in place["export_buckets"]):
        return
    below = [each["prefix"] for each in place["dump_buckets"] if each["name"] == source.bucket]
    if any(source.key.startswith(prefix) for prefix in below):
        return
    prefix = source.key.rpartition("AWSDynamoDB/")[0] if source.is_export else source.key
    known = ", ".join(f"s3://{source.bucket}/{each}" for each in below)
    only = f"; it may read {known} only" if below else ""
    yield Mistake(
        f"--from {plain(str(source))}: the roles of {where.name} may not read there{only}",
        f"write `recovery: {{refill_sources: {{old: {{bucket: {source.bucket}, prefix: "
        f'"{plain(prefix)}"}}}}}}` in {where.file} (with account_id, region and kms_key_arn where '
        f"they are others), generate, and deploy the template recovery of {where.name}",
    )
