"""Adds up what the shares of an undo wrote down; what is listed goes to files, not into memory."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from blueprints.functions.common import at_once
from blueprints.functions.common.calls import pages
from blueprints.functions.common.catalogue import read

Document = Mapping[str, Any]
DONE = "DONE"
MOST_LISTED = 1_000
# Of what is put back in the same way.
MOST_SAMPLES = 10
_MOST_NAMED = 10
_MOST_ATTRIBUTES = 1_000
_OTHERS = "(others)"
# How often a share notes how far it is, as undo_keys has it.
KEYS_OF_A_PART = 2_000
_PART = re.compile(r"(\d+)-(\d+)\.json")


@dataclass(slots=True, kw_only=True)
class Sums:
    """What became of all keys; `conflicts` and `created` are the first of those that there are."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    total: int = 0
    units: float = 0.0
    samples: list[Document] = field(default_factory=list)
    conflicts: list[Document] = field(default_factory=list)
    created: list[Document] = field(default_factory=list)
    created_count: int = 0
    not_done: list[str] = field(default_factory=list)


def gathered(
    s3: Any, bucket: str, plan: Document, conflicts: IO[bytes], created: IO[bytes]
) -> Sums:
    """Return the sums, and write each conflict and each key created since to the files."""
    sums = Sums()
    parts: dict[int, int] = {}
    wrong: list[str] = []
    for progress in _documents(s3, bucket, f"{plan['folder']}progress/"):
        parts[progress["index"]] = progress["part"]
        if progress["status"] != DONE:
            wrong.append(_stopped(progress))
    missing = plan["shares"] - len(parts)
    sums.not_done = wrong[:_MOST_NAMED]
    if len(wrong) > _MOST_NAMED:
        sums.not_done.append(f"{len(wrong) - _MOST_NAMED} more shares are not done")
    if missing:
        sums.not_done.append(
            f"{missing} of {plan['shares']} shares were not begun: nothing of them is written"
        )
    for part in _documents(s3, bucket, f"{plan['folder']}results/", parts):
        _add(sums, part, conflicts, created)
    return sums


def _stopped(progress: Document) -> str:
    share = f"share {progress['index'] + 1} of {progress['of']}"
    error = progress.get("error")
    if error:
        return f"{share} failed: {error['type']}: {error['message']}"
    return (
        f"{share} stopped, and could not say why: what is counted of it is put back at least, and "
        f"some {KEYS_OF_A_PART:,} keys more may be. See the runs of the Map in the execution"
    )


def _documents(
    s3: Any, bucket: str, prefix: str, parts: Mapping[int, int] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield documents in the order of their keys; with `parts`, so many of each share."""
    where = f"s3://{bucket}/{prefix}"
    found = pages(s3, "list_objects_v2", "Contents", where, Bucket=bucket, Prefix=prefix)
    keys = (each["Key"] for each in found if _is_counted(each["Key"].removeprefix(prefix), parts))
    return at_once.results(lambda key: read(s3, bucket, key), keys)


def _is_counted(name: str, parts: Mapping[int, int] | None) -> bool:
    if parts is None:
        return name.endswith(".json")
    match = _PART.fullmatch(name)
    return match is not None and int(match[2]) < parts.get(int(match[1]), 0)


def _add(sums: Sums, part: Document, conflicts: IO[bytes], created: IO[bytes]) -> None:
    sums.total += part["total"]
    sums.units += part["units"]
    sums.counts.update(part["counts"])
    sums.reasons.update(part["reasons"])
    for name, count in part["attributes"].items():
        known = name in sums.attributes or len(sums.attributes) < _MOST_ATTRIBUTES
        sums.attributes[name if known else _OTHERS] += count
    for sample in part["samples"]:
        if sum(each["kind"] == sample["kind"] for each in sums.samples) < MOST_SAMPLES:
            sums.samples.append(sample)
    sums.created_count += len(part["created"])
    for lines, file, kept in (
        (part["conflicts"], conflicts, sums.conflicts),
        (part["created"], created, sums.created),
    ):
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        kept.extend(lines[: MOST_LISTED - len(kept)])
