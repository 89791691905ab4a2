"""DynamoDB on local endpoints: batches as AWS takes and refuses them, throttled, and their cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.local_aws import run_aws
from tests.e2e.moto_api import ask
from tests.e2e.unsigned import send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
KEYS = [
    {"AttributeName": "id", "KeyType": "HASH"},
    {"AttributeName": "at", "KeyType": "RANGE"},
]
BY_OWNER = {
    "IndexName": "by-owner",
    "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name"]},
}
BY_NUMBER = {
    "IndexName": "by-number",
    "KeySchema": [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "number", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}


@pytest.fixture(scope="module")
def api(local_aws: LocalAws) -> Any:
    """DynamoDB, without tries of its own, with two tables."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=local_aws.endpoint,
        region_name=HERE["region"],
        aws_access_key_id=local_aws.environment(**HERE)["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )
    types = {"id": "S", "at": "N", "owner": "S", "number": "N"}
    client.create_table(
        TableName="orders",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
        ],
        KeySchema=KEYS,
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[BY_OWNER],
        LocalSecondaryIndexes=[BY_NUMBER],
    )
    client.create_table(
        TableName="blobs",
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "B"}],
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture(autouse=True)
def _nothing_is_throttled(local_aws: LocalAws) -> Iterator[None]:
    yield
    ask(local_aws, "batches", method="DELETE")


def item(number: int, /, **attributes: dict[str, Any]) -> dict[str, Any]:
    return {"id": {"S": "one"}, "at": {"N": str(number)}, **attributes}


def put(number: int, /, **attributes: dict[str, Any]) -> dict[str, Any]:
    return {"PutRequest": {"Item": item(number, **attributes)}}


def delete(number: int) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": item(number)}}


def held(api: Any, number: int) -> dict[str, Any] | None:
    found: dict[str, Any] | None = api.get_item(TableName="orders", Key=item(number)).get("Item")
    return found


def test_a_batch_puts_and_deletes_in_several_tables(local_aws: LocalAws, api: Any) -> None:
    blob = {"key": {"B": b"\x00\xff"}, "set": {"BS": [b"\x01"]}}
    api.batch_write_item(
        RequestItems={"orders": [put(1), put(2)], "blobs": [{"PutRequest": {"Item": blob}}]}
    )
    answer = api.batch_write_item(RequestItems={"orders": [delete(1), put(3)]})
    assert answer["UnprocessedItems"] == {}
    assert "ConsumedCapacity" not in answer
    assert [held(api, number) for number in (1, 2, 3)] == [None, item(2), item(3)]
    assert api.get_item(TableName="blobs", Key={"key": {"B": b"\x00\xff"}})["Item"] == blob
    shown = run_aws(
        local_aws,
        *("dynamodb", "batch-write-item", "--return-consumed-capacity", "TOTAL"),
        *("--request-items", json.dumps({"orders": [put(4)]})),
        **HERE,
    )
    assert json.loads(shown.stdout) == {
        "UnprocessedItems": {},
        "ConsumedCapacity": [{"TableName": "orders", "CapacityUnits": 1.0}],
    }


