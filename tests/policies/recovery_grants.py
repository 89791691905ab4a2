"""What each role of recovery is granted, by environment."""

from __future__ import annotations

from collections.abc import Iterator

from tests.policies.grants import RECORD, SETTINGS, Grant, uses_key
from tests.policies.reading_grants import reads_exports
from tests.policies.recovery_sites import (
    REPORT,
    STEPS,
    WORK,
    Site,
    alerts_of,
    calls,
    in_bucket,
    lists_all,
    uses_catalogue,
)

ITEMS = "BatchWriteItem DeleteItem GetItem PutItem Query Scan UpdateItem"
# Of a table that a chain of exports is brought back into.
MADE = "CreateTable ImportTable ListTagsOfResource TagResource UntagResource"
USE = (
    "Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom "
    "ReEncryptTo"
)
TARGETS, INDEXES = ("", "-restored"), ("", "-restored", "/index/by_name", "-restored/index/by_name")
BACKUP = "/backup/01489602797149-73d8d5bc"


def reads(site: Site, *ends: str) -> Iterator[Grant]:
    described = (
        "DescribeTable DescribeContinuousBackups DescribeContributorInsights "
        "DescribeKinesisStreamingDestination DescribeTimeToLive GetResourcePolicy "
        "ListTagsOfResource"
    )
    tables = site.tables(*(end for end in ends if "/index/" not in end))
    indexes = site.tables(*(end for end in ends if "/index/" in end))
    yield Grant(service="dynamodb", names=described, on=tables, not_on=site.others)
    yield Grant(service="dynamodb", names="DescribeContributorInsights", on=indexes)
    scaling = "DescribeScalableTargets DescribeScalingPolicies DescribeScheduledActions"
    yield Grant(service="application-autoscaling", names=scaling)
    alarm = site.place.arn("cloudwatch", "alarm:any")
    yield _in_region(site, "cloudwatch", "DescribeAlarms", alarm)
    if site.streams:
        yield _of_streams(site, "DescribeStream DescribeStreamSummary")


def _of_streams(site: Site, names: str) -> Grant:
    return _in_region(site, "kinesis", names, site.place.arn("kinesis", "stream/changes"))


def _in_region(site: Site, service: str, names: str, arn: str) -> Grant:
    abroad = arn.replace(site.place.region, "us-east-1")
    return Grant(service=service, names=names, on=(arn,), not_on=(abroad,))


def _plan(site: Site) -> Iterator[Grant]:
    place = site.place
    yield Grant(
        service="dynamodb",
        names="DescribeTable DescribeContinuousBackups",
        on=site.tables(*TARGETS),
        not_on=site.others,
    )
    yield Grant(service="dynamodb", names="ListBackups")
    yield Grant(
        service="dynamodb",
        names="DescribeBackup",
        on=site.tables(BACKUP),
        not_on=site.other_backups,
    )
    yield Grant(
        service="backup",
        names="ListRecoveryPointsByBackupVault DescribeBackupVault",
        on=tuple(map(place.vault, site.vaults)),
        not_on=(place.vault("other"),),
    )
    yield Grant(service="backup", names="GetRestoreJobMetadata ListRestoreJobs")
    yield lists_all(site)
    yield in_bucket(site, "GetObject", SETTINGS, REPORT, RECORD, WORK["chain"])
    yield uses_key(place, "Decrypt", "s3", "catalog")
    yield Grant(
        service="kms",
        names="DescribeKey",
        on=(place.key,),
        not_on=(place.key.replace(place.region, "us-east-1"),),
        policies=uses_key(place, "", "s3").policies,
    )
    *stacks, other = (
        place.arn("cloudformation", f"stack/shop-{place.name}-{each}/1a2b")
        for each in ("recovery", "tables", "tables-orders", "backup")
    )
    yield Grant(service="cloudformation", names="DescribeStackResource", on=stacks, not_on=(other,))
    yield from _assumes(site)


