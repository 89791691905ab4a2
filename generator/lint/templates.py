"""cfn-lint over rendered templates, as a library and with every rule, informational ones too."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from generator.lint.findings import Finding, Severity
from generator.pipeline import CLOUDFORMATION, Tree

_SEVERITIES: Mapping[str, Severity] = {
    "error": "error",
    "warning": "warning",
    # An informational finding in a template of ours is a defect of ours: it fails too.
    "informational": "warning",
}


# The ARN of a recovery point may carry any service; cfn-lint 1.58 compares the placeholder that its
# data has for it with the service of our ARNs, so no ARN would do.
_ANY_SERVICE = "arn:${Partition}:${Vendor}:"


def lint_templates(trees: Iterable[Tree], folder: Path) -> list[Finding]:
    """Return cfn-lint's findings; `folder` takes the templates while it runs."""
    by_region: dict[str, dict[str, str]] = {}
    for tree in trees:
        for name, text in tree.files.items():
            if name.startswith(f"{CLOUDFORMATION}/"):
                path = folder / tree.environment.name / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                shown = f"output/{tree.environment.name}/{name}"
                by_region.setdefault(tree.environment.region, {})[str(path)] = shown
    return list(_findings(by_region))


def _findings(by_region: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    from cfnlint.config import ConfigMixIn, ManualArgs
    from cfnlint.helpers import REGION_PRIMARY, REGIONS
    from cfnlint.runner import Runner

    logging.getLogger("cfnlint").setLevel(logging.ERROR)
    runner = None
    for region, paths in by_region.items():
        # HF017 tells of a Region that is not known; cfn-lint would refuse to judge anything.
        judged_in = region if region in REGIONS else REGION_PRIMARY
        config = ConfigMixIn(
            [], **ManualArgs(templates=list(paths), regions=[judged_in], include_checks=["I"])
        )
        if runner is None:
            runner = Runner(config)
        runner.config = config  # loading the rules takes longer than judging a template
        for match in runner.run():
            if match.rule.id == "I3510" and _ANY_SERVICE in match.message:
                continue
            yield Finding(
                rule=match.rule.id,
                severity=_SEVERITIES[match.rule.severity],
                place=f"{paths[str(match.filename)]}:{match.linenumber}:{match.columnnumber}",
                path="",
                message=match.message,
            )
