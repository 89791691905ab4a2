"""The buses of two Regions with the rules of the rendered CloudFormation templates on them.

Patterns are matched by moto; what it delivers to topics, it only echoes, so this delivers itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.events.models import EventPattern

from blueprints import alerts
from generator.spec.resolved import Environment
from tests.tripwires.calls import HERE
from tests.unit.blueprints.alerts_samples import as_template, environment

READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
BUS = f"arn:aws:events:{HERE}:111111111111:event-bus/default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as its template says it."""

    name: str
    region: str
    state: str
    pattern: Mapping[str, Any]
    target: Mapping[str, Any]

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Return whether the rule's target gets the event."""
        if event["detail"]["readOnly"] and self.state != READS_TOO:
            return False
        return matches(self.pattern, event)


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Return what moto says."""
    return bool(EventPattern(None, dict(pattern)).matches_event(event))  # type: ignore[arg-type]


@cache
def shop() -> Environment:
    """An environment with everything that tripwires look at."""
    return environment(
        principals={
            "break_glass": [{"role": "BreakGlass"}, {"permission_set": "EmergencyAdmin"}],
            "deploy": [{"role": "Deploy"}, {"permission_set": "Pipeline"}],
        },
        alerts={
            "subscriptions": {"mail": {"email": "oncall@example.com"}},
            "tripwires": {"change_subscriptions": {"team": {"email": "team@example.com"}}},
        },
        tables={
            "order_transaction": {
                "partition_key": {"name": "id", "type": "S"},
                "protection": "critical",
            },
            "employee": {"partition_key": {"name": "id", "type": "S"}},
        },
    )


@cache
def rules() -> tuple[Rule, ...]:
    """Return the tripwires of the shop."""
    return rules_of(shop())


def rules_of(place: Environment) -> tuple[Rule, ...]:
    """Return every tripwire of the environment's templates."""
    found = []
    for facts in alerts.decide(place):
        region = HERE if facts.elsewhere is None else facts.elsewhere.region
        if not facts.tripwires:
            continue
        for body in as_template(facts).template["Resources"].values():
            if body["Type"] == "AWS::Events::Rule":
                properties = json.loads(json.dumps(body["Properties"]))
                (target,) = properties["Targets"]
                found.append(
                    Rule(
                        name=properties["Name"],
                        region=region,
                        state=properties["State"],
                        pattern=properties["EventPattern"],
                        target=target,
                    )
                )
    return tuple(found)


def delivered(event: Mapping[str, Any], given: Sequence[Rule] | None = None) -> list[Rule]:
    """Return the rules whose topics get the event, one entry for each message.

    The event starts in its own Region; a rule there may put it, as it is, onto the bus here.
    """
    known = rules() if given is None else given
    there = [rule for rule in known if rule.region == event["region"] and rule.takes(event)]
    messages = [rule for rule in there if rule.target["Arn"] != BUS]
    for _ in range(len(there) - len(messages)):
        messages += [rule for rule in known if rule.region == HERE and rule.takes(event)]
    return messages


def told(rule: Rule, event: Mapping[str, Any]) -> str:
    """Return the message: nothing in a text is escaped, and what the event lacks is empty."""
    transformer = rule.target["InputTransformer"]
    template: str = transformer["InputTemplate"]

    def value(path: str) -> Any:
        found: Any = event
        for step in path.removeprefix("$.").split("."):
            found = found.get(step, "") if isinstance(found, dict) else ""
        return found

    def insert(match: re.Match[str]) -> str:
        found = value(transformer["InputPathsMap"][match[1]])
        if template.count('"', 0, match.start()) % 2 == 1:
            assert isinstance(found, str), f"{match[1]} is no text: {found!r}"
            return found
        return json.dumps(found)

    return re.sub(r"<(\w+)>", insert, template)


def topic(rule: Rule) -> str:
    """Return `alerts` or `changes`."""
    return str(rule.target["Arn"]).rpartition("shop-prod-")[2]
