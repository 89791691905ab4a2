"""Builds the request that restores: AWS decides nothing that the settings say.

Documentation disagrees on whether a restored table has the capacity of then or of now, and on
which key, so that both are always explicit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.functions.common.restores import (
    FROM_BACKUP,
    FROM_EXPORTS,
    FROM_RECOVERY_POINT,
    RESOURCE_TYPE,
    TO_POINT_IN_TIME,
    token,
)
from blueprints.functions.plan_restore.choice import Candidate
from blueprints.functions.plan_restore.facts import Encryption

Document = Mapping[str, Any]
OPERATIONS = {
    "point_in_time": TO_POINT_IN_TIME,
    "native": FROM_BACKUP,
    "recovery_point": FROM_RECOVERY_POINT,
    "export": FROM_EXPORTS,
}


def source_members(chosen: Candidate, table_name: str) -> dict[str, Any]:
    """Return the members of a request to DynamoDB that name the source."""
    if chosen.kind == "point_in_time":
        # Never the latest time there is: one named second is the same when asked for again.
        return {"SourceTableName": table_name, "RestoreDateTime": iso(chosen.time)}
    return {"BackupArn": chosen.id}


def native(
    source: Document,
    target_name: str,
    settings: Document,
    encryption: Encryption,
    source_indexes: Mapping[str, Document] | None,
) -> dict[str, Any]:
    """Return the request for a restore by DynamoDB from what `source_members` returned.

    None as `source_indexes` is unknown: all of them are restored then.
    """
    return {
        **source,
        "TargetTableName": target_name,
        **_billing(settings),
        **_indexes(settings, source_indexes),
        "SSESpecificationOverride": sse(encryption),
    }


def recovery_point(
    chosen: Candidate, target_name: str, encryption: Encryption, role_arn: str
) -> dict[str, Any]:
    """Return the request for a restore by AWS Backup, which takes name and encryption only.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-dynamodb.html
    """
    return {
        "RecoveryPointArn": chosen.id,
        "Metadata": {"targetTableName": target_name, **_metadata(encryption)},
        "IamRoleArn": role_arn,
        "ResourceType": RESOURCE_TYPE,
        "IdempotencyToken": token(chosen.id, target_name),
    }


def iso(moment: datetime) -> str:
    """Return a time as plans have it."""
    return moment.isoformat(timespec="seconds")


def _billing(settings: Document) -> dict[str, Any]:
    mode = settings["billing_mode"]
    return {"BillingModeOverride": mode, **_throughput(settings, mode, "Override")}


def _throughput(settings: Document, mode: str, suffix: str = "") -> dict[str, Any]:
    if mode == "PROVISIONED":
        name, units = f"ProvisionedThroughput{suffix}", settings.get("throughput")
    else:
        name, units = f"OnDemandThroughput{suffix}", settings.get("on_demand_throughput")
    return {name: dict(units)} if units else {}


def _indexes(settings: Document, source: Mapping[str, Document] | None) -> dict[str, Any]:
    """Return the indexes to restore: an override can leave out what the source has, never add.

    An index that the source has in another shape is left out too; apply_settings then makes it.
    An empty list restores none.
    """
    if not source:
        return {}
    mode = settings["billing_mode"]
    wanted = settings.get("global_indexes") or {}
    return {
        "GlobalSecondaryIndexOverride": [
            {
                "IndexName": name,
                "KeySchema": list(index["KeySchema"]),
                "Projection": dict(index["Projection"]),
                # Never WarmThroughput: a restore to a point in time refuses it.
                **_throughput(index, mode),
            }
            for name, index in wanted.items()
            if name in source and _shape(source[name]) == _shape(index)
        ]
    }


def _shape(index: Document) -> tuple[Any, ...]:
    keys = [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]]
    projection = index["Projection"]
    return keys, projection["ProjectionType"], sorted(projection.get("NonKeyAttributes") or ())


def sse(encryption: Encryption) -> dict[str, Any]:
    """Return the encryption as DynamoDB's requests have it."""
    if encryption.type == "AWS_OWNED":
        return {"Enabled": False}
    key = {"KMSMasterKeyId": encryption.requested_arn} if encryption.requested_arn else {}
    return {"Enabled": True, "SSEType": "KMS", **key}


def _metadata(encryption: Encryption) -> dict[str, str]:
    if encryption.type == "AWS_OWNED":
        return {"encryptionType": "Default"}
    key = {"kmsMasterKeyArn": encryption.requested_arn} if encryption.requested_arn else {}
    return {"encryptionType": "KMS", **key}
