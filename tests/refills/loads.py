"""Files that are loaded into tables: older dumps, whole and damaged, fast and slowly."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from blueprints.names import export_replicas
from tests.exports.applying import in_order
from tests.exports.shop import exports_bucket, until
from tests.refills import dumps
from tests.refills.shop import (
    CARTS,
    DUMPS,
    HERE,
    ORDERS,
    PAYMENTS,
    PREFIX,
    SEED,
    Refill,
    ended,
    progress,
    refilled,
    request,
    start,
)
from tests.restores.people import command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from click.testing import Result

    from tests.refills.shop import Item, Shop
    from tests.restores.shop import Place

LOAD = "shop-prod-load-file"


def payments(count: int, first: int = 0) -> list[Item]:
    """Return items with a value of each type, bytes in Base64 as files have them."""
    random = Random(SEED + first)
    return [_payment(random, number) for number in range(first, first + count)]


def _payment(random: Random, number: int) -> Item:
    some = random.randint(0, 10**6)
    values: Item = {
        "amount": {"N": f"{some / 100}"},
        "paid": {"BOOL": some % 2 == 0},
        "note": {"NULL": True},
        "receipt": {"B": b64encode(str(some).encode()).decode()},
        "tags": {"SS": sorted({f"tag{some % 7}", 'ö\u2028"x"'})},
        "parts": {"NS": ["1", "-2.5"]},
        "lines": {"L": [{"M": {"text": {"S": "\\ \t ü"}, "n": {"N": str(some)}}}, {"S": ""}]},
    }
    kept = random.sample(sorted(values), 4)
    return {"payment_id": {"S": f"p{number:05}"}, **{name: values[name] for name in kept}}


def read(items: Iterable[Item]) -> list[Item]:
    """Return items as a client of DynamoDB reads them, in order."""
    found = [json.loads(json.dumps(each), object_hook=_with_bytes) for each in items]
    return sorted(found, key=in_order)


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    is_text = value.keys() == {"B"} and isinstance(value["B"], str)
    return {"B": b64decode(value["B"])} if is_text else value


def table(place: Place, name: str, units: int | None = None) -> None:
    """Create a table like that of payments, on demand or with so many write units."""
    billing: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
    if units is not None:
        throughput = {"ReadCapacityUnits": 5, "WriteCapacityUnits": units}
        billing = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": throughput}
    place.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "payment_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "payment_id", "KeyType": "HASH"}],
        **billing,
    )


def held(place: Place, name: str) -> list[Item]:
    return sorted(place.items(name), key=in_order)


def put(place: Place, name: str, bodies: Sequence[bytes], *, packed: bool = False) -> list[str]:
    """Put a dump below a folder; return the keys of its files of data."""
    files = dumps.dump(bodies, DUMPS, f"{PREFIX}/{name}", packed=packed)
    for key, body in files.items():
        place.client("s3").put_object(Bucket=DUMPS, Key=key, Body=body)
    return [key for key in files if not key.endswith(("manifest", "_SUCCESS"))]


def source(name: str, form: str = "auto") -> dict[str, str]:
    """Return the source of a refill: the dump in a folder."""
    return {"kind": "dump", "bucket": DUMPS, "prefix": f"{PREFIX}/{name}/", "format": form}


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Refills of one table, what it held after each, and what it is to hold in the end."""

    refills: list[Refill]
    held: list[list[Item]]
    wanted: list[Item]
    results: list[Result] = field(default_factory=list)
    more: Mapping[str, Any] = field(default_factory=dict)


# Older dumps


def older_dumps(shop: Shop) -> Loaded:
    """Data Pipeline's JSON into the table of the environment, then a later dump in its text."""
    prod, name = shop.prod, shop.prod.table(PAYMENTS).name
    old, new = payments(60), payments(40, 50)
    put(prod, "json", [dumps.pipeline_json(old[:30]), dumps.pipeline_json(old[30:])])
    put(prod, "text", [dumps.pipeline_text(new, dumps.LOWER_CASE), b""], packed=False)
    results, seen = [], []
    for folder, more in (("json", ()), ("text", ()), ("text", ("--overwrite",))):
        address = f"s3://{DUMPS}/{PREFIX}/{folder}/"
        asked = ("refill", "prod", PAYMENTS, "--from", address, *more)
        results.append(command(prod, HERE.parent, *asked))
        seen.append(held(prod, name))
    after = {each["payment_id"]["S"]: each for each in (*old, *new)}
    return Loaded(refills=[], held=seen, wanted=read(after.values()), results=results)


def damaged(shop: Shop) -> Loaded:
    """Of three files one has a line that is none, and one was cut off; then both are mended."""
    prod, name = shop.prod, f"{shop.prod.table(PAYMENTS).name}-damaged"
    items = payments(90, 1000)
    bodies = [dumps.pipeline_json(items[at : at + 30]) for at in (0, 30, 60)]
    lines = bodies[1].splitlines(keepends=True)
    bad = b"".join([*lines[:6], lines[6][:-20] + b"\n", *lines[7:]])
    table(prod, name)
    _, wrong, cut = put(prod, "damaged", [bodies[0], bad, bodies[2]], packed=True)
    s3 = prod.client("s3")
    s3.put_object(Bucket=DUMPS, Key=cut, Body=gzip.compress(bodies[2], mtime=0)[:-100])
    failed = refilled(prod, name, source("damaged"))
    seen = [held(prod, name)]
    for key, body in ((wrong, bodies[1]), (cut, bodies[2])):
        s3.put_object(Bucket=DUMPS, Key=key, Body=gzip.compress(body, mtime=0))
    asked = ("refill", "prod", PAYMENTS, "--resume", failed.name)
    result = command(prod, HERE.parent, *asked)
    return Loaded(
        refills=[failed],
        held=[*seen, held(prod, name)],
        wanted=read(items),
        results=[result],
        more={"wrong": wrong, "cut": cut, "first": read(items[:36])},
    )


