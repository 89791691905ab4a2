"""Clients of the local endpoints with a session of a role, as functions have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.local_aws import LocalAws

TRUST = '{"Version": "2012-10-17", "Statement": []}'


def as_role(local_aws: LocalAws, service: str, name: str, where: Mapping[str, str]) -> Any:
    """Return a client that does not try again, with a session of a role that is made for it."""
    iam = local_aws.client("iam", **where)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    sts = local_aws.client("sts", **where)
    keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=local_aws.endpoint,
        region_name=where["region"],
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )
