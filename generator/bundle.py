"""Makes the zip of a function: the same bytes on every machine, umask and version of Python.

A zip holds the handler, the modules of `blueprints.functions` that it imports, and the packages
around them, under the dotted names that tests import as well. Nothing is compressed, because
compressed bytes depend on the zlib at hand; see decision 8.
"""

from __future__ import annotations

import ast
import base64
import json
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
    return bundle_of(name, resources.files(_PACKAGE))


def bundle_of(name: str, package: Traversable) -> Bundle:
    """Return the code of a function of the package in a folder that is called `blueprints`."""
    handler = f"{_FUNCTIONS}.{name}.handler"
    texts: dict[str, str] = {}
    waiting = [handler]
    while waiting:
        module = waiting.pop()
        path = _path(module, package)
        if path is None and module == handler:
            raise FileNotFoundError(f"{_PACKAGE}/{FOLDER}/{name}/handler.py")
        if path is None or path in texts:
            continue
        # As text, because a checkout may have other ends of line.
        texts[path] = _file(package, path).read_text(encoding="utf-8")
        waiting += [*_parents(module), *_imported(texts[path])]
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


def _path(module: str, package: Traversable) -> str | None:
    """Return the file of a module, None where the name is no module of the functions."""
    if module != _PACKAGE and not f"{module}.".startswith(f"{_FUNCTIONS}."):
        return None
    stem = module.replace(".", "/")
    for path in (f"{stem}.py", f"{stem}/__init__.py"):
        if _file(package, path).is_file():
            return path
    return None


def _file(package: Traversable, path: str) -> Traversable:
    return package.joinpath(*path.split("/")[1:])


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _imported(text: str) -> Iterator[str]:
    """Yield every name that an import may mean as a module; a test forbids relative imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
