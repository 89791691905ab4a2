"""AWS Backup, spelled in CloudFormation. No decisions here: see facts.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from troposphere import AWSObject, GetAtt, Ref, Tags, backup, iam, kms

from blueprints.backup.facts import (
    BackupFacts,
    KeyFacts,
    PlanFacts,
    RuleFacts,
    SelectionFacts,
    VaultFacts,
)
from blueprints.backup.roles import RoleFacts
from generator.naming import Label
from generator.render.cloudformation import Verbatim, present

STATEFUL: Mapping[str, Any] = {
    "DeletionPolicy": "RetainExceptOnCreate",
    "UpdateReplacePolicy": "Retain",
}


def resources(facts: BackupFacts) -> Iterator[AWSObject]:
    """Yield keys and vaults, then roles, then plans with their selections."""
    for vault in facts.vaults:
        yield from _vault(vault)
    for role in facts.roles:
        yield _role(role)
    for plan in facts.plans:
        yield _plan(plan)
        for selection in plan.selections:
            yield _selection(selection, plan)


def comments(facts: BackupFacts) -> Mapping[str, str]:
    """Return logical id → what the resource is for."""
    named: Iterable[VaultFacts | RoleFacts | PlanFacts]
    named = (*facts.vaults, *facts.roles, *facts.plans)
    return {each.label.logical_id: each.purpose for each in named}


def _key(facts: KeyFacts) -> tuple[kms.Key, kms.Alias]:
    key = kms.Key(
        facts.label.logical_id,
        **STATEFUL,
        Description=facts.description,
        KeyPolicy=Verbatim(facts.policy),
        EnableKeyRotation=True,
        PendingWindowInDays=facts.deletion_window_days,
        Tags=Tags(facts.tags),
    )
    alias = kms.Alias(
        facts.alias_label.logical_id,
        **STATEFUL,
        AliasName=facts.alias_name,
        TargetKeyId=key.ref(),
    )
    return key, alias


def _vault(facts: VaultFacts) -> Iterator[AWSObject]:
    key_arn: Any = facts.kms_key_arn
    if facts.key is not None:
        key, alias = _key(facts.key)
        key_arn = key.get_att("Arn")
        yield key
        yield alias
    vault = backup.BackupVault(
        facts.label.logical_id,
        **STATEFUL,
        BackupVaultName=facts.name,
        EncryptionKeyArn=key_arn,
        AccessPolicy=Verbatim(facts.policy),
    )
    if facts.lock is not None:
        vault.LockConfiguration = backup.LockConfigurationType(
            MinRetentionDays=facts.lock.min_retention_days,
            **present(
                MaxRetentionDays=facts.lock.max_retention_days,
                ChangeableForDays=facts.lock.changeable_for_days,
            ),
        )
    if facts.notifications is not None:
        vault.Notifications = backup.NotificationObjectType(
            SNSTopicArn=facts.notifications.sns_topic_arn,
            BackupVaultEvents=list(facts.notifications.events),
        )
    vault.BackupVaultTags = dict(facts.tags)
    yield vault


def _role(facts: RoleFacts) -> iam.Role:
    return iam.Role(
        facts.label.logical_id,
        RoleName=facts.name,
        AssumeRolePolicyDocument=Verbatim(facts.trust),
        **present(PermissionsBoundary=facts.permissions_boundary_arn),
        Policies=[
            iam.Policy(PolicyName=facts.policy_name, PolicyDocument=Verbatim(facts.policy)),
        ],
        Tags=Tags(facts.tags),
    )


def _plan(facts: PlanFacts) -> backup.BackupPlan:
    return backup.BackupPlan(
        facts.label.logical_id,
        BackupPlan=backup.BackupPlanResourceType(
            BackupPlanName=facts.name,
            BackupPlanRule=[_rule(rule, facts.vault) for rule in facts.rules],
        ),
        BackupPlanTags=dict(facts.tags),
    )


def _rule(facts: RuleFacts, vault: Label) -> backup.BackupRuleResourceType:
    rule = backup.BackupRuleResourceType(
        RuleName=facts.name,
        TargetBackupVault=Ref(vault.logical_id),
        ScheduleExpression=facts.schedule,
        ScheduleExpressionTimezone=facts.schedule_timezone,
        StartWindowMinutes=facts.start_window_minutes,
        CompletionWindowMinutes=facts.completion_window_minutes,
        Lifecycle=_lifecycle(facts.delete_after_days, facts.cold_storage_after_days),
        RecoveryPointTags=dict(facts.recovery_point_tags),
    )
    copies = [
        backup.CopyActionResourceType(
            DestinationBackupVaultArn=copy.destination_vault_arn,
            Lifecycle=_lifecycle(copy.delete_after_days, copy.cold_storage_after_days),
        )
        for copy in facts.copies
    ]
    if copies:
        rule.CopyActions = copies
    return rule


def _lifecycle(
    delete_after_days: int, cold_storage_after_days: int | None
) -> backup.LifecycleResourceType:
    return backup.LifecycleResourceType(
        DeleteAfterDays=delete_after_days,
        **present(MoveToColdStorageAfterDays=cold_storage_after_days),
    )


def _selection(facts: SelectionFacts, plan: PlanFacts) -> backup.BackupSelection:
    selection = backup.BackupSelectionResourceType(
        SelectionName=facts.name,
        IamRoleArn=GetAtt(plan.role.logical_id, "Arn"),
        Resources=list(facts.resource_arns),
    )
    if facts.tag_condition is not None:
        selection.Conditions = backup.Conditions(
            StringEquals=[
                backup.ConditionParameter(
                    ConditionKey=facts.tag_condition.key,
                    ConditionValue=facts.tag_condition.value,
                )
            ]
        )
    return backup.BackupSelection(
        facts.label.logical_id,
        BackupPlanId=Ref(plan.label.logical_id),
        BackupSelection=selection,
    )
