"""Who publishes to the rendered topics: our rules, our alarms, and nobody over plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.policies.rendered import (
    ARCHIVE,
    PROD,
    STAGING,
    STRANGER,
    Caller,
    Place,
    document,
    insiders,
    outsiders,
    role,
    service,
    those_who_change,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, Context, Outcome, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

PUBLISH = "sns:Publish"
HTTPS: Context = {"aws:SecureTransport": "true"}
HTTP: Context = {"aws:SecureTransport": "false"}
KINDS = ("backup", "copy", "restore")
OTHER_SERVICES = ("backup", "budgets", "cloudformation", "lambda", "s3")

TOPICS: dict[str, tuple[Place, str]] = {
    "prod/PolicyOfAlertTopicAlerts": (PROD, "alerts"),
    "prod/PolicyOfAlertTopicWatchdog": (PROD, "watchdog"),
    "archive/PolicyOfAlertTopicAlerts": (ARCHIVE, "alerts"),
    "archive/PolicyOfAlertTopicWatchdog": (ARCHIVE, "watchdog"),
    "staging/PolicyOfAlertTopicAlerts": (STAGING, "alerts"),
}


def rule(place: Place, kind: str) -> str:
    return place.arn("events", f"rule/shop-{place.name}-{kind}-job-failed")


def _source(arn: str | None, account: str | None) -> Context:
    return {"aws:SourceArn": arn, "aws:SourceAccount": account}


def _from_rules(name: str) -> Iterator[Case]:
    place, what = TOPICS[name]
    topic, policy = place.arn("sns", f"shop-{place.name}-{what}"), document(name)
    events, ours = service("events"), place.account
    for kind in KINDS:
        context = {**HTTPS, **_source(rule(place, kind), ours)}
        expected: Outcome = "allow" if what == "alerts" else "deny"
        yield events.asks(PUBLISH, topic, expected, policy, context=context, why=f" {kind}")
        plain = {**context, **HTTP}
        yield events.asks(PUBLISH, topic, "explicit_deny", policy, context=plain, why=" http")
    for why, arn, can in (
        (" tripwire", place.arn("events", f"rule/shop-{place.name}-tripwire-table-1of32"), True),
        (" change", place.arn("events", f"rule/shop-{place.name}-change-table"), False),
        (" their tripwire", place.arn("events", "rule/team-tripwire-table"), False),
        (" not a rule", place.arn("events", f"event-bus/shop-{place.name}-tripwire-x"), False),
    ):
        outcome: Outcome = "allow" if can and what == "alerts" else "deny"
        context = {**HTTPS, **_source(arn, ours)}
        yield events.asks(PUBLISH, topic, outcome, policy, context=context, why=why)
        far = {**HTTPS, **_source(arn.replace(place.region, "us-east-1"), ours)}
        yield events.asks(PUBLISH, topic, "deny", policy, context=far, why=f"{why} far away")
        strange = {**HTTPS, **_source(arn.replace(ours, STRANGER), STRANGER)}
        yield events.asks(PUBLISH, topic, "deny", policy, context=strange, why=f"{why}, strange")
        yield events.asks("sns:DeleteTopic", topic, "deny", policy, context=context, why=why)
        for other in OTHER_SERVICES:
            yield service(other).asks(PUBLISH, topic, "deny", policy, context=context, why=why)
    ours_alone = {**HTTPS, **_source(rule(place, "backup"), ours)}
    yield events.asks("sns:DeleteTopic", topic, "deny", policy, context=ours_alone)
    here = rule(place, "backup")
    for why, arn in {
        "another rule": place.arn("events", "rule/team-backup-job-failed"),
        "a rule whose name goes on": f"{here}-2",
        "the same rule of a stranger": here.replace(ours, STRANGER),
        "the same rule of another Region": here.replace(place.region, "us-east-1"),
        "our alarm": place.arn("cloudwatch", f"alarm:shop-{place.name}-no-backup"),
        "no source": None,
    }.items():
        context = {**HTTPS, **_source(arn, STRANGER if arn and STRANGER in arn else ours)}
        yield events.asks(PUBLISH, topic, "deny", policy, context=context, why=f", {why}")


def _from_alarms(name: str) -> Iterator[Case]:
    place, what = TOPICS[name]
    topic, policy = place.arn("sns", f"shop-{place.name}-{what}"), document(name)
    alarms, ours = service("cloudwatch"), place.account
    here = place.arn("cloudwatch", f"alarm:shop-{place.name}-no-backup-main")
    for why, arn, account, expected in (
        ("ours", here, ours, "allow"),
        ("of a table", f"{here}.employee", ours, "allow"),
        ("said to be a stranger's", here, STRANGER, "deny"),
        ("of nobody", here, None, "deny"),
        ("a stranger's", here.replace(ours, STRANGER), STRANGER, "deny"),
        ("of another Region", here.replace(place.region, "us-east-1"), ours, "deny"),
        ("of another team", place.arn("cloudwatch", "alarm:team-latency"), ours, "deny"),
        ("without a source", None, ours, "deny"),
        ("our rule", rule(place, "backup"), ours, "deny"),
    ):
        context = {**HTTPS, **_source(arn, account)}
        yield alarms.asks(PUBLISH, topic, expected, policy, context=context, why=f" {why}")
    plain = {**HTTP, **_source(here, ours)}
    yield alarms.asks(PUBLISH, topic, "explicit_deny", policy, context=plain, why=" http")
    secure = {**HTTPS, **_source(here, ours)}
    yield alarms.asks("sns:Subscribe", topic, "deny", policy, context=secure)
    for other in OTHER_SERVICES:
        for arn in (here, rule(place, "backup")):
            context = {**HTTPS, **_source(arn, ours)}
            yield service(other).asks(PUBLISH, topic, "deny", policy, context=context)


def _from_people(name: str) -> Iterator[Case]:
    place, what = TOPICS[name]
    topic, policy = place.arn("sns", f"shop-{place.name}-{what}"), document(name)
    own = (*those_who_destroy(place), *those_who_change(place), insiders(place)[0])
    for caller in own:
        yield caller.asks(PUBLISH, topic, "allow", policy, context=HTTPS)
        yield caller.asks(PUBLISH, topic, "explicit_deny", policy, context=HTTP, why=" http")
        yield caller.powerless().asks(PUBLISH, topic, "deny", policy, context=HTTPS)
    for caller in outsiders(place):
        yield caller.asks(PUBLISH, topic, "deny", policy, context=HTTPS)
        yield caller.asks("sns:Subscribe", topic, "deny", policy, context=HTTPS)
        yield caller.asks("sns:SetTopicAttributes", topic, "deny", policy, context=HTTPS)


TABLES: dict[str, tuple[Case, ...]] = {
    name: (*_from_rules(name), *_from_alarms(name), *_from_people(name)) for name in TOPICS
}


def test_topic_policies_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_topic_policy_matters() -> None:
    assert unnoticed(TABLES) == []


def test_a_topic_does_not_stop_those_who_silence_it() -> None:
    """Silencing is *change* and nothing of the topic's: guardrails have to deny it (DESIGN 9)."""
    administrator = Caller(arn=role(PROD.account, "Administrator"), why="administrator")
    topic, policy = PROD.arn("sns", "shop-prod-alerts"), document("prod/PolicyOfAlertTopicAlerts")
    silencers = ("sns:DeleteTopic", "sns:SetTopicAttributes", "sns:RemovePermission")
    assert (
        mismatches([administrator.asks(action, topic, "allow", policy) for action in silencers])
        == []
    )
