"""The command line as a test uses it: a folder with environment files, and `holdfast` run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from generator.cli import main
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "from generator.cli import main; main(prog_name='holdfast')"
BASE = """\
project: shop
region: eu-central-1
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
alerts: {subscriptions: {oncall: {email: oncall@shop.test}}}
"""
TABLE = "{partition_key: {name: id, type: S}, deletion_protection: true}"


def environment(
    name: str, *, account: str = "1", tables: str = f"{{orders: {TABLE}}}", more: str = ""
) -> str:
    """Return the text of a file that extends base.yaml; `account` is repeated twelve times."""
    return (
        f'extends: base.yaml\nenvironment: {name}\naccount_id: "{account * 12}"\n'
        f"tables: {tables}\n{more}"
    )


def write(folder: Path, **files: str) -> None:
    """Write `NAME.yaml` files below environments/, base.yaml among them."""
    here = folder / "environments"
    here.mkdir(exist_ok=True)
    for name, text in {"base": BASE, **files}.items():
        (here / f"{name}.yaml").write_text(text, encoding="utf-8")


def holdfast(*arguments: str, color: bool = False) -> Result:
    """Run the command in this process; only `SystemExit` may leave it."""
    result = CliRunner().invoke(main, arguments, prog_name="holdfast", color=color)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def process(*arguments: str, cwd: Path, code: str = MAIN) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def lies(folder: Path) -> dict[str, str]:
    """Return every file below a folder with its text; the code of functions is none."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".zip"
    }
