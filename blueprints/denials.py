"""Who may not do what: every action that destroys a copy of the data, or silences what guards it.

This is the one table that all policy documents are written from: the policies of vaults and keys,
and the identity and service control policies of the blueprint `guardrails`. docs/denials.md shows
it. Break-glass is exempt in every row.

*Destroy* takes a copy away, shortens its retention, or lifts what keeps others from it.
*Change* alters or silences what makes and watches the copies: those who deploy may.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, Flag, auto


class Kind(Enum):
    """What an action does to the protection."""

    DESTROY = "destroy"
    CHANGE = "change"


class Scope(Enum):
    """What an action is denied on, in one environment."""

    TABLES = "protected tables"
    BACKUPS = "native backups of the environment's tables"
    ITEMS = "items of protected tables"
    POINTS = "recovery points of the account and Region"
    VAULTS = "the environment's vaults"
    LOOSER_LOCKS = "the environment's vaults, with bounds looser than the file's"
    PLANS = "backup plans of the account and Region"
    BACKUP_SETTINGS = "AWS Backup in the Region"
    BUCKETS = "the buckets of exports and of the catalogue"
    OBJECTS = "objects of these buckets"
    KEYS = "keys of the environment's vaults, tables and buckets"
    ALIASES = "aliases of these keys"
    BREAK_GLASS = "break-glass roles of the account"
    EXEMPT_ROLES = "roles that are exempt from a denial: who deploys, and some of ours"
    EXEMPT_CODE = "exempt roles that run code, and the functions and state machines they are of"
    GUARDRAILS = "the guardrail policies"
    GUARDRAIL_ATTACHMENTS = "attachments of the guardrail policies"
    ORGANIZATION = "the organization and the account's membership"
    OWN_SCHEDULES = "the environment's schedules"
    OWN_RULES = "the environment's EventBridge rules"
    OWN_FUNCTIONS = "the environment's functions"
    OWN_STATE_MACHINES = "the environment's state machines"
    OWN_TOPICS = "the environment's topics"
    OWN_QUEUES = "the environment's queues"
    OWN_ALARMS = "the environment's alarms"
    OWN_LOGS = "the environment's log groups"
    SCALING = "auto scaling of DynamoDB in the account and Region"


class Document(Flag):
    """Where an action is denied."""

    NONE = 0
    OPERATOR = auto()
    BACKUP_ADMINISTRATOR = auto()
    DENY = auto()
    SERVICE_CONTROL = auto()
    VAULT = auto()
    BUCKET = auto()
    KEY = auto()


class Exempt(Flag):
    """Who may all the same, beside break-glass."""

    NOBODY = 0
    DEPLOY = auto()
    BACKUP_ROLE = auto()
    SNAPSHOTS = auto()
    RECOVERY = auto()
    REPLICATION = auto()
    MACHINES = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """Actions of one service that are treated alike, and why."""

    service: str
    names: str
    kind: Kind
    scope: Scope
    documents: Document
    exempt: Exempt
    why: str

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions with their service prefix, in the row's order."""
        return tuple(f"{self.service}:{name}" for name in self.names.split())


_DESTROY, _CHANGE = Kind.DESTROY, Kind.CHANGE
_NOBODY, _DEPLOY, _BACKUP_ROLE = Exempt.NOBODY, Exempt.DEPLOY, Exempt.BACKUP_ROLE
_SNAPSHOTS, _RECOVERY = Exempt.SNAPSHOTS, Exempt.RECOVERY
_REPLICATION, _MACHINES = Exempt.REPLICATION, Exempt.MACHINES
_NONE, _OPERATOR, _ADMINISTRATOR = Document.NONE, Document.OPERATOR, Document.BACKUP_ADMINISTRATOR
_DENY, _SCP = Document.DENY, Document.SERVICE_CONTROL
_VAULT, _BUCKET, _KEY = Document.VAULT, Document.BUCKET, Document.KEY
_PEOPLE = _OPERATOR | _ADMINISTRATOR | _DENY
_EVERYONE = _DENY | _SCP

