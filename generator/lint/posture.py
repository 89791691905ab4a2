"""Holdfast's own rules: what an environment leaves unprotected, and the controls each answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from blueprints.alerts import uncovered_rules
from generator.lint.findings import Finding, Severity
from generator.spec.resolved import Environment
from generator.workspace import Loaded

# What a rule yields: dotted path of the place to blame, as parts, and the message.
Found = Iterator[tuple[tuple[str, ...], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One posture rule; `controls` are the ids of audit controls it answers."""

    id: str
    severity: Severity
    title: str
    reason: str
    fix: str
    controls: tuple[str, ...]
    check: Callable[[Environment], Found]


def check(loaded: Loaded) -> list[Finding]:
    """Return everything the rules find, before anything is accepted."""
    findings = []
    for rule in RULES:
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


def _no_recovery(environment: Environment) -> Found:
    for table in environment.tables:
        if table.point_in_time_recovery is None:
            yield ("tables", table.key), f"table {table.name} has no point-in-time recovery"


def _no_backup(environment: Environment) -> Found:
    for table in environment.tables:
        if not table.protection.backups:
            yield (
                ("tables", table.key),
                f"table {table.name} is in no backup plan: class {table.protection_name} "
                "has no backups",
            )


def _no_deletion_protection(environment: Environment) -> Found:
    for table in environment.tables:
        if not table.existing and not table.deletion_protection:
            yield ("tables", table.key), f"table {table.name} has no deletion protection"


def _unlocked(environment: Environment) -> Found:
    for key, vault in environment.vaults.items():
        if vault.lock is None:
            yield (
                ("vaults", key),
                f"vault {key} is not locked: break-glass can delete its recovery points",
            )


def _critical_without_copy(environment: Environment) -> Found:
    for table in environment.tables:
        if table.protection_name != "critical":
            continue
        accounts = {
            target.account_id
            for backup in table.protection.backups.values()
            for target in environment.copies(backup)
        }
        if not accounts - {environment.account_id}:
            yield (
                ("tables", table.key),
                f"critical table {table.name} has no copy in another account: "
                f"who takes over {environment.account_id} reaches table and backups alike",
            )


def _no_alerts(environment: Environment) -> Found:
    if environment.spec.alerts is None:
        yield ("environment",), "nobody is told when a backup fails"


def _cold_copies(environment: Environment) -> Found:
    for class_name, protection in environment.protections.items():
        for name, backup in protection.backups.items():
            for target in environment.copies(backup):
                if (
                    target.copy.cold_storage_after_days is not None
                    and target.account_id != environment.account_id
                ):
                    path = ("protections", class_name, "backups", name, "copies", target.name)
                    yield (
                        path,
                        f"the copy in account {target.account_id} moves to cold storage after "
                        f"{target.copy.cold_storage_after_days} days and cannot be copied back "
                        "from then on; it can only be restored over there",
                    )


def _unused_classes(environment: Environment) -> Found:
    for name in environment.spec.protections:
        if name not in environment.protections and name not in ("standard", "critical"):
            yield ("protections", name), f"no table uses the protection class {name}"


def _region_opt_in(environment: Environment) -> Found:
    if environment.vaults:
        yield (
            ("region",),
            f"copies, cold storage and vault locks need AWS Backup's advanced features for "
            f"DynamoDB, switched on once in account {environment.account_id} for "
            f"{environment.region}; no template can do that",
        )


def _silent_rules(environment: Environment) -> Found:
    for rule in uncovered_rules(environment):
        yield (
            ("protections", rule.class_name, "backups", rule.backup_name),
            f"that {rule.backup_name} of class {rule.class_name} stopped running would go "
            f"unnoticed: {rule.reason}",
        )


def _external_copies(environment: Environment) -> Found:
    for class_name, protection in environment.protections.items():
        for name, backup in protection.backups.items():
            for target in environment.copies(backup):
                if target.environment is None:
                    path = ("protections", class_name, "backups", name, "copies", target.name)
                    yield (
                        path,
                        f"{target.vault_arn} is not rendered here: its lock bounds, policy and "
                        "key are unchecked",
                    )


