"""The plans and the state among the cases are what the real terraform prints for their roots."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.audit import audit
from generator.audit.model import Options
from tests.audit.terraform_json import applied, initialised, planned, trimmed
from tests.e2e.local_aws import LocalAws, local_aws_server

CASES = Path(__file__).parent / "cases"
UPDATE = os.environ.get("HOLDFAST_UPDATE_GOLDEN") == "1"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    return dict(os.environ)


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws_server(tmp_path_factory.mktemp("local_aws") / "server.log") as server:
        yield server


def compared(fresh: Mapping[str, Any], golden: Path, tmp_path: Path) -> None:
    """Compare a document with the one that lies here; what was trimmed off changes no report."""
    document = trimmed(fresh)
    if UPDATE:
        golden.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    assert document == json.loads(golden.read_text(encoding="utf-8"))
    whole, short = tmp_path / "whole" / "plan.json", tmp_path / "short" / "plan.json"
    whole.parent.mkdir()
    short.parent.mkdir()
    whole.write_text(json.dumps(fresh), encoding="utf-8")
    short.write_text(json.dumps(document), encoding="utf-8")
    reports = [audit([str(path)], Options()) for path in (whole, short)]
    told = [[(each.rule, each.message) for each in report.findings] for report in reports]
    assert told[0] == told[1]
    assert told[0]


@pytest.mark.slow
@pytest.mark.terraform
@pytest.mark.parametrize("case", ["terraform-modules", "terraform-references"])
def test_plans_are_terraforms(
    case: str, terraform: str, environment: dict[str, str], tmp_path: Path
) -> None:
    root = initialised(CASES / case, tmp_path / "root", environment)
    compared(planned(root, environment), CASES / case / "plan.json", tmp_path)


@pytest.mark.slow
@pytest.mark.terraform
@pytest.mark.e2e
def test_the_state_is_terraforms(
    terraform: str, environment: dict[str, str], local_aws: LocalAws, tmp_path: Path
) -> None:
    root = initialised(CASES / "terraform-modules", tmp_path / "root", environment)
    there = {**environment, **local_aws.environment("111111111111")}
    there.pop("TF_CLI_CONFIG_FILE", None)
    fresh = without_ids(applied(root, there))
    golden = CASES / "terraform-state" / "state.json"
    if UPDATE:
        golden.write_text(json.dumps(fresh, indent=1) + "\n", encoding="utf-8")
    path = tmp_path / "state.json"
    path.write_text(json.dumps(fresh, indent=1) + "\n", encoding="utf-8")
    mine, theirs = (audit([str(each)], Options()) for each in (path, golden))
    assert [each.message for each in mine.findings] == [each.message for each in theirs.findings]
    assert mine.coverage == theirs.coverage.replace(str(golden), str(path))


def without_ids(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state with AWS's random ids and dates numbered in their order."""
    seen: dict[str, str] = {}
    pattern = re.compile(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
        r"|\d{4}-\d\d-\d\dT[\d:.]+Z?|\bA[A-Z]{3}[A-Z0-9]{16,17}\b|\b[0-9a-z]{48,52}\b"
    )
    written = json.dumps(trimmed(document))
    found: dict[str, Any] = json.loads(
        pattern.sub(lambda match: seen.setdefault(match[0], f"id-{len(seen) + 1}"), written)
    )
    return found


def modified(change: Mapping[str, Any], tmp_path: Path) -> str:
    """Return the path of the plan with references, with values of one selection changed."""
    plan = json.loads((CASES / "terraform-references" / "plan.json").read_text(encoding="utf-8"))
    for resource in plan["configuration"]["root_module"]["resources"]:
        if resource["address"] == "aws_backup_selection.nightly":
            resource["expressions"]["resources"] = dict(change)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    return str(path)


def backed_up(path: str) -> dict[str, bool | None]:
    """Return which tables of a plan are in a backup plan; None is unknown."""
    report = audit([path], Options())
    told = {each.path: each.message for each in report.findings if each.rule == "HF002"}
    names = ("aws_dynamodb_table.events[0]", "aws_dynamodb_table.orders")
    return {
        name: None if told.get(name, "").startswith("unknown: ") else name not in told
        for name in names
    }


EVENTS, ORDERS = "aws_dynamodb_table.events[0]", "aws_dynamodb_table.orders"


