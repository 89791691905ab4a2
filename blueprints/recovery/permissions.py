"""What the functions of a restore may do: one list of statements for each, and nothing beside it.

The modules of the functions list their calls; a test compares those that they really make.
"""

from __future__ import annotations

from collections.abc import Iterable

from blueprints.documents import Statement, allow, encrypt_catalogue
from blueprints.names import (
    CATALOGUE_OBJECTS,
    REFILL,
    WORK,
    catalogue_bucket_arn,
    recovery_role_arn,
    refill_machine_arn,
    restore_role_arn,
)
from blueprints.recovery.data_access import (
    grant_table_keys,
    in_catalogue,
    read_exports,
    use_for_reading,
    use_table_keys,
)
from blueprints.recovery.machine_roles import publish_alerts
from blueprints.recovery.scope import backups_of, own_tables, restorable_tables, with_indexes
from generator.naming import arn, physical
from generator.spec.resolved import Environment, stack_name

REPORTS = "restores/"
SETTINGS, RECORDS = f"{CATALOGUE_OBJECTS}settings/", f"{CATALOGUE_OBJECTS}exports/"
# What a restore from a chain notes: the table that it made, and the refill that it ordered.
CHAINS = f"{WORK}chains/"
# DynamoDB logs what it could not import with the rights of whoever asks, in groups it names itself.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html
IMPORT_LOGS = "log-group:/aws-dynamodb/imports"
# What AWS does to the new table with the rights of whoever restores.
WRITTEN_BY_RESTORES = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)
READ_VAULT = ("backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault")
SCALING_SERVICE = "dynamodb.application-autoscaling.amazonaws.com"
STREAMING_SERVICE = "kinesisreplication.dynamodb.amazonaws.com"


def plan_restore(environment: Environment) -> list[Statement]:
    """Return what reads points, settings and owners."""
    vaults = [environment.vault_arn(key) for key in environment.vaults]
    roles = [recovery_role_arn(each) for each in environment.copy_destinations.values()]
    stacks = [
        arn(environment, "cloudformation", f"stack/{stack_name(environment, template)}/*")
        for template in ("recovery", "tables*")
    ]
    return [
        allow(
            "ReadTables",
            ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"],
            list(dict.fromkeys([*own_tables(environment), *restorable_tables(environment)])),
        ),
        # ListBackups takes no resource.
        allow("ListBackups", ["dynamodb:ListBackups"], "*"),
        allow("ReadBackups", ["dynamodb:DescribeBackup"], backups_of(own_tables(environment))),
        *((allow("ReadVaults", READ_VAULT, vaults),) if vaults else ()),
        # AWS chooses the ids of restore jobs.
        allow("ReadJobs", ["backup:GetRestoreJobMetadata", "backup:ListRestoreJobs"], "*"),
        *((allow("ReadDestinations", ["sts:AssumeRole"], roles),) if roles else ()),
        *in_catalogue(environment, reads=(SETTINGS, RECORDS, CHAINS, REPORTS), tells_missing=True),
        # An alias is resolved to the key that it names; AWS chooses the ids of keys.
        allow("ResolveAliases", ["kms:DescribeKey"], arn(environment, "kms", "key/*")),
        allow("FindOwner", ["cloudformation:DescribeStackResource"], stacks),
    ]


def fetch_copy(environment: Environment) -> list[Statement]:
    """Return what copies a point back: the destination's own role does the work there."""
    roles = [recovery_role_arn(each) for each in environment.copy_destinations.values()]
    return [
        allow("ActInDestinations", ["sts:AssumeRole"], roles),
        allow("ReadPoints", ["backup:DescribeRecoveryPoint"], _any_point(environment)),
    ]