# fmt: off
ROWS: tuple[Row, ...] = (
    # DynamoDB
    Row("dynamodb", "DeleteTable DeleteTableReplica",
        _DESTROY, Scope.TABLES, _OPERATOR | _EVERYONE, _NOBODY,
        "The table itself. Deletion protection alone is lifted by whoever may update the table."),
    Row("dynamodb", "DeleteBackup",
        _DESTROY, Scope.BACKUPS, _PEOPLE | _SCP, _BACKUP_ROLE | _SNAPSHOTS,
        "A copy. AWS Backup expires points from before the Region's opt-in with its role, and "
        "the function that takes native backups prunes them."),
    Row("dynamodb", "UpdateContinuousBackups",
        _DESTROY, Scope.TABLES, _OPERATOR | _EVERYONE, _DEPLOY | _RECOVERY,
        "Off, or a shorter period, discards the history for good; on again starts from nothing. "
        "No condition key tells on from off, so whoever switches it on is exempt: who deploys, "
        "and the functions that give a restored table its settings and keep recovery on."),
    Row("dynamodb", "UpdateTable",
        _CHANGE, Scope.TABLES, _NONE, _NOBODY,
        "Lifts deletion protection, but no condition key tells that from a new capacity: "
        "denying DeleteTable is the guard, a tripwire tells."),
    Row("dynamodb", "DeleteItem BatchWriteItem PutItem UpdateItem "
                    "PartiQLDelete PartiQLInsert PartiQLUpdate",
        _DESTROY, Scope.ITEMS, _OPERATOR, _NOBODY,
        "Wipes or overwrites data. Applications need these, people who operate do not."),
    Row("dynamodb", "UpdateTimeToLive",
        _CHANGE, Scope.TABLES, _OPERATOR | _DENY, _DEPLOY,
        "Time to live on another attribute deletes items, without a trace of who did it."),
    Row("dynamodb", "PutResourcePolicy DeleteResourcePolicy",
        _CHANGE, Scope.TABLES, _OPERATOR | _DENY, _DEPLOY,
        "Lets other accounts in, or drops a denial."),
    Row("dynamodb", "DisableKinesisStreamingDestination UpdateGlobalTable DeleteGlobalTableWitness",
        _CHANGE, Scope.TABLES, _DENY, _DEPLOY,
        "Cuts off what follows or replicates the table."),
    # AWS Backup
    Row("backup", "DeleteRecoveryPoint DisassociateRecoveryPoint UpdateRecoveryPointLifecycle",
        _DESTROY, Scope.POINTS, _PEOPLE | _SCP | _VAULT, _NOBODY,
        "The copy itself, or the day it expires. Expiry is AWS Backup's own and not denied."),
    Row("backup", "DisassociateRecoveryPointFromParent",
        _DESTROY, Scope.POINTS, _EVERYONE, _NOBODY,
        "Takes a point out of the set that it is kept with."),
    Row("backup-storage", "DeleteObjects",
        _DESTROY, Scope.BACKUP_SETTINGS, _EVERYONE, _NOBODY,
        "The storage below recovery points."),
    Row("backup", "DeleteBackupVault DeleteBackupVaultLockConfiguration",
        _DESTROY, Scope.VAULTS, _PEOPLE | _SCP | _VAULT, _NOBODY,
        "The vault, or the lock that keeps its points from everybody."),
    Row("backup", "PutBackupVaultLockConfiguration",
        _DESTROY, Scope.LOOSER_LOCKS, _EVERYONE | _VAULT, _NOBODY,
        "A shorter minimum lets points go; a longer maximum, or compliance mode, ties the owner."),
    Row("backup", "PutBackupVaultAccessPolicy DeleteBackupVaultAccessPolicy "
                  "PutBackupVaultLockConfiguration "
                  "PutBackupVaultNotifications DeleteBackupVaultNotifications",
        _CHANGE, Scope.VAULTS, _ADMINISTRATOR | _DENY | _VAULT, _DEPLOY,
        "Rewrites the vault's own denials, tightens its lock, or silences its messages."),
    Row("backup", "DeleteBackupVaultSharingPolicy DisassociateBackupVaultMpaApprovalTeam "
                  "RevokeRestoreAccessBackupVault",
        _CHANGE, Scope.VAULTS, _DENY, _DEPLOY,
        "Closes the way in that an emergency needs."),
    Row("backup", "DeleteBackupSelection",
        _CHANGE, Scope.PLANS, _ADMINISTRATOR | _DENY, _DEPLOY,
        "Backups stop, and nothing fails. AWS chooses the ids of plans."),
    Row("backup", "DeleteBackupPlan UpdateBackupPlan",
        _CHANGE, Scope.PLANS, _DENY, _DEPLOY,
        "Backups stop or expire sooner. AWS chooses the ids of plans."),
    Row("backup", "UpdateRegionSettings UpdateGlobalSettings StopBackupJob CancelLegalHold",
        _CHANGE, Scope.BACKUP_SETTINGS, _ADMINISTRATOR | _DENY, _DEPLOY,
        "Takes new points out of the vaults' lock, stops copies or a job, or lifts a legal hold."),
    Row("backup", "DeleteFramework UpdateFramework DeleteReportPlan UpdateReportPlan "
                  "DeleteRestoreTestingPlan UpdateRestoreTestingPlan "
                  "DeleteRestoreTestingSelection UpdateRestoreTestingSelection",
        _CHANGE, Scope.BACKUP_SETTINGS, _DENY, _DEPLOY,
        "Silences the proof that backups are there and can be restored."),
    Row("backup", "CopyFromBackupVault",
        _CHANGE, Scope.BACKUP_SETTINGS, _DENY, _DEPLOY,
        "Carries a copy out of the account. Our roles, which copy, do not get this document."),
    # Exports in S3, and the catalogue of what a restore needs beside the data
    Row("s3", "DeleteObject DeleteObjectVersion BypassGovernanceRetention PutObjectRetention "
              "PutObjectLegalHold UpdateObjectEncryption",
        _DESTROY, Scope.OBJECTS, _EVERYONE | _BUCKET, _NOBODY,
        "The copy itself, its retention, or the key that it is read with."),
    Row("s3", "ReplicateDelete ReplicateObject",
        _DESTROY, Scope.OBJECTS, _EVERYONE | _BUCKET, _REPLICATION,
        "Lays something else over the copy. A destination's sources replicate into it."),
    Row("s3", "DeleteBucket",
        _DESTROY, Scope.BUCKETS, _EVERYONE | _BUCKET, _NOBODY,
        "The bucket and its name."),
    Row("s3", "PutBucketVersioning PutBucketObjectLockConfiguration PutLifecycleConfiguration",
        _DESTROY, Scope.BUCKETS, _EVERYONE | _BUCKET, _DEPLOY,
        "Lets objects expire or be overwritten. No condition key tells loosening from tightening, "
        "so whoever sets them up is exempt."),
    Row("s3", "PutBucketPolicy DeleteBucketPolicy PutReplicationConfiguration "
              "PutEncryptionConfiguration PutBucketPublicAccessBlock PutBucketOwnershipControls "
              "PutBucketAcl PutBucketNotification",
        _CHANGE, Scope.BUCKETS, _DENY | _BUCKET, _DEPLOY,
        "Rewrites the bucket's own denials, opens it, or silences what follows it."),
    Row("s3", "PutObjectAcl",
        _CHANGE, Scope.OBJECTS, _NONE, _NOBODY,
        "Exports need it, and the bucket's owner-enforced ownership makes lists without effect."),
    # Keys
    Row("kms", "ScheduleKeyDeletion DeleteImportedKeyMaterial DisableKey RevokeGrant",
        _DESTROY, Scope.KEYS, _EVERYONE | _KEY, _NOBODY,
        "Without the key no copy can be read. DynamoDB and AWS Backup reach data through grants, "
        "and DynamoDB archives a table whose key stays unusable for seven days."),
    Row("kms", "DeleteAlias UpdateAlias",
        _DESTROY, Scope.ALIASES, _EVERYONE | _KEY, _NOBODY,
        "Documents know keys by alias: another alias, and they no longer cover the key."),
    Row("kms", "PutKeyPolicy DisableKeyRotation",
        _CHANGE, Scope.KEYS, _DENY | _KEY, _DEPLOY,
        "Rewrites the key's own denials."),
    Row("kms", "RetireGrant UpdatePrimaryRegion",
        _CHANGE, Scope.KEYS, _DENY, _DEPLOY,
        "Takes a grant from a service; a key policy has no effect on retiring."),
    # Who is exempt
    Row("iam", "CreateRole DeleteRole UpdateAssumeRolePolicy PutRolePolicy DeleteRolePolicy "
               "AttachRolePolicy DetachRolePolicy PutRolePermissionsBoundary "
               "DeleteRolePermissionsBoundary PassRole",
        _DESTROY, Scope.BREAK_GLASS, _EVERYONE, _NOBODY,
        "Whoever edits, re-creates or passes break-glass is break-glass."),
    Row("iam", "DeleteRole UpdateAssumeRolePolicy",
        _DESTROY, Scope.EXEMPT_ROLES, _EVERYONE, _NOBODY,
        "Whoever opens, or re-creates, a role that is exempt may do what it may."),
    Row("iam", "CreateRole",
        _DESTROY, Scope.EXEMPT_ROLES, _EVERYONE, _DEPLOY,
        "Re-creates the role with another trust; the first deployment creates it."),
    Row("iam", "PassRole",
        _DESTROY, Scope.EXEMPT_CODE, _EVERYONE, _DEPLOY | _MACHINES,
        "Code of one's own with this role may do what the role may: only what is ours runs with "
        "it, and the deployment creates it. Whoever starts a backup passes AWS Backup's role, "
        "which nothing else may assume."),
    Row("lambda", "UpdateFunctionCode UpdateFunctionConfiguration AddPermission InvokeFunction",
        _DESTROY, Scope.EXEMPT_CODE, _SCP, _DEPLOY | _MACHINES,
        "Other code, a layer, or an order of one's own: the function does it with a role that is "
        "exempt. The deployment creates it, and the state machines call it."),
    Row("states", "UpdateStateMachine",
        _DESTROY, Scope.EXEMPT_CODE, _SCP, _DEPLOY | _MACHINES,
        "Another definition gives these functions other orders; the deployment creates it."),
    Row("iam", "PutRolePolicy DeleteRolePolicy AttachRolePolicy DetachRolePolicy "
               "PutRolePermissionsBoundary DeleteRolePermissionsBoundary",
        _CHANGE, Scope.EXEMPT_ROLES, _DENY, _DEPLOY,
        "Without its rights a role takes no backups, or deploys none."),
    Row("iam", "CreatePolicyVersion SetDefaultPolicyVersion DeletePolicyVersion DeletePolicy",
        _DESTROY, Scope.GUARDRAILS, _DENY, _NOBODY,
        "A denial counts only if those it binds cannot rewrite it. No member account can rewrite "
        "service control policies."),
    Row("iam", "DetachRolePolicy DetachUserPolicy DetachGroupPolicy",
        _DESTROY, Scope.GUARDRAIL_ATTACHMENTS, _DENY, _NOBODY,
        "A denial counts only where it stays attached."),
    # The organization
    Row("organizations", "LeaveOrganization",
        _DESTROY, Scope.ORGANIZATION, _EVERYONE, _NOBODY,
        "Service control policies end at the organization's border."),
    Row("account", "CloseAccount",
        _DESTROY, Scope.ORGANIZATION, _EVERYONE, _NOBODY,
        "Takes everything in the account with it."),
    Row("account", "DisableRegion",
        _CHANGE, Scope.ORGANIZATION, _DENY, _NOBODY,
        "Everything in the Region goes out of reach, its backups too, until it is on again."),
    Row("organizations", "DetachPolicy DeletePolicy UpdatePolicy DisablePolicyType CloseAccount "
                         "RemoveAccountFromOrganization DisableAWSServiceAccess",
        _DESTROY, Scope.ORGANIZATION, _DENY, _NOBODY,
        "Lifts service control policies. These are calls of the management account, which no "
        "service control policy binds."),
    # What makes and watches the copies
    Row("scheduler", "DeleteSchedule UpdateSchedule DeleteScheduleGroup",
        _CHANGE, Scope.OWN_SCHEDULES, _DENY, _DEPLOY, "Stops what runs on a schedule."),
    Row("events", "DeleteRule DisableRule PutRule PutTargets RemoveTargets",
        _CHANGE, Scope.OWN_RULES, _DENY, _DEPLOY, "Silences alerts and tripwires."),
    Row("lambda", "DeleteFunction UpdateFunctionCode UpdateFunctionConfiguration "
                  "PutFunctionConcurrency DeleteFunctionEventInvokeConfig RemovePermission "
                  "AddPermission",
        _CHANGE, Scope.OWN_FUNCTIONS, _DENY, _DEPLOY,
        "Stops or rewrites a function, or lets others call it."),
    Row("lambda", "InvokeFunction",
        _CHANGE, Scope.OWN_FUNCTIONS, _DENY, _DEPLOY | _MACHINES,
        "What a function changes is what its caller orders; our state machines order by the file."),
    Row("states", "DeleteStateMachine UpdateStateMachine StopExecution",
        _CHANGE, Scope.OWN_STATE_MACHINES, _DENY, _DEPLOY, "Stops exports and restores."),
    Row("sns", "DeleteTopic SetTopicAttributes RemovePermission",
        _CHANGE, Scope.OWN_TOPICS, _DENY, _DEPLOY, "Silences alerts."),
    Row("sns", "Unsubscribe",
        _CHANGE, Scope.OWN_TOPICS, _NONE, _NOBODY,
        "AWS names no resource for it, and the link in every message unsubscribes without IAM: "
        "a tripwire tells."),
    Row("sqs", "DeleteQueue PurgeQueue SetQueueAttributes RemovePermission",
        _CHANGE, Scope.OWN_QUEUES, _DENY, _DEPLOY, "Loses alerts that could not be delivered."),
    Row("cloudwatch", "DeleteAlarms DisableAlarmActions PutMetricAlarm SetAlarmState "
                      "PutAlarmMuteRule",
        _CHANGE, Scope.OWN_ALARMS, _DENY, _DEPLOY, "Silences alarms."),
    Row("logs", "DeleteLogGroup DeleteLogStream PutRetentionPolicy",
        _CHANGE, Scope.OWN_LOGS, _DENY, _DEPLOY, "Loses what a function said."),
    Row("application-autoscaling", "DeregisterScalableTarget DeleteScalingPolicy",
        _CHANGE, Scope.SCALING, _DENY, _DEPLOY,
        "A table that cannot scale throttles restores and refills. AWS chooses the ids."),
)
# fmt: on


def rows(document: Document, kind: Kind | None = None) -> Iterator[Row]:
    """Yield the rows that are denied in `document`, in the table's order."""
    for row in ROWS:
        if document in row.documents and (kind is None or row.kind is kind):
            yield row


def actions(
    document: Document, kind: Kind, *, exempt: Exempt = Exempt.NOBODY, scope: Scope | None = None
) -> tuple[str, ...]:
    """Return the actions that `document` denies to all but break-glass and `exempt`, in order."""
    return tuple(
        action
        for row in rows(document, kind)
        if row.exempt == exempt and scope in (None, row.scope)
        for action in row.actions
    )
