"""Who assumes the role that forwards events, and that it puts them on one bus and nothing else."""

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
    service,
    those_who_change,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

ASSUME, PUT = "sts:AssumeRole", "events:PutEvents"
ROLES: dict[str, Place] = {"prod/RoleForTripwires": PROD, "archive/RoleForTripwires": ARCHIVE}


def _assumed(name: str) -> Iterator[Case]:
    place, trust = ROLES[name], document(f"{name}:trust")
    arn = place.role("tripwires")
    for account, expected in ((place.account, "allow"), (STRANGER, "deny"), (None, "deny")):
        context = {"aws:SourceAccount": account}
        yield service("events").asks(ASSUME, arn, expected, trust, context=context)
        yield service("lambda").asks(ASSUME, arn, "deny", trust, context=context)
    for caller in (*those_who_destroy(place), *those_who_change(place), *insiders(place)):
        yield caller.asks(ASSUME, arn, "deny", trust)
    for caller in outsiders(place):
        yield caller.asks(ASSUME, arn, "deny", trust)


def _puts(name: str) -> Iterator[Case]:
    place, policy = ROLES[name], document(f"{name}:policy")
    holder = Caller(arn=place.role("tripwires"), why="the role", rights=(policy,))
    bus = place.arn("events", "event-bus/default")
    yield holder.asks(PUT, bus, "allow", None)
    for other in (
        place.arn("events", "event-bus/other"),
        bus.replace(place.region, "us-east-1"),
        bus.replace(place.account, STRANGER),
    ):
        yield holder.asks(PUT, other, "deny", None)
    for action in ("events:DescribeEventBus", "events:DeleteEventBus"):
        yield holder.asks(action, bus, "deny", None)


TABLES: dict[str, tuple[Case, ...]] = {
    **{f"{name}:trust": tuple(_assumed(name)) for name in ROLES},
    **{f"{name}:policy": tuple(_puts(name)) for name in ROLES},
}


def test_the_forwarding_role_decides_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_the_forwarding_role_matters() -> None:
    assert unnoticed(TABLES) == []
