"""Has what came after the full export written by the machine that refills, once.

Which execution of it does so is noted before it is started, once for each table and attempt.
Whoever finds the note starts that very execution, which AWS does once for its name and input, and
follows it. After one that failed another begins, which goes on where that ended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import Connect, chain_mark
from blueprints.functions.common.waiting import LONGEST_RESTORE

Plan = Mapping[str, Any]
Note = Mapping[str, Any]
_SUCCEEDED, _UNDER_WAY = "SUCCEEDED", ("PENDING_REDRIVE", "RUNNING")
# Enough for settings and proof, of which an index may take hours, and for the report.
_SPARE = timedelta(hours=6)


class Refill(NamedTuple):
    """The execution that refills, whether it has ended, and how many items it says it wrote."""

    execution_arn: str | None
    has_ended: bool
    items: int | None = None


def refilled(connect: Connect, plan: Plan, table_id: str, execution_arn: str | None) -> Refill:
    """Return how far the refill is; raises RefusedError where it failed."""
    parameters = plan["parameters"]
    if parameters["refill"] is None:
        return Refill(None, has_ended=True)
    stepfunctions = connect("stepfunctions")
    if execution_arn is None:
        note = _noted(connect, plan, table_id)
        return Refill(_started(stepfunctions, plan, note), has_ended=False)
    status, execution = _looked(stepfunctions, execution_arn)
    if status in _UNDER_WAY:
        return Refill(execution_arn, has_ended=False)
    if status == _SUCCEEDED:
        items = _items_of(execution)
        log("refilled", execution=execution_arn, items=items)
        return Refill(execution_arn, has_ended=True, items=items)
    raise _failed(plan, execution_arn, status, execution)


def check_time(plan: Plan, now: datetime, execution_arn: str) -> None:
    """Raise RefusedError where the restore is about to end before its refill: people are told."""
    if now < datetime.fromisoformat(plan["started_at"]) + LONGEST_RESTORE - _SPARE:
        return
    source, load = plan["source"], "import" if plan["parameters"]["import"] else "refill"
    raise RefusedError(
        f"a restore ends after {LONGEST_RESTORE.days} days, and the refill {execution_arn} of "
        f"table {plan['target']['name']} is not done. It goes on by itself: start the restore "
        "again with "
        f'the same point ("id": "{source["id"]}", "at": "{source["time"]}"), '
        f'"target_name": "{plan["target"]["name"]}" and "load": "{load}"; that follows it, and '
        "then sets and proves the table"
    )


def proof(plan: Plan, imported: int | None, refill: Refill) -> list[dict[str, Any]]:
    """Return what filled the table, with the items that it tells (None: not) and was to write.

    A large table cannot be counted afterwards.
    """
    source, parameters = plan["source"], plan["parameters"]
    full, found = source["item_count"], []
    if parameters["import"] is not None:
        found.append({"by": "the import", "items": imported, "expected": full})
    if parameters["refill"] is not None:
        skips = parameters["refill"]["source"]["skip_full"]
        expected = source["changes"] + (0 if skips else full)
        found.append({"by": "the refill", "items": refill.items, "expected": expected})
    return found


def _items_of(execution: Mapping[str, Any]) -> int | None:
    """Return how many lines a refill wrote, deletions too, None where it does not say."""
    try:
        told = json.loads(execution.get("output") or "null")
        return int(told["written"]) + int(told["deleted"])
    except (KeyError, TypeError, ValueError):
        return None


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
        found = catalogue.read(s3, bucket, key)
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
