"""What starts exports by the clock: full ones, and incremental ones in between."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.names import EXPORTS, exporting, exports_machine
from blueprints.recovery.schedules import SCHEDULED_AT, WINDOW_MINUTES, ScheduleFacts, schedule
from generator.naming import Label, label
from generator.spec.resolved import Environment

_HOUR = 60


def export_schedules(environment: Environment) -> Iterator[ScheduleFacts]:
    """Yield two schedules for each class."""
    for key, exports in exporting(environment).items():
        yield schedule(
            environment,
            label("export_schedule", key, "full"),
            f"{exports_machine(key)}-full",
            purpose=f"Full exports of class {key}.",
            when=(exports.full_schedule, exports.full_schedule_timezone),
            machine=exports_label(key),
            given={"kind": "full", **SCHEDULED_AT},
            template=EXPORTS,
        )
        minutes = exports.incremental_minutes
        yield schedule(
            environment,
            label("export_schedule", key, "incremental"),
            f"{exports_machine(key)}-incremental",
            purpose=f"Incremental exports of class {key}.",
            when=(_every(minutes), "Etc/UTC"),
            machine=exports_label(key),
            given={"kind": "incremental", **SCHEDULED_AT},
            # All tables of a class start within it; a third of the interval keeps the rhythm.
            window_minutes=min(WINDOW_MINUTES, minutes // 3),
            template=EXPORTS,
        )


def exports_label(key: str) -> Label:
    """Return the label of the state machine of a class's exports."""
    return label("state_machine", "exports", key)


def _every(minutes: int) -> str:
    number, unit = (minutes // _HOUR, "hour") if minutes % _HOUR == 0 else (minutes, "minute")
    return f"rate({number} {unit}{'' if number == 1 else 's'})"