def _unbound_deploy(environment: Environment) -> Found:
    if environment.vaults and environment.spec.principals.deploy:
        yield (
            ("principals", "deploy"),
            "who deploys may rewrite vault and key policies, and so lift their denials; only a "
            "deny-destroy policy or a service control policy on these principals prevents that",
        )


def _nobody_deploys(environment: Environment) -> Found:
    if not environment.spec.principals.deploy:
        yield (
            ("principals",),
            "principals.deploy is empty, so break-glass alone can deploy: KMS refuses a key whose "
            "policy its author could not change again",
        )


def _unbacked_vaults(environment: Environment) -> Found:
    if environment.is_destination:
        return
    used = {
        backup.vault
        for protection in environment.protections.values()
        for backup in protection.backups.values()
    }
    for key in environment.vaults:
        if key not in used:
            yield ("vaults", key), f"no backup goes into vault {key}"


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
        check=_no_recovery,
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
        check=_no_backup,
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
        check=_no_deletion_protection,
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
        check=_unlocked,
    ),
    Rule(
        id="HF005",
        severity="warning",
        title="Copy of critical tables in another account",
        reason="An account taken over or closed takes its own backups with it.",
        fix="add a copy to a destination in another account, or accept HF005 with a reason",
        controls=("BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT",),
        check=_critical_without_copy,
    ),
    Rule(
        id="HF006",
        severity="error",
        title="Alerts",
        reason="A backup that fails unnoticed is found out on the worst day.",
        fix="add alerts with at least one subscription",
        controls=("DYNAMODB_LAST_BACKUP_RECOVERY_POINT_CREATED",),
        check=_no_alerts,
    ),
    Rule(
        id="HF007",
        severity="warning",
        title="Copies that cannot be copied back",
        reason="AWS Backup does not copy recovery points out of cold storage.",
        fix="leave out the copy's cold_storage_after_days, or accept HF007 with a reason",
        controls=(),
        check=_cold_copies,
    ),
    Rule(
        id="HF008",
        severity="note",
        title="Unused protection class",
        reason="It suggests protection that no table has.",
        fix="use it or remove it",
        controls=(),
        check=_unused_classes,
    ),
    Rule(
        id="HF009",
        severity="note",
        title="Region opt-in",
        reason="Without it backups are taken but neither locked, copied nor moved to cold storage.",
        fix="run the commands in the output's README once, then accept HF009 with the date",
        controls=(),
        check=_region_opt_in,
    ),
    Rule(
        id="HF010",
        severity="note",
        title="Rules whose silence no alarm notices",
        reason="CloudWatch looks back 168 hours at most, and one rule into a vault masks another.",
        fix="give the rule a vault of its own, or know that only its failures are reported",
        controls=("DYNAMODB_LAST_BACKUP_RECOVERY_POINT_CREATED",),
        check=_silent_rules,
    ),
    Rule(
        id="HF011",
        severity="note",
        title="Copies into vaults that Holdfast does not render",
        reason="Their bounds are known only when a copy fails.",
        fix="describe the destination in a file with kind: destination",
        controls=(),
        check=_external_copies,
    ),
    Rule(
        id="HF012",
        severity="note",
        title="Deployment can lift its own bounds",
        reason="A resource policy binds nobody who may rewrite it.",
        fix="deny destroying actions to these principals in an identity or service control policy, "
        "then accept HF012 naming it",
        controls=("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",),
        check=_unbound_deploy,
    ),
    Rule(
        id="HF013",
        severity="note",
        title="Unused vault",
        reason="It suggests backups that nobody takes.",
        fix="send a backup there or remove it",
        controls=(),
        check=_unbacked_vaults,
    ),
    Rule(
        id="HF014",
        severity="note",
        title="Nobody deploys",
        reason="Emergency access used every day is neither emergency access nor watched.",
        fix="name the role or permission set that deploys under principals.deploy",
        controls=(),
        check=_nobody_deploys,
    ),
)
