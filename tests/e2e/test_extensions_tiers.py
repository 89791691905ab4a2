"""S3 on local endpoints: objects of the deep storage classes are thawed before they are read."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e import exported
from tests.e2e.exported import HERE, HOUR, later
from tests.e2e.local_aws import run_aws
from tests.e2e.moto_api import ask, set_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

ONGOING = 'ongoing-request="true"'


@pytest.fixture(scope="module")
def s3(local_aws: LocalAws) -> Any:
    client = local_aws.client("s3", **HERE)
    exported.bucket(client, "deep")
    return client


@pytest.fixture(autouse=True)
def _as_it_was(local_aws: LocalAws) -> Iterator[None]:
    yield
    set_clock(local_aws, 0)
    ask(local_aws, "thaw", {"seconds": None})


def put(s3: Any, key: str, storage_class: str) -> dict[str, str]:
    s3.put_object(Bucket="deep", Key=key, Body=b"frozen", StorageClass=storage_class)
    return {"Bucket": "deep", "Key": key}


def thaw(s3: Any, where: dict[str, str], days: int = 2, tier: str = "Standard") -> int:
    request = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
    answer = s3.restore_object(**where, RestoreRequest=request)
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def refusal(call: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(**request)
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("storage_class", "tier", "hours"),
    [
        ("GLACIER", "Expedited", 1 / 12),
        ("GLACIER", "Standard", 5),
        ("GLACIER", "Bulk", 12),
        ("DEEP_ARCHIVE", "Standard", 12),
        ("DEEP_ARCHIVE", "Bulk", 48),
    ],
)
def test_an_object_is_read_once_it_is_thawed_and_until_its_days_are_over(
    local_aws: LocalAws, s3: Any, storage_class: str, tier: str, hours: float
) -> None:
    where = put(s3, f"{storage_class}/{tier}", storage_class)
    head = s3.head_object(**where)
    assert head["StorageClass"] == storage_class
    assert "Restore" not in head
    assert refusal(s3.get_object, **where) == ("InvalidObjectState", 403)
    assert thaw(s3, where, tier=tier) == 202
    set_clock(local_aws, hours * HOUR - 60)
    assert s3.head_object(**where)["Restore"] == ONGOING
    assert refusal(s3.get_object, **where) == ("InvalidObjectState", 403)
    request = {"RestoreRequest": {"Days": 1}}
    assert refusal(s3.restore_object, **where, **request) == ("RestoreAlreadyInProgress", 409)
    set_clock(local_aws, hours * HOUR + 60)
    end = later(hours * HOUR + 3 * 24 * HOUR)
    shown = f'ongoing-request="false", expiry-date="{end:%a, %d %b %Y} 00:00:00 GMT"'
    assert s3.head_object(**where)["Restore"] == shown
    assert s3.get_object(**where)["Body"].read() == b"frozen"
    assert thaw(s3, where, days=20) == 200
    set_clock(local_aws, hours * HOUR + 19 * 24 * HOUR)
    assert s3.get_object(**where)["Restore"].startswith('ongoing-request="false"')
    set_clock(local_aws, hours * HOUR + 22 * 24 * HOUR)
    assert "Restore" not in s3.head_object(**where)
    assert refusal(s3.get_object, **where) == ("InvalidObjectState", 403)


def test_a_thaw_takes_as_long_as_a_test_says(local_aws: LocalAws, s3: Any) -> None:
    where = put(s3, "soon", "DEEP_ARCHIVE")
    assert thaw(s3, where) == 202
    ask(local_aws, "thaw", {"seconds": 1})
    deadline = time.monotonic() + 300
    while s3.head_object(**where)["Restore"] == ONGOING:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert s3.get_object(**where)["Body"].read() == b"frozen"
    ask(local_aws, "thaw", {"seconds": 0})
    shown = run_aws(
        local_aws,
        *(
            "s3api",
            "restore-object",
            "--bucket",
            "deep",
            "--key",
            put(s3, "at-once", "GLACIER")["Key"],
        ),
        *("--restore-request", json.dumps({"Days": 1})),
        **HERE,
    )
    assert shown.returncode == 0, shown.stderr
    assert s3.get_object(Bucket="deep", Key="at-once")["Body"].read() == b"frozen"


def test_what_cannot_be_thawed_is_refused(s3: Any) -> None:
    days = {"RestoreRequest": {"Days": 1}}
    for storage_class in ("STANDARD", "STANDARD_IA", "GLACIER_IR"):
        where = put(s3, storage_class, storage_class)
        assert refusal(s3.restore_object, **where, **days) == ("InvalidObjectState", 403)
        assert s3.get_object(**where)["Body"].read() == b"frozen"
    where = put(s3, "tiers", "DEEP_ARCHIVE")
    expedited = {"RestoreRequest": {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}}
    assert refusal(s3.restore_object, **where, **expedited) == ("InvalidArgument", 400)
    none = {"RestoreRequest": {"GlacierJobParameters": {"Tier": "Bulk"}}}
    assert refusal(s3.restore_object, **where, **none) == ("MalformedXML", 400)
    assert refusal(s3.restore_object, Bucket="deep", Key="none", **days)[0] == "NoSuchKey"
    assert refusal(s3.restore_object, Bucket="none", Key="none", **days)[0] == "NoSuchBucket"


def test_a_version_is_thawed_by_its_id(local_aws: LocalAws, s3: Any) -> None:
    exported.bucket(s3, "versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    made = {"Bucket": "versions", "Key": "one", "StorageClass": "GLACIER"}
    first = s3.put_object(**made, Body=b"first")["VersionId"]
    s3.put_object(**made, Body=b"second")
    where = {"Bucket": "versions", "Key": "one"}
    ask(local_aws, "thaw", {"seconds": 0})
    assert thaw(s3, where | {"VersionId": first}) == 202
    assert s3.get_object(**where, VersionId=first)["Body"].read() == b"first"
    assert refusal(s3.get_object, **where) == ("InvalidObjectState", 403)


def test_an_object_is_copied_once_it_is_thawed(local_aws: LocalAws, s3: Any) -> None:
    where = put(s3, "copied", "GLACIER")
    copy = {"Bucket": "deep", "Key": "copy", "CopySource": where, "StorageClass": "STANDARD"}
    assert refusal(s3.copy_object, **copy) == ("ObjectNotInActiveTierError", 403)
    ask(local_aws, "thaw", {"seconds": 0})
    thaw(s3, where)
    s3.copy_object(**copy)
    assert s3.get_object(Bucket="deep", Key="copy")["Body"].read() == b"frozen"
    listed = s3.list_objects_v2(Bucket="deep", Prefix="cop")["Contents"]
    assert [each["StorageClass"] for each in listed] == ["GLACIER", "STANDARD"]


def test_an_import_reads_what_is_thawed_and_nothing_else(local_aws: LocalAws, s3: Any) -> None:
    body = json.dumps({"Item": {"id": {"S": "one"}}}).encode()
    s3.put_object(Bucket="deep", Key="items/1", Body=body, StorageClass="GLACIER")
    api = local_aws.client("dynamodb", **HERE)
    statuses = []
    for name in ("frozen", "thawed"):
        created = {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        started = api.import_table(
            S3BucketSource={"S3Bucket": "deep", "S3KeyPrefix": "items/"},
            InputFormat="DYNAMODB_JSON",
            TableCreationParameters=created,
        )
        shown = started["ImportTableDescription"]
        while shown["ImportStatus"] == "IN_PROGRESS":
            shown = api.describe_import(ImportArn=shown["ImportArn"])["ImportTableDescription"]
        statuses.append((shown["ImportStatus"], shown["ImportedItemCount"]))
        ask(local_aws, "thaw", {"seconds": 0})
        if name == "frozen":
            thaw(s3, {"Bucket": "deep", "Key": "items/1"})
    assert statuses == [("FAILED", 0), ("COMPLETED", 1)]


def test_objects_move_as_by_a_lifecycle_rule(local_aws: LocalAws, s3: Any) -> None:
    for key in ("moved/a.gz", "moved/a.json", "other/a.gz"):
        put(s3, key, "STANDARD")
    upload = s3.create_multipart_upload(Bucket="deep", Key="moved/b.gz")["UploadId"]
    where = {"Bucket": "deep", "Key": "moved/b.gz", "UploadId": upload}
    part = {"ETag": s3.upload_part(**where, PartNumber=1, Body=b"parts")["ETag"], "PartNumber": 1}
    etag = s3.complete_multipart_upload(**where, MultipartUpload={"Parts": [part]})["ETag"]
    asked = {"bucket": "deep", "prefix": "moved/", "suffix": ".gz", "storage_class": "GLACIER"}
    assert ask(local_aws, "transitions", asked) == {"moved": 2}
    listed = s3.list_objects_v2(Bucket="deep")["Contents"]
    classes = {each["Key"]: each["StorageClass"] for each in listed}
    assert classes["moved/a.gz"] == classes["moved/b.gz"] == "GLACIER"
    assert classes["moved/a.json"] == classes["other/a.gz"] == "STANDARD"
    assert s3.head_object(Bucket="deep", Key="moved/b.gz")["ETag"] == etag
