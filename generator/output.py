"""Writes output trees: each file atomically, only what changed, and never over a stranger's file.

A manifest in each folder lists what Holdfast wrote there, so that a later run can remove what it
no longer writes and tell its own files from others.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from generator.errors import Mistake, Mistakes

MANIFEST = ".holdfast.json"
_SIGNATURE = "Written by Holdfast"
_SIGNATURE_WITHIN_CHARACTERS = 200
_ZIP = ".zip"
_NO_ZIPS: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What writing `files` and `zips` into `folder` would do; paths are relative to it, in order.

    A zip that is `unbuilt` is not there: nobody commits it, so nothing is stale without it.
    """

    folder: Path
    files: Mapping[str, str]
    zips: Mapping[str, bytes]
    owned: frozenset[str]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unbuilt: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def before(self, name: str) -> str:
        """Return the text that lies there now."""
        return (self.folder / name).read_text(encoding="utf-8")

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified diff from what lies there to what would be written."""
        for name in sorted((*self.added, *self.changed, *self.removed)):
            path = self.folder / name
            if name.endswith(_ZIP):
                what = "is used no longer" if name in self.removed else "differs"
                yield f"Binary file {path.as_posix()} {what}"
                continue
            before = "" if name in self.added else self.before(name)
            after = "" if name in self.removed else self.files[name]
            yield from difflib.unified_diff(
                before.splitlines(),
                after.splitlines(),
                "/dev/null" if name in self.added else f"a/{path.as_posix()}",
                "/dev/null" if name in self.removed else f"b/{path.as_posix()}",
                lineterm="",
            )


def compare(
    folder: Path,
    files: Mapping[str, str],
    parts: Collection[str],
    zips: Mapping[str, bytes] = _NO_ZIPS,
    *,
    left_alone: Callable[[str], bool] = lambda _: False,
) -> Changes:
    """Return what has to change so that `folder` holds `files` and `zips`.

    Only files below one of `parts` (top-level names, `""` for files at the top) that are not
    `left_alone` are looked at, so that rendering one engine leaves the other's files alone. Raises
    `Mistakes` when a file in the way was not written by Holdfast.
    """
    with _reachable(folder, "read"):
        owned = _owned(folder)
        ours = [name for name in owned if _part(name) in parts and not left_alone(name)]
        return _compared(folder, files, zips, owned=owned, ours=ours)


def _compared(
    folder: Path,
    files: Mapping[str, str],
    zips: Mapping[str, bytes],
    *,
    owned: Collection[str],
    ours: Iterable[str],
) -> Changes:
    added: list[str] = []
    unbuilt: list[str] = []
    changed, foreign = [], []
    parents: set[Path] = set()
    for name in _names(files, zips):
        path = folder / name
        if not os.path.lexists(path):
            (unbuilt if name in zips else added).append(name)
            parents.add(path.parent)
        elif path.is_dir() or path.read_bytes() != _content(name, files, zips):
            if _is_ours(path, owned=name in owned):
                changed.append(name)
            else:
                foreign.append(path)
    foreign += [path for parent in sorted(parents) for path in _blocking(parent)]
    if foreign:
        raise Mistakes(_in_the_way(path) for path in foreign)
    gone = {
        name: (folder / name).is_file() for name in ours if name not in files and name not in zips
    }
    return Changes(
        folder=folder,
        files=files,
        zips=zips,
        # What is gone and not there (a zip is nowhere but where it was built) is owned no longer.
        owned=frozenset(name for name in owned if gone.get(name, True)),
        added=tuple(sorted(added)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(name for name, there in gone.items() if there)),
        unbuilt=tuple(sorted(unbuilt)),
    )


def write(changes: Changes) -> None:
    """Write what changed; interrupted at any point, a later run finds its own files again.

    Raises `Mistakes` where the folder cannot be written.
    """
    with _reachable(changes.folder, "written"):
        _write(changes)


def _write(changes: Changes) -> None:
    folder = changes.folder
    folder.mkdir(parents=True, exist_ok=True)
    names = _names(changes.files, changes.zips)
    after = sorted((changes.owned - {*changes.removed}) | {*names})
    # First own everything that will lie there, then write, then forget what was removed.
    _replace_other(folder / MANIFEST, _manifest(sorted({*after, *changes.removed})))
    written = {folder / name: name for name in _written(changes)}
    for parent in dict.fromkeys(path.parent for path in written):
        parent.mkdir(parents=True, exist_ok=True)
    for path, name in written.items():
        _replace(path, _content(name, changes.files, changes.zips))
    for name in changes.removed:
        (folder / name).unlink()
        parent = (folder / name).parent
        if parent != folder and not any(parent.iterdir()):
            parent.rmdir()
    _replace_other(folder / MANIFEST, _manifest(after))


def _written(changes: Changes) -> tuple[str, ...]:
    return (*changes.added, *changes.changed, *changes.unbuilt)


@contextmanager
def _reachable(folder: Path, done: str) -> Iterator[None]:
    """Turn what the file system refuses into a mistake: the user chose the folder."""
    try:
        yield
    except OSError as error:
        cause = f"{folder} cannot be {done}: {error.strerror}"
        fix = "correct its permissions, or give another folder with --output"
        raise Mistakes([Mistake(cause, fix)]) from None


def _names(files: Mapping[str, str], zips: Mapping[str, bytes]) -> Iterable[str]:
    return dict.fromkeys((*files, *zips))


def _content(name: str, files: Mapping[str, str], zips: Mapping[str, bytes]) -> bytes:
    return zips[name] if name in zips else files[name].encode()


def _is_ours(path: Path, *, owned: bool) -> bool:
    """Return whether Holdfast wrote what lies there, as the manifest or the file itself says."""
    if path.is_dir():
        return False
    text = _text(path)
    if text is None:
        return owned and path.suffix == _ZIP
    return owned or _SIGNATURE in text[:_SIGNATURE_WITHIN_CHARACTERS]


def _blocking(folder: Path) -> list[Path]:
    """Return what stands where a folder is needed, if something does."""
    nearest = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    return [] if nearest.is_dir() else [nearest]


def _part(name: str) -> str:
    top, _, rest = name.partition("/")
    return top if rest else ""


def _owned(folder: Path) -> tuple[str, ...]:
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (ValueError, KeyError, TypeError):
        listed = None
    if not isinstance(listed, list) or not all(_inside(name) for name in listed):
        raise Mistakes(
            [
                Mistake(
                    f"{folder / MANIFEST} is damaged, so it is unknown which files are Holdfast's",
                    "restore it from version control, or delete it together with the files "
                    "that Holdfast wrote",
                )
            ]
        )
    return tuple(listed)


def _inside(name: object) -> bool:
    return isinstance(name, str) and not Path(name).is_absolute() and ".." not in Path(name).parts


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


def _in_the_way(path: Path) -> Mistake:
    return Mistake(
        f"{path} is in the way and was not written by Holdfast",
        "move it away, or give another folder with --output",
    )


def _manifest(names: list[str]) -> bytes:
    return (json.dumps({"written_by": "Holdfast", "files": names}, indent=2) + "\n").encode()


def _replace_other(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    # Of this process alone, so that what lies there was left by one that was killed.
    temporary = str(path.parent / f".holdfast-{os.getpid()}.tmp")
    try:
        with _created(temporary) as file:
            file.write(content)
        os.replace(temporary, path)  # noqa: PTH105 - atomic, unlike a rename on Windows
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _created(path: str) -> IO[bytes]:
    """Return a new file with the rights that the user's mask leaves, never a link of others."""
    try:
        return open(path, "xb")  # noqa: PTH123 - hundreds of files; the caller closes it
    except FileExistsError:
        Path(path).unlink()
        return open(path, "xb")  # noqa: PTH123
