"""Every call that trips a wire, as somebody makes it: which parameters, and who is told.

This table stands for itself: nothing in it is computed from the blueprint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ACCOUNT, HERE, THERE = "111111111111", "eu-central-1", "us-east-1"
TABLE = "order_transaction"
TABLE_ARN = f"arn:aws:dynamodb:{HERE}:{ACCOUNT}:table/{TABLE}"
POINT = f"arn:aws:backup:{HERE}:{ACCOUNT}:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45"
KEY = "0d990263-018e-4e65-a703-eff731de951e"
PLAN = "76c24d5e-0d5b-4e49-a8ea-29ae4e3a6ad1"
QUEUE = f"https://sqs.{HERE}.amazonaws.com/{ACCOUNT}/shop-prod-alerts-undelivered"
BUCKET = f"shop-prod-exports-{ACCOUNT}-{HERE}"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/shop-prod-deny-destroy-eu-central-1"
ANY_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
READS = frozenset({"sts", "signin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call; `deploy` says which message it becomes when those who deploy make it.

    `event` is the name CloudTrail writes, `operation` botocore's where that is another one, and
    None where botocore has no such operation.
    """

    wire: str
    service: str
    event: str
    request: dict[str, Any] = field(default_factory=dict)
    deploy: Literal["tripwire", "change"] = "tripwire"
    region: str = HERE
    operation: str | None = ""

    @property
    def source(self) -> str:
        """The event source, which is not always named as botocore names the service."""
        name = {"cloudwatch": "monitoring", "stepfunctions": "states"}.get(
            self.service, self.service
        )
        return f"{name}.amazonaws.com"


def _calls(wire: str, service: str, *events: str, **more: Any) -> list[Call]:
    return [Call(wire=wire, service=service, event=event, **more) for event in events]


_NAMED = {"tableName": TABLE}
_VAULT = {"backupVaultName": "shop-prod-critical"}
_PITR = "pointInTimeRecoverySpecification"
_CHANGE: dict[str, Any] = {"deploy": "change"}
_ROLE = {"roleName": "shop-prod-backup-eu-central-1"}
_GLASS = {"roleName": "BreakGlass"}
_S3 = {"bucketName": BUCKET, "Host": f"{BUCKET}.s3.{HERE}.amazonaws.com"}
_NOT_OF_BOTOCORE: dict[str, Any] = {"operation": None}
_FUNCTION = {"functionName": "shop-prod-export"}
_ALARM = "shop-prod-no-backup.critical"