def of_an_export(shop: Shop) -> Loaded:
    """A file of an export is another one than its manifest says; then it is brought back."""
    return _of_an_export(shop, ORDERS, shop.prod, exports_bucket(shop.prod))


def of_a_replica(shop: Shop) -> Loaded:
    """The same of a replica, of whose files the manifest knows the content alone."""
    ((_, replica),) = export_replicas(shop.prod.environment).values()
    # Of another table: what is written into production's bucket is replicated.
    return _of_an_export(shop, CARTS, shop.archive, replica.name)


def _of_an_export(shop: Shop, table_key: str, place: Place, bucket: str) -> Loaded:
    name = f"{shop.prod.table(table_key).name}-of-export"
    full, s3 = shop.records(table_key)[0], place.client("s3")
    listed = s3.get_object(Bucket=bucket, Key=full["manifest_files_key"])["Body"].read()
    files = [json.loads(each) for each in listed.splitlines()]
    key = next(each["dataFileS3Key"] for each in files if each["itemCount"])
    key = f"{full['data_key_prefix']}{key}"
    settings = shop.prod.settings(shop.prod.table(table_key).name)
    attributes = [each["AttributeName"] for each in settings["key_schema"]]
    place.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=settings["key_schema"],
        AttributeDefinitions=[
            {"AttributeName": each, "AttributeType": settings["attributes"][each]}
            for each in attributes
        ],
    )
    asked = {"kind": "export", "bucket": bucket, "manifest_key": full["manifest_key"]}
    body = gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    another = gzip.compress(body + b"\n", mtime=0)
    version = s3.put_object(Bucket=bucket, Key=key, Body=another)["VersionId"]
    failed = refilled(place, name, asked)
    s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
    again = refilled(place, name, asked, resume=failed.name)
    return Loaded(
        refills=[failed, again],
        held=[held(place, name)],
        wanted=shop.held(table_key, full["to"]),
        more={"file": f"s3://{bucket}/{key}"},
    )


# Slowly


def throttled(shop: Shop) -> Loaded:
    """DynamoDB leaves a third of all requests, at random; the table has 50 write units."""
    prod, name = shop.prod, f"{shop.prod.table(PAYMENTS).name}-throttled"
    items = payments(160, 2000)
    table(prod, name, units=50)
    put(prod, "throttled", [dumps.pipeline_json(items[:80]), dumps.pipeline_json(items[80:])])
    shop.throttle(unprocessed_share=0.33, seed=SEED, table=name)
    found = refilled(prod, name, source("throttled"))
    shop.throttle()
    return Loaded(
        refills=[found],
        held=[held(prod, name)],
        wanted=read(items),
        more={"progress": progress(prod, found.name)},
    )


def out_of_time(shop: Shop) -> Loaded:
    """Each call has time for one batch, and says where the next one is to go on."""
    prod, name = shop.prod, f"{shop.prod.table(PAYMENTS).name}-slow"
    items = payments(100, 3000)
    table(prod, name)
    put(prod, "slow", [dumps.pipeline_json(items)], packed=True)
    api = prod.client("lambda")
    before = api.get_function_configuration(FunctionName=LOAD)["Timeout"]
    # A call ends a minute before its time. By then it has written, and waits for its budget.
    api.update_function_configuration(FunctionName=LOAD, Timeout=64)
    found = refilled(prod, name, source("slow"), write_units=5)
    api.update_function_configuration(FunctionName=LOAD, Timeout=before)
    return Loaded(
        refills=[found],
        held=[held(prod, name)],
        wanted=read(items),
        more={"calls": list(_calls_of_children(prod, found))},
    )


def killed(shop: Shop) -> Loaded:
    """A call is ended at some line, without a word; the state machine calls again."""
    prod, name = shop.prod, f"{shop.prod.table(PAYMENTS).name}-killed"
    items = payments(100, 4000)
    table(prod, name)
    put(prod, "killed", [dumps.pipeline_json(items)])
    # 25 items are written at once, then the budget is waited for.
    execution = start(prod, request(prod, name, source("killed"), write_units=12))
    assert until(lambda: prod.items(name), 60)
    over = shop.time_out(LOAD)
    at = len(prod.items(name))
    found = ended(prod, execution)
    return Loaded(
        refills=[found],
        held=[held(prod, name)],
        wanted=read(items),
        more={"over": over, "at": at, "calls": list(_calls_of_children(prod, found))},
    )


def _calls_of_children(place: Place, refill: Refill) -> Iterable[str]:
    """Yield how each call of the function that loads ended, as the children's histories tell."""
    api = place.client("stepfunctions")
    for run in api.list_map_runs(executionArn=refill.arn)["mapRuns"]:
        for child in api.list_executions(mapRunArn=run["mapRunArn"])["executions"]:
            history = api.get_execution_history(executionArn=child["executionArn"])
            kinds = ("LambdaFunction", "Task")
            ends = ("Succeeded", "Failed", "TimedOut")
            for event in history["events"]:
                if event["type"].startswith(kinds) and event["type"].endswith(ends):
                    yield event["type"]
