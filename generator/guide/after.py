"""The part of the guide for after deploying: proof that it works, and what cannot be undone."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.alerts import uncovered_rules, watchdog_topic_arn
from blueprints.names import alerts_topic_arn, backup_role_arn
from blueprints.watching import freshness_rules
from generator.naming import vault_name
from generator.pipeline import Tree
from generator.spec.resolved import Environment


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    environment = tree.environment
    if environment.spec.alerts is not None:
        yield from _alerts(environment)
    if environment.vaults:
        yield from _proof(environment)
    yield from _locks(environment)
    yield from _given_keys(environment)


def _alerts(environment: Environment) -> Iterator[str]:
    region = environment.region
    topics = (alerts_topic_arn(environment), watchdog_topic_arn(environment))
    yield "## Prove that alerts arrive"
    yield (
        "Every e-mail and HTTPS receiver has to confirm both topics once. Who has not; this must "
        "print two empty lists:"
    )
    yield (
        "```sh\n"
        + "\n".join(
            f"aws sns list-subscriptions-by-topic --region {region} --topic-arn {topic} \\\n"
            "  --query 'Subscriptions[?SubscriptionArn==`PendingConfirmation`].Endpoint'"
            for topic in topics
        )
        + "\n```"
    )
    yield "A test message; everybody on call must receive it:"
    yield f"""```sh
aws sns publish --region {region} --topic-arn {topics[0]} \\
  --subject 'Holdfast test of {environment.name}' --message 'Delivery works.'
```"""
    if environment.spec.alerts is not None and environment.spec.alerts.freshness_alarms:
        yield (
            "Freshness alarms begin in ALARM and turn to OK after the first backup"
            + (
                "; those on the age of points after the first hourly look, where points are new "
                "enough."
                if freshness_rules(environment)
                else "."
            )
        )


def _proof(environment: Environment) -> Iterator[str]:
    yield "## Prove that backups happen"
    yield "The newest backup of every table AWS Backup knows; each of yours must be in the list:"
    yield f"""```sh
aws backup list-protected-resources --region {environment.region} --output table \\
  --query "Results[?ResourceType=='DynamoDB'].[ResourceArn,LastBackupTime]"
```"""
    yield "### Silence that no alarm notices"
    if freshness_rules(environment):
        yield (
            "Failures of jobs are reported, and that nothing ran at all is noticed by the hourly "
            "look, table by table. Nobody is told of:"
        )
        lines = [
            "a table that is selected by tag alone: name it in the environment file",
            "a copy that was never started",
            "of two backups of a class with one vault and one lifecycle, the one that is missing "
            "as long as the other one's points are new enough",
        ]
    else:
        yield (
            "Failures of jobs are reported. That nothing ran at all is noticed only by the "
            "freshness alarm of a vault, which is quiet as long as any backup of any table arrives "
            "there. So nobody is told of:"
        )
        lines = [
            "a single table that is missing from the backups, because its name in the environment "
            "file is wrong or the table was deleted",
            "a copy that was never started",
        ]
    lines += [
        f"`{rule.backup_name}` of class {rule.class_name} into "
        f"`{vault_name(environment, rule.vault)}`: {rule.reason}"
        for rule in uncovered_rules(environment)
    ]
    yield "\n".join(f"- {line}" for line in lines)


def _locks(environment: Environment) -> Iterator[str]:
    locked = {key: vault for key, vault in environment.vaults.items() if vault.lock is not None}
    if not locked:
        return
    yield "## Locks"
    yield (
        "Removing or loosening a lock is a break-glass step; the one way round, a lock put without "
        "any bounds, is closed by the service control policies. Terraform replaces a lock for any "
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
    role = backup_role_arn(environment)
    yield (
        "The policies of these keys have to let AWS Backup use them "
        "(`kms:Decrypt`, `kms:DescribeKey`, `kms:Encrypt`, `kms:GenerateDataKey*`, "
        "`kms:ReEncrypt*`, and `kms:CreateGrant` with `kms:GrantIsForAWSResource`), for "
        f"`{role}` and for the role `AWSServiceRoleForBackup` of every account that copies "
        "from or to the vault:"
    )
    yield "\n".join(f"- `{vault}`: `{key}`" for vault, key in given.items())
