"""Findings in the output lead back to the environment file: real faults, judged by real tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import workspace
from generator.errors import Mark
from generator.generate import rendered
from generator.lint import origins
from generator.lint.findings import Finding
from generator.lint.templates import lint_templates
from generator.lint.terraform_tool import lint_roots
from generator.pipeline import Tree, with_files
from generator.workspace import Loaded

ENVIRONMENT = """\
project: shop
environment: {name}
account_id: "111111111111"
region: eu-central-1
principals: {{break_glass: [{{role: BreakGlass}}], deploy: [{{role: Deploy}}]}}
alerts: {{subscriptions: {{oncall: {{email: oncall@shop.test}}}}}}
extends: tables.yaml
"""
TABLES = """\
tables:
  # A key whose label carries a hash, and a name of its own.
  Order-Lines:
    name: {name}.lines
    partition_key: {{name: id, type: S}}
    alarms: {{throttling: true, system_errors: true}}
  carts:
    partition_key: {{name: id, type: S}}
    billing: {{mode: provisioned, read_capacity_units: 1, write_capacity_units: 1,
      auto_scaling: {{read: {{min_capacity_units: 1, max_capacity_units: 9}}}}}}
vaults:
  main: {{lock: {{min_retention_days: 7}}}}
"""
TABLES_FILE = "environments/tables.yaml"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[Loaded, ...], list[Tree]]:
    """Two environments; `dev` is there so that the right one has to be found."""
    monkeypatch.chdir(tmp_path)
    folder = Path("environments")
    folder.mkdir()
    for name, account in (("dev", "2" * 12), ("dev2", "1" * 12)):
        text = ENVIRONMENT.format(name=name).replace("1" * 12, account)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "tables.yaml").write_text(TABLES.format(name="shop"), encoding="utf-8")
    loaded = workspace.load(["dev", "dev2"])
    return loaded, list(rendered(loaded))


def spoiled(tree: Tree, file: str, after: str, old: str, new: str) -> Tree:
    """Return a tree with one fault: `old` becomes `new` where it first stands after `after`."""
    before, found, rest = tree.files[file].partition(after)
    assert found
    assert old in rest
    return with_files(tree, {**tree.files, file: before + found + rest.replace(old, new, 1)})


# file, where, what is broken there → key path of the environment file
FAULTS = {
    "a table": ("tables.yaml", "TableName: carts", "BillingMode", "Billing", "tables.carts"),
    "its scaling": (
        "tables.yaml",
        "table/carts",
        "ScalableDimension",
        "ScalableDimensions",
        "tables.carts",
    ),
    "a table with a hash": (
        "tables.yaml",
        "TableName: shop.lines",
        "KeySchema",
        "KeySchemas",
        "tables.Order-Lines",
    ),
    "an alarm": (
        "alarms.yaml",
        "table shop.lines",
        "Threshold",
        "Thresholds",
        "tables.Order-Lines",
    ),
    "a vault": ("backup.yaml", "VaultMain:", "BackupVaultName", "VaultName", "vaults.main"),
    "its key": ("backup.yaml", "KeyOfVaultMain:", "KeyPolicy", "Policy", "vaults.main"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_cfn_lint_findings_lead_to_the_table_or_vault(
    shop: tuple[tuple[Loaded, ...], list[Tree]], tmp_path: Path, fault: str
) -> None:
    loaded, (first, second) = shop
    file, after, old, new, path = FAULTS[fault]
    trees = [first, spoiled(second, f"cloudformation/{file}", after, old, new)]
    found = origins.in_output(lint_templates(trees, tmp_path / "templates"), loaded, trees)
    broken = [each for each in found if new in each.message or old in each.message]
    assert broken, found
    line = {"tables.carts": 7, "tables.Order-Lines": 3, "vaults.main": 12}[path]
    for each in broken:
        assert each.mark.file == f"output/dev2/cloudformation/{file}"
        assert (each.subject, each.path) == ("dev2", path)
        assert each.origin == Mark(TABLES_FILE, line, 3)


@pytest.mark.terraform
@pytest.mark.usefixtures("terraform")
def test_terraform_findings_lead_to_the_table(
    shop: tuple[tuple[Loaded, ...], list[Tree]], tmp_path: Path
) -> None:
    loaded, (first, second) = shop
    broken = spoiled(second, "terraform/tables.tf", '"table_carts"', "billing_mode", "bill_mode")
    folder = tmp_path / "roots"
    folder.mkdir()
    found = origins.in_output(lint_roots([first, broken], folder), loaded, [first, broken])
    told = [each for each in found if each.rule == "terraform-validate"]
    assert told, found
    for each in told:
        assert each.mark.file == "output/dev2/terraform/tables.tf"
        assert (each.subject, each.path) == ("dev2", "tables.carts")
        assert each.origin == Mark(TABLES_FILE, 7, 3)


def test_what_no_table_or_vault_caused_leads_to_the_first_line(
    shop: tuple[tuple[Loaded, ...], list[Tree]],
) -> None:
    loaded, trees = shop
    places = ("output/dev2", "output/dev2/cloudformation/alerts.yaml:1:1", "output/dev2/gone.tf:9")
    found = origins.in_output([at(place) for place in places], loaded, trees)
    assert {(each.subject, each.path, each.origin) for each in found} == {
        ("dev2", "", Mark("environments/dev2.yaml", 1, 1))
    }
    (of_none,) = origins.in_output([at("terraform")], loaded, trees)
    assert (of_none.subject, of_none.origin) == ("dev", Mark("environments/dev.yaml", 1, 1))


def at(place: str) -> Finding:
    return Finding(rule="X", severity="error", place=place, path="", message="m")


def test_what_is_built_in_leads_to_what_the_file_says_of_it(
    shop: tuple[tuple[Loaded, ...], list[Tree]],
) -> None:
    loaded = shop[0][0]
    path = "protections.standard.backups.daily"
    found = origins.in_environment(
        Finding(rule="X", severity="note", place="built-in", path=path, message="m"), loaded
    )
    assert (found.place, found.origin) == ("built-in", Mark("environments/dev.yaml", 1, 1))
    here = at("environments/tables.yaml:3:3")
    assert origins.in_environment(here, loaded).target == Mark(TABLES_FILE, 3, 3)
