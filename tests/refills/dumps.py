"""Older dumps as Data Pipeline's export left them, made of items or of a CSV file.

A run wrote a folder that is called by its time: files called by UUIDs, `manifest`, which names
them, and Hadoop's empty `_SUCCESS`.
Layout and manifest: awslabs/emr-dynamodb-connector (`ExportManifestRecordWriter`,
`ImportInputFormat`, `DynamoDBItemWritable`); the folder: amazon-archives/data-pipeline-samples
(`DynamoDB-export.json`).
"""

from __future__ import annotations

import csv
import gzip
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Item = dict[str, dict[str, Any]]

FOLDER = "2015-06-27-03-00-00"
STX, ETX = "\x02", "\x03"
# The fields of AttributeValue in version 1 of the Java SDK, which Gson writes.
FIELDS = {
    **{each: each.lower() for each in ("S", "N", "B", "M", "L")},
    "SS": "sS",
    "NS": "nS",
    "BS": "bS",
    "BOOL": "bOOL",
    "NULL": "nULLValue",
}
# What the connector writes since it uses version 2.
LOWER_CASE = {each: each.lower() for each in FIELDS}


def rows(path: Path, numbers: Sequence[str] = ()) -> list[Item]:
    """Return the rows of a CSV file as items; all but the named attributes are strings."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {name: {"N" if name in numbers else "S": value} for name, value in row.items()}
            for row in csv.DictReader(file)
        ]


def pipeline_json(items: Sequence[Item], fields: Mapping[str, str] = FIELDS) -> bytes:
    """Return the lines of a file in JSON."""
    return b"".join(f"{_gson(_older(item, fields))}\n".encode() for item in items)


def pipeline_text(items: Sequence[Item], fields: Mapping[str, str] = FIELDS) -> bytes:
    """Return the lines of a file in the layout before: a map of Hive's."""
    return b"".join(
        (
            STX.join(f"{name}{ETX}{_gson(value)}" for name, value in _older(item, fields).items())
            + "\n"
        ).encode()
        for item in items
    )


def dump(
    bodies: Sequence[bytes], bucket: str, prefix: str, *, packed: bool = False
) -> dict[str, bytes]:
    """Return key → object of a whole dump with one file for each body."""
    folder, suffix = f"{prefix}/{FOLDER}".lstrip("/"), ".gz" if packed else ""
    files = {
        f"{folder}/{UUID(int=0x92DD1414A0494C6888FBA23ACD44907E + number)}{suffix}": (
            gzip.compress(body, mtime=0) if packed else body
        )
        for number, body in enumerate(bodies)
    }
    told = manifest([f"s3://{bucket}/{key}" for key in files])
    return files | {f"{folder}/manifest": told, f"{folder}/_SUCCESS": b""}


def manifest(urls: Sequence[str]) -> bytes:
    """Return the file that names the others."""
    entries = ",\n".join(_gson({"url": url, "mandatory": True}) for url in urls)
    head = _gson({"name": "DynamoDB-export", "version": 3})[:-1]
    return f'{head},\n"entries": [\n{entries}\n]}}'.encode()


def _older(item: Item, fields: Mapping[str, str]) -> dict[str, Any]:
    return {name: _value(value, fields) for name, value in item.items()}


def _value(typed: dict[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    ((tag, value),) = typed.items()
    if tag == "M":
        value = _older(value, fields)
    if tag == "L":
        value = [_value(each, fields) for each in value]
    return {fields[tag]: value}


def _gson(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # JavaScript takes them for ends of line, so Gson escapes them.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
