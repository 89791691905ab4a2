"""Calls of AWS that say, where access is denied, which action on which resource is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blueprints.functions.common.errors import needs


def call(client: Any, operation: str, resource: str, **request: Any) -> Any:
    """Return the answer of one operation, named as in boto3; `resource` is what it acts on.

    Raises RefusedError where access is denied, else botocore's errors.
    """
    with needs(action_of(client, operation), resource):
        return getattr(client, operation)(**request)


def pages(client: Any, operation: str, member: str, resource: str, **request: Any) -> Iterator[Any]:
    """Yield what every page of an operation has under `member`; raises as `call` does."""
    with needs(action_of(client, operation), resource):
        for page in client.get_paginator(operation).paginate(**request):
            yield from page.get(member, ())


def action_of(client: Any, operation: str) -> str:
    """Return the IAM action of an operation that is called like it, as most are."""
    if operation == "list_objects_v2":
        return "s3:ListBucket"
    service = client.meta.service_model.service_name
    return f"{service}:{client.meta.method_to_api_mapping[operation]}"
