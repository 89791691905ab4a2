"""AWS::S3::Bucket and AWS::S3::BucketPolicy, as calls of the S3 API."""

from __future__ import annotations

from typing import Any

from moto.utilities.utils import get_partition

from .resource_type import Clients, Resource, document, resource_type


@resource_type("AWS::S3::Bucket", "BucketName")
def bucket(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("s3")
    request = {"ObjectLockEnabledForBucket": properties.pop("ObjectLockEnabled", False)}
    if aws.region != "us-east-1":
        request["CreateBucketConfiguration"] = {"LocationConstraint": aws.region}
    api.create_bucket(Bucket=name, **request)
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
    if "ObjectLockConfiguration" in properties:
        lock = properties.pop("ObjectLockConfiguration")
        api.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
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
    """Return a rule in the words of the API; what it has no word for stays, and is refused."""
    rule = dict(rule)
    renamed: dict[str, Any] = {"Filter": _filter(rule)}
    if "Id" in rule:
        renamed["ID"] = rule.pop("Id")
    expiration = {
        member: rule.pop(name)
        for name, member in {
            "ExpirationInDays": "Days",
            "ExpirationDate": "Date",
            "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
        }.items()
        if name in rule
    }
    if expiration:
        renamed["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        days = rule.pop("NoncurrentVersionExpirationInDays")
        renamed["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    for name, days in {
        "Transitions": "Days",
        "NoncurrentVersionTransitions": "NoncurrentDays",
    }.items():
        if name in rule:
            renamed[name] = [_transition(each, days) for each in rule.pop(name)]
    return rule | renamed


def _filter(rule: dict[str, Any]) -> dict[str, Any]:
    prefix, tags = rule.pop("Prefix", ""), rule.pop("TagFilters", [])
    sizes = {
        name: int(rule.pop(name))
        for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
        if name in rule
    }
    if not tags and not sizes:
        return {"Prefix": prefix}
    return {"And": {"Prefix": prefix, "Tags": tags, **sizes}}


def _transition(transition: dict[str, Any], days: str) -> dict[str, Any]:
    renamed = {"TransitionInDays": days, "TransitionDate": "Date"}
    return {renamed.get(name, name): value for name, value in transition.items()}


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
