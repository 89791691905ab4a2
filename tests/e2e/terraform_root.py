"""A rendered Terraform root, copied aside and run by the real `terraform` on local endpoints."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OVERRIDE_FILE = "zz_local_override.tf"
# Terraform merges the blocks of a file that ends in _override.tf into those of the root.
# Endpoints and credentials come from the environment, so the account check of the root stays on.
# Three attempts ride out a connection that the server resets (1 request in some thousands); the
# default of 25 would retry what moto does not know for many minutes.
OVERRIDE = """\
terraform {
  backend "local" {}
}

provider "aws" {
  s3_use_path_style = true
  max_retries       = 3
}
"""
RUN = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
PREVENT_DESTROY = re.compile(r"^\s*prevent_destroy\s*=\s*true\s*\n", re.MULTILINE)


class TerraformError(Exception):
    """A command of Terraform that failed, with everything that it printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A resource that a plan would change."""

    address: str
    actions: tuple[str, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformRoot:
    """A copy of a root module and the environment that its commands run in."""

    directory: Path
    environment: Mapping[str, str]
    parallelism: int = 10  # what terraform does by itself: more has stalled an apply here

    @classmethod
    def copy(cls, source: Path, target: Path, environment: Mapping[str, str]) -> TerraformRoot:
        """Copy the files of a root (no state, no plugins) and override provider and backend.

        The code of functions, which lies beside a root, comes along.
        """
        if (code := source.parent / "functions").is_dir():
            shutil.copytree(code, target.parent / "functions")
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
        (target / OVERRIDE_FILE).write_text(OVERRIDE)
        return cls(directory=target, environment=environment)

    def init(self, plugin_dir: Path | None = None) -> str:
        """Initialise, with the providers of a mirror where one is given. Takes about 2 s."""
        mirror = [] if plugin_dir is None else [f"-plugin-dir={plugin_dir}"]
        return self._run("init", "-reconfigure", *mirror, timeout_seconds=900)

    def validate(self) -> str:
        """Validate; raises TerraformError with the diagnostics."""
        return self._run("validate", timeout_seconds=900)

    def apply(self, timeout_seconds: int = 900) -> str:
        """Create or change everything."""
        arguments = ("-auto-approve", f"-parallelism={self.parallelism}")
        return self._run("apply", *arguments, timeout_seconds=timeout_seconds)

    def destroy(self, timeout_seconds: int = 900) -> str:
        """Destroy everything; raises TerraformError where `prevent_destroy` stands in the way."""
        arguments = ("-auto-approve", f"-parallelism={self.parallelism}")
        return self._run("destroy", *arguments, timeout_seconds=timeout_seconds)

    def addresses(self) -> list[str]:
        """Return the addresses of what the state holds."""
        return self._run("state", "list", timeout_seconds=900).splitlines()

    def forget(self, *addresses: str) -> str:
        """Drop resources from the state; they themselves stay."""
        return self._run("state", "rm", *addresses, timeout_seconds=900)

    def plan(self) -> dict[str, Any]:
        """Return the plan as `terraform show -json` prints it."""
        plan_file = self.directory / "local.tfplan"
        arguments = (f"-out={plan_file}", f"-parallelism={self.parallelism}")
        self._run("plan", "-detailed-exitcode", *arguments, timeout_seconds=900, allowed=(0, 2))
        shown = self._run("show", "-json", str(plan_file), timeout_seconds=900)
        plan: dict[str, Any] = json.loads(shown)
        return plan

    def drifts(self) -> list[Drift]:
        """Return what a plan would change, with the attributes that differ; none after an apply."""
        return [
            Drift(
                address=change["address"],
                actions=tuple(change["change"]["actions"]),
                attributes=tuple(_differing(change["change"])),
            )
            for change in self.plan()["resource_changes"]
            if change["change"]["actions"] not in (["no-op"], ["read"])
        ]

    def allow_destroy(self) -> int:
        """Remove exactly the `prevent_destroy = true` lines from the copy; return how many."""
        removed = 0
        for path in self.directory.glob("*.tf"):
            text, count = PREVENT_DESTROY.subn("", path.read_text())
            path.write_text(text)
            removed += count
        return removed

    def run(self, subcommand: str, *arguments: str) -> str:
        """Run any other command; raises TerraformError where it fails."""
        return self._run(subcommand, *arguments, timeout_seconds=900)

    def _run(
        self,
        subcommand: str,
        *arguments: str,
        timeout_seconds: int,
        allowed: tuple[int, ...] = (0,),
    ) -> str:
        environment = {**self.environment, **RUN}
        if not Path(environment.get("TF_CLI_CONFIG_FILE", os.devnull)).exists():
            del environment["TF_CLI_CONFIG_FILE"]  # Terraform would refuse to start
        # `state` has commands of its own, which take no option before them.
        plain = [] if subcommand == "state" else ["-no-color"]
        command = ["terraform", subcommand, *plain, *arguments]
        with subprocess.Popen(
            command,
            cwd=self.directory,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, errors = process.communicate(timeout=timeout_seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # with the providers, its children
                raise
        if process.returncode not in allowed:
            raise TerraformError(f"{' '.join(command)}: {process.returncode}\n{output}{errors}")
        return output


def _differing(change: Mapping[str, Any]) -> Iterator[str]:
    before, after = change["before"] or {}, change["after"] or {}
    unknown = change["after_unknown"] or {}
    for name in sorted(before.keys() | after.keys() | unknown.keys()):
        if before.get(name) != after.get(name) or _holds_true(unknown.get(name)):
            yield name


def _holds_true(unknown: Any) -> bool:
    """Tell whether anything in this part of `after_unknown` is unknown, however deep."""
    if isinstance(unknown, dict):
        return any(map(_holds_true, unknown.values()))
    if isinstance(unknown, list):
        return any(map(_holds_true, unknown))
    return bool(unknown)
