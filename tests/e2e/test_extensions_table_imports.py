"""DynamoDB on local endpoints: tables imported from S3, what of it is left out, and what fails."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e import exported
from tests.e2e.exported import HERE, HOUR, THERE, item, later, put, version
from tests.e2e.indexed_table import code
from tests.e2e.local_aws import run_aws
from tests.e2e.moto_api import ask, calls, set_clock
from tests.e2e.sessions import as_role
from tests.e2e.unsigned import send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.local_aws import LocalAws

    Request = dict[str, Any]

pytestmark = pytest.mark.e2e

ARN = "arn:aws:dynamodb:eu-central-1:111111111111:table"
TYPES = {
    "text": {"S": 'é"\n'},
    "n": {"N": "1.5"},
    "b": {"B": b"\x00\x01"},
    "yes": {"BOOL": True},
    "none": {"NULL": True},
    "l": {"L": [{"S": "x"}, {"M": {"in side": {"N": "-2"}}}]},
    "$2": {"S": "no symbol"},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["3", "1E+20"]},
    "bs": {"BS": [b"\x02"]},
}


@pytest.fixture(scope="module")
def s3(local_aws: LocalAws) -> Any:
    client = local_aws.client("s3", **HERE)
    exported.bucket(client, "exports")
    return client


@pytest.fixture(scope="module")
def api(local_aws: LocalAws, s3: Any) -> Any:
    return local_aws.client("dynamodb", **HERE)


@pytest.fixture(autouse=True)
def _clock_is_set_back(local_aws: LocalAws) -> Iterator[None]:
    yield
    set_clock(local_aws, 0)


def asked(name: str, prefix: str, **changed: Any) -> Request:
    created = {
        "TableName": name,
        "AttributeDefinitions": [
            {"AttributeName": each, "AttributeType": "S"} for each in ("id", "at")
        ],
        "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
    request = {
        "S3BucketSource": {"S3Bucket": "exports", "S3KeyPrefix": prefix},
        "InputFormat": "DYNAMODB_JSON",
        "InputCompressionType": "NONE",
        "TableCreationParameters": created,
    }
    return request | changed


def ended(api: Any, started: dict[str, Any]) -> dict[str, Any]:
    """Look at an import until it has ended; return its description."""
    shown: dict[str, Any] = started["ImportTableDescription"]
    while shown["ImportStatus"] == "IN_PROGRESS":
        shown = api.describe_import(ImportArn=shown["ImportArn"])["ImportTableDescription"]
    return shown


def counts(described: dict[str, Any]) -> list[int]:
    names = ("ProcessedItemCount", "ImportedItemCount", "ErrorCount")
    return [described[name] for name in names]


def items(api: Any, name: str) -> list[dict[str, Any]]:
    return sorted(api.scan(TableName=name)["Items"], key=str)


def write(s3: Any, key: str, *lines: Any) -> None:
    text = "".join((x if isinstance(x, str) else json.dumps({"Item": x})) + "\n" for x in lines)
    s3.put_object(Bucket="exports", Key=key, Body=text.encode())


@pytest.mark.parametrize("kind", ["DYNAMODB_JSON", "ION"])
def test_a_full_export_becomes_a_table(local_aws: LocalAws, api: Any, s3: Any, kind: str) -> None:
    source, name = f"source-{kind}", f"imported-{kind}"
    arn = exported.create(api, source)
    for number in range(9):
        put(api, source, f"key{number}", **TYPES)
    export = exported.ended(
        api,
        api.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", ExportFormat=kind),
    )
    data = export["ExportManifest"].replace("manifest-summary.json", "data/")
    request = asked(name, data, InputFormat=kind, InputCompressionType="GZIP")
    index = {
        "IndexName": "by-owner",
        "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    request["TableCreationParameters"]["GlobalSecondaryIndexes"] = [index]
    started = api.import_table(**request, ClientToken=f"once-{kind}")
    shown = started["ImportTableDescription"]
    assert shown["ImportStatus"] == "IN_PROGRESS"
    assert shown["ImportArn"].startswith(f"{ARN}/{name}/import/")
    assert shown["S3BucketSource"] == {
        "S3BucketOwner": HERE["account_id"],
        **request["S3BucketSource"],
    }
    assert counts(shown) == [0, 0, 0]
    assert "EndTime" not in shown
    described = ended(api, started)
    assert described["ImportStatus"] == "COMPLETED"
    assert counts(described) == [9, 9, 0]
    assert described["ProcessedSizeBytes"] > 9 * 100
    assert described["EndTime"] >= described["StartTime"]
    assert described["TableCreationParameters"] == request["TableCreationParameters"]
    assert items(api, name) == items(api, source)
    table = api.describe_table(TableName=name)["Table"]
    assert (table["TableStatus"], table["TableId"]) == ("ACTIVE", described["TableId"])
    found = api.query(
        TableName=name,
        IndexName="by-owner",
        KeyConditionExpression="#a = :a",
        ExpressionAttributeNames={"#a": "at"},
        ExpressionAttributeValues={":a": {"S": "now"}},
    )
    assert found["Count"] == 9


def test_the_table_is_not_there_at_first_then_created_and_active_with_the_end(
    api: Any, s3: Any
) -> None:
    write(s3, "steps/1", item("one"))
    started = api.import_table(**asked("steps", "steps/"))["ImportTableDescription"]
    assert code(api.describe_table, TableName="steps") == "ResourceNotFoundException"
    assert api.describe_table(TableName="steps")["Table"]["TableStatus"] == "CREATING"
    assert api.describe_table(TableName="steps")["Table"]["TableStatus"] == "ACTIVE"
    assert items(api, "steps") == [item("one")]

    write(s3, "looks/1", item("one"))
    arn = api.import_table(**asked("looks", "looks/"))["ImportTableDescription"]["ImportArn"]
    assert code(api.put_item, TableName="looks", Item=item("x")) == "ResourceNotFoundException"
    statuses = []
    for _ in range(3):
        shown = api.describe_import(ImportArn=arn)["ImportTableDescription"]
        statuses.append(shown["ImportStatus"])
        if len(statuses) == 1:
            assert code(api.delete_table, TableName="looks") == "ResourceInUseException"
            assert code(api.scan, TableName="looks") == "ResourceNotFoundException"
    assert statuses == ["IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    shown = api.describe_import(ImportArn=started["ImportArn"])["ImportTableDescription"]
    assert shown["ImportStatus"] == "COMPLETED"


INCREMENTAL = '{"Metadata":{},"Keys":{"id":{"S":"x"},"at":{"S":"now"}},"NewImage":{}}'


@pytest.mark.parametrize(
    ("name", "lines", "counted"),
    [
        ("no-key", [item("a"), {"id": {"S": "b"}}, item("c")], [3, 2, 1]),
        ("wrong-key", [item("a"), {"id": {"S": "b"}, "at": {"N": "1"}}, item("c")], [3, 2, 1]),
        ("big", [item("a"), item("b", x={"S": "x" * 410_000}), item("c")], [3, 2, 1]),
        ("set", [item("a"), item("b", x={"SS": []}), item("c")], [3, 2, 1]),
        ("twice", [item("a"), item("a", **version(2)), item("c")], [3, 3, 0]),
        # What makes no item ends its object; the other objects are read.
        ("no-json", [item("a"), "no json", item("c")], [2, 1, 1]),
        ("no-item", [item("a"), '{"Other": {}}', item("c")], [2, 1, 1]),
        ("no-type", [item("a"), item("b", x={"X": "y"}), item("c")], [2, 1, 1]),
        ("incremental", [INCREMENTAL, INCREMENTAL], [1, 0, 1]),
        ("blank", ["", item("a"), ""], [1, 1, 0]),
    ],
)
def test_what_is_no_item_is_counted_and_left_out(
    api: Any, s3: Any, name: str, lines: list[Any], counted: list[int]
) -> None:
    write(s3, f"{name}/1", *lines)
    write(s3, f"{name}/2", item("other"))
    s3.put_object(Bucket="exports", Key=f"{name}/_started", Body=b"")
    described = ended(api, api.import_table(**asked(name, f"{name}/")))
    processed, imported, errors = counted
    assert counts(described) == [processed + 1, imported + 1, errors]
    assert described["ImportStatus"] == ("FAILED" if errors else "COMPLETED")
    assert described.get("FailureCode") == ("ItemValidationError" if errors else None)
    assert item("other") in items(api, name)


def test_objects_of_another_compression_or_format_are_errors(api: Any, s3: Any) -> None:
    write(s3, "plain/1", item("a"))
    body = gzip.compress(json.dumps({"Item": item("a")}).encode())
    s3.put_object(Bucket="exports", Key="packed/1", Body=body)
    wrong = [
        ("a", "plain/", {"InputCompressionType": "GZIP"}),
        ("b", "packed/", {}),
        ("c", "plain/", {"InputFormat": "ION"}),
    ]
    for name, prefix, changed in wrong:
        described = ended(api, api.import_table(**asked(f"other-{name}", prefix, **changed)))
        assert described["FailureCode"] == "ItemValidationError"
        assert counts(described) == [1, 0, 1]
    described = ended(api, api.import_table(**asked("nothing", "none/")))
    assert (described["ImportStatus"], counts(described)) == ("COMPLETED", [0, 0, 0])
    assert items(api, "nothing") == []


def test_a_prefix_is_the_beginning_of_keys_and_no_folder(api: Any, s3: Any) -> None:
    for key in ("pre/1", "prefix/2"):
        write(s3, key, item(key))
    described = ended(api, api.import_table(**asked("prefixed", "pre")))
    assert counts(described) == [2, 2, 0]


def test_a_name_and_a_client_token_stand_for_one_table(local_aws: LocalAws, api: Any) -> None:
    request = asked("named", "none/", ClientToken="named")
    first = api.import_table(**request)["ImportTableDescription"]
    assert api.import_table(**request)["ImportTableDescription"] == first
    other = {"InputFormat": "ION"}
    assert code(api.import_table, **request | other) == "ImportConflictException"
    late = api.import_table(**request | {"ClientToken": "late"})
    assert ended(api, {"ImportTableDescription": first})["ImportStatus"] == "COMPLETED"
    lost = ended(api, late)
    assert (lost["ImportStatus"], lost["FailureCode"]) == ("FAILED", "TableAlreadyExists")
    # Now the name is taken, also for whoever repeats the call.
    assert code(api.import_table, **request) == "ResourceInUseException"
    api.delete_table(TableName="named")
    again = api.import_table(**request)["ImportTableDescription"]
    assert (again["ImportArn"], again["ImportStatus"]) == (first["ImportArn"], "COMPLETED")
    assert code(api.describe_table, TableName="named") == "ResourceNotFoundException"
    set_clock(local_aws, 8.1 * HOUR)
    third = api.import_table(**request)["ImportTableDescription"]
    assert third["ImportArn"] != first["ImportArn"]
    assert third["StartTime"] > later(8 * HOUR)
    ended(api, {"ImportTableDescription": third})


def _billing(request: Request) -> None:
    del request["TableCreationParameters"]["BillingMode"]


def _key(request: Request) -> None:
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/none"}
    request["TableCreationParameters"]["SSESpecification"] = specification


def _attribute(request: Request) -> None:
    request["TableCreationParameters"]["AttributeDefinitions"].pop()


def _options(request: Request) -> None:
    request["InputFormatOptions"] = {"Csv": {"Delimiter": ","}}


def _existing(request: Request) -> None:
    request["TableCreationParameters"]["TableName"] = "existing"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_billing, "ReadCapacityUnits and WriteCapacityUnits must both be specified"),
        (_key, "KMS validation error"),
        (_attribute, "AttributeDefinitions|have no definition"),
        (_options, "Unsupported InputFormatOptions for the given input format"),
        (_existing, "ResourceInUseException.*Table already exists: existing"),
    ],
)
def test_what_aws_refuses_is_refused(
    api: Any, change: Callable[[Request], None], message: str
) -> None:
    if "existing" not in api.list_tables()["TableNames"]:
        exported.create(api, "existing")
    request = asked("refused", "none/")
    change(request)
    with pytest.raises(ClientError, match=message):
        api.import_table(**request)
    assert "refused" not in api.list_tables()["TableNames"]


def test_an_import_makes_no_local_indexes(local_aws: LocalAws) -> None:
    request = asked("refused", "none/")
    request["TableCreationParameters"]["LocalSecondaryIndexes"] = []
    status, answer = send(local_aws, HERE, "ImportTable", json.dumps(request).encode())
    assert status == 400
    assert answer["message"].endswith("TableCreationParameters.LocalSecondaryIndexes")


def test_an_import_from_a_place_that_cannot_be_read_fails_without_a_table(
    local_aws: LocalAws, api: Any
) -> None:
    exported.bucket(local_aws.client("s3", **THERE), "closed")
    owner = {"S3BucketOwner": THERE["account_id"]}
    for source, failure in (
        ({"S3Bucket": "nowhere"}, "S3NoSuchBucket"),
        ({"S3Bucket": "closed"}, "S3AccessDenied"),
        ({"S3Bucket": "closed", **owner}, "S3AccessDenied"),
        ({"S3Bucket": "exports", **owner}, "S3AccessDenied"),
    ):
        started = api.import_table(**asked("failed", "", S3BucketSource=source))
        described = ended(api, started)
        assert (described["ImportStatus"], described["FailureCode"]) == ("FAILED", failure)
        assert described["FailureMessage"]
        assert code(api.describe_table, TableName="failed") == "ResourceNotFoundException"


def test_an_import_reads_a_bucket_of_another_account_with_the_rights_of_the_role_that_asks(
    local_aws: LocalAws, api: Any
) -> None:
    there = local_aws.client("s3", **THERE)
    exported.bucket(there, "archive")
    for name in ("a/1", "a/2", "b/1"):
        body = json.dumps({"Item": item(name)}).encode()
        there.put_object(Bucket="archive", Key=name, Body=body)
    statements = [
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::archive/*"},
        {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::archive"},
    ]
    allowed = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}}
    policy = {"Version": "2012-10-17", "Statement": [allowed | each for each in statements]}
    there.put_bucket_policy(Bucket="archive", Policy=json.dumps(policy))
    source = {"S3Bucket": "archive", "S3BucketOwner": THERE["account_id"], "S3KeyPrefix": "a/"}
    for region in ("eu-central-1", "eu-west-1"):
        where = HERE | {"region": region}
        role = as_role(local_aws, "dynamodb", f"imports-{region}", where)
        ask(local_aws, "calls", method="DELETE")
        described = ended(role, role.import_table(**asked("theirs", "", S3BucketSource=source)))
        assert (described["ImportStatus"], counts(described)) == ("COMPLETED", [2, 2, 0])
        made = [each for each in calls(local_aws) if each.get("invoked_by")]
        assert [(each["operation"], each["parameters"].get("Key")) for each in made] == [
            ("ListObjectsV2", None),
            ("GetObject", "a/1"),
            ("GetObject", "a/2"),
        ]
        assert made[0]["parameters"]["Prefix"] == "a/"
        for each in made:
            assert (each["service"], each["invoked_by"]) == ("s3", "dynamodb.amazonaws.com")
            assert each["role_arn"] == f"arn:aws:iam::111111111111:role/imports-{region}"
            assert each["region"] == THERE["region"]


def test_imports_are_listed_newest_first_by_table_and_page(local_aws: LocalAws, api: Any) -> None:
    made = []
    for _ in range(3):
        made.append(ended(api, api.import_table(**asked("listed", "none/")))["ImportArn"])
        api.delete_table(TableName="listed")
    made.reverse()
    page = api.list_imports(TableArn=f"{ARN}/listed", PageSize=2)
    rest = api.list_imports(TableArn=f"{ARN}/listed", PageSize=2, NextToken=page["NextToken"])
    assert "NextToken" not in rest
    listed = page["ImportSummaryList"] + rest["ImportSummaryList"]
    assert [each["ImportArn"] for each in listed] == made
    assert {each["ImportStatus"] for each in listed} == {"COMPLETED"}
    assert len(api.list_imports()["ImportSummaryList"]) == 10
    with pytest.raises(ClientError, match="ImportNotFoundException"):
        api.describe_import(ImportArn=f"{ARN}/listed/import/01234567890123-a1b2c3d4")
    with pytest.raises(ClientError, match="Invalid Import ARN"):
        api.describe_import(ImportArn=f"{ARN}/listed-with-a-long-name")
    shown = run_aws(local_aws, "dynamodb", "list-imports", "--table-arn", f"{ARN}/listed", **HERE)
    assert len(json.loads(shown.stdout)["ImportSummaryList"]) == 3


def test_no_more_than_fifty_run_at_once(local_aws: LocalAws) -> None:
    api = local_aws.client("dynamodb", **HERE | {"region": "eu-north-1"})
    for number in range(50):
        api.import_table(**asked(f"many{number}", "none/"))
    assert code(api.import_table, **asked("more", "none/")) == "LimitExceededException"
