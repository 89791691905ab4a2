"""Requests of DynamoDB as they are sent, which no client would let pass."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.local_aws import LocalAws


def send(
    local_aws: LocalAws, where: Mapping[str, str], operation: str, body: bytes
) -> tuple[int, dict[str, Any]]:
    """Send a body as a request of an account in a Region; return status and answer."""
    key = local_aws.environment(**where)["AWS_ACCESS_KEY_ID"]
    scope = f"Credential={key}/20260101/{where['region']}/dynamodb/aws4_request"
    request = urllib.request.Request(
        local_aws.endpoint,
        body,
        {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
