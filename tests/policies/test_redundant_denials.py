"""Every denial changes who can delete what, or is known to be redundant and why."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from tests.policies.authority_mutants import unnoticed

REVIEWED = Path(__file__).with_name("redundant.yaml")


def patterns() -> dict[str, str]:
    """Return pattern → reason."""
    entries = yaml.safe_load(REVIEWED.read_text(encoding="utf-8"))
    found = [(line, entry["reason"]) for entry in entries for line in entry["lines"]]
    assert len(dict(found)) == len(found), "a pattern stands there twice"
    return dict(found)


def test_every_denial_changes_a_cell_or_is_reviewed() -> None:
    silent, changing = unnoticed()
    reviewed = patterns()
    assert changing, "no denial changes anything: the matrix sees nothing"
    assert [one for one in sorted(silent) if not fits(one, reviewed)] == []


def test_no_reviewed_entry_is_stale() -> None:
    silent, changing = unnoticed()
    reviewed = patterns()
    assert [one for one in reviewed if not any(fnmatchcase(line, one) for line in silent)] == []
    assert {one: fits(one, reviewed) for one in sorted(changing) if fits(one, reviewed)} == {}
    assert all(reason.strip().endswith(".") for reason in reviewed.values())


def test_the_lines_that_matter_most_are_seen() -> None:
    _, changing = unnoticed()
    assert changing >= {
        "vault OnlyBreakGlassDestroys backup:DeleteRecoveryPoint",
        "vault OnlyDeployChanges backup:PutBackupVaultAccessPolicy",
        "key OnlyBreakGlassDestroys kms:ScheduleKeyDeletion",
        "key OnlyDeployChanges kms:PutKeyPolicy",
    }
    kinds = {line.split()[0] for line in changing}
    assert {"operator", "backup-administrator"} <= kinds
    assert any(kind.startswith("deny-destroy") for kind in kinds)
    assert any(kind.startswith("service-control-policy") for kind in kinds)


def fits(line: str, reviewed: dict[str, str]) -> list[str]:
    return [pattern for pattern in reviewed if fnmatchcase(line, pattern)]
