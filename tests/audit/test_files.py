"""Files that cannot be audited: where, why and what to do, all at once, with exit status 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.audit import audit
from generator.audit.files import Plan, Template, read
from generator.audit.model import Options
from generator.cli import main
from tests.audit.written import COVERED, HERE, audited
from tests.unit.command import holdfast

FORMATS = ("text", "json", "sarif", "junit", "github")
PLAN = {"format_version": "1.2", "planned_values": {"root_module": {}}}
STATE_FILE = {"version": 4, "terraform_version": "1.11.4", "lineage": "x", "resources": []}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.yaml", " \n", "empty.yaml:1:1: is empty"),
        ("tab.yaml", "Resources:\n\tA: 1\n", "tab.yaml:2:1: is neither YAML nor JSON"),
        ("open.json", '{"Resources": {', "open.json:2:1: is neither YAML nor JSON"),
        ("text.yaml", "hello", "text.yaml:1:1: is neither a CloudFormation template"),
        ("list.yaml", "- a\n- b\n", "list.yaml:1:1: is neither a CloudFormation template"),
        (
            "chart.yaml",
            "kind: Deployment\n",
            "chart.yaml:1:1: is neither a CloudFormation template",
        ),
        (
            "twice.yaml",
            "Resources:\n  A: {Type: X}\n  A: {Type: Y}\n",
            "twice.yaml:3:3: is neither YAML nor JSON: Duplicate found 'A'",
        ),
        (
            "typeless.yaml",
            "Resources:\n  A: {Type: X}\n  B: {Properties: {}}\n",
            "typeless.yaml:3:3: Resources.B: resource B has no Type",
        ),
        ("x.tfstate", json.dumps(STATE_FILE), "x.tfstate:1:1: is Terraform's own state file"),
        (
            "plan.log",
            '{"@level":"info","@message":"","terraform":"1.11.4"}\n{"@level":"info"}\n',
            "plan.log:1:1: is the log of `terraform plan -json`",
        ),
        ("none.json", '{"format_version": "1.0"}', "none.json:1:1: is a plan or state without"),
    ],
)
def test_bad_files_are_mistakes(
    name: str, content: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(content, encoding="utf-8")
    result = holdfast("audit", name)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert "fix: " in result.stderr


def test_a_missing_file_and_a_binary_plan_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.plan").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    result = holdfast("audit", "p.plan", "nowhere.yaml", ".")
    assert result.exit_code == 2
    assert "p.plan:1:1: is no text in UTF-8" in result.stderr
    assert "terraform show -json" in result.stderr
    assert "nowhere.yaml:1:1: cannot be read: No such file" in result.stderr
    assert result.stderr.endswith("3 mistakes\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--parameter", "Stage"), "--parameter Stage has no value"),
        (("--parameter", "Stgae=prod"), "no template has a parameter Stgae"),
        (("--account-id", "123"), "--account-id 123 is no account"),
        (("--region", "mars"), "--region mars is no Region"),
    ],
)
def test_bad_options_are_mistakes(options: tuple[str, ...], told: str, tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Parameters: {Stage: {Type: String}}\nResources: {}\n", encoding="utf-8")
    result = holdfast("audit", str(path), *options)
    assert result.exit_code == 2
    assert told in result.stderr


def test_what_a_file_is_its_content_tells(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(json.dumps(PLAN), encoding="utf-8")
    (tmp_path / "b.txt").write_text(json.dumps(COVERED), encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(b"\xef\xbb\xbfResources: {}\n")
    found = read([str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt")])
    assert [type(each) for each in found] == [Plan, Template, Template]


def test_standard_input_is_a_file() -> None:
    result = CliRunner().invoke(main, ["audit", "-"], input=json.dumps(COVERED))
    assert result.exit_code == 0
    assert "<stdin>:1:" in result.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_printed(form: str, tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Resources:\n  T: {Type: AWS::DynamoDB::Table}\n", encoding="utf-8")
    result = holdfast("audit", "--format", form, str(path))
    assert result.exit_code == 1
    assert "HF002" in result.stdout
    if form in ("json", "sarif"):
        assert json.loads(result.stdout)
    if form == "json":
        assert {each["line"] for each in json.loads(result.stdout)} == {2}
    assert ("point-in-time recovery: no" in result.stdout) is (form == "text")


def test_github_annotates_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("", encoding="utf-8")
    result = holdfast("audit", "--format", "github", str(path))
    assert result.exit_code == 2
    assert "::error" in result.stdout


def test_anchors_and_merges_are_read(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Resources:\n"
        "  One: &table\n"
        "    Type: AWS::DynamoDB::Table\n"
        "    Properties: &on\n"
        "      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}\n"
        "  Two:\n"
        "    <<: *table\n"
        "    Properties: {<<: *on, DeletionProtectionEnabled: true}\n",
        encoding="utf-8",
    )
    report = audit([str(path)], HERE)
    assert {each.rule for each in report.findings if each.path == "Two"} == {
        "HF002",
        "HF005",
        "HF109",
    }


def test_a_resource_of_another_type_is_no_matter(tmp_path: Path) -> None:
    document = {"Resources": {**COVERED["Resources"], "Odd": {"Type": "AWS::EC2::Instance"}}}
    assert audited(tmp_path, document).findings == ()


@pytest.mark.parametrize(
    ("transform", "known"),
    [("AWS::Serverless-2016-10-31", True), (["AWS::LanguageExtensions"], True), ("Mine", False)],
)
def test_macros_hide_what_they_make(transform: object, known: bool, tmp_path: Path) -> None:  # noqa: FBT001
    report = audited(tmp_path, {**COVERED, "Transform": transform})
    assert [each.rule for each in report.findings] == ([] if known else ["HF100"])


def test_five_hundred_tables_are_read_in_seconds(tmp_path: Path) -> None:
    resources = dict(COVERED["Resources"])
    for number in range(500):
        resources[f"Table{number}"] = {
            **COVERED["Resources"]["Table"],
            "Properties": {"BillingMode": "PAY_PER_REQUEST"},
        }
    resources["Selection"] = json.loads(json.dumps(resources["Selection"]))
    resources["Selection"]["Properties"]["BackupSelection"]["Resources"] = [
        {"Fn::GetAtt": [f"Table{number}", "Arn"]} for number in range(0, 500, 2)
    ]
    report = audited(tmp_path, {"Resources": resources}, Options())
    unprotected = [each for each in report.findings if each.rule == "HF002"]
    assert report.tables == 501
    assert len(unprotected) == 251
    assert {each.severity for each in unprotected} == {"error"}
