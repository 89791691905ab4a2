"""AWS::IAM::Role and AWS::KMS::Key, as calls of their APIs."""

from __future__ import annotations

from typing import Any

from .resource_type import Clients, Resource, document, resource_type, take


@resource_type("AWS::IAM::Role", "RoleName")
def role(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("iam")
    managed = properties.pop("ManagedPolicyArns", [])
    inline = {p["PolicyName"]: p["PolicyDocument"] for p in properties.pop("Policies", [])}
    optional = ("Description", "MaxSessionDuration", "Path", "PermissionsBoundary", "Tags")
    made = api.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=document(properties.pop("AssumeRolePolicyDocument")),
        **take(properties, *optional),
    )["Role"]
    for arn in managed:
        api.attach_role_policy(RoleName=name, PolicyArn=arn)
    for policy, body in inline.items():
        api.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document(body))

    def undo() -> None:
        for arn in managed:
            api.detach_role_policy(RoleName=name, PolicyArn=arn)
        for policy in inline:
            api.delete_role_policy(RoleName=name, PolicyName=policy)
        api.delete_role(RoleName=name)

    attributes = {"Arn": made["Arn"], "RoleId": made["RoleId"]}
    return Resource(physical_resource_id=name, attributes=attributes, undo=undo)


@resource_type("AWS::KMS::Key")
def key(aws: Clients, properties: dict[str, Any], _name: str) -> Resource:
    api = aws("kms")
    rotate = properties.pop("EnableKeyRotation", False)
    period = take(properties, "RotationPeriodInDays")
    enabled = properties.pop("Enabled", True)
    wait_days = properties.pop("PendingWindowInDays", 30)
    request = take(properties, "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin")
    if "KeyPolicy" in properties:
        request["Policy"] = document(properties.pop("KeyPolicy"))
    tags = properties.pop("Tags", [])
    request["Tags"] = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]
    made = api.create_key(**request)["KeyMetadata"]
    key_id = made["KeyId"]
    if rotate:
        api.enable_key_rotation(KeyId=key_id, **period)
    if not enabled:
        api.disable_key(KeyId=key_id)
    return Resource(
        physical_resource_id=key_id,
        attributes={"Arn": made["Arn"], "KeyId": key_id},
        undo=lambda: api.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=wait_days),
    )
