"""cfn-lint over rendered templates, as a library and with every rule, informational ones too."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.lint.findings import Finding, Severity
from generator.pipeline import CLOUDFORMATION, Tree

_SEVERITIES: Mapping[str, Severity] = {
    "error": "error",
    "warning": "warning",
    # An informational finding in a template of ours is a defect of ours: it fails too.
    "informational": "warning",
}


def lint_templates(trees: Iterable[Tree], folder: Path) -> list[Finding]:
    """Return cfn-lint's findings; `folder` takes the templates while it runs."""
    from cfnlint.config import ConfigMixIn, ManualArgs
    from cfnlint.runner import Runner

    logging.getLogger("cfnlint").setLevel(logging.ERROR)
    by_region: dict[str, dict[str, str]] = {}
    for tree in trees:
        for name, text in tree.files.items():
            if name.startswith(f"{CLOUDFORMATION}/"):
                path = folder / tree.environment.name / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                shown = f"output/{tree.environment.name}/{name}"
                by_region.setdefault(tree.environment.region, {})[str(path)] = shown
    return [
        Finding(
            rule=match.rule.id,
            severity=_SEVERITIES[match.rule.severity],
            place=f"{paths[str(match.filename)]}:{match.linenumber}:{match.columnnumber}",
            path="",
            message=match.message,
        )
        for region, paths in by_region.items()
        for match in Runner(
            ConfigMixIn(
                [], **ManualArgs(templates=list(paths), regions=[region], include_checks=["I"])
            )
        ).run()
    ]
