"""Exports, decided: buckets here and for other environments, functions, machines, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blueprints.documents import allow
from blueprints.exports import permissions
from blueprints.exports.buckets import export_buckets, replication_role
from blueprints.exports.machines import exports_machines
from blueprints.exports.schedules import export_schedules
from blueprints.names import (
    EXPORTS,
    export_classes,
    exports_machine,
    held_exports,
    state_machine_arn,
)
from blueprints.recovery.facts import RecoveryFacts
from blueprints.recovery.functions import FunctionFacts, function
from blueprints.recovery.machine_roles import invoke, starting_role
from blueprints.recovery.roles import RoleFacts, acting_for, role, role_label, trust_of
from blueprints.recovery.schedules import queue, schedules_role
from generator.bundle import bundle
from generator.naming import arn, physical
from generator.spec.resolved import Environment

MACHINE_ROLE = "exports_machine"
# One look, or a start; a manifest of ten thousand files takes minutes.
STEP_SECONDS, VERIFY_SECONDS = 120, 900
_FUNCTIONS = {
    "plan_export": ("Decides what a table's next export covers.", STEP_SECONDS),
    "export_table": ("Starts an export, and looks how far it is.", STEP_SECONDS),
    "verify_export": ("Proves that an export is whole, and records it.", VERIFY_SECONDS),
    "report_export": ("Tells of exports that failed, and of chains that had to begin anew.", 120),
}


def decide(environment: Environment) -> tuple[RecoveryFacts, ...]:
    """Return the facts, or nothing where no exports are made and none are held."""
    classes = export_classes(environment)
    if not classes and not held_exports(environment):
        return ()
    functions = _functions(environment) if classes else {}
    return (
        RecoveryFacts(
            template=EXPORTS,
            description=f"Exports of {environment.project}-{environment.name}",
            roles=tuple(_roles(environment, functions)) if classes else (),
            buckets=tuple(export_buckets(environment)),
            functions=tuple(functions.values()),
            machines=tuple(exports_machines(environment, functions)),
            queue=queue(environment, EXPORTS) if classes else None,
            schedules=tuple(export_schedules(environment)),
            bundles=tuple(map(bundle, functions)),
        ),
    )


def _functions(environment: Environment) -> Mapping[str, FunctionFacts]:
    return {
        name: function(
            environment,
            bundle(name),
            purpose=purpose,
            timeout_seconds=seconds,
            statements=getattr(permissions, name)(environment),
        )
        for name, (purpose, seconds) in _FUNCTIONS.items()
    }


def _roles(environment: Environment, functions: Mapping[str, FunctionFacts]) -> Iterator[RoleFacts]:
    names = [exports_machine(key) for key in export_classes(environment)]
    machine_arns = [state_machine_arn(environment, name) for name in names]
    executions = [
        # Children are called after the map's label.
        arn(environment, "states", f"execution:{physical(environment, name)}/Tables:*")
        for name in names
    ]
    yield role(
        environment,
        role_label(MACHINE_ROLE),
        "exports-machine",
        purpose="The state machines of exports run with this role.",
        trust=trust_of("states.amazonaws.com", **acting_for(environment, machine_arns)),
        statements=(
            invoke(environment, functions),
            # A distributed map runs the machine once more for each table.
            # https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
            allow("StartChildren", ["states:StartExecution"], machine_arns),
            allow(
                "FollowChildren",
                ["states:DescribeExecution", "states:StopExecution"],
                executions,
            ),
        ),
    )
    yield starting_role(
        environment,
        schedules_role(EXPORTS),
        "exports-schedules",
        purpose="EventBridge Scheduler starts the state machines of exports with this role.",
        machine_arns=machine_arns,
        template=EXPORTS,
    )
    replicating = replication_role(environment)
    if replicating is not None:
        yield replicating
