"""The wheel is complete and nothing but the product: it works where the repository is not."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

from generator import __version__
from tests.conftest import ROOT, missing

MAIN = "from generator.cli import main; main(prog_name='holdfast')"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("hatchling") is None:
        missing("hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_both_packages_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"holdfast-{__version__}-py3-none-any.whl"
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = f"holdfast-{__version__}.dist-info/"
    of_the_product = {name for name in names if not name.startswith(about)}
    sources = {
        path.relative_to(ROOT).as_posix()
        for package in ("generator", "blueprints")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert of_the_product == sources
    blueprints = ("tables", "alerts", "backup", "recovery")
    assert {f"blueprints/{name}/terraform.tf.j2" for name in blueprints} < names
    assert "blueprints/functions/region_settings/handler.py" in names
    assert {f"{about}METADATA", f"{about}entry_points.txt", f"{about}licenses/LICENSE"} <= names


def test_the_wheel_installs_the_command(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        entry_points = archive.read(f"holdfast-{__version__}.dist-info/entry_points.txt").decode()
        metadata = archive.read(f"holdfast-{__version__}.dist-info/METADATA").decode()
    assert "holdfast = generator.cli:main" in entry_points.splitlines()
    assert "License-Expression: Apache-2.0" in metadata.splitlines()
    assert "Requires-Python: >=3.11" in metadata.splitlines()


def test_what_the_wheel_holds_renders_the_starter(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    with ZipFile(wheel) as archive:
        archive.extractall(installed)
    work = tmp_path / "work"
    for command in (["init", str(work)], ["generate"]):
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *command],
            env={**os.environ, "PYTHONPATH": str(installed)},
            cwd=work if work.is_dir() else tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    written = {path.relative_to(work).as_posix() for path in work.glob("output/**/*.*")}
    assert {"output/dev/cloudformation/tables.yaml", "output/dev/terraform/backup.tf"} <= written
