"""A table with point-in-time recovery, records of its exports, and plans of the next.

To be used within `places.local_aws`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.plan_export.handler import plan
from tests.aws_extensions import dynamodb_history
from tests.unit.functions import exporting, places, tables
from tests.unit.functions.places import ACCOUNT, BUCKET, PLACE, REGION, connect
from tests.unit.functions.tables import ARN, TABLE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ATTEMPTS = f"catalog/attempts/{ACCOUNT}/{REGION}/"
NOW = datetime(2026, 11, 25, 1, 5, 12, tzinfo=UTC)
LATEST = datetime(2026, 11, 25, 1, 0, 12, tzinfo=UTC)
END = LATEST.replace(second=0)
EARLIEST = NOW - 35 * DAY
NAMES = {
    *("action", "kind", "chain", "starts_chain", "from", "to", "identity", "attempt"),
    *("client_token", "prefix", "table_id", "reason", "tell", "windows", "earliest"),
    *("deadline", "started_at"),
}


def begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Create a table that is two months old, with point-in-time recovery of 35 days."""
    places.create_table(days=35)
    create(NOW - 60 * DAY)
    restorable(monkeypatch, EARLIEST, LATEST)


def create(at: datetime) -> str:
    """Let the table have been created at a time, and return its id."""
    table = dynamodb_backends[ACCOUNT][REGION].get_table(TABLE)
    table.created_at = at.replace(tzinfo=None)
    return table_id()


def table_id() -> str:
    return str(connect("dynamodb").describe_table(TableName=TABLE)["Table"]["TableId"])


def restorable(monkeypatch: pytest.MonkeyPatch, earliest: datetime, latest: datetime) -> None:
    bounds = (earliest.timestamp(), latest.timestamp())
    monkeypatch.setattr(dynamodb_history, "window", lambda _table: bounds)


def event(kind: str = "incremental", **more: Any) -> dict[str, Any]:
    request = {"table": {"name": TABLE, "arn": ARN}, "kind": kind}
    return {
        "request": {**request, "scheduled_at": "2026-11-25T01:05:00Z"},
        "export": exporting.constants(),
        "place": PLACE,
        "previous": {},
        **more,
    }


def planned(kind: str = "incremental", **more: Any) -> dict[str, Any]:
    found, _ = tables.logged(lambda: plan(connect, event(kind, **more), NOW))
    assert found.keys() == NAMES
    assert json.loads(json.dumps(found)) == found
    return dict(found)


def recorded(kind: str, start: datetime, end: datetime, **more: Any) -> str:
    """Record an export, and return its key."""
    document = {
        "version": 1,
        "table": {"name": TABLE, "arn": ARN, "id": table_id()},
        "kind": kind,
        "chain": catalogue.iso(start),
        "starts_chain": kind == "full",
        "from": catalogue.iso(start),
        "to": catalogue.iso(end),
        **more,
    }
    key = store.record_key(ARN, start, end, kind)
    assert store.write_once(connect("s3"), BUCKET, key, document)
    return key


def chain_to(end: datetime, **more: Any) -> str:
    """Record a full export of the day before and an incremental one after it; return its key."""
    start = end - DAY
    recorded("full", start, start, **more)
    return recorded("incremental", start, end, **{"chain": catalogue.iso(start), **more})


def failed(found: dict[str, Any]) -> None:
    put(store.failure_key(ARN, found["identity"], found["attempt"]), b"{}")


def put(key: str, body: bytes) -> None:
    connect("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def kept() -> list[str]:
    """The plans in the catalogue."""
    found = connect("s3").list_objects_v2(Bucket=BUCKET, Prefix=ATTEMPTS)
    return [each["Key"].removeprefix(ATTEMPTS) for each in found.get("Contents", ())]


def forget() -> None:
    """Delete the plans."""
    for name in kept():
        connect("s3").delete_object(Bucket=BUCKET, Key=f"{ATTEMPTS}{name}")
