"""What each posture rule looks for; the rules themselves, with reasons, stand in posture.py."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.alerts import uncovered_rules, watches
from blueprints.guardrails.scopes import names_tables, protected_tables
from generator.spec import ExportBucket
from generator.spec.regions import KNOWN_REGIONS
from generator.spec.resolved import Environment
from generator.spec.retention import retention

# What a check yields: dotted path of the place to blame, as parts, and the message.
Found = Iterator[tuple[tuple[str, ...], str]]
_NAMED = 5


def no_recovery(environment: Environment) -> Found:
    """Yield tables without point-in-time recovery."""
    for table in environment.tables:
        if table.point_in_time_recovery is None and (not table.existing or table.recovery_refused):
            yield ("tables", table.key), f"table {table.name} has no point-in-time recovery"


def no_backup(environment: Environment) -> Found:
    """Yield tables in no backup plan."""
    for table in environment.tables:
        if not table.protection.backups:
            yield (
                ("tables", table.key),
                f"table {table.name} is in no backup plan: class {table.protection_name} "
                "has no backups",
            )


def no_deletion_protection(environment: Environment) -> Found:
    """Yield tables that anybody with the right may delete."""
    for table in environment.tables:
        if not table.existing and not table.deletion_protection:
            yield ("tables", table.key), f"table {table.name} has no deletion protection"


def unlocked(environment: Environment) -> Found:
    """Yield vaults without a lock."""
    for key, vault in environment.vaults.items():
        if vault.lock is None:
            yield (
                ("vaults", key),
                f"vault {key} is not locked: break-glass can delete its recovery points",
            )


def critical_without_copy(environment: Environment) -> Found:
    """Yield critical tables whose backups all lie in their own account."""
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


def no_alerts(environment: Environment) -> Found:
    """Yield that nobody is told."""
    if environment.spec.alerts is None:
        yield ("environment",), "nobody is told when a backup fails"


def cold_copies(environment: Environment) -> Found:
    """Yield copies that cannot come back."""
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


def unused_classes(environment: Environment) -> Found:
    """Yield classes that no table uses."""
    for name in environment.spec.protections:
        if name not in environment.protections and name not in ("standard", "critical"):
            yield ("protections", name), f"no table uses the protection class {name}"


def region_opt_in(environment: Environment) -> Found:
    """Yield that the Region has to be opted in."""
    if environment.vaults and not environment.spec.manage_region_settings:
        yield (
            ("region",),
            f"copies, cold storage and vault locks need AWS Backup's advanced features for "
            f"DynamoDB, switched on once in account {environment.account_id} for "
            f"{environment.region}",
        )


def silent_rules(environment: Environment) -> Found:
    """Yield rules whose silence no alarm notices."""
    for rule in uncovered_rules(environment):
        yield (
            ("protections", rule.class_name, "backups", rule.backup_name),
            f"that {rule.backup_name} of class {rule.class_name} stopped running would go "
            f"unnoticed: {rule.reason}",
        )


def external_copies(environment: Environment) -> Found:
    """Yield copies into vaults that are not rendered."""
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


def unbound_deploy(environment: Environment) -> Found:
    """Yield who deploys and is bound neither by the service control policy nor by the denials."""
    guardrails = environment.spec.guardrails
    if not environment.vaults or guardrails.service_control_policy.attached:
        return
    bound = {*guardrails.deny_destroy.roles, *guardrails.deny_destroy.permission_sets}
    for number, principal in enumerate(environment.spec.principals.deploy):
        name = principal.permission_set or (principal.role or "").rpartition("/")[2]
        if name not in bound:
            yield (
                ("principals", "deploy", str(number)),
                f"{name} deploys and may rewrite vault and key policies, and so lift their "
                "denials: neither the service control policy nor deny_destroy binds it",
            )


def unnamed_tables(environment: Environment) -> Found:
    """Yield that the service control policy leaves the tables out, because they are too many."""
    protected = protected_tables(environment)
    if protected and not names_tables(environment):
        yield (
            ("table_name_pattern",),
            f"the service control policy does not name the {len(protected)} protected tables: "
            "their names take more room than it has. Deletion protection and backups stay; "
            "policies for single people deny deleting any table of the account and Region",
        )


def nobody_deploys(environment: Environment) -> Found:
    """Yield that break-glass alone can deploy."""
    if not environment.spec.principals.deploy:
        yield (
            ("principals",),
            "principals.deploy is empty, so break-glass alone can deploy: KMS refuses a key whose "
            "policy its author could not change again",
        )


def unchecked_recovery(environment: Environment) -> Found:
    """Yield existing tables."""
    existing = [
        table for table in environment.tables if table.existing and not table.recovery_refused
    ]
    if existing:
        names = ", ".join(table.name for table in existing[:_NAMED])
        more = f" and {len(existing) - _NAMED} more" if len(existing) > _NAMED else ""
        yield (
            ("tables",),
            f"point-in-time recovery of tables defined elsewhere is their owners' choice and not "
            f"checked: {names}{more}",
        )


def local_state(environment: Environment) -> Found:
    """Yield that Terraform's state is local."""
    if environment.spec.deploy.terraform_backend is None:
        yield (
            ("environment",),
            "no Terraform backend is named: whoever uses Terraform keeps the state of vaults and "
            "keys in a local file",
        )


def unknown_region(environment: Environment) -> Found:
    """Yield a Region that may be misspelt."""
    if environment.region not in KNOWN_REGIONS:
        yield (
            ("region",),
            f"{environment.region} is no Region known to Holdfast; it may be new, or misspelt",
        )


def unbacked_vaults(environment: Environment) -> Found:
    """Yield vaults that no backup goes into."""
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


def needs_trail(environment: Environment) -> Found:
    """Yield that tripwires hear nothing without a trail."""
    if watches(environment):
        yield (
            ("alerts",),
            f"tripwires hear of calls in account {environment.account_id} only while a CloudTrail "
            "trail logs its management events, reading and writing ones; no template here makes it",
        )


def unused_export_bucket(environment: Environment) -> Found:
    """Yield a bucket that nothing is exported to."""
    if environment.spec.export_bucket != ExportBucket() and not environment.exports:
        yield (
            ("export_bucket",),
            "no class that a table uses has exports, so there is no bucket either",
        )


def unexported_selections(environment: Environment) -> Found:
    """Yield classes that select tables by tag, which their exports leave out."""
    for name, protection in environment.protections.items():
        tag = protection.select_by_tag
        if tag is not None and protection.exports is not None:
            yield (
                ("protections", name, "exports"),
                f"tables that class {name} selects by the tag {tag.key}={tag.value} are backed up "
                "and not exported",
            )


def outliving_locks(environment: Environment) -> Found:
    """Yield locks under which a class's exports live longer than its chain needs them."""
    for path, lock in environment.spec.export_bucket.locks.items():
        for name, exports in environment.exports.items():
            kept = retention(exports).keep_days
            if lock.retention_days > kept:
                yield (
                    ("export_bucket", *path),
                    f"exports of class {name} are deleted after {lock.retention_days} days, when "
                    f"the lock of the bucket ends, not after {kept}",
                )
