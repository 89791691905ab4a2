"""Point-in-time recovery of many tables, as DynamoDB describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import code_of

# DynamoDB answers ten such calls a second. One call after the other, and the waits of a client
# between its attempts, keep to that where one attempt more or less makes no difference.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
ATTEMPTS = 5
# As in settings, which a function that only watches does not load.
_DEFAULT_PERIOD_DAYS = 35
GONE = ("ResourceNotFoundException", "TableNotFoundException")


class Window(NamedTuple):
    """What can be restored; `days` is None where point-in-time recovery is off."""

    days: int | None
    earliest: datetime | None = None
    latest: datetime | None = None


def window_of(dynamodb: Any, table: Mapping[str, Any]) -> Window | None:
    """Return the window of a table, None where there is no such table.

    Raises RefusedError where access is denied, else botocore's errors.
    """
    try:
        answer = call(
            dynamodb, "describe_continuous_backups", table["arn"], TableName=table["name"]
        )
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    return described(answer)


def described(answer: Mapping[str, Any]) -> Window:
    """Return the window that an answer describes."""
    found = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if found.get("PointInTimeRecoveryStatus") != "ENABLED":
        return Window(None)
    return Window(
        int(found.get("RecoveryPeriodInDays", _DEFAULT_PERIOD_DAYS)),
        _utc(found.get("EarliestRestorableDateTime")),
        _utc(found.get("LatestRestorableDateTime")),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
