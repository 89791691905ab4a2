"""The part of the guide for the day something is gone: restoring with Holdfast and without."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.names import (
    catalogue_bucket_name,
    copy_back_role_arn,
    default_restore_role_arn,
    recovers,
    recovery_role_arn,
    restore_machine_arn,
    restore_role_arn,
)
from generator.guide import owned
from generator.guide.deploy import shell
from generator.naming import vault_name
from generator.pipeline import Tree
from generator.recovery.files import request_file, source_names
from generator.recovery.requests import (
    Request,
    destinations,
    is_copied_to,
    left_out,
    requests,
    requests_in,
)
from generator.spec.resolved import CopyTarget, Environment

_AT = "2026-01-31T12:34:56Z"


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    if environment.tables:
        yield from _restore(environment)
        yield from owned.sections(tree)
        yield from _by_hand(environment)
    if environment.is_destination and recovers(environment):
        yield from _restore_here(environment)
    yield from _way_back(environment)


def _restore(environment: Environment) -> Iterator[str]:
    yield "## Getting a table back"
    table, elsewhere = environment.tables[0], destinations(environment)
    if not recovers(environment):
        yield (
            "`recovery.enabled` is false here, so there is no state machine that restores a table "
            "with its settings, verifies it and reports. What is left is below: everything that "
            "AWS does not restore has to be set again by hand."
        )
        return
    yield (
        "One command shows what there is, the next restores: the data, then every setting that AWS "
        "does not restore, then proof that both are right. Table, stack and metrics may be gone. "
        f"`{table.name}` stands for any table here. In the folder that holds `environments/`, with "
        f"credentials of account `{environment.account_id}`; copies elsewhere are listed for "
        "break-glass only:"
    )
    yield shell(
        [
            f"holdfast points {environment.name} {table.key}",
            f"holdfast restore {environment.name} {table.key} --latest --dry-run",
            f"holdfast restore {environment.name} {table.key} --latest",
        ]
    )
    yield (
        f"Instead of `--latest`: `--at {_AT}` (any time with a zone) or `--point ID` from the "
        "list. Under another name: `--as NAME`. Ctrl-C leaves it running and says how to follow "
        "it again."
        + (
            " When this account or Region is gone: `--in "
            f"{next(iter(elsewhere))}`, signed in there."
            if elsewhere
            else ""
        )
    )
    yield (
        "Whoever may start the state machine decides the settings of the restored table, its "
        "resource policy too: give `states:StartExecution` on it to those who may read the data."
    )
    yield "### The same with `aws` alone"
    yield from _with_aws(environment, table.name, request_file(table.key))


def _with_aws(environment: Environment, name: str, file: str) -> Iterator[str]:
    region, machine = environment.region, restore_machine_arn(environment)
    bucket = catalogue_bucket_name(environment)
    yield (
        f"`{file}` is all that the state machine needs, and asks for the latest data. To ask for "
        'other data, set `"point"` to `{"at": TIME}` or to `{"id": ARN}` of a backup, a recovery '
        'point or a chain of exports; to restore under another name, set `"target_name"` to one '
        f"that begins with `{name}-`. With credentials of account `{environment.account_id}`:"
    )
    yield f"""```sh
python3 -c 'import json; request = json.load(open("{file}")); \\
request["point"] = {{"at": "{_AT}"}}; \\
json.dump(request, open("request.json", "w"))'
aws stepfunctions start-execution --region {region} \\
  --state-machine-arn {machine} \\
  --input file://request.json --query executionArn --output text
```"""
    yield (
        "Then, with the ARN that it printed, until the status is not `RUNNING` any more; what "
        "follows the last `:` of the ARN is the execution's name, and the report has it too:"
    )
    yield f"""```sh
aws stepfunctions describe-execution --region {region} \\
  --execution-arn EXECUTION_ARN --query '[status,error,cause]'
aws stepfunctions get-execution-history --region {region} \\
  --execution-arn EXECUTION_ARN --reverse-order --max-items 5
aws s3 cp s3://{bucket}/restores/{name}/EXECUTION_NAME.json - \\
  --region {region}
```"""


def _by_hand(environment: Environment) -> Iterator[str]:
    region, table = environment.region, environment.tables[0].name
    deployed = recovers(environment)
    yield "### Without the state machine" if deployed else "### From DynamoDB and AWS Backup"
    yield (
        ("The last resort, where `recovery` is not deployed. " if deployed else "")
        + "Every restore makes a new table. It comes back without auto scaling, time to live, "
        "stream, tags, point-in-time recovery, deletion protection, alarms, resource policy, "
        "Kinesis destination and Contributor Insights: set them again before you switch over. "
        + ("" if deployed else f"`{table}` stands for any table here.")
    ).rstrip()
    yield "To any second of point-in-time recovery (deleted tables: see the second command):"
    yield f"""```sh
aws dynamodb restore-table-to-point-in-time --region {region} \\
  --source-table-name {table} --target-table-name {table}-restored \\
  --no-use-latest-restorable-time --restore-date-time {_AT}
aws dynamodb list-backups --region {region} --backup-type SYSTEM --table-name {table}
aws dynamodb restore-table-from-backup --region {region} \\
  --target-table-name {table} --backup-arn BACKUP_ARN
```"""
    if not environment.vaults:
        return
    vault = vault_name(environment, next(iter(environment.vaults)))
    role = restore_role_arn(environment) if deployed else default_restore_role_arn(environment)
    yield (
        "From AWS Backup. The role needs the managed policy "
        "`AWSBackupServiceRolePolicyForRestores`; `AWSBackupDefaultServiceRole`, which the console "
        "of AWS Backup creates, has it" + (f", where `{role}` is gone:" if deployed else ":")
    )
    yield f"""```sh
aws backup list-recovery-points-by-backup-vault --region {region} --backup-vault-name {vault} \\
  --by-resource-arn {environment.tables[0].arn}
aws backup start-restore-job --region {region} --recovery-point-arn RECOVERY_POINT_ARN \\
  --iam-role-arn {role} \\
  --metadata targetTableName={table}-restored,encryptionType=Default
```"""


def _restore_here(environment: Environment) -> Iterator[str]:
    yield "## Restoring here"
    yield (
        "For the day a source's account or Region is gone: its tables are restored in account "
        f"`{environment.account_id}`, `{environment.region}`, from the copies and exports here. "
        "Settings of tables that the source defines are in its files below `recovery/`, those of "
        "others in the catalogue that it replicated here. Readers have to be pointed at this "
        "account, and nothing owns a table restored here until somebody adopts it "
        "(`holdfast adopt`)."
    )
    if not environment.sources:
        yield (
            "The sources are not known by file, so their requests are not here. Take "
            "`output/SOURCE/recovery/TABLE.json` of the source and set `owner` and `pointer` to "
            '`null`, `encryption` (also in `settings`) to `{"type": "KMS", "key": '
            '"alias/aws/dynamodb"}`, `kinesis_destinations` to `[]` and `resource_policy` to '
            "`null`: what they name lies in the other account."
        )
    for folder, source in source_names(environment.sources).items():
        yield from _of_source(environment, source, folder)


def _of_source(environment: Environment, source: Environment, folder: str) -> Iterator[str]:
    here = requests_in(environment, source)
    if not here:
        return
    key, request = next(iter(here.items()))
    yield f"### Tables of {folder}"
    yield shell([f"holdfast restore {source.name} {key} --latest --in {environment.name}"])
    yield "The same with `aws` alone:"
    yield from _with_aws(environment, request["table"]["name"], request_file(key, folder))
    copied = (t.key for t in source.tables if is_copied_to(environment, source, t))
    if (first := next(copied, None)) is not None:
        yield from _job_here(environment, here[first]["table"])
    lacking: dict[tuple[str, ...], list[str]] = {}
    for each, own in requests(source).items():
        if each in here and left_out(own):
            lacking.setdefault(left_out(own), []).append(f"`{each}`")
    if lacking:
        yield (
            "What names resources of the source's account is left out of these requests; where "
            "the key is one of them, the table is encrypted with `alias/aws/dynamodb` of this "
            "account:"
        )
        yield "\n".join(f"- {', '.join(what)}: {_some(who)}" for what, who in lacking.items())


def _job_here(environment: Environment, table: Request) -> Iterator[str]:
    region, vault = environment.region, vault_name(environment, next(iter(environment.vaults)))
    yield "The last resort, where `recovery` is not deployed: data alone, without its settings."
    yield f"""```sh
aws backup list-recovery-points-by-backup-vault --region {region} --backup-vault-name {vault} \\
  --by-resource-arn {table["arn"]}
aws backup start-restore-job --region {region} --recovery-point-arn RECOVERY_POINT_ARN \\
  --iam-role-arn {default_restore_role_arn(environment)} \\
  --metadata targetTableName={table["name"]},encryptionType=Default
```"""


def _some(names: list[str], most: int = 10) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


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
        "A recovery point in a destination is copied back into a vault here, then restored"
        + ("; the state machine does both" if recovers(environment) else "")
        + ". A copy in cold storage cannot be copied back: restore it there."
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
