"""A provisioned table with an index of each kind, and how a refusal of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
POLICY = '{"Version": "2012-10-17", "Statement": []}'
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
BY_OWNER = {
    "IndexName": "by_owner",
    "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "owner", "at")]


def code(call: Callable[..., Any], **request: Any) -> str:
    """Return the error code with which the call is refused."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


def create(api: Any, name: str, **settings: Any) -> str:
    """Create a provisioned table with an index of each kind; return its ARN."""
    by_time = {"IndexName": "by_time", "Projection": {"ProjectionType": "KEYS_ONLY"}}
    by_time["KeySchema"] = [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ]
    request = {
        "AttributeDefinitions": ATTRIBUTES,
        "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "owner", "KeyType": "RANGE"},
        ],
        "ProvisionedThroughput": UNITS,
        "GlobalSecondaryIndexes": [BY_OWNER | {"ProvisionedThroughput": UNITS}],
        "LocalSecondaryIndexes": [by_time],
    }
    made = api.create_table(TableName=name, **(request | settings))
    return str(made["TableDescription"]["TableArn"])
