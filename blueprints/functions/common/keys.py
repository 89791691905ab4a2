"""Keys behind aliases."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of


def key_arn(kms: Any, alias_arn: str, bucket: str) -> str:
    """Return the ARN of the key behind the alias, which may be another account's or Region's.

    S3 and DynamoDB take an alias for one of the caller's own account. Raises RefusedError where
    there is no key that can be used for the bucket.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
    """
    try:
        key = call(kms, "describe_key", alias_arn, KeyId=alias_arn)["KeyMetadata"]
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        raise RefusedError(
            f"there is no key {alias_arn} ({message_of(error)}): deploy the template that has the "
            f"bucket {bucket}"
        ) from error
    if key["KeyState"] != "Enabled":
        raise RefusedError(
            f"key {key['Arn']} of bucket {bucket} cannot be used, because it is "
            f"{key['KeyState']}: see in CloudTrail who disabled it, or scheduled its deletion, and "
            "undo that"
        )
    return str(key["Arn"])
