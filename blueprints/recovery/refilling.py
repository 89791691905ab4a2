"""What writes data of S3 into tables, decided: the state machines refill and undo.

Both fan out over a list in the work area of the catalogue's bucket: a refill over files, an undo
over shares of keys. Their functions work until their time is nearly over and say where to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.documents import Statement, allow, decrypt_catalogue, encrypt_catalogue
from blueprints.names import (
    REFILL,
    UNDO,
    WORK,
    catalogue_bucket_arn,
    state_machine_arn,
    undoes,
)
from blueprints.recovery import refill_permissions, undo_permissions
from blueprints.recovery.asl import definition
from blueprints.recovery.functions import FunctionFacts, function, function_arn
from blueprints.recovery.machine_roles import Functions, invoke
from blueprints.recovery.machines import CATCH, REFUSED, RETRY, MachineFacts, metadata
from blueprints.recovery.place import refill_place, undo_place
from blueprints.recovery.roles import RoleFacts, acting_for, role, role_label, trust_of
from blueprints.recovery.schedules import machine_label
from generator.bundle import bundle
from generator.naming import arn, physical
from generator.spec.resolved import Environment

DAY = 24 * 3600
# 1 TB takes hours, a table with few write units weeks. What is stopped then goes on with `resume`:
# the notes of its work are kept for longer.
REFILL_SECONDS = 14 * DAY
# Exports of up to 35 days of changes, a day each and all at once, then one pass over the keys.
UNDO_SECONDS = 3 * DAY
# Lambda's longest: each call begins with the import of boto3 and a file's first lines again.
WORK_SECONDS = 900
# Longer than the function lives: so when the state gives a call up, nothing of it is at work.
TASK_SECONDS = WORK_SECONDS + 60
# Reading lists of files, and notes of thousands of them.
PLAN_SECONDS = REPORT_SECONDS = 900
PLAN_MB = 512
# A share of a core that keeps up with what one child may write; the data itself is streamed.
LOAD_MB = 512
# The changed keys of its share are folded in memory, with both their images.
UNDO_MB = 1_024
# What is wrong with a file, reading it again does not mend.
BAD_DATA = "BadDataError"
# What children are called after, and the folder that takes what became of them.
_MAPS = {REFILL: ("Load", "results"), UNDO: ("Undo", "map")}
LOAD_RETRY = (
    {"ErrorEquals": [REFUSED, BAD_DATA], "MaxAttempts": 0},
    # Lambda did not start it: other functions of the account run as well.
    {
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 5,
        "BackoffRate": 1.5,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
        "MaxAttempts": 60,
    },
    # The answer is lost, and the call may still be at work: by then it is not.
    {
        "ErrorEquals": [
            "Lambda.AWSLambdaException",
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.SdkClientException",
            "Lambda.ServiceException",
            "Lambda.Unknown",
            "States.Timeout",
        ],
        "IntervalSeconds": WORK_SECONDS,
        "BackoffRate": 1,
        "MaxAttempts": 4,
    },
    *RETRY[1:],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One function, and how much time and memory its longest calls take."""

    purpose: str
    seconds: int
    memory_mb: int
    statements: Callable[[Environment], list[Statement]]


_REFILL = {
    "plan_refill": _Step(
        purpose="Lists the files that a refill writes next; writes nothing to the table.",
        seconds=PLAN_SECONDS,
        memory_mb=PLAN_MB,
        statements=refill_permissions.plan_refill,
    ),
    "load_file": _Step(
        purpose="Writes the items of files into a table, and says how far it got.",
        seconds=WORK_SECONDS,
        memory_mb=LOAD_MB,
        statements=refill_permissions.load_file,
    ),
    "report_refill": _Step(
        purpose="Writes the report of a refill, and tells of it.",
        seconds=REPORT_SECONDS,
        memory_mb=PLAN_MB,
        statements=refill_permissions.report_refill,
    ),
}
_UNDO = {
    "plan_undo": _Step(
        purpose="Exports the window that is undone; writes nothing to the table.",
        seconds=PLAN_SECONDS,
        memory_mb=PLAN_MB,
        statements=undo_permissions.plan_undo,
    ),
    "undo_keys": _Step(
        purpose="Puts back items of a window where nobody wrote later.",
        seconds=WORK_SECONDS,
        memory_mb=UNDO_MB,
        statements=undo_permissions.undo_keys,
    ),
    "report_undo": _Step(
        purpose="Writes the report of an undo, and tells of it.",
        seconds=REPORT_SECONDS,
        memory_mb=PLAN_MB,
        statements=undo_permissions.report_undo,
    ),
}


