"""What a source comes down to: parts that are loaded one after the other."""

from __future__ import annotations

from typing import Any, NamedTuple

# What a manifest calls formats, and what those who load call them.
FORMATS = {"DYNAMODB_JSON": "dynamodb_json", "ION": "ion"}
File = dict[str, Any]


class Source(NamedTuple):
    """Parts in order, whose they are, and how a person is told of them.

    `files` are those of a dump, which is listed once.
    """

    parts: list[dict[str, Any]]
    table_arn: str | None
    told: str
    newest_full: str | None = None
    files: list[File] | None = None
