"""AWS::S3::Bucket and AWS::S3::BucketPolicy, as calls of the S3 API."""

from __future__ import annotations

from typing import Any

from moto.utilities.utils import get_partition

from .resource_type import Clients, Resource, document, resource_type


@resource_type("AWS::S3::Bucket", "BucketName")
def bucket(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("s3")
    where = {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    api.create_bucket(Bucket=name, **({} if aws.region == "us-east-1" else where))
    if "BucketEncryption" in properties:
        rules = properties.pop("BucketEncryption")["ServerSideEncryptionConfiguration"]
        encryption = {"Rules": [_encryption(rule) for rule in rules]}
        api.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
    if "LifecycleConfiguration" in properties:
        rules = properties.pop("LifecycleConfiguration")["Rules"]
        lifecycle = {"Rules": [_lifecycle(rule) for rule in rules]}
        api.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=lifecycle)
    if "OwnershipControls" in properties:
        controls = properties.pop("OwnershipControls")
        api.put_bucket_ownership_controls(Bucket=name, OwnershipControls=controls)
    if "PublicAccessBlockConfiguration" in properties:
        block = properties.pop("PublicAccessBlockConfiguration")
        api.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    if "VersioningConfiguration" in properties:
        versioning = properties.pop("VersioningConfiguration")
        api.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
    if "ReplicationConfiguration" in properties:
        replication = _replication(properties.pop("ReplicationConfiguration"))
        api.put_bucket_replication(Bucket=name, ReplicationConfiguration=replication)
    if "Tags" in properties:
        api.put_bucket_tagging(Bucket=name, Tagging={"TagSet": properties.pop("Tags")})
    return Resource(
        physical_resource_id=name,
        attributes={"Arn": f"arn:{get_partition(aws.region)}:s3:::{name}"},
        undo=lambda: api.delete_bucket(Bucket=name),
    )


def _encryption(rule: dict[str, Any]) -> dict[str, Any]:
    rule = dict(rule)
    default = rule.pop("ServerSideEncryptionByDefault")
    return rule | {"ApplyServerSideEncryptionByDefault": default}


def _lifecycle(rule: dict[str, Any]) -> dict[str, Any]:
    rule = dict(rule)
    renamed: dict[str, Any] = {"Filter": {"Prefix": rule.pop("Prefix", "")}}
    if "Id" in rule:
        renamed["ID"] = rule.pop("Id")
    if "ExpirationInDays" in rule:
        renamed["Expiration"] = {"Days": rule.pop("ExpirationInDays")}
    return rule | renamed


def _replication(configuration: dict[str, Any]) -> dict[str, Any]:
    rules = [dict(rule) for rule in configuration["Rules"]]
    for rule in rules:
        if "Id" in rule:
            rule["ID"] = rule.pop("Id")
    return {"Role": configuration["Role"], "Rules": rules}


@resource_type("AWS::S3::BucketPolicy")
def bucket_policy(aws: Clients, properties: dict[str, Any], _name: str) -> Resource:
    api = aws("s3")
    bucket_name, policy = properties.pop("Bucket"), document(properties.pop("PolicyDocument"))
    api.put_bucket_policy(Bucket=bucket_name, Policy=policy)
    return Resource(
        physical_resource_id=bucket_name,
        undo=lambda: api.delete_bucket_policy(Bucket=bucket_name),
    )
