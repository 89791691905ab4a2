"""DynamoDB on local endpoints: what exports write, of the state at a time and of changes."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e import exported
from tests.e2e.exported import HERE, HOUR, THERE, item, later, put, version
from tests.e2e.moto_api import calls, set_clock
from tests.e2e.sessions import as_role

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

PLACE = {"S3Bucket": "exports", "S3Prefix": "daily/orders"}
FROM, TO = -2.5 * HOUR, -1.5 * HOUR  # between the hours at which the table changes


@pytest.fixture(scope="module")
def s3(local_aws: LocalAws) -> Any:
    client = local_aws.client("s3", **HERE)
    exported.bucket(client, "exports")
    return client


@pytest.fixture(scope="module")
def api(local_aws: LocalAws, s3: Any) -> Any:
    """DynamoDB with a table that changed three hours, two hours and one hour ago."""
    client = local_aws.client("dynamodb", **HERE)
    set_clock(local_aws, -3 * HOUR)
    exported.create(client, "orders")
    for key in ("changed", "deleted", "same", "rewritten"):
        put(client, "orders", key, **version(1))
    set_clock(local_aws, -2 * HOUR)
    for number in (2, 3):
        put(client, "orders", "changed", **version(number))
    put(client, "orders", "rewritten", **version(1))
    exported.delete(client, "orders", "deleted")
    put(client, "orders", "inserted", **version(1))
    put(client, "orders", "passing", **version(1))
    exported.delete(client, "orders", "passing")
    set_clock(local_aws, -HOUR)
    put(client, "orders", "late", **version(1))
    set_clock(local_aws, 0)
    return client


@pytest.fixture(scope="module")
def arn(api: Any) -> str:
    return str(api.describe_table(TableName="orders")["Table"]["TableArn"])


def test_a_full_export_has_the_state_at_its_time_in_the_layout_of_aws(
    api: Any, s3: Any, arn: str
) -> None:
    time = later(TO)
    started = api.export_table_to_point_in_time(TableArn=arn, ExportTime=time, **PLACE)
    shown = started["ExportDescription"]
    assert shown["ExportStatus"] == "IN_PROGRESS"
    assert re.fullmatch(re.escape(arn) + r"/export/\d{14}-[0-9a-f]{8}", shown["ExportArn"])
    described = exported.ended(api, started)
    assert described["ExportStatus"] == "COMPLETED"
    assert described["ExportTime"] == time
    assert described["EndTime"] >= described["StartTime"]
    home = f"daily/orders/AWSDynamoDB/{shown['ExportArn'].rpartition('/')[2]}/"
    assert described["ExportManifest"] == f"{home}manifest-summary.json"
    expected = {"changed": 3, "same": 1, "rewritten": 1, "inserted": 1}
    found = exported.documents(s3, described)
    assert sorted(found, key=str) == sorted(
        ({"Item": item(key, **version(number))} for key, number in expected.items()), key=str
    )

    summary, files = exported.read(s3, described)
    assert summary["manifestFilesS3Key"] == f"{home}manifest-files.json"
    same = {"tableArn": "TableArn", "tableId": "TableId", "exportArn": "ExportArn"}
    assert {key: summary[key] for key in same} == {k: described[v] for k, v in same.items()}
    assert summary["exportTime"] == f"{time:%Y-%m-%dT%H:%M:%S.000Z}"
    assert summary["exportType"] == described["ExportType"] == "FULL_EXPORT"
    assert len(files) == 4
    assert all(each["etag"].endswith("-1") for each in files)
    listed = s3.list_objects_v2(Bucket="exports", Prefix=home)["Contents"]
    fixed = {"_started", *(f"manifest-{n}.{e}" for n in FIXED for e in ("json", "checksum"))}
    assert {each["Key"] for each in listed} == {
        *(home + name for name in fixed),
        *(each["dataFileS3Key"] for each in files),
    }
    assert all(re.match(home + r"data/[a-z0-9]{26}\.json\.gz$", e["dataFileS3Key"]) for e in files)


FIXED = ("summary", "files")


def test_an_incremental_export_has_the_last_change_of_each_key_in_its_window(
    api: Any, s3: Any, arn: str
) -> None:
    asked = exported.window(later(FROM), later(TO), ExportViewType="NEW_AND_OLD_IMAGES")
    started = api.export_table_to_point_in_time(TableArn=arn, **PLACE, **asked)
    described = exported.ended(api, started)
    specification = asked["IncrementalExportSpecification"]
    assert described["IncrementalExportSpecification"] == specification
    found = {each["Keys"]["id"]["S"]: each for each in exported.documents(s3, described)}
    at = later(-2 * HOUR).timestamp() * 1_000_000
    for key, line in found.items():
        assert line["Keys"] == item(key)
        assert abs(int(line["Metadata"]["WriteTimestampMicros"]["N"]) - at) < 60_000_000
    images = {
        key: [line.get(name, {}).get("version") for name in ("OldImage", "NewImage")]
        for key, line in found.items()
    }
    assert images == {
        "changed": [{"N": "1"}, {"N": "3"}],
        "rewritten": [{"N": "1"}, {"N": "1"}],
        "deleted": [{"N": "1"}, None],
        "inserted": [None, {"N": "1"}],
    }
    assert "NewImage" not in found["deleted"]
    assert "OldImage" not in found["inserted"]

    summary, files = exported.read(s3, described)
    assert (summary["exportType"], summary["outputView"]) == (
        "INCREMENTAL_EXPORT",
        "NEW_AND_OLD_IMAGES",
    )
    assert summary["exportFromTime"] == f"{later(FROM):%Y-%m-%dT%H:%M}:{summary_seconds(summary)}"
    assert "exportTime" not in summary
    shared = "daily/orders/AWSDynamoDB/data/"
    assert all(each["dataFileS3Key"].startswith(shared) for each in files)
    listed = s3.list_objects_v2(Bucket="exports", Prefix=f"{shared}_started")
    assert listed["KeyCount"] == 1


def summary_seconds(summary: dict[str, Any]) -> str:
    return str(summary["exportFromTime"]).rpartition(":")[2]


def test_new_images_alone_leave_a_deleted_item_its_keys(api: Any, s3: Any, arn: str) -> None:
    asked = exported.window(later(FROM), later(TO), ExportViewType="NEW_IMAGE")
    started = api.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", **asked)
    described = exported.ended(api, started)
    found = {each["Keys"]["id"]["S"]: each for each in exported.documents(s3, described)}
    assert found["deleted"].keys() == {"Metadata", "Keys"}
    assert not any("OldImage" in each for each in found.values())
    assert described["ExportManifest"].startswith("AWSDynamoDB/")


def test_a_window_includes_its_start_and_not_its_end(
    local_aws: LocalAws, api: Any, s3: Any
) -> None:
    local = local_aws.client("dynamodb", **HERE)
    set_clock(local_aws, -10 * HOUR)
    arn = exported.create(local, "edges")
    set_clock(local_aws, -8 * HOUR)
    put(local, "edges", "one", **version(1))
    set_clock(local_aws, 0)
    chain = [later(-9 * HOUR), later(-8.5 * HOUR), later(-7.5 * HOUR)]
    counts = []
    for start, end in pairwise(chain):
        asked = exported.window(start, end)
        started = api.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", **asked)
        counts.append(exported.ended(api, started)["ItemCount"])
    assert counts == [0, 1]


def test_ion_lines_hold_every_type(api: Any, s3: Any) -> None:
    arn = exported.create(api, "types")
    values = {
        "n": {"N": "7"},
        "half": {"N": "1.5"},
        "b": {"B": b"\x00\x01"},
        "yes": {"BOOL": True},
        "none": {"NULL": True},
        "l": {"L": [{"S": 'a"b'}, {"N": "2"}]},
        "m": {"M": {"in side": {"S": "é"}}},
        "ss": {"SS": ["x"]},
        "ns": {"NS": ["3"]},
        "bs": {"BS": [b"\x02"]},
    }
    put(api, "types", "one", **values)
    started = api.export_table_to_point_in_time(
        TableArn=arn, S3Bucket="exports", ExportFormat="ION"
    )
    described = exported.ended(api, started)
    assert exported.lines(s3, described) == [
        '$ion_1_0 {Item:{id:"one",at:"now",n:7.,half:1.5,b:{{AAE=}},yes:true,none:null,'
        'l:["a\\"b",2.],m:{\'in side\':"é"},ss:$dynamodb_SS::["x"],ns:$dynamodb_NS::[3.],'
        "bs:$dynamodb_BS::[{{Ag==}}]}}"
    ]
    assert all(
        each["dataFileS3Key"].endswith(".ion.gz") for each in exported.read(s3, described)[1]
    )
    started = api.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports")
    (line,) = exported.documents(s3, exported.ended(api, started))
    assert line["Item"]["b"] == {"B": "AAE="}
    assert line["Item"]["m"] == {"M": {"in side": {"S": "é"}}}
    assert line["Item"]["bs"] == {"BS": ["Ag=="]}


def test_an_export_is_written_encrypted_with_the_rights_of_the_role_that_asks(
    local_aws: LocalAws, api: Any, arn: str
) -> None:
    there = local_aws.client("s3", **THERE)
    exported.bucket(there, "archive")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": ["s3:PutObject", "s3:AbortMultipartUpload"],
        "Resource": "arn:aws:s3:::archive/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    there.put_bucket_policy(Bucket="archive", Policy=json.dumps(policy))
    key = local_aws.client("kms", **THERE).create_key()["KeyMetadata"]["Arn"]
    asked = {"S3Bucket": "archive", "S3BucketOwner": THERE["account_id"]}
    asked |= {"S3SseAlgorithm": "KMS", "S3SseKmsKeyId": key}
    role = as_role(local_aws, "dynamodb", "exports", HERE)
    described = exported.ended(
        role, role.export_table_to_point_in_time(TableArn=arn, S3Prefix="p", **asked)
    )
    assert {name: described[name] for name in asked} == asked
    _, files = exported.read(there, described)
    for each in files:
        head = there.head_object(Bucket="archive", Key=each["dataFileS3Key"])
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
        assert head["ETag"].strip('"') == each["etag"]
    written = [each for each in calls(local_aws) if each["operation"] == "PutObject"]
    assert {each["parameters"]["Key"] for each in written} == {
        each["Key"] for each in there.list_objects_v2(Bucket="archive")["Contents"]
    }
    first = written[0]
    assert (first["service"], first["invoked_by"]) == ("s3", "dynamodb.amazonaws.com")
    assert first["role_arn"] == "arn:aws:iam::111111111111:role/exports"
    assert first["parameters"]["SSEKMSKeyId"] == key


def test_what_an_export_writes_is_locked_and_replicated_as_any_new_object(
    local_aws: LocalAws, api: Any, s3: Any, arn: str
) -> None:
    for name, lock in (("source", False), ("replica", True)):
        exported.bucket(s3, name, ObjectLockEnabledForBucket=lock)
        status = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=status)
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 7}}
    s3.put_object_lock_configuration(
        Bucket="replica",
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention},
    )
    rule = {
        "ID": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": "p/"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::replica"},
    }
    configuration = {"Role": "arn:aws:iam::111111111111:role/replicates", "Rules": [rule]}
    s3.put_bucket_replication(Bucket="source", ReplicationConfiguration=configuration)
    exported.ended(
        api,
        api.export_table_to_point_in_time(TableArn=arn, S3Bucket="source", S3Prefix="p"),
    )
    keys = {
        name: [each["Key"] for each in s3.list_objects_v2(Bucket=name)["Contents"]]
        for name in ("source", "replica")
    }
    assert keys["source"] == keys["replica"]
    for key in keys["replica"]:
        heads = [s3.head_object(Bucket=name, Key=key) for name in ("source", "replica")]
        assert heads[0]["ETag"] == heads[1]["ETag"]
        assert "ObjectLockMode" not in heads[0]
        assert heads[1]["ObjectLockMode"] == "GOVERNANCE"
        assert heads[1]["ObjectLockRetainUntilDate"] > later(6 * 24 * HOUR)
    described = exported.ended(
        api, api.export_table_to_point_in_time(TableArn=arn, S3Bucket="replica")
    )
    head = s3.head_object(Bucket="replica", Key=described["ExportManifest"])
    assert head["ObjectLockMode"] == "GOVERNANCE"
