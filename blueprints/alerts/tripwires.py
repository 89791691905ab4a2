"""Tripwires, decided: rules over CloudTrail's records, here and where global services report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from blueprints.alerts.messages import TOLD, message
from blueprints.alerts.names import (
    CHANGE,
    CHANGES,
    FORWARD,
    TRIPWIRE,
    queue_arn,
    topic_arn,
    tripwire_name,
)
from blueprints.alerts.patterns import (
    PATTERN_LENGTH,
    Case,
    Detail,
    Matcher,
    by_deploy,
    everybody,
    length,
    loud,
    merged,
    parts_of,
    pattern,
)
from blueprints.alerts.rules import MAXIMUM_EVENT_AGE_SECONDS, MAXIMUM_RETRY_ATTEMPTS
from blueprints.alerts.watched import Concern, regional
from blueprints.alerts.watched_global import beyond, global_region
from blueprints.alerts.watched_silencers import silencers
from blueprints.documents import Document, document
from blueprints.elsewhere import Elsewhere
from blueprints.names import ALERTS
from generator.naming import Label, arn, iam_name, label

if TYPE_CHECKING:
    from generator.spec.resolved import Environment

# Over there nobody watches a queue, and alarms cannot reach the topics of another Region: what
# cannot be forwarded is tried for as long as EventBridge does at most.
FORWARD_EVENT_AGE_SECONDS = 86_400
_CALLS = {
    TRIPWIRE: "Tripwire: a call",
    CHANGE: "Change: a call by who deploys",
    FORWARD: "Sent on to the environment's Region: a call",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardRoleFacts:
    """The role with which EventBridge puts events onto the bus of the environment's Region."""

    label: Label
    purpose: str
    name: str
    trust: Document
    policy_name: str
    policy: Document
    permissions_boundary_arn: str | None
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TripwireFacts:
    """One rule with its one target: a topic, told in words, or a bus, which takes what came."""

    label: Label
    purpose: str
    name: str
    description: str
    state: str
    event_pattern: Mapping[str, Any]
    target_id: str
    target_arn: str
    role: Label | None
    dead_letter_arn: str | None
    input_paths: Mapping[str, str] | None
    input_template: str | None
    maximum_event_age_seconds: int
    maximum_retry_attempts: int
    tags: Mapping[str, str]


def tripwires(environment: Environment) -> tuple[TripwireFacts, ...]:
    """Return the rules of the environment's Region.

    One call is one message: no two concerns have a call in common, no two parts a name, and what
    those who deploy are expected to do is left out of the loud rule and put into the quiet one.
    """
    return tuple(_rules(environment))


def forwards(environment: Environment) -> tuple[TripwireFacts, ...]:
    """Return the rules of the global services' Region, none where the environment lives there.

    They send to the environment's bus. No rule there sends to a bus, so nothing comes back, and an
    event keeps its Region: a rule for calls of the environment's own Region does not match it.
    """
    there = global_region(environment)
    if environment.region == there:
        return ()
    return tuple(
        replace(
            rule,
            event_pattern={**rule.event_pattern, "region": [there]},
            target_id="environment",
            target_arn=_bus(environment),
            role=_forward_role(),
            dead_letter_arn=None,
            input_paths=None,
            input_template=None,
            maximum_event_age_seconds=FORWARD_EVENT_AGE_SECONDS,
        )
        for concern in _concerns(environment)
        if concern.place != "own"
        for rule in _spread(environment, concern, everybody, FORWARD)
    )


def _concerns(environment: Environment) -> Iterator[Concern]:
    yield from regional(environment)
    yield from silencers(environment)
    yield from beyond(environment)


def _forward_role() -> Label:
    return label("role_for_tripwires")


def forward_role(environment: Environment) -> ForwardRoleFacts:
    """Return the role of the rules that forward; a target in another Region cannot do without.

    The trust names no rule: that EventBridge then passes aws:SourceArn is unverified.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
    """
    return ForwardRoleFacts(
        label=_forward_role(),
        purpose="EventBridge forwards events of global services with this role.",
        name=iam_name(environment, "tripwires"),
        trust=document(
            {
                "Sid": "OurRules",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": environment.account_id}},
            }
        ),
        policy_name="tripwires",
        policy=document(
            {
                "Sid": "Forward",
                "Effect": "Allow",
                "Action": "events:PutEvents",
                "Resource": _bus(environment),
            }
        ),
        permissions_boundary_arn=environment.spec.permissions_boundary_arn,
        tags=environment.tags,
    )


