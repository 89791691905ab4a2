"""Holdfast's own rules: what an environment leaves unprotected, and the controls each answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.lint import checks
from generator.lint.findings import Finding, Severity
from generator.spec.resolved import Environment
from generator.workspace import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One posture rule; `controls` are the ids of audit controls it answers.

    Without `check` it takes the rendered trees to judge: see authority.py.
    """

    id: str
    severity: Severity
    title: str
    reason: str
    fix: str
    controls: tuple[str, ...]
    check: Callable[[Environment], checks.Found] | None


def check(loaded: Loaded) -> list[Finding]:
    """Return everything the rules find, before anything is accepted."""
    findings = []
    for rule in RULES:
        if rule.check is None:
            continue
        for path, message in rule.check(loaded.environment):
            findings.append(
                Finding(
                    rule=rule.id,
                    severity=rule.severity,
                    place=str(loaded.document.mark(path)),
                    path=".".join(path),
                    message=message,
                    fix=rule.fix,
                )
            )
    return findings


RULES: tuple[Rule, ...] = (
    Rule(
        id="HF001",
        severity="error",
        title="Point-in-time recovery",
        reason="Without it a bad write loses everything since the last backup.",
        fix="add point_in_time_recovery to its protection class, or accept HF001 with a reason",
        controls=(
            "CKV_AWS_28",
            "DYNAMODB_PITR_ENABLED",
            "DynamoDB.2",
            "dynamodb_tables_pitr_enabled",
            "AVD-AWS-0024",
        ),
        check=checks.no_recovery,
    ),
    Rule(
        id="HF002",
        severity="error",
        title="Backup plan",
        reason="Point-in-time recovery ends after 35 days and with the account.",
        fix="add a backup to its protection class, or accept HF002 with a reason",
        controls=(
            "DYNAMODB_IN_BACKUP_PLAN",
            "DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
            "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
            "DynamoDB.4",
            "dynamodb_table_protected_by_backup_plan",
        ),
        check=checks.no_backup,
    ),
    Rule(
        id="HF003",
        severity="note",
        title="Deletion protection",
        reason="It stops a deletion; backups only mend one.",
        fix="set deletion_protection: true on the class or the table",
        controls=(
            "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",
            "DynamoDB.6",
            "dynamodb_table_deletion_protection_enabled",
        ),
        check=checks.no_deletion_protection,
    ),
    Rule(
        id="HF004",
        severity="warning",
        title="Vault lock",
        reason="Only a lock keeps recovery points from whoever holds enough permissions.",
        fix="add a lock to the vault, or accept HF004 with a reason",
        controls=(
            "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
            "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK",
            "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
            "backup_vaults_lock_enabled",
        ),
        check=checks.unlocked,
    ),
    Rule(
        id="HF005",
        severity="warning",
        title="Copy of critical tables in another account",
        reason="An account taken over or closed takes its own backups with it.",
        fix="add a copy to a destination in another account, or accept HF005 with a reason",
        controls=("BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT",),
        check=checks.critical_without_copy,
    ),
    Rule(
        id="HF006",
        severity="error",
        title="Alerts",
        reason="A backup that fails unnoticed is found out on the worst day.",
        fix="add alerts with at least one subscription",
        controls=("DYNAMODB_LAST_BACKUP_RECOVERY_POINT_CREATED",),
        check=checks.no_alerts,
    ),
    Rule(
        id="HF007",
        severity="warning",
        title="Copies that cannot be copied back",
        reason="AWS Backup does not copy recovery points out of cold storage.",
        fix="leave out the copy's cold_storage_after_days, or accept HF007 with a reason",
        controls=(),
        check=checks.cold_copies,
    ),
    Rule(
        id="HF008",
        severity="note",
        title="Unused protection class",
        reason="It suggests protection that no table has.",
        fix="use it or remove it",
        controls=(),
        check=checks.unused_classes,
    ),
    Rule(
        id="HF009",
        severity="note",
        title="Region opt-in",
        reason="Without it backups are taken but neither locked, copied nor moved to cold storage.",
        fix="set manage_region_settings: true, or run the commands in the output's README once and "
        "accept HF009 with the date",
        controls=(),
        check=checks.region_opt_in,
    ),
    Rule(
        id="HF010",
        severity="note",
        title="Rules whose silence no alarm notices",
        reason="CloudWatch looks back 168 hours at most, and one rule into a vault masks another.",
        fix="enable recovery and `alerts.freshness_alarms`: every rule is then looked at hourly; "
        "or give the rule a vault of its own, or know that only its failures are reported",
        controls=("DYNAMODB_LAST_BACKUP_RECOVERY_POINT_CREATED",),
        check=checks.silent_rules,
    ),
    Rule(
        id="HF011",
        severity="note",
        title="Copies into vaults that Holdfast does not render",
        reason="Their bounds are known only when a copy fails.",
        fix="describe the destination in a file with kind: destination",
        controls=(),
        check=checks.external_copies,
    ),
    Rule(
        id="HF012",
        severity="note",
        title="Deployment can lift its own bounds",
        reason="A resource policy binds nobody who may rewrite it.",
        fix="attach the service control policies of policies/ and say so with "
        "guardrails.service_control_policy.attached, or name the role in guardrails.deny_destroy",
        controls=("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",),
        check=checks.unbound_deploy,
    ),
    Rule(
        id="HF013",
        severity="note",
        title="Unused vault",
        reason="It suggests backups that nobody takes.",
        fix="send a backup there or remove it",
        controls=(),
        check=checks.unbacked_vaults,
    ),
    Rule(
        id="HF014",
        severity="note",
        title="Nobody deploys",
        reason="Emergency access used every day is neither emergency access nor watched.",
        fix="name the role or permission set that deploys under principals.deploy",
        controls=(),
        check=checks.nobody_deploys,
    ),
    Rule(
        id="HF015",
        severity="note",
        title="Recovery of tables defined elsewhere",
        reason="Holdfast cannot switch it on for a table it does not define.",
        fix="look with `aws dynamodb describe-continuous-backups --table-name NAME`, then accept "
        "HF015 with the date",
        controls=("DYNAMODB_PITR_ENABLED",),
        check=checks.unchecked_recovery,
    ),
    Rule(
        id="HF016",
        severity="note",
        title="Local Terraform state",
        reason="A lost state file orphans vaults and keys; a committed one shows what they hold.",
        fix="name deploy.terraform_backend, or accept HF016 where CloudFormation deploys",
        controls=(),
        check=checks.local_state,
    ),
    Rule(
        id="HF017",
        severity="warning",
        title="Unknown Region",
        reason="Nothing can be deployed to a misspelt Region.",
        fix="correct it, or accept HF017 if the Region is new",
        controls=(),
        check=checks.unknown_region,
    ),
    Rule(
        id="HF018",
        severity="error",
        title="Every copy of a critical table within one principal's reach",
        reason="Who can destroy all copies, in however many steps, is one stolen session away.",
        fix="attach the service control policies and say so with "
        "guardrails.service_control_policy.attached, or copy to a vault in another account; a "
        "compliance lock alone stops neither the deletion of the vault's key nor of the account. "
        "Every way: `holdfast explain --who-can-delete`",
        controls=("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",),
        check=None,
    ),
    Rule(
        id="HF019",
        severity="note",
        title="A trail for the tripwires",
        reason="EventBridge gets records of calls from CloudTrail only while a trail logs them.",
        fix="look with the commands in the output's README, then accept HF019 with the date",
        controls=(),
        check=checks.needs_trail,
    ),
    Rule(
        id="HF020",
        severity="note",
        title="Tables the service control policy cannot name",
        reason="Whoever may update a table may lift its deletion protection and delete it.",
        fix="give tables of new environments a prefix with table_name_pattern (for example "
        '"{project}-{environment}-{table}"), which one wildcard covers; or accept HF020',
        controls=("DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",),
        check=checks.unnamed_tables,
    ),
    Rule(
        id="HF021",
        severity="note",
        title="Unused bucket of exports",
        reason="It suggests exports that nobody makes.",
        fix="give a class that tables use `exports`, or remove it",
        controls=(),
        check=checks.unused_export_bucket,
    ),
    Rule(
        id="HF022",
        severity="note",
        title="Tables selected by tag are not exported",
        reason="A tag tells AWS Backup alone; exports are started for tables by name.",
        fix="give the tables entries with `existing: true`, or accept HF022 with a reason",
        controls=(),
        check=checks.unexported_selections,
    ),
    Rule(
        id="HF023",
        severity="note",
        title="Locks that outlive exports",
        reason="A bucket has one lock for all classes, and S3 deletes nothing under a lock.",
        fix="shorten the lock, or accept HF023 and pay for what is kept longer",
        controls=(),
        check=checks.outliving_locks,
    ),
)