def refill_functions(environment: Environment) -> dict[str, FunctionFacts]:
    """Return the functions of a refill by name."""
    return _functions(environment, _REFILL)


def undo_functions(environment: Environment) -> dict[str, FunctionFacts]:
    """Return the functions of an undo by name, none where there is no table to undo."""
    return _functions(environment, _UNDO) if undoes(environment) else {}


def _functions(environment: Environment, steps: Mapping[str, _Step]) -> dict[str, FunctionFacts]:
    return {
        name: function(
            environment,
            bundle(name),
            purpose=step.purpose,
            timeout_seconds=step.seconds,
            memory_mb=step.memory_mb,
            statements=step.statements(environment),
        )
        for name, step in steps.items()
    }


def mapping_machines(
    environment: Environment, refill: Functions, undo: Functions
) -> Iterator[MachineFacts]:
    """Yield the state machines that refill and undo, where there are such functions."""
    if refill:
        yield _machine(
            environment,
            REFILL,
            refill,
            purpose="Writes exports, chains of them and older dumps into a table.",
            timeout_seconds=REFILL_SECONDS,
            refill_place=refill_place(environment),
        )
    if undo:
        yield _machine(
            environment,
            UNDO,
            undo,
            purpose="Takes back what a window of time has written to a table, in place.",
            timeout_seconds=UNDO_SECONDS,
            undo_place=undo_place(environment),
        )


def _machine(
    environment: Environment,
    what: str,
    functions: Functions,
    *,
    purpose: str,
    timeout_seconds: int,
    **places: Mapping[str, Any],
) -> MachineFacts:
    values = {
        "partition": environment.partition,
        "timeout_seconds": timeout_seconds,
        "task_timeout_seconds": TASK_SECONDS,
        "retry": list(RETRY),
        "load_retry": list(LOAD_RETRY),
        "catch": list(CATCH),
        **places,
        **{name: function_arn(environment, each) for name, each in functions.items()},
    }
    return MachineFacts(
        label=machine_label(what),
        purpose=purpose,
        name=physical(environment, what),
        definition=definition(what, values),
        metadata=metadata(environment),
        role=role_label(f"{what}_machine"),
        tags=environment.tags,
    )


def mapping_roles(
    environment: Environment, refill: Functions, undo: Functions
) -> Iterator[RoleFacts]:
    """Yield the roles of these state machines."""
    for what, functions in ((REFILL, refill), (UNDO, undo)):
        if functions:
            machine = state_machine_arn(environment, what)
            yield role(
                environment,
                role_label(f"{what}_machine"),
                f"{what}-machine",
                purpose=f"The state machine {physical(environment, what)} runs with this role.",
                trust=trust_of("states.amazonaws.com", **acting_for(environment, machine)),
                statements=(
                    invoke(environment, functions),
                    *_map(environment, what),
                ),
            )


def _map(environment: Environment, what: str) -> Iterator[Statement]:
    """Yield what a distributed map needs: to run the machine once more for each entry of its list.

    It writes results in parts, which S3 decrypts again before it joins them.
    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    children, results = _MAPS[what]
    work = f"{catalogue_bucket_arn(environment)}/{WORK}{what}s/*"
    yield allow("StartChildren", ["states:StartExecution"], state_machine_arn(environment, what))
    yield allow(
        "FollowChildren",
        ["states:DescribeExecution", "states:StopExecution"],
        # Children are called after the map's label.
        arn(environment, "states", f"execution:{physical(environment, what)}/{children}:*"),
    )
    yield allow("ReadList", ["s3:GetObject"], work)
    yield allow(
        "WriteResults",
        ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"],
        f"{work}/{results}/*",
    )
    yield decrypt_catalogue(environment)
    yield encrypt_catalogue(environment)
