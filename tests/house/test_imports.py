"""Imports run one way; the lower a part, the less it knows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Each part of `generator` imports from the layers before its own only.
LAYERS = (
    {"bundle", "errors", "naming", "schedule", "render", "__version__"},
    {"spec", "environment", "output"},
    {"schema", "coverage", "validation", "root"},
    {"rules", "starter"},
    {"pipeline", "workspace"},
    {"recovery"},
    {"authority", "limits", "guide", "departures"},
    {"generate", "explain", "adopt"},
    {"lint", "points"},
    {"audit", "executions"},
    {"restore", "refill", "undo"},
    {"cli"},
)
LAYER_OF = {part: number for number, parts in enumerate(LAYERS) for part in parts}
FIRST_ABOVE_BLUEPRINTS = LAYER_OF["pipeline"]
FOR_BLUEPRINTS = {"bundle", "spec", "naming", "render", "schedule", "errors"}
SHARED_BY_BLUEPRINTS = {"denials", "documents", "elsewhere", "names", "watching"}
# Exports have the functions, state machines and buckets of recovery, and its spellings.
BUILDS_ON = {"exports": {"recovery"}}


def modules(package: str) -> list[tuple[str, Path]]:
    """Return part and file of every module; the part of `generator/lint/leaves.py` is `lint`."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        part = path.relative_to(ROOT / package).parts[0].removesuffix(".py")
        if part != "__init__":
            found.append((part, path))
    return found


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """Yield package and part of every import of our own, within functions and for typing too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module is not None
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            package, *parts = name.split(".")
            if package in {"generator", "blueprints", "tests", "tools", "benchmarks"}:
                yield package, parts[0] if parts else ""


def test_every_part_has_a_layer() -> None:
    parts = {part for part, _ in modules("generator")} | {"__version__"}
    assert parts == set(LAYER_OF)


@pytest.mark.parametrize(("part", "path"), modules("generator"), ids=str)
def test_the_generator_imports_downwards(part: str, path: Path) -> None:
    for package, other in imported(path):
        if package == "blueprints":
            assert LAYER_OF[part] >= FIRST_ABOVE_BLUEPRINTS, f"{path} imports blueprints.{other}"
        else:
            assert package == "generator", f"{path} imports {package}"
            allowed = other == part or LAYER_OF[other] < LAYER_OF[part]
            assert allowed, f"{path} imports generator.{other}"


@pytest.mark.parametrize(("part", "path"), modules("blueprints"), ids=str)
def test_blueprints_know_the_lower_layers_and_themselves(part: str, path: Path) -> None:
    for package, other in imported(path):
        if package == "generator":
            assert other in FOR_BLUEPRINTS, f"{path} imports generator.{other}"
        else:
            assert package == "blueprints", f"{path} imports {package}"
            neighbours = {part} | SHARED_BY_BLUEPRINTS | BUILDS_ON.get(part, set())
            assert part == "catalog" or other in neighbours, f"{path} imports blueprints.{other}"


def test_functions_import_what_lambda_has_and_what_their_zip_holds() -> None:
    files = sorted((ROOT / "blueprints" / "functions").rglob("*.py"))
    assert len(files) > 3
    for path in files:
        function = path.relative_to(ROOT / "blueprints" / "functions").parts[0]
        ours = tuple(f"blueprints.functions.{part}." for part in ("common", function))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno}: a relative import"
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                known = name.partition(".")[0] in {*sys.stdlib_module_names, "boto3", "botocore"}
                assert known or name.startswith(ours), f"{path}:{node.lineno}: {name}"


def test_only_the_cloudformation_spellings_know_troposphere() -> None:
    knowing = {
        path.relative_to(ROOT).as_posix()
        for package in ("generator", "blueprints")
        for _, path in modules(package)
        if "troposphere" in path.read_text(encoding="utf-8").split('"""', 2)[-1]
    }
    spellings = {
        path.relative_to(ROOT).as_posix() for path in ROOT.glob("blueprints/*/cloudformation.py")
    }
    assert {path for path in knowing if path.startswith("blueprints/")} <= spellings
