"""An export is recorded when every file of it is there and it is what was asked for, and once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.verify_export.failing import VerificationFailedError
from blueprints.functions.verify_export.handler import verify
from tests.unit.functions import exporting, manifests
from tests.unit.functions.exporting import connect, document, exported, payload, plan
from tests.unit.functions.faults import FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.manifests import Written
from tests.unit.functions.places import BUCKET
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_places")
NOW = datetime(2026, 11, 25, 1, 10, 5, 999, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _local_exports(local_places: None) -> Iterator[None]:
    with exporting.local_aws():
        yield


@pytest.fixture(params=["full", "incremental"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def there(where: str = "here") -> Any:
    return connect("s3", region=exporting.constants(where)["bucket_region"])


def key_of(found: dict[str, Any]) -> str:
    begin, end = (catalogue.moment_of(found[name]) for name in ("from", "to"))
    return store.record_key(ARN, begin, end, found["kind"])


def written(found: dict[str, Any], **more: Any) -> tuple[dict[str, Any], Written]:
    """Write an export by hand; return what the function is called with, and what was written."""
    event = payload(found)
    made = manifests.write(there(), event, **more)
    return event | {"exported": made.answer}, made


def records() -> list[str]:
    return exporting.objects(BUCKET, store.records_folder(ARN))


# --- good exports ---------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["here", "there"])
def test_what_dynamodb_exported_is_recorded(kind: str, where: str) -> None:
    found = plan(kind)
    answer = exported(found, where)
    told = verify(connect, payload(found, where, answer), NOW)
    kept = document(key_of(found))
    items = 7 if kind == "full" else 2
    assert told == {
        "recorded": key_of(found),
        "items": items,
        "files": 4,
        "bytes": kept["bytes"],
    }
    bucket = exporting.constants(where)
    data = [key for key in exporting.objects(bucket["bucket"], "gold/") if key.endswith(".gz")]
    assert kept == {
        "version": 1,
        "table": {"name": TABLE, "arn": ARN, "id": found["table_id"]},
        "class": "gold",
        "kind": kind,
        "chain": found["chain"],
        "starts_chain": kind == "full",
        "from": found["from"],
        "to": found["to"],
        "format": "DYNAMODB_JSON",
        "view": None if kind == "full" else "NEW_AND_OLD_IMAGES",
        "export_arn": answer["export_arn"],
        "bucket": bucket["bucket"],
        "bucket_owner": bucket["bucket_owner"],
        "region": bucket["bucket_region"],
        "prefix": f"gold/{kind}/{TABLE}",
        "manifest_key": answer["manifest_key"],
        "manifest_files_key": answer["manifest_key"].replace("summary", "files"),
        "data_key_prefix": "",
        "items": items,
        "files": len(data),
        "bytes": sum(
            there(where).head_object(Bucket=bucket["bucket"], Key=key)["ContentLength"]
            for key in data
        ),
        "billed_bytes": answer["billed_bytes"],
        "replicas": ["shop-replica-exports-prod"],
        "keep_days": 46,
        "recorded_at": "2026-11-25T01:10:05Z",
        "reason": None,
    }


def test_keys_without_the_prefix_are_found_with_it(kind: str) -> None:
    event, made = written(plan(kind, reason="recovery was off"), spelled=False)
    event["exported"]["manifest_key"] = made.manifest_key.removeprefix(f"gold/{kind}/{TABLE}/")
    told = verify(connect, event, NOW)
    kept = document(told["recorded"])
    assert (kept["files"], kept["bytes"]) == (3, made.stored_bytes)
    assert kept["data_key_prefix"] == f"gold/{kind}/{TABLE}/"
    for line in made.lines:
        assert kept["data_key_prefix"] + line["dataFileS3Key"] in made.data_keys
    assert (kept["manifest_key"], kept["manifest_files_key"]) == (made.manifest_key, made.files_key)
    assert kept["reason"] == "recovery was off"


def test_more_files_than_are_looked_at_at_once(kind: str) -> None:
    event, made = written(plan(kind), files=203)
    told = verify(connect, event, NOW)
    assert (told["files"], told["items"], told["bytes"]) == (203, 2030, made.stored_bytes)


def test_an_incremental_export_without_files_is_one_without_changes() -> None:
    event, _ = written(plan("incremental"), files=0)
    told = verify(connect, event, NOW)
    assert (told["files"], told["items"], told["bytes"]) == (0, 0, 0)
    assert document(told["recorded"])["data_key_prefix"] == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.lines.append({**made.lines.pop(), "etag": '"' + EMPTY + '"'}),
        lambda made: made.summary.pop("billedSizeBytes"),
        lambda made: made.summary.update(exportType="FULL_EXPORT"),
        lambda made: made.summary.update(
            exportTime=made.summary["exportTime"].replace(".000Z", ".028Z")
        ),
    ],
)
def test_what_differs_between_manifests_in_no_way_that_matters(
    change: Callable[[Written], Any],
) -> None:
    event, made = written(plan(), files=2)
    there().put_object(Bucket=made.bucket, Key=made.data_keys[-1], Body=b"")
    made.lines[-1]["etag"] = EMPTY
    change(made)
    manifests.save(there(), made)
    assert verify(connect, event, NOW)["bytes"] == 1


EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


# --- records --------------------------------------------------------------------------------------


def test_a_second_delivery_finds_the_record(kind: str) -> None:
    event, _ = written(plan(kind))
    first = verify(connect, event, NOW)
    kept = document(first["recorded"])
    again = verify(connect, event, NOW.replace(hour=2))
    assert again == first
    assert document(first["recorded"]) == kept
    assert records() == [first["recorded"]]


def test_another_export_of_the_window_is_as_good_and_the_first_stays() -> None:
    event, made = written(plan())
    first = verify(connect, event, NOW)
    made.summary["exportArn"] = event["exported"]["export_arn"] = f"{ARN}/export/another"
    manifests.save(there(), made)
    assert verify(connect, event, NOW) == first
    assert document(first["recorded"])["export_arn"].endswith(manifests.EXPORT_ID)


def test_the_record_of_a_former_table_is_not_taken_for_this_ones() -> None:
    event, made = written(plan())
    verify(connect, event, NOW)
    made.summary["tableId"] = event["plan"]["table_id"] = "another"
    manifests.save(there(), made)
    with pytest.raises(VerificationFailedError, match=r"records this window for .*not for .*other"):
        verify(connect, event, NOW)


# --- bad exports ----------------------------------------------------------------------------------


def refused_as(event: dict[str, Any], says: str) -> str:
    with pytest.raises(VerificationFailedError, match=says) as raised:
        verify(connect, event, NOW)
    assert records() == []
    return str(raised.value)


def test_missing_and_changed_files_are_named_up_to_ten(kind: str) -> None:
    event, made = written(plan(kind), files=30)
    s3 = there()
    s3.put_object(Bucket=made.bucket, Key=made.data_keys[0], Body=b"another")
    for key in made.data_keys[8:20]:
        s3.delete_object(Bucket=made.bucket, Key=key)
    message = refused_as(event, "13 of 30 data files of table orders are not as s3://")
    assert f"{made.data_keys[0]} has ETag b32d73e56ec99bc5ec8f83871cde708a, not " in message
    assert message.count(" is not there") == 9
    assert f"{made.data_keys[16]} is not there" in message
    assert made.data_keys[17] not in message
    assert message.endswith("; and 3 more")


def test_one_wrong_file_is_named_alone() -> None:
    event, made = written(plan())
    there().delete_object(Bucket=made.bucket, Key=made.data_keys[2])
    assert refused_as(event, "1 of 3 data files").endswith(f"{made.data_keys[2]} is not there")


OTHERS = {
    "exportArn": f"{ARN}/export/01764032400000-00000000",
    "tableArn": f"{ARN}2",
    "tableId": "another",
    "s3Bucket": "another",
    "s3Prefix": "gold/full/another",
    "outputFormat": "ION",
}


@pytest.mark.parametrize(("name", "value"), OTHERS.items())
def test_an_export_of_something_else_is_refused(kind: str, name: str, value: str) -> None:
    event, made = written(plan(kind))
    own = made.summary[name]
    made.summary[name] = value
    manifests.save(there(), made)
    assert f"{name} is {value}, not {own}" in refused_as(event, "describes another export")


@pytest.mark.parametrize("value", ["2026-11-25T01:00:01.000Z", "soon", None])
@pytest.mark.parametrize("name", ["exportTime", "exportFromTime", "exportToTime"])
def test_an_export_of_another_time_is_refused(name: str, value: str | None) -> None:
    kind = "full" if name == "exportTime" else "incremental"
    event, made = written(plan(kind))
    made.summary[name] = value
    manifests.save(there(), made)
    planned = event["plan"]["from" if name == "exportFromTime" else "to"]
    assert f"{name} is {value}, not {planned}" in refused_as(event, "describes another export")


@pytest.mark.parametrize(
    ("kind_", "name", "value"),
    [
        ("full", "exportType", "INCREMENTAL_EXPORT"),
        ("incremental", "exportType", "FULL_EXPORT"),
        ("incremental", "outputView", "NEW_IMAGE"),
    ],
)
def test_an_export_of_another_kind_is_refused(kind_: str, name: str, value: str) -> None:
    event, made = written(plan(kind_))
    made.summary[name] = value
    manifests.save(there(), made)
    refused_as(event, f"{name} is {value}, not ")


@pytest.mark.parametrize("name", ["itemCount", "manifestFilesS3Key"])
def test_a_summary_without_what_is_needed_is_refused(name: str) -> None:
    event, made = written(plan())
    del made.summary[name]
    manifests.save(there(), made)
    refused_as(event, f"{name} is not there")


def test_items_have_to_add_up(kind: str) -> None:
    event, made = written(plan(kind))
    made.summary["itemCount"] = 31
    manifests.save(there(), made)
    refused_as(event, "table orders hold 30 items by s3://.*files.json, and 31 by the summary")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "JSONDecodeError"),
        ("[1]", "TypeError"),
        ('{"dataFileS3Key": "a", "itemCount": 1}', "KeyError: 'etag'"),
        ('{"dataFileS3Key": "a", "etag": 1, "itemCount": 1}', "AttributeError"),
        ('{"dataFileS3Key": "a", "etag": "1", "itemCount": "x"}', "ValueError"),
    ],
)
def test_a_line_that_names_no_data_file_is_told(line: str, why: str) -> None:
    event, made = written(plan())
    lines = [*(json.dumps(each) for each in made.lines), "", line, ""]
    there().put_object(Bucket=made.bucket, Key=made.files_key, Body="\n".join(lines).encode())
    refused_as(event, rf"line 5 of s3://.*/manifest-files.json names no data file \({why}")


def test_keys_are_spelled_in_one_way() -> None:
    event, made = written(plan())
    made.lines[1]["dataFileS3Key"] = "AWSDynamoDB/data/stray.json.gz"
    manifests.save(there(), made)
    refused_as(event, "spells some keys with gold/full/orders/ and some without: AWSDynamoDB/data/")


@pytest.mark.parametrize("name", ["manifest_key", "files_key"])
def test_a_manifest_that_is_missing_is_told(name: str) -> None:
    event, made = written(plan())
    key = getattr(made, name)
    there().delete_object(Bucket=made.bucket, Key=key)
    refused_as(event, f"the manifest s3://{made.bucket}/{key} is not there")


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff"])
def test_a_summary_that_is_none_is_told(body: bytes) -> None:
    event, made = written(plan())
    there().put_object(Bucket=made.bucket, Key=made.manifest_key, Body=body)
    refused_as(event, "manifest-summary.json is no manifest")


def test_a_file_that_s3_does_not_tell_of_is_refused_with_what_to_allow() -> None:
    event, made = written(plan(), files=203)
    answer = (403, {"__type": "403", "message": "Forbidden"})
    interceptor = Interceptor()
    with interceptor.on([there()]):
        interceptor.fail(
            "s3:HeadObject", Fault(name="denied", effect=False, answer=answer), FOR_EVER
        )
        with pytest.raises(RefusedError, match="s3:GetObject on s3://") as refused:
            verify(connect, event, NOW)
    assert f"allow s3:GetObject on s3://{made.bucket}/gold/full/" in str(refused.value)
    assert "s3:ListBucket" in str(refused.value)
    # Files behind those that were looked at already are not asked for any more.
    assert len(interceptor.requests) < 100
