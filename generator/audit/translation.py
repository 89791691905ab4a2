"""Terraform's resource types in CloudFormation's terms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from generator.audit.model import AIR_GAPPED, KEY, PLAN, SELECTION, TABLE, VAULT
from generator.audit.values import Text, text

# Terraform keeps these apart from the vault that they belong to.
LOCK = "lock of a vault"
POLICY_OF_VAULT = "policy of a vault"
# Returns an attribute as texts, None where it is not set.
Read = Callable[[str], Any]
_RULE = {
    "rule_name": "RuleName",
    "target_vault_name": "TargetBackupVault",
    "schedule": "ScheduleExpression",
    "enable_continuous_backup": "EnableContinuousBackup",
}
_CONDITIONS = {
    "string_equals": "StringEquals",
    "string_not_equals": "StringNotEquals",
    "string_like": "StringLike",
    "string_not_like": "StringNotLike",
}


def document(value: Any) -> Any:
    """Return a policy that is given as JSON text as nested values; a hole stays one."""
    if not isinstance(value, Text) or value.literal is None:
        return value
    try:
        return _texts(json.loads(value.literal))
    except ValueError:
        return value


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return text(str(value).lower() if isinstance(value, bool) else str(value))


def _blocks(value: Any, translate: Callable[[dict[str, Any]], Any]) -> Any:
    """Return the blocks of a kind translated; a hole where even their number is unknown."""
    if isinstance(value, Text):
        return value
    return [translate(each) if isinstance(each, dict) else each for each in value or ()]


def _first(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if value else None
    return value


def _some(**given: Any) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value is not None}


def _days(value: Any) -> Any:
    """Return days; None for the 0 that a state holds where none are set."""
    return None if isinstance(value, Text) and value.literal == "0" else value


def _table(read: Read) -> Mapping[str, Any]:
    recovery = _first(read("point_in_time_recovery"))
    enabled = recovery.get("enabled") if isinstance(recovery, dict) else recovery
    replicas = _blocks(read("replica"), _replica_block)
    return _some(
        PointInTimeRecoverySpecification=_some(PointInTimeRecoveryEnabled=enabled),
        DeletionProtectionEnabled=read("deletion_protection_enabled"),
        Tags=read("tags_all") or read("tags"),
        Replicas=[{"Region": replicas, "Recovery": replicas}]
        if isinstance(replicas, Text)
        else replicas,
    )


def _replica_block(block: Mapping[str, Any]) -> dict[str, Any]:
    return _some(
        Region=block.get("region_name"),
        Recovery=block.get("point_in_time_recovery"),
        PropagateTags=block.get("propagate_tags"),
    )


def _replica(read: Read) -> Mapping[str, Any]:
    return _some(
        PointInTimeRecoverySpecification=_some(
            PointInTimeRecoveryEnabled=read("point_in_time_recovery")
        ),
        DeletionProtectionEnabled=read("deletion_protection_enabled"),
        Tags=read("tags_all") or read("tags"),
    )


def _vault(read: Read) -> Mapping[str, Any]:
    return _some(EncryptionKeyArn=read("kms_key_arn"), ForceDestroy=read("force_destroy"))


def _lock(read: Read) -> Mapping[str, Any]:
    return {"VaultName": read("backup_vault_name"), "Value": _bounds(read)}


def _bounds(read: Read) -> dict[str, Any]:
    return _some(
        MinRetentionDays=_days(read("min_retention_days")),
        MaxRetentionDays=_days(read("max_retention_days")),
        ChangeableForDays=_days(read("changeable_for_days")),
    )


def _vault_policy(read: Read) -> Mapping[str, Any]:
    return {"VaultName": read("backup_vault_name"), "Value": document(read("policy"))}


def _lifecycle(block: Mapping[str, Any]) -> Any:
    given = _first(block.get("lifecycle"))
    if not isinstance(given, dict):
        return given
    return _some(
        MoveToColdStorageAfterDays=_days(given.get("cold_storage_after")),
        DeleteAfterDays=_days(given.get("delete_after")),
    )


def _rule(block: Mapping[str, Any]) -> dict[str, Any]:
    return _some(
        **{theirs: block.get(ours) for ours, theirs in _RULE.items()},
        Lifecycle=_lifecycle(block),
        CopyActions=_blocks(block.get("copy_action"), _copy),
    )


def _copy(block: Mapping[str, Any]) -> dict[str, Any]:
    return _some(
        DestinationBackupVaultArn=block.get("destination_vault_arn"), Lifecycle=_lifecycle(block)
    )


def _plan(read: Read) -> Mapping[str, Any]:
    rules = _blocks(read("rule"), _rule)
    return {"BackupPlan": _some(BackupPlanName=read("name"), BackupPlanRule=rules)}


def _selection(read: Read) -> Mapping[str, Any]:
    tags = _blocks(read("selection_tag"), _tag) or None
    condition = _first(read("condition"))
    if isinstance(condition, dict):
        condition = {
            theirs: _blocks(condition[ours], _tag)
            for ours, theirs in _CONDITIONS.items()
            if condition.get(ours)
        }
    return {
        "BackupPlanId": read("plan_id"),
        "BackupSelection": _some(
            SelectionName=read("name"),
            Resources=read("resources") or None,
            NotResources=read("not_resources") or None,
            ListOfTags=tags,
            Conditions=condition or None,
        ),
    }


def _tag(block: Mapping[str, Any]) -> dict[str, Any]:
    return _some(ConditionKey=block.get("key"), ConditionValue=block.get("value"))


def _policy(read: Read) -> Mapping[str, Any]:
    return _some(PolicyDocument=document(read("policy") or read("content")))


def _nothing(_read: Read) -> Mapping[str, Any]:
    return {}


# Type → CloudFormation's type, the attribute that holds the name, and how to translate.
TRANSLATED: Mapping[str, tuple[str, str | None, Callable[[Read], Mapping[str, Any]]]] = {
    "aws_dynamodb_table": (TABLE, "name", _table),
    "aws_dynamodb_table_replica": (TABLE, None, _replica),
    "aws_backup_vault": (VAULT, "name", _vault),
    "aws_backup_logically_air_gapped_vault": (AIR_GAPPED, "name", _bounds),
    "aws_backup_vault_lock_configuration": (LOCK, None, _lock),
    "aws_backup_vault_policy": (POLICY_OF_VAULT, None, _vault_policy),
    "aws_backup_plan": (PLAN, "name", _plan),
    "aws_backup_selection": (SELECTION, "name", _selection),
    "aws_kms_key": (KEY, None, _nothing),
    "aws_iam_policy": ("AWS::IAM::ManagedPolicy", "name", _policy),
    "aws_iam_role_policy": ("AWS::IAM::Policy", "name", _policy),
    "aws_iam_user_policy": ("AWS::IAM::Policy", "name", _policy),
    "aws_iam_group_policy": ("AWS::IAM::Policy", "name", _policy),
    "aws_organizations_policy": ("AWS::Organizations::Policy", "name", _policy),
}
