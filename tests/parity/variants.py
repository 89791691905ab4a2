"""Changes one thing of an environment file at a time: a value, a name, or its presence."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import ValidationError

from generator import rules
from generator.errors import Path
from generator.spec import EnvironmentSpec
from generator.spec.resolved import Environment, resolve
from generator.workspace import Loaded
from tests.parity.fields import Entry, entries

Kind = Literal["changed", "removed", "renamed"]
Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An environment that differs from its file in one entry."""

    kind: Kind
    entry: Entry
    environment: Environment

    @property
    def id(self) -> str:
        """What was done to what."""
        where = ".".join(map(str, self.entry.path))
        return f"{self.environment.name}: {where} {self.kind}"


def variants(loaded: Loaded) -> Iterator[Variant]:
    """Yield every legal change of one entry that the file itself has."""
    written = [entry for entry in entries(loaded.document.data) if _written(loaded, entry.path)]
    same_field: dict[str, list[Any]] = {}
    for entry in written:
        same_field.setdefault(entry.name, []).append(entry.value)
    for entry in written:
        attempts: dict[Kind, Iterable[Data]] = {
            "changed": _changed(loaded, entry, same_field[entry.name]),
            "removed": _removed(loaded, entry),
            "renamed": _renamed(loaded, entry),
        }
        for kind, candidates in attempts.items():
            environment = _first_legal(loaded, candidates)
            if environment is not None:
                yield Variant(kind=kind, entry=entry, environment=environment)


def _written(loaded: Loaded, path: Path) -> bool:
    """Return whether the file says so itself, not what is built in."""
    return loaded.document.mark(path).line > 0


def _first_legal(loaded: Loaded, candidates: Iterable[Data]) -> Environment | None:
    for data in candidates:
        try:
            spec = EnvironmentSpec.model_validate(data)
        except ValidationError:
            continue
        document = replace(loaded.document, data=data)
        if rules.check(spec, document):
            continue
        before = loaded.environment
        environment = resolve(spec, before.file).linked(before.destinations, before.sources)
        if not rules.check_links(environment, document):
            return environment
    return None


def _removed(loaded: Loaded, entry: Entry) -> Iterator[Data]:
    data = copy.deepcopy(loaded.document.data)
    container = _at(data, entry.path[:-1])
    del container[entry.path[-1]]
    yield data


def _renamed(loaded: Loaded, entry: Entry) -> Iterator[Data]:
    if not entry.is_name:
        return
    old = entry.path[-1]
    new = f"{old}-new" if entry.name != "lint.accept.*" else f"{old}:new"
    data = copy.deepcopy(loaded.document.data)
    container = _at(data, entry.path[:-1])
    items = [(new if key == old else key, value) for key, value in container.items()]
    container.clear()
    container.update(items)
    referring = _NAMED_BY.get(entry.name, frozenset())
    for other in list(entries(data)):
        if other.name in referring and other.value == old:
            _put(data, other.path, new)
    yield data


# Which fields name an entry of a map.
_NAMED_BY = {
    "protections.*": frozenset({"tables.*.protection", "defaults.protection"}),
    "vaults.*": frozenset({"protections.*.backups.*.vault"}),
}


def _changed(loaded: Loaded, entry: Entry, same_field: list[Any]) -> Iterator[Data]:
    special = _TOGETHER.get(entry.name)
    if special is not None:
        data = copy.deepcopy(loaded.document.data)
        special(data, entry.path)
        if data != loaded.document.data:
            yield data
    for value in (*_other_names(loaded, entry), *_other_values(entry, same_field)):
        data = copy.deepcopy(loaded.document.data)
        _put(data, entry.path, value)
        yield data


def _other_names(loaded: Loaded, entry: Entry) -> Iterator[str]:
    for names, referring in _NAMED_BY.items():
        if entry.name in referring:
            known = loaded.document.data[names.partition(".")[0]]
            yield from (name for name in known if name != entry.value)


def _other_values(entry: Entry, same_field: list[Any]) -> Iterator[Any]:
    value = entry.value
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, str):
        yield from (word for word in entry.literals if word != value)
        if not entry.literals:
            yield from (other for other in same_field if other != value)
            yield from _other_texts(value)
    elif isinstance(value, dict) and "Statement" in value:
        yield {**value, "Version": "2008-10-17"}


def _other_texts(value: str) -> Iterator[str]:
    yield f"{value}x"
    for match in reversed(list(re.finditer(r"\d+", value))):
        number = str(int(match[0]) + 1).zfill(len(match[0]))
        yield value[: match.start()] + number + value[match.end() :]
    yield f"x{value}"


def _everywhere(data: Data, path: Path, new: str) -> None:
    """Replace a text in the whole file, ARNs and all, so that they go on agreeing."""
    old = str(_at(data, path))

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: replaced(item) for key, item in value.items()}
        if isinstance(value, list):
            return [replaced(item) for item in value]
        return value.replace(old, new) if isinstance(value, str) else value

    changed = replaced(data)
    data.clear()
    data.update(changed)


def _elsewhere(data: Data, path: Path) -> None:
    """Make a table one that is defined elsewhere: little else may be said about it then."""
    kept = {"name", "existing", "stack", "protection", "alarms"}
    table = _at(data, path[:-1])
    for key in [key for key in table if key not in kept]:
        del table[key]
    table["existing"] = not table["existing"]


def _governance(data: Data, path: Path) -> None:
    lock = _at(data, path[:-1])
    lock["mode"] = "governance"
    lock.pop("cooling_off_days", None)


def _compliance(data: Data, path: Path) -> None:
    """Turn a lock into the other mode, with the consent that one of them needs."""
    lock = _at(data, path[:-1])
    lock["mode"] = "compliance" if lock["mode"] == "governance" else "governance"
    lock["i_understand_this_cannot_be_undone"] = lock["mode"] == "compliance"


def _on_demand(data: Data, path: Path) -> None:
    """Pay on demand, and take away what is for provisioned capacity only."""
    billing = _at(data, path[:-1])
    tables = [data["tables"][path[1]]] if path[0] == "tables" else data["tables"].values()
    paid_so = [table for table in tables if table.get("billing", billing) is billing]
    for given in (billing, *(i for t in paid_so for i in t.get("global_indexes", {}).values())):
        for key in ("read_capacity_units", "write_capacity_units", "auto_scaling"):
            given.pop(key, None)
    billing["mode"] = "on_demand"


_TOGETHER: Mapping[str, Callable[[Data, Path], None]] = {
    "account_id": lambda data, path: _everywhere(data, path, "100000000099"),
    "region": lambda data, path: _everywhere(data, path, "ca-west-1"),
    "defaults.billing.mode": _on_demand,
    "tables.*.billing.mode": _on_demand,
    "export_bucket.object_lock.mode": _compliance,
    "tables.*.existing": _elsewhere,
    "vaults.*.lock.mode": _governance,
}


def _at(data: Any, path: Path) -> Any:
    for segment in path:
        data = data[segment]
    return data


def _put(data: Data, path: Path, value: Any) -> None:
    _at(data, path[:-1])[path[-1]] = value
