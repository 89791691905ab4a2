"""Reads the world out of rendered trees: the templates' documents, and who the file names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from blueprints.names import (
    ExportPlace,
    catalogue_bucket_name,
    export_classes,
    export_place,
    export_replicas,
    held_exports,
    recovers,
)
from generator.authority.evaluation import Policy, account_of
from generator.authority.grouping import grouped
from generator.authority.members import (
    Member,
    attached,
    guardrail_arns,
    member_of,
    service_control,
)
from generator.authority.principals import roles, rows
from generator.authority.world import Bucket, Code, Key, Lock, LockMode, Vault, World
from generator.pipeline import Tree
from generator.spec.resolved import Environment

_SETTINGS = "catalog/settings/ACCOUNT/REGION/TABLE/TIME.json"
_POINT_ID = "recovery-point:00000000-0000-0000-0000-000000000000"


def read(tree: Tree, linked: Sequence[Tree] = ()) -> World:
    """Return the world of `tree`; `linked` are the environments it copies to or takes copies of."""
    own = member_of(tree)
    members = (own, *map(member_of, linked))
    rendered = {vault.arn: vault for each in members for vault in _vaults(each)}
    own_vaults = tuple(vault.arn for vault in _vaults(own))
    vaults = {
        arn: rendered.get(arn) or _unknown_vault(arn)
        for arn in (*own_vaults, *_copy_arns(own.environment))
    }
    control: dict[str, tuple[Policy, ...]] = {}
    for each in members:
        account = each.environment.account_id
        control[account] = (*control.get(account, ()), *service_control(each))
    given = {each.environment.name: attached(each) for each in members}
    tables = grouped(own, control, given)
    buckets = tuple(_buckets(members))
    used = [vaults[arn].key_arn for arn in own_vaults] + [each.key_arn for each in tables]
    own_keys = {key.arn for key in _keys(own)}
    used += [bucket.key_arn for bucket in buckets if bucket.key_arn in own_keys]
    linked_keys = [*(vault.key_arn for vault in vaults.values()), *(b.key_arn for b in buckets)]
    return World(
        environment=own.environment.name,
        account_id=own.environment.account_id,
        partition=own.environment.partition,
        rows=tuple(rows(own, members, given, [vault.account_id for vault in vaults.values()])),
        tables=tables,
        vaults=vaults,
        keys=_used_keys(members, [*used, *linked_keys]),
        roles=tuple(roles(members, given)),
        code=tuple(code for each in members for code in _code(each)),
        own_vaults=own_vaults,
        own_keys=tuple(dict.fromkeys(arn for arn in used if arn is not None)),
        buckets=buckets,
        service_control=control,
        guardrail_arns={
            name: arn for each in members for name, arn in guardrail_arns(each).items()
        },
    )


def _used_keys(members: Iterable[Member], used: Iterable[str | None]) -> Mapping[str, Key]:
    rendered = {key.arn: key for each in members for key in _keys(each)}
    wanted = dict.fromkeys(arn for arn in used if arn is not None)
    return {arn: rendered.get(arn) or _unknown_key(arn) for arn in wanted}


def _keys(member: Member) -> Iterator[Key]:
    aliases = {
        member.key_of(properties["TargetKeyId"]): properties["AliasName"]
        for _, properties in member.of_type("AWS::KMS::Alias")
    }
    for logical_id, properties in member.of_type("AWS::KMS::Key"):
        arn = member.key_of({"Ref": logical_id}) or ""
        alias = aliases.get(arn)
        yield Key(
            arn=arn,
            title=alias or arn,
            account_id=member.environment.account_id,
            alias_arn=alias and member.arn("kms", alias),
            policy=Policy(name=f"key {alias or arn}", document=properties["KeyPolicy"]),
        )


def _code(member: Member) -> Iterator[Code]:
    roles = {
        logical_id: member.iam(f"role{properties.get('Path', '/')}{properties['RoleName']}")
        for logical_id, properties in member.of_type("AWS::IAM::Role")
    }
    for _, properties in member.of_type("AWS::Lambda::Function"):
        yield Code(
            kind="function",
            arn=member.arn("lambda", f"function:{properties['FunctionName']}"),
            account_id=member.environment.account_id,
            role_arn=roles[properties["Role"]["Fn::GetAtt"][0]],
        )
    for _, properties in member.of_type("AWS::StepFunctions::StateMachine"):
        yield Code(
            kind="state machine",
            arn=member.arn("states", f"stateMachine:{properties['StateMachineName']}"),
            account_id=member.environment.account_id,
            role_arn=roles[properties["RoleArn"]["Fn::GetAtt"][0]],
        )


def _buckets(members: Sequence[Member]) -> Iterator[Bucket]:
    """Yield the environment's catalogue, and the buckets of exports that it fills or holds."""
    rendered = {name: bucket for each in members for name, bucket in _rendered_buckets(each)}
    own = members[0].environment
    if recovers(own):
        yield replace(rendered[catalogue_bucket_name(own)], kind="catalogue", object_key=_SETTINGS)
    filled = {place.name: (own, place) for place in _places(own)}
    held = {place.name: (source, place) for source, place in held_exports(own)}
    for name, (source, place) in {**filled, **held}.items():
        yield replace(
            rendered[name],
            is_replica=place != export_place(source),
            object_key=f"{export_classes(source)[0]}/full/TABLE/FILE",
        )


