"""Finds environment files, reads the ones that belong together, and links them to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator import environment as reader
from generator import rules
from generator.errors import Mistake, Mistakes
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import Environment, resolve
from generator.validation import validate

DIRECTORY = Path("environments")
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One environment with the document it was read from."""

    environment: Environment
    document: reader.Document


def load(names: Iterable[str] = (), directory: Path = DIRECTORY) -> tuple[Loaded, ...]:
    """Return the environments called for by name or path; without names, all of `directory`.

    Raises `Mistakes` with the mistakes of all of them, and of the files they depend on.
    """
    wanted = tuple(names)
    workspace = _Workspace()
    paths = find(wanted, directory)
    workspace.read(paths)
    loaded = workspace.linked(paths)
    if not wanted and not workspace.mistakes:
        workspace.mistakes += _forgotten(workspace, directory)
    if workspace.mistakes:
        raise Mistakes(workspace.mistakes)
    return loaded


def find(names: Iterable[str], directory: Path = DIRECTORY) -> tuple[Path, ...]:
    """Return the files of the environments named; without names, all that name an environment."""
    wanted = tuple(names)
    if not wanted:
        paths = tuple(path for path in _files(directory) if reader.peek(path)[0] is not None)
        if not paths:
            raise Mistakes(_nothing_in(directory))
        return paths
    mistakes: list[Mistake] = []
    found: dict[Path, None] = {}
    for name in wanted:
        path = _file_of(name, directory)
        if path is None:
            mistakes.append(_unknown(name, directory))
        else:
            found[path] = None
    if mistakes:
        raise Mistakes(mistakes)
    return tuple(found)


def _files(directory: Path) -> tuple[Path, ...]:
    if not directory.is_dir():
        return ()
    try:
        found = sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES)
    except OSError as error:
        cause = f"{directory} cannot be read: {error.strerror}"
        raise Mistakes([Mistake(cause, "correct its permissions")]) from None
    return tuple(path for path in found if not path.is_dir())


def _forgotten(workspace: _Workspace, directory: Path) -> list[Mistake]:
    """Return a mistake for every file of the folder that nothing was made of: a typo hides it."""
    used = {_key(file) for loaded in workspace.loaded.values() for file in loaded.document.files}
    found = []
    for path in _files(directory):
        if _key(path) not in used:
            forgotten = Mistake(
                f"{path} names no `environment`, and no environment extends or includes it, so "
                "nothing is made of it",
                "correct its `environment` key, name it in an `extends` or `include`, or move it "
                "away",
            )
            found += _unreadable(path) or [forgotten]
    return found


def _unreadable(path: Path) -> list[Mistake]:
    """Return what keeps a file from being read: then it may well name an environment."""
    try:
        reader.read(path)
    except Mistakes as mistakes:
        return list(mistakes.mistakes)
    return []


def _file_of(name: str, directory: Path) -> Path | None:
    path = Path(name)
    if path.suffix in SUFFIXES or len(path.parts) > 1:
        return path if path.is_file() else None
    for candidate in _files(directory):
        if reader.peek(candidate)[0] == name:
            return candidate
    return None


def _nothing_in(directory: Path) -> list[Mistake]:
    unreadable = [mistake for path in _files(directory) for mistake in _unreadable(path)]
    if unreadable:
        return unreadable
    if not directory.is_dir():
        cause = f"there is no folder {directory}/ here"
    else:
        cause = f"no file in {directory}/ names an `environment`"
    fix = "run `holdfast init` for a starter, or name the environment files to use"
    return [Mistake(cause, fix)]


def _unknown(name: str, directory: Path) -> Mistake:
    path = Path(name)
    if path.suffix in SUFFIXES or len(path.parts) > 1:
        return Mistake(f"there is no file {name}", "check the path")
    known = [reader.peek(file)[0] for file in _files(directory)]
    names = ", ".join(name for name in known if name) or "none"
    return Mistake(
        f"no file in {directory}/ has `environment: {name}`",
        f"environments there: {names}; or give the path of a file",
    )


