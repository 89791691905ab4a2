"""Compares every table and rule with its newest point, measures its age, and tells of stale ones.

One table or vault that cannot be read never stops the others: the message says so, and the metric
of its rule is not published, which an alarm takes for a breach.

Calls, each with what it acts on:
- dynamodb:DescribeContinuousBackups: the tables
- dynamodb:ListBackups: *; only with rules of native backups
- backup:ListRecoveryPointsByBackupVault: the vaults of the rules
- s3:ListBucket: the catalogue bucket, with the prefixes catalog/exports/ACCOUNT/REGION/TABLE/ (only
  with rules of exports) and catalog/freshness.json
- s3:GetObject: the catalogue bucket, catalog/exports/* and catalog/freshness.json
- s3:PutObject: the catalogue bucket, catalog/freshness.json
- kms:Decrypt, kms:GenerateDataKey: the catalogue's key
- cloudwatch:PutMetricData: * (cloudwatch:namespace is Holdfast)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from blueprints.functions.check_freshness import memory
from blueprints.functions.check_freshness.ages import Compared, Pair, compared
from blueprints.functions.check_freshness.judging import decided
from blueprints.functions.check_freshness.memory import Memory
from blueprints.functions.check_freshness.reading import Connect, look
from blueprints.functions.common.calls import call
from blueprints.functions.common.clients import client
from blueprints.functions.common.log import log
from blueprints.functions.common.patience import FAILURES, reason_of

Event = Mapping[str, Any]
NAMESPACE, METRIC = "Holdfast", "AgeOfNewestPoint"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
MOST_METRICS = 1000
_METRICS: Pair = ("the metrics", "")


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return what is stale, and what to tell."""
    return check(cache(client), event, datetime.now(UTC))


def check(connect: Connect, event: Event, now: datetime) -> dict[str, Any]:
    """Return `stale` (the first 50), `subject`, `message` and `tell`, whether to send them.

    The texts are empty where nothing is wrong and nothing has to be told. Raises KeyError on an
    event that is none of ours, else nothing.
    """
    place, rules, classes = event["place"], event["rules"], event["classes"]
    troubles: list[str] = []
    before = _remembered(connect, place, troubles)
    forgotten = bool(troubles)
    looked = look(connect, place, classes, rules, now)
    known = before or Memory()
    outcome = compared(rules, classes, looked, known.watched, now)
    wrong = {problem.pair for problem in outcome.problems}
    if _published(connect, place, outcome, now, troubles):
        outcome.in_order.add(_METRICS)
    else:
        wrong.add(_METRICS)
    alert_before = known.alert_to_compare(event["scheduled_at"])
    decision = decided(wrong, outcome.in_order, set(looked.gone), alert_before, now)
    kept = before is not None and _kept(
        connect,
        place,
        Memory(event["scheduled_at"], decision.alert, alert_before, outcome.watched),
        troubles,
    )
    # What cannot be remembered cannot be kept silent about: a table without any point would stay
    # new for ever.
    tell = decision.tell or forgotten or not kept
    log("decided", problems=len(outcome.problems), gone=len(looked.gone), tell=tell)
    if not tell and not outcome.problems:
        return {"stale": [], "subject": "", "message": "", "tell": False}
    # In most hours there is nothing to say, and this is not loaded.
    from blueprints.functions.check_freshness import telling

    return {
        "stale": telling.listed(outcome.problems),
        "subject": telling.subject_of(place, outcome.problems, decision, len(troubles)),
        "message": telling.message_of(outcome.problems, decision, troubles, now),
        "tell": tell,
    }


def _remembered(connect: Connect, place: Event, troubles: list[str]) -> Memory | None:
    """Return what earlier runs left; None where it cannot be read, so as not to overwrite it."""
    where = f"s3://{place['catalogue_bucket']}/{memory.KEY}"
    try:
        return memory.read(connect("s3"), place["catalogue_bucket"])
    except (KeyError, TypeError, ValueError) as error:
        log("forgotten", reason=reason_of(error))
        troubles.append(
            f"{where} could not be understood ({reason_of(error)}), and is written anew: tables "
            "without any point are watched from now on."
        )
        return Memory()
    except FAILURES as error:
        log("not remembered", reason=reason_of(error))
        troubles.append(
            f"What was told before could not be read from {where}: {reason_of(error)}. Until it "
            "can, this is told every hour, and tables without any point are taken for new."
        )
        return None


def _published(
    connect: Connect, place: Event, outcome: Compared, now: datetime, troubles: list[str]
) -> bool:
    """Publish the age of each rule and return whether all were."""
    data = [
        {
            "MetricName": METRIC,
            "Dimensions": [
                {"Name": "Project", "Value": place["project"]},
                {"Name": "Environment", "Value": place["environment"]},
                {"Name": "Rule", "Value": rule},
            ],
            "Timestamp": now,
            "Value": seconds,
            "Unit": "Seconds",
        }
        for rule, seconds in outcome.ages.items()
    ]
    try:
        for start in range(0, len(data), MOST_METRICS):
            call(
                connect("cloudwatch"),
                "put_metric_data",
                "*",
                Namespace=NAMESPACE,
                MetricData=data[start : start + MOST_METRICS],
            )
    except FAILURES as error:
        log("not published", reason=reason_of(error))
        troubles.append(
            f"The ages could not be published as metrics ({reason_of(error)}): alarms on them will "
            "take the silence for a breach."
        )
        return False
    log("published", ages=outcome.ages)
    return True


def _kept(connect: Connect, place: Event, kept: Memory, troubles: list[str]) -> bool:
    bucket = place["catalogue_bucket"]
    try:
        memory.write(connect("s3"), bucket, kept)
    except FAILURES as error:
        log("not kept", reason=reason_of(error))
        troubles.append(
            f"What is told here could not be kept in s3://{bucket}/{memory.KEY}: "
            f"{reason_of(error)}. Until it can, this is told every hour."
        )
        return False
    return True
