"""Calls that fail as asked on local endpoints: those of roles alone, before the effect or after."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def fault(local_aws: LocalAws, **of: Any) -> None:
    request = urllib.request.Request(
        f"{local_aws.endpoint}/moto-api/faults",
        json.dumps(of).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=300):
        pass


def as_role(local_aws: LocalAws, service: str, name: str = "runs") -> Any:
    """Return a client that does not try again, with a session of a role that is made for it."""
    iam = local_aws.client("iam", **HERE)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    sts = local_aws.client("sts", **HERE)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=local_aws.endpoint,
        region_name=HERE["region"],
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


@pytest.mark.parametrize("service", ["dynamodb", "backup", "s3", "sns", "iam", "ssm"])
def test_a_call_of_a_role_fails_once_and_without_effect(local_aws: LocalAws, service: str) -> None:
    local_aws.reset()
    operation, request = {
        "dynamodb": ("list_tables", {}),
        "backup": ("create_backup_vault", {"BackupVaultName": "here"}),
        "s3": ("put_object", {"Bucket": "there", "Key": "a/b", "Body": b"x"}),
        "sns": ("create_topic", {"Name": "told"}),
        "iam": ("list_roles", {}),
        "ssm": ("put_parameter", {"Name": "/a", "Value": "b", "Type": "String"}),
    }[service]
    role = as_role(local_aws, service)
    where = {"LocationConstraint": "eu-central-1"}
    local_aws.client("s3", **HERE).create_bucket(Bucket="there", CreateBucketConfiguration=where)
    name = "".join(word.capitalize() for word in operation.split("_"))
    fault(local_aws, service=service, operation=name, code="AccessDenied", message="no", status=403)
    with pytest.raises(ClientError) as raised:
        getattr(role, operation)(**request)
    answer = raised.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("AccessDenied", "no")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    getattr(role, operation)(**request)


def test_a_call_fails_after_its_effect(local_aws: LocalAws) -> None:
    local_aws.reset()
    role = as_role(local_aws, "backup")
    code = "ServiceUnavailableException"
    fault(local_aws, operation="CreateBackupVault", code=code, status=500, after_effect=True)
    with pytest.raises(ClientError, match=code):
        role.create_backup_vault(BackupVaultName="here")
    (vault,) = role.list_backup_vaults()["BackupVaultList"]
    assert vault["BackupVaultName"] == "here"


def test_only_what_was_named_fails_and_as_often_as_asked(local_aws: LocalAws) -> None:
    local_aws.reset()
    one, other = (as_role(local_aws, "dynamodb", name) for name in ("one", "other"))
    arn = "arn:aws:iam::111111111111:role/one"
    fault(local_aws, role_arn=arn, operation="ListTables", code="Throttled", times=None)
    for _ in range(3):
        with pytest.raises(ClientError, match="Throttled"):
            one.list_tables()
    assert one.list_backups()["BackupSummaries"] == []
    assert other.list_tables()["TableNames"] == []
    assert local_aws.client("dynamodb", **HERE).list_tables()["TableNames"] == []
    local_aws.reset()
    assert local_aws.client("dynamodb", **HERE).list_tables()["TableNames"] == []
