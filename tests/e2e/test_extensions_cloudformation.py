"""CloudFormation on local endpoints: `aws cloudformation package` and `deploy`, then read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.local_aws import run_aws
from tests.e2e.read_back import read_back

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
EXTENSIONS = Path(__file__).parent / "extensions"
CAPABLE = ("--capabilities", "CAPABILITY_NAMED_IAM", "--no-fail-on-empty-changeset")
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a-topic"}}
VAULT = {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "kept"}}
RETAINED = {"DeletionPolicy": "RetainExceptOnCreate"}


@pytest.fixture(scope="module", autouse=True)
def artifacts(local_aws: LocalAws) -> None:
    """The bucket that `package` and `deploy` upload to."""
    where = {"LocationConstraint": HERE["region"]}
    s3 = local_aws.client("s3", **HERE)
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration=where)


def package_and_deploy(local_aws: LocalAws, template: Path, packaged: Path, stack: str) -> str:
    """Return what `deploy` printed."""
    bucket = ("--s3-bucket", "artifacts")
    files = ("--template-file", str(template), "--output-template-file", str(packaged))
    done = run_aws(local_aws, "cloudformation", "package", *files, *bucket, **HERE)
    assert done.returncode == 0, done.stderr
    what = ("--template-file", str(packaged), "--stack-name", stack)
    done = run_aws(local_aws, "cloudformation", "deploy", *what, *bucket, *CAPABLE, **HERE)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def deployed(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the services hold after the example templates went through the real command line."""
    packaged = tmp_path_factory.mktemp("packaged") / "template.yaml"
    for name, stack in (("template", "example"), ("automation", "automation")):
        first = package_and_deploy(local_aws, EXTENSIONS / f"{name}.yaml", packaged, stack)
        assert f"Successfully created/updated stack - {stack}" in first
    return read_back(local_aws, **HERE)


def create(local_aws: LocalAws, stack: str, outputs: Any = None, **resources: Any) -> Any:
    """Create a stack of these resources; return the client."""
    api = local_aws.client("cloudformation", **HERE)
    body = {"Resources": resources} | ({"Outputs": outputs} if outputs else {})
    api.create_stack(StackName=stack, TemplateBody=json.dumps(body))
    return api


def refusal(local_aws: LocalAws, stack: str, **resources: Any) -> str:
    """Return what CloudFormation says of a stack that cannot be created."""
    with pytest.raises(ClientError) as refused:
        create(local_aws, stack, **resources)
    return str(refused.value.response["Error"]["Message"])


def vault_names(local_aws: LocalAws) -> list[str]:
    vaults = local_aws.client("backup", **HERE).list_backup_vaults()["BackupVaultList"]
    return [vault["BackupVaultName"] for vault in vaults]