def global_place(environment: Environment) -> Elsewhere:
    """Return where the template of `forwards` belongs."""
    return Elsewhere(account_id=environment.account_id, region=global_region(environment))


def _bus(environment: Environment) -> str:
    return arn(environment, "events", "event-bus/default")


def _rules(environment: Environment) -> Iterator[TripwireFacts]:
    alerts = environment.spec.alerts
    told = alerts is not None and bool(alerts.tripwires.change_subscriptions)
    for concern in _concerns(environment):
        yield from _spread(environment, concern, partial(loud, environment), TRIPWIRE)
        ordinary = tuple(case for case in concern.cases if case.expected == "deploy")
        if told and ordinary and environment.deploy_arns:
            changes = replace(concern, cases=ordinary)
            yield from _spread(environment, changes, partial(by_deploy, environment), CHANGE)


DetailOf = Callable[[tuple[Case, ...]], Detail]


def _spread(
    environment: Environment, concern: Concern, detail_of: DetailOf, kind: str
) -> Iterator[TripwireFacts]:
    """Yield the rule of one concern, or several where it does not fit into one.

    First its names are spread over parts; where the other fields leave no room for a single name,
    as with many long names of those who deploy, each case gets a rule of its own before that.
    """

    def written(detail: Detail, names: tuple[Matcher, ...]) -> Mapping[str, Any]:
        return _pattern(environment, concern, detail, names)

    def fits(detail: Detail, names: tuple[Matcher, ...]) -> bool:
        return length(written(detail, names)) <= PATTERN_LENGTH

    groups = {"": detail_of(concern.cases)}
    if len(concern.cases) > 1 and not fits(
        groups[""], (max(concern.names, key=length, default=""),)
    ):
        groups = {str(number): detail_of((case,)) for number, case in enumerate(concern.cases, 1)}
    for number, detail in groups.items():
        if concern.field is None:
            yield _rule(environment, concern, written(detail, ()), kind, number)
            continue
        for part, names in parts_of(concern.names, partial(fits, detail)).items():
            yield _rule(environment, concern, written(detail, names), kind, number, part)


def _pattern(
    environment: Environment, concern: Concern, detail: Detail, names: tuple[Matcher, ...]
) -> Mapping[str, Any]:
    whole: Detail = {"eventSource": [f"{source}.amazonaws.com" for source in concern.sources]}
    if concern.field is not None:
        whole = {**whole, "requestParameters": {concern.field: list(names)}}
    regions = {
        "own": (environment.region,),
        "global": (global_region(environment),),
        "both": (environment.region, global_region(environment)),
    }[concern.place]
    return pattern(environment, regions, merged(whole, detail), *concern.types)


def _rule(
    environment: Environment,
    concern: Concern,
    event_pattern: Mapping[str, Any],
    kind: str,
    *parts: str,
) -> TripwireFacts:
    told = TOLD[concern.key]
    paths, template = message(environment, concern.key, loud=kind == TRIPWIRE)
    key = [part for part in parts if part]
    description = f"{_CALLS[kind]} that {told.what}"
    return TripwireFacts(
        label=label(f"{kind}_rule", concern.key, *key),
        purpose=f"{description}.",
        name=tripwire_name(environment, kind, concern.key.replace("_", "-"), *key),
        description=description,
        state=concern.state,
        event_pattern=event_pattern,
        target_id=ALERTS if kind == TRIPWIRE else CHANGES,
        target_arn=topic_arn(environment, ALERTS if kind == TRIPWIRE else CHANGES),
        role=None,
        dead_letter_arn=queue_arn(environment),
        input_paths=paths,
        input_template=template,
        maximum_event_age_seconds=MAXIMUM_EVENT_AGE_SECONDS,
        maximum_retry_attempts=MAXIMUM_RETRY_ATTEMPTS,
        tags=environment.tags,
    )