def restore_table(environment: Environment) -> list[Statement]:
    """Return what restores: DynamoDB writes the new table with the rights of whoever asks.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
    """
    targets = restorable_tables(environment)
    return [
        allow(
            "RestoreTables",
            sorted(
                (
                    *WRITTEN_BY_RESTORES,
                    "dynamodb:CreateTable",
                    "dynamodb:ImportTable",
                    "dynamodb:ListTagsOfResource",
                    "dynamodb:RestoreTableFromBackup",
                    "dynamodb:RestoreTableToPointInTime",
                    "dynamodb:TagResource",
                    "dynamodb:UntagResource",
                )
            ),
            list(dict.fromkeys([*own_tables(environment), *targets])),
        ),
        # Points from before the Region's opt-in are native backups; together, because names of
        # tables a third time would not fit into the policy.
        allow(
            "RestorePoints",
            ["backup:StartRestoreJob", "dynamodb:RestoreTableFromBackup"],
            [_any_point(environment), *backups_of(own_tables(environment))],
        ),
        # Restore jobs have no resource type in IAM.
        allow(
            "FollowRestores",
            [
                "backup:DescribeRestoreJob",
                "backup:GetRestoreJobMetadata",
                "backup:ListRestoreJobs",
            ],
            "*",
        ),
        allow(
            "PassRestoreRole",
            ["iam:PassRole"],
            restore_role_arn(environment),
            StringEquals={"iam:PassedToService": "backup.amazonaws.com"},
        ),
        *use_table_keys(environment, "kms:DescribeKey"),
        grant_table_keys(environment),
        *_restore_chains(environment),
    ]


def _restore_chains(environment: Environment) -> Iterable[Statement]:
    """Yield what imports a full export, and orders the refill of what came after it.

    DynamoDB reads the export with the rights of whoever asks.
    """
    executions = f"execution:{physical(environment, REFILL)}:restore-*"
    yield from read_exports(environment)
    yield from in_catalogue(environment, works=(CHAINS,), tells_missing=True)
    # AWS chooses the ids of imports; so many names a second time would not fit into the policy.
    yield allow(
        "FollowImports",
        ["dynamodb:DescribeImport"],
        arn(environment, "dynamodb", "table/*/import/*"),
    )
    yield allow(
        "LogImports",
        [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "logs:PutRetentionPolicy",
        ],
        [arn(environment, "logs", f"{IMPORT_LOGS}{end}") for end in ("", ":*")],
    )
    # These take no resource.
    yield allow("FindImports", ["dynamodb:ListImports", "logs:DescribeLogGroups"], "*")
    yield allow("OrderRefills", ["states:StartExecution"], refill_machine_arn(environment))
    yield allow(
        "FollowRefills", ["states:DescribeExecution"], arn(environment, "states", executions)
    )


def _any_point(environment: Environment) -> str:
    """Return what covers the recovery points of the account and Region: AWS chooses their ids."""
    return arn(environment, "backup", "recovery-point:*")


def apply_settings(environment: Environment) -> list[Statement]:
    """Return what sets again what AWS does not restore."""
    targets = restorable_tables(environment)
    streams = _streams(environment)
    return [
        *read_settings(environment, targets),
        allow(
            "SetTables",
            [
                "dynamodb:EnableKinesisStreamingDestination",
                "dynamodb:PutResourcePolicy",
                "dynamodb:TagResource",
                "dynamodb:UpdateContinuousBackups",
                "dynamodb:UpdateContributorInsights",
                "dynamodb:UpdateTable",
                "dynamodb:UpdateTimeToLive",
            ],
            with_indexes(targets),
        ),
        allow(
            "SetScaling",
            [
                "application-autoscaling:PutScalingPolicy",
                "application-autoscaling:PutScheduledAction",
                "application-autoscaling:RegisterScalableTarget",
            ],
            # AWS chooses the ids of scalable targets.
            arn(environment, "application-autoscaling", "scalable-target/*"),
        ),
        # Application Auto Scaling makes the alarms of its policies with the rights of whoever asks.
        # https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
        allow(
            "ScaleByAlarms",
            ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"],
            arn(environment, "cloudwatch", "alarm:TargetTracking-*"),
        ),
        *_service_linked_roles(environment, streams=bool(streams)),
        # Alarms keep the names that their owners gave them.
        allow("SetAlarms", ["cloudwatch:PutMetricAlarm"], _any_alarm(environment)),
        *(_feed_streams(streams) if streams else ()),
    ]


