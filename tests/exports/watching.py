"""Scenarios of what watches tables: how new their points are, and point-in-time recovery."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from blueprints.functions.common import catalogue
from tests.e2e.moto_api import ask, set_clock
from tests.exports.scenarios import CARTS, FREQUENT, LEDGER, SESSIONS, exported, passed, recovery

if TYPE_CHECKING:
    from tests.exports.shop import Run, Shop
    from tests.restores.shop import Place

METRIC = {"Namespace": "Holdfast", "MetricName": "AgeOfNewestPoint"}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a run of a machine that watches answered, and who was told."""

    status: str
    answer: dict[str, Any]
    messages: tuple[str, ...]


def look(place: Place, machine: str, given: dict[str, Any]) -> Look:
    end = place.run_machine(machine, given)
    api = place.client("stepfunctions")
    events = api.get_execution_history(executionArn=end["executionArn"])["events"]
    left = (each.get("stateExitedEventDetails", {}) for each in events)
    answers = [json.loads(each["output"]) for each in left if each.get("name") == "Run"]
    return Look(
        status=end["status"],
        answer=answers[0] if answers else {},
        messages=tuple(place.told()),
    )


def freshness(shop: Shop) -> tuple[dict[str, Look], list[float]]:
    """Point-in-time recovery of the remote table falls behind for two hours, and catches up."""
    place = shop.remote
    exported(shop, place, LEDGER, "critical")
    now = shop.now()

    def at(hours: int) -> Look:
        return look(
            place, "freshness", {"scheduled_at": catalogue.iso(now + timedelta(hours=hours))}
        )

    looks = {"fresh": at(0)}
    before = ask(shop.aws, "clock")["offset_seconds"]
    set_clock(shop.aws, -2 * 3600)
    try:
        looks |= {"stale": at(1), "still stale": at(2)}
    finally:
        set_clock(shop.aws, before)
    looks |= {"fresh again": at(3), "still fresh": at(4)}
    return looks, ages(place, "critical.point_in_time_recovery")


def ages(place: Place, rule: str) -> list[float]:
    """Return the ages that were measured for a rule just now, oldest first."""
    project, name = place.environment.project, place.environment.name
    of = {"Project": project, "Environment": name, "Rule": rule}
    found = place.client("cloudwatch").get_metric_statistics(
        **METRIC,
        Dimensions=[{"Name": key, "Value": value} for key, value in of.items()],
        StartTime=datetime.now(UTC) - timedelta(minutes=10),
        EndTime=datetime.now(UTC) + timedelta(minutes=1),
        Period=1,
        Statistics=["Maximum"],
    )
    points = sorted(found["Datapoints"], key=lambda each: each["Timestamp"])
    return [each["Maximum"] for each in points]


def kept_on(shop: Shop) -> tuple[dict[str, Look], Run]:
    """Somebody switches point-in-time recovery off; it is on again, and a new chain begins."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    table = shop.prod.table(CARTS)
    recovery(shop.prod, CARTS, on=False)
    looks = {
        "switched off": look(shop.prod, "keep-pitr", switched_off(table.name)),
        "its own change": look(shop.prod, "keep-pitr", switched_off(table.name, on=True)),
        "another table": look(shop.prod, "keep-pitr", switched_off("another")),
        "by the clock": look(shop.prod, "keep-pitr", {"scheduled_at": "2026-11-25T09:00:00Z"}),
    }
    passed(shop, minutes=20)
    return looks, shop.run(shop.prod, FREQUENT)


def not_managed(shop: Shop) -> dict[str, Look]:
    """The owner of a table that is defined elsewhere switches it off."""
    recovery(shop.prod, SESSIONS, on=False)
    looks = {
        "switched off": look(shop.prod, "keep-pitr", switched_off(shop.prod.table(SESSIONS).name)),
        "by the clock": look(shop.prod, "keep-pitr", {"scheduled_at": "2026-11-25T09:00:00Z"}),
        "once a day": look(shop.prod, "keep-pitr", {"scheduled_at": "2026-11-25T06:00:00Z"}),
    }
    recovery(shop.prod, SESSIONS, on=True)
    return looks


def switched_off(name: str, *, on: bool = False) -> dict[str, Any]:
    """Return what EventBridge tells of the call that CloudTrail saw."""
    asked = {
        "tableName": name,
        "pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": on},
    }
    return {
        "source": "aws.dynamodb",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventName": "UpdateContinuousBackups",
            "eventTime": "2026-11-25T08:12:34Z",
            "sourceIPAddress": "192.0.2.7",
            "userIdentity": {"arn": "arn:aws:sts::111111111111:assumed-role/Admin/somebody"},
            "requestParameters": asked,
        },
    }


def production_is_looked_at(shop: Shop) -> list[Look]:
    """Tables with points of every kind are looked at, twice."""
    hours = ("2027-11-25T07:00:00Z", "2027-11-25T08:00:00Z")
    return [look(shop.prod, "freshness", {"scheduled_at": hour}) for hour in hours]
