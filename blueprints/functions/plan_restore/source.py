"""Reads what the source of a restore is like: its indexes, and how much it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import described
from blueprints.functions.plan_restore.choice import Candidate
from blueprints.functions.plan_restore.reading import Connect


class Source(NamedTuple):
    """Global indexes by name, None where they are unknown, and items and bytes as AWS counts."""

    indexes: Mapping[str, Any] | None
    item_count: int | None
    size_bytes: int | None


def source_of(connect: Connect, table: Mapping[str, Any], chosen: Candidate) -> Source:
    """Return what DynamoDB tells of the source; of recovery points only the size is known."""
    if chosen.kind == "point_in_time":
        # A restore to a point in time has the indexes that the table has now.
        now = described(connect("dynamodb"), table["name"])
        if now is None:
            raise RefusedError(f"table {table['name']} is gone, and with it its point-in-time data")
        indexes = _by_name(now.get("GlobalSecondaryIndexes", ()))
        return Source(indexes, now.get("ItemCount"), now.get("TableSizeBytes"))
    unknown = Source(None, chosen.item_count, chosen.size_bytes)
    if chosen.kind == "recovery_point":
        return unknown
    try:
        answer = call(connect("dynamodb"), "describe_backup", chosen.id, BackupArn=chosen.id)
    except RefusedError as error:
        # The restore itself may be allowed; without an override it has the backup's indexes.
        log("source unknown", reason=str(error))
        return unknown
    except ClientError as error:
        if code_of(error) != "BackupNotFoundException":
            raise
        raise RefusedError(f"{chosen.id} is gone: ask again, for another point") from None
    backup = answer["BackupDescription"]
    features = backup.get("SourceTableFeatureDetails")
    # Absent where the table has none of them, and where it is not told: both restore all.
    listed = features.get("GlobalSecondaryIndexes", ()) if features else None
    details = backup.get("SourceTableDetails", {})
    size_bytes = backup["BackupDetails"].get("BackupSizeBytes", chosen.size_bytes)
    known = None if listed is None else _by_name(listed)
    return Source(known, details.get("ItemCount"), size_bytes)


def _by_name(indexes: Any) -> dict[str, Any]:
    return {index["IndexName"]: index for index in indexes}
