"""Every link of the chain in turn: broken, it is told; unknown, it is told as unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.audit.model import Options
from tests.audit.written import COVERED, GONE, HERE, audited, changed, found

PROPERTIES = "Table.Properties"
RULE = "Plan.Properties.BackupPlan.BackupPlanRule.0"
COPY = f"{RULE}.CopyActions.0"
VAULT = "Vault.Properties"
BODY = "Selection.Properties.BackupSelection"
NOBODY = [{"Effect": "Deny", "Principal": "*", "Action": "backup:Delete*", "Resource": "*"}]
SOMEBODY = [
    {
        "Effect": "Deny",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/Operator"},
        "Action": "backup:*",
        "Resource": "*",
    }
]
UNKNOWABLE = {"Fn::ImportValue": "elsewhere"}


def test_the_whole_chain_leaves_nothing_to_say(tmp_path: Path) -> None:
    report = audited(tmp_path, COVERED)
    assert report.findings == ()
    assert "backup: yes\n" in report.coverage


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        (f"{PROPERTIES}.PointInTimeRecoverySpecification", GONE, {"HF001"}),
        (
            f"{PROPERTIES}.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
            False,
            {"HF001"},
        ),
        (f"{PROPERTIES}.DeletionProtectionEnabled", "false", {"HF003"}),
        ("Table.DeletionPolicy", GONE, {"HF109"}),
        ("Table.UpdateReplacePolicy", "Snapshot", {"HF109"}),
        ("Key.DeletionPolicy", "Delete", {"HF109"}),
        ("Selection", GONE, {"HF002", "HF005"}),
        ("Plan", GONE, {"HF002", "HF005"}),
        ("Plan.Properties.BackupPlan.BackupPlanRule", [], {"HF002", "HF005"}),
        (f"{BODY}.Resources.0", "orders", {"HF002", "HF005", "HF101"}),
        (f"{BODY}.Resources.0", {"Ref": "Table"}, {"HF002", "HF005", "HF101"}),
        (
            f"{BODY}.Resources.0",
            "arn:aws:dynamodb:eu-central-1:111111111111:table/order",
            {"HF002", "HF005", "HF102"},
        ),
        (
            f"{BODY}.Resources.0",
            "arn:aws:dynamodb:eu-central-1:111111111111:table/*rders",
            {"HF002", "HF005", "HF103"},
        ),
        (f"{BODY}.NotResources", ["arn:aws:dynamodb:*:*:table/ord*"], {"HF002", "HF005"}),
        (
            f"{BODY}.Conditions",
            {"StringEquals": [{"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "b"}]},
            {"HF002", "HF005", "HF104"},
        ),
        (f"{RULE}.EnableContinuousBackup", True, {"HF105"}),
        (f"{RULE}.Lifecycle.MoveToColdStorageAfterDays", 1, {"HF106"}),
        (f"{RULE}.Lifecycle.DeleteAfterDays", 6, {"HF107"}),
        (f"{RULE}.Lifecycle.DeleteAfterDays", 401, {"HF107"}),
        (f"{RULE}.Lifecycle", GONE, {"HF107", "HF108"}),
        (f"{COPY}.Lifecycle", GONE, {"HF108"}),
        (f"{COPY}.Lifecycle", {"DeleteAfterDays": -1}, {"HF108"}),
        (f"{RULE}.TargetBackupVault", "other", {"HF004"}),
        (f"{VAULT}.LockConfiguration", GONE, {"HF004"}),
        (f"{VAULT}.LockConfiguration.ChangeableForDays", 3, {"HF111"}),
        (f"{VAULT}.EncryptionKeyArn", GONE, {"HF110"}),
        (f"{VAULT}.AccessPolicy", GONE, {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement", NOBODY, {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement", SOMEBODY, {"HF112"}),
        (f"{RULE}.CopyActions", GONE, {"HF005"}),
        (
            f"{COPY}.DestinationBackupVaultArn",
            "arn:aws:backup:eu-west-1:111111111111:backup-vault:far",
            {"HF005"},
        ),
        (
            f"{COPY}.Lifecycle",
            {"MoveToColdStorageAfterDays": 7, "DeleteAfterDays": 100},
            {"HF007"},
        ),
    ],
)
def test_a_broken_link_is_told(path: str, value: Any, rules: set[str], tmp_path: Path) -> None:
    document = changed(path, value)
    if path == "Plan":
        document = changed("Selection.Properties.BackupPlanId", "elsewhere", document)
    assert set(found(tmp_path, document)) == rules
    before, after = audited(tmp_path, COVERED), audited(tmp_path, document)
    assert before.coverage != after.coverage or rules & {"HF105"}


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        (
            f"{PROPERTIES}.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
            {"HF001"},
        ),
        (f"{PROPERTIES}.PointInTimeRecoverySpecification", {"HF001"}),
        (f"{PROPERTIES}.DeletionProtectionEnabled", {"HF003"}),
        ("Table.DeletionPolicy", {"HF109"}),
        ("Selection.Properties.BackupPlanId", {"HF002", "HF005"}),
        (BODY, {"HF002", "HF005"}),
        (f"{BODY}.Resources", {"HF002", "HF005"}),
        (f"{BODY}.Resources.0", {"HF002", "HF005"}),
        (f"{BODY}.NotResources", {"HF002", "HF005"}),
        (f"{BODY}.Conditions", {"HF002", "HF005"}),
        ("Plan.Properties.BackupPlan", {"HF002", "HF005"}),
        ("Plan.Properties.BackupPlan.BackupPlanRule", {"HF002", "HF005"}),
        (f"{RULE}.TargetBackupVault", {"HF004"}),
        (f"{RULE}.EnableContinuousBackup", {"HF105"}),
        (f"{RULE}.Lifecycle", {"HF108"}),
        (f"{RULE}.Lifecycle.DeleteAfterDays", {"HF108"}),
        (f"{RULE}.Lifecycle.MoveToColdStorageAfterDays", {"HF106"}),
        (f"{RULE}.CopyActions", {"HF005", "HF108"}),
        (f"{COPY}.DestinationBackupVaultArn", {"HF005"}),
        (f"{VAULT}.LockConfiguration", {"HF004"}),
        (f"{VAULT}.LockConfiguration.MinRetentionDays", {"HF107"}),
        (f"{VAULT}.AccessPolicy", {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement", {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement.0", {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement.0.Effect", {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement.0.Action", {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement.0.Principal", {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement.0.Resource", {"HF112"}),
        (f"{VAULT}.AccessPolicy.Statement.0.Condition", {"HF112"}),
    ],
)
def test_an_unknown_link_is_told_as_unknown(path: str, rules: set[str], tmp_path: Path) -> None:
    told = found(tmp_path, changed(path, UNKNOWABLE))
    assert {rule for rule in told if not told[rule]} == rules
    assert not any(told.values())


@pytest.mark.parametrize("path", ["Table", "Vault", "Plan", "Selection"])
def test_properties_that_are_one_hole_are_unknown(path: str, tmp_path: Path) -> None:
    told = found(tmp_path, changed(f"{path}.Properties", UNKNOWABLE))
    assert told
    assert not any(told.values())


def test_an_unknown_about_a_backup_fails(tmp_path: Path) -> None:
    report = audited(tmp_path, changed(f"{BODY}.Resources", UNKNOWABLE))
    assert [each.severity for each in report.findings if each.rule == "HF002"] == ["warning"]
    assert "export elsewhere is in none of these files" in report.coverage


@pytest.mark.parametrize("options", [Options(), Options(region="eu-central-1")])
def test_a_literal_arn_needs_the_account(options: Options, tmp_path: Path) -> None:
    arn = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
    document = changed(f"{BODY}.Resources.0", arn)
    assert found(tmp_path, document, options)["HF002"] is False
    assert "HF002" not in found(tmp_path, document, HERE)
    elsewhere = Options(account_id="333333333333", region="eu-central-1")
    assert found(tmp_path, document, elsewhere)["HF002"] is True


def test_a_vault_of_the_account_is_not_another_account(tmp_path: Path) -> None:
    document = changed(f"{COPY}.DestinationBackupVaultArn", {"Fn::GetAtt": "Vault.BackupVaultArn"})
    assert found(tmp_path, document, Options()) == {"HF005": True}


def test_an_air_gapped_vault_is_locked(tmp_path: Path) -> None:
    document = changed("Vault.Type", "AWS::Backup::LogicallyAirGappedBackupVault")
    del document["Resources"]["Vault"]["Properties"]["LockConfiguration"]
    document["Resources"]["Vault"]["Properties"] |= {"MinRetentionDays": 7, "MaxRetentionDays": 30}
    assert found(tmp_path, document) == {"HF107": True}


@pytest.mark.parametrize(
    ("resources", "value", "known"),
    [
        # Both take the table, or neither does: then it is no matter how they combine.
        (["*"], "daily", None),
        (["arn:aws:dynamodb:*:*:table/x*"], "weekly", True),
        (["*"], "weekly", False),
        (["arn:aws:dynamodb:*:*:table/x*"], "daily", False),
    ],
)
def test_how_arns_and_tags_combine_is_unknown(
    resources: list[str], value: str, known: object, tmp_path: Path
) -> None:
    tag = {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": value}
    document = changed(f"{BODY}.ListOfTags", [tag], changed(f"{BODY}.Resources", resources))
    document = changed(f"{PROPERTIES}.Tags", [{"Key": "backup", "Value": "daily"}], document)
    assert found(tmp_path, document).get("HF002") is known


@pytest.mark.parametrize(
    ("operator", "told"),
    [("ArnNotLike", {}), ("ArnLike", {"HF112": False}), ("Bool", {"HF112": False})],
)
def test_a_denial_may_spare_some(operator: str, told: dict[str, bool], tmp_path: Path) -> None:
    condition = {operator: {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/BreakGlass"}}
    document = changed(f"{VAULT}.AccessPolicy.Statement.0.Condition", condition)
    assert found(tmp_path, document) == told


def test_a_policy_that_denies_half_is_told(tmp_path: Path) -> None:
    policy = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "PolicyDocument": {
                "Statement": [
                    {"Effect": "Deny", "Action": "dynamodb:DeleteBackup", "Resource": "*"}
                ]
            }
        },
    }
    assert found(tmp_path, changed("Half", policy)) == {"HF114": True}
    whole = changed(
        "Half.Properties.PolicyDocument.Statement.0.Action",
        ["dynamodb:DeleteBackup", "backup:Delete*"],
        changed("Half", policy),
    )
    assert found(tmp_path, whole) == {}
