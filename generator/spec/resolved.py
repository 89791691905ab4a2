"""An environment with everything filled in: defaults applied, tables named, destinations found.

Blueprints read this; they never look at what was left out in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from generator.naming import arn, bucket_name, physical, vault_name
from generator.spec import tables as table_spec
from generator.spec.base import partition_of
from generator.spec.environment import EnvironmentSpec, Principal
from generator.spec.exports import Exports
from generator.spec.protection import Backup, Copy, Lock, PointInTimeRecovery, Protection, Vault

DEFAULT_RECOVERY_PERIOD_DAYS = 35
# Vaults that exist when a backup needs them and the file does not describe them.
BUILT_IN_VAULTS = ("main", "critical")
DEFAULT_VAULT = Vault(lock=Lock(min_retention_days=7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table as it will be: physical name, effective protection, effective settings."""

    key: str
    name: str
    arn: str
    spec: table_spec.Table
    protection_name: str
    protection: Protection
    point_in_time_recovery: PointInTimeRecovery | None
    deletion_protection: bool
    billing: table_spec.Billing
    encryption: table_spec.Encryption
    alarms: table_spec.TableAlarms
    attributes: Mapping[str, str | None]
    tags: Mapping[str, str]

    @property
    def stack(self) -> str:
        """The template that holds the table, or would hold it."""
        return self.spec.stack

    @property
    def recovery_refused(self) -> bool:
        """Whether the entry itself says that point-in-time recovery is off."""
        own = self.spec.point_in_time_recovery
        return own is not None and not own.enabled

    @property
    def existing(self) -> bool:
        """Whether the table is defined elsewhere."""
        return self.spec.existing


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTarget:
    """Where a copy goes; `lock` and `environment` are None for vaults Holdfast does not render."""

    name: str
    copy: Copy
    vault_arn: str
    account_id: str
    region: str
    vault: Vault | None
    environment: Environment | None


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One environment, resolved; `destinations` and `sources` are themselves not linked on."""

    spec: EnvironmentSpec
    file: str
    tables: tuple[Table, ...]
    destinations: Mapping[str, Environment]
    sources: tuple[Environment, ...]

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.spec.environment

    @property
    def project(self) -> str:
        """The project's name."""
        return self.spec.project

    @property
    def account_id(self) -> str:
        """The account, twelve digits."""
        return self.spec.account_id

    @property
    def region(self) -> str:
        """The Region code."""
        return self.spec.region

    @property
    def is_destination(self) -> bool:
        """Whether this environment takes copies of others."""
        return self.spec.kind == "destination"

    @cached_property
    def partition(self) -> str:
        """The partition of the Region: aws, aws-cn or aws-us-gov."""
        return partition_of(self.region)

    @cached_property
    def tags(self) -> Mapping[str, str]:
        """Tags of everything this environment creates."""
        return {"project": self.project, "environment": self.name, **self.spec.tags}

    @cached_property
    def protections(self) -> Mapping[str, Protection]:
        """The protection classes that tables or a tag selection use, in the file's order."""
        used = {table.protection_name for table in self.tables}
        return {
            name: protection
            for name, protection in self.spec.protections.items()
            if name in used or protection.select_by_tag is not None
        }

    @cached_property
    def exports(self) -> Mapping[str, Exports]:
        """Class → exports, of the protection classes that tables name and that export them."""
        used = {table.protection_name for table in self.tables}
        return {
            name: protection.exports
            for name, protection in self.protections.items()
            if name in used and protection.exports is not None
        }

    @cached_property
    def vaults(self) -> Mapping[str, Vault]:
        """The vaults of the file, and the built-in ones that a backup needs."""
        used = {
            backup.vault
            for protection in self.protections.values()
            for backup in protection.backups.values()
        }
        built_in = {
            key: DEFAULT_VAULT
            for key in BUILT_IN_VAULTS
            if key in used and key not in self.spec.vaults
        }
        return {**built_in, **self.spec.vaults}

    @property
    def artifacts_bucket(self) -> str:
        """The bucket that takes templates and function code."""
        pattern = self.spec.deploy.artifacts_bucket
        if pattern is None:
            return bucket_name(self, "artifacts")
        return pattern.format(
            project=self.project,
            environment=self.name,
            account_id=self.account_id,
            region=self.region,
        )

    @cached_property
    def break_glass_arns(self) -> tuple[str, ...]:
        """`aws:PrincipalArn` patterns of those who may destroy."""
        return self._principal_arns(self.spec.principals.break_glass)

    @cached_property
    def deploy_arns(self) -> tuple[str, ...]:
        """`aws:PrincipalArn` patterns of those who may change."""
        return self._principal_arns(self.spec.principals.deploy)

    @cached_property
    def copy_destinations(self) -> Mapping[str, Environment]:
        """Those of `destinations` that copies go to; others hold exports only."""
        named = {
            copy.to
            for protection in self.protections.values()
            for backup in protection.backups.values()
            for copy in backup.copies.values()
        }
        return {name: there for name, there in self.destinations.items() if name in named}

    def vault_arn(self, key: str) -> str:
        """Return the ARN of this environment's vault `key`."""
        return arn(self, "backup", f"backup-vault:{vault_name(self, key)}")

    def copy_target(self, name: str, copy: Copy) -> CopyTarget:
        """Return where `copy` goes; raises KeyError where rules have not passed yet."""
        if copy.vault_arn is not None:
            _, _, _, region, account_id, _ = copy.vault_arn.split(":", 5)
            return CopyTarget(
                name=name,
                copy=copy,
                vault_arn=copy.vault_arn,
                account_id=account_id,
                region=region,
                vault=None,
                environment=None,
            )
        there = self.destinations[copy.to or ""]
        key = copy.vault or next(iter(there.vaults))
        return CopyTarget(
            name=name,
            copy=copy,
            vault_arn=there.vault_arn(key),
            account_id=there.account_id,
            region=there.region,
            vault=there.vaults[key],
            environment=there,
        )

    def copies(self, backup: Backup) -> tuple[CopyTarget, ...]:
        """Return where each copy of `backup` goes."""
        return tuple(self.copy_target(name, copy) for name, copy in backup.copies.items())

    def linked(
        self, destinations: Mapping[str, Environment], sources: tuple[Environment, ...]
    ) -> Environment:
        """Return this environment with those it copies to and those it takes copies from."""
        return replace(self, destinations=destinations, sources=sources)

    def _principal_arns(self, principals: list[Principal]) -> tuple[str, ...]:
        return tuple(principal_arn(self, principal) for principal in principals)


