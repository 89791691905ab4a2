"""Writes docs/denials.md from the table of denials, so that the page cannot grow stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = "docs/denials.md"

_BEFORE = """\
<!-- Written by tools/denials_page.py from blueprints/denials.py. -->

# Who may not do what

Every action that destroys a copy of the data, or silences what makes and guards the copies, with
what it is denied on, where, who is exempt, and why. Policies of vaults and keys and the guardrails
are written from this table; break-glass is exempt in every row. How the denials are tried:
[the evaluation table](evaluation.md).

**Destroy** takes a copy away, shortens its retention, or lifts what keeps others from it:
break-glass only. **Change** alters or silences what makes and watches the copies: those who deploy
may.

Where it is denied: **operator** and **backup administrator** are policies that allow a job and deny
this; **deny** is the set of policies to attach to anybody; **SCP** the service control policies;
**vault**, **bucket** and **key** the policies of these resources. Nowhere: for the reason given.
"""
_DOCUMENTS = {
    "OPERATOR": "operator",
    "BACKUP_ADMINISTRATOR": "backup administrator",
    "DENY": "deny",
    "SERVICE_CONTROL": "SCP",
    "VAULT": "vault",
    "BUCKET": "bucket",
    "KEY": "key",
}
_EXEMPT = {
    "DEPLOY": "who deploys",
    "BACKUP_ROLE": "the role of AWS Backup",
    "SNAPSHOTS": "the function that takes native backups",
    "RECOVERY": "the functions that apply settings and keep recovery on",
    "REPLICATION": "what replicates into a destination",
    "MACHINES": "the state machines that call them",
}


def page() -> str:
    """Return the page as Markdown."""
    return _BEFORE + "".join(_sections())


def _sections() -> Iterator[str]:
    from blueprints.denials import ROWS, Kind

    for kind in Kind:
        yield f"\n## {kind.value.capitalize()}\n\n"
        yield "| actions | on | denied in | exempt | why |\n|---|---|---|---|---|\n"
        for row in ROWS:
            if row.kind is kind:
                actions = " ".join(f"`{action}`" for action in row.actions)
                where = ", ".join(_DOCUMENTS[each.name] for each in row.documents if each.name)
                exempt = ", ".join(_EXEMPT[each.name] for each in row.exempt if each.name)
                cells = (actions, row.scope.value, where or "nowhere", exempt or "nobody", row.why)
                yield f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    (ROOT / PAGE).write_text(page(), encoding="utf-8")
    print(f"{PAGE} written")
