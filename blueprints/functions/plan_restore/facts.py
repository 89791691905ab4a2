"""Asks what a plan needs beside the points: the key, the source's indexes, who owns the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import described
from blueprints.functions.plan_restore.choice import Candidate
from blueprints.functions.plan_restore.reading import Connect

MANAGED = "alias/aws/dynamodb"
# Any resource will do to see whether the stack exists; this one is in it.
_LOGICAL_ID_IN_RECOVERY = "FunctionPlanRestore"


class Encryption(NamedTuple):
    """Type and key; `requested_arn` is None for keys that a request names by leaving them out."""

    type: str
    key_arn: str | None = None
    requested_arn: str | None = None


def resolved(connect: Connect, encryption: Mapping[str, Any]) -> Encryption:
    """Return the encryption that is asked for. Raises RefusedError where its key cannot be used."""
    if encryption["type"] == "AWS_OWNED":
        return Encryption("AWS_OWNED")
    key = str(encryption["key"])
    is_alias = key.startswith("alias/")
    try:
        # KMS makes the key of MANAGED where there is none yet.
        metadata = call(connect("kms"), "describe_key", key, KeyId=key)["KeyMetadata"]
    except RefusedError as error:
        if is_alias:
            raise
        # A key of another account: whether it can be used is for the restore to say.
        log("key not described", key=key, reason=str(error))
        return Encryption("KMS", key, key)
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        raise RefusedError(
            f"{key}, the key that the restored table is to have, does not exist: create it "
            "(it is in the template of the table's stack), or name another one as `encryption`"
        ) from None
    if metadata.get("KeyState") != "Enabled":
        raise RefusedError(
            f"{key}, the key that the restored table is to have, is {metadata.get('KeyState')}: "
            f"aws kms enable-key --key-id {metadata['KeyId']}, after aws kms cancel-key-deletion "
            "if it is to be deleted; or name another one as `encryption`"
        )
    # DynamoDB's own key in the account is what it takes where no key is named:
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html
    is_managed = key == MANAGED or metadata.get("KeyManager") == "AWS"
    return Encryption("KMS", metadata["Arn"], None if is_managed else metadata["Arn"])


class Source(NamedTuple):
    """Global indexes by name, None where they are unknown, and items and bytes as AWS counts.

    `changes` is how many items incremental exports name after that.
    """

    indexes: Mapping[str, Any] | None
    item_count: int | None
    size_bytes: int | None
    changes: int | None = None


def source_of(connect: Connect, table: Mapping[str, Any], chosen: Candidate) -> Source:
    """Return what DynamoDB tells of the source; of recovery points only the size is known."""
    if chosen.kind == "point_in_time":
        # A restore to a point in time has the indexes that the table has now.
        now = described(connect("dynamodb"), table["name"])
        if now is None:
            raise RefusedError(f"table {table['name']} is gone, and with it its point-in-time data")
        indexes = _by_name(now.get("GlobalSecondaryIndexes", ()))
        return Source(indexes, now.get("ItemCount"), now.get("TableSizeBytes"))
    unknown = Source(None, None, chosen.size_bytes)
    if chosen.kind in {"recovery_point", "export"}:
        return unknown
    try:
        answer = call(connect("dynamodb"), "describe_backup", chosen.id, BackupArn=chosen.id)
    except RefusedError as error:
        # The restore itself may be allowed; without an override it has the backup's indexes.
        log("source unknown", reason=str(error))
        return unknown
    except ClientError as error:
        if code_of(error) != "BackupNotFoundException":
            raise
        raise RefusedError(f"{chosen.id} is gone: ask again, for another point") from None
    backup = answer["BackupDescription"]
    features = backup.get("SourceTableFeatureDetails")
    # Absent where the table has none of them, and where it is not told: both restore all.
    listed = features.get("GlobalSecondaryIndexes", ()) if features else None
    details = backup.get("SourceTableDetails", {})
    size_bytes = backup["BackupDetails"].get("BackupSizeBytes", chosen.size_bytes)
    known = None if listed is None else _by_name(listed)
    return Source(known, details.get("ItemCount"), size_bytes)


def _by_name(indexes: Any) -> dict[str, Any]:
    return {index["IndexName"]: index for index in indexes}


def owner_of(
    cloudformation: Any,
    request: Mapping[str, Any],
    place: Mapping[str, Any],
    *,
    same_name: bool,
) -> dict[str, Any]:
    """Return the case, with the stack and the logical id that the table has there, if any."""
    owner = request.get("owner") or {}
    stack_name, logical_id = owner.get("stack_name"), owner.get("logical_id")
    if not same_name:
        case = "other_name"
    elif not stack_name or not logical_id:
        case = "elsewhere"
    elif _exists(cloudformation, stack_name, logical_id) == "resource":
        case = "stack"
    elif _exists(cloudformation, place["recovery_stack_name"], _LOGICAL_ID_IN_RECOVERY):
        case = "stack_gone"
    else:
        case = "no_stack"
    log("owner", case=case, stack_name=stack_name, logical_id=logical_id)
    return {"case": case, "stack_name": stack_name, "logical_id": logical_id}


def _exists(cloudformation: Any, stack_name: str, logical_id: str) -> str:
    """Return "resource", "stack" where only that exists, or nothing."""
    try:
        answer = call(
            cloudformation,
            "describe_stack_resource",
            f"stack/{stack_name}",
            StackName=stack_name,
            LogicalResourceId=logical_id,
        )
    except ClientError as error:
        if code_of(error) != "ValidationError" or "does not exist" not in message_of(error):
            raise
        # "Resource X does not exist for stack Y" against "Stack Y does not exist".
        return "stack" if "Resource " in message_of(error) else ""
    status = answer["StackResourceDetail"]["ResourceStatus"]
    return "stack" if status in {"DELETE_COMPLETE", "DELETE_SKIPPED"} else "resource"
