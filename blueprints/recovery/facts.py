"""Recovery, decided: the catalogue, functions, state machines, and what calls them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blueprints.names import RECOVERY, pointer_name, recovers
from blueprints.recovery import permissions, scheduled_permissions
from blueprints.recovery.buckets import BucketFacts
from blueprints.recovery.catalogue import catalogue, replication_role
from blueprints.recovery.functions import FunctionFacts, function
from blueprints.recovery.machine_roles import Functions, machine_roles
from blueprints.recovery.machines import (
    MachineFacts,
    restore_machine,
    settings_machine,
    snapshots_machines,
    watching_machines,
)
from blueprints.recovery.refilling import (
    mapping_machines,
    mapping_roles,
    refill_functions,
    undo_functions,
)
from blueprints.recovery.roles import RoleFacts, acting_for, role, trust_of
from blueprints.recovery.schedules import (
    ChangeRuleFacts,
    QueueFacts,
    ScheduleFacts,
    change_rules,
    of_class,
    queue,
    schedules,
    taking_snapshots,
)
from generator.bundle import Bundle, bundle
from generator.naming import Label, label
from generator.spec.resolved import Environment

REGION_SETTINGS = "region_settings"
# Two calls of three attempts each, 15 seconds an attempt, and the answer: below two minutes.
REGION_SETTINGS_SECONDS = 120
# Lambda calls a function that failed to answer twice more, after one and after two minutes.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
ANSWERED_WITHIN_SECONDS = 3 * REGION_SETTINGS_SECONDS + 240
# One look, and a few changes; hundreds of tables, one after the other.
STEP_SECONDS, ALL_TABLES_SECONDS = 300, 900


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """One call of a function by the deployment: the first one, and one for every new code."""

    label: Label
    purpose: str
    function: Label
    code_sha256: str
    service_timeout_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerFacts:
    """An SSM parameter with the name of a live table; a restore may change its value."""

    label: Label
    purpose: str
    name: str
    value: str
    tags: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFacts:
    """Everything of recovery in one environment."""

    template: str
    description: str
    roles: tuple[RoleFacts, ...]
    buckets: tuple[BucketFacts, ...]
    functions: tuple[FunctionFacts, ...]
    machines: tuple[MachineFacts, ...]
    queue: QueueFacts | None
    schedules: tuple[ScheduleFacts, ...]
    change_rules: tuple[ChangeRuleFacts, ...] = ()
    pointers: tuple[PointerFacts, ...] = ()
    region_settings: CallFacts | None = None
    bundles: tuple[Bundle, ...]


def decide(environment: Environment) -> tuple[RecoveryFacts, ...]:
    """Return the facts, or nothing where this environment needs none of it."""
    whole = recovers(environment)
    managed = environment.spec.manage_region_settings
    if not whole and not managed:
        return ()
    steps = _steps(environment) if whole else {}
    scheduled = _scheduled(environment) if whole else {}
    refill = refill_functions(environment) if whole else {}
    undo = undo_functions(environment)
    region_settings = _region_settings(environment) if managed else None
    functions = {**steps, **refill, **undo, **scheduled}
    if region_settings is not None:
        functions[REGION_SETTINGS] = region_settings
    rendered = whole and bool(environment.tables)
    return (
        RecoveryFacts(
            template=RECOVERY,
            description=f"Recovery of {environment.project}-{environment.name}",
            roles=(
                *(_roles(environment, steps, scheduled) if whole else ()),
                *mapping_roles(environment, refill, undo),
            ),
            buckets=(catalogue(environment),) if whole else (),
            functions=tuple(functions.values()),
            machines=(
                *(_machines(environment, steps, scheduled) if whole else ()),
                *mapping_machines(environment, refill, undo),
            ),
            queue=queue(environment, RECOVERY) if rendered else None,
            schedules=tuple(schedules(environment)) if rendered else (),
            change_rules=tuple(change_rules(environment)) if rendered else (),
            pointers=tuple(_pointers(environment)) if whole else (),
            region_settings=None if region_settings is None else _call(region_settings),
            bundles=tuple(map(bundle, functions)),
        ),
    )


_PURPOSES = {
    "plan_restore": "Chooses what to restore from, and with which settings; changes nothing.",
    "fetch_copy": "Copies a recovery point back from a destination's vault.",
    "restore_table": "Starts a restore, and looks how far it is.",
    "apply_settings": "Sets again what AWS does not restore.",
    "verify_restore": "Compares the restored table with what was asked for.",
    "report_restore": "Writes the report of a restore, and tells of it.",
}


_WATCHING = {
    "check_freshness": "Looks whether each table has points that are new enough.",
    "keep_pitr": "Keeps point-in-time recovery on, with the period of the environment file.",
}


def _steps(environment: Environment) -> dict[str, FunctionFacts]:
    """Return the functions of a restore by name."""
    return {
        name: function(
            environment,
            bundle(name),
            purpose=purpose,
            timeout_seconds=STEP_SECONDS,
            statements=getattr(permissions, name)(environment),
        )
        for name, purpose in _PURPOSES.items()
        # A destination's own points lie where it restores.
        if name != "fetch_copy" or environment.copy_destinations
    }


def _scheduled(environment: Environment) -> dict[str, FunctionFacts]:
    """Return the functions that run by the clock, by name."""
    found: dict[str, FunctionFacts] = {}
    if environment.tables:
        found["settings_snapshot"] = function(
            environment,
            bundle("settings_snapshot"),
            purpose="Keeps settings of tables in the catalogue.",
            timeout_seconds=ALL_TABLES_SECONDS,
            statements=scheduled_permissions.settings_snapshot(environment),
        )
        for name, purpose in _WATCHING.items():
            found[name] = function(
                environment,
                bundle(name),
                purpose=purpose,
                timeout_seconds=ALL_TABLES_SECONDS,
                statements=getattr(scheduled_permissions, name)(environment),
            )
    classes = taking_snapshots(environment)
    if classes:
        tables = [table.arn for key in classes for table in of_class(environment, key)]
        found["take_snapshots"] = function(
            environment,
            bundle("take_snapshots"),
            purpose="Takes native backups, and deletes those past their time.",
            timeout_seconds=ALL_TABLES_SECONDS,
            statements=scheduled_permissions.take_snapshots(tables),
        )
    return found


def _roles(environment: Environment, steps: Functions, scheduled: Functions) -> Iterator[RoleFacts]:
    yield role(
        environment,
        label("role_for_restores"),
        "restore",
        purpose="AWS Backup restores tables with this role.",
        trust=trust_of("backup.amazonaws.com", **acting_for(environment)),
        statements=permissions.restoring_role(environment),
    )
    yield from machine_roles(environment, steps, scheduled)
    replicating = replication_role(environment)
    if replicating is not None:
        yield replicating


def _machines(
    environment: Environment, steps: Functions, scheduled: Functions
) -> Iterator[MachineFacts]:
    yield restore_machine(environment, steps)
    if "settings_snapshot" in scheduled:
        yield settings_machine(environment, scheduled["settings_snapshot"])
        yield from watching_machines(environment, scheduled)
    if "take_snapshots" in scheduled:
        yield from snapshots_machines(environment, scheduled["take_snapshots"])


def _pointers(environment: Environment) -> Iterator[PointerFacts]:
    for table in environment.tables:
        name = pointer_name(environment, table)
        if name is not None:
            yield PointerFacts(
                label=label("pointer", table.key),
                purpose=f"Name of the live table {table.key}; a restore may repoint it.",
                name=name,
                value=table.name,
                tags=dict(environment.tags),
            )


def _region_settings(environment: Environment) -> FunctionFacts:
    return function(
        environment,
        bundle(REGION_SETTINGS),
        purpose="Adds DynamoDB to AWS Backup's settings of the Region; other services stay.",
        timeout_seconds=REGION_SETTINGS_SECONDS,
        statements=(
            {
                # The settings belong to the account and Region: IAM knows no resource for them.
                "Sid": "MergeRegionSettings",
                "Effect": "Allow",
                "Action": ["backup:DescribeRegionSettings", "backup:UpdateRegionSettings"],
                "Resource": "*",
            },
        ),
    )


def _call(region_settings: FunctionFacts) -> CallFacts:
    return CallFacts(
        label=label("call_of_function", REGION_SETTINGS),
        purpose="Calls the function once, and again when its code changes.",
        function=region_settings.label,
        code_sha256=region_settings.source_code_hash,
        service_timeout_seconds=ANSWERED_WITHIN_SECONDS,
    )
