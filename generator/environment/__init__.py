"""Reads environment files: YAML text in, merged plain data with a place for every key out.

What a file says is laid over its parents (`extends`), then over what it includes (`include`): a
file's own content always wins. Every file merges once, where it is first named.
"""

from __future__ import annotations

import contextlib
import pathlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from generator.environment.files import Files
from generator.environment.merging import Merge
from generator.environment.syntax import EMPTY, Loader
from generator.errors import Mark, Mistakes, Path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What an environment file says, merged, and where it says so.

    `marks` holds every key path and list item of `data`, and `()` for the file as a whole. A
    mapping's mark is where the key stands, an item's where the item stands; what `built_in` gave is
    marked `built-in`. `history` holds every place that gave a path a value, the effective one last.
    `removed` holds the same for paths that `KEY: null` removed, the null last. What the merge key
    `<<` brings in stands where its anchor does.
    """

    path: pathlib.Path
    data: dict[str, Any]
    marks: Mapping[Path, Mark]
    history: Mapping[Path, tuple[Mark, ...]]
    removed: Mapping[Path, tuple[Mark, ...]]
    files: tuple[pathlib.Path, ...]

    def mark(self, path: Path) -> Mark:
        """Return where the deepest part of `path` that exists stands; the file itself at worst."""
        while path not in self.marks:
            path = path[:-1]
        return self.marks[path]


def read(
    path: pathlib.Path,
    *,
    built_in: Mapping[str, Any] | None = None,
    relative_to: pathlib.Path | None = None,
) -> Document:
    """Return a file merged over its parents, its includes and, below all, `built_in`.

    Messages name files relative to `relative_to` (the current directory by default) when they lie
    inside it. Raises `Mistakes` with the mistakes of all files.
    """
    files = Files(relative_to or pathlib.Path())
    files.add(path)
    merge = Merge(complete=not files.mistakes)
    merge.add_built_in(built_in or {})
    for source in files.sources:
        merge.add(source)
    mistakes = [*files.mistakes, *merge.mistakes]
    if mistakes:
        raise Mistakes(mistakes)
    marks = merge.marks()
    return Document(
        path=path,
        data=merge.data,
        marks={(): Mark(files.name(path), 1, 1), **marks},
        history={place: merge.places[place] for place in marks},
        removed={place: marked for place, marked in merge.removed.items() if place not in marks},
        files=tuple(source.path for source in files.sources),
    )


def peek(path: pathlib.Path) -> tuple[str | None, str | None]:
    """Return a file's own top-level `environment` and `kind`, None for what it does not say.

    Cheap and never raises: what stands above a syntax error still counts.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        return None, None
    wanted = {key for key in ("environment", "kind") if key in text}
    found: dict[str, str] = {}
    with contextlib.suppress(yaml.YAMLError):
        for key, value in _top_level(text) if wanted else ():
            if key in wanted:
                found[key] = value
            if len(found) == len(wanted):
                break
    return found.get("environment"), found.get("kind")


def _top_level(text: str) -> Iterator[tuple[str, str]]:
    """Yield the top-level keys that have a scalar for a value, as far as the text is YAML."""
    depth, key = 0, None
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif depth == 1 and isinstance(event, yaml.NodeEvent):
            scalar = event if isinstance(event, yaml.ScalarEvent) else None
            if key is None:
                key = scalar.value if scalar else ""
            else:
                if scalar and not (scalar.implicit[0] and scalar.value in EMPTY):
                    yield key, scalar.value
                key = None
        if isinstance(event, yaml.CollectionStartEvent):
            if depth == 0 and isinstance(event, yaml.SequenceStartEvent):
                return
            depth += 1