@dataclass(slots=True)
class _Workspace:
    """The files read so far, each once, and every mistake found in them."""

    loaded: dict[Path, Loaded] = field(default_factory=dict)
    failed: set[Path] = field(default_factory=set)
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self, paths: Iterable[Path]) -> None:
        """Read the files and all that linking them needs."""
        for path in paths:
            loaded = self._read_one(path)
            if loaded is None:
                continue
            self._read_destinations(path, loaded)
            for number, source in enumerate(self._sources(path, loaded)):
                if not source.is_file():
                    self._miss(source, ("accepts", number), loaded)
                    continue
                source_loaded = self._read_one(source)
                if source_loaded is not None:
                    self._read_destinations(source, source_loaded)

    def _miss(self, source: Path, path: tuple[str, int], loaded: Loaded) -> None:
        mark = loaded.document.mark(path)
        cause = f"there is no file {source.name} beside {mark.file}"
        fix = "name the files whose copies this destination takes"
        self.mistakes.append(Mistake(cause, fix, path, mark))

    def linked(self, paths: Iterable[Path]) -> tuple[Loaded, ...]:
        """Return the environments of `paths`, linked and checked together."""
        if self.mistakes:
            return ()
        found = []
        for path in paths:
            loaded = self.loaded[_key(path)]
            sources = tuple(
                self._with_destinations(source, self.loaded[_key(source)])
                for source in self._sources(path, loaded)
            )
            environment = self._with_destinations(path, loaded).linked(
                self._destinations(path, loaded), sources
            )
            self._check_links(path, environment, loaded)
            self.mistakes += self._not_accepted(path, environment, loaded)
            for source, linked in zip(self._sources(path, loaded), sources, strict=True):
                self._check_links(source, linked, self.loaded[_key(source)])
            found.append(Loaded(environment=environment, document=loaded.document))
        self.mistakes = list(dict.fromkeys(self.mistakes))
        self.mistakes += rules.check_together([(each.environment, each.document) for each in found])
        return tuple(found)

    def _check_links(self, path: Path, environment: Environment, loaded: Loaded) -> None:
        known = [name for name, _ in map(reader.peek, _files(path.parent)) if name]
        self.mistakes += rules.check_links(environment, loaded.document, known)

    def _read_one(self, path: Path) -> Loaded | None:
        key = _key(path)
        if key in self.failed:
            return None
        if key not in self.loaded:
            try:
                document = reader.read(path, built_in=BUILT_IN)
            except Mistakes as error:
                self.mistakes += error.mistakes
                self.failed.add(key)
                return None
            spec, mistakes, pruned = validate(document)
            if spec is not None:
                mistakes += rules.check(spec, document, pruned)
            if mistakes or spec is None:
                self.mistakes += mistakes
                self.failed.add(key)
                return None
            environment = resolve(spec, document.mark(()).file)
            self.loaded[key] = Loaded(environment=environment, document=document)
        return self.loaded[key]

    def _read_destinations(self, path: Path, loaded: Loaded) -> None:
        for there in _destination_files(path, loaded).values():
            self._read_one(there)

    def _destinations(self, path: Path, loaded: Loaded) -> Mapping[str, Environment]:
        return {
            name: self.loaded[_key(there)].environment
            for name, there in _destination_files(path, loaded).items()
        }

    def _with_destinations(self, path: Path, loaded: Loaded) -> Environment:
        return loaded.environment.linked(self._destinations(path, loaded), ())

    def _sources(self, path: Path, loaded: Loaded) -> tuple[Path, ...]:
        accepts = loaded.environment.spec.accepts
        if not isinstance(accepts, list):
            return ()
        return tuple(path.parent / name for name in accepts)

    def _not_accepted(self, path: Path, environment: Environment, loaded: Loaded) -> list[Mistake]:
        found = []
        files = _destination_files(path, loaded)
        for name, there in environment.destinations.items():
            accepted = self._sources(files[name], self.loaded[_key(files[name])])
            if isinstance(there.spec.accepts, list) and _key(path) not in map(_key, accepted):
                found.append(
                    Mistake(
                        f"the destination {name} ({there.file}) does not accept copies "
                        f"from {path.name}",
                        f"add {path.name} to `accepts` in {there.file}",
                        ("environment",),
                        loaded.document.mark(("environment",)),
                    )
                )
        return found


def _destination_files(path: Path, loaded: Loaded) -> Mapping[str, Path]:
    """Return destination name → file, for those that something goes to and that exist."""
    wanted = dict.fromkeys(_destination_names(loaded.environment))
    if not wanted:
        return {}
    known = {reader.peek(file)[0]: file for file in _files(path.parent)}
    return {name: known[name] for name in wanted if name in known}


def _destination_names(environment: Environment) -> Iterator[str]:
    """Yield the environments that backups are copied to, and those that hold exports."""
    for protection in environment.protections.values():
        for backup in protection.backups.values():
            yield from (copy.to for copy in backup.copies.values() if copy.to is not None)
    if environment.exports:
        bucket = environment.spec.export_bucket
        yield from [] if bucket.to is None else [bucket.to]
        yield from (replica.to for replica in bucket.replicas.values())


def _key(path: Path) -> Path:
    return path.resolve()
