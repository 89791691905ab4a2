"""The part of the guide about exports: what goes where and for how long, and how to look at it."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.names import (
    ExportPlace,
    catalogue_bucket_name,
    export_place,
    export_replicas,
    exporting,
    exports_machine,
    held_exports,
    state_machine_arn,
)
from generator.guide.deploy import shell
from generator.pipeline import Tree
from generator.spec import Exports, ObjectLock
from generator.spec.exports import DEEP_ARCHIVE_THAW_HOURS, GLACIER_THAW_HOURS
from generator.spec.resolved import Environment
from generator.spec.retention import LATE_DAYS, retention

_TRIAL = "trial"
_AT = "2026-01-31T12:34:56Z"
_HOUR = 60


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    place = export_place(environment)
    if place is not None:
        yield "## Exports"
        yield from _exports(environment, place)
    of_others = [each for each in held_exports(environment) if each[0] is not environment]
    if of_others:
        yield "## Exports of others"
        yield from _held(of_others)


def _exports(environment: Environment, place: ExportPlace) -> Iterator[str]:
    yield (
        "Tables are exported to S3: fully by schedule, and in between what changed, each from "
        "where the one before ended. A full export and the incremental ones after it give the "
        "table back as of the end of each of them. Every export is verified file by file, then "
        f"recorded below `catalog/exports/` in `{catalogue_bucket_name(environment)}`; one that "
        "fails is told, and the next run repeats its window."
    )
    yield _classes(environment)
    yield (
        "The window is what is promised: every moment that is an end of an export stays "
        "restorable so long. Objects are kept longer, because a moment at the window's far edge "
        "needs the full export before it: by the time between two full exports, by as much again "
        "(a week at least) for a time in which full exports fail, and by what a start may be late. "
        "S3 counts from when an object was written."
    )
    yield "### Where they lie"
    yield _places(environment, place)
    yield from _locks(environment, place)
    yield from _looking(environment)
    if place.object_lock is not None:
        yield from _trial(environment, place)


def _classes(environment: Environment) -> str:
    lines = [
        "| class | tables | full | incremental | window | objects are kept | storage |",
        "|---|---|---|---|---|---|---|",
    ]
    for key, exports in exporting(environment).items():
        names = [f"`{t.name}`" for t in environment.tables if t.protection_name == key]
        kept = retention(exports)
        lines.append(
            f"| {key} | {_some(names)} | `{exports.full_schedule} {exports.full_schedule_timezone}`"
            f" | every {every(exports.incremental_minutes)} | {kept.window_days} days "
            f"| {kept.keep_days} days = {kept.window_days} + {kept.full_interval_days} + "
            f"{kept.catch_up_days} + {LATE_DAYS} | {_storage(exports)} |"
        )
    return "\n".join(lines)


def _some(names: list[str], most: int = 10) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if names[most:] else "")


def every(minutes: int) -> str:
    """Return a time between exports in hours, or in minutes."""
    hours, rest = divmod(minutes, _HOUR)
    return f"{minutes} minutes" if rest else f"{hours} hour{'' if hours == 1 else 's'}"


def _storage(exports: Exports) -> str:
    tiers = exports.tiers
    if tiers is None:
        return "Standard"
    found = [
        f"{name} after {days} days{thaw}"
        for name, days, thaw in (
            ("Standard-IA", tiers.standard_ia_after_days, ""),
            ("Glacier Instant Retrieval", tiers.glacier_ir_after_days, ""),
            (
                "Glacier Flexible Retrieval",
                tiers.glacier_after_days,
                f" (thaws in up to {GLACIER_THAW_HOURS} hours)",
            ),
            (
                "Glacier Deep Archive",
                tiers.deep_archive_after_days,
                f" (thaws in up to {DEEP_ARCHIVE_THAW_HOURS} hours)",
            ),
        )
        if days is not None
    ]
    return ", ".join(["Standard", *found])


def _places(environment: Environment, place: ExportPlace) -> str:
    lines = ["| bucket | account | Region | lock | key |", "|---|---|---|---|---|"]
    replicas = (each for _, each in export_replicas(environment).values())
    for what, each in (("exports", place), *(("replica", each) for each in replicas)):
        lines.append(
            f"| `{each.name}` ({what}) | `{each.account_id}` | {each.region} "
            f"| {lock_text(each.object_lock)} | `{each.key_alias}` |"
        )
    return "\n".join(lines)


def lock_text(lock: ObjectLock | None) -> str:
    """Return an object lock in words."""
    return "not locked" if lock is None else f"{lock.mode} lock, {lock.retention_days} days"


def _locks(environment: Environment, place: ExportPlace) -> Iterator[str]:
    for each in (place, *(replica for _, replica in export_replicas(environment).values())):
        if each.object_lock is not None and each.object_lock.mode == "compliance":
            yield _cannot_be_undone(each, each.object_lock)


def _cannot_be_undone(place: ExportPlace, lock: ObjectLock) -> str:
    return (
        f"**Cannot be undone:** nobody, AWS included, deletes an object of `{place.name}` within "
        f"{lock.retention_days} days of its being written, or shortens that. A shorter "
        "`retention_days` holds for later objects only. All of it is paid for until then."
    )


def _looking(environment: Environment) -> Iterator[str]:
    region, keys = environment.region, list(exporting(environment))
    name = next(t.name for t in environment.tables if t.protection_name == keys[0])
    yield "### Looking at a chain, and exporting now"
    yield (
        f"What the chain of a table is, with gaps and when it expires; `{name}` stands for any "
        "table above. The second command lists the same records without Holdfast:"
    )
    yield shell(
        [
            f"holdfast points {environment.name} {_key_of(environment, name)}",
            f"aws s3 ls s3://{catalogue_bucket_name(environment)}/catalog/exports/"
            f"{environment.account_id}/{region}/{name}/ "
            f"--region {region}",
        ]
    )
    yield (
        "Back comes a table as of the end of any of these exports: the last one that is not later "
        "than the time asked for, where point-in-time recovery does not reach. The full export is "
        "imported as a new table, what followed is written into it, then come settings and proof:"
    )
    yield shell([f"holdfast restore {environment.name} {_key_of(environment, name)} --at {_AT}"])
    yield (
        "A run outside the schedule exports all tables of a class. An incremental one goes on "
        "where the chain ends, and makes nothing where that is too short a time ago; `full` in "
        "place of `incremental` exports whole tables, and charges for them:"
    )
    yield shell(["NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)", *(_start(environment, k) for k in keys)])


def _key_of(environment: Environment, name: str) -> str:
    return next(table.key for table in environment.tables if table.name == name)


def _start(environment: Environment, key: str, kind: str = "incremental") -> str:
    machine = state_machine_arn(environment, exports_machine(key))
    given = f"""'{{"kind": "{kind}", "scheduled_at": "'$NOW'"}}'"""
    return (
        f"aws stepfunctions start-execution --region {environment.region} \\\n"
        f"  --state-machine-arn {machine} \\\n"
        f"  --input {given}"
    )


def _trial(environment: Environment, place: ExportPlace) -> Iterator[str]:
    """Yield how to find out with one table whether exports get along with a lock."""
    region = environment.region
    machine = state_machine_arn(environment, exports_machine(_TRIAL))
    yield "### Try the lock with one table first"
    yield (
        f"`{place.name}` has a default retention, and S3 refuses what is written under one without "
        "a checksum. AWS does not document that exports carry one. So begin with one small table, "
        f"in a class of its own called `{_TRIAL}`, with `retention_days: 1`, and with no other "
        "class that has `exports`. Deploy that, then export:"
    )
    yield shell(
        [
            "NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)",
            _start(environment, _TRIAL, "full"),
            f"aws dynamodb list-exports --region {region} --table-arn TABLE_ARN \\\n"
            "  --query 'ExportSummaries[].[ExportArn,ExportStatus]' --output text",
            f"aws dynamodb describe-export --region {region} --export-arn EXPORT_ARN \\\n"
            "  --query 'ExportDescription.[ExportStatus,FailureCode,FailureMessage]'",
            f"aws stepfunctions list-executions --region {region} \\\n"
            f"  --state-machine-arn {machine} --max-items 3",
        ]
    )
    yield (
        "`COMPLETED`, and a record of the table in the catalogue: the lock takes exports; set the "
        "days and the classes that are meant. `FAILED`: remove `object_lock` here and lock a "
        "replica instead."
    )


def _held(of_others: list[tuple[Environment, ExportPlace]]) -> Iterator[str]:
    yield (
        "These buckets hold exports of other environments: each its source's own, with its "
        "retention. Deploy the template `exports` here before that of the source. Which exports "
        "make up which chain says the catalogue here, below `catalog/exports/`: the sources "
        "replicate it."
    )
    lines = ["| bucket | of | holds | kept | lock | key |", "|---|---|---|---|---|---|"]
    for source, place in of_others:
        what = "the exports" if place == export_place(source) else "a replica"
        kept = ", ".join(
            f"{key}: {retention(exports).keep_days} days"
            for key, exports in exporting(source).items()
        )
        lines.append(
            f"| `{place.name}` | {source.project} {source.name}, account `{source.account_id}` "
            f"| {what} | {kept} | {lock_text(place.object_lock)} | `{place.key_alias}` |"
        )
    yield "\n".join(lines)
    for _, place in of_others:
        if place.object_lock is not None and place.object_lock.mode == "compliance":
            yield _cannot_be_undone(place, place.object_lock)
    source = of_others[0][0]
    key = next(iter(exporting(source)))
    table = next(each for each in source.tables if each.protection_name == key)
    yield "What a table has, signed in here, also when the source's account is gone:"
    yield shell([f"holdfast points {source.name} {table.key}"])
