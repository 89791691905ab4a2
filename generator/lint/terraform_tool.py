"""Lets the real `terraform` judge: fmt and validate over every environment's root at once."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from generator.lint.findings import Finding
from generator.lint.terraform_command import (
    LOCK_FILE,
    PROVIDERS,
    cache,
    failed,
    provider,
    run,
    version,
)
from generator.pipeline import TERRAFORM, Tree

# `terraform/…`, or a root of its own such as `terraform-organization/…`.
_ROOT_FILE = re.compile(rf"{TERRAFORM}(-[a-z]+)?/")
_ALIAS = re.compile(r"^  provider\s*= aws\.(\w+)$", re.MULTILINE)


def lint_roots(trees: Iterable[Tree], folder: Path, *, remember: bool = False) -> list[Finding]:
    """Return what `terraform fmt -check` and `terraform validate` find; `folder` is for their use.

    With `remember`, a root that passed is not judged again until it, terraform or the provider
    changes: the cache holds, for each environment, a digest of them all. Same input, same verdict.
    """
    terraform = version(folder)
    if isinstance(terraform, Finding):
        return [terraform]
    plugins = provider(folder)
    if isinstance(plugins, Finding):
        return [plugins]
    if not remember:
        return _judged(tuple(trees), folder, plugins)
    judges = terraform + (plugins / LOCK_FILE).read_text(encoding="utf-8")
    records = cache(folder) / "passed"
    changed = [
        (tree, record, digest)
        for tree in trees
        if _read(record := records / f"{tree.environment.project}.{tree.environment.name}")
        != (digest := _digest(tree, judges))
    ]
    findings = _judged([tree for tree, _, _ in changed], folder, plugins) if changed else []
    if not findings:
        for _, record, digest in changed:
            _write(record, digest)
    return findings


def _digest(tree: Tree, judges: str) -> str:
    roots = {path: text for path, text in tree.files.items() if _ROOT_FILE.match(path)}
    return sha256(json.dumps([judges, roots]).encode()).hexdigest()


def _read(record: Path) -> str | None:
    try:
        return record.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None


def _write(record: Path, digest: str) -> None:
    with suppress(OSError):  # what cannot be kept is found out again
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(digest, encoding="ascii")


def _judged(trees: Iterable[Tree], folder: Path, plugins: Path) -> list[Finding]:
    """Judge the roots as modules of one, all under one provider block: each block costs a start."""
    roots: dict[Path, None] = {}
    aliases: dict[str, None] = {}
    for tree in trees:
        for path, text in tree.files.items():
            if _ROOT_FILE.match(path):
                target = folder / tree.environment.name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                roots[target.parent] = None
    findings = _formatted(folder)
    modules = []
    for root in roots:
        (root / "backend.tf").unlink(missing_ok=True)  # a module cannot hold it
        with suppress(FileNotFoundError):
            (root / "provider.tf").unlink()
        used = _aliases(root)
        aliases |= used
        modules.append(_module(root.relative_to(folder), used))
    (folder / "main.tf").write_text("\n".join(modules), encoding="utf-8")
    (folder / "provider.tf").write_text(_providers(aliases), encoding="utf-8")
    data = folder / ".terraform"
    data.mkdir()
    (folder / PROVIDERS).symlink_to(plugins / PROVIDERS, target_is_directory=True)
    shutil.copy(plugins / LOCK_FILE, folder / LOCK_FILE)
    done = run(folder, "get")
    if done.returncode != 0:
        return [*findings, failed("get", done)]
    return findings + _validated(folder)


def _aliases(root: Path) -> dict[str, None]:
    """Return the aliased providers that a root uses, and let it take them from outside."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(root.glob("*.tf"))]
    used = dict.fromkeys(name for text in texts for name in _ALIAS.findall(text))
    if used:
        names = ", ".join(f"aws.{name}" for name in used)
        # Terraform merges a file of this name into the blocks of the others.
        (root / "aliases_override.tf").write_text(
            "terraform {\n  required_providers {\n    aws = {\n"
            f'      source = "hashicorp/aws"\n      configuration_aliases = [{names}]\n'
            "    }\n  }\n}\n",
            encoding="utf-8",
        )
    return used


def _module(root: Path, aliases: Iterable[str]) -> str:
    environment, folder = root.parts
    name = environment + folder.removeprefix(TERRAFORM)
    passed = "".join(f"    aws.{alias} = aws.{alias}\n" for alias in aliases)
    providers = f"  providers = {{\n    aws = aws\n{passed}  }}\n" if passed else ""
    return f'module "{name}" {{\n  source = "./{root.as_posix()}"\n{providers}}}\n'


def _providers(aliases: Iterable[str]) -> str:
    blocks = ['provider "aws" {\n  region = "eu-central-1"\n}\n']
    blocks += [
        f'provider "aws" {{\n  alias = "{alias}"\n  region = "{alias.replace("_", "-")}"\n}}\n'
        for alias in aliases
    ]
    return "\n".join(blocks)


def _formatted(folder: Path) -> list[Finding]:
    done = run(folder, "fmt", "-check", "-list=true", "-recursive")
    findings = [
        Finding(
            rule="terraform-fmt",
            severity="error",
            place=f"output/{name}",
            path="",
            message="is not laid out as `terraform fmt` would",
            fix="report it: this is a defect of Holdfast, not of your file",
        )
        for name in done.stdout.splitlines()
    ]
    if done.returncode != 0 and not findings:
        findings.append(failed("fmt", done))
    return findings


def _validated(folder: Path) -> list[Finding]:
    done = run(folder, "validate", "-json")
    try:
        diagnostics = json.loads(done.stdout)["diagnostics"]
    except (ValueError, KeyError):
        return [failed("validate", done)]
    findings = []
    for diagnostic in diagnostics:
        place = "terraform"
        if "range" in diagnostic:
            where = diagnostic["range"]
            place = f"output/{where['filename']}:{where['start']['line']}"
        findings.append(
            Finding(
                rule="terraform-validate",
                severity="error" if diagnostic["severity"] == "error" else "warning",
                place=place,
                path="",
                message=f"{diagnostic['summary']} {diagnostic.get('detail', '')}".strip(),
            )
        )
    return findings
