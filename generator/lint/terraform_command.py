"""The `terraform` command and its aws provider, installed once into a cache that later runs use."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp

from generator.lint.findings import Finding
from generator.root import PROVEN_PROVIDER, REQUIRED_TERRAFORM

PLUGIN_DIR_VARIABLE = "HOLDFAST_TERRAFORM_PLUGIN_DIR"
LOCK_FILE = ".terraform.lock.hcl"
PROVIDERS = Path(".terraform", "providers")
_BINARY = "*/hashicorp/aws/*/*/terraform-provider-aws*"  # host, version, platform: any
_OLDEST = tuple(map(int, re.findall(r"\d+", REQUIRED_TERRAFORM)))
_MOST_SECONDS = 600  # a first run may download the provider, some 150 MB
_MOST_SECONDS_TO_END = 10
_ENVIRONMENT = {
    "TF_IN_AUTOMATION": "1",
    "CHECKPOINT_DISABLE": "1",
    "TF_CLI_ARGS": "-no-color",
    # Reading the provider's schema leaves little but garbage; collect it less often.
    "GOGC": "400",
}
# What these say is meant for the user's own roots.
_NOT_OURS = re.compile(r"TF_CLI_ARGS_\w+|TF_DATA_DIR|TF_WORKSPACE")


def installed() -> str | None:
    """Return the path of the `terraform` binary, or None."""
    return shutil.which("terraform")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`; one that cannot run, or never ends, comes back as a failed one."""
    command = [installed() or "terraform", *arguments]
    environment = {key: text for key, text in os.environ.items() if not _NOT_OURS.fullmatch(key)}
    configuration = environment.get("TF_CLI_CONFIG_FILE")
    if configuration is not None and not Path(configuration).is_file():
        # Terraform warns about it at every call, in the middle of its answers.
        del environment["TF_CLI_CONFIG_FILE"]
    try:
        with subprocess.Popen(  # noqa: S603 - the arguments are ours
            command,
            cwd=folder,
            env={**environment, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            try:
                output, errors = process.communicate(timeout=_MOST_SECONDS)
                return subprocess.CompletedProcess(command, process.returncode, output, errors)
            except subprocess.TimeoutExpired:
                reason = f"it had not ended after {_MOST_SECONDS} seconds"
                _end(process)
    except OSError as error:
        reason = str(error)
    return subprocess.CompletedProcess(command, 1, "", reason)


def _end(process: subprocess.Popen[str]) -> None:
    """Ask first: terraform then ends its provider, which would outlive a killed terraform."""
    process.terminate()
    try:
        process.communicate(timeout=_MOST_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()


def failed(what: str, done: subprocess.CompletedProcess[str], fix: str = "") -> Finding:
    """Return the finding that says that `terraform WHAT` failed, and in which words."""
    words = " ".join((done.stderr or done.stdout).translate(dict.fromkeys(map(ord, "╷│╵"))).split())
    return Finding(
        rule=f"terraform-{what}",
        severity="error",
        place="terraform",
        path="",
        message=f"`terraform {what}` failed: {words[:600] or f'exit status {done.returncode}'}",
        fix=fix,
    )


def version(folder: Path) -> str | Finding:
    """Return terraform's version; a finding where it is older than the rendered roots require."""
    fix = f"install terraform {REQUIRED_TERRAFORM}, or take it off PATH: then lint skips it"
    done = run(folder, "version", "-json")
    try:
        found: str = json.loads(done.stdout)["terraform_version"]
    except (ValueError, KeyError):
        return failed("version", done, fix)
    if tuple(map(int, re.findall(r"\d+", found)[:2])) >= _OLDEST:
        return found
    return Finding(
        rule="terraform-version",
        severity="error",
        place="terraform",
        path="",
        message=f"{installed()} is version {found}; the roots require {REQUIRED_TERRAFORM}",
        fix=fix,
    )


def cache(folder: Path) -> Path:
    """Return Holdfast's cache; a folder in `folder` where the user has no home for one."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute()
    except RuntimeError:
        home = folder / ".cache"
    return home / "holdfast"


def provider(folder: Path) -> Path | Finding:
    """Return a folder that `terraform init` filled with the provider and its lock file.

    It is in the cache, or in `folder` where the cache cannot be written. The provider comes from
    the mirror in HOLDFAST_TERRAFORM_PLUGIN_DIR where that is set, else from terraform's registry.
    """
    variable = os.environ.get(PLUGIN_DIR_VARIABLE)
    mirror = str(Path(variable).absolute()) if variable else ""
    name = re.sub(r"[^A-Za-z0-9]+", "_", f"{PROVEN_PROVIDER} {mirror}").strip("_")
    kept = cache(folder) / "terraform" / name
    if _whole(kept):
        return kept
    if kept.is_dir() and not _whole(kept):  # the mirror that it leads to was moved away
        shutil.rmtree(kept, ignore_errors=True)
    work = _beside(kept, folder)
    requirement = {"aws": {"source": "hashicorp/aws", "version": PROVEN_PROVIDER}}
    configuration = {"terraform": {"required_providers": requirement}}
    (work / "versions.tf.json").write_text(json.dumps(configuration), encoding="utf-8")
    options = [f"-plugin-dir={mirror}"] if mirror else []
    done = run(work, "init", "-backend=false", "-input=false", *options)
    if done.returncode != 0:
        shutil.rmtree(work, ignore_errors=True)
        fix = f"where there is no network, name a mirror's folder in {PLUGIN_DIR_VARIABLE}"
        return failed("init", done, fix)
    try:
        work.rename(kept)
    except OSError:  # another run was first, or nothing can be kept
        if not _whole(kept):
            return work
        shutil.rmtree(work, ignore_errors=True)
    return kept


def _whole(folder: Path) -> bool:
    return (folder / LOCK_FILE).is_file() and any((folder / PROVIDERS).glob(_BINARY))


def _beside(kept: Path, folder: Path) -> Path:
    """Return a new folder that can be renamed to `kept`, or any new one."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        return Path(mkdtemp(prefix=".filling-", dir=kept.parent))
    except OSError:
        return Path(mkdtemp(prefix=".filling-", dir=folder))
