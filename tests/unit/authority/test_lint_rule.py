"""HF018: every copy of a critical table within the reach of somebody who is not break-glass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator import pipeline, workspace
from generator.lint import authority
from generator.lint.findings import Finding
from tests.unit.authority.written import ARCHIVE, BASE, ONE_VAULT, TABLE

Check = Callable[..., list[Finding]]
CRITICAL = f"{ONE_VAULT}\ntables:\n  orders: {TABLE}\n"
COPIED = """
protections:
  critical:
    backups: {daily: {copies: {far: {to: archive, delete_after_days: 35}}}, monthly: null}
"""
CONTROLLED = "guardrails: {service_control_policy: {attached: true}}\n"


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return what the rule finds in `prod`, which alone is asked about."""
    monkeypatch.chdir(tmp_path)

    def found(prod: str, **others: str) -> list[Finding]:
        folder = Path("environments")
        folder.mkdir(exist_ok=True)
        texts = {"prod": f"environment: prod\n{BASE}{prod}", **others}
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        loaded = workspace.load(["prod"])
        trees = [pipeline.render(each.environment, ("cloudformation",)) for each in loaded]
        (findings,) = authority.check(loaded, trees)
        return findings

    return found


def test_it_says_who_and_how_and_where(check: Check) -> None:
    (finding,) = check(CRITICAL)
    assert (finding.rule, finding.severity) == ("HF018", "error")
    assert (finding.path, finding.mark.file) == ("tables.orders", "environments/prod.yaml")
    assert finding.mark.line == 11
    assert finding.message == (
        "account root can destroy every copy of critical table orders: "
        "account:CloseAccount on the account; so can, in other ways, administrator, Deploy"
    )
    for word in ("service control policies", "another account", "compliance lock"):
        assert word in finding.fix


def test_a_service_control_policy_that_is_attached_settles_it(check: Check) -> None:
    assert check(CRITICAL + CONTROLLED) == []


def test_a_copy_in_another_account_settles_it(check: Check) -> None:
    copied = CRITICAL.replace(ONE_VAULT, COPIED)
    assert check(copied, archive=ARCHIVE) == []


def test_a_copy_within_the_account_does_not(check: Check) -> None:
    near = ARCHIVE.replace("222222222222", "111111111111").replace("eu-central", "eu-west")
    copied = CRITICAL.replace(ONE_VAULT, COPIED)
    (finding,) = check(copied, archive=near)
    assert "account root" in finding.message


def test_a_compliance_lock_alone_does_not(check: Check) -> None:
    lock = "mode: compliance, cooling_off_days: 3, i_understand_this_cannot_be_undone: true"
    vaults = f"vaults: {{critical: {{lock: {{{lock}, min_retention_days: 7}}}}}}\n"
    assert [finding.rule for finding in check(CRITICAL + vaults)] == ["HF018"]


def test_tables_of_other_classes_are_not_asked_about(check: Check) -> None:
    assert check(CRITICAL.replace("protection: critical, ", "")) == []


def test_every_critical_table_is_named_at_its_own_line(check: Check) -> None:
    found = check(
        f"{CRITICAL}  carts: {TABLE}\n  sessions: {{partition_key: {{name: id, type: S}}}}\n"
    )
    assert [(each.path, each.mark.line) for each in found] == [
        ("tables.orders", 11),
        ("tables.carts", 12),
    ]


def test_a_critical_table_without_points_has_only_itself(check: Check) -> None:
    bare = "protections: {critical: {backups: {daily: null, monthly: null}}}"
    (finding,) = check(CRITICAL.replace(ONE_VAULT.strip(), bare))
    assert "CloseAccount" in finding.message
    assert check(CRITICAL.replace(ONE_VAULT.strip(), bare) + CONTROLLED) == []
