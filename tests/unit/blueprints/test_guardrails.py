"""What the guardrails decide: which ARNs a denial names, who is exempt, and what is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from blueprints import guardrails
from blueprints.denials import ROWS, Document, Exempt, Kind, Scope
from blueprints.guardrails.documents import MOST_CHARACTERS_OF_CONTROL, text_of
from blueprints.guardrails.scopes import names_tables, protected_arns, targets
from generator import limits, pipeline, workspace
from generator.limits import over_limits
from generator.spec.resolved import Environment

HEAD = """
project: shop
environment: prod
account_id: "111111111111"
region: eu-central-1
principals:
  break_glass: [{role: BreakGlass}, {permission_set: Emergency}]
  deploy: [{role: ci/Deploy}]
defaults: {protection: kept}
protections:
  kept:
    deletion_protection: true
    backups: {daily: {schedule: cron(0 3 * * ? *), delete_after_days: 35}}
"""
ONE_TABLE = "tables: {orders: {partition_key: {name: id, type: S}}}\n"


def environment_of(text: str, folder: Path) -> Environment:
    (folder / "prod.yaml").write_text(HEAD + text, encoding="utf-8")
    (loaded,) = workspace.load([str(folder / "prod.yaml")])
    return loaded.environment


def policies(environment: Environment) -> Mapping[str, Mapping[str, Any]]:
    own, *_ = guardrails.decide(environment)
    return {policy.key.value: policy.document for policy in own.policies}


def denied(document: Mapping[str, Any], action: str) -> list[Mapping[str, Any]]:
    return [
        statement
        for statement in document["Statement"]
        if statement["Effect"] == "Deny" and action in statement["Action"]
    ]


def tables(count: int, more: str = "") -> str:
    entry = "{partition_key: {name: id, type: S}}"
    return f"tables:\n{more}" + "".join(f"  t{number:03}: {entry}\n" for number in range(count))


def test_protected_tables_are_named_one_by_one(tmp_path: Path) -> None:
    text = tables(2, "  open: {partition_key: {name: id, type: S}, deletion_protection: false}\n")
    environment = environment_of(text, tmp_path)
    where = "arn:aws:dynamodb:eu-central-1:111111111111:table"
    assert protected_arns(environment) == (f"{where}/t000", f"{where}/t001")
    (statement,) = denied(policies(environment)["operator"], "dynamodb:DeleteTable")
    assert statement["Resource"] == [f"{where}/t000", f"{where}/t001"]


def test_one_wildcard_stands_for_names_with_a_prefix(tmp_path: Path) -> None:
    pattern = 'table_name_pattern: "{project}-{environment}-{table}"\n'
    environment = environment_of(pattern + tables(500), tmp_path)
    where = "arn:aws:dynamodb:eu-central-1:111111111111:table"
    assert protected_arns(environment) == (f"{where}/shop-prod-*",)
    assert names_tables(environment)


def test_the_wildcard_does_not_reach_unprotected_tables(tmp_path: Path) -> None:
    text = 'table_name_pattern: "shop-{table}"\n' + tables(
        2, "  open: {partition_key: {name: id, type: S}, deletion_protection: false}\n"
    )
    assert [arn.rpartition("/")[2] for arn in protected_arns(environment_of(text, tmp_path))] == [
        "shop-t000",
        "shop-t001",
    ]


def test_too_many_tables_bind_people_and_not_other_teams(tmp_path: Path) -> None:
    environment = environment_of(tables(60), tmp_path)
    everything = "arn:aws:dynamodb:eu-central-1:111111111111:table/*"
    assert not names_tables(environment)
    (statement,) = denied(policies(environment)["deny-destroy-data"], "dynamodb:DeleteTable")
    assert statement["Resource"] == everything
    operator = policies(environment)["operator"]
    allowed = [one["Action"] for one in operator["Statement"] if one["Effect"] == "Allow"]
    assert "dynamodb:DeleteTable" not in [action for actions in allowed for action in actions]
    own, *_ = guardrails.decide(environment)
    data = own.service_control_policies["service-control-policy-data"]
    assert denied(data, "dynamodb:DeleteTable") == []
    assert denied(data, "dynamodb:DeleteBackup") == []
    (statement,) = denied(policies(environment)["deny-destroy-data"], "dynamodb:DeleteBackup")
    assert statement["Resource"] == f"{everything}/backup/*"


def test_loosening_a_lock_is_denied_once_for_vaults_that_are_locked_alike(tmp_path: Path) -> None:
    text = ONE_TABLE + (
        "vaults:\n"
        "  main: {lock: {min_retention_days: 7}}\n"
        "  other: {lock: {min_retention_days: 7, max_retention_days: 90}}\n"
        "  third: {lock: {min_retention_days: 30}}\n"
    )
    found = targets(environment_of(text, tmp_path), Scope.LOOSER_LOCKS, Document.DENY)
    assert {target.what: [arn[-5:] for arn in target.resources] for target in found} == {
        "Unbounded": ["-main", "other", "third"],
        "Shorter": ["-main", "other"],
        "Longer": ["other"],
        "ForEver": ["-main", "other", "third"],
        "Shorter2": ["third"],
    }


def test_who_is_exempt(tmp_path: Path) -> None:
    own, *_ = guardrails.decide(environment_of(ONE_TABLE, tmp_path))
    data = own.service_control_policies["service-control-policy-data"]
    glass = [
        "arn:aws:iam::111111111111:role/BreakGlass",
        "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com*/"
        "AWSReservedSSO_Emergency_????????????????",
    ]
    for action, more in {
        "dynamodb:DeleteTable": [],
        "dynamodb:DeleteBackup": ["role/shop-prod-backup-eu-central-1"],
        "dynamodb:UpdateContinuousBackups": [
            "role/ci/Deploy",
            "role/shop-prod-apply-settings-eu-central-1",
            "role/shop-prod-keep-pitr-eu-central-1",
        ],
    }.items():
        (statement,) = denied(data, action)
        assert statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
            *glass,
            *(f"arn:aws:iam::111111111111:{role}" for role in more),
        ]


def test_break_glass_roles_are_guarded_and_permission_sets_are_not_roles_to_edit(
    tmp_path: Path,
) -> None:
    own, *_ = guardrails.decide(environment_of(ONE_TABLE, tmp_path))
    access = own.service_control_policies["service-control-policy-access"]
    (statement,) = denied(access, "iam:AttachRolePolicy")
    assert statement["Resource"] == "arn:aws:iam::111111111111:role/BreakGlass"


def test_files_hold_the_documents_a_line_for_each_statement(tmp_path: Path) -> None:
    environment = environment_of(ONE_TABLE, tmp_path)
    tree = pipeline.render(environment)
    own, *_ = guardrails.decide(environment)
    files = {name: text for name, text in tree.files.items() if name.startswith("policies/")}
    assert len(files) == len(own.policies) + 3
    for policy in own.policies:
        text = files[f"policies/{policy.key.value}.json"]
        assert json.loads(text) == policy.document
        assert text.count("\n") == len(policy.document["Statement"]) + 2


def test_users_need_mfa_and_single_sign_on_does_not(tmp_path: Path) -> None:
    text = ONE_TABLE + (
        "guardrails: {break_glass_role: {role: BreakGlass, users: [alice], roles: [Admin], "
        "permission_sets: [OnCall]}}\n"
    )
    own, *_ = guardrails.decide(environment_of(text, tmp_path))
    role = own.break_glass_role
    assert role is not None
    assert role.session_seconds == 3600
    users, people = role.trust["Statement"]
    assert users["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}
    assert users["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        "arn:aws:iam::111111111111:user/alice"
    ]
    assert people["Condition"].keys() == {"ArnLike"}
    allowed = {action for one in role.policy["Statement"] for action in one["Action"]}
    wanted = {
        action
        for row in ROWS
        if row.scope not in (Scope.ORGANIZATION, Scope.ITEMS)
        for action in row.actions
    }
    assert wanted <= allowed


def test_the_organization_is_another_account_and_root(tmp_path: Path) -> None:
    text = ONE_TABLE + (
        "guardrails: {service_control_policy: {organizations_policy: "
        '{management_account_id: "999999999999", target_ids: ["111111111111", ou-ab12-11111111]}}}'
    )
    environment = environment_of(text, tmp_path)
    tree = pipeline.render(environment)
    assert "terraform-organization/organization.tf" in tree.files
    assert '"999999999999"' in tree.files["terraform-organization/provider.tf"]
    assert '"111111111111"' in tree.files["terraform/provider.tf"]
    assert "terraform/organization.tf" not in tree.files
    _, organization = guardrails.decide(environment)
    assert {policy.name for policy in organization.organizations_policies} == {
        f"shop-prod-service-control-policy-{what}" for what in ("data", "vaults", "access")
    }


@pytest.mark.parametrize("document", list(Document)[1:])
def test_what_destroys_is_denied_to_those_who_deploy(document: Document) -> None:
    """Only where AWS cannot tell destroying from setting up, and the row says so."""
    for row in ROWS:
        if document in row.documents and row.kind is Kind.DESTROY and Exempt.DEPLOY in row.exempt:
            assert "No condition key" in row.why or "creates it" in row.why, row


def test_no_action_is_treated_twice_in_one_place() -> None:
    seen = [(action, row.kind, row.scope) for row in ROWS for action in row.actions]
    assert len(seen) == len(set(seen))


def test_many_keys_are_known_by_what_their_aliases_begin_with(tmp_path: Path) -> None:
    entry = "{partition_key: {name: id, type: S}, encryption: {key: customer_managed}, stack: "
    text = "tables:\n" + "".join(
        f"  key{number:02}: {entry}stack-{number:02}}}\n" for number in range(30)
    )
    environment = environment_of(text, tmp_path)
    (aliases,) = targets(environment, Scope.ALIASES, Document.SERVICE_CONTROL)
    assert aliases.resources == ("arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-*",)
    (keys,) = targets(environment, Scope.KEYS, Document.SERVICE_CONTROL)
    assert keys.condition == {
        "ForAnyValue:StringLike": {"kms:ResourceAliases": ["alias/shop-prod-*"]}
    }
    text = pipeline.render(environment).files["policies/service-control-policy-access.json"]
    assert len(text) < MOST_CHARACTERS_OF_CONTROL


def test_a_document_that_aws_would_refuse_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = pipeline.render(environment_of(ONE_TABLE, tmp_path))
    assert over_limits(tree) == []
    longer = {name: text + " " * 5_000 for name, text in tree.files.items()}
    mistakes = [str(each) for each in over_limits(pipeline.with_files(tree, longer))]
    assert len(mistakes) == 3
    assert "policies/service-control-policy-data.json would have" in mistakes[0]
    monkeypatch.setitem(limits.MOST_CHARACTERS, ("AWS::IAM::ManagedPolicy", "PolicyDocument"), 999)
    assert any("PolicyDocument of GuardrailDenyDestroyVaults" in str(m) for m in over_limits(tree))


def test_what_a_service_control_policy_has_no_room_for_goes_on_in_a_second_one(
    tmp_path: Path,
) -> None:
    locks = "".join(
        f"  v{days}: {{lock: {{min_retention_days: {days}}}}}\n" for days in range(10, 22)
    )
    environment = environment_of(ONE_TABLE + "vaults:\n" + locks, tmp_path)
    own, *_ = guardrails.decide(environment)
    controls = own.service_control_policies
    assert "service-control-policy-vaults-2" in controls
    assert all(len(text_of(each)) <= MOST_CHARACTERS_OF_CONTROL for each in controls.values())
    sids = [one["Sid"] for policy in controls.values() for one in policy["Statement"]]
    assert len(sids) == len(set(sids))
    assert sum("LooserLocksShorter" in sid for sid in sids) == 13  # the built-in vault too


def test_a_policy_with_many_exempt_goes_on_in_a_second_one(tmp_path: Path) -> None:
    people = ", ".join(f"{{permission_set: EmergencyAdminOfTheWholeShop{n}}}" for n in range(9))
    head = HEAD.replace("[{role: BreakGlass}, {permission_set: Emergency}]", f"[{people}]")
    text = "guardrails: {deny_destroy: {roles: [Deploy]}}\n"
    (tmp_path / "prod.yaml").write_text(head + ONE_TABLE + text, encoding="utf-8")
    (loaded,) = workspace.load([str(tmp_path / "prod.yaml")])
    own, *_ = guardrails.decide(loaded.environment)
    names = [policy.name for policy in own.policies]
    assert "shop-prod-deny-destroy-access-2-eu-central-1" in names
    assert all(policy.roles for policy in own.policies if policy.file.startswith("deny-"))
    denying = [policy for policy in own.policies if policy.file.startswith("deny-")]
    (guarded,) = {
        str(statement["Resource"])
        for policy in denying
        for statement in denied(policy.document, "iam:CreatePolicyVersion")
    }
    assert guarded == "arn:aws:iam::111111111111:policy/shop-prod-deny-*"
    assert all(policy.name.startswith("shop-prod-deny-") for policy in denying)
    assert over_limits(pipeline.render(loaded.environment)) == []
