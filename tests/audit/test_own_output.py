"""What Holdfast renders passes its own audit: every table that it defines is wholly covered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.audit import Audit, audit
from generator.audit.model import Options
from tests.conftest import ROOT

ENVIRONMENTS = ("dev", "prod", "staging")


def own(name: str) -> tuple[list[Path], Options]:
    """Return the templates of an example environment, and where they are deployed."""
    environment = (ROOT / "environments" / f"{name}.yaml").read_text(encoding="utf-8")
    account = re.search(r'account_id: "(\d+)"', environment)
    assert account is not None
    region = re.search(r"^region: (\S+)", environment, re.MULTILINE)
    base = (ROOT / "environments" / "base.yaml").read_text(encoding="utf-8")
    region = region or re.search(r"^region: (\S+)", base, re.MULTILINE)
    assert region is not None
    templates = sorted((ROOT / "output" / name / "cloudformation").glob("*.yaml"))
    return templates, Options(account_id=account[1], region=region[1])


def own_audit(name: str, without: str = "") -> Audit:
    templates, options = own(name)
    return audit([str(path) for path in templates if path.name != without], options)


def test_every_table_of_prod_is_covered() -> None:
    report = own_audit("prod")
    assert report.tables == 3
    assert [each for each in report.findings if each.fails] == []
    # What classes of protection leave out on purpose, and a table that others define.
    assert {each.rule for each in report.findings} <= {"HF005", "HF102"}
    assert "unknown" not in report.coverage.replace("lock unknown; in another account: yes", "")
    assert report.coverage.count("  backup: yes\n") == 3
    assert "in another account: yes" in report.coverage


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_table_is_backed_up_and_recoverable(name: str) -> None:
    rules = {each.rule for each in own_audit(name).findings}
    assert rules & {"HF001", "HF002", "HF100", "HF107", "HF108", "HF112"} == set()


def test_without_the_backup_template_nothing_is_covered() -> None:
    report = own_audit("prod", without="backup.yaml")
    assert sum(each.rule == "HF002" for each in report.findings) == 3


def test_without_account_and_region_it_is_unknown() -> None:
    templates, _ = own("prod")
    report = audit([str(path) for path in templates], Options())
    told = [each.message for each in report.findings if each.rule == "HF002"]
    assert len(told) == 3
    assert all(each.startswith("unknown: ") for each in told)