@pytest.mark.parametrize(
    ("references", "linked"),
    [
        ([f"{EVENTS}.arn", EVENTS, "aws_dynamodb_table.events"], (True, False)),
        ([f"{EVENTS}.arn", f"{ORDERS}.arn"], (True, True)),
        # A condition may choose between them.
        (["var.which", f"{EVENTS}.arn", f"{ORDERS}.arn"], (None, None)),
        (["local.arns"], (None, None)),
        (["each.value"], (None, None)),
        (["data.aws_dynamodb_table.orders.arn"], (None, None)),
        # All instances, or some of them.
        (["aws_dynamodb_table.events"], (None, None)),
        (["module.tables.arns", "module.tables"], (None, None)),
        ([], (None, None)),
        # A name is no ARN.
        ([f"{ORDERS}.name", ORDERS], (False, False)),
    ],
)
def test_only_certain_references_link(
    references: list[str], linked: tuple[bool | None, bool | None], tmp_path: Path
) -> None:
    path = modified({"references": references}, tmp_path)
    assert backed_up(path) == dict(zip((EVENTS, ORDERS), linked, strict=True))


@pytest.mark.parametrize(
    ("address", "attribute"),
    [
        ("aws_backup_plan.nightly", "rule"),
        ("aws_backup_selection.nightly", "resources"),
        ("aws_backup_selection.tagged", "selection_tag"),
    ],
)
def test_what_a_dynamic_block_hides_is_unknown(
    address: str, attribute: str, tmp_path: Path
) -> None:
    plan = json.loads((CASES / "terraform-references" / "plan.json").read_text(encoding="utf-8"))
    for resource in plan["configuration"]["root_module"]["resources"]:
        if resource["address"] == address:
            resource["expressions"].pop(attribute)
    for resource in plan["planned_values"]["root_module"]["resources"]:
        if resource["address"] == address:
            resource["values"].pop(attribute, None)
        if resource["address"] == "aws_dynamodb_table.events[1]":
            resource["values"]["tags"] = {"backup": "never"}
    for each in plan["resource_changes"]:
        if each["address"] == address:
            each["change"]["after_unknown"][attribute] = True
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    told = {
        each.message.startswith("unknown: ")
        for each in audit([str(path)], Options()).findings
        if each.rule == "HF002" and each.path == "aws_dynamodb_table.events[1]"
    }
    # Its tag is not the one that is asked for, and its ARN is not given: without rules or not.
    assert told == {address != "aws_backup_plan.nightly"}


def test_a_role_of_the_provider_tells_the_account(tmp_path: Path) -> None:
    plan = json.loads((CASES / "terraform-references" / "plan.json").read_text(encoding="utf-8"))
    west = plan["configuration"]["provider_config"]["aws.west"]["expressions"]
    path = tmp_path / "plan.json"
    options = Options(account_id="111111111111")

    def copied() -> set[str]:
        path.write_text(json.dumps(plan), encoding="utf-8")
        report = audit([str(path)], options)
        return {each.message for each in report.findings if each.rule == "HF005"}

    ours = "table orders in us-east-1 has no copy in another account"
    assert ours in copied()
    west["profile"] = {"constant_value": "other"}
    assert any(each.startswith("unknown: whether table orders in us-east-1") for each in copied())
    west["assume_role"] = [{"role_arn": {"constant_value": "arn:aws:iam::222222222222:role/B"}}]
    assert not any("table orders in us-east-1" in each for each in copied())


def test_a_state_and_a_template_are_one_account(tmp_path: Path) -> None:
    template = tmp_path / "table.yaml"
    template.write_text(
        "Resources:\n"
        "  Carts: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}\n"
        "  Other: {Type: AWS::DynamoDB::Table, Properties: {TableName: other}}\n",
        encoding="utf-8",
    )
    state = json.loads((CASES / "terraform-state" / "state.json").read_text(encoding="utf-8"))
    text = json.dumps(state).replace(f"{_arn(state)}shop-carts", f"{_arn(state)}orders")
    (tmp_path / "state.json").write_text(text, encoding="utf-8")
    account = _arn(state).split(":")[4]
    options = Options(account_id=account, region="eu-west-1")
    report = audit([str(template), str(tmp_path / "state.json")], options)
    told = {each.path: each.message for each in report.findings if each.rule == "HF002"}
    assert "Other" in told
    assert "Carts" not in told


def _arn(state: Any) -> str:
    account = json.dumps(state).split("arn:aws:dynamodb:eu-west-1:")[1][:12]
    return f"arn:aws:dynamodb:eu-west-1:{account}:table/"


def test_a_plan_that_failed_is_unknown(tmp_path: Path) -> None:
    plan = json.loads((CASES / "terraform-references" / "plan.json").read_text(encoding="utf-8"))
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**plan, "errored": True}), encoding="utf-8")
    assert "HF100" in {each.rule for each in audit([str(path)], Options()).findings}
