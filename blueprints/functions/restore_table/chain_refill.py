"""Has what came after the full export written by the machine that refills, once.

Which execution of it does so is noted before it is started, once for each table and attempt.
Whoever finds the note starts that very execution, which AWS does once for its name and input, and
follows it. After one that failed another begins, which goes on where that ended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common import exports_store as store
from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import Connect, chain_mark

Plan = Mapping[str, Any]
Note = Mapping[str, Any]
_SUCCEEDED, _UNDER_WAY = "SUCCEEDED", ("PENDING_REDRIVE", "RUNNING")


def refilled(
    connect: Connect, plan: Plan, table_id: str, execution_arn: str | None
) -> tuple[str | None, bool]:
    """Return the execution that refills and whether it has ended; raises RefusedError if wrong."""
    parameters = plan["parameters"]
    if parameters["refill"] is None:
        return None, True
    stepfunctions = connect("stepfunctions")
    if execution_arn is None:
        note = _noted(connect, plan, table_id)
        return _started(stepfunctions, plan, note), False
    status, execution = _looked(stepfunctions, execution_arn)
    if status in _UNDER_WAY:
        return execution_arn, False
    if status == _SUCCEEDED:
        log("refilled", execution=execution_arn)
        return execution_arn, True
    raise _failed(plan, execution_arn, status, execution)


def _noted(connect: Connect, plan: Plan, table_id: str) -> Note:
    """Return the execution that is to refill the table: noted now, or by another call before."""
    parameters, s3 = plan["parameters"], connect("s3")
    bucket, name = parameters["catalogue_bucket"], f"restore-{plan['restore_id']}"
    mark = chain_mark(plan["target"]["name"], parameters["token"]).removesuffix(".json")
    resume: str | None = None
    for attempt in count(1):
        key = f"{mark}/{table_id}-{attempt}.json"
        note = {"name": name, "input": {**parameters["refill"], "resume": resume}}
        if store.write_once(s3, bucket, key, note):
            return note
        found = store.read(s3, bucket, key)
        if found["name"] == name or not _is_over(connect, plan, found):
            return found
        resume = found["input"]["resume"] or found["name"]
    raise AssertionError("counting ends")


def _is_over(connect: Connect, plan: Plan, note: Note) -> bool:
    """Return whether an execution that somebody else noted has failed."""
    arn = _execution_arn(plan, note["name"])
    try:
        status, _ = _looked(connect("stepfunctions"), arn)
    except ClientError as error:
        if code_of(error) == "ExecutionDoesNotExist":
            return False
        raise
    return status not in {_SUCCEEDED, *_UNDER_WAY}


def _started(stepfunctions: Any, plan: Plan, note: Note) -> str:
    """Start the execution, or find it started; return its ARN."""
    machine, arn = plan["parameters"]["refill_machine_arn"], _execution_arn(plan, note["name"])
    try:
        call(
            stepfunctions,
            "start_execution",
            machine,
            stateMachineArn=machine,
            name=note["name"],
            # In one order, whoever writes it: AWS compares it as text.
            input=json.dumps(note["input"], sort_keys=True),
        )
    except ClientError as error:
        code = code_of(error)
        if code == "StateMachineDoesNotExist":
            raise RefusedError(
                f"{machine} does not exist, which writes what came after the full export: deploy "
                "the template recovery as it is now, and start the restore again, it goes on"
            ) from error
        # It has ended already, or runs with what is the same, written otherwise.
        if code != "ExecutionAlreadyExists":
            raise
        log("refill was started before", reason=message_of(error))
    else:
        log("refill started", execution=arn)
    return arn


def _looked(stepfunctions: Any, arn: str) -> tuple[str, Mapping[str, Any]]:
    found = call(stepfunctions, "describe_execution", arn, executionArn=arn)
    return found["status"], found


def _failed(plan: Plan, arn: str, status: str, execution: Mapping[str, Any]) -> RefusedError:
    name, table = arn.rpartition(":")[2], plan["target"]["name"]
    bucket = plan["parameters"]["catalogue_bucket"]
    said = ": ".join(filter(None, (execution.get("error"), execution.get("cause"))))
    return RefusedError(
        f"the refill {arn} of table {table} ended as {status} ({said or 'it does not say why'}). "
        f"What is not right is in s3://{bucket}/refills/{table}/{name}.json: mend that, and start "
        "this restore again, it goes on with the table where the refill ended"
    )


def _execution_arn(plan: Plan, name: str) -> str:
    machine = plan["parameters"]["refill_machine_arn"]
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
