"""What an audit says of undecided conditions is true of every way to decide them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from generator.audit import Audit, audit
from generator.audit.model import Options
from tests.audit.written import COVERED, audited, changed
from tests.conftest import ROOT

CASES = ROOT / "tests" / "audit" / "cases"
STAGES, ANSWERS = ("dev", "test", "prod"), ("yes", "no")


def keys(report: Audit, *, known: bool | None = None) -> set[tuple[str, str, str]]:
    """Return rule and place of findings; only those known to be broken, or only the others."""
    return {
        (finding.rule, finding.place, finding.path)
        for finding in report.findings
        if known is None or known is not finding.message.startswith("unknown: ")
    }


def judge(path: Path, deciding: Mapping[str, tuple[str, ...]], fixed: Mapping[str, str]) -> int:
    """Compare the undecided audit with every decided one; return how many there were."""
    open_one = audit([str(path)], Options(parameters=fixed))
    every = [
        audit([str(path)], Options(parameters={**fixed, **dict(zip(deciding, row, strict=True))}))
        for row in product(*deciding.values())
    ]
    broken = [keys(each, known=True) for each in every]
    assert set().union(*broken) <= keys(open_one), "a fault of one case is not told"
    # What exists in some cases only is known to be broken where it is so in all of those.
    tables = [set(each.coverage.splitlines()) for each in every]
    for finding in keys(open_one, known=True):
        cases = [finding in each for each in broken]
        assert any(cases)
        head = f"({finding[2]})"
        assert all(
            there or not any(finding[1] in line or head in line for line in lines)
            for there, lines in zip(cases, tables, strict=True)
        ), f"{finding} is not so in every case"
    return len(every)


def test_nested_conditions_are_told_as_they_are() -> None:
    deciding = {"Environment": STAGES, "Audited": ANSWERS}
    path = CASES / "nested-conditions" / "template.yaml"
    for copies in ANSWERS:
        assert judge(path, deciding, {"Copies": copies}) == len(STAGES) * len(ANSWERS)


def conditions(random: Random) -> dict[str, Any]:
    """Return conditions that hang on two parameters and on each other."""
    simple: list[Any] = [
        {"Fn::Equals": [{"Ref": "Stage"}, random.choice(STAGES)]},
        {"Fn::Equals": [random.choice(ANSWERS), {"Ref": "Strict"}]},
        {"Fn::Equals": [{"Fn::Sub": "${Stage}-${Strict}"}, "prod-yes"]},
    ]
    found: dict[str, Any] = {}
    for number in range(5):
        operands = [*simple, *({"Condition": name} for name in found)]
        several = [random.choice(operands) for _ in range(random.randint(2, 3))]
        found[f"C{number}"] = random.choice(
            [
                several[0] if "Condition" not in several[0] else {"Fn::Not": [several[0]]},
                {"Fn::Not": [several[0]]},
                {"Fn::And": several},
                {"Fn::Or": several},
            ]
        )
    return found


def templates(count: int) -> Iterator[dict[str, Any]]:
    """Yield templates with conditions in random places, the same ones in every run."""
    random = Random(7)
    places = {
        "Table.Properties.DeletionProtectionEnabled": False,
        "Table.Properties.PointInTimeRecoverySpecification": {"Ref": "AWS::NoValue"},
        "Vault.Properties.LockConfiguration": {"Ref": "AWS::NoValue"},
        "Vault.Properties.AccessPolicy": {"Ref": "AWS::NoValue"},
        "Selection.Properties.BackupSelection.Resources": ["orders"],
        "Plan.Properties.BackupPlan.BackupPlanRule.0.Lifecycle.DeleteAfterDays": 5,
        "Table.DeletionPolicy": "Delete",
    }
    for _ in range(count):
        document = changed("Table.Type", "AWS::DynamoDB::Table")
        document["Parameters"] = {
            "Stage": {"Type": "String", "AllowedValues": list(STAGES)},
            "Strict": {"Type": "String"},
        }
        document["Conditions"] = conditions(random)
        for path in random.sample(sorted(places), 3):
            node: Any = document["Resources"]
            *parents, last = path.split(".")
            for part in parents:
                node = node[int(part) if part.isdecimal() else part]
            name = random.choice(sorted(document["Conditions"]))
            node[last] = {"Fn::If": [name, places[path], node[last]]}
        if random.random() < 0.5:
            document["Resources"][random.choice(["Selection", "Plan", "Vault", "Table"])][
                "Condition"
            ] = random.choice(sorted(document["Conditions"]))
        yield document


@pytest.mark.parametrize("document", list(templates(40)), ids=lambda _: "random")
def test_random_conditions_are_told_as_they_are(document: Any, tmp_path: Path) -> None:
    audited(tmp_path, document)
    deciding = {"Stage": STAGES, "Strict": ANSWERS}
    assert judge(tmp_path / "template.json", deciding, {}) == len(STAGES) * len(ANSWERS)


def test_cases_beyond_number_are_unknown(tmp_path: Path) -> None:
    document = changed("Table.Type", "AWS::DynamoDB::Table")
    document["Parameters"] = {f"P{n}": {"Type": "String"} for n in range(12)}
    document["Conditions"] = {
        f"C{n}": {"Fn::Equals": [{"Ref": f"P{n}"}, "yes"]} for n in range(12)
    } | {"All": {"Fn::And": [{"Condition": f"C{n}"} for n in range(10)]}}
    document["Resources"]["Selection"]["Condition"] = "All"
    table = document["Resources"]["Table"]["Properties"]
    table["DeletionProtectionEnabled"] = {"Fn::If": ["All", True, False]}
    report = audited(tmp_path, document)
    told = {each.rule: each for each in report.findings}
    assert told["HF002"].severity == "warning"
    assert told["HF002"].message.startswith("unknown: ")
    assert told["HF003"].message.startswith("unknown: ")


def test_a_branch_is_not_guessed_beyond_number(tmp_path: Path) -> None:
    document = changed("Table.Properties.DeletionProtectionEnabled", {"Fn::If": ["One", True, 0]})
    values = [str(number) for number in range(100)]
    document["Parameters"] = {"P": {"Type": "String", "AllowedValues": values}}
    document["Conditions"] = {"One": {"Fn::Equals": [{"Ref": "P"}, "1"]}}
    told = {each.rule: each.message for each in audited(tmp_path, document).findings}
    assert told["HF003"].startswith("unknown: whether table orders")


def test_both_branches_the_same_is_known(tmp_path: Path) -> None:
    days = {"Fn::If": ["Opaque", 35, "35"]}
    path = "Plan.Properties.BackupPlan.BackupPlanRule.0.Lifecycle.DeleteAfterDays"
    document = changed(path, days)
    document["Conditions"] = {
        "Opaque": {"Fn::Equals": [{"Fn::Transform": {"Name": "x"}}, {"Ref": "AWS::StackName"}]}
    }
    assert audited(tmp_path, document).findings == ()


def test_conditions_in_a_circle_are_unknown(tmp_path: Path) -> None:
    document = changed("Selection.Condition", "A")
    document["Conditions"] = {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    told = {each.rule: each.message for each in audited(tmp_path, document).findings}
    assert told["HF002"].startswith("unknown: ")


def test_references_in_a_circle_are_unknown(tmp_path: Path) -> None:
    document = changed("Table.Properties.TableName", {"Fn::GetAtt": ["Table", "Arn"]})
    assert audited(tmp_path, document).coverage
    assert audited(tmp_path, COVERED).findings == ()
