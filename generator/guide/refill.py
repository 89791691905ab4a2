"""The part of the guide for data in a table that exists: refilled out of S3, or taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from blueprints.names import (
    catalogue_bucket_name,
    exporting,
    recovers,
    refill_machine_arn,
    undo_machine_arn,
    undoes,
)
from generator.guide.deploy import shell
from generator.pipeline import Tree
from generator.spec.resolved import Environment, Table

_SINCE, _UNTIL = "2026-01-31T12:00:00Z", "2026-01-31T13:00:00Z"


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    if recovers(environment) and environment.tables:
        yield from _refill(environment)
    if undoes(environment):
        yield from _undo(environment)


def _refill(environment: Environment) -> Iterator[str]:
    chained = [t for t in environment.tables if t.protection_name in exporting(environment)]
    table = (chained or environment.tables)[0]
    yield "## Refilling"
    yield (
        "Writes data out of S3 into a table that exists: a chain of exports, one export, or an "
        "older dump. Items with the same keys are replaced, for good; others stay. So look at a "
        "dry run first, and rather refill beside a table that is in use (`--into`). It can be "
        f"stopped, and goes on with `--resume`. `{table.name}` stands for any table here:"
    )
    yield shell(list(_refills(environment, table, chained=bool(chained))))
    yield _readable(environment, chained=bool(chained))
    yield (
        "The same with `aws` alone, for files below a prefix; the report then lies below "
        f"`refills/` in `{catalogue_bucket_name(environment)}`:"
    )
    buckets = [each.bucket for each in environment.spec.recovery.refill_sources.values()]
    source = {"kind": "dump", "bucket": (*buckets, "BUCKET")[0], "prefix": "PREFIX"}
    request = {"table": _named(table), "source": {**source, "format": "auto"}, "quiet": False}
    yield _start(environment, refill_machine_arn(environment), request)


def _refills(environment: Environment, table: Table, *, chained: bool) -> Iterator[str]:
    command = f"holdfast refill {environment.name} {table.key}"
    if chained:
        yield f"{command} --chain --at {_SINCE} --overwrite --dry-run"
    dumps = list(environment.spec.recovery.refill_sources.values())
    for source in dumps[:1]:
        folder = quote(f"s3://{source.bucket}/{source.prefix}FOLDER/")
        yield f"{command} --from {folder} --overwrite --dry-run"
    if not chained and not dumps:
        yield f"{command} --from s3://BUCKET/FOLDER/ --overwrite --dry-run"


def _readable(environment: Environment, *, chained: bool) -> str:
    sources = environment.spec.recovery.refill_sources
    named = ", ".join(f"`s3://{each.bucket}/{each.prefix}`" for each in sources.values())
    own = "the environment's exports and their replicas" if chained else "no exports"
    return (
        f"Its roles read {own}, and {named or 'no other bucket'}"
        + (": `recovery.refill_sources` names what else they are to read. " if not named else ". ")
        + "Whoever may start the state machine may write what is there into any table of the "
        "environment: give `states:StartExecution` on it to those who may write the data."
    )


def _undo(environment: Environment) -> Iterator[str]:
    exportable = [t for t in environment.tables if t.point_in_time_recovery is not None]
    name, table = environment.name, (*exportable, *environment.tables)[0]
    yield "## Undoing a bad hour"
    yield (
        "Takes back, in the live table, what was written in a window of time that point-in-time "
        "recovery has, and only where nobody wrote later; the rest is listed as conflicts. The "
        "window is exported for it, which takes minutes and costs a little, also with `--dry-run`; "
        "that one writes the difference to a file, and nothing to the table. "
        f"`{table.name}` stands for any table here:"
    )
    window = f"--since {_SINCE} --until {_UNTIL}"
    yield shell(
        [
            f"holdfast undo {name} {table.key} {window} --dry-run",
            f"holdfast undo {name} {table.key} {window}",
            f"holdfast undo {name} {table.key} {window} --only change=deleted",
        ]
    )
    yield (
        "The same with `aws` alone; the report then lies below "
        f"`undos/{table.name}/` in `{catalogue_bucket_name(environment)}`:"
    )
    request = {
        "table": {"key": table.key, **_named(table)},
        "since": _SINCE,
        "until": _UNTIL,
        "only": None,
        "created_since": "report",
        "overwrite_conflicts": False,
        "dry_run": True,
        "old_images": "incremental",
        "write_units": None,
    }
    yield _start(environment, undo_machine_arn(environment), request)
    yield (
        "Items that were created in the window are listed, not deleted, unless "
        "`--created-since delete` says so. Whoever may start this state machine may change and "
        "delete items of every table of the environment."
    )


def _named(table: Table) -> dict[str, str]:
    return {"name": table.name, "arn": table.arn}


def _start(environment: Environment, machine: str, request: Mapping[str, Any]) -> str:
    return shell(
        [
            f"aws stepfunctions start-execution --region {environment.region} \\\n"
            f"  --state-machine-arn {machine} \\\n"
            f"  --input '{json.dumps(request)}'"
        ]
    )