def _assumes(site: Site) -> Iterator[Grant]:
    if site.destination is None:
        return
    # A trust that lets everybody in, so that the role's own policy decides.
    roles = [site.destination.role(what) for what in ("recovery", "copy-back", "restore")]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [{"Sid": "Open", **statement}]}
    yield Grant(
        service="sts",
        names="AssumeRole",
        on=roles[:1],
        not_on=roles[1:],
        policies={roles[0]: trust},
    )


def _fetch(site: Site) -> Iterator[Grant]:
    yield from _assumes(site)
    yield _of_points(site, "DescribeRecoveryPoint")


def _of_points(site: Site, names: str) -> Grant:
    return _in_region(site, "backup", names, site.place.point)


def _restore(site: Site) -> Iterator[Grant]:
    place = site.place
    yield Grant(
        service="dynamodb",
        names=f"RestoreTableToPointInTime DescribeTable {MADE} {ITEMS}",
        on=site.tables(*TARGETS),
        not_on=site.others,
    )
    # AWS asks at the backup and at the new table.
    yield Grant(
        service="dynamodb",
        names="RestoreTableFromBackup",
        on=site.tables(BACKUP, *TARGETS),
        not_on=site.other_backups,
    )
    jobs = "DescribeRestoreJob GetRestoreJobMetadata ListRestoreJobs"
    yield Grant(service="backup", names=jobs)
    yield _of_points(site, "StartRestoreJob")
    to_backup = {"iam:PassedToService": "backup.amazonaws.com"}
    yield Grant(
        service="iam",
        names="PassRole",
        on=(place.role("restore"),),
        not_on=(place.role("backup"), place.role("take-snapshots")),
        context=to_backup,
        wrong=({"iam:PassedToService": "lambda.amazonaws.com"},),
    )
    yield from _table_keys(site)
    yield from _restore_chains(site)


def _restore_chains(site: Site) -> Iterator[Grant]:
    place = site.place
    yield from reads_exports(place, site.exported, thaws=True)
    yield lists_all(site)
    yield in_bucket(site, "GetObject PutObject", WORK["chain"])
    yield from uses_catalogue(site)
    imported = place.arn("dynamodb", "table/anything/import/01489602797149-73d8d5bc")
    yield _in_region(site, "dynamodb", "DescribeImport", imported)
    group = place.arn("logs", "log-group:/aws-dynamodb/imports")
    others = (group.replace("dynamodb", "lambda"), group.replace(place.region, "us-east-1"))
    of_group = "CreateLogGroup DescribeLogStreams PutRetentionPolicy"
    yield Grant(service="logs", names=of_group, on=(group,), not_on=others)
    yield Grant(
        service="logs",
        names="CreateLogStream PutLogEvents",
        on=(f"{group}:log-stream:1a",),
        not_on=tuple(f"{each}:log-stream:1a" for each in others),
    )
    yield Grant(service="logs", names="DescribeLogGroups")
    table = place.arn("dynamodb", "table/anything")
    yield Grant(service="dynamodb", names="ListImports", on=(table,))

    def of(kind: str, what: str) -> str:
        return place.arn("states", f"{kind}:shop-{place.name}-{what}")

    yield Grant(
        service="states",
        names="StartExecution",
        on=(of("stateMachine", "refill"),),
        not_on=(of("stateMachine", "undo"), of("stateMachine", "restore")),
    )
    yield Grant(
        service="states",
        names="DescribeExecution",
        on=(of("execution", "refill:restore-1a2b"),),
        not_on=(of("execution", "refill:by-hand"), of("execution", "undo:restore-1a2b")),
    )


def _table_keys(site: Site) -> Iterator[Grant]:
    yield uses_key(site.place, USE, "dynamodb")
    grants = {"kms:GrantIsForAWSResource": "true"}
    yield uses_key(site.place, "CreateGrant", "dynamodb", None, **grants)


