"""Who reaches which copy: each kind of step, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.authority.evaluation import Policy
from generator.authority.matrix import matrix
from tests.unit.authority.written import (
    ARCHIVE,
    ONE_VAULT,
    TABLE,
    bound,
    cell,
    mark,
    matrix_of,
    way,
    written,
)

LOCKED = f"{ONE_VAULT}\ntables: {{orders: {TABLE}}}\n"
SNAPSHOTS = "{snapshots: {schedule: rate(1 day), keep_days: 7}, backups:"
UNLOCKED = f"{LOCKED}\nvaults: {{critical: {{}}}}\n"
CONTROLLED = f"{LOCKED}\nguardrails: {{service_control_policy: {{attached: true}}}}\n"
COMPLIANCE = (
    "{critical: {lock: {mode: compliance, min_retention_days: 7, "
    "cooling_off_days: 3, i_understand_this_cannot_be_undone: true}}}"
)
COPIED = f"""
protections:
  critical:
    backups: {{daily: {{copies: {{far: {{to: archive, delete_after_days: 35}}}}}}, monthly: null}}
tables: {{orders: {TABLE}}}
"""


def test_deploy_lifts_the_denials_and_then_the_lock(tmp_path: Path) -> None:
    found = matrix_of(tmp_path, prod=LOCKED)
    assert way(found, "deploy", "vault") == [
        "backup:DeleteBackupVaultAccessPolicy on the vault",
        "backup:DeleteBackupVaultLockConfiguration on the vault",
        "backup:DeleteRecoveryPoint on the recovery point",
        "backup:DeleteBackupVault on the vault",
    ]
    # The key is the shorter way to the same loss.
    assert way(found, "deploy", "points") == [
        "kms:PutKeyPolicy on the key",
        "kms:ScheduleKeyDeletion on the key",
    ]


def test_an_administrator_becomes_break_glass(tmp_path: Path) -> None:
    assert way(matrix_of(tmp_path, prod=UNLOCKED), "administrator", "points") == [
        "iam:UpdateAssumeRolePolicy on role/BreakGlass",
        "sts:AssumeRole on role/BreakGlass",
        "backup:DeleteRecoveryPoint on the recovery point",
    ]


def test_a_lock_costs_break_glass_a_step_and_no_lock_none(tmp_path: Path) -> None:
    locked = matrix_of(tmp_path / "a", prod=LOCKED)
    unlocked = matrix_of(tmp_path / "b", prod=UNLOCKED)
    assert len(way(locked, "break-glass", "vault")) == 3
    assert len(way(unlocked, "break-glass", "vault")) == 2


def test_the_root_user_makes_a_principal_because_it_cannot_assume_a_role(tmp_path: Path) -> None:
    steps = way(matrix_of(tmp_path, prod=UNLOCKED), "account root", "key")
    assert steps == ["account:CloseAccount on the account"]
    world = written(tmp_path / "b", prod=UNLOCKED)["prod"]
    (staying,) = [
        Policy(
            name="stay",
            document={
                "Statement": [
                    {
                        "Sid": "Stay",
                        "Effect": "Deny",
                        "Action": ["account:CloseAccount", "organizations:LeaveOrganization"],
                        "Resource": "*",
                    }
                ]
            },
        )
    ]
    staying_member = replace(world, service_control={world.account_id: (staying,)})
    steps = way(matrix(staying_member), "account root", "key")
    assert steps[0].startswith("iam:CreateUser and iam:AttachUserPolicy and iam:CreateAccessKey")
    assert steps[1:] == [
        "iam:UpdateAssumeRolePolicy on role/BreakGlass",
        "sts:AssumeRole on role/BreakGlass",
        "kms:ScheduleKeyDeletion on the key",
    ]


def test_deletion_protection_is_lifted_first(tmp_path: Path) -> None:
    assert way(matrix_of(tmp_path, prod=LOCKED), "administrator", "table") == [
        "dynamodb:UpdateTable on the table",
        "dynamodb:DeleteTable on the table",
    ]


@pytest.mark.parametrize("who", ["administrator", "account root", "deploy"])
@pytest.mark.parametrize("kind", ["table", "backup", "points", "vault", "lock", "key"])
def test_an_attached_service_control_policy_holds(tmp_path: Path, who: str, kind: str) -> None:
    found = matrix_of(tmp_path, prod=CONTROLLED)
    given = cell(found, who, kind)
    assert given.mark == "no"
    assert any(one.startswith("service-control-policy") for one in given.stopped_by)
    assert mark(found, "break-glass", kind) == "yes"


def test_it_does_not_hold_before_the_file_says_that_it_is_attached(tmp_path: Path) -> None:
    found = matrix_of(tmp_path, prod=LOCKED)
    for kind in ("table", "backup", "points", "vault", "lock", "key"):
        assert {mark(found, who, kind) for who in ("administrator", "deploy")} == {"yes"}


def test_leaving_the_organization_leaves_its_policies_behind(tmp_path: Path) -> None:
    world = written(tmp_path, prod=CONTROLLED)["prod"]
    weaker = {
        account: tuple(
            Policy(
                name=policy.name,
                document={
                    "Statement": [
                        each
                        for each in (policy.document or {})["Statement"]
                        if "organizations:LeaveOrganization" not in each["Action"]
                    ]
                },
            )
            for policy in policies
        )
        for account, policies in world.service_control.items()
    }
    assert weaker != world.service_control
    steps = way(matrix(replace(world, service_control=weaker)), "administrator", "table")
    assert sorted(steps) == [
        "dynamodb:DeleteTable on the table",
        "dynamodb:UpdateTable on the table",
        "organizations:LeaveOrganization on the account",
    ]
    assert steps[-1] == "dynamodb:DeleteTable on the table"


def test_a_copy_in_another_account_is_out_of_reach(tmp_path: Path) -> None:
    found = matrix_of(tmp_path, prod=COPIED, archive=ARCHIVE)
    for who in ("break-glass", "administrator", "account root", "deploy", "other accounts"):
        assert mark(found, who, "points", ":222222222222:") == "no"
    # Its own administrator is as strong over there as anyone here.
    assert mark(found, "administrator of archive", "points", ":222222222222:") == "yes"
    assert mark(found, "administrator of archive", "points", ":111111111111:") == "no"


def test_a_compliance_lock_is_a_no_until_retention_ends(tmp_path: Path) -> None:
    world = written(tmp_path, prod=f"{LOCKED}\nvaults: {COMPLIANCE}\n")["prod"]
    # The lock does not protect the key: who loses that loses the points.
    assert way(matrix(world), "break-glass", "points") == ["kms:ScheduleKeyDeletion on the key"]
    vaults = {arn: replace(vault, key_arn=None) for arn, vault in world.vaults.items()}
    found = matrix(replace(world, vaults=vaults))
    assert mark(found, "break-glass", "points") == "locked"
    assert mark(found, "other accounts", "points") == "no"
    # Nothing outlives the account.
    assert way(found, "account root", "points") == ["account:CloseAccount on the account"]


def test_a_key_that_is_not_rendered_makes_what_it_decrypts_unknown(tmp_path: Path) -> None:
    key = "arn:aws:kms:eu-central-1:111111111111:key/given"
    text = f"{CONTROLLED}\nvaults: {{critical: {{kms_key_arn: '{key}'}}}}\n"
    world = written(tmp_path, prod=text)["prod"]
    bare = matrix(replace(world, service_control={}))
    assert mark(bare, "administrator", "key") == "unknown"
    assert mark(bare, "administrator", "points") == "yes"
    assert mark(bare, "other accounts", "key") == "no"


def test_a_vault_that_is_not_rendered_is_unknown_to_its_account_only(tmp_path: Path) -> None:
    far = "arn:aws:backup:eu-central-1:777777777777:backup-vault:far"
    copied = COPIED.replace("to: archive", f"vault_arn: '{far}'")
    found = matrix_of(tmp_path, prod=copied)
    assert mark(found, "administrator of 777777777777", "points", "far") == "unknown"
    assert mark(found, "administrator", "points", "far") == "no"


def test_the_policy_of_a_table_is_lifted_before_it_counts(tmp_path: Path) -> None:
    policy = """
      Version: "2012-10-17"
      Statement:
        - Sid: Kept
          Effect: Deny
          Principal: "*"
          Action: ["dynamodb:DeleteTable", "dynamodb:DeleteResourcePolicy",
            "dynamodb:PutResourcePolicy"]
          Resource: "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
          Condition: {ArnNotLike: {aws:PrincipalArn: "arn:aws:iam::111111111111:role/BreakGlass"}}
