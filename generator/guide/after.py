"""The last part of the guide: what to do once after deploying, and what cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.alerts import uncovered_rules
from generator.naming import arn, iam_name, physical, vault_name
from generator.pipeline import Tree
from generator.spec.resolved import CopyTarget, Environment


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    if environment.vaults:
        yield "## Once after the first deployment"
        yield from _opt_in(environment)
    if environment.spec.alerts is not None:
        yield from _alerts(environment)
    yield from _locks(environment)
    yield from _given_keys(environment)
    yield from _way_back(environment)


def _opt_in(environment: Environment) -> Iterator[str]:
    region = environment.region
    yield "### Switch on AWS Backup's advanced features for DynamoDB in this Region"
    yield (
        "Cold storage, copies and vault locks work only for recovery points taken after both "
        "preferences are true. They belong to the whole account and Region, and other teams' "
        "preferences must stay as they are: read, merge, write. Running it again changes nothing."
    )
    yield f"""```sh
aws backup describe-region-settings --region {region} --output json > region-settings.json
python3 -c 'import json; s = json.load(open("region-settings.json")); \\
s["ResourceTypeOptInPreference"]["DynamoDB"] = True; \\
s["ResourceTypeManagementPreference"]["DynamoDB"] = True; \\
json.dump(s, open("region-settings.json", "w"))'
aws backup update-region-settings --region {region} --cli-input-json file://region-settings.json
```"""
    remote = {there.account_id for there in environment.destinations.values()}
    remote |= {source.account_id for source in environment.sources}
    if remote - {environment.account_id}:
        yield "### Switch on copies between accounts"
        yield (
            "Both accounts must belong to one AWS organization. Once, with credentials of the "
            "organization's management account:"
        )
        yield (
            "```sh\naws backup update-global-settings "
            "--global-settings isCrossAccountBackupEnabled=true\n```"
        )


def _alerts(environment: Environment) -> Iterator[str]:
    topic = arn(environment, "sns", physical(environment, "alerts"))
    region = environment.region
    yield "## Prove that alerts arrive"
    yield "Subscriptions that nobody has confirmed; this must print an empty list:"
    yield f"""```sh
aws sns list-subscriptions-by-topic --region {region} --topic-arn {topic} \\
  --query 'Subscriptions[?SubscriptionArn==`PendingConfirmation`].Endpoint'
```"""
    yield "A test message; everybody on call must receive it:"
    yield f"""```sh
aws sns publish --region {region} --topic-arn {topic} \\
  --subject 'Holdfast test of {environment.name}' --message 'Delivery works.'
```"""
    silent = uncovered_rules(environment)
    if silent:
        yield "### Silence that no alarm notices"
        yield (
            "Failures of these rules are reported. That a rule did not run at all is noticed only "
            "by a vault's freshness alarm, which does not cover:"
        )
        yield "\n".join(
            f"- `{rule.backup_name}` of class {rule.class_name} into "
            f"`{vault_name(environment, rule.vault)}`: {rule.reason}"
            for rule in silent
        )


def _locks(environment: Environment) -> Iterator[str]:
    locked = {key: vault for key, vault in environment.vaults.items() if vault.lock is not None}
    if not locked:
        return
    yield "## Locks"
    yield (
        "Removing or loosening a lock is a break-glass step. Terraform replaces a lock for any "
        "edit (it deletes the lock, then puts it again), so under Terraform every later edit of a "
        "lock has to be applied by break-glass."
    )
    for key, vault in locked.items():
        if vault.lock is not None and vault.lock.mode == "compliance":
            yield (
                f"**Cannot be undone:** {vault.lock.cooling_off_days} days after deployment the "
                f"lock of `{vault_name(environment, key)}` can be removed or loosened by nobody, "
                "AWS included. Until then `aws backup delete-backup-vault-lock-configuration "
                f"--region {environment.region} --backup-vault-name "
                f"{vault_name(environment, key)}` removes it."
            )


def _given_keys(environment: Environment) -> Iterator[str]:
    given = {
        vault_name(environment, key): vault.kms_key_arn
        for key, vault in environment.vaults.items()
        if vault.kms_key_arn is not None
    }
    if not given:
        return
    yield "## Keys that are not Holdfast's"
    roles = [arn(environment, "iam", f"role/{iam_name(environment, 'backup')}", regional=False)]
    yield (
        "The policies of these keys have to let AWS Backup use them "
        "(`kms:Decrypt`, `kms:DescribeKey`, `kms:Encrypt`, `kms:GenerateDataKey*`, "
        "`kms:ReEncrypt*`, and `kms:CreateGrant` with `kms:GrantIsForAWSResource`), for "
        f"`{roles[0]}` and for the role `AWSServiceRoleForBackup` of every account that copies "
        "from or to the vault:"
    )
    yield "\n".join(f"- `{vault}`: `{key}`" for vault, key in given.items())


def _way_back(environment: Environment) -> Iterator[str]:
    ways: dict[str, tuple[CopyTarget, Environment, str]] = {}
    for protection in environment.protections.values():
        for backup in protection.backups.values():
            for target in environment.copies(backup):
                if target.environment is not None:
                    way = (target, target.environment, environment.vault_arn(backup.vault))
                    ways.setdefault(target.vault_arn, way)
    if not ways:
        return
    yield "## The way back from another account or Region"
    yield (
        "A recovery point in a destination is copied back into a vault here, then restored. A "
        "copy in cold storage cannot be copied back: restore it there."
    )
    for target, there, back in ways.values():
        role = arn(there, "iam", f"role/{iam_name(there, 'recovery')}", regional=False)
        service = arn(there, "iam", f"role/{iam_name(there, 'copy-back')}", regional=False)
        vault = target.vault_arn.rpartition(":")[2]
        yield f"From `{vault}` of `{there.name}`, as break-glass, after assuming `{role}`:"
        yield f"""```sh
aws backup list-recovery-points-by-backup-vault --region {there.region} \\
  --backup-vault-name {vault} --by-resource-type DynamoDB
aws backup start-copy-job --region {there.region} \\
  --source-backup-vault-name {vault} \\
  --recovery-point-arn RECOVERY_POINT_ARN \\
  --destination-backup-vault-arn {back} \\
  --iam-role-arn {service}
```"""
