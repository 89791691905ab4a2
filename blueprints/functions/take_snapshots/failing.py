"""Says which tables have no backup, what that puts at risk, and what to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_MOST_NAMED = 50


class SnapshotsFailedError(Exception):
    """Some tables were not backed up, or keep what they should not: the message names them."""


class Failure(NamedTuple):
    """What failed for a table, and what that means."""

    table_name: str
    table_arn: str
    reason: str
    risk: str


def failed(event: Mapping[str, Any], name: str, failures: Sequence[Failure]) -> str:
    """Return the message for people."""
    return "\n".join(_lines(event, name, failures))


def _lines(event: Mapping[str, Any], name: str, failures: Sequence[Failure]) -> Iterator[str]:
    tables = list(dict.fromkeys(each.table_name for each in failures))
    yield (
        f"Native backups of class {event['class']} failed for {len(tables)} of "
        f"{len(event['tables'])} tables (scheduled for {event['scheduled_at']})."
    )
    for each in failures[:_MOST_NAMED]:
        yield f"- {each.table_name} {each.risk}: {each.reason}"
    if len(failures) > _MOST_NAMED:
        yield f"- and {len(failures) - _MOST_NAMED} more: see the function's log"
    yield (
        "At risk: changes since the last backup, should the table be lost and its point-in-time "
        "recovery be off. Backups that are there are kept."
    )
    yield "Next, for a table without a backup:"
    region = failures[0].table_arn.split(":")[3]
    yield (
        f"  aws dynamodb create-backup --table-name {failures[0].table_name} "
        f"--backup-name {name} --region {region}"
    )