def test_a_table_gets_all_its_settings(deployed: dict[str, Any]) -> None:
    table = deployed["tables"]["orders"]
    assert table["ContinuousBackups"]["PointInTimeRecoveryDescription"] == {
        "PointInTimeRecoveryStatus": "ENABLED",
        "RecoveryPeriodInDays": 21,
    }
    assert table["TimeToLive"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    assert table["SSEDescription"]["KMSMasterKeyArn"] == "alias/example-table"
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["ContributorInsights"] == {"": "ENABLED", "by_customer": "ENABLED"}
    assert table["Kinesis"][0]["ApproximateCreationDateTimePrecision"] == "MICROSECOND"
    assert table["ResourcePolicy"]["Statement"][0]["Action"] == "dynamodb:GetItem"
    assert table["Tags"] == {"owner": "payments", "project": "example"}
    aws_key = deployed["tables"]["sessions"]["SSEDescription"]["KMSMasterKeyArn"]
    assert aws_key == "alias/aws/dynamodb"
    scaling = deployed["scaling"]["table/orders dynamodb:table:ReadCapacityUnits"]
    assert (scaling["MaxCapacity"], scaling["Policies"][0]["PolicyName"]) == (100, "orders-read")


def test_alerts_keys_and_roles_get_all_their_settings(deployed: dict[str, Any]) -> None:
    topic, queue = deployed["topics"]["alerts"], deployed["queues"]["dead-letters"]
    assert topic["Policy"]["Statement"][0]["Sid"] == "Publish"
    assert topic["Tags"] == {"owner": "payments"}
    protocols = sorted(subscription["Protocol"] for subscription in topic["Subscriptions"])
    assert protocols == ["email", "https", "sms", "sqs"]
    assert queue["Policy"]["Statement"][0]["Sid"] == "Send"
    assert deployed["alarms"]["dead-letters"]["AlarmActions"] == [topic["TopicArn"]]
    [target] = deployed["rules"]["failures"]["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": queue["QueueArn"]}
    key = deployed["keys"]["alias/example-table"]
    assert (key["Rotation"], key["Tags"]) == (True, {"project": "example"})
    assert key["Policy"]["Statement"][0]["Sid"] == "Account"
    role = deployed["roles"]["backup"]
    assert [arn.rpartition("For")[2] for arn in role["Attached"]] == ["Backup", "Restores"]
    assert role["Inline"]["keys"]["Statement"][0]["Action"] == "kms:Decrypt"


def test_a_vault_a_plan_and_selections_get_all_their_settings(deployed: dict[str, Any]) -> None:
    vault, plan = deployed["vaults"]["main"], deployed["plans"]["tables"]
    assert vault["EncryptionKeyArn"] == "alias/example-table"
    assert (vault["MinRetentionDays"], vault["MaxRetentionDays"]) == (7, 400)
    assert vault["Policy"]["Statement"][0]["Sid"] == "OnlyBreakGlassMayDestroy"
    assert vault["Notifications"]["BackupVaultEvents"] == ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"]
    assert vault["Tags"] == plan["Tags"] == {"owner": "payments"}
    daily, monthly = plan["Plan"]["Rules"]
    assert daily["CopyActions"][0]["Lifecycle"] == {"DeleteAfterDays": 35}
    assert daily["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert monthly["Lifecycle"] == {"MoveToColdStorageAfterDays": 31, "DeleteAfterDays": 366}
    by_arn, by_tag = sorted(plan["Selections"], key=lambda body: str(body["SelectionName"]))
    assert by_arn["Conditions"]["StringEquals"][0]["ConditionKey"] == "aws:ResourceTag/owner"
    assert by_tag["ListOfTags"][0]["ConditionValue"] == "daily"


def test_machines_schedules_and_buckets_get_all_their_settings(deployed: dict[str, Any]) -> None:
    machine, schedule = deployed["machines"]["names"], deployed["schedules"]["names"]
    assert machine["definition"]["States"]["Name"]["End"] is True
    assert machine["loggingConfiguration"]["level"] == "ERROR"
    assert machine["Tags"] == [{"key": "owner", "value": "payments"}]
    assert schedule["FlexibleTimeWindow"]["MaximumWindowInMinutes"] == 15
    assert schedule["Target"]["Arn"] == machine["stateMachineArn"]
    [target] = deployed["rules"]["names"]["Targets"]
    assert target == {
        "Id": "machine",
        "Arn": machine["stateMachineArn"],
        "RoleArn": machine["roleArn"],
    }
    parameter = deployed["parameters"]["/example/live"]
    assert (parameter["Value"], parameter["Tags"]) == ("orders", {"owner": "payments"})
    bucket = deployed["buckets"]["catalogue-111111111111"]
    assert bucket["bucket_versioning"] == "Enabled"
    assert bucket["bucket_replication"]["Rules"][0]["Destination"]["Account"] == "222222222222"
    [rule] = bucket["bucket_encryption"]["Rules"]
    sealed = rule["ApplyServerSideEncryptionByDefault"]
    assert sealed["KMSMasterKeyID"] == "alias/example-table"


def test_a_second_deploy_of_the_same_template_changes_nothing(
    deployed: dict[str, Any], local_aws: LocalAws, tmp_path: Path
) -> None:
    template, packaged = EXTENSIONS / "template.yaml", tmp_path / "packaged.yaml"
    again = package_and_deploy(local_aws, template, packaged, "example")
    assert "No changes to deploy. Stack example is up to date" in again
    assert read_back(local_aws, **HERE) == deployed


def test_an_export_of_a_deployed_stack_can_be_imported_by_the_next(
    deployed: dict[str, Any], local_aws: LocalAws, tmp_path: Path
) -> None:
    alarm = {"AlarmActions": [{"Fn::ImportValue": "example-alerts-topic"}]}
    alarm |= {"AlarmName": "importer", "EvaluationPeriods": 1, "Threshold": 0, "Period": 60}
    alarm |= {"ComparisonOperator": "GreaterThanThreshold", "MetricName": "X", "Namespace": "Y"}
    resource = {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm | {"Statistic": "Sum"}}
    template = tmp_path / "importer.json"
    template.write_text(json.dumps({"Resources": {"Alarm": resource}}))
    package_and_deploy(local_aws, template, tmp_path / "packaged.yaml", "importer")
    found = read_back(local_aws, **HERE)["alarms"]["importer"]
    assert found["AlarmActions"] == [deployed["topics"]["alerts"]["TopicArn"]]


def test_a_bucket_gets_all_its_settings(local_aws: LocalAws) -> None:
    old = {"Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
    default = {"SSEAlgorithm": "AES256"}
    encryption = [{"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    block = dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    bucket: dict[str, Any] = {
        "BucketName": "a-bucket",
        "BucketEncryption": {"ServerSideEncryptionConfiguration": encryption},
        "LifecycleConfiguration": {"Rules": [old]},
        "OwnershipControls": ownership,
        "PublicAccessBlockConfiguration": block,
        "VersioningConfiguration": {"Status": "Enabled"},
        "Tags": [{"Key": "owner", "Value": "me"}],
    }
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::a-bucket",
    }
    deny |= {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    create(
        local_aws,
        "bucket",
        Bucket={"Type": "AWS::S3::Bucket", "Properties": bucket},
        Policy={
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": policy},
        },
    )
    s3, name = local_aws.client("s3", **HERE), {"Bucket": "a-bucket"}
    applied = s3.get_bucket_encryption(**name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert applied == [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    [rule] = s3.get_bucket_lifecycle_configuration(**name)["Rules"]
    assert (rule["ID"], rule["NoncurrentVersionExpiration"]) == ("old", {"NoncurrentDays": 90})
    assert s3.get_bucket_ownership_controls(**name)["OwnershipControls"] == ownership
    assert s3.get_public_access_block(**name)["PublicAccessBlockConfiguration"] == block
    assert s3.get_bucket_versioning(**name)["Status"] == "Enabled"
    assert s3.get_bucket_tagging(**name)["TagSet"] == bucket["Tags"]
    assert json.loads(s3.get_bucket_policy(**name)["Policy"]) == policy


@pytest.mark.parametrize("resource_type", ["AWS::Backup::Framework", "AWS::Nowhere::Thing"])
def test_an_unknown_resource_type_fails(local_aws: LocalAws, resource_type: str) -> None:
    said = refusal(local_aws, resource_type.replace("::", "-"), Thing={"Type": resource_type})
    assert said == f"Template format error: Unrecognized resource types: [{resource_type}]"


def test_a_property_that_is_not_applied_fails(local_aws: LocalAws) -> None:
    vault = {"BackupVaultName": "typo", "LockConfigration": {}}
    resource = {"Type": "AWS::Backup::BackupVault", "Properties": vault}
    said = refusal(local_aws, "leftover", Vault=resource)
    assert said == "AWS::Backup::BackupVault does not apply ['LockConfigration']"
    assert "typo" not in vault_names(local_aws)


def test_what_the_service_refuses_fails_the_stack_with_its_reason(local_aws: LocalAws) -> None:
    lock = {"MinRetentionDays": 9, "MaxRetentionDays": 3}
    vault = {"BackupVaultName": "locked", "LockConfiguration": lock}
    resource = {"Type": "AWS::Backup::BackupVault", "Properties": vault}
    said = refusal(local_aws, "refused", Vault=resource)
    assert said.startswith("Vault (AWS::Backup::BackupVault): InvalidParameterValueException")
    assert "MinRetentionDays cannot be greater than MaxRetentionDays" in said


def test_a_deleted_stack_keeps_what_is_retained_except_on_create(local_aws: LocalAws) -> None:
    api = create(local_aws, "goes", Topic=TOPIC, Vault=VAULT | RETAINED)
    api.delete_stack(StackName="goes")
    assert "kept" in vault_names(local_aws)
    assert "a-topic" not in read_back(local_aws, **HERE)["topics"]
    local_aws.client("backup", **HERE).delete_backup_vault(BackupVaultName="kept")


def test_a_deleted_stack_takes_along_what_is_not_retained(local_aws: LocalAws) -> None:
    create(local_aws, "goes-too", Vault=VAULT).delete_stack(StackName="goes-too")
    assert "kept" not in vault_names(local_aws)


def test_a_resource_removed_by_an_update_is_kept_where_it_is_retained(local_aws: LocalAws) -> None:
    api = create(local_aws, "shrinks", Topic=TOPIC, Vault=VAULT | RETAINED)
    api.update_stack(StackName="shrinks", TemplateBody=json.dumps({"Resources": {"Topic": TOPIC}}))
    assert "kept" in vault_names(local_aws)


def test_an_update_that_cannot_be_made_fails(local_aws: LocalAws) -> None:
    api = create(local_aws, "changes", Vault=VAULT | {"Properties": {"BackupVaultName": "old"}})
    changed = VAULT | {"Properties": {"BackupVaultName": "new"}}
    with pytest.raises(ClientError, match=r"Vault \(AWS::Backup::BackupVault\) cannot be updated"):
        api.update_stack(
            StackName="changes", TemplateBody=json.dumps({"Resources": {"Vault": changed}})
        )


def test_a_protected_table_survives_and_the_stack_says_why(local_aws: LocalAws) -> None:
    table = {
        "TableName": "protected",
        "DeletionProtectionEnabled": True,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    resource = {"Type": "AWS::DynamoDB::Table", "Properties": table}
    api = create(local_aws, "protected", Table=resource)
    with pytest.raises(ClientError, match="'protected' can't be deleted"):
        api.delete_stack(StackName="protected")
    tables = local_aws.client("dynamodb", **HERE).list_tables()["TableNames"]
    assert "protected" in tables


def test_a_change_set_creates_what_a_resource_depends_on_first(
    deployed: dict[str, Any], local_aws: LocalAws, tmp_path: Path
) -> None:
    plan = {
        "BackupPlanName": "late",
        "BackupPlanRule": [{"RuleName": "r", "TargetBackupVault": "v"}],
    }
    late = {
        "Type": "AWS::Backup::BackupPlan",
        "DependsOn": "Topic",
        "Properties": {"BackupPlan": plan},
    }
    template = tmp_path / "order.json"
    body = {"Resources": {"Late": late, "Topic": TOPIC | {"Properties": {"TopicName": "first"}}}}
    template.write_text(json.dumps(body))
    package_and_deploy(local_aws, template, tmp_path / "packaged.yaml", "order")
    listed = local_aws.client("cloudformation", **HERE).list_stack_resources(StackName="order")
    assert len(listed["StackResourceSummaries"]) == 2
