"""The shop's refills: what is asked, and a small AWS in this process that is asked for it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.names import catalogue_bucket_name, export_place
from generator.points.access import Access
from generator.refill.asked import Asked, Options, asked
from tests.restore.fakes import START, Execution
from tests.restore.shop import prod
from tests.unit.command import holdfast

NAME = "order_transaction"
MACHINE = "arn:aws:states:eu-central-1:111111111111:stateMachine:shop-prod-refill"
EXECUTION = f"{MACHINE.replace(':stateMachine:', ':execution:')}:one"
REGION = "eu-central-1"
EXPORT_ID = "01763946000000-a1b2c3d4"
CATALOGUE = catalogue_bucket_name(prod())
_PLACE = export_place(prod())
assert _PLACE is not None
EXPORTS = _PLACE.name
FOLDER = f"critical/full/{NAME}/AWSDynamoDB/{EXPORT_ID}"
MANIFEST = f"{FOLDER}/manifest-summary.json"
URI = f"s3://{EXPORTS}/{FOLDER}/"


def what(**options: Any) -> Asked:
    """Return what is asked of the shop's order_transaction."""
    else_said = {"chain", "follow", "resume"} & options.keys()
    given = {"environment": "prod", "table": NAME, "source": None if else_said else URI} | options
    return asked(Options(**given), prod(), START)


@dataclass(slots=True, kw_only=True)
class World:
    """Tables and buckets of account 111111111111, as moto has them, and one execution."""

    execution: Execution
    refuses: Mapping[str, Exception]

    def client(self, service: str) -> Any:
        if service in self.refuses:
            raise self.refuses[service]
        if service == "stepfunctions":
            return self.execution
        return boto3.client(service, region_name=REGION)

    def table(self, *items: Mapping[str, str], **more: Any) -> None:
        """Make the table, on demand unless `more` says otherwise."""
        dynamodb = self.client("dynamodb")
        names = ("order_id", "item_id")
        dynamodb.create_table(
            TableName=more.pop("name", NAME),
            KeySchema=[
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(names, ("HASH", "RANGE"), strict=True)
            ],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
            **({"BillingMode": "PAY_PER_REQUEST"} | more),
        )
        for item in items:
            whole = {name: {"S": value} for name, value in item.items()}
            dynamodb.put_item(TableName=NAME, Item=whole)

    def buckets(self, *names: str) -> None:
        for name in names or (CATALOGUE, EXPORTS):
            self.client("s3").create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
            )

    def put(self, bucket: str, key: str, body: Any) -> None:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=text)

    def export(self, counts: list[int], **summary: Any) -> None:
        """Write the manifests of an export whose files have so many items, and files."""
        files = f"{FOLDER}/manifest-files.json"
        lines = []
        for number, count in enumerate(counts):
            key = f"{FOLDER}/data/{number}.json.gz"
            put = self.client("s3").put_object(Bucket=EXPORTS, Key=key, Body=b"")
            lines.append(
                {
                    "itemCount": count,
                    "md5Checksum": base64.b64encode(bytes(16)).decode(),
                    "etag": put["ETag"].strip('"'),
                    "dataFileS3Key": key,
                }
            )
        self.put(EXPORTS, files, "\n".join(map(json.dumps, lines)))
        told = {
            "version": "2020-06-30",
            "exportArn": f"{the_table().arn}/export/{EXPORT_ID}",
            "tableArn": the_table().arn,
            "exportTime": "2026-11-24T01:00:00Z",
            "manifestFilesS3Key": files,
            "billedSizeBytes": 2048 * sum(counts),
            "itemCount": sum(counts),
            "outputFormat": "DYNAMODB_JSON",
        }
        self.put(EXPORTS, MANIFEST, told | summary)

    def record(self, start: str, end: str, **members: Any) -> str:
        """Write the record of an export of the table into the catalogue; return its key."""
        table, begin, until = the_table(), catalogue.moment_of(start), catalogue.moment_of(end)
        kind = "full" if begin == until else "incremental"
        key = store.record_key(table.arn, begin, until, kind)
        document = {
            "table": {"name": table.name, "arn": table.arn, "id": "a"},
            "class": "critical",
            "kind": kind,
            "from": start,
            "to": end,
            "export_arn": f"{table.arn}/export/{EXPORT_ID}",
            "format": "DYNAMODB_JSON",
            "bucket": EXPORTS,
            "bucket_owner": "111111111111",
            "region": REGION,
            "manifest_key": MANIFEST,
            "items": 100,
            "files": 4,
            "bytes": 10_000,
            "billed_bytes": 102_400,
            "keep_days": 2571,
            "replicas": [],
            **members,
        }
        self.put(CATALOGUE, key, document)
        return key


def the_table() -> Any:
    (table,) = (table for table in prod().tables if table.key == NAME)
    return table


def run(monkeypatch: Any, world: World, *arguments: str) -> Any:
    """Run a command of the shop's prod, with the world in place of AWS."""
    monkeypatch.setattr(Access, "clients", lambda _self, _place, _role: world.client)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return holdfast(*arguments)
