"""A table with a history, buckets and keys for its exports, here and elsewhere, and plans of them.

To be used within `places.local_aws`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3

from blueprints.functions.common import catalogue
from blueprints.functions.export_table.handler import export
from tests.aws_extensions import accounts, clock, dynamodb_exports
from tests.moments import this_minute
from tests.unit.functions import places
from tests.unit.functions.places import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, PLACE, REGION
from tests.unit.functions.tables import ARN, TABLE

BUCKETS = {"here": "shop-prod-exports", "there": "shop-archive-exports-prod"}
ALIAS = "alias/exports"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:shop-prod-exports-gold"
SINCE = timedelta(hours=6)
EXECUTION = {
    "arn": f"arn:aws:states:{REGION}:{ACCOUNT}:execution:shop-prod-exports-gold/Tables:run-1",
    "name": "run-1",
    "entered_at": "2026-11-25T01:10:00.500Z",
}


@cache
def _elsewhere(service: str) -> Any:
    """The client of the other account, in the other Region."""
    make: Any = boto3.client
    return make(
        service,
        region_name=OTHER_REGION,
        config=places.connect(service).meta.config,
        aws_access_key_id=accounts.access_key_id(OTHER_ACCOUNT),
        aws_secret_access_key="testing",
    )


def connect(service: str, *, region: str | None = None) -> Any:
    """Return the client that functions make; moto knows keys in their own account alone."""
    if service == "kms" and region == OTHER_REGION:
        return _elsewhere("kms")
    return places.connect(service, region=region)


def every_client() -> list[Any]:
    return [
        *(connect(service) for service in ("dynamodb", "s3", "sns", "kms")),
        *(
            connect(service, region=region)
            for service in ("s3", "kms")
            for region in (REGION, OTHER_REGION)
        ),
    ]


@contextmanager
def local_aws() -> Iterator[None]:
    """A table that point-in-time recovery knows since some hours, and where its exports go."""
    dynamodb_exports.install()
    for s3, kms, where, region in (
        (connect("s3"), connect("kms"), "here", REGION),
        (_elsewhere("s3"), _elsewhere("kms"), "there", OTHER_REGION),
    ):
        s3.create_bucket(
            Bucket=BUCKETS[where], CreateBucketConfiguration={"LocationConstraint": region}
        )
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=ALIAS, TargetKeyId=key_id)
    allow_exports()
    try:
        clock.move(-SINCE.total_seconds())
        places.create_table(days=35)
        clock.move(-2.5 * 3600)
        connect("dynamodb").put_item(TableName=TABLE, Item=item("o0"))
        connect("dynamodb").delete_item(TableName=TABLE, Key=item("o1"))
        clock.move(0)
        yield
    finally:
        clock.move(0)


def item(key: str) -> dict[str, Any]:
    return {"order_id": {"S": key}, "item_id": {"S": "1"}}


def allow_exports() -> None:
    """Let the account of the table write into the other account's bucket."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": ["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload", "s3:GetObject"],
        "Resource": f"arn:aws:s3:::{BUCKETS['there']}/*",
    }
    _elsewhere("s3").put_bucket_policy(
        Bucket=BUCKETS["there"], Policy=json.dumps({"Statement": [statement]})
    )


def key_arn(where: str = "here") -> str:
    kms = connect("kms") if where == "here" else _elsewhere("kms")
    return str(kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"])


def constants(where: str = "here", **more: Any) -> dict[str, Any]:
    """What the state machine of a class gives to its functions."""
    account, region = (ACCOUNT, REGION) if where == "here" else (OTHER_ACCOUNT, OTHER_REGION)
    return {
        "class": "gold",
        "format": "DYNAMODB_JSON",
        "interval_minutes": 1440,
        "most_windows": 7,
        "bucket": BUCKETS[where],
        "bucket_owner": account,
        "bucket_region": region,
        "key_alias_arn": f"arn:aws:kms:{region}:{account}:{ALIAS}",
        "prefix": "gold",
        "keep_days": 46,
        "replicas": ["shop-replica-exports-prod"],
        "machine_arn": MACHINE,
        **more,
    }


def hours_ago(hours: float) -> datetime:
    return this_minute() - timedelta(hours=hours)


def plan(kind: str = "full", **more: Any) -> dict[str, Any]:
    """The plan of the full export of 3 hours ago, or of the hour after it."""
    start = hours_ago(3)
    end = start if kind == "full" else start + timedelta(hours=1)
    identity = "full-20261125T010000Z" if kind == "full" else f"{catalogue.compact(start)}-{kind}"
    described = connect("dynamodb").describe_table(TableName=TABLE)["Table"]
    return {
        "action": "export",
        "kind": kind,
        "chain": catalogue.iso(start),
        "starts_chain": kind == "full",
        "from": catalogue.iso(start),
        "to": catalogue.iso(end),
        "identity": identity,
        "attempt": 1,
        "client_token": f"{identity}-1",
        "prefix": f"gold/{kind}/{TABLE}",
        "table_id": described["TableId"],
        "reason": None,
        "tell": False,
        "windows": 1,
        "earliest": catalogue.iso(start - timedelta(days=1)),
        "deadline": catalogue.iso(start + timedelta(days=35)),
        "started_at": datetime.now(UTC).isoformat(),
        **more,
    }


def request(kind: str = "full") -> dict[str, Any]:
    return {
        "table": {"name": TABLE, "arn": ARN},
        "kind": kind,
        "scheduled_at": "2026-11-25T01:00:00Z",
    }


def payload(
    found: Mapping[str, Any], where: str = "here", exported: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What export_table is called with, and verify_export."""
    return {
        "plan": dict(found),
        "request": request(found["kind"]),
        "export": constants(where),
        "place": dict(PLACE),
        "previous": dict(exported or {}),
        "exported": dict(exported or {}),
    }


def exported(found: Mapping[str, Any], where: str = "here") -> dict[str, Any]:
    """Export, and return the last answer."""
    answer: dict[str, Any] = {}
    for _ in range(3):
        answer = export(connect, payload(found, where, answer), datetime.now(UTC))
        if answer["done"]:
            return answer
    raise AssertionError(answer)


def exports() -> list[dict[str, Any]]:
    listed = connect("dynamodb").list_exports(TableArn=ARN)["ExportSummaries"]
    return [
        connect("dynamodb").describe_export(ExportArn=each["ExportArn"])["ExportDescription"]
        for each in listed
    ]


def objects(bucket: str, prefix: str) -> list[str]:
    """The keys of a bucket's objects."""
    s3 = _elsewhere("s3") if bucket == BUCKETS["there"] else connect("s3")
    return [
        each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
    ]


def document(key: str) -> dict[str, Any]:
    return catalogue.read(connect("s3"), places.BUCKET, key)
