"""AWS Backup, decided: vaults, plans and selections, with nothing left to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.backup.access import Peers, vault_key_policy, vault_policy
from blueprints.backup.roles import BACKUP_ROLE, RoleFacts, backup_role, copy_back_roles
from blueprints.names import vault_key_alias
from generator.naming import BACKUP_LENGTH, Label, hashed_parts, label, physical, vault_name
from generator.spec import Backup, Protection, Vault
from generator.spec.resolved import Environment

# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
SELECTION_ARNS = 500
KEY_DELETION_WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A customer managed key of one vault."""

    label: Label
    alias_label: Label
    alias_name: str
    description: str
    policy: Mapping[str, Any]
    deletion_window_days: int
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFacts:
    """Vault Lock; `changeable_for_days` makes it compliance mode."""

    min_retention_days: int
    max_retention_days: int | None
    changeable_for_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationFacts:
    """Vault events to a topic of the user's."""

    sns_topic_arn: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultFacts:
    """One vault: exactly one of `key` and `kms_key_arn` is given."""

    label: Label
    purpose: str
    name: str
    key: KeyFacts | None
    kms_key_arn: str | None
    policy: Mapping[str, Any]
    lock: LockFacts | None
    notifications: NotificationFacts | None
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFacts:
    """One copy action; its lifecycle is always explicit, or the copy would be kept for ever."""

    destination_vault_arn: str
    delete_after_days: int
    cold_storage_after_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """One rule of a plan."""

    name: str
    schedule: str
    schedule_timezone: str
    start_window_minutes: int
    completion_window_minutes: int
    delete_after_days: int
    cold_storage_after_days: int | None
    recovery_point_tags: Mapping[str, str]
    copies: tuple[CopyFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCondition:
    """A selection's condition on a tag of the table."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionFacts:
    """The tables of one plan: listed by ARN, or every table that carries a tag."""

    label: Label
    name: str
    resource_arns: tuple[str, ...]
    tag_condition: TagCondition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """One plan: all rules of one protection class into one vault."""

    label: Label
    purpose: str
    name: str
    vault: Label
    role: Label
    rules: tuple[RuleFacts, ...]
    selections: tuple[SelectionFacts, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """Everything of AWS Backup in one environment."""

    template: str
    description: str
    vaults: tuple[VaultFacts, ...]
    roles: tuple[RoleFacts, ...]
    plans: tuple[PlanFacts, ...]


def decide(environment: Environment) -> tuple[BackupFacts, ...]:
    """Return the facts, or nothing when this environment has no vault."""
    vaults = environment.vaults
    if not vaults:
        return ()
    plans = tuple(_plans(environment))
    return (
        BackupFacts(
            template="backup",
            description=f"AWS Backup of {environment.project}-{environment.name}",
            vaults=tuple(_vault(environment, key, vault) for key, vault in vaults.items()),
            roles=(*((backup_role(environment),) if plans else ()), *copy_back_roles(environment)),
            plans=plans,
        ),
    )


def _vault(environment: Environment, key: str, vault: Vault) -> VaultFacts:
    peers = Peers.of(environment, key)
    tags = {**environment.tags, **vault.tags}
    name = vault_name(environment, key)
    created = None
    if vault.kms_key_arn is None:
        created = KeyFacts(
            label=label("key_of_vault", key),
            alias_label=label("alias_of_vault", key),
            alias_name=vault_key_alias(environment, key),
            description=f"Recovery points in the backup vault {name}",
            policy=vault_key_policy(environment, peers),
            deletion_window_days=KEY_DELETION_WINDOW_DAYS,
            tags=tags,
        )
    return VaultFacts(
        label=label("vault", key),
        purpose=_vault_purpose(environment, key, vault),
        name=name,
        key=created,
        kms_key_arn=vault.kms_key_arn,
        policy=vault_policy(environment, peers, vault.lock),
        lock=_lock(vault),
        notifications=_notifications(vault),
        tags=tags,
    )


def _vault_purpose(environment: Environment, key: str, vault: Vault) -> str:
    if environment.is_destination:
        text = f"Vault {key}: takes copies from other environments."
    else:
        text = f"Vault {key}: recovery points of this environment's tables."
    if vault.lock is None:
        return f"{text} Not locked."
    if vault.lock.mode == "governance":
        return f"{text} Locked in governance mode: break-glass can remove the lock."
    return (
        f"{text} Compliance lock: {vault.lock.cooling_off_days} days after deployment nobody, "
        "AWS included, can remove or loosen it."
    )


def _lock(vault: Vault) -> LockFacts | None:
    if vault.lock is None:
        return None
    return LockFacts(
        min_retention_days=vault.lock.min_retention_days,
        max_retention_days=vault.lock.max_retention_days,
        changeable_for_days=vault.lock.cooling_off_days,
    )


def _notifications(vault: Vault) -> NotificationFacts | None:
    if vault.notifications is None:
        return None
    return NotificationFacts(
        sns_topic_arn=vault.notifications.sns_topic_arn,
        # AWS returns the names sorted; another order would show as a change at every plan.
        events=tuple(sorted(vault.notifications.events)),
    )


def _plans(environment: Environment) -> Iterator[PlanFacts]:
    for class_name, protection in environment.protections.items():
        vaults = dict.fromkeys(backup.vault for backup in protection.backups.values())
        for vault in vaults:
            rules = tuple(
                _rule(environment, name, backup)
                for name, backup in protection.backups.items()
                if backup.vault == vault
            )
            selections = tuple(_selections(environment, class_name, protection, vault))
            if selections:
                yield PlanFacts(
                    label=label("plan", class_name, vault),
                    purpose=f"Class {class_name} into vault {vault}: "
                    + ", ".join(rule.name for rule in rules)
                    + ".",
                    name=physical(environment, class_name, vault, length=BACKUP_LENGTH),
                    vault=label("vault", vault),
                    role=BACKUP_ROLE,
                    rules=rules,
                    selections=selections,
                    tags=environment.tags,
                )


def _rule(environment: Environment, name: str, backup: Backup) -> RuleFacts:
    return RuleFacts(
        name=name,
        schedule=backup.schedule,
        schedule_timezone=backup.schedule_timezone,
        start_window_minutes=backup.start_window_minutes,
        completion_window_minutes=backup.completion_window_minutes,
        delete_after_days=backup.delete_after_days,
        cold_storage_after_days=backup.cold_storage_after_days,
        recovery_point_tags={**environment.tags, "rule": name, **backup.recovery_point_tags},
        copies=tuple(
            CopyFacts(
                destination_vault_arn=target.vault_arn,
                delete_after_days=target.copy.delete_after_days,
                cold_storage_after_days=target.copy.cold_storage_after_days,
            )
            for target in environment.copies(backup)
        ),
    )


def _selections(
    environment: Environment, class_name: str, protection: Protection, vault: str
) -> Iterator[SelectionFacts]:
    stacks: dict[str, dict[str, str]] = {}
    for table in environment.tables:
        if table.protection_name == class_name:
            stacks.setdefault(table.stack, {})[table.key] = table.arn
    # By stack, then by hash of the table's key: a selection is replaced whenever its list changes,
    # so a new table must disturb one selection only.
    for stack, arns in stacks.items():
        for part, keys in hashed_parts(arns, SELECTION_ARNS).items():
            what = (class_name, vault, stack, *([part] if part else []))
            yield SelectionFacts(
                label=label("selection", *what),
                name=physical(environment, *what, length=BACKUP_LENGTH),
                resource_arns=tuple(arns[key] for key in keys),
                tag_condition=None,
            )
    tag = protection.select_by_tag
    if tag is not None:
        yield SelectionFacts(
            label=label("tagged_selection", class_name, vault),
            name=physical(environment, class_name, vault, "by.tag", length=BACKUP_LENGTH),
            # Every table of the account and Region, because the tag decides; a bare `*` would
            # also take volumes and buckets that carry the same tag.
            resource_arns=(_all_tables(environment),),
            tag_condition=TagCondition(key=f"aws:ResourceTag/{tag.key}", value=tag.value),
        )


def _all_tables(environment: Environment) -> str:
    place = f"{environment.region}:{environment.account_id}"
    return f"arn:{environment.partition}:dynamodb:{place}:table/*"
