from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from generator.lint.templates import lint_templates

if TYPE_CHECKING:
    from pathlib import Path

# I3011: what holds data shall say what becomes of it. E3002: there is no such property.
SILENT = """Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: 3600
"""
WRONG = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      Nam: orders\n"


def tree(name: str, region: str, text: str) -> Any:
    """What lint reads of a rendered environment."""
    return SimpleNamespace(
        environment=SimpleNamespace(name=name, region=region),
        files={"cloudformation/main.yaml": text, "README.md": "not a template"},
    )


def test_every_finding_of_cfn_lint_fails_and_says_where(tmp_path: Path) -> None:
    found = lint_templates(
        [
            tree("dev", "eu-central-1", WRONG),
            tree("prod", "eu-west-1", SILENT),
            tree("staging", "eu-central-1", SILENT),
        ],
        tmp_path,
    )
    assert {(each.rule, each.severity, each.place) for each in found} == {
        ("E3002", "error", "output/dev/cloudformation/main.yaml:5:7"),
        ("I3011", "warning", "output/prod/cloudformation/main.yaml:2:3"),
        ("I3011", "warning", "output/staging/cloudformation/main.yaml:2:3"),
    }
    assert all(each.fails for each in found)


def test_each_environment_is_judged_in_its_own_region(tmp_path: Path) -> None:
    # cfn-lint's E3006: a type that a Region does not offer.
    text = "Resources:\n  Channel:\n    Type: AWS::IVS::Channel\n"
    found = lint_templates(
        [tree("near", "eu-central-1", text), tree("far", "cn-north-1", text)], tmp_path
    )
    assert [(each.rule, each.place) for each in found] == [
        ("E3006", "output/far/cloudformation/main.yaml:3:5")
    ]


def test_templates_of_a_region_that_cfn_lint_does_not_know_are_judged(tmp_path: Path) -> None:
    (found,) = lint_templates([tree("dev", "eu-north-9", WRONG)], tmp_path)
    assert found.rule == "E3002"
