"""A template in which one table is wholly covered, for tests that break one link of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from generator.audit import Audit, audit
from generator.audit.model import Options

ACCOUNT, REGION = "111111111111", "eu-central-1"
HERE = Options(account_id=ACCOUNT, region=REGION)
GONE = object()
_DENIED = [
    "backup:DeleteRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
    "backup:PutBackupVaultAccessPolicy",
]
_KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
_FAR = f"arn:aws:backup:{REGION}:222222222222:backup-vault:far"
COVERED: Mapping[str, Any] = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            **_KEPT,
            "Properties": {
                "TableName": "orders",
                "DeletionProtectionEnabled": True,
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        },
        "Key": {"Type": "AWS::KMS::Key", **_KEPT, "Properties": {"KeyPolicy": {}}},
        "Vault": {
            "Type": "AWS::Backup::BackupVault",
            "Properties": {
                "BackupVaultName": "main",
                "EncryptionKeyArn": {"Fn::GetAtt": ["Key", "Arn"]},
                "LockConfiguration": {"MinRetentionDays": 7, "MaxRetentionDays": 400},
                "AccessPolicy": {
                    "Statement": [
                        {"Effect": "Deny", "Principal": "*", "Action": _DENIED, "Resource": "*"}
                    ]
                },
            },
        },
        "Plan": {
            "Type": "AWS::Backup::BackupPlan",
            "Properties": {
                "BackupPlan": {
                    "BackupPlanName": "daily",
                    "BackupPlanRule": [
                        {
                            "RuleName": "daily",
                            "TargetBackupVault": {"Ref": "Vault"},
                            "Lifecycle": {"DeleteAfterDays": 35},
                            "CopyActions": [
                                {
                                    "DestinationBackupVaultArn": _FAR,
                                    "Lifecycle": {"DeleteAfterDays": 35},
                                }
                            ],
                        }
                    ],
                }
            },
        },
        "Selection": {
            "Type": "AWS::Backup::BackupSelection",
            "Properties": {
                "BackupPlanId": {"Ref": "Plan"},
                "BackupSelection": {
                    "SelectionName": "tables",
                    "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/Backup",
                    "Resources": [{"Fn::GetAtt": ["Table", "Arn"]}],
                },
            },
        },
    }
}


def changed(path: str, value: Any, base: Mapping[str, Any] = COVERED) -> dict[str, Any]:
    """Return the template with another value at a path below Resources, or without any there."""
    document = deepcopy(dict(base))
    node: Any = document["Resources"]
    *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
    for part in parents:
        node = node[part]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return document


def audited(folder: Path, document: Mapping[str, Any], options: Options = HERE) -> Audit:
    """Return the audit of a template."""
    path = folder / "template.json"
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return audit([str(path)], options)


def found(folder: Path, document: Mapping[str, Any], options: Options = HERE) -> dict[str, bool]:
    """Return the rules that an audit names, and whether it knows that they are broken."""
    findings = audited(folder, document, options).findings
    return {each.rule: not each.message.startswith("unknown: ") for each in findings}
