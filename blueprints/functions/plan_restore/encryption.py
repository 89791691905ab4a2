"""Resolves the key that the restored table is encrypted with: a restore needs its ARN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of
from blueprints.functions.plan_restore.reading import Connect

# DynamoDB's own in this account: it is made when first used, and named by leaving out a key.
MANAGED = "alias/aws/dynamodb"


def resolved(connect: Connect, encryption: Mapping[str, Any]) -> dict[str, Any]:
    """Return type and `key_arn`, which is None for keys that AWS owns or manages.

    Raises RefusedError for a key that does not exist or cannot be used.
    """
    key = encryption.get("key")
    if encryption["type"] == "AWS_OWNED" or key in {None, MANAGED}:
        return {"type": encryption["type"], "key_arn": None}
    if not str(key).startswith("alias/"):
        return {"type": "KMS", "key_arn": key}
    try:
        answer = call(connect("kms"), "describe_key", str(key), KeyId=key)
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        raise RefusedError(
            f"{key}, the key that the restored table is to have, does not exist: create it "
            "(it is in the template of the table's stack), or name another one as `encryption`"
        ) from None
    metadata = answer["KeyMetadata"]
    if metadata.get("KeyState") != "Enabled":
        raise RefusedError(
            f"{key}, the key that the restored table is to have, is {metadata.get('KeyState')}: "
            f"aws kms enable-key --key-id {metadata['KeyId']}, after aws kms cancel-key-deletion "
            "if it is to be deleted"
        )
    return {"type": "KMS", "key_arn": metadata["Arn"]}


def in_settings(encryption: Mapping[str, Any]) -> dict[str, Any]:
    """Return resolved encryption as settings have it."""
    if encryption["type"] == "AWS_OWNED":
        return {"type": "AWS_OWNED"}
    return {"type": "KMS", "key": encryption["key_arn"] or MANAGED}
