"""Tells who owns the table's name after the restore, which decides what is to be done then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import code_of, message_of
from blueprints.functions.common.log import log

# Any resource will do to see whether the stack exists; this one is in it.
_LOGICAL_ID_IN_RECOVERY = "FunctionPlanRestore"


def owner_of(
    cloudformation: Any,
    request: Mapping[str, Any],
    place: Mapping[str, Any],
    *,
    same_name: bool,
) -> dict[str, Any]:
    """Return the case, with the stack and the logical id that the table has there, if any."""
    owner = request.get("owner") or {}
    stack_name, logical_id = owner.get("stack_name"), owner.get("logical_id")
    if not same_name:
        case = "other_name"
    elif not stack_name or not logical_id:
        case = "elsewhere"
    elif _exists(cloudformation, stack_name, logical_id) == "resource":
        case = "stack"
    elif _exists(cloudformation, place["recovery_stack_name"], _LOGICAL_ID_IN_RECOVERY):
        case = "stack_gone"
    else:
        case = "no_stack"
    log("owner", case=case, stack_name=stack_name, logical_id=logical_id)
    return {"case": case, "stack_name": stack_name, "logical_id": logical_id}


def _exists(cloudformation: Any, stack_name: str, logical_id: str) -> str:
    """Return "resource", "stack" where only that exists, or nothing."""
    try:
        answer = call(
            cloudformation,
            "describe_stack_resource",
            f"stack/{stack_name}",
            StackName=stack_name,
            LogicalResourceId=logical_id,
        )
    except ClientError as error:
        if code_of(error) != "ValidationError" or "does not exist" not in message_of(error):
            raise
        # "Resource X does not exist for stack Y" against "Stack Y does not exist".
        return "stack" if "Resource " in message_of(error) else ""
    status = answer["StackResourceDetail"]["ResourceStatus"]
    return "stack" if status in {"DELETE_COMPLETE", "DELETE_SKIPPED"} else "resource"
