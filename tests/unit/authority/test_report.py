"""`holdfast explain --who-can-delete`, as a person and as a machine read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.authority.written import ARCHIVE, BASE, ONE_VAULT, TABLE
from tests.unit.command import holdfast

PROD = f"environment: prod\n{BASE}{ONE_VAULT}\ntables: {{orders: {TABLE}}}\n"
CONTROLLED = "guardrails: {service_control_policy: {attached: true}}\n"
EXPECTED = Path(__file__).with_name("who_can_delete.txt")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "environments"
    folder.mkdir()
    return folder


def shown(folder: Path, **texts: str) -> str:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    result = holdfast("explain", "--who-can-delete", "prod")
    assert result.exit_code == 0
    return result.stdout


def test_the_matrix_as_text(folder: Path) -> None:
    assert shown(folder, prod=PROD + CONTROLLED) == EXPECTED.read_text(encoding="utf-8")


def test_what_is_not_attached_is_said_and_every_way_is_shown_once(folder: Path) -> None:
    text = shown(folder, prod=PROD)
    assert "not attached, so they do not count" in text
    assert text.count("  kms:ScheduleKeyDeletion on the key\n") == text.count(
        "(data is lost after the 7 to 30 days of waiting)"
    )
    assert "account:CloseAccount on the account\n     (AWS keeps the contents for 90 days)" in text


def test_it_stays_within_120_columns_and_groups_tables(folder: Path) -> None:
    tables = ", ".join(f"table_number_{number:03}: {TABLE}" for number in range(500))
    people = ", ".join(f"{{role: Deploy{number}}}" for number in range(12))
    text = shown(
        folder,
        prod=PROD.replace("orders:", f"{tables}, orders:").replace("{role: Deploy}", people),
    )
    assert max(map(len, text.splitlines())) <= 120
    assert "table_number_000, table_number_001, table_number_002 and 498 more" in text
    assert text.count("the table  ") < 5


def test_copies_in_another_account_say_where_they_lie(folder: Path) -> None:
    copied = PROD.replace(
        "monthly: null",
        "monthly: null, daily: {copies: {far: {to: archive, delete_after_days: 35}}}",
    )
    text = shown(folder, prod=copied, archive=ARCHIVE)
    assert "  copies in shop-archive-archive " in text
    assert "shop-archive-archive lies in account 222222222222" in text
    assert "administrator of archive: every right in 222222222222" in text


def test_the_same_as_data(folder: Path) -> None:
    (folder / "prod.yaml").write_text(PROD, encoding="utf-8")
    result = holdfast("explain", "--who-can-delete", "--json", "prod")
    report = json.loads(result.stdout)["prod"]
    assert report["service_control_policies"] == []
    of = {each["kind"]: each for each in report["principals"]}
    points = {each["kind"]: each for each in of["deploy"]["copies"]}["points"]
    assert points["can_delete"] == "yes"
    assert [(step["actions"], step["as"]) for step in points["steps"]] == [
        (["kms:PutKeyPolicy"], "arn:aws:iam::111111111111:role/Deploy"),
        (["kms:ScheduleKeyDeletion"], "arn:aws:iam::111111111111:role/Deploy"),
    ]
    vault = {each["kind"]: each for each in of["role"]["copies"]}["vault"]
    assert vault["can_delete"] == "no"
    assert vault["stopped_by"] == ["vault shop-prod-critical: OnlyBreakGlassDestroys"]


def test_it_answers_one_question_at_a_time(folder: Path) -> None:
    (folder / "prod.yaml").write_text(PROD, encoding="utf-8")
    result = holdfast("explain", "--who-can-delete", "--where", "region", "prod")
    assert result.exit_code == 2
    assert "give one" in result.stderr
