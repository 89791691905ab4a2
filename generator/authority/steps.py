"""Every step towards a copy: what it takes, what it gives, and what it asks IAM for.

Steps only ever take defences away, so they can be done in any order that their needs allow, and
what is reachable is a fixed point. AWS's pages are named where a step rests on one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.authority.conditions import Value
from generator.authority.evaluation import Policy
from generator.authority.fact import Fact, acting_as, closed, gone, lifted, rewritten
from generator.authority.step import Ask, Step
from generator.authority.world import (
    ANY_ADMINISTRATOR,
    Bucket,
    Code,
    Key,
    Lock,
    Role,
    Tables,
    Vault,
    World,
)

_KEY_WAIT = "data is lost after the 7 to 30 days of waiting"
_EXPIRY = "S3 deletes what has expired, once a day"
_CLOSURE_WAIT = "AWS keeps the contents for 90 days"
# Calls after which code of ours does what a caller wants. Execution of a state machine is none:
# what its input decides, destroys nothing.
_ORDERS = {
    "function": ("UpdateFunctionCode", "UpdateFunctionConfiguration", "InvokeFunction"),
    "state machine": ("UpdateStateMachine",),
}
# Services that run the code of whoever passes them a role, so to pass is to become the role.
CODE_SERVICES = (
    "lambda.amazonaws.com",
    "states.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "codebuild.amazonaws.com",
    "glue.amazonaws.com",
    "cloudformation.amazonaws.com",
    "ssm.amazonaws.com",
)


def steps(world: World) -> Iterator[Step]:
    """Yield every step there is in `world`."""
    for vault in world.vaults.values():
        yield from _on_vault(vault)
    for key in world.keys.values():
        yield from _on_key(key)
    for tables in world.tables:
        yield from _on_table(tables)
    for bucket in world.buckets:
        yield from _on_bucket(bucket)
    for role in world.roles:
        yield from _on_role(role, world)
    for code in world.code:
        yield from _on_code(code)
    for account in world.accounts:
        yield from _on_account(account, world)


def _on_vault(vault: Vault) -> Iterator[Step]:
    """AWS refuses to delete or shorten a point while its vault is locked, whoever asks.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """
    for name in ("DeleteBackupVaultAccessPolicy", "PutBackupVaultAccessPolicy"):
        opened = rewritten(vault.policy.name)
        yield Step(asks=_of_vault(name, vault, vault.arn), what="the vault", gives=opened)
    if vault.lock is not None and vault.lock.mode == "governance":
        yield from _on_lock(vault, vault.lock)
    # A vault has to be empty, and points that nobody can read any more are still in it.
    emptied = lifted("points", vault.arn)
    for name in ("DeleteRecoveryPoint", "UpdateRecoveryPointLifecycle"):
        for gives in (gone("points", vault.arn), emptied):
            yield Step(
                asks=_of_vault(name, vault, vault.point_arn),
                what="the recovery point",
                gives=gives,
                needs=frozenset() if vault.lock is None else frozenset({lifted("lock", vault.arn)}),
            )
    yield Step(
        asks=_of_vault("DeleteBackupVault", vault, vault.arn),
        what="the vault",
        gives=gone("vault", vault.arn),
        needs=frozenset({emptied}),
    )


def _of_vault(
    name: str, vault: Vault, resource: str, context: Mapping[str, Value] | None = None
) -> tuple[Ask]:
    return (
        Ask(
            action=f"backup:{name}",
            resource=resource,
            account_id=vault.account_id,
            policy=vault.policy,
            context=context or {},
        ),
    )


def _on_lock(vault: Vault, lock: Lock) -> Iterator[Step]:
    """Looser bounds free no point that is there, but every later one; only without, all are free.

    That requests carry the bounds as condition keys is unverified.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
    """
    off = _of_vault("DeleteBackupVaultLockConfiguration", vault, vault.arn)
    for gives in (lifted("lock", vault.arn), gone("lock", vault.arn)):
        yield Step(asks=off, what="the vault", gives=gives)
    shortest = str(lock.min_retention_days)
    longest = None if lock.max_retention_days is None else str(lock.max_retention_days)
    ways: list[tuple[str, str | None, str | None, str | None]] = [
        ("without bounds", None, None, None),
        ("in compliance mode", shortest, longest, "3"),
    ]
    if lock.min_retention_days > 1:
        ways.append(("with a shorter minimum", str(lock.min_retention_days - 1), longest, None))
    if lock.max_retention_days is not None:
        ways.append(("with a longer maximum", shortest, str(lock.max_retention_days + 1), None))
    for way, least, most, changeable in ways:
        bounds = {
            "backup:MinRetentionDays": least,
            "backup:MaxRetentionDays": most,
            "backup:ChangeableForDays": changeable,
        }
        yield Step(
            asks=_of_vault("PutBackupVaultLockConfiguration", vault, vault.arn, bounds),
            what=f"the vault, {way}",
            gives=gone("lock", vault.arn),
        )


def _on_key(key: Key) -> Iterator[Step]:
    """A key whose alias is gone is no longer the key that documents know by `kms:ResourceAliases`.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html
    """

    def ask(name: str, aliases: tuple[str, ...] | None) -> Ask:
        return Ask(
            action=f"kms:{name}",
            resource=key.arn,
            account_id=key.account_id,
            policy=key.policy,
            context={"kms:ResourceAliases": aliases},
        )

    nameless = lifted("alias", key.arn)
    named = (key.aliases, frozenset[Fact]())
    for aliases, needs in (named, (None, frozenset({nameless}))):
        yield Step(
            asks=(ask("PutKeyPolicy", aliases),),
            what="the key",
            gives=rewritten(key.policy.name),
            needs=needs,
        )
        yield Step(
            asks=(ask("ScheduleKeyDeletion", aliases),),
            what="the key",
            gives=gone("key", key.arn),
            needs=needs,
            note=_KEY_WAIT,
        )
    if key.alias_arn is not None:
        for name in ("DeleteAlias", "UpdateAlias"):
            on_alias = Ask(
                action=f"kms:{name}",
                resource=key.alias_arn,
                account_id=key.account_id,
                context={"kms:ResourceAliases": key.aliases},
            )
            yield Step(
                asks=(on_alias, ask(name, key.aliases)), what="the key's alias", gives=nameless
            )


def _on_table(tables: Tables) -> Iterator[Step]:
    def ask(name: str, policy: Policy | None = tables.policy, resource: str = tables.arn) -> Ask:
        return Ask(
            action=f"dynamodb:{name}",
            resource=resource,
            account_id=tables.account_id,
            policy=policy,
        )

    unprotected = lifted("deletion protection", tables.arn)
    if tables.deletion_protection:
        yield Step(asks=(ask("UpdateTable"),), what="the table", gives=unprotected)
    yield Step(
        asks=(ask("DeleteTable"),),
        what="the table",
        gives=gone("table", tables.arn),
        needs=frozenset({unprotected} if tables.deletion_protection else ()),
    )
    if tables.keeps_history:
        yield Step(
            asks=(ask("UpdateContinuousBackups"),),
            what="the table",
            gives=gone("history", tables.arn),
        )
    # A native backup has no policy of its own.
    yield Step(
        asks=(ask("DeleteBackup", None, tables.backup_arn),),
        what="the backup",
        gives=gone("backup", tables.arn),
    )
    if tables.policy is not None:
        opened = rewritten(tables.policy.name)
        for name in ("PutResourcePolicy", "DeleteResourcePolicy"):
            yield Step(asks=(ask(name),), what="the table", gives=opened)
        # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteResourcePolicy.html
        yield Step(
            asks=(ask("DeleteResourcePolicy", None),),
            what="the table",
            gives=opened,
            only_root=True,
            note="no table policy stops the root user from this",
        )


def _on_bucket(bucket: Bucket) -> Iterator[Step]:
    """Whoever owns a bucket's account as root deletes its policy whatever that says.

    A retention keeps versions from being deleted, by lifecycle too; governance yields to who may
    bypass it. The default of the bucket is that of later objects alone.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """

    def ask(name: str, policy: Policy | None = bucket.policy, what: str = "") -> Ask:
        return Ask(
            action=f"s3:{name}",
            resource=bucket.arn + what,
            account_id=bucket.account_id,
            policy=policy,
            context={"aws:SecureTransport": "true"},
        )

    opened, destroyed = rewritten(bucket.policy.name), gone(bucket.kind, bucket.arn)
    for name in ("DeleteBucketPolicy", "PutBucketPolicy"):
        yield Step(asks=(ask(name),), what="the bucket", gives=opened)
        yield Step(asks=(ask(name, None),), what="the bucket", gives=opened, only_root=True)
    delete, retain, bypass = (
        ask(name, what=f"/{bucket.object_key}")
        for name in ("DeleteObjectVersion", "PutObjectRetention", "BypassGovernanceRetention")
    )
    unlocked = lifted("lock", bucket.arn)
    if bucket.lock == "governance":
        yield Step(asks=(delete, bypass), what="the objects", gives=destroyed)
        yield Step(asks=(retain, bypass), what="the objects", gives=unlocked)
    needs = frozenset() if bucket.lock is None else frozenset({unlocked})
    yield Step(asks=(delete,), what="the objects", gives=destroyed, needs=needs)
    expiry = ask("PutLifecycleConfiguration")
    yield Step(asks=(expiry,), what="the bucket", gives=destroyed, needs=needs, note=_EXPIRY)
    if bucket.lock is not None:
        default = ask("PutBucketObjectLockConfiguration")
        yield Step(asks=(default,), what="the bucket", gives=gone("lock", bucket.arn))


def _on_role(role: Role, world: World) -> Iterator[Step]:
    """A role is taken over by its trust, by being made anew, or through a service it trusts.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (never as root)
    """
    arn, account = role.identity.arn, role.identity.account_id

    def ask(name: str, context: Mapping[str, Value] | None = None) -> Ask:
        return Ask(action=f"iam:{name}", resource=arn, account_id=account, context=context or {})

    trusting, deleted = rewritten(role.trust.name), lifted("role", arn)
    assume = Ask(action="sts:AssumeRole", resource=arn, account_id=account, policy=role.trust)
    yield Step(asks=(assume,), what=role.name, gives=acting_as(arn), never_root=True)
    yield Step(asks=(ask("UpdateAssumeRolePolicy"),), what=role.name, gives=trusting)
    yield Step(asks=(ask("DeleteRole"),), what=role.name, gives=deleted)
    attach = ask("AttachRolePolicy", {"iam:PolicyARN": _administrator_access(world)})
    for arming in (attach, ask("PutRolePolicy")):
        yield Step(asks=(arming,), what=role.name, gives=lifted("limits", arn))
        yield Step(
            asks=(ask("CreateRole"), arming),
            what=f"{role.name}, anew",
            gives=trusting,
            needs=frozenset({deleted}),
        )
    for service in role.trusted_services:
        if service in CODE_SERVICES:
            passing = ask("PassRole", {"iam:PassedToService": service})
            what = f"{role.name} to {service}"
            yield Step(asks=(passing,), what=what, gives=acting_as(arn))
    for policy in role.identity.policies:
        if policy.name in world.guardrail_arns:
            yield from _on_guardrail(role, policy, world.guardrail_arns[policy.name])


def _on_code(code: Code) -> Iterator[Step]:
    """Who rewrites a function acts as its role; a layer or another start is code as well.

    Who calls one with orders of one's own is taken to act as its role too.
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
    """
    service = "lambda" if code.kind == "function" else "states"
    for name in _ORDERS[code.kind]:
        ask = Ask(action=f"{service}:{name}", resource=code.arn, account_id=code.account_id)
        yield Step(asks=(ask,), what=code.name, gives=acting_as(code.role_arn))


def _on_guardrail(role: Role, policy: Policy, arn: str) -> Iterator[Step]:
    account, context = role.identity.account_id, {"iam:PolicyARN": arn}
    detach = Ask(
        action="iam:DetachRolePolicy",
        resource=role.identity.arn,
        account_id=account,
        context=context,
    )
    yield Step(asks=(detach,), what=role.name, gives=rewritten(policy.name))
    for name in ("CreatePolicyVersion", "SetDefaultPolicyVersion"):
        rewrite = Ask(action=f"iam:{name}", resource=arn, account_id=account)
        yield Step(asks=(rewrite,), what=policy.name, gives=rewritten(policy.name))


def _on_account(account: str, world: World) -> Iterator[Step]:
    """An account that leaves its organization leaves the service control policies behind.

    Only the root user closes an account itself.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
    """
    leave = Ask(action="organizations:LeaveOrganization", resource="*", account_id=account)
    for policy in world.service_control.get(account, ()):
        yield Step(asks=(leave,), what="the account", gives=rewritten(policy.name))
    close = Ask(
        action="account:CloseAccount",
        resource=f"arn:{world.partition}:account::{account}:account",
        account_id=account,
    )
    yield Step(
        asks=(close,), what="the account", gives=closed(account), note=_CLOSURE_WAIT, only_root=True
    )
    yield from _newcomers(account, world)


def _newcomers(account: str, world: World) -> Iterator[Step]:
    """Whoever makes a principal with all rights is one that no identity policy binds."""
    prefix = f"arn:{world.partition}:iam::{account}"
    arming = {"iam:PolicyARN": _administrator_access(world)}
    anybody = acting_as(f"{prefix}:role/{ANY_ADMINISTRATOR}")
    for kind, last in (("User", "iam:CreateAccessKey"), ("Role", "sts:AssumeRole")):
        arn = f"{prefix}:{kind.lower()}/Newcomer"
        names = (f"iam:Create{kind}", f"iam:Attach{kind}Policy", last)
        asks = tuple(
            Ask(
                action=name,
                resource=arn,
                account_id=account,
                policy=open_to(account, world) if name.startswith("sts:") else None,
                context=arming if "Attach" in name else {},
            )
            for name in names
        )
        what = f"a new {kind.lower()}"
        yield Step(asks=asks, what=what, gives=anybody, never_root=kind == "Role")


def open_to(account: str, world: World) -> Policy:
    """Return a resource's policy as whoever may rewrite it would: open to the whole account."""
    statement = {
        "Sid": "Open",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{world.partition}:iam::{account}:root"},
        "Action": "*",
        "Resource": "*",
    }
    return Policy(name="rewritten", document={"Version": "2012-10-17", "Statement": [statement]})


def _administrator_access(world: World) -> str:
    return f"arn:{world.partition}:iam::aws:policy/AdministratorAccess"
