"""A `terraform` that answers what a test wants, and writes down what it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROVIDER = ".terraform/providers/example.com/hashicorp/aws/5.100.0/linux_amd64"
ANSWERS = {
    "version": """echo '{"terraform_version": "1.11.4"}'""",
    "init": (
        f"mkdir -p {PROVIDER}; echo > {PROVIDER}/terraform-provider-aws_v5.100.0_x5; "
        "echo '# a lock file' > .terraform.lock.hcl"
    ),
    "validate": """grep -o 'module ".*"' main.tf >> "$log"; echo '{"diagnostics": []}'""",
    "*": "exit 0",
}


@dataclass(frozen=True, slots=True)
class FakeTerraform:
    """A script called `terraform`."""

    folder: Path

    def answers(self, **commands: str) -> None:
        """Answer these commands with shell code, all others as if everything were fine."""
        log = self.folder / "log"
        code = {**ANSWERS, **commands}
        cases = (f"{name}) {code[name]};;" for name in (*commands, *ANSWERS))
        lines = ["#!/bin/sh", f"log='{log}'", 'echo "$1" >> "$log"', 'case "$1" in', *cases, "esac"]
        script = self.folder / "terraform"
        script.write_text("\n".join([*lines, ""]))
        script.chmod(0o755)

    def asked(self) -> list[str]:
        """Return what was asked since the last time, and which modules were validated."""
        log = self.folder / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTerraform:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HOLDFAST_TERRAFORM_PLUGIN_DIR", raising=False)
    fake = FakeTerraform(folder)
    fake.answers()
    return fake
