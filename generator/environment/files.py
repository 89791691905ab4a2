"""Finds every file that an environment file rests on, and the order in which they merge."""

from __future__ import annotations

import difflib
import glob
import os
import pathlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from generator.environment.syntax import PLAIN, QUOTED, is_empty, mark_of, parse
from generator.errors import Mark, Mistake, Mistakes, Path

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKS = ("extends", "include")
_TAKES = {
    "extends": ("`extends` takes a path or a list of paths", "write `extends: base.yaml`"),
    "include": ("`include` takes a list of paths", "write `include: [tables/*.yaml]`"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file that was read; `name` is how messages call it."""

    path: pathlib.Path
    name: str
    root: yaml.MappingNode


@dataclass(frozen=True, slots=True)
class _Link:
    """Where a file is named: `text` in the file `source`, at `mark`."""

    source: Source
    text: str
    path: Path
    mark: Mark

    def mistake(self, cause: str, fix: str) -> Mistake:
        return Mistake(cause, fix, self.path, self.mark)


class Files:
    """Every file reached from one: `sources` in merge order, `mistakes` found on the way."""

    def __init__(self, relative_to: pathlib.Path) -> None:
        self.sources: list[Source] = []
        self.mistakes: list[Mistake] = []
        self._relative_to = _tidied(relative_to)
        self._done: set[str] = set()

    def name(self, path: pathlib.Path) -> str:
        """Return how messages call a file: relative when it lies inside the given folder."""
        absolute = _tidied(path)
        if absolute.is_relative_to(self._relative_to):
            return absolute.relative_to(self._relative_to).as_posix()
        return os.path.normpath(path)

    def add(
        self, path: pathlib.Path, chain: dict[str, str] | None = None, link: _Link | None = None
    ) -> None:
        """Read a file and what it names: its parents first, then what it includes, then itself.

        A file that several others name merges once, where it is first named. `chain` holds the
        files that lead to this one, from identity to name.
        """
        chain = chain or {}
        identity, name = os.path.realpath(path), self.name(path)
        if link and identity in chain:
            names = [*chain.values(), name]
            circle = " -> ".join(names[list(chain).index(identity) :])
            cause = f"these files lead back to themselves: {circle}"
            fix = "take one of them out of `extends` or `include`"
            self.mistakes.append(link.mistake(cause, fix))
        if identity in chain or identity in self._done:
            return
        try:
            content = path.read_bytes()
        except OSError as error:
            self.mistakes.append(_unreadable(path, name, error, link))
            return
        self._done.add(identity)
        try:
            root = parse(content, name)
        except Mistakes as mistakes:
            self.mistakes.extend(mistakes.mistakes)
            return
        source = Source(path=path, name=name, root=root)
        for named in self._links(source):
            for target in self._targets(named):
                self.add(target, {**chain, identity: name}, named)
        self.sources.append(source)

    def _links(self, source: Source) -> Iterator[_Link]:
        values = {key.value: value for key, value in source.root.value if key.value in LINKS}
        for key in LINKS:
            if key not in values:
                continue
            node = values[key]
            listed = isinstance(node, yaml.SequenceNode)
            for index, item in enumerate(node.value if listed else [node]):
                path, mark = ((key, index) if listed else (key,)), mark_of(item, source.name)
                if _is_text(item) and (key == "extends" or listed):
                    yield _Link(source, item.value, path, mark)
                else:
                    cause, fix = _TAKES[key]
                    self.mistakes.append(Mistake(cause, fix, path, mark))

    def _targets(self, link: _Link) -> list[pathlib.Path]:
        folder = link.source.path.parent
        if link.path[0] == "extends" or not glob.has_magic(link.text):
            return [folder / link.text]
        pattern = str(pathlib.Path(glob.escape(str(folder)), link.text))
        # Path.glob() refuses absolute patterns and matches hidden files.
        found = map(pathlib.Path, glob.glob(pattern, recursive=True))  # noqa: PTH207
        files = sorted(path for path in found if not path.is_dir())
        if not files:
            cause = f"no file matches `{link.text}`"
            fix = f"correct the pattern, which is relative to the folder of `{link.source.name}`"
            self.mistakes.append(link.mistake(cause, f"{fix}, or delete it"))
        return files


def _is_text(node: yaml.Node) -> bool:
    usable = isinstance(node, yaml.ScalarNode) and node.tag in (PLAIN, QUOTED)
    return usable and not is_empty(node) and node.value != "" and "\0" not in node.value


def _tidied(path: pathlib.Path) -> pathlib.Path:
    """Return the absolute path without `..`, links not followed: it is only shown."""
    return pathlib.Path(os.path.normpath(path.absolute()))


def _unreadable(path: pathlib.Path, name: str, error: OSError, link: _Link | None) -> Mistake:
    fix = "correct the path"
    if link:
        fix += f", which is relative to the folder of `{link.source.name}`"
    if isinstance(error, FileNotFoundError):
        cause = f"the file `{name}` does not exist"
        neighbours = _neighbours(path)
        close = difflib.get_close_matches(path.stem, neighbours, n=1)
        if close:
            fix = f"did you mean `{neighbours[close[0]]}`?"
    elif isinstance(error, IsADirectoryError):
        cause = f"`{name}` is a folder, not a file"
    else:
        cause = f"the file `{name}` cannot be read ({error.strerror})"
        fix = "correct its permissions, or the path"
    return link.mistake(cause, fix) if link else Mistake(cause, fix, mark=Mark(name, 1, 1))


def _neighbours(path: pathlib.Path) -> dict[str, str]:
    """Return the names in a file's folder, by stem: alike endings make no two names alike."""
    try:
        return {other.stem: other.name for other in sorted(path.parent.iterdir())}
    except OSError:
        return {}
