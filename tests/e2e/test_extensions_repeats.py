"""A call that an SDK repeats is answered as the first time, unless that failed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}


@pytest.fixture
def dynamodb(local_aws: LocalAws) -> Any:
    """A client, all of whose calls pass for repetitions of one."""
    local_aws.reset()
    client = local_aws.client("dynamodb", **HERE)
    name = str(uuid4())

    def repeat(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = name

    client.meta.events.register("before-send", repeat)
    return client


def create(client: Any) -> str:
    """Return the ID of a table; the second of a name is refused."""
    made = client.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return str(made["TableDescription"]["TableId"])


def test_a_repeated_creation_is_answered_as_the_first(dynamodb: Any, local_aws: LocalAws) -> None:
    assert create(dynamodb) == create(dynamodb)
    with pytest.raises(ClientError, match="Table already exists"):
        create(local_aws.client("dynamodb", **HERE))


def test_one_that_is_still_being_answered_is_waited_for(dynamodb: Any) -> None:
    with ThreadPoolExecutor(4) as workers:
        assert len(set(workers.map(create, [dynamodb] * 4))) == 1


def test_what_failed_is_carried_out_anew(dynamodb: Any, local_aws: LocalAws) -> None:
    other = local_aws.client("dynamodb", **HERE)
    create(other)
    with pytest.raises(ClientError, match="Table already exists"):
        create(dynamodb)
    other.delete_table(TableName="orders")
    assert create(dynamodb)


def test_a_reset_forgets_answers(dynamodb: Any, local_aws: LocalAws) -> None:
    first = create(dynamodb)
    local_aws.reset()
    assert create(dynamodb) != first
