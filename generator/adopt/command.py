"""The one way of adopting: described tables in, entries and perhaps an import out, losses named."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from generator import output, workspace
from generator.adopt.described import GONE, plain
from generator.adopt.documents import read_documents
from generator.adopt.entries import (
    Choices,
    Setting,
    assumed_setting,
    combined,
    entries_of,
)
from generator.adopt.text import yaml_of
from generator.errors import Mistake, Mistakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from generator.adopt.described import Described
    from generator.adopt.entries import Entry
    from generator.spec.resolved import Environment

    Echo = Callable[[str], None]

STDIN = "-"
_NAMED_AT_ONCE = 5
# As `generate` stops; its own limit is not imported, for it loads every blueprint.
_MOST_RESOURCES = 450


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A live account: where to read, and which tables (any of the globs, all of the tags)."""

    region: str | None
    profile: str | None
    names: tuple[str, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for; tables come from `files`, or from `account` where it is given."""

    files: tuple[str, ...]
    account: Account | None
    environment: str | None
    choices: Choices
    output: Path | None
    import_into: Path | None


def adopt(request: Request, *, echo: Echo, tell: Echo) -> bool:
    """Write the entries, to `echo` unless a file is named; return whether every table was read.

    What entries cannot hold is said to `tell`. Raises `Mistakes` before anything is written.
    """
    if request.output is not None and os.path.lexists(request.output):
        raise Mistakes([_exists(request.output)])
    named = None
    if request.environment is not None:
        (loaded,) = workspace.load([request.environment])
        named = loaded.environment
    tables, unreadable = _read(request, named)
    for line in _not_read(unreadable):
        tell(line)
    if tables:
        setting = _setting(tables, named, request.choices)
        new = []
        for table in tables:
            reason = _skipped(table, setting.environment)
            if reason is None:
                new.append(table)
            else:
                tell(f"{table.name}: skipped, it {reason}")
        entries = entries_of(new, setting, request.choices)
        _write(request, setting.environment, entries, echo=echo, tell=tell)
        for line in _summary(entries):
            tell(line)
    return not unreadable


def _read(
    request: Request, named: Environment | None
) -> tuple[Sequence[Described], Mapping[str, str]]:
    if request.account is None:
        return read_documents(_sources(request.files)), {}
    from generator.adopt.live import read_live

    account = request.account
    if account.region is None and named is not None:
        account = replace(account, region=named.region)
    live = read_live(account, everything=request.choices.define)
    if not live.tables and not live.unreadable:
        chosen = " that --name and --tag choose" if account.names or account.tags else " at all"
        raise Mistakes(
            [Mistake(f"there is no table{chosen}", "check the account, the Region and the filters")]
        )
    return live.tables, live.unreadable


def _sources(files: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    unreadable = []
    for name in files:
        if name == STDIN:
            yield "standard input", sys.stdin.buffer.read()
            continue
        try:
            yield name, Path(name).read_bytes()
        except OSError as error:
            cause = f"{name} cannot be read: {error.strerror}"
            unreadable.append(Mistake(cause, "give files with the JSON output of aws, or - for it"))
    if unreadable:
        raise Mistakes(unreadable)


def _setting(tables: Sequence[Described], named: Environment | None, choices: Choices) -> Setting:
    places = sorted({each.place for each in tables})
    if named is not None:
        here = (named.account_id, named.region)
        elsewhere = [each for each in tables if each.place != here]
        mistakes = [_elsewhere(named, elsewhere)] if elsewhere else []
        chosen = choices.protection
        if chosen is not None and chosen not in named.spec.protections:
            known = ", ".join(named.spec.protections)
            cause = f"{named.file} has no protection class {plain(chosen)}"
            mistakes.append(Mistake(cause, f"it has {known}"))
        if mistakes:
            raise Mistakes(mistakes)
        return Setting(environment=named, assumed=False)
    if len(places) > 1:
        listed = ", ".join(f"{account_id} {region}" for account_id, region in places)
        cause = f"these tables lie in several places: {listed}"
        fix = "an environment file is for one account and Region: adopt the tables of one at a time"
        raise Mistakes([Mistake(cause, fix)])
    try:
        return assumed_setting(*places[0])
    except ValidationError as error:
        raise Mistakes(Mistake(each["msg"]) for each in error.errors()) from None


def _elsewhere(named: Environment, tables: Sequence[Described]) -> Mistake:
    names = _some([each.name for each in tables])
    account_id, region = tables[0].place
    return Mistake(
        f"{names}: in account {account_id}, {region}; {named.file} is for account "
        f"{named.account_id}, {named.region}",
        "name the environment file of that account and Region",
    )


def _skipped(described: Described, environment: Environment) -> str | None:
    if described.status in GONE:
        return GONE[described.status]
    for table in environment.tables:
        if table.name == described.name:
            return f"is `{table.key}` in {environment.file} already"
    return None


def _write(
    request: Request,
    environment: Environment,
    entries: Sequence[Entry],
    *,
    echo: Echo,
    tell: Echo,
) -> None:
    if not entries:
        return
    changes = None
    if request.import_into is not None:
        files = _import_files(environment, entries, request.import_into, tell)
        changes = output.compare(request.import_into, files, ("",))
    text = yaml_of(entries, (environment.account_id, environment.region))
    if request.output is None:
        echo(text)
    else:
        _write_new(request.output, text)
        tell(f"{request.output} written")
    if changes is not None and request.import_into is not None:
        output.write(changes)
        tell(f"{request.import_into / 'README.md'} says how to import")


def _import_files(
    environment: Environment, entries: Sequence[Entry], folder: Path, tell: Echo
) -> Mapping[str, str]:
    from generator.adopt.folder import IMPORTS_TF, import_of
    from generator.adopt.guide import import_guide

    with_them = combined(environment, entries)
    wanted = import_of(with_them, entries)
    if wanted is None:
        raise Mistakes([Mistake("no table can be defined, so there is nothing to import")])
    facts = wanted.stack.facts
    count = sum(1 + 2 * len(table.scaling) for table in facts.tables)
    if count > _MOST_RESOURCES:
        tell(
            f"the template {facts.template} will have {count} resources, and Holdfast stops at "
            f"{_MOST_RESOURCES}: adopt in parts, by --name and with another --stack each"
        )
    steps = {
        name: text
        for step in wanted.steps
        for name, text in (
            (step.template_name, step.template),
            (step.resources_name, step.resources),
        )
    }
    guide = import_guide(with_them, wanted, folder)
    return {"README.md": guide, IMPORTS_TF: wanted.imports_tf, **steps}


def _write_new(path: Path, text: str) -> None:
    """Write a file that must not exist; nobody ever sees half of it."""
    try:
        _make_folder(path.parent)
        with path.open("x"):
            pass
        try:
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".holdfast-") as folder:
                whole = Path(folder) / path.name
                whole.write_text(text, encoding="utf-8")
                whole.replace(path)
        except BaseException:
            path.unlink()
            raise
    except FileExistsError:
        raise Mistakes([_exists(path)]) from None
    except OSError as error:
        cause = f"{path} cannot be written: {error.strerror}"
        raise Mistakes([Mistake(cause, "name another file, or leave out --output")]) from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(error.errno, f"{folder} is a file") from None


def _exists(path: Path) -> Mistake:
    return Mistake(f"{path} exists, and adopt overwrites nothing", "name another file")


def _not_read(unreadable: Mapping[str, str]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in unreadable.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"{_some(names)}: not adopted, for it could not be read: {reason}"


def _summary(entries: Sequence[Entry]) -> Iterator[str]:
    by_note: dict[str, list[str]] = {}
    for entry in entries:
        for note in entry.notes:
            by_note.setdefault(plain(note), []).append(entry.described.name)
    for text, names in by_note.items():
        yield f"{_some(names)}: {text}"
    defined = sum(entry.defined for entry in entries)
    yield f"{len(entries)} adopted: {defined} defined, {len(entries) - defined} as existing"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_AT_ONCE
    listed = ", ".join(names[:_NAMED_AT_ONCE])
    return f"{listed} and {more} more" if more > 0 else listed
