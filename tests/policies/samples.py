"""Hand-written documents in the style of the rendered ones, for the tests of the harness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

ACCOUNT = "111111111111"
ARCHIVE_ACCOUNT = "222222222222"
STRANGER_ACCOUNT = "333333333333"
REGION = "eu-central-1"
IAM = f"arn:aws:iam::{ACCOUNT}"

BREAK_GLASS = f"{IAM}:role/BreakGlass"
EMERGENCY_ADMIN = (
    f"{IAM}:role/aws-reserved/sso.amazonaws.com/{REGION}"
    "/AWSReservedSSO_EmergencyAdmin_0123456789abcdef"
)
DEPLOY = f"{IAM}:role/Deploy"
BACKUP_ROLE = f"{IAM}:role/shop-prod-backup"
SERVICE_ROLE = f"{IAM}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/employee"
VAULT = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:shop-prod-main"
ARCHIVE_VAULT = f"arn:aws:backup:{REGION}:{ARCHIVE_ACCOUNT}:backup-vault:shop-archive-archive"
POINT = f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0d990263-018e-4e65-a703-eff731de951e"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:shop-prod-alerts"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/shop-prod-failed-jobs"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:shop-prod-freshness"

UNLESS_BREAK_GLASS = {
    "ArnNotLike": {
        "aws:PrincipalArn": [
            BREAK_GLASS,
            f"{IAM}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_EmergencyAdmin_*",
        ]
    }
}


def document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


VAULT_POLICY = document(
    {
        "Sid": "OnlyBreakGlassDestroys",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["backup:DeleteBackupVault", "backup:DeleteRecoveryPoint"],
        "Resource": "*",
        "Condition": UNLESS_BREAK_GLASS,
    }
)

ARCHIVE_VAULT_POLICY = document(
    {
        "Sid": "SourceCopiesIn",
        "Effect": "Allow",
        "Principal": {"AWS": f"{IAM}:root"},
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    }
)

KEY_POLICY = document(
    {
        "Sid": "AccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": f"{IAM}:root"},
        "Action": "kms:*",
        "Resource": "*",
    },
    {
        "Sid": "EventBridgeEncrypts",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    },
    {
        "Sid": "AlarmsEncrypt",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    },
    {
        "Sid": "BackupServiceGrants",
        "Effect": "Allow",
        "Principal": {"AWS": SERVICE_ROLE},
        "Action": "kms:CreateGrant",
        "Resource": "*",
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    },
    {
        "Sid": "OnlyBreakGlassDestroys",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "kms:ScheduleKeyDeletion",
        "Resource": "*",
        "Condition": UNLESS_BREAK_GLASS,
    },
)

TOPIC_POLICY = document(
    {
        "Sid": "RulesPublish",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    },
    {
        "Sid": "AlarmsPublish",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    },
)

TABLE_POLICY = document(
    {
        "Sid": "OnlyBreakGlassDeletes",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "dynamodb:DeleteTable",
        "Resource": TABLE,
        "Condition": UNLESS_BREAK_GLASS,
    }
)

BY_ALIAS = document(
    {
        "Sid": "DecryptByAlias",
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*",
        "Condition": {
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/shop-prod-tables"},
            "StringEquals": {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"},
        },
    }
)

SERVICE_CONTROL_POLICY = document(
    {
        "Sid": "OnlyBreakGlassDestroys",
        "Effect": "Deny",
        "Action": ["dynamodb:DeleteTable", "backup:DeleteRecoveryPoint"],
        "Resource": "*",
        "Condition": UNLESS_BREAK_GLASS,
    }
)

TRUST = document(
    {
        "Sid": "BackupAssumes",
        "Effect": "Allow",
        "Principal": {"Service": "backup.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
)
