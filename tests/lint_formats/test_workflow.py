"""The example workflow is one that GitHub would run, and its steps do what they say."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.lint_formats import judges
from tests.unit.command import BASE, environment

WORKFLOW = ROOT / "docs" / "examples" / "github-workflow.yaml"
CODE = "from generator.cli import main; main(prog_name='holdfast')"
CLEAN = "deploy: {terraform_backend: {s3: {bucket: tfstate, region: eu-central-1}}}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What came of one `run:` step."""

    status: int
    output: str


def steps() -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    return list(job["steps"])


@pytest.mark.node
@pytest.mark.usefixtures("tools")
def test_the_workflow_is_one(tmp_path: Path) -> None:
    assert judges.workflow(WORKFLOW) == []
    broken = tmp_path / "broken.yaml"
    text = WORKFLOW.read_text(encoding="utf-8")
    broken.write_text(text.replace("steps.sarif.", "steps.sarf."), encoding="utf-8")
    assert any("sarf" in found for found in judges.workflow(broken))


def test_every_step_that_runs_something_is_tried_here() -> None:
    runs = [step["run"] for step in steps() if "run" in step]
    assert [run.split(" > ")[0] for run in runs] == [
        "pip install -c .holdfast/requirements.txt ./.holdfast",
        "holdfast generate --check",
        "holdfast lint --format github",
        "holdfast lint --format sarif",
    ]
    assert {step["uses"].split("@")[0] for step in steps() if "uses" in step} == {
        "actions/checkout",
        "actions/setup-python",
        "hashicorp/setup-terraform",
        "github/codeql-action/upload-sarif",
    }
    # What is installed is what was checked out, and what is uploaded is what was written.
    assert [step["with"]["path"] for step in steps() if "path" in step.get("with", {})] == [
        ".holdfast"
    ]
    assert steps()[-1]["with"]["sarif_file"] == "holdfast.sarif"
    assert runs[-1].split()[5] == "holdfast.sarif"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a repository that commits its output, and `holdfast` on the path."""
    origin = tmp_path / "origin"
    (origin / "environments").mkdir(parents=True)
    (origin / "environments" / "base.yaml").write_text(BASE, encoding="utf-8")
    (origin / "environments" / "prod.yaml").write_text(environment("prod", more=CLEAN))
    command = tmp_path / "bin" / "holdfast"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{CODE}" "$@"\n')
    command.chmod(0o755)
    for tool in ("git", "bash", "cat"):
        found = shutil.which(tool)
        assert found is not None
        (command.parent / tool).symlink_to(found)
    shell(origin, "holdfast generate")
    shell(origin, "git init -q; git add -A; git -c user.name=a -c user.email=a@b commit -qm all")
    shell(tmp_path, "git clone -q origin clone")
    return tmp_path / "clone"


def shell(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does by default: `bash -e`; terraform is not on the path."""
    return subprocess.run(
        ["/bin/bash", "-e", "-c", script],
        cwd=folder,
        env={
            "PATH": f"{folder}/bin:{folder.parent}/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder.parent),
            "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def run(clone: Path) -> list[Step]:
    """Run every step but the installation, as `!cancelled()` has it: the later ones too."""
    done = [shell(clone, step["run"]) for step in steps()[1:] if "holdfast " in step.get("run", "")]
    return [Step(status=each.returncode, output=each.stdout) for each in done]


def sarif_rules(clone: Path) -> set[str]:
    (log,) = json.loads((clone / "holdfast.sarif").read_text(encoding="utf-8"))["runs"]
    return {result["ruleId"] for result in log["results"] if result["level"] != "note"}


def test_the_steps_pass_where_nothing_is_wrong(clone: Path) -> None:
    check, lint, sarif = run(clone)
    assert (check.status, lint.status, sarif.status) == (0, 0, 0), (check, lint)
    assert check.output.endswith("up to date\n")
    assert {line.split()[0] for line in lint.output.splitlines()} <= {"::notice"}
    assert sarif_rules(clone) == set()


def test_the_steps_show_a_finding(clone: Path) -> None:
    file = clone / "environments" / "prod.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "deletion_protection: true", "point_in_time_recovery: {enabled: false}"
        ),
        encoding="utf-8",
    )
    check, lint, sarif = run(clone)
    # The step for code scanning succeeds with findings, so that they are uploaded.
    assert (check.status, lint.status, sarif.status) == (1, 1, 0)
    assert "(stale)" in check.output
    assert (
        "::error file=environments/prod.yaml,line=4,col=10,title=HF001::table orders has no "
        "point-in-time recovery"
    ) in lint.output
    assert sarif_rules(clone) == {"HF001"}


def test_the_steps_upload_nothing_of_bad_input(clone: Path) -> None:
    file = clone / "environments" / "prod.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "tabels: {}\n", encoding="utf-8")
    check, lint, sarif = run(clone)
    assert check.status == 2
    assert (lint.status, lint.output.split("::")[1]) == (
        2,
        "error file=environments/prod.yaml,line=6,col=1,title=mistake",
    )
    assert sarif.status != 0  # so `steps.sarif.outcome` is not success
    assert (clone / "holdfast.sarif").read_text(encoding="utf-8") == ""