"""
    table = (
        "tables:\n  orders:\n    partition_key: {name: id, type: S}\n"
        f"    resource_policy:{policy}"
    )
    found = matrix_of(tmp_path, prod=table)
    assert way(found, "administrator", "table") == [
        "iam:UpdateAssumeRolePolicy on role/BreakGlass",
        "sts:AssumeRole on role/BreakGlass",
        "dynamodb:DeleteTable on the table",
    ]
    root = way(found, "account root", "table")
    assert root == ["account:CloseAccount on the account"]


def test_the_roles_of_ours_do_their_job_and_no_more(tmp_path: Path) -> None:
    found = matrix_of(tmp_path, prod=LOCKED.replace("{backups:", SNAPSHOTS))
    deleting = ["dynamodb:DeleteBackup on the backup"]
    switching_off = ["dynamodb:UpdateContinuousBackups on the table"]
    ordering = "lambda:InvokeFunction on the function shop-prod-"
    ways = {
        ("backup", "backup"): deleting,
        ("take-snapshots", "backup"): deleting,
        ("apply-settings", "history"): switching_off,
        ("scheduled-machines", "backup"): [f"{ordering}take-snapshots", *deleting],
        ("keep-pitr", "history"): switching_off,
        ("restore-machine", "history"): [f"{ordering}apply-settings", *switching_off],
        ("scheduled-machines", "history"): [f"{ordering}keep-pitr", *switching_off],
    }
    for row in found.rows:
        if row.kind == "role":
            for kind in ("table", "history", "backup", "points", "vault", "lock", "catalogue"):
                role = row.title.removeprefix("shop-prod-").removesuffix("-eu-central-1")
                if (role, kind) in ways:
                    assert way(found, row.title, kind) == ways.pop((role, kind))
                else:
                    assert mark(found, row.title, kind) == "no", (role, kind)
    assert ways == {}


def test_who_deploys_the_code_that_prunes_can_prune(tmp_path: Path) -> None:
    control = "guardrails: {service_control_policy: {attached: true}}\n"
    with_snapshots = f"{LOCKED}{control}".replace("{backups:", SNAPSHOTS)
    assert mark(matrix_of(tmp_path, prod=f"{LOCKED}{control}"), "deploy", "backup") == "no"
    found = matrix_of(tmp_path, prod=with_snapshots)
    assert way(found, "deploy", "backup") == [
        "iam:PassRole on role/shop-prod-take-snapshots-eu-central-1 to lambda.amazonaws.com",
        "dynamodb:DeleteBackup on the backup",
    ]
    for who in ("administrator", "account root", "operator", "backup administrator"):
        assert mark(found, who, "backup") == "no"
        assert mark(found, who, "history") == "no"
        assert mark(found, who, "catalogue") == "no"
    assert way(found, "deploy", "catalogue") == ["s3:PutLifecycleConfiguration on the bucket"]


def test_the_root_user_deletes_the_policy_of_the_catalogue(tmp_path: Path) -> None:
    found = matrix_of(tmp_path, prod=LOCKED)
    assert way(found, "account root", "catalogue") == ["account:CloseAccount on the account"]
    kept = bound(found.world, "account:CloseAccount", "iam:*", "lambda:*", "kms:*", "s3:Put*")
    assert way(matrix(kept), "account root", "catalogue") == [
        "s3:DeleteBucketPolicy on the bucket",
        "s3:DeleteObjectVersion on the objects",
    ]


def test_operators_delete_nothing_that_is_protected(tmp_path: Path) -> None:
    found = matrix_of(tmp_path, prod=LOCKED)
    for who in ("operator", "backup administrator"):
        for kind in ("table", "backup", "points", "vault", "lock", "key"):
            assert mark(found, who, kind) == "no"


def test_equal_tables_are_one_group_and_unequal_ones_are_not(tmp_path: Path) -> None:
    tables = ", ".join(f"table{number}: {TABLE}" for number in range(40))
    other = TABLE.replace("deletion_protection: true", "deletion_protection: false")
    text = f"{ONE_VAULT}\ntables: {{{tables}, odd: {other}}}\n"
    world = written(tmp_path, prod=text)["prod"]
    assert [len(each.names) for each in world.tables] == [40, 1]