def principal_arn(environment: Environment, principal: Principal) -> str:
    """Return the value of `aws:PrincipalArn` for a role, a pattern for permission sets.

    A permission set's role carries a suffix that AWS chooses, and the path of its home Region
    where that is not us-east-1; only IAM Identity Center can create roles under /aws-reserved/.
    The suffix has sixteen characters in all of AWS's examples, which is also what a role name of 64
    leaves beside the longest set name; `*` would match a set called `NAME_Viewer` as well.
    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    """
    if principal.permission_set is not None:
        role = (
            f"aws-reserved/sso.amazonaws.com*/AWSReservedSSO_{principal.permission_set}_{'?' * 16}"
        )
        return arn(environment, "iam", f"role/{role}", regional=False)
    role = (principal.role or "").lstrip("/")
    if role.startswith("arn:"):
        return role
    return arn(environment, "iam", f"role/{role}", regional=False)


def resolve(spec: EnvironmentSpec, file: str) -> Environment:
    """Return `spec` resolved but not linked to other environments."""
    unlinked = Environment(spec=spec, file=file, tables=(), destinations={}, sources=())
    tables = tuple(_table(unlinked, key, table) for key, table in spec.tables.items())
    return replace(unlinked, tables=tables)


def _table(environment: Environment, key: str, table: table_spec.Table) -> Table:
    spec = environment.spec
    name = table.name or spec.table_name_pattern.format(
        project=spec.project, environment=spec.environment, table=key
    )
    protection_name = table.protection or spec.defaults.protection
    protection = spec.protections.get(protection_name, Protection())
    return Table(
        key=key,
        name=name,
        arn=arn(environment, "dynamodb", f"table/{name}"),
        spec=table,
        protection_name=protection_name,
        protection=protection,
        point_in_time_recovery=_recovery(table, protection),
        deletion_protection=protection.deletion_protection
        if table.deletion_protection is None
        else table.deletion_protection,
        billing=table.billing or spec.defaults.billing,
        encryption=table.encryption or spec.defaults.encryption,
        alarms=table.alarms or spec.defaults.alarms,
        attributes=attribute_types(table),
        tags={**environment.tags, **table.tags},
    )


def _recovery(table: table_spec.Table, protection: Protection) -> PointInTimeRecovery | None:
    """Return the class's setting with the table's own fields over it, or None when it is off."""
    own, inherited = table.point_in_time_recovery, protection.point_in_time_recovery
    effective = inherited
    if own is not None:
        written = own.model_dump(exclude_unset=True)
        effective = (inherited or PointInTimeRecovery()).model_copy(update=written)
    if effective is None or not effective.enabled:
        return None
    days = effective.recovery_period_days or DEFAULT_RECOVERY_PERIOD_DAYS
    return effective.model_copy(update={"recovery_period_days": days})


def key_attributes(table: table_spec.Table) -> tuple[table_spec.KeyAttribute, ...]:
    """Return every key attribute the table and its indexes name, in the file's order."""
    keys = [table.partition_key, table.sort_key]
    for index in table.global_indexes.values():
        keys += [index.partition_key, index.sort_key]
    keys += [index.sort_key for index in table.local_indexes.values()]
    return tuple(key for key in keys if key is not None)


def attribute_types(table: table_spec.Table) -> Mapping[str, str | None]:
    """Return name → type of all key attributes; None where the file gives no type."""
    types: dict[str, str | None] = {}
    for key in key_attributes(table):
        types[key.name] = types.get(key.name) or key.type or table.attributes.get(key.name)
    return types


def stack_name(environment: Environment, template: str) -> str:
    """Return the name of the CloudFormation stack of a template."""
    return physical(environment, template, length=128)
