"""What the rendered documents are about: accounts, who acts in them, and where the copies lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.authority.conditions import listed
from generator.authority.evaluation import Document, Policy, statements

LockMode = Literal["governance", "compliance"]
BucketKind = Literal["catalogue", "exports"]
RowKind = Literal[
    "break-glass",
    "administrator",
    "account root",
    "deploy",
    "operator",
    "backup administrator",
    "role",
    "linked account",
    "other accounts",
]

EVERYTHING: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
# Stands for every principal that is not described.
ANY_ADMINISTRATOR = "AnyAdministrator"
ALL_RIGHTS = Policy(name="all rights", document=EVERYTHING)


def backup_arn(table_arn: str) -> str:
    """Return an ARN of a native backup of a table; DynamoDB chooses the ids."""
    return f"{table_arn}/backup/01700000000000-00000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who can act, with its identity policies; `arn` is a role's or an account root's."""

    arn: str
    account_id: str
    policies: tuple[Policy, ...]

    @property
    def is_root(self) -> bool:
        """Whether this is an account's root user."""
        return self.arn.endswith(":root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One principal of the matrix."""

    kind: RowKind
    title: str
    note: str
    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role that can be taken over; `trust` is empty where nobody else is known to be trusted."""

    identity: Identity
    trust: Policy

    @property
    def name(self) -> str:
        """The role as IAM's console shows it, with its path."""
        return self.identity.arn.split(":", 5)[5]

    @property
    def trusted_services(self) -> tuple[str, ...]:
        """The services that the rendered trust names."""
        return tuple(
            service
            for statement in statements(self.trust.document or {"Statement": []})
            if isinstance(statement.get("Principal"), Mapping)
            for service in listed(statement["Principal"].get("Service", ()))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A function or state machine of ours, which acts with the rights of a role."""

    kind: Literal["function", "state machine"]
    arn: str
    account_id: str
    role_arn: str

    @property
    def name(self) -> str:
        """What it is, and its name."""
        return f"the {self.kind} {self.arn.rpartition(':')[2]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key; without `alias` nothing knows it by one."""

    arn: str
    title: str
    account_id: str
    alias_arn: str | None
    policy: Policy

    @property
    def aliases(self) -> tuple[str, ...] | None:
        """The value of `kms:ResourceAliases`."""
        return None if self.alias_arn is None else (self.alias_arn.split(":", 5)[5],)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A vault's lock; a compliance lock is taken to be past its days of cooling off."""

    mode: LockMode
    min_retention_days: int
    max_retention_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """A backup vault; `point_arn` stands for its recovery points, whose ids AWS chooses.

    Of a vault that is not rendered (`known` is False), neither lock nor policy is known.
    """

    arn: str
    point_arn: str
    account_id: str
    lock: Lock | None
    policy: Policy
    key_arn: str | None
    known: bool = True

    @property
    def name(self) -> str:
        """The vault's name."""
        return self.arn.rpartition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The catalogue, exports, or their replica; `object_key` stands for the keys of its objects.

    `lock` is the mode of the retention that its objects get, None where they get none.
    """

    kind: BucketKind
    is_replica: bool = False
    arn: str
    account_id: str
    policy: Policy
    key_arn: str | None
    object_key: str
    lock: LockMode | None = None

    @property
    def name(self) -> str:
        """The bucket's name."""
        return self.arn.rpartition(":")[2]

    @property
    def short_name(self) -> str:
        """The name without account and Region, with which it ends."""
        return self.name.partition(f"-{self.account_id}-")[0]

    @property
    def title(self) -> str:
        """What it holds, and where."""
        if self.kind == "catalogue":
            return "the catalogue"
        return f"{'replica of exports' if self.is_replica else 'exports'} in {self.short_name}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """Tables that every document treats alike; `arn` is that of the first."""

    names: tuple[str, ...]
    arn: str
    account_id: str
    protection: str
    existing: bool
    deletion_protection: bool
    keeps_history: bool
    policy: Policy | None
    key_arn: str | None
    vault_arns: tuple[str, ...]

    @property
    def backup_arn(self) -> str:
        """An ARN of a native backup; DynamoDB chooses the ids."""
        return backup_arn(self.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a matrix is computed from.

    `vaults`, `keys`, `roles`, `code` and `buckets` include those of linked accounts; `own_vaults`
    and `own_keys` are the environment's. `service_control` holds what is attached to each account.
    """

    environment: str
    account_id: str
    partition: str
    rows: tuple[Row, ...]
    tables: tuple[Tables, ...]
    vaults: Mapping[str, Vault]
    keys: Mapping[str, Key]
    roles: tuple[Role, ...]
    code: tuple[Code, ...]
    own_vaults: tuple[str, ...]
    own_keys: tuple[str, ...]
    buckets: tuple[Bucket, ...]
    service_control: Mapping[str, tuple[Policy, ...]]
    guardrail_arns: Mapping[str, str]

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every account that somebody acts in."""
        return tuple(dict.fromkeys(row.identity.account_id for row in self.rows))
