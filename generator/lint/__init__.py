"""`holdfast lint`: renders in memory, then lets cfn-lint, terraform and our own rules judge."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from generator import workspace
from generator.errors import Mistakes
from generator.generate import rendered
from generator.lint import authority, origins, posture
from generator.lint.findings import Acceptance, Finding, accepting, mistaken
from generator.lint.formats import formatted
from generator.lint.formats.scope import CFN_LINT, TERRAFORM, About, Scope
from generator.lint.leaves import check_leaves
from generator.lint.templates import lint_templates
from generator.lint.terraform_command import installed
from generator.lint.terraform_tool import lint_roots
from generator.pipeline import Tree

NO_TERRAFORM = "terraform is not installed: fmt and validate are skipped"
# What is found beside the posture rules.
OTHERS = (
    About(
        id="HF099",
        severity="warning",
        title="Acceptance of nothing",
        reason="An entry that outlives its finding would hide the next one.",
        fix="remove the entry",
    ),
    About(
        id="HF900",
        severity="error",
        title="Both outputs hold every fact",
        reason="What one of them lacks is a defect of Holdfast.",
        fix="report it: this is a defect of Holdfast, not of your file",
    ),
    About(
        id=CFN_LINT,
        severity="error",
        title="CloudFormation templates",
        reason="Its rules know what CloudFormation refuses.",
    ),
    About(
        id=TERRAFORM,
        severity="error",
        title="fmt and validate of the roots",
        reason="They know what Terraform refuses.",
    ),
)


def run(names: Sequence[str], form: str) -> bool:
    """Print every finding in one of `FORMATS` and return whether one of them fails.

    Stdout takes the document alone. Raises `Mistakes`, for `github` after annotating them; the
    other formats describe what was judged, and then nothing was.
    """
    try:
        loaded = workspace.load(names)
        trees = rendered(loaded)
    except Mistakes as error:
        if form == "github":
            click.echo(formatted(mistaken(error), form), nl=False)
        raise
    findings = _ours(loaded, trees) + origins.in_output(_tools(trees), loaded, trees)
    click.echo(formatted(findings, form, _scope(trees)), nl=False)
    failing = len({str(finding) for finding in findings if finding.fails})
    notes = len({str(each) for each in findings if not (each.fails or each.acceptance)})
    click.echo(f"environments: {len(trees)}, findings: {failing}, notes: {notes}", err=True)
    return failing > 0


def _scope(trees: Sequence[Tree]) -> Scope:
    return Scope(
        rules=(*posture.RULES, *OTHERS),
        subjects=[tree.environment.name for tree in trees],
        skipped={} if installed() else {TERRAFORM: NO_TERRAFORM},
    )


def _ours(loaded: Sequence[workspace.Loaded], trees: Sequence[Tree]) -> list[Finding]:
    findings = []
    reach = authority.check(loaded, trees)
    for each, tree, found in zip(loaded, trees, reach, strict=True):
        accepted = {
            key: Acceptance(reason=reason, mark=each.document.mark(("lint", "accept", key)))
            for key, reason in each.environment.spec.lint.accept.items()
        }
        judged, unused = accepting([*posture.check(each), *found], accepted)
        judged += [
            Finding(
                rule="HF099",
                severity="warning",
                place=str(accepted[key].mark),
                path=f"lint.accept.{key}",
                message=f"{key} is accepted but not found",
                fix="remove the entry",
            )
            for key in unused
        ]
        findings += [origins.in_environment(finding, each) for finding in judged]
        findings += origins.in_output(check_leaves(tree), [each], [tree])
    return findings


def _tools(trees: Sequence[Tree]) -> list[Finding]:
    with TemporaryDirectory(prefix="holdfast-") as name, ThreadPoolExecutor(1) as pool:
        folder = Path(name)
        waiting = None
        if installed() is None:
            click.echo(NO_TERRAFORM, err=True)
        else:
            roots = folder / "terraform"
            roots.mkdir()
            waiting = pool.submit(lint_roots, trees, roots, remember=True)
        findings = lint_templates(trees, folder / "cloudformation")
        return findings + (waiting.result() if waiting is not None else [])
