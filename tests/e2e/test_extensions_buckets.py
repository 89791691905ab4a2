"""S3 on local endpoints: buckets that CloudFormation makes, and objects that are written once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e import exported
from tests.e2e.exported import HERE, THERE
from tests.e2e.moto_api import ask, calls
from tests.e2e.sessions import as_role

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

LOCK = {
    "ObjectLockEnabled": "Enabled",
    "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 35}},
}
REPLICA = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "BucketName": "stack-replica",
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": LOCK,
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "full",
                    "Status": "Enabled",
                    "Prefix": "a/full/",
                    "ExpirationInDays": 57,
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                    "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 1}],
                },
                {
                    "Id": "markers",
                    "Status": "Enabled",
                    "ExpiredObjectDeleteMarker": True,
                    "NoncurrentVersionExpirationInDays": 3,
                },
            ]
        },
    },
}
RULE = {
    "Status": "Enabled",
    "Filter": {"Prefix": "a/"},
    "DeleteMarkerReplication": {"Status": "Disabled"},
}
SELECTED = {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}}}
KEY = "arn:aws:kms:eu-central-1:111111111111:alias/archive"


def destination(name: str, **more: Any) -> dict[str, Any]:
    return {"Bucket": f"arn:aws:s3:::{name}", **more}


SOURCE = {
    "Type": "AWS::S3::Bucket",
    "DependsOn": "Replica",
    "Properties": {
        "BucketName": "stack-source",
        "VersioningConfiguration": {"Status": "Enabled"},
        "ReplicationConfiguration": {
            "Role": "arn:aws:iam::111111111111:role/replicates",
            "Rules": [
                {
                    **RULE,
                    **SELECTED,
                    "Id": "here",
                    "Priority": 1,
                    "Destination": destination(
                        "stack-replica",
                        EncryptionConfiguration={"ReplicaKmsKeyID": KEY},
                        StorageClass="STANDARD_IA",
                    ),
                },
                {
                    **RULE,
                    "Id": "there",
                    "Priority": 2,
                    "Destination": destination(
                        "elsewhere",
                        Account=THERE["account_id"],
                        AccessControlTranslation={"Owner": "Destination"},
                    ),
                },
            ],
        },
    },
}


@pytest.fixture(scope="module")
def s3(local_aws: LocalAws) -> Any:
    """S3, with a stack of a bucket that is replicated into one of it, and into another account."""
    there = local_aws.client("s3", **THERE)
    exported.bucket(there, "elsewhere")
    versioning = {"Status": "Enabled"}
    there.put_bucket_versioning(Bucket="elsewhere", VersioningConfiguration=versioning)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/replicates"},
        "Action": ["s3:ReplicateObject", "s3:ObjectOwnerOverrideToBucketOwner"],
        "Resource": "arn:aws:s3:::elsewhere/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    there.put_bucket_policy(Bucket="elsewhere", Policy=json.dumps(policy))
    body = {"Resources": {"Source": SOURCE, "Replica": REPLICA}}
    api = local_aws.client("cloudformation", **HERE)
    api.create_stack(StackName="buckets", TemplateBody=json.dumps(body))
    return local_aws.client("s3", **HERE)


def test_a_stack_locks_a_bucket_and_gives_it_its_lifecycle(s3: Any) -> None:
    shown = s3.get_object_lock_configuration(Bucket="stack-replica")
    assert shown["ObjectLockConfiguration"] == LOCK
    assert s3.get_bucket_versioning(Bucket="stack-replica")["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket="stack-replica")["Rules"]
    assert rules == [
        {
            "ID": "full",
            "Status": "Enabled",
            "Filter": {"Prefix": "a/full/"},
            "Expiration": {"Days": 57},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "Transitions": [{"StorageClass": "GLACIER_IR", "Days": 1}],
        },
        {
            "ID": "markers",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
        },
    ]


def test_a_stack_replicates_a_bucket_into_several(local_aws: LocalAws, s3: Any) -> None:
    shown = s3.get_bucket_replication(Bucket="stack-source")["ReplicationConfiguration"]
    expected = SOURCE["Properties"]["ReplicationConfiguration"]["Rules"]  # type: ignore[index]
    renamed = [{("ID" if k == "Id" else k): v for k, v in rule.items()} for rule in expected]
    assert shown["Rules"] == renamed
    s3.put_object(Bucket="stack-source", Key="a/full/x", Body=b"x")
    head = s3.head_object(Bucket="stack-replica", Key="a/full/x")
    assert (head["StorageClass"], head["SSEKMSKeyId"]) == ("STANDARD_IA", KEY)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    there = local_aws.client("s3", **THERE).head_object(Bucket="elsewhere", Key="a/full/x")
    assert "ObjectLockMode" not in there
    # What another key encrypts has an ETag of its own.
    etag = s3.head_object(Bucket="stack-source", Key="a/full/x")["ETag"]
    assert there["ETag"] == etag != head["ETag"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket="stack-replica", Key="a/full/x", VersionId=head["VersionId"])


def test_the_default_retention_of_a_bucket_changes_for_objects_to_come(s3: Any) -> None:
    exported.bucket(s3, "locked", ObjectLockEnabledForBucket=True)

    def locked(key: str) -> str | None:
        s3.put_object(Bucket="locked", Key=key, Body=b"x", ChecksumAlgorithm="SHA256")
        mode: str | None = s3.head_object(Bucket="locked", Key=key).get("ObjectLockMode")
        return mode

    assert locked("before") is None
    s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=LOCK)
    assert locked("during") == "COMPLIANCE"
    none = {"ObjectLockEnabled": "Enabled"}
    s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=none)
    shown = s3.get_object_lock_configuration(Bucket="locked")
    assert shown["ObjectLockConfiguration"] == none
    assert locked("after") is None


def test_of_two_rules_for_a_destination_the_higher_priority_counts(s3: Any) -> None:
    for name in ("two-rules", "one-replica"):
        exported.bucket(s3, name)
        status = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=status)
    classes = {"GLACIER_IR": 7, "STANDARD_IA": 2}
    rules = [
        {
            **RULE,
            "ID": f"{priority}",
            "Priority": priority,
            "Destination": destination("one-replica", StorageClass=storage),
        }
        for storage, priority in classes.items()
    ]
    configuration = {"Role": "arn:aws:iam::111111111111:role/replicates", "Rules": rules}
    s3.put_bucket_replication(Bucket="two-rules", ReplicationConfiguration=configuration)
    s3.put_object(Bucket="two-rules", Key="a/x", Body=b"x")
    (version,) = s3.list_object_versions(Bucket="one-replica")["Versions"]
    assert version["StorageClass"] == "GLACIER_IR"


def test_an_object_is_written_once_however_many_try(local_aws: LocalAws, s3: Any) -> None:
    exported.bucket(s3, "written-once")
    once = {"Bucket": "written-once", "Key": "a.json", "IfNoneMatch": "*"}

    def attempt(number: int) -> str:
        try:
            s3.put_object(**once, Body=str(number).encode())
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(attempt, range(24)))
    assert sorted(codes) == [""] + ["PreconditionFailed"] * 23
    first = str(codes.index("")).encode()
    assert exported.body(s3, "written-once", "a.json") == first
    with pytest.raises(ClientError) as refused:
        s3.put_object(**once, Body=b"again")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    s3.put_object(Bucket="written-once", Key="a.json", Body=b"anyhow")
    s3.delete_object(Bucket="written-once", Key="a.json")
    s3.put_object(**once, Body=b"new")


def test_a_role_writes_once_through_records_and_faults(local_aws: LocalAws, s3: Any) -> None:
    exported.bucket(s3, "by-role")
    role = as_role(local_aws, "s3", "writes", HERE)
    once = {"Bucket": "by-role", "Key": "a.json", "IfNoneMatch": "*", "Body": b"x"}
    fault = {"operation": "PutObject", "code": "SlowDown", "status": 503, "after_effect": True}
    ask(local_aws, "faults", fault)
    with pytest.raises(ClientError, match="SlowDown"):
        role.put_object(**once)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        role.put_object(**once)
    put = [each for each in calls(local_aws) if each["operation"] == "PutObject"]
    assert [each["parameters"]["IfNoneMatch"] for each in put] == ["*", "*"]
    tag = role.head_object(Bucket="by-role", Key="a.json")["ETag"]
    assert tag == '"9dd4e461268c8034f5c8564e155c67a6"'