CALLS: tuple[Call, ...] = (
    # tables
    *_calls("table", "dynamodb", "DeleteTable", request=_NAMED),
    *_calls("table", "dynamodb", "DeleteTable", request={"tableName": TABLE_ARN}),
    *_calls(
        "table", "dynamodb", "UpdateTable", request={**_NAMED, "deletionProtectionEnabled": False}
    ),
    *_calls(
        "table",
        "dynamodb",
        "UpdateContinuousBackups",
        request={**_NAMED, _PITR: {"pointInTimeRecoveryEnabled": False}},
    ),
    *_calls(
        "table",
        "dynamodb",
        "UpdateContinuousBackups",
        request={
            **_NAMED,
            _PITR: {"pointInTimeRecoveryEnabled": True, "recoveryPeriodInDays": 1},
        },
        **_CHANGE,
    ),
    *_calls(
        "table",
        "dynamodb",
        "UpdateTable",
        request={
            **_NAMED,
            "sSESpecification": {"enabled": True, "sSEType": "KMS", "kMSMasterKeyId": KEY},
        },
        **_CHANGE,
    ),
    *_calls(
        "table",
        "dynamodb",
        "UpdateTimeToLive",
        request={
            **_NAMED,
            "timeToLiveSpecification": {"enabled": True, "attributeName": "created_at"},
        },
        **_CHANGE,
    ),
    *_calls(
        "table",
        "dynamodb",
        "UpdateTimeToLive",
        request={
            "tableName": TABLE_ARN,
            "timeToLiveSpecification": {"enabled": True, "attributeName": "created_at"},
        },
        **_CHANGE,
    ),
    *_calls(
        "table",
        "dynamodb",
        "DisableKinesisStreamingDestination",
        request={**_NAMED, "streamArn": f"arn:aws:kinesis:{HERE}:{ACCOUNT}:stream/orders"},
        **_CHANGE,
    ),
    *_calls(
        "table-policy",
        "dynamodb",
        "PutResourcePolicy",
        request={"resourceArn": TABLE_ARN, "policy": '{"Version": "2012-10-17"}'},
    ),
    *_calls("table-policy", "dynamodb", "DeleteResourcePolicy", request={"resourceArn": TABLE_ARN}),
    *_calls(
        "native-backup",
        "dynamodb",
        "DeleteBackup",
        request={"backupArn": f"{TABLE_ARN}/backup/01489602797149-73d8d5bc"},
    ),
    # vaults and what is in them
    *_calls(
        "vault",
        "backup",
        "DeleteBackupVault",
        "DeleteBackupVaultAccessPolicy",
        "DeleteBackupVaultLockConfiguration",
        request=_VAULT,
    ),
    *_calls(
        "vault",
        "backup",
        "PutBackupVaultAccessPolicy",
        request={**_VAULT, "policy": '{"Version": "2012-10-17", "Statement": []}'},
    ),
    *_calls(
        "vault",
        "backup",
        "PutBackupVaultLockConfiguration",
        request={**_VAULT, "minRetentionDays": 1},
    ),
    *_calls("vault", "backup", "DeleteBackupVaultNotifications", request=_VAULT, **_CHANGE),
    *_calls(
        "vault",
        "backup",
        "PutBackupVaultNotifications",
        request={**_VAULT, "sNSTopicArn": f"arn:aws:sns:{HERE}:{ACCOUNT}:nobody"},
        **_CHANGE,
    ),
    *_calls(
        "recovery-point",
        "backup",
        "DeleteRecoveryPoint",
        "DisassociateRecoveryPoint",
        "DisassociateRecoveryPointFromParent",
        request={**_VAULT, "recoveryPointArn": POINT},
    ),
    *_calls(
        "recovery-point",
        "backup",
        "UpdateRecoveryPointLifecycle",
        request={**_VAULT, "recoveryPointArn": POINT, "lifecycle": {"deleteAfterDays": 1}},
    ),
    *_calls("plan", "backup", "StopBackupJob", request={"backupJobId": "34176239-e96d"}),
    *_calls("plan", "backup", "DeleteBackupPlan", request={"backupPlanId": PLAN}, **_CHANGE),
    *_calls(
        "plan",
        "backup",
        "UpdateBackupPlan",
        request={"backupPlanId": PLAN, "backupPlan": {"backupPlanName": "shop-prod-standard"}},
        **_CHANGE,
    ),
    *_calls(
        "plan",
        "backup",
        "DeleteBackupSelection",
        request={"backupPlanId": PLAN, "selectionId": "c22d6a6f-5f2c"},
        **_CHANGE,
    ),
    *_calls(
        "region-settings",
        "backup",
        "UpdateRegionSettings",
        request={"resourceTypeOptInPreference": {"DynamoDB": False}},
    ),
    *_calls(
        "region-settings",
        "backup",
        "UpdateGlobalSettings",
        request={"globalSettings": {"isCrossAccountBackupEnabled": "false"}},
    ),
    # keys
    *_calls("key", "kms", "ScheduleKeyDeletion", request={"keyId": KEY, "pendingWindowInDays": 7}),
    *_calls(
        "key",
        "kms",
        "DeleteImportedKeyMaterial",
        "DisableKey",
        "DisableKeyRotation",
        request={"keyId": KEY},
    ),
    *_calls("key", "kms", "PutKeyPolicy", request={"keyId": KEY, "policyName": "default"}),
    *_calls("key", "kms", "RevokeGrant", request={"keyId": KEY, "grantId": "f271e8328717"}),
    *_calls("key", "kms", "DeleteAlias", request={"aliasName": "alias/shop-prod-critical"}),
    *_calls(
        "key",
        "kms",
        "UpdateAlias",
        request={"aliasName": "alias/shop-prod-critical", "targetKeyId": KEY},
    ),
    # the bucket of exports, and with another name that of the catalogue
    *_calls(
        "export-bucket",
        "s3",
        "DeleteBucket",
        "DeleteBucketPolicy",
        "PutBucketPolicy",
        "PutBucketVersioning",
        "PutObjectLockConfiguration",
        "DeleteBucketReplication",
        request=_S3,
    ),
    *_calls(
        "export-bucket", "s3", "PutBucketObjectLockConfiguration", request=_S3, **_NOT_OF_BOTOCORE
    ),
    *_calls(
        "export-bucket",
        "s3",
        "PutBucketLifecycleConfiguration",
        "DeleteBucketLifecycle",
        "PutBucketReplication",
        "PutBucketEncryption",
        "DeleteBucketEncryption",
        request=_S3,
        **_CHANGE,
    ),
    *_calls(
        "export-bucket", "s3", "PutBucketLifecycle", request=_S3, **_CHANGE, **_NOT_OF_BOTOCORE
    ),
    # what would keep backups from running, or people from hearing of it
    *(
        call
        for region, kind in ((HERE, "tripwire"), (THERE, "forward"))
        for call in (
            *_calls(
                "rule",
                "events",
                "PutRule",
                "DeleteRule",
                "DisableRule",
                request={"name": f"shop-prod-{kind}-role"},
                region=region,
                **_CHANGE,
            ),
            *_calls(
                "rule",
                "events",
                "PutTargets",
                "RemoveTargets",
                request={"rule": f"shop-prod-{kind}-role"},
                region=region,
                **_CHANGE,
            ),
        )
    ),
    *_calls(
        "schedule",
        "scheduler",
        "UpdateSchedule",
        "DeleteSchedule",
        "DeleteScheduleGroup",
        request={"name": "shop-prod-exports"},
        **_CHANGE,
    ),
    *_calls(
        "function",
        "lambda",
        "DeleteFunction20150331",
        request=_FUNCTION,
        operation="DeleteFunction",
        **_CHANGE,
    ),
    *_calls(
        "function",
        "lambda",
        "UpdateFunctionCode20150331v2",
        request={"functionName": f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:shop-prod-export"},
        operation="UpdateFunctionCode",
        **_CHANGE,
    ),
    *_calls(
        "function",
        "lambda",
        "UpdateFunctionConfiguration20150331v2",
        request={"functionName": f"{ACCOUNT}:function:shop-prod-export"},
        operation="UpdateFunctionConfiguration",
        **_CHANGE,
    ),
    *_calls(
        "function",
        "lambda",
        "PutFunctionConcurrency20171031",
        request={**_FUNCTION, "reservedConcurrentExecutions": 0},
        operation="PutFunctionConcurrency",
        **_CHANGE,
    ),
    *_calls(
        "function",
        "lambda",
        "RemovePermission20150331v2",
        request=_FUNCTION,
        operation="RemovePermission",
        **_CHANGE,
    ),
    *_calls(
        "state-machine",
        "stepfunctions",
        "UpdateStateMachine",
        "DeleteStateMachine",
        request={
            "stateMachineArn": f"arn:aws:states:{HERE}:{ACCOUNT}:stateMachine:shop-prod-recovery"
        },
        **_CHANGE,
    ),
    *_calls(
        "state-machine",
        "stepfunctions",
        "StopExecution",
        request={
            "executionArn": f"arn:aws:states:{HERE}:{ACCOUNT}:execution:shop-prod-recovery:5f2c"
        },
        **_CHANGE,
    ),
    *_calls(
        "topic",
        "sns",
        "DeleteTopic",
        "SetTopicAttributes",
        "RemovePermission",
        request={"topicArn": f"arn:aws:sns:{HERE}:{ACCOUNT}:shop-prod-alerts"},
        **_CHANGE,
    ),
    *_calls(
        "topic",
        "sns",
        "Unsubscribe",
        "SetSubscriptionAttributes",
        request={"subscriptionArn": f"arn:aws:sns:{HERE}:{ACCOUNT}:shop-prod-alerts:6a0c"},
        **_CHANGE,
    ),
    *_calls(
        "queue",
        "sqs",
        "DeleteQueue",
        "PurgeQueue",
        "SetQueueAttributes",
        request={"queueUrl": QUEUE},
        **_CHANGE,
    ),
    *_calls(
        "alarm",
        "cloudwatch",
        "DeleteAlarms",
        "DisableAlarmActions",
        request={"alarmNames": ["other", _ALARM]},
        **_CHANGE,
    ),
    *_calls(
        "alarm",
        "cloudwatch",
        "PutMetricAlarm",
        "SetAlarmState",
        request={"alarmName": _ALARM},
        **_CHANGE,
    ),
    *_calls(
        "alarm",
        "cloudwatch",
        "PutAlarmMuteRule",
        request={"name": "quiet", "muteTargets": {"alarmNames": [_ALARM]}},
        **_CHANGE,
    ),
)
