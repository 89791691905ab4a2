"""AWS in this process: moto with the project's extensions for DynamoDB, put back afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from tests.aws_extensions import dynamodb as extension
from tests.aws_extensions.operations import add_operations, state
from tests.unit.adopt.samples import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.dynamodb.models import DynamoDBBackend


def list_contributor_insights(backend: DynamoDBBackend, request: dict[str, Any]) -> dict[str, Any]:
    """Two summaries a page, so that somebody has to ask for the next."""
    rows = [
        {"TableName": table.name, **({"IndexName": index} if index else {}), **found}
        for table in backend.tables.values()
        for index, found in state(table, "insights").items()
    ]
    first = int(request.get("NextToken") or 0)
    more = {"NextToken": str(first + 2)} if len(rows) > first + 2 else {}
    return {"ContributorInsightsSummaries": rows[first : first + 2], **more}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    kept = {owner: dict(vars(owner)) for owner in (DynamoHandler, Table)}
    extension.install()
    add_operations(DynamoHandler, dynamodb_backends, list_contributor_insights)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield
    for owner, before in kept.items():
        for name in vars(owner).keys() - before.keys():
            delattr(owner, name)
        for name, value in before.items():
            if vars(owner).get(name) is not value:
                setattr(owner, name, value)
