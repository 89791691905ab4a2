"""The rules of an audit: lint's own where a foreign file can break them, and those only it can."""

from __future__ import annotations

from collections.abc import Mapping

from generator.lint.findings import Severity
from generator.lint.formats.scope import About
from generator.lint.posture import RULES as LINT_RULES

_MANUAL_DELETION = "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"


def _of_lint(rule_id: str, fix: str, severity: Severity | None = None) -> About:
    rule = next(each for each in LINT_RULES if each.id == rule_id)
    return About(
        id=rule.id,
        severity=severity or rule.severity,
        title=rule.title,
        reason=rule.reason,
        fix=fix,
        controls=rule.controls,
    )


_ALL = (
    _of_lint("HF001", "switch point-in-time recovery on in the table's definition"),
    _of_lint("HF002", "give the table's ARN to a selection of a backup plan"),
    _of_lint("HF003", "switch deletion protection on in the table's definition"),
    _of_lint("HF004", "give the vault a lock configuration"),
    # No foreign file says which tables are critical.
    _of_lint("HF005", "add a copy action to a vault of another account", "note"),
    _of_lint("HF007", "leave cold storage out of the copy's lifecycle"),
    About(
        id="HF100",
        severity="warning",
        title="Part that cannot be read",
        reason="What it holds may protect a table, or undo what does.",
    ),
    About(
        id="HF101",
        severity="error",
        title="Selection by name",
        reason="AWS Backup selects by ARN; a name is taken and protects nothing.",
        fix="give the table's ARN",
    ),
    About(
        id="HF102",
        severity="note",
        title="Selection of a table that is not here",
        reason="A misspelt ARN selects nothing, and nobody is told.",
        fix="correct the ARN, or give the file that defines the table, too",
    ),
    About(
        id="HF103",
        severity="error",
        title="Wildcard that selects nothing",
        reason="AWS Backup reads a wildcard at the end of an ARN, or for a whole field of it.",
        fix="end the ARN with the wildcard, or select by tags",
    ),
    About(
        id="HF104",
        severity="warning",
        title="Selection that selects no table",
        reason="Conditions must all be met, of ListOfTags one; both are case sensitive.",
        fix="give the tables the tags, or the selection theirs",
    ),
    About(
        id="HF105",
        severity="warning",
        title="Continuous backup of DynamoDB",
        reason="AWS Backup takes none of DynamoDB; the table's own recovery does that.",
        fix="leave EnableContinuousBackup out and switch on the table's point-in-time recovery",
    ),
    About(
        id="HF106",
        severity="error",
        title="Too short in cold storage",
        reason="Recovery points stay in cold storage for 90 days at least.",
        fix="delete at least 90 days after the move to cold storage",
    ),
    About(
        id="HF107",
        severity="error",
        title="Retention outside the vault's lock",
        reason="A locked vault fails every job whose retention lies outside its bounds.",
        fix="bring the rule's retention between the lock's bounds",
        controls=("BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",),
    ),
    About(
        id="HF108",
        severity="warning",
        title="Kept for ever",
        reason="Without a lifecycle every recovery point is kept, and paid for, for ever.",
        fix="state DeleteAfterDays",
    ),
    About(
        id="HF109",
        severity="warning",
        title="Kept when its stack goes",
        reason="A removed or replaced resource is deleted unless both policies retain it.",
        fix="set DeletionPolicy and UpdateReplacePolicy to Retain",
    ),
    About(
        id="HF110",
        severity="note",
        title="Copies encrypted with a key of AWS",
        reason="Such copies cross accounts only while AWS Backup fully manages DynamoDB's backups.",
        fix="encrypt the vault with a customer managed key that the other account may use",
    ),
    About(
        id="HF111",
        severity="note",
        title="Lock in compliance mode",
        reason="After its grace time nobody can shorten, lift or delete it, AWS included.",
        fix="make sure that its bounds are meant, before the grace time ends",
    ),
    About(
        id="HF112",
        severity="warning",
        title="Manual deletion of recovery points",
        reason="Whoever may delete recovery points needs only one call for each.",
        fix="deny backup:DeleteRecoveryPoint, backup:UpdateRecoveryPointLifecycle and "
        "backup:PutBackupVaultAccessPolicy to all but emergency access in the vault's policy",
        controls=(_MANUAL_DELETION,),
    ),
    About(
        id="HF113",
        severity="warning",
        title="Vault that is emptied to be destroyed",
        reason="With force_destroy, `terraform destroy` deletes every recovery point first.",
        fix="leave force_destroy out",
    ),
    About(
        id="HF114",
        severity="warning",
        title="Denial that leaves the last copy",
        reason="Backups of AWS Backup are recovery points; no other denial keeps them.",
        fix="deny backup:DeleteRecoveryPoint, too",
        controls=(_MANUAL_DELETION,),
    ),
    About(
        id="HF115",
        severity="note",
        title="Lifecycle that Terraform does not tell",
        reason="Only prevent_destroy keeps Terraform from destroying, and it is in no plan.",
        fix="look for `prevent_destroy = true` in the configuration",
    ),
)
# What else decides an unknown than the fix of the rule.
DECIDE = (
    "decide it: --parameter, --region or --account-id, the file that is missing, "
    "or the state after apply"
)
RULES: Mapping[str, About] = {rule.id: rule for rule in _ALL}
