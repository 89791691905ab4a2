"""Who sends to the rendered queues of undelivered alerts; and buckets, closed to plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.policies.rendered import (
    ARCHIVE,
    PROD,
    STRANGER,
    Caller,
    Place,
    document,
    insiders,
    outsiders,
    role,
    service,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, Context, Outcome, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

SEND, RECEIVE = "sqs:SendMessage", "sqs:ReceiveMessage"
HTTPS: Context = {"aws:SecureTransport": "true"}
HTTP: Context = {"aws:SecureTransport": "false"}
QUEUES: dict[str, Place] = {
    "prod/PolicyOfUndeliveredAlerts": PROD,
    "archive/PolicyOfUndeliveredAlerts": ARCHIVE,
}
BUCKETS: dict[str, Place] = {
    "prod/PolicyOfArtifactsBucket": PROD,
    "archive/PolicyOfArtifactsBucket": ARCHIVE,
}


def _senders(place: Place) -> Iterator[tuple[str, str | None, Outcome]]:
    name = f"shop-{place.name}"
    for kind in ("backup", "copy", "restore"):
        yield "events", place.arn("events", f"rule/{name}-{kind}-job-failed"), "allow"
    tripwire = place.arn("events", f"rule/{name}-tripwire-table-1of32")
    yield "events", tripwire, "allow"
    yield "events", tripwire.replace(place.account, STRANGER), "deny"
    yield "events", place.arn("events", "rule/team-tripwire-table"), "deny"
    yield "sns", tripwire, "deny"
    yield "lambda", tripwire, "deny"
    for topic in ("alerts", "watchdog"):
        yield "sns", place.arn("sns", f"{name}-{topic}"), "allow"
    rule, topic = (
        place.arn("events", f"rule/{name}-copy-job-failed"),
        place.arn("sns", f"{name}-alerts"),
    )
    yield "events", f"{rule}-2", "deny"
    yield "events", topic, "deny"
    yield "events", None, "deny"
    yield "sns", topic.replace(place.account, STRANGER), "deny"
    yield "sns", place.arn("sns", "team-alerts"), "deny"
    yield "sns", rule, "deny"
    yield "sns", None, "deny"
    for other in ("s3", "cloudwatch", "lambda"):
        yield other, topic, "deny"
        yield other, rule, "deny"


def _of_queue(name: str) -> Iterator[Case]:
    place, policy = QUEUES[name], document(name)
    queue = place.arn("sqs", f"shop-{place.name}-alerts-undelivered")
    for sender, source, expected in _senders(place):
        for transport in (HTTPS, HTTP):
            outcome: Outcome = expected if transport is HTTPS else "explicit_deny"
            context = {**transport, "aws:SourceArn": source}
            yield service(sender).asks(SEND, queue, outcome, policy, context=context)
        secure = {**HTTPS, "aws:SourceArn": source}
        yield service(sender).asks(RECEIVE, queue, "deny", policy, context=secure)
    for caller in (those_who_destroy(place)[0], insiders(place)[0], insiders(place)[2]):
        for action in (SEND, RECEIVE):
            yield caller.asks(action, queue, "allow", policy, context=HTTPS)
            yield caller.asks(action, queue, "explicit_deny", policy, context=HTTP)
        yield caller.powerless().asks(SEND, queue, "deny", policy, context=HTTPS)
    for caller in outsiders(place):
        for action in (SEND, RECEIVE):
            yield caller.asks(action, queue, "deny", policy, context=HTTPS)


def _of_bucket(name: str) -> Iterator[Case]:
    place, policy = BUCKETS[name], document(name)
    bucket = f"arn:aws:s3:::shop-{place.name}-artifacts-{place.account}-{place.region}"
    for action, resource in (
        ("s3:ListBucket", bucket),
        ("s3:GetObject", f"{bucket}/template.yaml"),
        ("s3:PutObject", f"{bucket}/template.yaml"),
    ):
        for caller, expected in (
            (insiders(place)[0], "allow"),
            (insiders(place)[0].powerless(), "deny"),
            (outsiders(place)[0], "deny"),
        ):
            for transport in (HTTPS, HTTP):
                outcome = expected if transport is HTTPS else "explicit_deny"
                yield caller.asks(
                    action,
                    resource,
                    outcome,
                    policy,
                    context=transport,
                    resource_account=place.account,
                )


TABLES: dict[str, tuple[Case, ...]] = {
    **{name: tuple(_of_queue(name)) for name in QUEUES},
    **{name: tuple(_of_bucket(name)) for name in BUCKETS},
}


def test_queue_and_bucket_policies_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_queue_or_bucket_policy_matters() -> None:
    assert unnoticed(TABLES) == []


def test_a_queue_does_not_stop_those_who_empty_it() -> None:
    """Silencing is *change* and nothing of the queue's: guardrails have to deny it (DESIGN 9)."""
    administrator = Caller(arn=role(PROD.account, "Administrator"), why="administrator")
    queue = PROD.arn("sqs", "shop-prod-alerts-undelivered")
    policy = document("prod/PolicyOfUndeliveredAlerts")
    silencers = ("sqs:PurgeQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes")
    assert (
        mismatches([administrator.asks(action, queue, "allow", policy) for action in silencers])
        == []
    )
