"""Templates and plans in many authors' styles, each with the whole report it must give.

HOLDFAST_UPDATE_GOLDEN=1 writes the reports; read every change of them like code.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.audit.rules import RULES
from tests.unit.command import holdfast

CASES = Path(__file__).parent / "cases"
UPDATE = os.environ.get("HOLDFAST_UPDATE_GOLDEN") == "1"
HERE = ("--account-id", "111111111111", "--region", "eu-central-1")
PROD = ("--parameter", "Environment=prod", "--parameter", "Audited=yes")
# Case, report, arguments.
RUNS = (
    ("hand-written", "as-is", ("template.yaml",)),
    ("hand-written", "stage-given", ("template.yaml", "--parameter", "Stage=prod", *HERE)),
    ("cdk-exports", "both", ("ShopData.template.json", "ShopBackup.template.json")),
    ("cdk-exports", "backup-alone", ("ShopBackup.template.json",)),
    ("cdk-exports", "data-alone", ("ShopData.template.json",)),
    ("sam", "as-is", ("template.yaml",)),
    ("nested-conditions", "as-is", ("template.yaml",)),
    ("nested-conditions", "prod", ("template.yaml", *PROD, *HERE)),
    ("nested-stacks", "as-is", ("root.yaml",)),
    ("stage-mappings", "as-is", ("template.yaml",)),
    ("stage-mappings", "prod", ("template.yaml", "--parameter", "Stage=production", *HERE)),
    ("list-of-tags", "as-is", ("template.yaml",)),
    ("list-of-tags", "team-given", ("template.yaml", "--parameter", "Team=daily")),
    ("tag-conditions", "as-is", ("template.yaml",)),
    ("wildcards", "as-is", ("template.yaml", *HERE)),
    ("wildcards", "somewhere", ("template.yaml",)),
    ("by-name", "as-is", ("template.json", *HERE)),
    ("global-table", "as-is", ("template.yaml", *HERE)),
    ("global-table", "somewhere", ("template.yaml",)),
    ("composable", "as-is", ("vault.yaml", "table.yaml")),
    ("loops", "as-is", ("template.yaml",)),
    ("loops", "more-given", ("template.yaml", "--parameter", "More=Blue, Pink")),
    ("everything-wrong", "as-is", ("template.yaml", *HERE)),
    ("terraform-modules", "plan", ("plan.json",)),
    ("terraform-references", "plan", ("plan.json",)),
    ("terraform-state", "state", ("state.json",)),
)


@pytest.mark.parametrize(("case", "report", "arguments"), RUNS, ids=lambda given: str(given)[:40])
def test_reports(
    case: str, report: str, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CASES / case)
    result = holdfast("audit", *arguments)
    told = f"{result.stdout}exit status {result.exit_code}; {result.stderr}"
    golden = CASES / case / f"{report}.txt"
    if UPDATE:
        assert os.environ.get("CI") != "true", "reports are not rewritten in CI"
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_every_case_and_report_is_run() -> None:
    assert {path.name for path in CASES.iterdir()} == {case for case, _, _ in RUNS}
    written = {path.relative_to(CASES).as_posix() for path in CASES.rglob("*.txt")}
    assert written == {f"{case}/{report}.txt" for case, report, _ in RUNS}


def test_every_rule_is_broken_somewhere() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in CASES.rglob("*.txt"))
    assert [rule for rule in RULES if f" {rule}: " not in told] == []


def test_order_of_files_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / "cdk-exports")
    one, other = "ShopData.template.json", "ShopBackup.template.json"
    assert holdfast("audit", one, other).stdout == holdfast("audit", other, one).stdout


def test_same_input_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / "nested-conditions")
    assert holdfast("audit", "template.yaml").stdout == holdfast("audit", "template.yaml").stdout
