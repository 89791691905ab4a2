"""The ways round a denial, each forced by denying the shorter ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator import pipeline, workspace
from generator.authority.evaluation import Policy
from generator.authority.matrix import matrix
from generator.authority.world import World
from generator.lint import _ours
from tests.unit.authority.written import BASE, ONE_VAULT, TABLE, bound, mark, way, written

TEXT = f"{ONE_VAULT}\ntables: {{orders: {TABLE}}}\n"
ALIAS = "alias/shop-prod-vault-critical"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return written(tmp_path, prod=TEXT)["prod"]


def test_a_role_is_made_anew(world: World) -> None:
    found = matrix(bound(world, "dynamodb:DeleteTable", "iam:UpdateAssumeRolePolicy"))
    assert way(found, "administrator", "table") == [
        "iam:DeleteRole on role/BreakGlass",
        "iam:CreateRole and iam:AttachRolePolicy on role/BreakGlass, anew",
        "sts:AssumeRole on role/BreakGlass",
        "dynamodb:UpdateTable on the table",
        "dynamodb:DeleteTable on the table",
    ]


def test_a_role_is_passed_to_a_service_that_runs_code(world: World) -> None:
    trust = {
        "Statement": [
            {
                "Sid": "Code",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    roles = tuple(
        replace(role, trust=Policy(name="trust", document=trust))
        if role.name == "role/BreakGlass"
        else role
        for role in world.roles
    )
    edits = ("iam:UpdateAssumeRolePolicy", "iam:DeleteRole")
    trusting = bound(replace(world, roles=roles), "dynamodb:DeleteTable", *edits)
    assert "iam:PassRole on role/BreakGlass to lambda.amazonaws.com" in way(
        matrix(trusting), "administrator", "table"
    )
    assert mark(matrix(bound(world, "dynamodb:DeleteTable", *edits)), "administrator", "table") == (
        "no"
    )


@pytest.mark.parametrize(
    "closed", [(), ("kms:DeleteAlias",), ("kms:DeleteAlias", "kms:UpdateAlias")]
)
def test_an_alias_is_moved_out_of_the_way(world: World, closed: tuple[str, ...]) -> None:
    by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": [ALIAS]}}
    held = bound(world, "kms:ScheduleKeyDeletion", condition=by_alias)
    also = bound(world, "iam:*", *closed).service_control[world.account_id]
    control = {world.account_id: (*held.service_control[world.account_id], *_renamed(also))}
    found = matrix(replace(world, service_control=control))
    if len(closed) == 2:
        assert mark(found, "deploy", "key") == "no"
        return
    assert way(found, "deploy", "key") == [
        "kms:PutKeyPolicy on the key",
        f"kms:{'UpdateAlias' if closed else 'DeleteAlias'} on the key's alias",
        "kms:ScheduleKeyDeletion on the key",
    ]


def _renamed(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    return tuple(replace(policy, name=f"{policy.name} too") for policy in policies)


def test_a_denial_on_a_person_is_detached_or_rewritten_or_left_behind(tmp_path: Path) -> None:
    text = f"{TEXT}\nguardrails: {{deny_destroy: {{roles: [Deploy]}}}}\n"
    world = written(tmp_path, prod=text)["prod"]
    # It denies to touch itself, so the way leads through a principal that it does not bind.
    assert way(matrix(world), "deploy", "table") == [
        "iam:CreateUser and iam:AttachUserPolicy and iam:CreateAccessKey on a new user",
        "dynamodb:UpdateTable on the table",
        "dynamodb:DeleteTable on the table",
    ]
    # Nor leads it through code of ours, with roles to which one may give any right.
    taken_over = ("iam:PassRole", "lambda:*", "states:*")
    nobody_new = bound(world, "iam:Create*", "iam:UpdateAssumeRolePolicy", *taken_over)
    assert mark(matrix(nobody_new), "deploy", "table") == "no"
    (name,) = [name for name in world.guardrail_arns if "access" in name]
    roles = tuple(
        replace(role, identity=_without(role.identity, name)) for role in nobody_new.roles
    )
    rows = tuple(replace(row, identity=_without(row.identity, name)) for row in nobody_new.rows)
    assert way(matrix(replace(nobody_new, roles=roles, rows=rows)), "deploy", "table") == [
        "iam:DetachRolePolicy on role/Deploy",
        "dynamodb:UpdateTable on the table",
        "dynamodb:DeleteTable on the table",
    ]


def _without(identity: Any, name: str) -> Any:
    left = tuple(policy for policy in identity.policies if policy.name != name)
    return replace(identity, policies=left)


def test_lint_reports_it_and_a_reason_accepts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "environments"
    folder.mkdir()
    accepting = "lint: {accept: {'HF018:tables.orders': a drill}}\n"
    for more, failing in (("", ["HF018"]), (accepting, [])):
        text = f"environment: prod\n{BASE}{TEXT}{more}"
        (folder / "prod.yaml").write_text(text, encoding="utf-8")
        loaded = workspace.load(["prod"])
        found = _ours(loaded, [pipeline.render(each.environment) for each in loaded])
        ours = [each for each in found if each.rule == "HF018"]
        assert len(ours) == 1
        assert [each.rule for each in ours if each.fails] == failing