EXCEEDED = "ProvisionedThroughputExceededException"
BIG = "x" * 400 * 1024
LONG = "Member must have length less than or equal to 25"


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([], "Member must have length greater than or equal to 1"),
        ([put(number) for number in range(26)], LONG),
        ([put(7), delete(7)], "Provided list of item keys contains duplicates"),
        ([put(7), put(7, other={"S": "x"})], "Provided list of item keys contains duplicates"),
        (
            [put(7), {"PutRequest": {"Item": {"id": {"S": "one"}}}}],
            "Missing the key at in the item",
        ),
        ([put(7), put(8, x={"S": BIG})], "Item size has exceeded the maximum allowed size"),
        ([put(7), put(8, x={"N": "1" * 39})], "more than 38 significant digits"),
        ([put(7), put(8, x={"N": "1E126"})], "Number overflow"),
        ([put(7), put(8, x={"N": "one"})], "cannot be converted to a numeric value: one"),
        ([put(7), put(8, x={"SS": []})], "An string set  may not be empty"),
        ([put(7), put(8, x={"NS": ["1", "1.0"]})], "contains duplicates"),
        ([put(7), put(8, x={})], "Supplied AttributeValue is empty"),
        ([put(7), put(8, x={"S": "x", "N": "1"})], "more than one datatypes set"),
        ([put(7), put(8, x={"NULL": False})], "must have the value of true"),
        ([put(7), put(8, owner={"N": "1"})], "Type mismatch for Index Key owner Expected: S"),
        ([put(7), put(8, owner={"S": ""})], "IndexName: by-owner, IndexKey: owner"),
        (
            [put(7), {"PutRequest": {"Item": {"id": {"S": "one"}, "at": {"S": "8"}}}}],
            "Type mismatch for key at expected: N actual: S",
        ),
        (
            [put(7), {"PutRequest": {"Item": {"id": {"S": ""}, "at": {"N": "8"}}}}],
            "cannot contain an empty string value. Key: id",
        ),
        (
            [put(7), {"DeleteRequest": {"Key": item(8, more={"S": "x"})}}],
            "The provided key element does not match the schema",
        ),
    ],
)
def test_a_batch_that_aws_refuses_is_refused_whole(
    api: Any, requests: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(ClientError) as error:
        api.batch_write_item(RequestItems={"orders": requests})
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert message in error.value.response["Error"]["Message"]
    assert held(api, 7) is None


def test_twenty_five_requests_are_counted_over_all_tables(api: Any) -> None:
    blobs = [{"PutRequest": {"Item": {"key": {"B": bytes([n])}}}} for n in range(13)]
    orders = [put(number) for number in range(13)]
    with pytest.raises(ClientError, match="Too many items requested for the BatchWriteItem call"):
        api.batch_write_item(RequestItems={"orders": orders, "blobs": blobs})
    api.batch_write_item(RequestItems={"orders": orders, "blobs": blobs[:12]})
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        api.batch_write_item(RequestItems={"nowhere": [put(1)]})


def test_an_item_may_have_400_kb_and_no_byte_more(api: Any) -> None:
    room = 400 * 1024 - sum(map(len, ("id", "one", "at", "40", "text")))
    api.batch_write_item(RequestItems={"orders": [put(40, text={"S": "é" * (room // 2)})]})
    with pytest.raises(ClientError, match="Item size has exceeded"):
        api.batch_write_item(RequestItems={"orders": [put(41, text={"S": "x" * (room + 1)})]})
    with pytest.raises(ClientError, match="Item size has exceeded"):
        api.put_item(TableName="orders", Item=item(41, text={"S": "x" * (room + 1)}))


def test_a_request_of_more_than_16_mb_is_refused_before_it_is_read(api: Any) -> None:
    digits = {"L": [{"N": "1"}] * 60_000}  # some 180 KB of item, and 780 KB of JSON
    requests = [put(number, digits=digits) for number in range(25)]
    with pytest.raises(ClientError) as error:
        api.batch_write_item(RequestItems={"orders": requests})
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b'{"RequestItems": ',
        b'{"RequestItems": []}',
        b'{"RequestItems": {"orders": [{"PutRequest": {"Item": {"id": {"S": 5}}}}]}}',
        b'{"RequestItems": {"orders": [{"PutRequest": {"Item": {"id": {"B": "="}}}}]}}',
        b'{"RequestItems": {"orders": [{"PutRequest": {"Item": {"id": "one"}}}]}}',
        b'{"RequestItems": {"orders": [{"PutRequest": {"Item": {"n": {"N": NaN}}}}]}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_request_is_an_error_of_the_caller(local_aws: LocalAws, body: bytes) -> None:
    status, answer = send(local_aws, HERE, "BatchWriteItem", body)
    assert status == 400
    assert answer["__type"].endswith("#SerializationException")


def test_a_write_costs_a_unit_for_a_kilobyte_in_the_table_and_in_its_indexes(api: Any) -> None:
    def write(request: dict[str, Any], detail: str = "INDEXES") -> dict[str, Any]:
        answer = api.batch_write_item(
            RequestItems={"orders": [request]}, ReturnConsumedCapacity=detail
        )
        (capacity,) = answer["ConsumedCapacity"]
        return dict(capacity)

    body = {"body": {"S": "x" * 2500}}
    owned = put(60, owner={"S": "me"}, number={"N": "1"}, **body)
    one = {"by-owner": {"CapacityUnits": 1.0}}
    assert write(put(60, **body)) == {
        "TableName": "orders",
        "CapacityUnits": 3.0,
        "Table": {"CapacityUnits": 3.0},
    }
    assert write(owned) == {
        "TableName": "orders",
        "CapacityUnits": 7.0,
        "Table": {"CapacityUnits": 3.0},
        "GlobalSecondaryIndexes": one,
        "LocalSecondaryIndexes": {"by-number": {"CapacityUnits": 3.0}},
    }
    assert write(owned, "TOTAL") == {"TableName": "orders", "CapacityUnits": 3.0}
    moved = put(60, owner={"S": "you"}, number={"N": "1"}, **body)
    assert write(moved)["GlobalSecondaryIndexes"] == {"by-owner": {"CapacityUnits": 2.0}}
    assert write(delete(60))["CapacityUnits"] == 7.0
    assert write(delete(60))["CapacityUnits"] == 1.0

    asked = {"TableName": "orders", "ReturnConsumedCapacity": "TOTAL"}
    units = api.put_item(**asked, Item=item(61, **body))["ConsumedCapacity"]["CapacityUnits"]
    assert units == 3.0
    values = {":o": {"S": "me"}}
    expression: dict[str, Any] = {
        "UpdateExpression": "SET #o = :o",
        "ExpressionAttributeValues": values,
    }
    expression |= {"ExpressionAttributeNames": {"#o": "owner"}}
    updated = api.update_item(**asked, Key=item(61), **expression)
    assert updated["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": 4.0}
    assert api.delete_item(**asked, Key=item(61))["ConsumedCapacity"]["CapacityUnits"] == 4.0
    assert "ConsumedCapacity" not in api.delete_item(TableName="orders", Key=item(61))


def test_a_share_of_the_requests_comes_back_the_same_for_a_seed(
    local_aws: LocalAws, api: Any
) -> None:
    def unprocessed() -> list[list[int]]:
        ask(local_aws, "batches", {"unprocessed_share": 0.3, "seed": 7})
        found = []
        for batch in range(4):
            numbers = range(100 + 25 * batch, 125 + 25 * batch)
            answer = api.batch_write_item(RequestItems={"orders": [put(n) for n in numbers]})
            left = answer["UnprocessedItems"].get("orders", [])
            assert all(each.keys() == {"PutRequest"} for each in left)
            found.append([int(each["PutRequest"]["Item"]["at"]["N"]) for each in left])
            assert all((held(api, n) is None) == (n in found[-1]) for n in numbers)
        return found

    first = unprocessed()
    assert 15 <= sum(map(len, first)) <= 45
    assert ask(local_aws, "batches")["refused"] == sum(map(len, first))
    ask(local_aws, "batches", method="DELETE")
    for number in range(100, 200):
        api.delete_item(TableName="orders", Key=item(number))
    assert unprocessed() == first


def test_what_exceeds_the_rate_of_a_second_comes_back(local_aws: LocalAws, api: Any) -> None:
    def refused() -> int:
        requests = [put(number) for number in range(200, 225)]
        try:
            answer = api.batch_write_item(RequestItems={"orders": requests})
        except ClientError as error:
            return {EXCEEDED: 25}[error.response["Error"]["Code"]]
        return len(answer["UnprocessedItems"]["orders"])

    ask(local_aws, "batches", {"units_per_second": 10, "table": "orders"})
    assert sum(refused() for _ in range(3)) >= 75 - 20  # they lie in two seconds at most
    ask(local_aws, "batches", {"units_per_second": 0.1})
    big = item(400, text={"S": "x" * 5000})
    api.put_item(TableName="orders", Item=big)  # which else could never be written
    with pytest.raises(ClientError, match=EXCEEDED):
        [api.delete_item(TableName="orders", Key=item(400)) for _ in range(3)]


def test_a_batch_of_which_nothing_is_processed_fails(local_aws: LocalAws, api: Any) -> None:
    ask(local_aws, "batches", {"unprocessed_share": 1.0, "table": "orders"})
    with pytest.raises(ClientError, match=EXCEEDED):
        api.batch_write_item(RequestItems={"orders": [put(500)]})
    blob = {"PutRequest": {"Item": {"key": {"B": b"x"}}}}
    answer = api.batch_write_item(RequestItems={"orders": [put(500)], "blobs": [blob]})
    assert answer["UnprocessedItems"] == {"orders": [put(500)]}
    assert held(api, 500) is None
    local_aws_settings = ask(local_aws, "batches", method="DELETE")
    assert (local_aws_settings["unprocessed_share"], local_aws_settings["refused"]) == (0.0, 0)
