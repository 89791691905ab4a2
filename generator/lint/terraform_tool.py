"""Runs the real `terraform`: fmt and validate over every environment's root at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from generator.lint.findings import Finding
from generator.pipeline import TERRAFORM, Tree
from generator.root import REQUIRED_PROVIDER

PLUGIN_DIR_VARIABLE = "HOLDFAST_TERRAFORM_PLUGIN_DIR"
_SECONDS = 600
_LOCK_FILE = ".terraform.lock.hcl"


def installed() -> str | None:
    """Return the path of the `terraform` binary, or None."""
    return shutil.which("terraform")


def lint_roots(trees: Iterable[Tree], folder: Path) -> list[Finding]:
    """Return what `terraform fmt -check` and `terraform validate` find.

    Every root becomes a module of one root in `folder`, all under one provider block, so that the
    provider starts once. It is installed by `terraform init` (from the folder in
    HOLDFAST_TERRAFORM_PLUGIN_DIR where that is set) into a cache that later runs use.
    """
    modules = []
    for tree in trees:
        name = tree.environment.name
        for path, text in tree.files.items():
            if path.startswith(f"{TERRAFORM}/"):
                target = folder / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        modules.append(name)
    findings = _formatted(folder)
    for name in modules:
        # A module cannot hold the backend of its root, and each provider block starts a process.
        (folder / name / TERRAFORM / "backend.tf").unlink(missing_ok=True)
        (folder / name / TERRAFORM / "provider.tf").replace(folder / "provider.tf")
    main = (f'module "{name}" {{\n  source = "./{name}/{TERRAFORM}"\n}}\n' for name in modules)
    (folder / "main.tf").write_text("\n".join(main), encoding="utf-8")
    return findings + _initialised(folder) + _validated(folder)


def _formatted(folder: Path) -> list[Finding]:
    done = _run(folder, "fmt", "-check", "-list=true", "-recursive")
    return [
        Finding(
            rule="terraform-fmt",
            severity="error",
            place=f"output/{name}",
            path="",
            message="is not laid out as `terraform fmt` would",
            fix="report it: this is a defect of Holdfast, not of your file",
        )
        for name in done.stdout.split()
    ]


def _initialised(folder: Path) -> list[Finding]:
    cache = _cache()
    if not (cache / _LOCK_FILE).is_file():
        failed = _fill(cache)
        if failed is not None:
            return [failed]
    data = folder / ".terraform"
    data.mkdir()
    (data / "providers").symlink_to(cache / ".terraform" / "providers", target_is_directory=True)
    shutil.copy(cache / _LOCK_FILE, folder / _LOCK_FILE)
    done = _run(folder, "get")
    return [] if done.returncode == 0 else [_failed("get", done)]


def _fill(cache: Path) -> Finding | None:
    """Install the provider into `cache` once; the lock file, made last, says that it is whole."""
    work = cache.with_name(f"{cache.name}.{os.getpid()}")
    work.mkdir(parents=True, exist_ok=True)
    provider = {"source": "hashicorp/aws", "version": REQUIRED_PROVIDER}
    configuration = {"terraform": {"required_providers": {"aws": provider}}}
    (work / "versions.tf.json").write_text(json.dumps(configuration), encoding="utf-8")
    mirror = os.environ.get(PLUGIN_DIR_VARIABLE)
    options = [f"-plugin-dir={mirror}"] if mirror else []
    done = _run(work, "init", "-backend=false", "-input=false", *options)
    if done.returncode == 0 and not cache.exists():
        work.rename(cache)
    shutil.rmtree(work, ignore_errors=True)
    return None if done.returncode == 0 else _failed("init", done)


def _cache() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    mirror = os.environ.get(PLUGIN_DIR_VARIABLE, "")
    name = re.sub(r"[^A-Za-z0-9]+", "_", f"{REQUIRED_PROVIDER} {mirror}").strip("_")
    return home / "holdfast" / "terraform" / name


def _validated(folder: Path) -> list[Finding]:
    done = _run(folder, "validate", "-json")
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return [_failed("validate", done)]
    findings = []
    for diagnostic in report["diagnostics"]:
        place = diagnostic.get("range", {})
        line = place.get("start", {}).get("line", 1)
        findings.append(
            Finding(
                rule="terraform-validate",
                severity="error" if diagnostic["severity"] == "error" else "warning",
                place=f"output/{place.get('filename', '')}:{line}",
                path="",
                message=f"{diagnostic['summary']} {diagnostic.get('detail', '')}".strip(),
            )
        )
    return findings


def _failed(what: str, done: subprocess.CompletedProcess[str]) -> Finding:
    words = " ".join((done.stderr or done.stdout).split())
    return Finding(
        rule=f"terraform-{what}",
        severity="error",
        place="terraform",
        path="",
        message=f"`terraform {what}` failed: {words[-600:]}",
        fix=f"with a local provider mirror, name its folder in {PLUGIN_DIR_VARIABLE}",
    )


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    quiet = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}
    environment = {**os.environ, **quiet}
    configuration = environment.get("TF_CLI_CONFIG_FILE")
    if configuration is not None and not Path(configuration).is_file():
        # Terraform warns about it at every call, in the middle of its answers.
        del environment["TF_CLI_CONFIG_FILE"]
    return subprocess.run(  # noqa: S603 - the arguments are ours
        [installed() or "terraform", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
