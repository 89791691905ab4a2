"""Alerts, decided: topics, rules and alarms, with nothing left to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.alerts.alarms import (
    AlarmFacts,
    freshness_alarm,
    lost_alarms,
    lost_tripwires,
    table_alarms,
    undelivered_alarm,
)
from blueprints.alerts.freshness import watched_vaults
from blueprints.alerts.names import ALERTS
from blueprints.alerts.rules import RuleFacts, failure_rules
from blueprints.alerts.topics import (
    QueueFacts,
    TopicFacts,
    alerts_topic,
    changes_topic,
    topic_label,
    undelivered_queue,
    watchdog_topic,
)
from blueprints.alerts.tripwires import (
    ForwardRoleFacts,
    TripwireFacts,
    forward_role,
    forwards,
    global_place,
    tripwires,
)
from blueprints.elsewhere import Elsewhere
from generator.naming import hashed_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.spec import Alerts
    from generator.spec.resolved import Environment

TRIPWIRES = "tripwires"
# A template may have 450 resources and 900,000 bytes; the alarm for system errors takes 5,000.
RESOURCES_PER_TEMPLATE = 400
BYTES_PER_TEMPLATE = 800_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsFacts:
    """The template of alerts, of tripwires here or elsewhere, or of alarms of tables."""

    template: str
    description: str
    topics: tuple[TopicFacts, ...] = ()
    queue: QueueFacts | None = None
    rules: tuple[RuleFacts, ...] = ()
    role: ForwardRoleFacts | None = None
    tripwires: tuple[TripwireFacts, ...] = ()
    alarms: tuple[AlarmFacts, ...] = ()
    elsewhere: Elsewhere | None = None


def decide(environment: Environment) -> tuple[AlertsFacts, ...]:
    """Return the facts of `alerts`, of tripwires and, where tables ask for them, of `alarms`."""
    alerts = environment.spec.alerts
    if alerts is None:
        return ()
    return (_alerts(environment, alerts), *_tripwires(environment), *_alarms(environment))


def _alerts(environment: Environment, alerts: Alerts) -> AlertsFacts:
    rules = failure_rules(environment, topic_label(ALERTS))
    rule_arns = [rule.arn for rule in rules.values()]
    return AlertsFacts(
        template="alerts",
        description=f"Alerts of {environment.project}-{environment.name}",
        topics=(
            alerts_topic(environment, alerts, rule_arns),
            watchdog_topic(environment, alerts),
            *changes_topic(environment, alerts),
        ),
        queue=undelivered_queue(environment, rule_arns),
        rules=tuple(rules.values()),
        alarms=(
            undelivered_alarm(environment),
            *lost_alarms(environment, rules),
            *(
                freshness_alarm(environment, watched)
                for watched in watched_vaults(environment).values()
            ),
        ),
    )


def _tripwires(environment: Environment) -> Iterator[AlertsFacts]:
    if not watches(environment):
        return
    rules = tripwires(environment)
    described = f"Tripwires of {environment.project}-{environment.name}"
    yield AlertsFacts(
        template=TRIPWIRES,
        description=described,
        tripwires=rules,
        alarms=tuple(lost_tripwires(environment, [rule.name for rule in rules])),
    )
    forwarded = forwards(environment)
    if forwarded:
        there = global_place(environment)
        yield AlertsFacts(
            template=f"{TRIPWIRES}-{there.region}",
            description=f"{described}: what global services report in {there.region}",
            role=forward_role(environment),
            tripwires=forwarded,
            elsewhere=there,
        )


def watches(environment: Environment) -> bool:
    """Return whether this environment has tripwires."""
    alerts = environment.spec.alerts
    return alerts is not None and alerts.tripwires.enabled


def _alarms(environment: Environment) -> Iterator[AlertsFacts]:
    stacks: dict[str, dict[str, AlarmFacts]] = {}
    for table in environment.tables:
        for alarm in table_alarms(environment, table):
            stacks.setdefault(table.stack, {})[alarm.name] = alarm
    for stack, alarms in stacks.items():
        stem = "alarms" if stack == "tables" else f"alarms-{stack}"
        for part, names in _parts(alarms).items():
            yield AlertsFacts(
                template=f"{stem}-{part}" if part else stem,
                description=f"Alarms of tables of {environment.project}-{environment.name}",
                alarms=tuple(alarms[name] for name in names),
            )


def _parts(alarms: Mapping[str, AlarmFacts]) -> Mapping[str, tuple[str, ...]]:
    """Return part → names of its alarms, so many parts that each one fits into a template."""
    limit = RESOURCES_PER_TEMPLATE
    while True:
        parts = hashed_parts(alarms, limit)
        if all(
            sum(_bytes(alarms[name]) for name in names) <= BYTES_PER_TEMPLATE
            for names in parts.values()
        ):
            return parts
        limit //= 2


def _bytes(alarm: AlarmFacts) -> int:
    """Return about how many bytes the alarm takes in a template, at most a few per cent too few."""
    metrics = [] if alarm.metric is None else [alarm.metric]
    if alarm.total is not None:
        metrics += [part.metric for part in alarm.total.parts]
    texts = len(alarm.name) + len(alarm.explanation) + len(alarm.purpose)
    tags = len(ascii(dict(alarm.tags))) + 35 * len(alarm.tags)
    return 400 + texts + tags + sum(330 + len(str(metric.dimensions)) for metric in metrics)
