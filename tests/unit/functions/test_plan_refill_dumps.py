"""Older dumps, and exports that no catalogue records, as sources of a refill."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_refill.handler import plan
from tests.refills import dumps
from tests.unit.functions import refilling
from tests.unit.functions.places import ACCOUNT, REGION, connect
from tests.unit.functions.refilling import (
    DUMPS,
    EXPORTS,
    NOW,
    PLACE,
    begun,
    event,
    export,
    listed,
    loaded,
    planned,
    request,
    run,
)
from tests.unit.functions.tables import ARN

pytestmark = pytest.mark.usefixtures("local_places")
ITEMS: list[dict[str, Any]] = [
    {"order_id": {"S": f"o{number}"}, "item_id": {"S": "1"}} for number in range(3)
]
LINES = {
    "dynamodb_json": b"".join(json.dumps({"Item": item}).encode() + b"\n" for item in ITEMS),
    "ion": b'$ion_1_0 {Item:{order_id:"o1",item_id:"1"}}\n',
    "pipeline_json": dumps.pipeline_json(ITEMS),
    "pipeline_text": dumps.pipeline_text(ITEMS),
}


@pytest.fixture(autouse=True)
def _a_table(local_places: None) -> None:
    refilling.begin()


def put(objects: Mapping[str, bytes], **more: Any) -> None:
    for key, body in objects.items():
        connect("s3").put_object(Bucket=DUMPS, Key=key, Body=body, **more)


def dump(prefix: str = "orders/", **more: Any) -> dict[str, Any]:
    return request({"kind": "dump", "bucket": DUMPS, "prefix": prefix, "format": "auto", **more})


def one(manifest_key: str, bucket: str = EXPORTS) -> dict[str, Any]:
    return request({"kind": "export", "bucket": bucket, "manifest_key": manifest_key})


def refused(asked: dict[str, Any], says: str, **place: Any) -> str:
    with pytest.raises(RefusedError, match=says) as raised:
        plan(connect, event(asked, place={**PLACE, **place}), NOW)
    return str(raised.value)


# --- dumps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("written", LINES)
def test_each_file_of_a_dump_is_loaded_by_a_child(
    written: str,
    packed: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    bodies = [LINES[written]] * 3
    objects = dumps.dump(bodies, DUMPS, "orders", packed=packed)
    put(objects)
    found = planned(dump())
    files = [file for item in listed(found) for file in item["files"]]
    keys = [key for key, body in objects.items() if body and not key.endswith("manifest")]
    assert [file["key"] for file in files] == keys
    assert files[0] == {
        "bucket": DUMPS,
        "key": keys[0],
        "region": REGION,
        "account_id": ACCOUNT,
        "etag": connect("s3").head_object(Bucket=DUMPS, Key=keys[0])["ETag"].strip('"'),
        "md5": None,
        "items": None,
        "bytes": len(objects[keys[0]]),
        "format": written,
        "kind": "full",
        "compression": "GZIP" if packed else "NONE",
    }
    assert found["source"] == f"dump of 3 files below s3://{DUMPS}/orders/, {written}"
    loaded(found)
    end = planned(dump(), found)
    assert (end["action"], end["error"], end["rounds_total"]) == ("report", None, 1)


def test_a_dump_stays_what_it_was_when_the_refill_began() -> None:
    put({"orders/a": LINES["pipeline_json"]})
    first = planned(dump())
    put({"orders/b": LINES["pipeline_json"]})
    assert len(listed(planned(dump(), {**first, "action": "wait"}))) == 1


def test_a_dump_that_is_resumed_has_its_files_as_they_are_now() -> None:
    put({"orders/a": LINES["pipeline_json"], "orders/b": LINES["pipeline_json"]})
    before = listed(planned(dump()))
    put({"orders/a": LINES["pipeline_json"] * 2, "orders/c": LINES["pipeline_json"]})
    mended, same = listed(begun({**dump(), "resume": "run-1"}, run="run-2"))
    now = connect("s3").head_object(Bucket=DUMPS, Key="orders/a")
    told = {"etag": now["ETag"].strip('"'), "bytes": now["ContentLength"]}
    assert mended["files"] == [{**before[0]["files"][0], **told}]
    assert mended["files"] != before[0]["files"]
    assert same == before[1]


def test_a_file_of_a_dump_that_is_gone_is_told_where_it_is_resumed() -> None:
    put({"orders/a": LINES["pipeline_json"]})
    planned(dump())
    connect("s3").delete_object(Bucket=DUMPS, Key="orders/a")
    again = {**dump(), "resume": "run-1"}
    refused(again, "orders/a is not there")


def test_what_is_no_data_is_left_out() -> None:
    body = LINES["pipeline_json"]
    put({f"orders/{name}": body for name in ("part-0", "deep/part-1", "part-2")})
    put(
        {
            **{f"orders/{name}": b"x" for name in ("_SUCCESS", "_started", ".hidden", "a.md5")},
            **{f"orders/{name}": b"x" for name in ("b.crc", "c.checksum", "d_$folder$")},
            **{f"orders/{name}": b"" for name in ("", "part-3", "deep/")},
        }
    )
    keys = [item["files"][0]["key"] for item in listed(planned(dump()))]
    assert keys == ["orders/deep/part-1", "orders/part-0", "orders/part-2"]


def test_packed_files_without_a_name_that_says_so_are_known_by_their_bytes() -> None:
    put({"orders/a": gzip.compress(b""), "orders/b": gzip.compress(LINES["ion"])})
    files = [item["files"][0] for item in listed(planned(dump()))]
    assert {(each["format"], each["compression"]) for each in files} == {("ion", "GZIP")}


def test_a_dump_that_was_moved_has_its_files_beside_its_manifest() -> None:
    objects = dumps.dump([LINES["pipeline_text"]] * 2, "former", "elsewhere")
    put({key.replace("elsewhere/", "orders/"): body for key, body in objects.items()})
    put({f"orders/{dumps.FOLDER}/stray": LINES["pipeline_text"]})
    keys = [item["files"][0]["key"] for item in listed(planned(dump()))]
    assert keys == [
        key.replace("elsewhere/", "orders/")
        for key in objects
        if not key.endswith(("manifest", "_SUCCESS"))
    ]


def test_a_file_that_the_manifest_names_and_is_not_there_is_refused() -> None:
    objects = dumps.dump([LINES["pipeline_json"]] * 2, DUMPS, "orders")
    gone = next(iter(objects))
    put({key: body for key, body in objects.items() if key != gone})
    refused(dump(), f"s3://{DUMPS}/{gone}, which s3://.*manifest names, is not there")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"entries": [1]}'])
def test_a_manifest_that_is_none_is_refused(body: bytes) -> None:
    put({"orders/a": LINES["pipeline_json"], "orders/manifest": body})
    refused(dump(), "orders/manifest is no manifest of a dump")


def test_several_dumps_are_refused_with_a_choice() -> None:
    for day in ("2015-06-27", "2015-06-28"):
        put({f"orders/{day}/a": LINES["pipeline_json"], f"orders/{day}/_SUCCESS": b""})
    said = refused(dump(), "there are 2 dumps")
    assert "such as orders/2015-06-27/, orders/2015-06-28/" in said
    assert len(listed(planned(dump("orders/2015-06-28/")))) == 1


@pytest.mark.parametrize("mark", [None, "orders/2016-01/_SUCCESS"])
def test_dumps_that_nothing_marks_are_refused_with_a_choice(mark: str | None) -> None:
    body = LINES["pipeline_json"]
    put({f"orders/2016-0{month}/users.json": body for month in (1, 2)})
    put({"orders/2016-03/": b"", "orders/2016-03/empty": b"", "orders/logs/_log": b"x"})
    put({mark: b""} if mark else {})
    said = refused(dump(), "files of data in 2 folders")
    assert "give the prefix of one folder, such as orders/2016-01/, orders/2016-02/" in said
    assert len(listed(planned(dump("orders/2016-02/")))) == 1


def test_a_folder_of_exports_is_refused_with_what_to_ask_for() -> None:
    put({"orders/AWSDynamoDB/1-a/manifest-summary.json": b"{}"})
    refused(dump(), "manifest_key: orders/AWSDynamoDB/1-a/manifest-summary.json")


@pytest.mark.parametrize(
    "objects",
    [{}, {"orders/_SUCCESS": b"x"}, {"orders/a": b""}, {"orders/manifest": b'{"entries": []}'}],
)
def test_an_empty_dump_is_refused(objects: dict[str, bytes]) -> None:
    put(objects)
    refused(dump(), f"below s3://{DUMPS}/orders/ no file holds anything")


def test_a_dump_of_packed_nothing_is_refused() -> None:
    put({"orders/a.gz": gzip.compress(b""), "orders/b.gz": gzip.compress(b"\n")})
    refused(dump(), "the first 2 files .* hold nothing once they are unpacked")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"Metadata":{},"Keys":{"a":{"S":"b"}}}\n', "lines of an incremental export"),
        (b'$ion_1_0 {Record:{Keys:{a:"b"}}}\n', "lines of an incremental export"),
        (b"a,b,c\n", "its first line is none of an item"),
        (b"\x1f\x8b\x08nothing", "cannot be unpacked"),
    ],
)
def test_what_is_no_dump_is_refused(body: bytes, says: str) -> None:
    put({"orders/a": body})
    refused(dump(), f"s3://{DUMPS}/orders/a cannot be refilled from: .*{says}")


def test_a_format_that_the_files_are_not_of_is_refused() -> None:
    put({"orders/a": LINES["pipeline_json"]})
    refused(dump(format="ion"), "are pipeline_json by their first lines, not ion")
    refused(dump(format="csv"), "source.format is csv: give auto, or one of dynamodb_json, ion")
    assert listed(planned(dump(format="pipeline_json")))


@pytest.mark.parametrize("prefix", ["", "customers/2015/"])
def test_what_the_environment_does_not_read_is_refused_with_the_field_to_write(
    prefix: str,
) -> None:
    said = refused(dump(prefix), f"is not among what this environment may read .*s3://{DUMPS}/")
    line = "recovery: {refill_sources: {NAME: {bucket: old-dumps, prefix:"
    assert line in said
    assert "environment prod" in said


# --- exports by their manifest --------------------------------------------------------------------


def test_an_export_that_no_catalogue_records() -> None:
    full = export(0, record=False)
    end, ((first, second),) = run(one(full))
    assert [first["files"][0]["items"], second["files"][0]["items"]] == [10, 20]
    assert (end["source_table_arn"], end["format"]) == (ARN, "dynamodb_json")
    assert end["source"] == f"full export of 2026-11-01T00:00:00Z, of table {ARN}"


def test_an_incremental_export_by_itself() -> None:
    end, ((first, _),) = run(one(export(0, 6, record=False)))
    assert first["files"][0]["kind"] == "incremental"
    assert end["source"].startswith("incremental export of 2026-11-01T06:00:00Z")


def test_an_export_that_was_copied_below_another_prefix() -> None:
    full = export(0, record=False)
    s3 = connect("s3")
    for each in s3.list_objects_v2(Bucket=EXPORTS)["Contents"]:
        body = s3.get_object(Bucket=EXPORTS, Key=each["Key"])["Body"].read()
        put({each["Key"].replace("gold/full/", ""): body})
    _, ((first, _),) = run(one(full.replace("gold/full/", ""), DUMPS))
    assert first["files"][0]["bucket"] == DUMPS
    assert first["files"][0]["key"].startswith("orders/AWSDynamoDB/")


def test_an_export_of_an_empty_table_is_nothing_to_load() -> None:
    end, lists = run(one(export(0, counts=(0,), record=False)))
    assert (lists, end["error"], end["rounds_total"]) == ([], None, 0)


def test_what_is_no_export_is_refused() -> None:
    full = export(0, record=False)
    refused(one(full.replace("summary", "files")), "is no summary of an export")
    refused(one(f"x/{full}"), f"the manifest s3://{EXPORTS}/x/{full} is not there")
    refused(one(full, "another"), "is not among what this environment may read")
    s3 = connect("s3")
    told = json.loads(s3.get_object(Bucket=EXPORTS, Key=full)["Body"].read())
    for name, value in (("outputFormat", "CSV"), ("exportType", "SOME"), ("itemCount", None)):
        s3.put_object(Bucket=EXPORTS, Key=full, Body=json.dumps({**told, name: value}).encode())
        refused(one(full), "describes an export of type")
