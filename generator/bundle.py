"""Makes the zip of a function: the same bytes on every machine, umask and version of Python.

A zip holds the handler, the modules of `blueprints.functions` that it imports, and the packages
around them, under the dotted names that tests import as well. Nothing is compressed, because
compressed bytes depend on the zlib at hand; see decision 8.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

FOLDER = "functions"
MANIFEST = "functions.json"
# The newest that Terraform's provider 5.100 takes.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
RUNTIME = "python3.13"
_PACKAGE = "blueprints"
_FUNCTIONS = f"{_PACKAGE}.{FOLDER}"
_EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE_FILE = 3, 0o100644
_ANY_IMPORT = re.compile(rf"\b(?:from|import) +{_PACKAGE}\b")
_IMPORT = re.compile(
    rf"^ *(?:from ({_PACKAGE}[\w.]*) import (\([^)]*\)|.+)|import ({_PACKAGE}[\w.]*)(?: as \w+)?)$",
    re.MULTILINE,
)
_NAME = re.compile(r"(\w+)(?: as \w+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The code of one function."""

    name: str
    content: bytes
    files: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where it lies in an environment's output."""
        return f"{FOLDER}/{self.name}.zip"

    @property
    def handler(self) -> str:
        """What Lambda calls."""
        return f"{_FUNCTIONS}.{self.name}.handler.handler"

    @property
    def sha256_base64(self) -> str:
        """Its hash as Lambda's `CodeSha256` and Terraform's `source_code_hash` have it."""
        return base64.b64encode(sha256(self.content).digest()).decode()


@cache
def bundle(name: str) -> Bundle:
    """Return the code of the function in `blueprints/functions/NAME`.

    Raises FileNotFoundError where there is no such function: a bug of a blueprint.
    """
    return _bundled(name, _own())


def bundle_of(name: str, package: Traversable) -> Bundle:
    """Return the code of a function of the package in a folder that is called `blueprints`."""
    return _bundled(name, _Modules(package))


@cache
def _own() -> _Modules:
    return _Modules(resources.files(_PACKAGE))


def _bundled(name: str, modules: _Modules) -> Bundle:
    handler = f"{_FUNCTIONS}.{name}.handler"
    if modules[handler] is None:
        raise FileNotFoundError(f"{_PACKAGE}/{FOLDER}/{name}/handler.py")
    texts: dict[str, str] = {}
    waiting = [handler]
    while waiting:
        module = modules[waiting.pop()]
        if module is not None and module.path not in texts:
            texts[module.path] = module.text
            waiting += module.needs
    files = dict(sorted(texts.items()))
    return Bundle(name=name, content=_zipped(files), files=tuple(files))


def functions_text(bundles: Iterable[Bundle]) -> str:
    """Return `functions.json`: what lies in the zips, which are not committed."""
    listed = [
        {
            "name": each.name,
            "zip": each.path,
            "handler": each.handler,
            "runtime": RUNTIME,
            "size_bytes": len(each.content),
            "sha256": sha256(each.content).hexdigest(),
            "sha256_base64": each.sha256_base64,
            "files": list(each.files),
        }
        for each in bundles
    ]
    return json.dumps({"written_by": "Holdfast", "functions": listed}, indent=2) + "\n"


def _zipped(texts: Mapping[str, str]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for path, text in texts.items():
            entry = ZipInfo(path, _EARLIEST_DATE)
            entry.create_system = _UNIX  # else a zip made on Windows differs
            entry.external_attr = _READABLE_FILE << 16
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Module:
    """A file of the functions; `needs` are the names that its zip needs where they are modules."""

    path: str
    text: str
    needs: tuple[str, ...]


class _Modules(dict[str, _Module | None]):
    """Modules of the functions by name, None for other names; read once for all their zips."""

    def __init__(self, package: Traversable) -> None:
        super().__init__()
        self._package = package

    def __missing__(self, name: str) -> _Module | None:
        self[name] = found = self._read(name)
        return found

    def _read(self, name: str) -> _Module | None:
        if name != _PACKAGE and not f"{name}.".startswith(f"{_FUNCTIONS}."):
            return None
        stem = name.replace(".", "/")
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            file = self._package.joinpath(*path.split("/")[1:])
            if file.is_file():
                # As text, because a checkout may have other ends of line.
                text = file.read_text(encoding="utf-8")
                return _Module(path, text, (*_parents(name), *_imported(text)))
        return None


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _imported(text: str) -> Iterator[str]:
    """Yield every name that an import of ours may mean as a module.

    Python's own parser would take longer for all functions than their templates do. Raises
    ValueError for an import that is no line of its own: a bug of a function.
    """
    found = list(_IMPORT.finditer(text))
    if len(found) != len(_ANY_IMPORT.findall(text)):
        raise ValueError(f"an import of {_PACKAGE} is no line of its own: {text[:80]!r}")
    for module, names, alone in map(re.Match.groups, found):
        yield module or alone
        yield from (f"{module}.{name}" for name in _NAME.findall(names or ""))
