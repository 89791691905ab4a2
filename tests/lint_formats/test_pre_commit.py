"""The hooks are what pre-commit takes, run when they should, and stop a commit that they should."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.cli import main
from tests.conftest import ROOT, missing, need
from tests.unit.command import BASE, TABLE, environment, process

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
# What pip needs of this repository to install it.
INSTALLED = ("generator", "blueprints", "pyproject.toml", "README.md", "LICENSE", MANIFEST.name)
INSTALL_TIMEOUT_SECONDS = 600


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}


@pytest.fixture
def pre_commit() -> list[str]:
    if find_spec("pre_commit") is None:
        missing("pre-commit is not installed")
    need("git")
    return [sys.executable, "-m", "pre_commit"]


def test_the_manifest_is_one(pre_commit: list[str], tmp_path: Path) -> None:
    subprocess.run([*pre_commit, "validate-manifest", MANIFEST], check=True)
    broken = tmp_path / "broken.yaml"
    broken.write_text(MANIFEST.read_text(encoding="utf-8").replace("entry:", "enter:"))
    done = subprocess.run([*pre_commit, "validate-manifest", broken], check=False)
    assert done.returncode == 1


def test_the_hooks_name_commands_that_exist() -> None:
    assert set(hooks()) == {"holdfast-generate-check", "holdfast-lint"}
    for hook in hooks().values():
        program, command, *options = hook["entry"].split()
        assert program == "holdfast"
        known = {option for each in main.commands[command].params for option in each.opts}
        assert set(options) <= known
        # One environment file may change what another becomes.
        assert hook["pass_filenames"] is False


@pytest.mark.parametrize(
    ("file", "which"),
    [
        ("environments/prod.yaml", {"holdfast-generate-check", "holdfast-lint"}),
        ("environments/tables/a.yaml", {"holdfast-generate-check", "holdfast-lint"}),
        ("output/prod/README.md", {"holdfast-generate-check"}),
        ("docs/environments/prod.yaml", set()),
        ("README.md", set()),
    ],
)
def test_the_hooks_look_at_what_they_judge(file: str, which: set[str]) -> None:
    assert {id_ for id_, hook in hooks().items() if re.search(hook["files"], file)} == which


@pytest.mark.slow
def test_pre_commit_installs_the_hooks_and_stops_a_bad_commit(
    pre_commit: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONSTRAINT", str(ROOT / "requirements.txt"))
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@shop.test")
    # These hooks judge by cfn-lint and our rules; terraform has tests of its own.
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    )
    here = tmp_path / "holdfast"
    here.mkdir()
    for name in INSTALLED:
        copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copied(ROOT / name, here / name)
    shop = tmp_path / "shop"
    (shop / "environments").mkdir(parents=True)
    (shop / "environments" / "base.yaml").write_text(BASE, encoding="utf-8")
    prod = shop / "environments" / "prod.yaml"
    prod.write_text(environment("prod"), encoding="utf-8")
    assert process("generate", cwd=shop).returncode == 0
    git(here, "init", "-q")
    revision = commit(here)
    configuration = {
        "repos": [{"repo": str(here), "rev": revision, "hooks": [{"id": id_} for id_ in hooks()]}]
    }
    (shop / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    git(shop, "init", "-q")
    subprocess.run(
        [*pre_commit, "install", "--install-hooks"],
        cwd=shop,
        check=True,
        timeout=INSTALL_TIMEOUT_SECONDS,
    )
    told = commit(shop)
    assert len(told) == 40

    (shop / "notes.txt").write_text("nothing for us", encoding="utf-8")
    assert "no files to check" in refused_or_not(shop, fails=False)

    prod.write_text(environment("prod", tables=f"{{orders: {TABLE}, carts: {TABLE}}}"))
    stale = refused_or_not(shop, fails=True)
    assert re.search(r"generate --check\.+Failed", stale)
    assert re.search(r"holdfast lint\.+Passed", stale)
    assert "output/prod: " in stale

    prod.write_text(environment("prod", more="region: eu-central-9\n"), encoding="utf-8")
    assert process("generate", cwd=shop).returncode == 0
    found = refused_or_not(shop, fails=True)
    assert re.search(r"generate --check\.+Passed", found)
    assert re.search(r"holdfast lint\.+Failed", found)
    assert "warning HF017: eu-central-9 is no Region known" in found


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def commit(folder: Path) -> str:
    """Commit everything and return the revision."""
    git(folder, "add", "-A")
    done = git(folder, "commit", "-m", "all")
    assert done.returncode == 0, done.stdout + done.stderr
    return git(folder, "rev-parse", "HEAD").stdout.strip()


def refused_or_not(folder: Path, *, fails: bool) -> str:
    """Try to commit everything and return what the hooks said."""
    git(folder, "add", "-A")
    done = git(folder, "commit", "-m", "more")
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout + done.stderr
