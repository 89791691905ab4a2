"""The first part of the guide: what protects what, what does not, and a picture of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blueprints.names import export_place, export_replicas, exporting, vault_key_alias
from blueprints.watching import freshness_rules
from generator.coverage import (
    BackupCoverage,
    TableCoverage,
    coverage,
    kept_text,
    lock_text,
    schedule_text,
)
from generator.guide.exports import every
from generator.naming import vault_name
from generator.pipeline import Tree
from generator.spec.resolved import Environment

_LOOKED_AT = {
    "aws_backup": "its recovery points of that lifecycle in the vault",
    "export_full": "its full exports",
    "export_incremental": "the end of its chain of exports",
    "point_in_time": "its latest restorable time",
    "snapshot": "its native backups",
}
# Beyond this many tables the picture shows classes only.
TABLES_IN_PICTURE = 12


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    yield (
        f"Account `{environment.account_id}`, Region `{environment.region}`. "
        + ("Takes copies from other environments." if environment.is_destination else "")
    ).rstrip()
    yield "```mermaid\n" + "\n".join(_picture(environment)) + "\n```"
    tables = coverage(environment)
    if tables or environment.vaults:
        yield "## What protects what"
    if tables:
        yield _tables(tables)
    if environment.protections:
        yield "### Backups by protection class"
        yield _classes(environment)
    if environment.vaults:
        yield "### Vaults"
        yield _vaults(environment)
    if freshness_rules(environment):
        yield "### Looked at every hour"
        yield from _watched(environment)
    if tables:
        yield "## What is not protected"
        yield _gaps(tables)


def _tables(tables: tuple[TableCoverage, ...]) -> str:
    lines = [
        "| table | class | point-in-time recovery | backups | copies | deletion protection |",
        "|---|---|---|---|---|---|",
    ]
    for table in tables:
        name = f"`{table.name}`" + (" (defined elsewhere)" if table.existing else "")
        backups = ", ".join(backup.name for backup in table.backups) or "none"
        copies = ", ".join(_copies(table.backups)) or "none"
        lines.append(
            f"| {name} | {table.protection} | {table.point_in_time_recovery} | {backups} "
            f"| {copies} | {table.deletion_protection} |"
        )
    return "\n".join(lines)


def _copies(backups: tuple[BackupCoverage, ...]) -> Iterator[str]:
    for backup in backups:
        for copy in backup.copies:
            yield f"{backup.name} to {copy.account_id} {copy.region}"


def _classes(environment: Environment) -> str:
    lines = [
        "| class | backup | schedule | kept | vault | copy | start / completion window |",
        "|---|---|---|---|---|---|---|",
    ]
    for class_name, protection in environment.protections.items():
        for name, backup in protection.backups.items():
            copies = (
                f"`{target.vault_arn}`, "
                + kept_text(target.copy.delete_after_days, target.copy.cold_storage_after_days)
                for target in environment.copies(backup)
            )
            lines.append(
                f"| {class_name} | {name} | `{schedule_text(backup)}` "
                f"| {kept_text(backup.delete_after_days, backup.cold_storage_after_days)} "
                f"| `{vault_name(environment, backup.vault)}` | {'; '.join(copies) or 'none'} "
                f"| {backup.start_window_minutes} / {backup.completion_window_minutes} minutes |"
            )
        snapshots = protection.snapshots
        if snapshots is not None:
            lines.append(
                f"| {class_name} | native | `{snapshots.schedule} {snapshots.schedule_timezone}` "
                f"| {snapshots.keep_days} days, and the newest {snapshots.keep_last} "
                "| DynamoDB's own, here | none | |"
            )
        lines += _exports(environment, class_name)
        if protection.select_by_tag is not None:
            tag = protection.select_by_tag
            lines.append(
                f"| {class_name} | all of the above | also every table of this account and Region "
                f"with the tag `{tag.key}={tag.value}` | | | | |"
            )
    return "\n".join(lines)


def _exports(environment: Environment, class_name: str) -> Iterator[str]:
    exports, place = exporting(environment).get(class_name), export_place(environment)
    if exports is None or place is None:
        return
    replicas = ", ".join(f"`{each.name}`" for _, each in export_replicas(environment).values())
    yield (
        f"| {class_name} | exports to S3 | full `{exports.full_schedule} "
        f"{exports.full_schedule_timezone}`, incremental every "
        f"{every(exports.incremental_minutes)} | window of {exports.delete_after_days} days: see "
        f"Exports | bucket `{place.name}` | {replicas or 'none'} | |"
    )


def _watched(environment: Environment) -> Iterator[str]:
    told = (
        "What is older is told by name: once, again when something changes, and once a day while "
        "it lasts."
        if environment.spec.alerts
        else "There are no `alerts`, so that nobody is told."
    )
    yield (
        "A function compares every table with its newest point, by every rule below. "
        f"{told} The age of a rule's oldest table is the metric `AgeOfNewestPoint` in namespace "
        "`Holdfast`."
    )
    lines = ["| rule | what is looked at | at most |", "|---|---|---|"]
    lines += [
        f"| `{rule.name}` | {_LOOKED_AT[rule.source]} | {every(rule.allowed_minutes)} |"
        for rule in freshness_rules(environment)
    ]
    yield "\n".join(lines)
    yield (
        "Another one looks every hour, and after each change that CloudTrail tells of, that "
        "point-in-time recovery is on and reaches back as far as the file says. It switches on and "
        "lengthens, and tells of it; a longer period it leaves, and of tables with "
        "`managed: false` it only tells."
    )


def _vaults(environment: Environment) -> str:
    lines = ["| vault | lock | key |", "|---|---|---|"]
    for key, vault in environment.vaults.items():
        name = vault_name(environment, key)
        lines.append(
            f"| `{name}` | {lock_text(vault)} "
            f"| `{vault.kms_key_arn or vault_key_alias(environment, key)}` |"
        )
    return "\n".join(lines)


def _gaps(tables: tuple[TableCoverage, ...]) -> str:
    by_gap: dict[str, list[str]] = {}
    for table in tables:
        for gap in table.not_protected_against:
            by_gap.setdefault(gap, []).append(table.name)
    lines = []
    for gap, names in by_gap.items():
        who = "every table" if len(names) == len(tables) else _some(names)
        lines.append(f"- {gap}: {who}")
    return "\n".join(lines) or "Nothing Holdfast looks for."


def _some(names: list[str], most: int = 10) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _picture(environment: Environment) -> Iterator[str]:
    yield "flowchart LR"
    single = len(environment.tables) <= TABLES_IN_PICTURE
    for class_number, class_name in enumerate(environment.protections):
        members = [table for table in environment.tables if table.protection_name == class_name]
        label = class_name if single else f"{class_name}, {len(members)} tables"
        yield f'  class{class_number}["class {label}"]'
        for number, table in enumerate(members if single else ()):
            yield f'  table{class_number}_{number}[("{table.name}")] --> class{class_number}'
    yield from _picture_of_vaults(environment)


def _picture_of_vaults(environment: Environment) -> Iterator[str]:
    numbers = {key: f"vault{number}" for number, key in enumerate(environment.vaults)}
    for key, node in numbers.items():
        text = f"{vault_name(environment, key)}<br>{lock_text(environment.vaults[key])}"
        yield f'  {node}[["{text}"]]'
    yield from _picture_of_backups(environment, numbers)
    for number, source in enumerate(environment.sources):
        yield f'  source{number}["{source.project} {source.name}<br>{source.account_id}"]'
        for key, node in numbers.items():
            if _copies_into(source, environment.vault_arn(key)):
                yield f"  source{number} -->|copies| {node}"
    if environment.spec.alerts is not None and numbers:
        yield '  alerts(("alerts"))'
        for node in numbers.values():
            yield f"  {node} -.->|failures| alerts"


def _picture_of_backups(environment: Environment, vaults: Mapping[str, str]) -> Iterator[str]:
    edges: dict[str, None] = {}
    targets: dict[str, str] = {}
    for number, protection in enumerate(environment.protections.values()):
        for name, backup in protection.backups.items():
            here = vaults[backup.vault]
            edges[f"  class{number} -->|{name}| {here}"] = None
            for target in environment.copies(backup):
                there = targets.setdefault(target.vault_arn, f"copy{len(targets)}")
                edges[f"  {here} -->|{name} copy {target.name}| {there}"] = None
    for vault_arn, node in targets.items():
        _, _, _, region, account_id, _, name = vault_arn.split(":")
        yield f'  {node}[["{name}<br>{account_id} {region}"]]'
    yield from edges


def _copies_into(source: Environment, vault_arn: str) -> bool:
    return any(
        target.vault_arn == vault_arn
        for protection in source.protections.values()
        for backup in protection.backups.values()
        for target in source.copies(backup)
    )
