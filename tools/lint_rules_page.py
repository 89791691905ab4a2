"""Writes docs/lint-rules.md from the rules themselves, so that the page cannot grow stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = "docs/lint-rules.md"

_BEFORE = """\
<!-- Written by tools/lint_rules_page.py from generator/lint/posture.py. -->

# Lint rules

`holdfast lint` renders in memory and reports what cfn-lint and `terraform` find in the result, and
what these rules find in the environment itself. An error or a warning makes it exit with 1; a note
informs. A finding you can live with is accepted in the environment file, everywhere or for one
place, always with its reason:

```yaml
lint:
  accept:
    HF004: the data can be made again
    HF001:tables.sessions: sessions last an hour
```

An entry that accepts nothing is a warning itself (`HF099`), so that it goes when its cause goes.
`HF900` says that something of your file is missing in one of the two outputs: a defect of Holdfast.
For machines there are [other formats](ci.md) of all findings.

| rule | severity | finds |
|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown."""
    from generator.lint.posture import RULES

    rows = "".join(
        f"| [{rule.id}](#{_anchor(rule.id, rule.title)}) | {rule.severity} | {rule.title} |\n"
        for rule in RULES
    )
    return _BEFORE + rows + "".join(_sections())


def _sections() -> Iterator[str]:
    from generator.lint.posture import RULES

    for rule in RULES:
        controls = ", ".join(f"`{control}`" for control in rule.controls) or "none"
        yield (
            f"\n## {rule.id}: {rule.title}\n\n"
            f"{rule.reason}\n\n"
            f"- Severity: {rule.severity}\n"
            f"- Fix: {rule.fix}\n"
            f"- Audit controls it answers: {controls}\n"
        )


def _anchor(rule_id: str, title: str) -> str:
    return f"{rule_id} {title}".lower().replace(" ", "-").replace(":", "").replace("'", "")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    (ROOT / PAGE).write_text(page(), encoding="utf-8")
    print(f"{PAGE} written")