def _places(environment: Environment) -> Iterator[ExportPlace]:
    place = export_place(environment)
    if place is not None:
        yield place
    for _, replica in export_replicas(environment).values():
        yield replica


def _rendered_buckets(member: Member) -> Iterator[tuple[str, Bucket]]:
    here = member.environment
    policies = {
        properties["Bucket"]["Ref"]: properties["PolicyDocument"]
        for _, properties in member.of_type("AWS::S3::BucketPolicy")
    }
    for logical_id, properties in member.of_type("AWS::S3::Bucket"):
        name = properties["BucketName"]
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        yield (
            name,
            Bucket(
                kind="exports",
                arn=f"arn:{here.partition}:s3:::{name}",
                account_id=here.account_id,
                policy=Policy(name=f"bucket {name}", document=policies[logical_id]),
                key_arn=member.key_of(rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID")),
                object_key="",
                lock=_bucket_lock(properties.get("ObjectLockConfiguration")),
            ),
        )


def _bucket_lock(configuration: Mapping[str, Any] | None) -> LockMode | None:
    if configuration is None:
        return None
    mode = configuration["Rule"]["DefaultRetention"]["Mode"]
    return "compliance" if mode == "COMPLIANCE" else "governance"


def _unknown_key(arn: str) -> Key:
    return Key(
        arn=arn,
        title=arn,
        account_id=account_of(arn),
        alias_arn=None,
        policy=Policy(name=f"key {arn}", document=None),
    )


def _vaults(member: Member) -> Iterator[Vault]:
    for _, properties in member.of_type("AWS::Backup::BackupVault"):
        name = properties["BackupVaultName"]
        yield Vault(
            arn=member.arn("backup", f"backup-vault:{name}"),
            point_arn=member.arn("backup", _POINT_ID),
            account_id=member.environment.account_id,
            lock=_lock(properties.get("LockConfiguration")),
            policy=Policy(name=f"vault {name}", document=properties["AccessPolicy"]),
            key_arn=member.key_of(properties.get("EncryptionKeyArn")),
        )


def _lock(configuration: Mapping[str, Any] | None) -> Lock | None:
    if configuration is None:
        return None
    return Lock(
        mode="compliance" if "ChangeableForDays" in configuration else "governance",
        min_retention_days=configuration["MinRetentionDays"],
        max_retention_days=configuration.get("MaxRetentionDays"),
    )


def _unknown_vault(arn: str) -> Vault:
    head, _, name = arn.rpartition(":backup-vault:")
    return Vault(
        arn=arn,
        point_arn=f"{head}:{_POINT_ID}",
        account_id=account_of(arn),
        lock=None,
        policy=Policy(name=f"vault {name}", document=None),
        key_arn=None,
        known=False,
    )


def _copy_arns(environment: Environment) -> Iterator[str]:
    for protection in environment.protections.values():
        for backup in protection.backups.values():
            for target in environment.copies(backup):
                yield target.vault_arn
