"""Roles of the state machines of recovery, and of what starts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from blueprints.documents import Statement
from blueprints.names import (
    RECOVERY,
    alerts_key_alias,
    pointer_name,
    service_of,
    snapshot_classes,
    snapshots_machine,
    state_machine_arn,
    unstarted_queue_name,
)
from blueprints.recovery.functions import FunctionFacts, function_arn
from blueprints.recovery.place import alert_topic_arn
from blueprints.recovery.roles import RoleFacts, acting_for, role, role_label, trust_of
from blueprints.recovery.schedules import FRESHNESS, KEEP_PITR, SCHEDULES_ROLE, SETTINGS
from generator.naming import arn
from generator.spec.resolved import Environment

RESTORE = "restore"
RESTORE_ROLE = "restore_machine"
SCHEDULED_ROLE = "scheduled_machines"
Functions = Mapping[str, FunctionFacts]


def machine_roles(
    environment: Environment, functions: Functions, scheduled: Functions
) -> Iterator[RoleFacts]:
    """Yield the roles of the state machines, and of what starts those that are scheduled."""
    pointers = [name for table in environment.tables if (name := pointer_name(environment, table))]
    machine = state_machine_arn(environment, RESTORE)
    yield role(
        environment,
        role_label(RESTORE_ROLE),
        "restore-machine",
        purpose="The state machine that restores runs with this role.",
        trust=trust_of("states.amazonaws.com", **acting_for(environment, machine)),
        statements=(
            invoke(environment, functions),
            *((_repoint(environment, pointers),) if pointers else ()),
        ),
    )
    if not scheduled:
        return
    machines = [
        SETTINGS,
        FRESHNESS,
        KEEP_PITR,
        *map(snapshots_machine, snapshot_classes(environment)),
    ]
    machine_arns = [state_machine_arn(environment, each) for each in machines]
    yield role(
        environment,
        role_label(SCHEDULED_ROLE),
        "scheduled-machines",
        purpose="The state machines that run by the clock use this role.",
        trust=trust_of("states.amazonaws.com", **acting_for(environment, machine_arns)),
        statements=(invoke(environment, scheduled), *publish_alerts(environment)),
    )
    yield starting_role(
        environment,
        SCHEDULES_ROLE,
        "recovery-schedules",
        purpose="EventBridge and its Scheduler start state machines with this role.",
        machine_arns=machine_arns,
        template=RECOVERY,
        # That EventBridge names its rule when it assumes a role is unverified.
        more=(("EventBridge", "events.amazonaws.com", None),),
    )


def starting_role(  # noqa: PLR0913 - what the roles differ in
    environment: Environment,
    labelled: str,
    what: str,
    *,
    purpose: str,
    machine_arns: list[str],
    template: str,
    more: Iterable[tuple[str, str, str | None]] = (),
) -> RoleFacts:
    """Return the role that starts state machines by the clock; `more` services may have it too.

    EventBridge Scheduler sends to the queue with this role as well.
    """
    group = arn(environment, "scheduler", "schedule-group/default")
    services = (("Scheduler", "scheduler.amazonaws.com", group), *more)
    return role(
        environment,
        role_label(labelled),
        what,
        purpose=purpose,
        trust={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": sid,
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": "sts:AssumeRole",
                    "Condition": acting_for(environment, source),
                }
                for sid, service, source in services
            ],
        },
        statements=(
            {
                "Sid": "StartMachines",
                "Effect": "Allow",
                "Action": "states:StartExecution",
                "Resource": machine_arns,
            },
            {
                "Sid": "KeepWhatDidNotStart",
                "Effect": "Allow",
                "Action": "sqs:SendMessage",
                "Resource": arn(environment, "sqs", unstarted_queue_name(environment, template)),
            },
        ),
    )


def publish_alerts(environment: Environment) -> tuple[Statement, ...]:
    """Return what it takes to publish to the alert topic, nothing where there is none."""
    topic_arn = alert_topic_arn(environment)
    if topic_arn is None:
        return ()
    return (
        {
            "Sid": "PublishAlerts",
            "Effect": "Allow",
            "Action": "sns:Publish",
            "Resource": topic_arn,
        },
        {
            # AWS chooses the id of the topic's key.
            "Sid": "EncryptAlerts",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": arn(environment, "kms", "key/*"),
            "Condition": {
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": alerts_key_alias(environment)},
                "StringEquals": {"kms:ViaService": service_of(environment, "sns")},
            },
        },
    )


def invoke(environment: Environment, functions: Functions) -> Statement:
    """Return what a state machine needs to call functions."""
    return {
        "Sid": "CallFunctions",
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": [function_arn(environment, each) for each in functions.values()],
    }


def _repoint(environment: Environment, names: list[str]) -> Statement:
    return {
        "Sid": "Repoint",
        "Effect": "Allow",
        "Action": "ssm:PutParameter",
        "Resource": [arn(environment, "ssm", f"parameter{name}") for name in names],
    }
