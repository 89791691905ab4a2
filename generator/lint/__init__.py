"""`holdfast lint`: renders in memory, then lets cfn-lint, terraform and our own rules judge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from generator import workspace
from generator.generate import rendered
from generator.lint import posture
from generator.lint.findings import Finding, without_accepted
from generator.lint.leaves import check_leaves
from generator.lint.templates import lint_templates
from generator.lint.terraform_command import installed
from generator.lint.terraform_tool import lint_roots
from generator.pipeline import Tree


def run(names: Sequence[str], *, as_json: bool) -> bool:
    """Print every finding and return whether one of them fails."""
    loaded = workspace.load(names)
    trees = rendered(loaded)
    findings = _ours(loaded, trees) + _tools(trees)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(str(finding))
        failing = sum(finding.fails for finding in findings)
        notes = len(findings) - failing
        click.echo(f"environments: {len(trees)}, findings: {failing}, notes: {notes}", err=True)
    return any(finding.fails for finding in findings)


def _ours(loaded: Sequence[workspace.Loaded], trees: Sequence[Tree]) -> list[Finding]:
    findings = []
    for each, tree in zip(loaded, trees, strict=True):
        accepted = each.environment.spec.lint.accept
        left, unused = without_accepted(posture.check(each), accepted)
        findings += left
        findings += [
            Finding(
                rule="HF099",
                severity="warning",
                place=str(each.document.mark(("lint", "accept", key))),
                path=f"lint.accept.{key}",
                message=f"{key} is accepted but not found",
                fix="remove the entry",
            )
            for key in unused
        ]
        findings += check_leaves(tree)
    return findings


def _tools(trees: Sequence[Tree]) -> list[Finding]:
    with TemporaryDirectory(prefix="holdfast-") as name, ThreadPoolExecutor(1) as pool:
        folder = Path(name)
        waiting = None
        if installed() is None:
            click.echo("terraform is not installed: fmt and validate are skipped", err=True)
        else:
            roots = folder / "terraform"
            roots.mkdir()
            waiting = pool.submit(lint_roots, trees, roots, remember=True)
        findings = lint_templates(trees, folder / "cloudformation")
        return findings + (waiting.result() if waiting is not None else [])
