"""DynamoDB on local endpoints: conditions compare as AWS does; limits of expressions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.local_aws import run_aws

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
KEY = {"id": {"S": "one"}}
MAP = {"M": {"b": {"L": [{"N": "1.0"}, {"NULL": True}]}, "a.b": {"SS": ["y", "x"]}}}
ITEM = {
    **KEY,
    "text": {"S": "AAE="},
    "number": {"N": "10"},
    "binary": {"B": b"\x00\x01"},
    "yes": {"BOOL": True},
    "none": {"NULL": True},
    "map": MAP,
    "list": {"L": [MAP, {"BOOL": False}]},
    "words": {"SS": ["b", "a"]},
    "numbers": {"NS": ["2.50", "1"]},
    "binaries": {"BS": [b"b", b"a"]},
    "empty": {"S": ""},
}


@pytest.fixture(scope="module")
def api(local_aws: LocalAws) -> Any:
    client = local_aws.client("dynamodb", **HERE)
    client.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture(autouse=True)
def _the_item_is_there(api: Any) -> None:
    api.put_item(TableName="orders", Item=ITEM)


def met(api: Any, condition: str, name: str, *values: dict[str, Any]) -> bool:
    """Tell whether a condition on an attribute holds, to each of the writes and to a scan."""
    expression: dict[str, Any] = {
        "TableName": "orders",
        "ExpressionAttributeNames": {"#n": name},
        "ConditionExpression": condition,
    }
    if values:
        named = {f":v{i}": value for i, value in enumerate(values)}
        expression["ExpressionAttributeValues"] = named
    answers = set()
    for call, more in (
        (api.update_item, {"Key": KEY, "UpdateExpression": "REMOVE nothing"}),
        (api.put_item, {"Item": ITEM}),
        (api.delete_item, {"Key": KEY}),
    ):
        try:
            call(**expression, **more)
        except api.exceptions.ConditionalCheckFailedException:
            answers.add(False)
        else:
            answers.add(True)
    api.put_item(TableName="orders", Item=ITEM)
    expression["FilterExpression"] = expression.pop("ConditionExpression")
    answers.add(api.scan(**expression)["Count"] == 1)
    (answer,) = answers
    return answer


@pytest.mark.parametrize(
    ("name", "equal"),
    [
        ("map", {"M": {"a.b": {"SS": ["x", "y"]}, "b": {"L": [{"N": "1"}, {"NULL": True}]}}}),
        ("list", {"L": [MAP, {"BOOL": False}]}),
        ("words", {"SS": ["a", "b"]}),
        ("numbers", {"NS": ["1.0", "2.5"]}),
        ("binaries", {"BS": [b"a", b"b"]}),
        ("number", {"N": "1E1"}),
        ("binary", {"B": b"\x00\x01"}),
        ("none", {"NULL": True}),
        ("empty", {"S": ""}),
    ],
)
def test_equal_values_are_equal_however_they_are_written(
    api: Any, name: str, equal: dict[str, Any]
) -> None:
    assert met(api, "#n = :v0", name, equal)
    assert not met(api, "#n <> :v0", name, equal)
    assert met(api, "#n IN (:v0, :v1)", name, {"S": "other"}, equal)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("yes", {"N": "1"}),
        ("number", {"S": "10"}),
        ("text", {"B": b"\x00\x01"}),
        ("none", {"BOOL": False}),
        ("words", {"L": [{"S": "a"}, {"S": "b"}]}),
        ("words", {"SS": ["a", "b", "c"]}),
        ("list", {"L": [{"BOOL": False}, MAP]}),
        ("map", {"M": {**MAP["M"], "more": {"NULL": True}}}),
        ("absent", {"NULL": True}),
        ("empty", {"NULL": True}),
    ],
)
def test_other_values_differ(api: Any, name: str, other: dict[str, Any]) -> None:
    assert not met(api, "#n = :v0", name, other)
    assert met(api, "#n <> :v0", name, other)
    assert not met(api, "#n IN (:v0)", name, other)


@pytest.mark.parametrize(
    ("condition", "name", "values", "holds"),
    [
        ("attribute_not_exists(#n)", "absent", (), True),
        ("attribute_not_exists(#n)", "none", (), False),
        ("attribute_exists(#n)", "none", (), True),
        ("attribute_exists(#n) AND NOT #n = :v0", "number", ({"N": "9"},), True),
        ("#n < :v0", "number", ({"N": "9"},), False),
        ("#n < :v0", "number", ({"S": "9"},), False),
        ("#n >= :v0", "absent", ({"N": "9"},), False),
        ("#n BETWEEN :v0 AND :v1", "number", ({"N": "9"}, {"N": "10.0"}), True),
        ("#n BETWEEN :v0 AND :v1", "text", ({"N": "9"}, {"N": "11"}), False),
        ("begins_with(#n, :v0)", "binary", ({"B": b"\x00"},), True),
        ("contains(#n, :v0)", "numbers", ({"N": "2.5"},), True),
        ("contains(#n, :v0)", "words", ({"N": "1"},), False),
        ("contains(#n, :v0)", "list", (MAP,), True),
        ("size(#n) = :v0", "binary", ({"N": "2"},), True),
        ("size(#n) < :v0", "absent", ({"N": "2"},), False),
        ("#n.b[0] = :v0", "map", ({"N": "1"},), True),
        ("#n[0].b[1] = :v0", "list", ({"NULL": True},), True),
        ("#n[10] = :v0", "list", ({"NULL": True},), False),
    ],
)
def test_conditions_hold_as_on_aws(
    api: Any, condition: str, name: str, values: tuple[dict[str, Any], ...], *, holds: bool
) -> None:
    assert met(api, condition, name, *values) == holds


def test_a_write_on_the_condition_of_a_whole_item_sets_and_removes_many(api: Any) -> None:
    """What an undo does: every attribute as it was seen, those of another set or removed."""
    names = {f"#n{i}": name for i, name in enumerate(ITEM) if name != "id"}
    seen = {f":v{i}": value for i, value in enumerate(ITEM.values()) if f"#n{i}" in names}
    new = {"a.b": {"S": "dot"}, "with space": {"N": "-1"}, "größe": MAP, "#odd:": {"BS": [b"x"]}}
    names |= {f"#s{i}": name for i, name in enumerate(new)}
    values = seen | {f":s{i}": value for i, value in enumerate(new.values())}
    sets = [f"#s{i} = :s{i}" for i in range(len(new))] + ["#n7 = :s0"]
    removed = ["#n1", "#n3", "#n8", "#n9", "#gone"]
    there = [f"#n{n} = :v{n}" for n in range(1, len(ITEM))]
    gone = [f"attribute_not_exists(#s{i})" for i in range(len(new))]
    request = {
        "TableName": "orders",
        "Key": KEY,
        "UpdateExpression": f"SET {', '.join(sets)} REMOVE {', '.join(removed)}",
        "ConditionExpression": " AND ".join(there + gone),
        "ExpressionAttributeNames": names | {"#gone": "never there"},
        "ExpressionAttributeValues": values,
        "ReturnValues": "ALL_NEW",
    }
    expected = ITEM | new | {"list": {"S": "dot"}}
    expected = {n: v for n, v in expected.items() if n not in {names[r] for r in removed[:4]}}
    answer = api.update_item(**request)["Attributes"]
    assert answer == expected == api.get_item(TableName="orders", Key=KEY)["Item"]
    with pytest.raises(api.exceptions.ConditionalCheckFailedException) as error:
        api.update_item(**request, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert error.value.response["Item"] == expected


@pytest.mark.parametrize("operation", ["put_item", "delete_item"])
def test_a_write_that_fails_its_condition_tells_the_item(api: Any, operation: str) -> None:
    what = {"Item": ITEM} if operation == "put_item" else {"Key": KEY}
    asked = {"TableName": "orders", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    condition = {"ConditionExpression": "attribute_not_exists(id)"}
    with pytest.raises(api.exceptions.ConditionalCheckFailedException) as error:
        getattr(api, operation)(**asked, **what, **condition)
    assert error.value.response["Item"] == ITEM
    assert api.get_item(TableName="orders", Key=KEY)["Item"] == ITEM


def refusal(api: Any, **expression: Any) -> str:
    with pytest.raises(ClientError) as error:
        api.update_item(TableName="orders", Key=KEY, **expression)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    return str(error.value.response["Error"]["Message"])


def test_an_expression_has_4_kb_and_300_operators(local_aws: LocalAws, api: Any) -> None:
    values = {"ExpressionAttributeValues": {":v": {"N": "1"}}}
    long = "a" * 4092
    api.update_item(TableName="orders", Key=KEY, ConditionExpression=f"{long}<>:v", **values)
    size = "Expression size has exceeded the maximum allowed size; expression size: 4097"
    refused = refusal(api, ConditionExpression=f"a{long}<>:v", **values)
    assert refused == f"Invalid ConditionExpression: {size}"
    refused = refusal(api, UpdateExpression=f"SET {'a' * 4090}=:v", **values)
    assert refused == f"Invalid UpdateExpression: {size}"

    full = " AND ".join(["a=:v", *["a<>:v"] * 149])  # 150 and 149 operators
    api.update_item(TableName="orders", Key=KEY, ConditionExpression=f"NOT {full}", **values)
    refused = refusal(api, ConditionExpression=f"NOT NOT {full}", **values)
    count = "The expression contains too many operators; operator count: 301"
    assert refused == f"Invalid ConditionExpression: {count}"
    sets = ", ".join(f"a{number}=:v" for number in range(250))
    api.update_item(TableName="orders", Key=KEY, UpdateExpression=f"SET {sets}", **values)
    with pytest.raises(ClientError, match="Invalid FilterExpression"):
        api.scan(TableName="orders", FilterExpression=f"NOT NOT {full}", **values)
    shown = run_aws(
        local_aws,
        *("dynamodb", "delete-item", "--table-name", "orders", "--key", json.dumps(KEY)),
        *("--condition-expression", " OR ".join(["attribute_exists(a)"] * 151)),
        **HERE,
    )
    assert count in shown.stderr


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            "a = :other",
            "attribute value used in expression is not defined; attribute value: :other",
        ),
        ("#other = :v", "attribute name used in expression is not defined; attribute name: #other"),
        ("a = ", "Invalid ConditionExpression"),
        ("a = :v AND", "Invalid ConditionExpression"),
    ],
)
def test_an_expression_that_is_none_is_an_error_of_the_caller(
    api: Any, condition: str, message: str
) -> None:
    values = {"ExpressionAttributeValues": {":v": {"N": "1"}}}
    assert message in refusal(api, ConditionExpression=condition, **values)
