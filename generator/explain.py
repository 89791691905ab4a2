"""`holdfast explain`: what protects each table, what does not, and where a value comes from."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from blueprints.names import ExportPlace, export_place, export_replicas
from generator import workspace
from generator.coverage import BackupCoverage, TableCoverage, coverage, kept_text, lock_text
from generator.environment import Document
from generator.errors import Mistake, Mistakes, Path, dotted
from generator.naming import vault_name
from generator.spec import Exports
from generator.spec.resolved import Environment
from generator.spec.retention import LATE_DAYS, retention

_WIDTH = 24


def explain_all(
    names: Sequence[str], *, where: str | None, who_can_delete: bool, as_json: bool
) -> None:
    """Print the explanation of every environment, who can delete what, or the origin of a value."""
    if who_can_delete:
        from generator.authority.report import explain_who

        explain_who(names, as_json=as_json)
        return
    loaded = workspace.load(names)
    if where is not None:
        for each in loaded:
            for line in _origin(each.document, where):
                click.echo(line)
    elif as_json:
        report = {
            each.environment.name: [asdict(table) for table in coverage(each.environment)]
            for each in loaded
        }
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(_environment(each.environment)) for each in loaded))


def _environment(environment: Environment) -> Iterator[str]:
    place = f"account {environment.account_id}, {environment.region}"
    yield click.style(f"{environment.project} {environment.name}", bold=True) + f"  {place}"
    for key, vault in environment.vaults.items():
        yield _line("vault", f"{vault_name(environment, key)}, {lock_text(vault)}")
    for source in environment.sources:
        yield _line("takes copies of", f"{source.project} {source.name} ({source.account_id})")
    for name, protection in environment.protections.items():
        if protection.select_by_tag is not None:
            tag = protection.select_by_tag
            yield _line(f"class {name}", f"also every table tagged {tag.key}={tag.value}")
    for name, exports in environment.exports.items():
        yield from _exports(name, exports)
    yield from _export_places(environment)
    for table in coverage(environment):
        yield ""
        yield from _table(table)


def _exports(name: str, exports: Exports) -> Iterator[str]:
    """Yield what is promised of a class's exports, and how long objects are kept for that."""
    kept = retention(exports)
    yield _line(
        f"exports of {name}",
        f"every moment of the last {kept.window_days} days comes back, to the end of the "
        "incremental export before it",
    )
    yield _line(
        "",
        f"full {exports.full_schedule} {exports.full_schedule_timezone}, incremental every "
        f"{_interval(exports.incremental_minutes)}",
    )
    yield _line(
        "",
        f"{name}/full/ and {name}/incremental/ kept {kept.keep_days} days: {kept.window_days} "
        f"promised, {kept.full_interval_days} between two full exports, {kept.catch_up_days} to "
        f"catch up, {LATE_DAYS} for late starts",
    )
    tiers = {} if exports.tiers is None else exports.tiers.model_dump(exclude_none=True)
    if tiers:
        moves = [f"{tier} {days}" for tier, days in tiers.items()]
        yield _line("", f"cheaper storage: {', '.join(moves)}")


def _interval(minutes: int) -> str:
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return unit if count == 1 else f"{count} {unit}s"


def _export_places(environment: Environment) -> Iterator[str]:
    """Yield the bucket that exports go to, and its replicas."""
    original = export_place(environment)
    if original is None:
        return
    yield _line("exports go to", _place(original))
    for name, (_, replica) in export_replicas(environment).items():
        yield _line("", f"replica {name}: {_place(replica)}")


def _place(place: ExportPlace) -> str:
    lock = place.object_lock
    locked = "not locked" if lock is None else f"{lock.mode} lock, {lock.retention_days} days"
    return f"{place.name} in {place.account_id} {place.region} ({locked})"


def _table(table: TableCoverage) -> Iterator[str]:
    elsewhere = ", defined elsewhere" if table.existing else ""
    title = table.name if table.name == table.key else f"{table.key} ({table.name})"
    yield click.style(title, bold=True) + f"  class {table.protection}{elsewhere}"
    yield _line("point-in-time recovery", table.point_in_time_recovery)
    for backup in table.backups:
        yield from _backup(backup)
    if not table.backups:
        yield _line("backups", "none")
    yield _line("native backups", table.native_backups)
    exports = table.exports
    yield _line("exports", "none" if exports is None else f"the last {exports.window_days} days")
    yield _line("deletion protection", table.deletion_protection)
    yield _line("alerts", table.alerts)
    for number, gap in enumerate(table.not_protected_against):
        yield _line("" if number else "not protected against", gap)


def _backup(backup: BackupCoverage) -> Iterator[str]:
    kept = kept_text(backup.delete_after_days, backup.cold_storage_after_days)
    yield _line(f"backup {backup.name}", f"{backup.schedule}, kept {kept}")
    yield _line("", f"in {backup.vault_name} ({backup.lock})")
    for copy in backup.copies:
        kept = kept_text(copy.delete_after_days, copy.cold_storage_after_days)
        yield _line(
            "",
            f"copied to {copy.vault_name} in {copy.account_id} {copy.region} ({copy.lock}), "
            f"kept {kept}",
        )


def _line(title: str, text: str) -> str:
    return f"  {title:{_WIDTH - 1}} {text}"


def _origin(document: Document, where: str) -> Iterator[str]:
    path = _path(document, where)
    value: Any = document.data
    for part in path:
        value = value[part]
    shown = json.dumps(value, ensure_ascii=False)
    yield f"{dotted(path)} = {shown}"
    history = document.history[path]
    for mark in reversed(history):
        word = "given by" if mark is history[-1] else "instead of the value from"
        yield f"  {word} {mark}"


def _path(document: Document, where: str) -> Path:
    """Return the path that `where` spells; raises `Mistakes` naming the nearest one."""
    spelled = {dotted(path): path for path in document.history}
    if where in spelled:
        return spelled[where]
    for path, marks in document.removed.items():
        if dotted(path) == where:
            raise Mistakes([Mistake(f"`{where}` was removed at {marks[-1]}", "look there")])
    near = difflib.get_close_matches(where, list(spelled), n=3, cutoff=0.5)
    fix = f"nearest: {', '.join(near)}" if near else "write the dotted path of a key in the file"
    cause = f"{document.mark(())} and its parents give no value to `{where}`"
    raise Mistakes([Mistake(cause, fix)])