def _apply(site: Site) -> Iterator[Grant]:
    place = site.place
    yield from reads(site, *INDEXES)
    changes = (
        "UpdateTable EnableKinesisStreamingDestination PutResourcePolicy TagResource "
        "UpdateContinuousBackups UpdateContributorInsights UpdateTimeToLive"
    )
    yield Grant(service="dynamodb", names=changes, on=site.tables(*TARGETS), not_on=site.others)
    indexes = site.tables("/index/by_name", "-restored/index/by_name")
    yield Grant(service="dynamodb", names="UpdateContributorInsights", on=indexes)
    target = place.arn("application-autoscaling", "scalable-target/1a2b")
    scaling = "PutScalingPolicy PutScheduledAction RegisterScalableTarget"
    yield _in_region(site, "application-autoscaling", scaling, target)
    alarm, tracking = (
        place.arn("cloudwatch", f"alarm:{name}") for name in ("team-latency", "TargetTracking-t")
    )
    abroad = alarm.replace(place.region, "us-east-1")
    yield Grant(
        service="cloudwatch", names="PutMetricAlarm", on=(alarm, tracking), not_on=(abroad,)
    )
    yield Grant(service="cloudwatch", names="DeleteAlarms", on=(tracking,), not_on=(alarm, abroad))
    services = {
        "dynamodb.application-autoscaling": "ApplicationAutoScaling_DynamoDBTable",
        **(
            {"kinesisreplication.dynamodb": "DynamoDBKinesisDataStreamsReplication"}
            if site.streams
            else {}
        ),
    }
    for name, role in services.items():
        path = f"role/aws-service-role/{name}.amazonaws.com/AWSServiceRoleFor"
        yield Grant(
            service="iam",
            names="CreateServiceLinkedRole",
            on=(f"arn:aws:iam::{place.account}:{path}{role}",),
            not_on=(f"arn:aws:iam::{place.account}:{path}Others",),
            context={"iam:AWSServiceName": f"{name}.amazonaws.com"},
            wrong=({"iam:AWSServiceName": "ecs.amazonaws.com"},),
        )
    if site.streams:
        yield _of_streams(site, "PutRecords")
        yield Grant(service="kinesis", names="ListStreams")


def _verify(site: Site) -> Iterator[Grant]:
    yield from reads(site, *INDEXES)
    yield Grant(
        service="dynamodb", names="Query Scan", on=site.tables(*INDEXES), not_on=site.others
    )
    yield Grant(service="dynamodb", names="GetItem", on=site.tables(*TARGETS), not_on=site.others)
    yield uses_key(site.place, "Decrypt", "dynamodb")


def _report(site: Site) -> Iterator[Grant]:
    yield in_bucket(site, "PutObject", REPORT)
    yield uses_key(site.place, "GenerateDataKey", "s3", "catalog")
    if site.alerts:
        yield from alerts_of(site)


def _restoring(site: Site) -> Iterator[Grant]:
    yield Grant(
        service="dynamodb",
        names=f"RestoreTableFromAwsBackup DescribeTable {ITEMS}",
        on=site.tables(*TARGETS),
        not_on=site.others,
    )
    yield Grant(
        service="dynamodb",
        names="RestoreTableFromBackup",
        on=site.tables(BACKUP, *TARGETS),
        not_on=site.other_backups,
    )
    yield uses_key(site.place, USE.replace(" DescribeKey", ""), "dynamodb")
    # AWS Backup calls these itself.
    yield uses_key(site.place, "DescribeKey", None)
    yield uses_key(site.place, "CreateGrant", None, None, **{"kms:GrantIsForAWSResource": "true"})


def _orders(site: Site) -> Iterator[Grant]:
    yield calls(site, *STEPS, *(("fetch-copy",) if site.destination else ()))
    if site.snapshots:
        parameter = site.place.arn("ssm", f"parameter/shop/{site.place.name}/tables/")
        yield Grant(
            service="ssm",
            names="PutParameter",
            on=(f"{parameter}order_transaction",),
            not_on=(f"{parameter}employee",),
        )


FUNCTIONS = {
    "plan-restore": _plan,
    "fetch-copy": _fetch,
    "restore-table": _restore,
    "apply-settings": _apply,
    "verify-restore": _verify,
    "report-restore": _report,
}
ROLES = {
    "restore": ("RoleForRestores", _restoring),
    "restore-machine": ("RoleOfRestoreMachine", _orders),
}
ONLY_SOURCES = ("fetch-copy",)
