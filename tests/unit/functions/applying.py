"""Calls the function that applies settings as its state machine does, and looks at the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.apply_settings import handler as function
from blueprints.functions.common import settings_target
from blueprints.functions.common.settings_comparing import differences
from tests.unit.functions import tables
from tests.unit.functions.faults import FAULTS, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.tables import TARGET

SERVICES = ("dynamodb", "application-autoscaling", "cloudwatch")
MOST_CALLS = 12
READS = ("Describe", "List", "Get")


def now() -> datetime:
    return datetime.now(UTC)


def once(plan: Mapping[str, Any], previous: Mapping[str, Any] | None = None) -> dict[str, Any]:
    event = {"plan": plan, "previous": previous or {}}
    answer, _ = tables.logged(lambda: function.apply(tables.client, event, now()))
    return dict(answer)


def until_done(plan: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for _ in range(MOST_CALLS):
        answer = once(plan, answer)
        if answer["done"]:
            return answer
    raise AssertionError(answer)


def remaining(plan: Mapping[str, Any]) -> dict[str, list[str]]:
    wanted, _ = settings_target.wanted(plan, now())
    return differences(wanted, tables.read(TARGET))


@contextmanager
def recorded() -> Iterator[Interceptor]:
    with Interceptor().on(map(tables.client, SERVICES)) as interceptor:
        yield interceptor


def writes(interceptor: Interceptor) -> list[str]:
    return [call for call in interceptor.calls if not call.split(":")[1].startswith(READS)]


def failure(code: str, message: str = "no", status: int = 400) -> Fault:
    return replace(FAULTS[0], answer=(status, {"__type": code, "message": message}), lasting=True)


def restored_plan(**more: Any) -> dict[str, Any]:
    tables.create_restored(TableClass="STANDARD_INFREQUENT_ACCESS")
    return tables.plan(**more)


def changed_plan(**settings: Any) -> dict[str, Any]:
    return restored_plan(settings=tables.settings(**settings))
