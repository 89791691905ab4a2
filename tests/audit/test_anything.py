"""Whatever stands in a file, an audit ends, and never finds an unknown to be fine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from generator.audit import audit
from generator.audit.model import Options
from generator.errors import Mistakes
from tests.audit.written import COVERED, HERE, audited

CASES = Path(__file__).parent / "cases"
ODD: tuple[Any, ...] = (
    "x",
    7,
    None,
    [],
    {},
    ["x"],
    [{}],
    {"a": {"b": "c"}},
    {"Ref": "Nothing"},
    {"Fn::GetAtt": ["Table"]},
    {"Fn::If": ["Nothing", "a"]},
    {"Fn::Join": "x"},
    {"Fn::Sub": ["${A}", {"A": ["x"]}]},
    [{"Fn::ImportValue": {"Ref": "Nothing"}}],
)
HOLE = {"Fn::ImportValue": "elsewhere"}


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in a document."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = deepcopy(document)
    node = copy
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return copy


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_any_template_is_audited_or_mistaken(odd: Any, tmp_path: Path) -> None:
    audits = 0
    for path in paths(dict(COVERED)):
        try:
            audited(tmp_path, replaced(COVERED, path, odd))
        except Mistakes:
            continue
        audits += 1
    assert audits > 50


def test_any_part_of_a_template_may_be_unknown(tmp_path: Path) -> None:
    silent = []
    for path in paths(COVERED["Resources"]):
        if len(path) < 3:
            continue
        report = audited(tmp_path, {"Resources": replaced(COVERED["Resources"], path, HOLE)}, HERE)
        if report.findings == () and "unknown" not in report.coverage.replace("lock unknown", ""):
            silent.append(".".join(map(str, path[1:])))
    # Names and roles are no protection; a retention that fits no lock's bound would be.
    assert silent == [
        "Properties.TableName",
        "Properties.KeyPolicy",
        "Properties.BackupVaultName",
        "Properties.EncryptionKeyArn",
        "Properties.EncryptionKeyArn.Fn::GetAtt",
        "Properties.EncryptionKeyArn.Fn::GetAtt.0",
        "Properties.EncryptionKeyArn.Fn::GetAtt.1",
        "Properties.BackupPlan.BackupPlanName",
        "Properties.BackupPlan.BackupPlanRule.0.RuleName",
        "Properties.BackupSelection.SelectionName",
        "Properties.BackupSelection.IamRoleArn",
    ]


@pytest.mark.parametrize("case", ["terraform-references", "terraform-modules"])
def test_any_part_of_a_plan_may_be_unknown(case: str, tmp_path: Path) -> None:
    plan = json.loads((CASES / case / "plan.json").read_text(encoding="utf-8"))
    path = tmp_path / "plan.json"
    audits = 0
    for number, change in enumerate(plan["resource_changes"]):
        for where in paths(change["change"]["after_unknown"]):
            whole = ("resource_changes", number, "change", "after_unknown", *where)
            path.write_text(json.dumps(replaced(plan, whole, True)), encoding="utf-8")
            assert audit([str(path)], Options()).tables
            audits += 1
    assert audits > 40


@pytest.mark.parametrize("odd", [None, True, "x", [], {}], ids=str)
def test_any_configuration_is_audited(odd: Any, tmp_path: Path) -> None:
    case = CASES / "terraform-references" / "plan.json"
    plan = json.loads(case.read_text(encoding="utf-8"))
    path = tmp_path / "plan.json"
    resources = plan["configuration"]["root_module"]["resources"]
    for number, resource in enumerate(resources):
        for attribute in resource["expressions"]:
            whole = ("configuration", "root_module", "resources", number, "expressions", attribute)
            path.write_text(json.dumps(replaced(plan, whole, odd)), encoding="utf-8")
            assert audit([str(path)], Options()).tables == 5
