"""State machines of recovery, decided: definitions, their roles, schedules and the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.names import (
    catalogue_bucket_name,
    exports_machine,
    snapshots_machine,
    state_machine_arn,
)
from blueprints.recovery.asl import definition
from blueprints.recovery.functions import FunctionFacts, function_arn
from blueprints.recovery.machine_roles import RESTORE, RESTORE_ROLE, SCHEDULED_ROLE, Functions
from blueprints.recovery.place import alert_topic_arn, place, work_place
from blueprints.recovery.roles import role_label
from blueprints.recovery.schedules import (
    FRESHNESS,
    KEEP_PITR,
    SETTINGS,
    machine_label,
    of_class,
    snapshots_label,
    taking_snapshots,
)
from blueprints.watching import FreshnessRule, freshness_rules, snapshot_prefix
from generator.naming import Label, physical
from generator.spec.resolved import Environment, Table

# DynamoDB names no longest time of a restore. Looks that get rarer keep an execution of five days
# below Step Functions' 25,000 events; a test counts them.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
RESTORE_SECONDS = 5 * 24 * 3600
# Attempts of a function that may take a quarter of an hour, and their waits.
SCHEDULED_SECONDS = 5 * 15 * 60 + 600
# What a refusal names is not there or not allowed: repeating it only hides that.
REFUSED = "RefusedError"
RETRY = (
    {"ErrorEquals": [REFUSED], "MaxAttempts": 0},
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4},
)
CATCH = ({"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Report"},)


SCHEDULED, WATCHING = "scheduled", "watching"
# States that need somebody to tell.
_TELLING = frozenset(
    {"ReadError", "TakeMessage", "Alert", "IsThereSomethingToTell", "Tell", "Well"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """One state machine; `definition` is a document, the same in both engines."""

    label: Label
    purpose: str
    name: str
    definition: Mapping[str, Any]
    metadata: Mapping[str, Any] | None
    role: Label
    tags: Mapping[str, str]


def restore_machine(environment: Environment, functions: Functions) -> MachineFacts:
    """Return the state machine that restores one table."""
    values = {
        "partition": environment.partition,
        "timeout_seconds": RESTORE_SECONDS,
        "place": place(environment),
        "retry": list(RETRY),
        "catch": list(CATCH),
        "fetch_copy": "",
        **{name: function_arn(environment, each) for name, each in functions.items()},
    }
    written = definition("restore", values)
    if "fetch_copy" not in functions:  # no destination holds copies
        states = written["States"]
        for state in ("IsCopyNeeded", "FetchCopy", "IsCopyThere", "WaitForCopy"):
            del states[state]
        states["Plan"]["Next"] = "RestoreTable"
    return MachineFacts(
        label=machine_label(RESTORE),
        purpose="Brings one table back, by holdfast restore or by the commands of the README.",
        name=physical(environment, RESTORE),
        definition=written,
        metadata=metadata(environment),
        role=role_label(RESTORE_ROLE),
        tags=environment.tags,
    )


def settings_machine(environment: Environment, function: FunctionFacts) -> MachineFacts:
    """Return the state machine that snapshots settings."""
    return _scheduled(
        environment,
        machine_label("settings_snapshot"),
        SETTINGS,
        function,
        purpose="Keeps the settings of every protected table, daily and after each change.",
        payload={
            "tables": _listed(environment.tables),
            "bucket": catalogue_bucket_name(environment),
            "event.$": "$",
        },
        error="SettingsSnapshotsFailedError",
        subject=f"Holdfast: settings of tables not kept in {environment.name}",
    )


def snapshots_machines(
    environment: Environment, function: FunctionFacts | None
) -> Iterator[MachineFacts]:
    """Yield the state machine of each protection class that takes native backups."""
    for key, snapshots in taking_snapshots(environment).items():
        if function is not None:
            yield _scheduled(
                environment,
                snapshots_label("state_machine", key),
                snapshots_machine(key),
                function,
                purpose=f"Takes native backups of class {key}, and deletes those past their time.",
                payload={
                    "tables": _listed(of_class(environment, key)),
                    "class": key,
                    "prefix": snapshot_prefix(environment, key),
                    "keep_last": snapshots.keep_last,
                    "keep_days": snapshots.keep_days,
                    "scheduled_at.$": "$.scheduled_at",
                },
                error="SnapshotsFailedError",
                subject=f"Holdfast: native backups failed in {environment.name}",
            )


def watching_machines(environment: Environment, functions: Functions) -> Iterator[MachineFacts]:
    """Yield the state machines that look whether all is well, and tell when it is not."""
    yield _scheduled(
        environment,
        machine_label("freshness"),
        FRESHNESS,
        functions["check_freshness"],
        purpose="Names tables whose newest point is too old, and measures the age of all.",
        payload={
            "place": work_place(environment),
            "classes": _by_class(environment),
            "rules": [_written(environment, rule) for rule in freshness_rules(environment)],
            "scheduled_at.$": "$.scheduled_at",
        },
        subject=f"Holdfast: freshness not known in {environment.name}",
        template=WATCHING,
    )
    yield _scheduled(
        environment,
        machine_label("keep_pitr"),
        KEEP_PITR,
        functions["keep_pitr"],
        purpose="Keeps point-in-time recovery on, hourly and after each change of it.",
        payload={
            "place": work_place(environment),
            "tables": [
                {
                    "name": table.name,
                    "arn": table.arn,
                    "recovery_period_days": recovery.recovery_period_days,
                    "managed": recovery.managed,
                }
                for table in environment.tables
                if (recovery := table.point_in_time_recovery) is not None
            ],
            "event.$": "$",
        },
        subject=f"Holdfast: point-in-time recovery not looked at in {environment.name}",
        template=WATCHING,
    )


def _by_class(environment: Environment) -> dict[str, list[dict[str, str]]]:
    used = dict.fromkeys(rule.protection for rule in freshness_rules(environment))
    return {key: _listed(of_class(environment, key)) for key in used}


def _written(environment: Environment, rule: FreshnessRule) -> dict[str, Any]:
    """Return a rule as the function reads it; neither engine can write null in a document."""
    told = {
        "name": rule.name,
        "class": rule.protection,
        "source": rule.source,
        "allowed_minutes": rule.allowed_minutes,
        "vault": rule.vault,
        "delete_after_days": rule.delete_after_days,
        "cold_storage_after_days": rule.cold_storage_after_days,
        "prefix": rule.prefix,
        "leave_out": list(rule.leave_out) or None,
        "machine_arn": state_machine_arn(environment, exports_machine(rule.protection))
        if rule.source.startswith("export")
        else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _scheduled(  # noqa: PLR0913 - what the machines differ in
    environment: Environment,
    label: Label,
    what: str,
    function: FunctionFacts,
    *,
    purpose: str,
    payload: Mapping[str, Any],
    subject: str,
    error: str = "",
    template: str = SCHEDULED,
) -> MachineFacts:
    topic_arn = alert_topic_arn(environment)
    values = {
        "comment": purpose,
        "partition": environment.partition,
        "timeout_seconds": SCHEDULED_SECONDS,
        "function": function_arn(environment, function),
        "payload": payload,
        "retry": list(RETRY),
        "error": error,
        "topic_arn": topic_arn or "",
        "subject": subject,
    }
    written = definition(template, values)
    if topic_arn is None:  # nobody to tell
        for state in _TELLING & written["States"].keys():
            del written["States"][state]
        run = written["States"]["Run"]
        run["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]
        run.pop("Next", None)
        run["End"] = True
    return MachineFacts(
        label=label,
        purpose=purpose,
        name=physical(environment, what),
        definition=written,
        metadata=metadata(environment),
        role=role_label(SCHEDULED_ROLE),
        tags=environment.tags,
    )


def metadata(environment: Environment) -> Mapping[str, Any] | None:
    """Return what keeps cfn-lint 1.58 from refusing the ARNs of other partitions in a Task."""
    if environment.partition == "aws":
        return None
    return {
        "Lint": "E3601 knows Task resources of the partition aws only.",
        "cfn-lint": {"config": {"ignore_checks": ["E3601"]}},
    }


def _listed(tables: tuple[Table, ...]) -> list[dict[str, str]]:
    return [{"name": table.name, "arn": table.arn} for table in tables]
