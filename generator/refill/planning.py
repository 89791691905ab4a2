"""The plan of a refill as `--dry-run` prints it: what is written over what, cost and time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from blueprints.functions.plan_refill.case import CHILDREN
from blueprints.names import catalogue_bucket_name
from blueprints.recovery.refilling import LOAD_MB
from generator.executions.following import elapsed
from generator.points.command import plain_document
from generator.points.model import Prices
from generator.points.text import size, wrapped
from generator.refill.asked import Asked
from generator.refill.estimate import Estimate, Throughput, estimate
from generator.refill.reading import Found, Target

_INDENT = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a refill would do. `deployed` is None where that could not be asked."""

    asked: Asked
    found: Found
    target: Target
    prices: Prices
    deployed: bool | None
    unsure: tuple[str, ...] = ()

    @property
    def request(self) -> dict[str, Any]:
        """The input of the state machine."""
        return self.asked.request(self.found.source)

    @property
    def throughput(self) -> Throughput:
        """What the table takes a second."""
        return self.target.throughput(self.asked.options.write_units)

    @property
    def estimate(self) -> Estimate:
        """What it takes, roughly; nothing is known of what could not be read."""
        children = self.asked.options.children or CHILDREN
        return estimate(self.found.parts, self.throughput, children, LOAD_MB, self.prices)

    @property
    def not_read(self) -> tuple[str, ...]:
        """What could not be looked at."""
        return (*self.found.unsure, *self.target.unsure, *self.unsure)


def overwrites(plan: Plan) -> str:
    """Return what becomes of items that are there, in words that leave nothing open."""
    name = plan.asked.target_name
    if plan.target.has_items is False:
        return f"{name} is empty, so nothing is overwritten"
    changes = any(part.kind == "incremental" for part in plan.found.parts)
    deletes = "; items that its windows say were deleted are deleted" if changes else ""
    there = "items" if plan.target.has_items else "it is not known whether items"
    return (
        f"{there} are in {name}: those with the same keys are replaced whole, whoever wrote them "
        f"since{deletes}; all others stay. A refill cannot take that back"
    )


def document(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON holds it."""
    asked = plan.asked
    whole: dict[str, Any] = plain_document(
        {
            "environment": asked.environment.name,
            "refilled_in": {"environment": asked.where.name, **asdict(asked.place)},
            "table": plan.request["table"],
            "has_items": plan.target.has_items,
            "source": plan.found.told,
            "overwrites": overwrites(plan),
            "parts": [asdict(part) for part in plan.found.parts],
            "throughput": asdict(plan.throughput),
            "estimate": asdict(plan.estimate),
            "prices": asdict(plan.prices),
            "state_machine_arn": asked.machine_arn,
            "deployed": plan.deployed,
            "unsure": plan.not_read,
            "input": plan.request,
            "started": False,
        }
    )
    return whole


def lines(plan: Plan) -> Iterator[str]:
    """Yield the lines of the plan."""
    asked, found = plan.asked, plan.found
    yield f"{asked.target_name}, refilled in {asked.place} by {asked.where.name}"
    yield ""
    yield from _line("FROM", found.told)
    yield from _line("OVERWRITES", overwrites(plan))
    if plan.target.has_items is not False and not asked.options.overwrite:
        yield from _line("", "so the refill itself needs --overwrite")
    if found.parts:
        for head, text in _sizes(plan):
            yield from _line(head, text)
    elif not found.unsure:
        yield from _line("FILES", "none has an item: there is nothing to write")
    bucket = catalogue_bucket_name(asked.where)
    yield from _line("REPORT", f"s3://{bucket}/refills/{asked.target_name}/")
    yield from _line("MACHINE", f"{asked.machine_arn}{_deployed(plan)}")
    for each in plan.not_read:
        yield from _line("NOT READ", each)


def _sizes(plan: Plan) -> Iterator[tuple[str, str]]:
    table, what = plan.throughput, plan.estimate
    yield "FILES", _files(plan)
    at_once = "one file" if what.children == 1 else f"{what.children:,} files"
    rounds = "1 round" if what.rounds == 1 else f"{what.rounds:,} rounds, one after the other"
    yield "ROUNDS", f"{rounds}; {at_once} at once"
    if what.units is None:
        yield "UNITS", "unknown: items are counted while they are written"
    else:
        copies = (
            f", each item {table.copies} times, for indexes and replicas"
            if table.copies > 1
            else ""
        )
        yield "UNITS", f"about {what.units:,} write units{copies}"
    yield "COST", _cost(plan)
    yield "TAKES", _takes(what, table)


def _files(plan: Plan) -> str:
    what = plan.estimate
    items = "an unknown number of items" if what.items is None else f"{what.items:,} items"
    stored = [part.stored_bytes for part in plan.found.parts]
    told = f", {size(sum(each or 0 for each in stored))} as stored" if all(stored) else ""
    holding = [part.size_bytes for part in plan.found.parts if part.kind == "full"]
    whole = f", {size(sum(each or 0 for each in holding))} in full" if all(holding) else ""
    return f"{what.files:,} with {items}{told}{whole if holding else ''}"


def _cost(plan: Plan) -> str:
    what, table, prices = plan.estimate, plan.throughput, plan.prices
    basis = f"at list prices of {prices.region} of {prices.as_of} ({prices.file})"
    if what.usd_writes is None or what.usd_functions is None:
        million = prices.loading["write_request_units_million"]
        hour = prices.loading["write_capacity_unit_hour"]
        what_for = (
            f"{million} USD for a million write units of an on-demand table"
            if table.usd_by_unit
            else f"{hour} USD an hour for each of its {table.units:,} write units, paid for anyway"
        )
        return f"unknown: {what_for}, {basis}"
    how = "" if table.usd_by_unit else f" of the table's {table.units:,} units, paid for anyway"
    return (
        f"about {what.usd_writes:.2f} USD{how}, and {what.usd_functions:.2f} USD for the "
        f"functions, {basis}; more where items are replaced that indexes hold"
    )


def _takes(what: Estimate, table: Throughput) -> str:
    rate = f"{what.units_a_second:,} write units a second"
    why = table.why if what.units_a_second == table.units else "as much as so many files can"
    if what.hours is None:
        return f"unknown, at {rate} at most ({why})"
    return f"about {elapsed(timedelta(hours=what.hours))} at {rate} ({why}); no promise"


def _deployed(plan: Plan) -> str:
    if plan.deployed is None:
        return " (whether it is deployed could not be asked)"
    return "" if plan.deployed else " IS NOT DEPLOYED"


def _line(head: str, text: str) -> list[str]:
    return wrapped(f"{head:{_INDENT}}", text, indent=_INDENT)
