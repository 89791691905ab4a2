"""Restores by DynamoDB itself: to a point in time, or from a native backup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import (
    FROM_BACKUP,
    TO_POINT_IN_TIME,
    Table,
    described,
    is_restore_of,
)

Plan = Mapping[str, Any]
_METHODS = {
    TO_POINT_IN_TIME: "restore_table_to_point_in_time",
    FROM_BACKUP: "restore_table_from_backup",
}
_THERE = ("TableAlreadyExistsException", "TableInUseException")
# 50 restores at once, or another one from this backup: their end is waited for.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html
_LATER = ("BackupInUseException", "LimitExceededException")
# No repetition mends these.
_REFUSED = (
    "BackupNotFoundException",
    "InvalidRestoreTimeException",
    "PointInTimeRecoveryUnavailableException",
    "TableNotFoundException",
    "ValidationException",
)


def begun(
    dynamodb: Any, plan: Plan, previous: Mapping[str, Any]
) -> tuple[Table | None, dict[str, Any]]:
    """Return the restored table, None before it can be seen, and whether it was found started."""
    name, table_id = plan["target"]["name"], previous.get("table_id")
    state = {"adopted": bool(previous.get("adopted"))}
    table = described(dynamodb, name)
    if table_id is not None:
        if table is None or table.get("TableId") != table_id:
            raise RefusedError(
                f"table {name} was deleted while it was restored: see who did so in CloudTrail "
                "(DeleteTable), and start again"
            )
        return table, state
    if table is None:
        table = _start(dynamodb, plan)
        if table is not None:
            return table, state
        # Another call of this, or another restore of the point, was sooner; or it must wait.
        table = described(dynamodb, name)
    if table is None or table["TableStatus"] == "DELETING":
        return None, state | {"note": f"waiting until table {name} can be restored"}
    _refuse_another(table, plan)
    return table, state | {"adopted": True}


def _start(dynamodb: Any, plan: Plan) -> Table | None:
    """Start the restore; return None where a table of that name is in its way, or it must wait."""
    operation, request = plan["operation"], dict(plan["parameters"])
    if "RestoreDateTime" in request:
        request["RestoreDateTime"] = datetime.fromisoformat(request["RestoreDateTime"])
    source = request.get("BackupArn", plan["table"]["arn"])
    resource = f"{source} to {plan['target']['arn']}"
    try:
        answer = call(dynamodb, _METHODS[operation], resource, **request)
    except ClientError as error:
        code = code_of(error)
        if code in {*_THERE, *_LATER}:
            log("not started", reason=message_of(error))
            return None
        if code in _REFUSED:
            raise RefusedError(
                f"DynamoDB refuses to restore {resource} ({message_of(error)}): start again, and "
                "if it is refused again choose another point"
            ) from error
        raise
    log("started", operation=operation, source=source, target=plan["target"]["name"])
    table: Table = answer["TableDescription"]
    return table


def _refuse_another(table: Table, plan: Plan) -> None:
    if not is_restore_of(table, plan["operation"], plan["parameters"], plan["table"]["arn"]):
        raise RefusedError(
            f"a table {plan['target']['name']} exists that was not restored from "
            f"{plan['source']['id']}: start again with another name"
        )
