"""What an audit reads: resources of either engine in CloudFormation's terms, and files' gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.audit.values import NO, YES, Text, Verdict, hole, text, unknown

TABLE = "AWS::DynamoDB::Table"
GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"
SIMPLE_TABLE = "AWS::Serverless::SimpleTable"
VAULT = "AWS::Backup::BackupVault"
AIR_GAPPED = "AWS::Backup::LogicallyAirGappedBackupVault"
PLAN = "AWS::Backup::BackupPlan"
SELECTION = "AWS::Backup::BackupSelection"
KEY = "AWS::KMS::Key"
TABLES = frozenset({TABLE, GLOBAL_TABLE, SIMPLE_TABLE})
POLICIES = frozenset(
    {
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::Group",
        "AWS::IAM::User",
        "AWS::Organizations::Policy",
    }
)
READ = TABLES | POLICIES | {VAULT, AIR_GAPPED, PLAN, SELECTION, KEY}

REGION = hole("AWS::Region", "the Region is not given (--region)")
ACCOUNT = hole("AWS::AccountId", "the account is not given (--account-id)")
UNTOLD = unknown("prevent_destroy stands in no plan and no state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource as CloudFormation would describe it; `place` is file:line:column.

    `kept` answers whether it outlives its stack and its replacement.
    """

    type: str
    address: str
    place: str
    properties: Mapping[str, Any]
    region: Text
    account: Text
    name: Text
    arn: Text
    id: Text
    exists: Verdict = YES
    kept: Verdict = NO

    @property
    def shown(self) -> str:
        """The name where the files tell it, else the address."""
        return self.name.literal or self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A part of a file that could not be read, so that nothing is known of what it holds."""

    place: str
    address: str
    reason: str
    fix: str


@dataclass(slots=True)
class Reading:
    """All that one way through the files found."""

    resources: list[Resource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    exports: dict[Text, Text] = field(default_factory=dict)

    def of(self, *types: str) -> list[Resource]:
        """Return the resources of some types, in the files' order."""
        return [resource for resource in self.resources if resource.type in types]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says about the account."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    account_id: str | None = None
    region: str | None = None

    @property
    def account(self) -> Text:
        """The account of every resource that names no other."""
        return ACCOUNT if self.account_id is None else text(self.account_id)

    @property
    def home(self) -> Text:
        """The Region of every resource that names no other."""
        return REGION if self.region is None else text(self.region)

    @property
    def partition(self) -> Text:
        """The partition, told by the Region."""
        if self.region is None:
            return hole("AWS::Partition", "the partition follows from the Region (--region)")
        prefixes = {"us-gov-": "aws-us-gov", "cn-": "aws-cn"}
        return text(
            next((name for start, name in prefixes.items() if self.region.startswith(start)), "aws")
        )


def arn_of(service: str, region: Text, account: Text, partition: Text, resource: Text) -> Text:
    """Return an ARN; DynamoDB and AWS Backup build theirs of nothing but names."""
    return text("arn:", partition, f":{service}:", region, ":", account, ":", resource)


def listed(value: Any) -> Sequence[Any]:
    """Return a value that a document may give as a list or as its only element."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def property_of(properties: Any, *path: str) -> Any:
    """Return a value within nested mappings; the hole on the way to it, or None."""
    for key in path:
        if isinstance(properties, Text):
            return properties if properties.holes else None
        if not isinstance(properties, dict):
            return None
        properties = properties.get(key)
    return properties
