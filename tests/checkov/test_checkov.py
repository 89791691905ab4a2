"""checkov over everything rendered: findings are repaired, or accepted with a reason in one file.

Runs the command line of an environment of its own (`make` fills `.venv-checkov`; another one is
named in HOLDFAST_CHECKOV), without network and without the settings of whoever runs the tests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import workspace
from generator.generate import rendered
from generator.pipeline import ENGINES, Tree
from tests.conftest import ROOT, missing

ACCEPTED = Path(__file__).with_name("accepted.yaml")
# Nothing listens there.
NOWHERE = "http://127.0.0.1:9"
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Failed:
    """A check that failed on a resource of a file, given by its path below `output`."""

    check: str
    resource: str
    file: str
    name: str

    def __str__(self) -> str:
        return f"{self.file}: {self.resource}: {self.check}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """An entry of accepted.yaml."""

    checks: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str

    def covers(self, failed: Failed) -> bool:
        return failed.check in self.checks and any(
            fnmatchcase(failed.resource, pattern) for pattern in self.resources
        )

    def unused(self, found: list[Failed]) -> list[str]:
        """Return its checks and patterns that none of what it covers needs."""
        covered = [failed for failed in found if self.covers(failed)]
        checks = {failed.check for failed in covered}
        return [check for check in self.checks if check not in checks] + [
            f"{pattern} ({', '.join(self.checks)})"
            for pattern in self.resources
            if not any(fnmatchcase(failed.resource, pattern) for failed in covered)
        ]


def accepted() -> list[Acceptance]:
    entries = yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))
    return [
        Acceptance(
            checks=tuple(entry["checks"]),
            resources=tuple(entry["resources"]),
            reason=entry["reason"],
        )
        for entry in entries
    ]


@pytest.fixture(scope="module")
def trees() -> tuple[Tree, ...]:
    return rendered(workspace.load((), ROOT / "environments"))


@pytest.fixture(scope="module")
def reports(
    trees: tuple[Tree, ...], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What checkov reports, by engine."""
    command = Path(os.environ.get("HOLDFAST_CHECKOV", ROOT / ".venv-checkov" / "bin" / "checkov"))
    if not command.is_file():
        missing(f"checkov is not installed: there is no {command}; `make test` installs it")
    folder = tmp_path_factory.mktemp("checkov")
    for tree in trees:
        for name, text in tree.files.items():
            if name.startswith(ENGINES):
                path = folder / "output" / tree.environment.name / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    frameworks = ["--framework", "cloudformation", "terraform"]
    done = subprocess.run(
        [command, "--directory", "output", *frameworks, "--skip-download", "--output", "json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **dict.fromkeys(PROXIES, NOWHERE)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    found = json.loads(done.stdout)
    return {report["check_type"]: report for report in found}


@pytest.fixture(scope="module")
def failed(reports: dict[str, dict[str, Any]]) -> list[Failed]:
    return sorted(
        Failed(
            check=failed["check_id"],
            resource=failed["resource"],
            file=failed["file_path"].lstrip("/"),
            name=failed["check_name"],
        )
        for report in reports.values()
        for failed in report["results"]["failed_checks"]
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_checkov_reads_every_resource(
    engine: str, reports: dict[str, dict[str, Any]], trees: tuple[Tree, ...]
) -> None:
    resources = sum(
        len(part.cloudformation.template["Resources"])
        if engine == "cloudformation"
        else len(re.findall(r'^resource "', part.terraform.text, re.MULTILINE))
        for tree in trees
        for part in tree.parts
        if getattr(part, engine) is not None
    )
    summary = reports[engine]["summary"]
    assert summary["parsing_errors"] == 0
    assert summary["skipped"] == 0
    assert summary["resource_count"] == resources


@pytest.mark.parametrize("engine", ENGINES)
def test_the_checks_that_matter_most_here_are_run(
    engine: str, reports: dict[str, dict[str, Any]]
) -> None:
    run = Counter(check["check_id"] for check in reports[engine]["results"]["passed_checks"])
    # Point-in-time recovery, and keys of our own for vaults and for topics.
    assert min(run["CKV_AWS_28"], run["CKV_AWS_166"], run["CKV_AWS_26"]) > 0


def test_nothing_fails_that_is_not_accepted_with_a_reason(failed: list[Failed]) -> None:
    entries = accepted()
    left = [str(each) for each in failed if not any(entry.covers(each) for entry in entries)]
    assert left == []


def test_everything_accepted_still_occurs(failed: list[Failed]) -> None:
    assert [name for entry in accepted() for name in entry.unused(failed)] == []


def test_every_acceptance_has_a_reason_and_names_resources() -> None:
    for entry in accepted():
        assert len(entry.reason.split()) > 10, entry
        assert not {"*", "*.*"} & set(entry.resources), entry
