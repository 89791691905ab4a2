"""The part of the guide for the day something is gone: restoring by hand, copying back."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.names import copy_back_role_arn, recovery_role_arn
from generator.naming import vault_name
from generator.pipeline import Tree
from generator.spec.resolved import CopyTarget, Environment


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    if environment.tables:
        yield from _restore(environment)
    yield from _way_back(environment)


def _restore(environment: Environment) -> Iterator[str]:
    region, table = environment.region, environment.tables[0].name
    role = f"arn:{environment.partition}:iam::{environment.account_id}:role"
    yield "## Getting a table back"
    yield (
        "Every restore makes a new table. It comes back without auto scaling, time to live, "
        "stream, tags, point-in-time recovery, deletion protection, alarms, resource policy, "
        "Kinesis destination and Contributor Insights: set them again before you switch over. "
        f"`{table}` stands for any table here."
    )
    yield "To any second of point-in-time recovery (deleted tables: see the second command):"
    yield f"""```sh
aws dynamodb restore-table-to-point-in-time --region {region} \\
  --source-table-name {table} --target-table-name {table}-restored \\
  --no-use-latest-restorable-time --restore-date-time 2026-01-31T12:34:56Z
aws dynamodb list-backups --region {region} --backup-type SYSTEM --table-name {table}
aws dynamodb restore-table-from-backup --region {region} \\
  --target-table-name {table} --backup-arn BACKUP_ARN
```"""
    if not environment.vaults:
        return
    vault = vault_name(environment, next(iter(environment.vaults)))
    yield (
        "From AWS Backup. The role needs the managed policy "
        "`AWSBackupServiceRolePolicyForRestores`; `AWSBackupDefaultServiceRole`, which the console "
        "of AWS Backup creates, has it, and Holdfast renders no role for restores yet:"
    )
    yield f"""```sh
aws backup list-recovery-points-by-backup-vault --region {region} --backup-vault-name {vault} \\
  --by-resource-arn {environment.tables[0].arn}
aws backup start-restore-job --region {region} --recovery-point-arn RECOVERY_POINT_ARN \\
  --iam-role-arn {role}/service-role/AWSBackupDefaultServiceRole \\
  --metadata targetTableName={table}-restored,encryptionType=Default
```"""


def _way_back(environment: Environment) -> Iterator[str]:
    ways: dict[str, tuple[CopyTarget, Environment, str, int]] = {}
    for protection in environment.protections.values():
        for backup in protection.backups.values():
            for target in environment.copies(backup):
                if target.environment is not None:
                    back = environment.vault_arn(backup.vault)
                    # The copy's own retention may lie outside the lock it comes back to.
                    way = (target, target.environment, back, backup.delete_after_days)
                    ways.setdefault(target.vault_arn, way)
    if not ways:
        return
    yield "## The way back from another account or Region"
    yield (
        "A recovery point in a destination is copied back into a vault here, then restored. A "
        "copy in cold storage cannot be copied back: restore it there."
    )
    for target, there, back, days in ways.values():
        role = recovery_role_arn(there)
        service = copy_back_role_arn(there)
        vault = target.vault_arn.rpartition(":")[2]
        yield f"From `{vault}` of `{there.name}`, as break-glass, after assuming `{role}`:"
        yield f"""```sh
aws backup list-recovery-points-by-backup-vault --region {there.region} \\
  --backup-vault-name {vault} --by-resource-type DynamoDB
aws backup start-copy-job --region {there.region} \\
  --source-backup-vault-name {vault} \\
  --recovery-point-arn RECOVERY_POINT_ARN \\
  --destination-backup-vault-arn {back} \\
  --lifecycle DeleteAfterDays={days} \\
  --iam-role-arn {service}
```"""
