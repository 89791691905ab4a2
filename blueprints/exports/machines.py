"""State machines of exports, decided: one for each class, one child execution for each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.exports.schedules import exports_label
from blueprints.names import (
    export_place,
    export_replicas,
    exporting,
    exports_machine,
    state_machine_arn,
)
from blueprints.recovery.asl import definition
from blueprints.recovery.functions import FunctionFacts, function_arn
from blueprints.recovery.machines import REFUSED, RETRY, MachineFacts, metadata
from blueprints.recovery.place import work_place
from blueprints.recovery.roles import role_label
from blueprints.recovery.schedules import of_class
from generator.naming import arn, physical
from generator.spec import Exports
from generator.spec.resolved import Environment
from generator.spec.retention import retention

# DynamoDB runs 300 exports of an account and Region at a time, which others make too.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
MOST_CHILDREN = 40
# A week of missed days is caught up in one run, and what is left in the next.
MOST_WINDOWS = 7
# Longer than exports of large tables take, all of a class after each other.
RUN_SECONDS = 2 * 24 * 3600
# What is wrong with an export, repeating the call does not mend: the next run repeats the window.
WRONG = ("ExportFailedError", "VerificationFailedError")
_RETRY = (
    {"ErrorEquals": [REFUSED, *WRONG], "MaxAttempts": 0},
    # Others export as well: half a day, and their exports have ended.
    {
        "ErrorEquals": ["LimitExceededException"],
        "IntervalSeconds": 60,
        "BackoffRate": 2,
        "MaxDelaySeconds": 600,
        "MaxAttempts": 75,
    },
    *RETRY[1:],
)


def exports_machines(
    environment: Environment, functions: Mapping[str, FunctionFacts]
) -> Iterator[MachineFacts]:
    """Yield the state machine of each class of whose tables exports are made."""
    for key, exports in exporting(environment).items():
        values: dict[str, Any] = {
            "comment": f"Exports tables of class {key}, each in an execution of its own.",
            "timeout_seconds": RUN_SECONDS,
            # The ARN is put together there: 500 names fit into the input of a state, ARNs may not.
            "tables": [table.name for table in of_class(environment, key)],
            "table_arn": arn(environment, "dynamodb", "table/{}"),
            "most_children": MOST_CHILDREN,
            "place": work_place(environment),
            "export": _constants(environment, key, exports),
            "retry": list(_RETRY),
            **{name: function_arn(environment, each) for name, each in functions.items()},
        }
        yield MachineFacts(
            label=exports_label(key),
            purpose=f"Exports tables of class {key} to S3, full and incremental.",
            name=physical(environment, exports_machine(key)),
            definition=definition("exports", values, package="blueprints.exports"),
            metadata=metadata(environment),
            role=role_label("exports_machine"),
            tags=environment.tags,
        )


def _constants(environment: Environment, key: str, exports: Exports) -> dict[str, Any]:
    """Return what the functions know of a class's exports."""
    place = export_place(environment)
    if place is None:  # pragma: no cover - a class with exports has a bucket
        raise ValueError(key)
    return {
        "class": key,
        "format": exports.format,
        "interval_minutes": exports.incremental_minutes,
        "most_windows": MOST_WINDOWS,
        "bucket": place.name,
        "bucket_owner": place.account_id,
        "bucket_region": place.region,
        "key_alias_arn": place.key_alias_arn,
        "prefix": key,
        "keep_days": retention(exports).keep_days,
        "replicas": [replica.name for _, replica in export_replicas(environment).values()],
        "machine_arn": state_machine_arn(environment, exports_machine(key)),
    }
