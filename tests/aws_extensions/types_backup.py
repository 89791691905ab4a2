"""AWS::Backup::*, as calls of the AWS Backup API."""

from __future__ import annotations

from typing import Any

from .resource_type import Clients, Resource, document, resource_type, take


@resource_type("AWS::Backup::BackupVault", "BackupVaultName")
def vault(aws: Clients, properties: dict[str, Any], name: str) -> Resource:
    api = aws("backup")
    made = api.create_backup_vault(
        BackupVaultName=name, **take(properties, "EncryptionKeyArn", "BackupVaultTags")
    )
    if "AccessPolicy" in properties:
        policy = document(properties.pop("AccessPolicy"))
        api.put_backup_vault_access_policy(BackupVaultName=name, Policy=policy)
    if "Notifications" in properties:
        api.put_backup_vault_notifications(BackupVaultName=name, **properties.pop("Notifications"))
    if "LockConfiguration" in properties:
        lock = properties.pop("LockConfiguration")
        api.put_backup_vault_lock_configuration(BackupVaultName=name, **lock)
    return Resource(
        physical_resource_id=name,
        attributes={"BackupVaultName": name, "BackupVaultArn": made["BackupVaultArn"]},
        undo=lambda: api.delete_backup_vault(BackupVaultName=name),
    )


@resource_type("AWS::Backup::BackupPlan")
def plan(aws: Clients, properties: dict[str, Any], _name: str) -> Resource:
    api = aws("backup")
    body = dict(properties.pop("BackupPlan"))
    body["Rules"] = [_rule(rule) for rule in body.pop("BackupPlanRule")]
    made = api.create_backup_plan(BackupPlan=body, **take(properties, "BackupPlanTags"))
    plan_id = made["BackupPlanId"]
    return Resource(
        physical_resource_id=plan_id,
        attributes={n: made[n] for n in ("BackupPlanId", "BackupPlanArn", "VersionId")},
        undo=lambda: api.delete_backup_plan(BackupPlanId=plan_id),
    )


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    rule = dict(rule)
    return {"TargetBackupVaultName": rule.pop("TargetBackupVault")} | rule


@resource_type("AWS::Backup::BackupSelection")
def selection(aws: Clients, properties: dict[str, Any], _name: str) -> Resource:
    api = aws("backup")
    body = properties.pop("BackupSelection")
    plan_id = properties.pop("BackupPlanId")
    made = api.create_backup_selection(BackupPlanId=plan_id, BackupSelection=body)
    key = {"BackupPlanId": plan_id, "SelectionId": made["SelectionId"]}
    return Resource(
        physical_resource_id=made["SelectionId"],
        attributes=key | {"Id": made["SelectionId"]},
        undo=lambda: api.delete_backup_selection(**key),
    )
