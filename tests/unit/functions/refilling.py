"""Exports with their manifests, dumps and a table to refill; and refills as their machine runs.

To be used within `places.local_aws`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.plan_refill.fence import WAIT_SECONDS
from blueprints.functions.plan_refill.handler import plan
from tests.aws_extensions import accounts
from tests.unit.functions import places, tables
from tests.unit.functions.places import (
    ACCOUNT,
    BUCKET,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    connect,
)
from tests.unit.functions.tables import ARN, TABLE

EXPORTS, REPLICA, DUMPS = "shop-prod-exports", "shop-archive-exports-prod", "old-dumps"
TARGET = "orders-restored"
RUN_FOLDER = "work/refills/run-1/"  # of what a refill notes, in the catalogue's bucket
TARGET_ARN = ARN.replace(TABLE, TARGET)
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:shop-prod-refill"
START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACE: dict[str, Any] = {
    **{name: places.PLACE[name] for name in ("project", "environment", "partition")},
    "account_id": ACCOUNT,
    "region": REGION,
    "catalogue_bucket": BUCKET,
    "topic_arn": places.TOPIC,
    "is_destination": False,
    "refill_machine_arn": MACHINE,
    "export_buckets": [
        {"name": EXPORTS, "account_id": ACCOUNT, "region": REGION},
        {"name": REPLICA, "account_id": OTHER_ACCOUNT, "region": OTHER_REGION},
    ],
    "dump_buckets": [
        {"name": DUMPS, "prefix": "orders/", "account_id": ACCOUNT, "region": REGION},
    ],
}
Plan = dict[str, Any]


def elsewhere() -> Any:
    """The client of S3 of the other account."""
    make: Any = boto3.client
    return make(
        "s3",
        region_name=OTHER_REGION,
        config=connect("s3").meta.config,
        aws_access_key_id=accounts.access_key_id(OTHER_ACCOUNT),
        aws_secret_access_key="testing",
    )


def begin() -> None:
    """Create buckets, and the table that is refilled: provisioned, with 20 write units."""
    here, there = (
        {"CreateBucketConfiguration": {"LocationConstraint": region}}
        for region in (REGION, OTHER_REGION)
    )
    connect("s3").create_bucket(Bucket=EXPORTS, **here)
    connect("s3").create_bucket(Bucket=DUMPS, **here)
    elsewhere().create_bucket(Bucket=REPLICA, **there)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": ["s3:GetObject", "s3:ListBucket", "s3:RestoreObject"],
        "Resource": [f"arn:aws:s3:::{REPLICA}", f"arn:aws:s3:::{REPLICA}/*"],
    }
    elsewhere().put_bucket_policy(Bucket=REPLICA, Policy=json.dumps({"Statement": [statement]}))
    tables.create_bare(TARGET)


def at(hours: float) -> datetime:
    return START + hours * HOUR


def export(  # noqa: PLR0913 - what exports differ in
    start: float,
    end: float | None = None,
    *,
    counts: Sequence[int] = (10, 0, 20),
    buckets: Sequence[str] = (EXPORTS,),
    spelled: bool = True,
    record: bool = True,
    **more: Any,
) -> str:
    """Write an export, a full one without an end, and record it; return the record's key.

    It has a file for each number of items in `counts`; `spelled` has keys of manifests begin with
    the prefix.
    """
    kind, begins, ends = _kind(end), at(start), at(start if end is None else end)
    identity = f"{ends.timestamp() * 1000:014.0f}-a1b2c3d4"
    prefix = f"gold/{kind}/{TABLE}"
    folder = f"{prefix}/AWSDynamoDB"
    data = f"{folder}/{identity}" if end is None else folder
    lines, etag = [], ""
    for number, count in enumerate(counts):
        key, body = f"{data}/data/{identity}-{number}.json.gz", b"x" * (count + 1)
        for bucket in buckets:
            etag = _client(bucket).put_object(Bucket=bucket, Key=key, Body=body)["ETag"]
        told = key if spelled else key.removeprefix(f"{prefix}/")
        line = {"itemCount": count, "md5Checksum": f"md5-{number}", "etag": etag.strip('"')}
        lines.append({**line, "dataFileS3Key": told})
    manifest_key = f"{folder}/{identity}/manifest-summary.json"
    files_key = manifest_key.replace("summary", "files")
    summary = {
        "exportArn": f"{ARN}/export/{identity}",
        "tableArn": ARN,
        "s3Bucket": EXPORTS,
        "s3Prefix": prefix,
        "manifestFilesS3Key": files_key if spelled else files_key.removeprefix(f"{prefix}/"),
        "itemCount": sum(counts),
        "outputFormat": "DYNAMODB_JSON",
        **({"exportTime": catalogue.iso(begins)} if end is None else _window(begins, ends)),
    }
    body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    for bucket in buckets:
        _client(bucket).put_object(Bucket=bucket, Key=files_key, Body=body)
        text = json.dumps(summary).encode()
        _client(bucket).put_object(Bucket=bucket, Key=manifest_key, Body=text)
    document = {
        "table": {"name": TABLE, "arn": ARN, "id": "a"},
        "kind": kind,
        "from": catalogue.iso(begins),
        "to": catalogue.iso(ends),
        "format": "DYNAMODB_JSON",
        "export_arn": summary["exportArn"],
        "bucket": EXPORTS,
        "bucket_owner": ACCOUNT,
        "region": REGION,
        "manifest_key": manifest_key,
        "items": sum(counts),
        "files": len(lines),
        "bytes": 1_000,
        "replicas": [REPLICA],
        **more,
    }
    if not record:
        return manifest_key
    key = store.record_key(ARN, begins, ends, kind)
    assert store.write_once(connect("s3"), BUCKET, key, document)
    return key


def _kind(end: float | None) -> str:
    return "full" if end is None else "incremental"


def _window(begins: datetime, ends: datetime) -> dict[str, str]:
    return {
        "exportFromTime": catalogue.iso(begins),
        "exportToTime": catalogue.iso(ends),
        "exportType": "INCREMENTAL_EXPORT",
        "outputView": "NEW_AND_OLD_IMAGES",
    }


def _client(bucket: str) -> Any:
    return elsewhere() if bucket == REPLICA else connect("s3")


def chain(full: str, until: float, **more: Any) -> dict[str, Any]:
    """The source of a chain."""
    return {
        "kind": "chain",
        "table_arn": ARN,
        "full": full,
        "until": catalogue.iso(at(until)),
        "skip_full": False,
        **more,
    }


def request(source: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "table": {"key": "orders", "name": TARGET, "arn": TARGET_ARN},
        "source": dict(source),
        "write_units": None,
        "most_children": None,
        "resume": None,
        "quiet": False,
        "poll_seconds": 30,
        **more,
    }


def execution(name: str = "run-1") -> dict[str, str]:
    return {
        "arn": f"{MACHINE.replace(':stateMachine:', ':execution:')}:{name}",
        "name": name,
        "started_at": "2026-11-25T00:50:00.000Z",
        "entered_at": "2026-11-25T01:00:00.500Z",
    }


def event(
    asked: Mapping[str, Any],
    previous: Mapping[str, Any] | None = None,
    *,
    run: str = "run-1",
    place: Mapping[str, Any] = PLACE,
) -> dict[str, Any]:
    return {
        "request": dict(asked),
        "place": dict(place),
        "execution": execution(run),
        # As the machine hands it on.
        "previous": json.loads(json.dumps(previous or {})),
    }


def planned(
    asked: Mapping[str, Any], previous: Mapping[str, Any] | None = None, **more: Any
) -> Plan:
    """Return the next plan, made twice: the second call is what a lost answer leads to."""
    given = event(asked, previous, **more)
    first = plan(connect, given, NOW)
    assert plan(connect, given, NOW) == first
    return first


def begun(asked: Mapping[str, Any], **more: Any) -> Plan:
    """Return the first plan, of an execution that takes over from another once it has waited."""
    found = planned(asked, **more)
    return planned(asked, found, **more) if found["wait_seconds"] == WAIT_SECONDS else found


def listed(found: Plan) -> list[dict[str, Any]]:
    """The list of the round that is loaded next."""
    where = found["list"]
    body = connect("s3").get_object(Bucket=where["bucket"], Key=where["key"])["Body"].read()
    items: list[dict[str, Any]] = json.loads(body)
    return items


def loaded(found: Plan, *, but: Mapping[int, Mapping[str, Any] | None] | None = None) -> None:
    """Have the children of a round write how far they are: done, but for some, or not at all."""
    for item in listed(found):
        progress: Any = {
            "status": "DONE",
            "index": item["index"],
            "file": len(item["files"]),
            "line": 0,
            "written": sum(each["items"] or 1 for each in item["files"]),
            "deleted": 1,
            "units": 2.5,
            "files": [each["key"] for each in item["files"]],
            "error": None,
        }
        change: Any = (but or {}).get(item["index"], {})
        if change is not None:
            key = f"{found['load']['folder']}{item['index']:06}.json"
            body = json.dumps({**progress, **change}).encode()
            connect("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def run(asked: Mapping[str, Any], **more: Any) -> tuple[Plan, list[list[dict[str, Any]]]]:
    """Run a refill to its end; return the last plan, and the list of each round."""
    lists: list[list[dict[str, Any]]] = []
    found = begun(asked, **more)
    while found["action"] == "load":
        lists.append(listed(found))
        loaded(found)
        found = planned(asked, found, **more)
    return found, lists
