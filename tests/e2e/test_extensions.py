"""The extensions of moto, through boto3 and the real `aws` command line."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from moto.backup.models import backup_backends
from moto.backup.responses import BackupResponse
from moto.core.utils import get_service_model

from tests.aws_extensions import autoscaling, backup, dynamodb, recovery_points
from tests.aws_extensions.operations import add_operations, unknown_members
from tests.e2e.local_aws import local_aws_server, run_aws

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
POLICY = '{"Version": "2012-10-17", "Statement": []}'
RULE = {"RuleName": "daily", "TargetBackupVaultName": "main", "Lifecycle": {"DeleteAfterDays": 35}}


def recorded(client: Any) -> tuple[Any, set[str]]:
    """Return the client and a set that fills with the operations it calls."""
    called: set[str] = set()
    client.meta.events.register(
        "before-call", lambda model, **_: called.add(xform_name(model.name))
    )
    return client, called


def code(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


def test_members_that_aws_does_not_have_are_found_however_deep() -> None:
    shape = get_service_model("backup").operation_model("GetBackupPlan").output_shape
    rule = {"RuleName": "daily", "CopyActions": [{"Lifecycle": {"DeleteAfterWeeks": 5}}]}
    answer = {"BackupPlanId": "x", "BackupPlan": {"Rules": [rule]}, "Tags": {}}
    deep = "BackupPlan.Rules.CopyActions.Lifecycle.DeleteAfterWeeks"
    assert unknown_members(shape, answer) == [deep, "Tags"]
    assert unknown_members(None, {"Tags": {}}) == ["Tags"]


def test_an_operation_that_aws_does_not_have_cannot_be_added() -> None:
    def put_backup_vault_poetry(_backend: object, _request: dict[str, Any]) -> None: ...

    with pytest.raises(KeyError, match="put_backup_vault_poetry"):
        add_operations(BackupResponse, backup_backends, put_backup_vault_poetry)


def test_every_added_operation_of_backup(local_aws: LocalAws) -> None:
    api, called = recorded(local_aws.client("backup", **HERE))
    vault = {"BackupVaultName": "main"}
    arn = api.create_backup_vault(**vault, BackupVaultTags={"owner": "me"})["BackupVaultArn"]
    assert api.list_tags(ResourceArn=arn)["Tags"] == {"owner": "me"}

    assert code(api.get_backup_vault_access_policy, **vault) == "ResourceNotFoundException"
    api.put_backup_vault_access_policy(**vault, Policy=POLICY)
    assert api.get_backup_vault_access_policy(**vault)["Policy"] == POLICY
    api.delete_backup_vault_access_policy(**vault)
    assert code(api.get_backup_vault_access_policy, **vault) == "ResourceNotFoundException"

    notify = {"SNSTopicArn": "arn:aws:sns:eu-central-1:111111111111:a"}
    notify |= {"BackupVaultEvents": ["COPY_JOB_FAILED"]}
    api.put_backup_vault_notifications(**vault, **notify)
    told = api.get_backup_vault_notifications(**vault)
    assert {key: told[key] for key in notify} == notify
    api.delete_backup_vault_notifications(**vault)
    assert code(api.get_backup_vault_notifications, **vault) == "ResourceNotFoundException"

    plan = {"BackupPlanId": api.create_backup_plan(BackupPlan=plan_of(RULE))["BackupPlanId"]}
    assert code(api.create_backup_plan, BackupPlan=plan_of(RULE)) == "AlreadyExistsException"
    api.update_backup_plan(**plan, BackupPlan=plan_of(RULE | {"StartWindowMinutes": 60}))
    assert api.get_backup_plan(**plan)["BackupPlan"]["Rules"][0]["StartWindowMinutes"] == 60

    body = {"SelectionName": "all", "IamRoleArn": "arn:aws:iam::111111111111:role/backup"}
    body |= {"Resources": ["arn:aws:dynamodb:*:*:table/*"]}
    made = api.create_backup_selection(**plan, BackupSelection=body)
    selection = plan | {"SelectionId": made["SelectionId"]}
    assert api.get_backup_selection(**selection)["BackupSelection"] == body
    listed = api.list_backup_selections(**plan)["BackupSelectionsList"]
    assert [entry["SelectionName"] for entry in listed] == ["all"]
    assert code(api.delete_backup_plan, **plan) == "InvalidRequestException"
    api.delete_backup_selection(**selection)
    assert code(api.get_backup_selection, **selection) == "InvalidParameterValueException"

    api.delete_backup_plan(**plan)
    assert api.list_backup_plans()["BackupPlansList"] == []
    api.create_backup_plan(BackupPlan=plan_of(RULE | {"StartWindowMinutes": 60}))
    api.delete_backup_vault(**vault)
    assert code(api.get_backup_vault_access_policy, **vault) == "ResourceNotFoundException"

    opt_in = "ResourceTypeOptInPreference"
    before = api.describe_region_settings()[opt_in]
    assert (before["DynamoDB"], before["EBS"]) == (False, True)
    api.update_region_settings(**{opt_in: {"DynamoDB": True}})
    after = api.describe_region_settings()[opt_in]
    assert (after["DynamoDB"], after["EBS"]) == (True, False)
    refused = code(api.update_region_settings, **{opt_in: {"Dynamo": True}})
    assert refused == "InvalidParameterValueException"
    assert called >= {operation.__name__ for operation in backup.OPERATIONS}


def test_every_added_operation_of_recovery_points(local_aws: LocalAws) -> None:
    api, called = recorded(local_aws.client("backup", **HERE))
    vault = {"BackupVaultName": "points"}
    api.create_backup_vault(**vault)
    dynamodb = local_aws.client("dynamodb", **HERE)
    made = dynamodb.create_table(
        TableName="backed-up",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    arn = made["TableDescription"]["TableArn"]
    job = {**vault, "ResourceArn": arn, "IamRoleArn": "arn:aws:iam::111111111111:role/backup"}
    management = "ResourceTypeManagementPreference"
    api.update_region_settings(**{management: {"DynamoDB": False}})
    native = api.start_backup_job(**job)["RecoveryPointArn"]
    assert native.startswith(f"{arn}/backup/")
    api.update_region_settings(**{management: {"DynamoDB": True}})
    managed = api.start_backup_job(**job, Lifecycle={"DeleteAfterDays": 7})["RecoveryPointArn"]
    pages = api.get_paginator("list_recovery_points_by_backup_vault")
    pages = pages.paginate(**vault, ByResourceArn=arn, PaginationConfig={"PageSize": 1})
    listed = [[point["RecoveryPointArn"] for point in page["RecoveryPoints"]] for page in pages]
    assert listed == [[managed], [native]]
    other = {**vault, "ByResourceArn": f"{arn}-2"}
    assert api.list_recovery_points_by_backup_vault(**other)["RecoveryPoints"] == []
    described = api.describe_recovery_point(**vault, RecoveryPointArn=managed)
    assert (described["Status"], described["StorageClass"]) == ("COMPLETED", "WARM")
    lives = described["CalculatedLifecycle"]["DeleteAt"] - described["CreationDate"]
    assert lives.days == 7
    unknown = code(api.describe_recovery_point, **vault, RecoveryPointArn=f"{managed}0")
    assert unknown == "ResourceNotFoundException"

    assert code(api.delete_backup_vault, **vault) == "InvalidRequestException"
    backups = dynamodb.list_backups(TableName="backed-up", BackupType="AWS_BACKUP")
    assert [backup["BackupArn"] for backup in backups["BackupSummaries"]] == [native]
    for arn in (native, managed):
        api.delete_recovery_point(**vault, RecoveryPointArn=arn)
    backups = dynamodb.list_backups(TableName="backed-up", BackupType="AWS_BACKUP")
    assert backups["BackupSummaries"] == []
    api.delete_backup_vault(**vault)
    assert called >= {operation.__name__ for operation in recovery_points.OPERATIONS}


def test_a_role_that_does_not_exist_is_not_assumed(local_aws: LocalAws) -> None:
    sts, iam = local_aws.client("sts", **HERE), local_aws.client("iam", "222222222222")
    asked = {"RoleArn": "arn:aws:iam::222222222222:role/there", "RoleSessionName": "me"}
    assert code(sts.assume_role, **asked) == "AccessDenied"
    iam.create_role(RoleName="there", AssumeRolePolicyDocument=POLICY)
    assert sts.assume_role(**asked)["AssumedRoleUser"]["Arn"].endswith("assumed-role/there/me")


def plan_of(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"BackupPlanName": "tables", "Rules": list(rules)}


def test_every_added_operation_of_dynamodb(local_aws: LocalAws) -> None:
    api, called = recorded(local_aws.client("dynamodb", **HERE))
    table, stream = {"TableName": "t"}, "arn:aws:kinesis:eu-central-1:111111111111:stream/s"
    api.create_table(
        **table,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        TableClass="STANDARD_INFREQUENT_ACCESS",
        OnDemandThroughput={"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 8},
        ResourcePolicy=POLICY,
    )
    arn = described(api)["TableArn"]
    assert described(api)["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert described(api)["OnDemandThroughput"]["MaxReadRequestUnits"] == 7
    assert api.get_resource_policy(ResourceArn=arn)["Policy"] == POLICY
    api.update_table(**table, TableClass="STANDARD", OnDemandThroughput={"MaxReadRequestUnits": 9})
    assert described(api)["TableClassSummary"] == {"TableClass": "STANDARD"}
    assert described(api)["OnDemandThroughput"] == {"MaxReadRequestUnits": 9}

    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36}
    member = "PointInTimeRecoverySpecification"
    refused = code(api.update_continuous_backups, **table, **{member: recovery})
    assert refused == "ValidationException"
    recovery["RecoveryPeriodInDays"] = 35
    api.update_continuous_backups(**table, **{member: recovery})

    status = "ContributorInsightsStatus"
    assert api.describe_contributor_insights(**table)[status] == "DISABLED"
    api.update_contributor_insights(**table, ContributorInsightsAction="ENABLE")
    assert api.describe_contributor_insights(**table)[status] == "ENABLED"

    precision = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}
    configuration = {"EnableKinesisStreamingConfiguration": precision}
    api.enable_kinesis_streaming_destination(**table, StreamArn=stream, **configuration)
    again = code(api.enable_kinesis_streaming_destination, **table, StreamArn=stream)
    assert again == "ResourceInUseException"
    active = {"StreamArn": stream, "DestinationStatus": "ACTIVE"} | precision
    shown = api.describe_kinesis_streaming_destination(**table)["KinesisDataStreamDestinations"]
    assert shown == [active]
    api.disable_kinesis_streaming_destination(**table, StreamArn=stream)
    shown = api.describe_kinesis_streaming_destination(**table)["KinesisDataStreamDestinations"]
    assert shown == [active | {"DestinationStatus": "DISABLED"}]

    names = [f"number-{number}" for number in range(3)]
    for name in names:
        api.create_backup(**table, BackupName=name)
    pages = api.get_paginator("list_backups").paginate(**table, PaginationConfig={"PageSize": 2})
    listed = [[each["BackupName"] for each in page["BackupSummaries"]] for page in pages]
    assert listed == [names[:2], names[2:]]
    api.delete_table(**table)
    (left,) = api.list_backups(**table, BackupType="SYSTEM")["BackupSummaries"]
    assert left["BackupName"] == "t$DeletedTableBackup"
    assert (left["BackupExpiryDateTime"] - left["BackupCreationDateTime"]).days == 35
    assert len(api.list_backups(**table, BackupType="ALL")["BackupSummaries"]) == 4
    assert api.list_backups(**table, BackupType="AWS_BACKUP")["BackupSummaries"] == []
    assert called >= {operation.__name__ for operation in dynamodb.OPERATIONS}


def described(api: Any) -> dict[str, Any]:
    table: dict[str, Any] = api.describe_table(TableName="t")["Table"]
    return table


def test_every_added_operation_of_application_auto_scaling(local_aws: LocalAws) -> None:
    api, called = recorded(local_aws.client("application-autoscaling", **HERE))
    arn = api.register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId="table/t",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        MinCapacity=1,
        MaxCapacity=9,
        Tags={"owner": "me"},
    )["ScalableTargetARN"]
    api.tag_resource(ResourceARN=arn, Tags={"team": "us"})
    assert api.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"owner": "me", "team": "us"}
    api.untag_resource(ResourceARN=arn, TagKeys=["owner"])
    assert api.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "us"}
    [target] = api.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 9)
    assert called >= {operation.__name__ for operation in autoscaling.OPERATIONS}


def test_a_bucket_policy_denies_unless_it_asks_about_the_request(local_aws: LocalAws) -> None:
    s3, name = local_aws.client("s3"), {"Bucket": "denies"}
    s3.create_bucket(**name)
    deny: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    deny["Resource"] = "arn:aws:s3:::denies/*"
    plain_http = deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(**name, Policy=json.dumps({"Statement": [plain_http]}))
    s3.put_object(**name, Key="allowed")
    s3.put_bucket_policy(**name, Policy=json.dumps({"Statement": [plain_http, deny]}))
    assert code(s3.put_object, **name, Key="denied") == "403"


def test_an_account_sees_only_its_own(local_aws: LocalAws) -> None:
    for account_id in ("333333333333", "444444444444"):
        sts = local_aws.client("sts", account_id=account_id)
        assert sts.get_caller_identity()["Account"] == account_id
    ours, theirs = (
        local_aws.client("backup", account_id=account_id)
        for account_id in ("333333333333", "444444444444")
    )
    ours.create_backup_vault(BackupVaultName="ours")
    assert code(theirs.describe_backup_vault, BackupVaultName="ours") == "ResourceNotFoundException"


def test_the_command_line_reaches_the_endpoints_and_a_reset_empties_them(
    local_aws: LocalAws,
) -> None:
    local_aws.client("sqs", **HERE).create_queue(QueueName="kept-until-reset")
    listed = run_aws(local_aws, "sqs", "list-queues", **HERE)
    assert "111111111111/kept-until-reset" in listed.stdout
    local_aws.reset()
    assert run_aws(local_aws, "sqs", "list-queues", **HERE).stdout == ""


def test_the_server_ends_with_its_context(tmp_path: Path) -> None:
    with local_aws_server(tmp_path / "server.log") as server:
        os.kill(server.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)
