"""Turns described tables into entries of an environment file that are sure to be read again."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from generator import rules
from generator.adopt.definition import Definition, class_recovery_days, own_recovery, recovery_days
from generator.adopt.described import BACKUPS, Note, plain
from generator.environment import Document
from generator.errors import Mark
from generator.spec import EnvironmentSpec, Table
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import Environment, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from generator.adopt.described import Described
    from generator.spec import Protection

_ADOPTED = "adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the user chose for all tables; None leaves a field to the environment's defaults."""

    define: bool
    stack: str | None
    protection: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where the entries will stand: an environment, perhaps only assumed for want of a file."""

    environment: Environment
    assumed: bool

    @property
    def shared_tags(self) -> Mapping[str, str]:
        """The tags that every table gets without naming them."""
        return {} if self.assumed else self.environment.tags

    def protection(self, choices: Choices) -> Protection | None:
        """Return the class of protection of the entries, None when it is not known."""
        spec = self.environment.spec
        return spec.protections.get(choices.protection or spec.defaults.protection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The entry of one table; `written` is what stands under `key`."""

    key: str
    described: Described
    written: Mapping[str, Any]
    notes: tuple[Note, ...]

    @property
    def defined(self) -> bool:
        """Whether it defines the table, rather than protecting an existing one."""
        return "existing" not in self.written


def assumed_setting(account_id: str, region: str) -> Setting:
    """Return the setting of entries that no environment file was named for.

    Raises pydantic.ValidationError for an account or Region that is none of AWS's.
    """
    spec = EnvironmentSpec.model_validate(
        {
            "project": _ADOPTED,
            "environment": _ADOPTED,
            "account_id": account_id,
            "region": region,
            "principals": {"break_glass": [{"role": _ADOPTED}]},
            **BUILT_IN,
        }
    )
    return Setting(environment=resolve(spec, _ADOPTED), assumed=True)


def entries_of(tables: Sequence[Described], setting: Setting, choices: Choices) -> list[Entry]:
    """Return the entries of tables, by name.

    An entry that Holdfast could not read again becomes `existing: true`, and a note says why.
    """
    kept = sorted(tables, key=lambda each: each.name)
    keys = keys_of([each.name for each in kept], setting.environment)
    entries = [_entry(each, keys[each.name], setting, choices) for each in kept]
    refused = _refused(setting.environment, entries)
    return [
        _existing(entry, setting, choices, [Note("existing", refused[entry.key])])
        if entry.key in refused
        else entry
        for entry in entries
    ]


def keys_of(names: Iterable[str], environment: Environment) -> dict[str, str]:
    """Return the key of each table: what the name pattern gives back, else the name itself.

    Where that is another's key already, a hash of the name follows.
    """
    spec = environment.spec
    before, _, after = spec.table_name_pattern.partition("{table}")
    filled = {"project": spec.project, "environment": spec.environment}
    before, after = before.format(**filled), after.format(**filled, table="{table}")
    used = {table.key for table in environment.tables}
    keys = {}
    ordered = sorted(names)
    for name in ordered:
        inner = name[len(before) : len(name) - len(after)]
        if inner and f"{before}{inner}{after}" == name and inner not in used:
            keys[name] = inner
    used |= set(keys.values())
    for name in ordered:
        if name not in keys:
            keys[name] = name if name not in used else f"{name[:246]}-{_digest(name)}"
    return keys


def combined(environment: Environment, entries: Iterable[Entry]) -> Environment:
    """Return the environment with the entries among its tables."""
    added = {entry.key: Table.model_validate(entry.written) for entry in entries}
    tables = {**environment.spec.tables, **added}
    spec = environment.spec.model_copy(update={"tables": tables})
    linked = resolve(spec, environment.file)
    return linked.linked(environment.destinations, environment.sources)


def _entry(described: Described, key: str, setting: Setting, choices: Choices) -> Entry:
    entry = Entry(key=key, described=described, written={}, notes=())
    if not choices.define:
        return _existing(entry, setting, choices, [])
    definition = Definition(
        described,
        setting.environment.spec.defaults,
        setting.protection(choices),
        setting.shared_tags,
    )
    body = definition.write()
    blocked = [note for note in definition.notes if note.kind == "existing"]
    if blocked:
        return _existing(entry, setting, choices, blocked)
    written = {**_common(entry, setting, choices), **body}
    return Entry(key=key, described=described, written=written, notes=tuple(definition.notes))


def _existing(entry: Entry, setting: Setting, choices: Choices, notes: list[Note]) -> Entry:
    described = entry.described
    common = _common(entry, setting, choices)
    written: dict[str, Any] = {
        **({"name": common.pop("name")} if "name" in common else {}),
        "existing": True,
        **common,
    }
    protection = setting.protection(choices)
    if BACKUPS in described.unread:
        notes = [*notes, Note("unknown", f"{BACKUPS} ({described.unread[BACKUPS]})")]
    elif not described.knows(BACKUPS):
        pass
    elif (days := recovery_days(described)) is not None:
        written["point_in_time_recovery"] = {**own_recovery(days, protection), "managed": False}
    elif class_recovery_days(protection) is not None:
        written["point_in_time_recovery"] = {"enabled": False}
        notes = [*notes, Note("note", "its owner has point-in-time recovery switched off")]
    return Entry(key=entry.key, described=described, written=written, notes=tuple(notes))


def _common(entry: Entry, setting: Setting, choices: Choices) -> dict[str, Any]:
    spec = setting.environment.spec
    default = spec.table_name_pattern.format(
        project=spec.project, environment=spec.environment, table=entry.key
    )
    written = {} if default == entry.described.name else {"name": entry.described.name}
    if choices.stack is not None and choices.stack != Table.model_fields["stack"].default:
        written["stack"] = choices.stack
    if choices.protection is not None and choices.protection != spec.defaults.protection:
        written["protection"] = choices.protection
    return written


def _refused(environment: Environment, entries: Sequence[Entry]) -> dict[str, str]:
    """Return key → cause for every defined entry that the environment file could not hold."""
    refused: dict[str, str] = {}
    defined = [entry for entry in entries if entry.defined]
    for entry in defined:
        cause = _invalid(entry)
        if cause is not None:
            refused[entry.key] = cause
    sound = [entry for entry in defined if entry.key not in refused]
    with_them = combined(environment, sound)
    document = Document(
        path=Path(environment.file),
        data=with_them.spec.model_dump(exclude_unset=True),
        marks={(): Mark(environment.file, 1, 1)},
        history={},
        removed={},
        files=(),
    )
    ours = {entry.key for entry in sound}
    for mistake in rules.check(with_them.spec, document):
        top, key, *rest = (*mistake.path, "", "")
        where = ".".join(str(part) for part in rest if part != "")
        # An assumed environment does not have the classes of the one that the entries are for.
        if top == "tables" and key in ours and where != "protection":
            refused.setdefault(str(key), plain(f"{where}: {mistake.cause}".lstrip(": ")))
    return refused


def _invalid(entry: Entry) -> str | None:
    try:
        Table.model_validate(entry.written)
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False, include_context=False)
        where = ".".join(map(str, first["loc"]))
        return plain(f"{where}: {first['msg']}".lstrip(": "))
    return None


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]
