"""S3 on local endpoints: new objects of a replicated bucket, in the bucket of another account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
THERE = {"account_id": "222222222222", "region": "eu-central-1"}
ROLE = "arn:aws:iam::111111111111:role/replicates"
KEY = "arn:aws:kms:eu-central-1:222222222222:key/00000000-0000-0000-0000-000000000000"


def bucket(local_aws: LocalAws, name: str, where: dict[str, str], status: str = "Enabled") -> Any:
    """Make a versioned bucket; return a client of its account."""
    s3 = local_aws.client("s3", **where)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": where["region"]})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
    return s3


def rule(target: str, **more: Any) -> dict[str, Any]:
    return {
        "ID": "catalog",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": "catalog/"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{target}", "Account": THERE["account_id"]},
        **more,
    }


def allow(s3: Any, name: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    statement["Action"] = ["s3:ReplicateObject", "s3:ReplicateTags"]
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


def keys(s3: Any, name: str) -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket=name).get("Contents", [])]


def replicate(s3: Any, name: str, *rules: dict[str, Any]) -> None:
    configuration = {"Role": ROLE, "Rules": list(rules)}
    s3.put_bucket_replication(Bucket=name, ReplicationConfiguration=configuration)


def test_a_new_object_is_replicated_under_its_key_if_its_prefix_matches(
    local_aws: LocalAws,
) -> None:
    here, there = bucket(local_aws, "source", HERE), bucket(local_aws, "target", THERE)
    here.put_object(Bucket="source", Key="catalog/before", Body=b"x")
    replicate(here, "source", rule("target"))
    asked = {"Bucket": "source", "Body": b"{}", "ContentType": "application/json"}
    here.put_object(**asked, Key="catalog/refused")
    allow(there, "target")
    here.put_object(**asked, Key="catalog/a/b.json")
    here.put_object(**asked, Key="other/a.json")
    assert keys(there, "target") == ["catalog/a/b.json"]
    found = there.get_object(Bucket="target", Key="catalog/a/b.json")
    assert (found["Body"].read(), found["ContentType"]) == (b"{}", "application/json")


def test_an_encrypted_object_needs_a_rule_for_it(local_aws: LocalAws) -> None:
    here, there = bucket(local_aws, "sealed", HERE), bucket(local_aws, "sealed-target", THERE)
    allow(there, "sealed-target")
    encrypted = {"Bucket": "sealed", "ServerSideEncryption": "aws:kms", "Body": b"x"}
    replicate(here, "sealed", rule("sealed-target"))
    here.put_object(**encrypted, Key="catalog/refused")
    selected = rule("sealed-target")
    selected["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    selected["Destination"]["EncryptionConfiguration"] = {"ReplicaKmsKeyID": KEY}
    replicate(here, "sealed", selected)
    shown = here.get_bucket_replication(Bucket="sealed")["ReplicationConfiguration"]
    assert shown == {"Role": ROLE, "Rules": [selected]}
    here.put_object(**encrypted, Key="catalog/copied")
    assert keys(there, "sealed-target") == ["catalog/copied"]
    assert there.head_object(Bucket="sealed-target", Key="catalog/copied")["SSEKMSKeyId"] == KEY


def test_a_bucket_without_versions_is_refused_as_a_destination(local_aws: LocalAws) -> None:
    here = bucket(local_aws, "refused", HERE)
    bucket(local_aws, "unversioned", THERE, status="Suspended")
    with pytest.raises(ClientError, match="must have versioning enabled"):
        replicate(here, "refused", rule("unversioned"))
