"""What a person writes, as strict models; units are in names, and AWS's terms are used."""

from generator.spec.environment import (
    AcceptedOrganization,
    Alerts,
    Defaults,
    EnvironmentSpec,
    Principal,
    Subscription,
)
from generator.spec.exports import ExportBucket, ExportReplica, Exports, ObjectLock, Tiers
from generator.spec.guardrails import Attachment, BreakGlassRole
from generator.spec.protection import (
    Backup,
    Copy,
    Lock,
    PointInTimeRecovery,
    Protection,
    Snapshots,
    Vault,
)
from generator.spec.recovery import RefillSource
from generator.spec.tables import (
    AutoScaling,
    Billing,
    CapacityRange,
    Encryption,
    GlobalIndex,
    KeyAttribute,
    LocalIndex,
    Projection,
    Table,
)

__all__ = [
    "AcceptedOrganization",
    "Alerts",
    "Attachment",
    "AutoScaling",
    "Backup",
    "Billing",
    "BreakGlassRole",
    "CapacityRange",
    "Copy",
    "Defaults",
    "Encryption",
    "EnvironmentSpec",
    "ExportBucket",
    "ExportReplica",
    "Exports",
    "GlobalIndex",
    "KeyAttribute",
    "LocalIndex",
    "Lock",
    "ObjectLock",
    "PointInTimeRecovery",
    "Principal",
    "Projection",
    "Protection",
    "RefillSource",
    "Snapshots",
    "Subscription",
    "Table",
    "Tiers",
    "Vault",
]
