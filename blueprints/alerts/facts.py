"""Alerts, decided: topics, rules and alarms, with nothing left to decide."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.alerts.ages import age_alarms, unstarted_alarms
from blueprints.alerts.alarms import (
    AlarmFacts,
    freshness_alarm,
    lost_alarms,
    lost_tripwires,
    table_alarms,
    undelivered_alarm,
)
from blueprints.alerts.freshness import watched_vaults
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
from blueprints.names import ALERTS
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
            *unstarted_alarms(environment),
            *(age_alarms(environment) if alerts.freshness_alarms else ()),
        ),
    )


def _tripwires(environment: Environment) -> Iterator[AlertsFacts]:
    if not watches(environment):
        return
    rules = {rule.name: rule for rule in tripwires(environment)}
    described = f"Tripwires of {environment.project}-{environment.name}"
    sizes = {name: _bytes_of_rule(rule) for name, rule in rules.items()}
    for part, names in _parts(sizes).items():
        yield AlertsFacts(
            template=f"{TRIPWIRES}-{part}" if part else TRIPWIRES,
            description=described,
            tripwires=tuple(rules[name] for name in names),
            alarms=tuple(lost_tripwires(environment, names, part)),
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
        sizes = {name: _bytes(alarm) for name, alarm in alarms.items()}
        for part, names in _parts(sizes).items():
            yield AlertsFacts(
                template=f"{stem}-{part}" if part else stem,
                description=f"Alarms of tables of {environment.project}-{environment.name}",
                alarms=tuple(alarms[name] for name in names),
            )


def _parts(sizes: Mapping[str, int]) -> Mapping[str, tuple[str, ...]]:
    """Return part → names of what is in it, so many parts that each one fits into a template."""
    limit = RESOURCES_PER_TEMPLATE
    while True:
        parts = hashed_parts(sizes, limit)
        if all(
            sum(sizes[name] for name in names) <= BYTES_PER_TEMPLATE for names in parts.values()
        ):
            return parts
        limit //= 2


def _bytes_of_rule(rule: TripwireFacts) -> int:
    """Return at most how many bytes the rule takes in a template; most of a pattern is indent."""
    texts = len(rule.input_template or "") + len(rule.description) + len(rule.purpose)
    return 2_000 + texts + 3 * len(json.dumps(rule.event_pattern)) + _bytes_of_tags(rule.tags)


def _bytes_of_tags(tags: Mapping[str, str]) -> int:
    return len(ascii(dict(tags))) + 35 * len(tags)


def _bytes(alarm: AlarmFacts) -> int:
    """Return about how many bytes the alarm takes in a template, at most a few per cent too few."""
    metrics = [] if alarm.metric is None else [alarm.metric]
    if alarm.total is not None:
        metrics += [part.metric for part in alarm.total.parts]
    texts = len(alarm.name) + len(alarm.explanation) + len(alarm.purpose)
    tags = _bytes_of_tags(alarm.tags)
    return 400 + texts + tags + sum(330 + len(str(metric.dimensions)) for metric in metrics)
