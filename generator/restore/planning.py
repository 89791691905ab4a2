"""The plan of a restore as `--dry-run` prints it: source, name, settings, steps, cost and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.settings_store import folder as settings_folder
from blueprints.names import catalogue_bucket_name
from generator.executions.stopped import StoppedError
from generator.points.access import FAILURES, Clients, code_of, said
from generator.points.command import plain_document
from generator.points.model import Point, Prices, fields_of
from generator.points.text import size, wrapped
from generator.restore import exported
from generator.restore.asked import Asked
from generator.restore.choosing import Chosen

_INDENT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The name that the table will have, as far as can be told, and why."""

    name: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a restore would do. `deployed` is None where that could not be asked."""

    asked: Asked
    chosen: Chosen
    target: Target
    prices: Prices
    deployed: bool | None
    unsure: tuple[str, ...] = ()

    @property
    def request(self) -> dict[str, Any]:
        """The input of the state machine: it names the very point that was chosen here, and why."""
        return {
            **self.asked.request,
            "point": dict(self.chosen.asked),
            "chosen_because": self.chosen.why,
        }

    @property
    def named(self) -> str:
        """The table that the execution is named after."""
        return self.target.name or self.asked.table.name

    @property
    def point(self) -> Point:
        """The point to restore."""
        return self.chosen.point

    @property
    def loading(self) -> exported.Loading | None:
        """How the data of exports comes back, None of other points."""
        return exported.loading_of(self.point, self.request)


def target_of(asked: Asked, clients: Clients, *, of_exports: bool = False) -> Target:
    """Return the restored table's name; raises StoppedError where it is taken.

    A table that is itself a restore of this one may be an earlier attempt, with which the state
    machine goes on: that is left to it. Of one made of exports DynamoDB does not tell.
    """
    original, wanted = asked.table.name, asked.options.target_name
    name = wanted or original
    try:
        table = clients("dynamodb").describe_table(TableName=name)["Table"]
    except FAILURES as error:
        if isinstance(error, ClientError) and code_of(error) == "ResourceNotFoundException":
            return Target(name=name, why="no table has that name now")
        return Target(name=wanted, why=f"whether {name} exists is not known: {said(error)}")
    if table.get("TableStatus") == "DELETING":
        return Target(name=name, why="the table of that name is being deleted, and waited for")
    restored = of_exports or table.get("RestoreSummary") is not None
    if wanted is None:
        dated = f"{original}-restored-TIME, with the time of the start, for {original} exists"
        other = f"{original} again, if it is an unfinished restore of this very point; else "
        return Target(name=None, why=f"{other if restored else ''}{dated}")
    if restored:
        return Target(name=name, why="it exists, and must be an unfinished restore of this point")
    raise StoppedError(
        f"the table {name} exists in {asked.place}, and a restore never writes into a table",
        f"give another name, such as --as {original}-restored, or leave out --as",
    )


def steps(plan: Plan) -> Iterator[str]:
    """Yield what the state machine does, in its order."""
    point, request = plan.point, plan.request
    if point.copy_back:
        yield f"copies the point from {point.place} back into a vault here"
    if plan.loading is not None:
        yield from exported.steps(plan.loading)
    else:
        yield {
            "point_in_time": "RestoreTableToPointInTime",
            "recovery_point": "StartRestoreJob of AWS Backup",
            "copy": "StartRestoreJob of AWS Backup",
        }.get(point.source, "RestoreTableFromBackup")
    yield "sets what AWS does not restore"
    yield "verifies status, keys, indexes, settings, item count and samples; unknown fails"
    if request["repoint"]:
        yield f"points {request['pointer']['parameter_name']} at the table"
    yield f"writes the report to s3://{catalogue_bucket_name(plan.asked.where)}/restores/"


def settings_text(asked: Asked) -> str:
    """Return where the settings come from."""
    if asked.request["settings"] is not None:
        left = "; what names the source's account is left out" if asked.away else ""
        return f"{asked.environment.file}{left}"
    bucket = catalogue_bucket_name(asked.where)
    return (
        f"the newest snapshot not later than the data, in s3://{bucket}/"
        f"{settings_folder(asked.table.arn)}"
    )


def key_text(request: Mapping[str, Any]) -> str:
    """Return the key that encrypts the restored table."""
    encryption = request["encryption"]
    return "owned by AWS" if encryption["type"] == "AWS_OWNED" else str(encryption["key"])


def document(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON holds it."""
    asked = plan.asked
    whole: dict[str, Any] = plain_document(
        {
            "environment": asked.environment.name,
            "restored_in": {"environment": asked.where.name, **asdict(asked.place)},
            "table": dict(asked.request["table"]),
            "target": asdict(plan.target),
            "source": fields_of(plan.point),
            "chain": exported.document(plan.loading),
            "why": plan.chosen.why,
            "settings_from": settings_text(asked),
            "encryption": asked.request["encryption"],
            "steps": list(steps(plan)),
            "state_machine_arn": asked.machine_arn,
            "deployed": plan.deployed,
            "unsure": plan.unsure,
            "input": plan.request,
            "started": False,
        }
    )
    return whole


def lines(plan: Plan) -> Iterator[str]:
    """Yield the lines of the plan."""
    asked, target = plan.asked, plan.target
    yield f"{asked.table.name} of {asked.environment.name}, restored in {asked.place}"
    yield ""
    yield from _line("FROM", plan.chosen.why)
    yield f"{'':{_INDENT}}id {plan.point.id}"
    name = f"{target.name}: " if target.name else ""
    yield from _line("TO", f"{name}{target.why}")
    yield from _line("SETTINGS", settings_text(asked))
    yield from _line("KEY", key_text(asked.request))
    for number, step in enumerate(steps(plan), 1):
        yield from _line("STEPS" if number == 1 else "", f"{number}. {step}")
    yield from _line("COST", _cost(plan))
    yield from _line("TAKES", _takes(plan))
    yield from _line("MACHINE", f"{asked.machine_arn}{_deployed(plan)}")
    for each in plan.unsure:
        yield from _line("NOT READ", each)


def _deployed(plan: Plan) -> str:
    if plan.deployed is None:
        return " (whether it is deployed could not be asked)"
    return "" if plan.deployed else " IS NOT DEPLOYED"


def _cost(plan: Plan) -> str:
    point, prices = plan.point, plan.prices
    basis = (
        f"at list prices of {prices.region} of {prices.as_of} ({prices.file}); storage of the "
        "new table comes on top"
    )
    if plan.loading is not None:
        return exported.cost_text(plan.loading, prices, basis)
    if point.cost_usd is None:
        return f"unknown, for the size ({size(point.size_bytes)}) or storage class is; {basis}"
    usd = "less than 0.01" if point.cost_usd < 0.01 else f"about {point.cost_usd:.2f}"  # noqa: PLR2004 - a cent
    return f"{usd} USD for {size(point.size_bytes)}, {basis}"


def _takes(plan: Plan) -> str:
    if plan.loading is not None:
        return exported.takes_text(plan.loading)
    copied = ", and the copy before it" if plan.point.copy_back else ""
    return f"at least {plan.prices.minutes_at_least} min{copied}; no promise"


def _line(head: str, text: str) -> list[str]:
    return wrapped(f"{head:{_INDENT}}", text, indent=_INDENT)