def _feed_streams(streams: list[str]) -> Iterable[Statement]:
    yield allow("FeedStreams", ["kinesis:PutRecords"], streams)
    # ListStreams takes no resource.
    yield allow("ListStreams", ["kinesis:ListStreams"], "*")


def _service_linked_roles(environment: Environment, *, streams: bool) -> Iterable[Statement]:
    """Yield the right to make the roles of services that an account may not have used yet."""
    services = {"Scaling": (SCALING_SERVICE, "ApplicationAutoScaling_DynamoDBTable")}
    if streams:
        services["Streams"] = (STREAMING_SERVICE, "DynamoDBKinesisDataStreamsReplication")
    for sid, (service, name) in services.items():
        role = f"role/aws-service-role/{service}/AWSServiceRoleFor{name}"
        yield allow(
            f"Let{sid}Work",
            ["iam:CreateServiceLinkedRole"],
            arn(environment, "iam", role, regional=False),
            StringEquals={"iam:AWSServiceName": service},
        )


def _streams(environment: Environment) -> list[str]:
    """Return the Kinesis streams of tables; those of tables defined elsewhere are not known."""
    if environment.is_destination or any(table.existing for table in environment.tables):
        return [arn(environment, "kinesis", "stream/*")]
    given = (table.spec.kinesis_destination for table in environment.tables)
    return sorted({each.stream_arn for each in given if each is not None})


def _any_alarm(environment: Environment) -> str:
    return arn(environment, "cloudwatch", "alarm:*")


def read_settings(environment: Environment, tables: list[str]) -> Iterable[Statement]:
    """Yield what reads the settings of tables.

    DynamoDB asks for those of streams with the rights of whoever asks.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_iam.html
    """
    yield allow(
        "ReadTables",
        [
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeContributorInsights",
            "dynamodb:DescribeKinesisStreamingDestination",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetResourcePolicy",
            "dynamodb:ListTagsOfResource",
        ],
        with_indexes(tables),
    )
    # These take no resource.
    yield allow(
        "ReadScaling",
        [
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "application-autoscaling:DescribeScheduledActions",
        ],
        "*",
    )
    # Which alarms watch a table, only looking at all of them tells.
    yield allow("ReadAlarms", ["cloudwatch:DescribeAlarms"], _any_alarm(environment))
    streams = _streams(environment)
    if streams:
        yield allow(
            "ReadStreams", ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary"], streams
        )


def verify_restore(environment: Environment) -> list[Statement]:
    """Return what compares and samples the restored table."""
    targets = restorable_tables(environment)
    return [
        *read_settings(environment, targets),
        allow(
            "Sample",
            ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
            with_indexes(targets),
        ),
        *use_for_reading(environment),
    ]


def report_restore(environment: Environment) -> list[Statement]:
    """Return what writes the report and tells of it."""
    return [
        allow("WriteReport", ["s3:PutObject"], f"{catalogue_bucket_arn(environment)}/{REPORTS}*"),
        encrypt_catalogue(environment),
        *publish_alerts(environment),
    ]


def restoring_role(environment: Environment) -> list[Statement]:
    """Return what AWS Backup needs to restore: the DynamoDB part of its own service policy.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html
    """
    targets = restorable_tables(environment)
    return [
        allow(
            "RestoreTables",
            sorted((*WRITTEN_BY_RESTORES, "dynamodb:RestoreTableFromAwsBackup")),
            targets,
        ),
        allow(
            "RestoreBackups",
            ["dynamodb:RestoreTableFromBackup"],
            [*targets, *backups_of(own_tables(environment))],
        ),
        *use_table_keys(environment),
        # AWS Backup asks for these itself, as its service policy has them: not through DynamoDB.
        allow("DescribeKeys", ["kms:DescribeKey"], arn(environment, "kms", "key/*")),
        allow(
            "GrantKeys",
            ["kms:CreateGrant"],
            arn(environment, "kms", "key/*"),
            Bool={"kms:GrantIsForAWSResource": "true"},
        ),
    ]
