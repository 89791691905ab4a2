"""Records of exports as verify_export writes them, and restores that are planned from them.

To be used within `places.local_aws`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.plan_restore.handler import plan
from tests.moments import this_minute
from tests.unit.functions import places, tables
from tests.unit.functions.places import ACCOUNT, BUCKET, OTHER_ACCOUNT, OTHER_REGION, REGION
from tests.unit.functions.tables import ARN, TABLE

EXPORTS, REPLICA = "shop-prod-exports", "shop-archive-exports-prod"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:shop-prod-refill"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLACE: dict[str, Any] = {
    **places.PLACE,
    "refill_machine_arn": MACHINE,
    "export_buckets": [
        {"name": EXPORTS, "account_id": ACCOUNT, "region": REGION},
        {"name": REPLICA, "account_id": OTHER_ACCOUNT, "region": OTHER_REGION},
    ],
}
# What an import and CreateTable make alike: no local index.
SETTINGS = tables.settings(
    local_indexes={}, attributes=dict.fromkeys(("customer", "item_id", "order_id"), "S")
)


def hours_ago(hours: float) -> datetime:
    return this_minute() - timedelta(hours=hours)


def export_arn(end: datetime) -> str:
    return f"{ARN}/export/{end.timestamp() * 1000:014.0f}-a1b2c3d4"


def record(start: datetime, end: datetime | None = None, **more: Any) -> str:
    """Record an export, a full one without an end; return the ARN of the export."""
    kind, until = "full" if end is None else "incremental", end or start
    folder = f"gold/{kind}/{TABLE}/AWSDynamoDB"
    arn = export_arn(until)
    document = {
        "version": 1,
        "table": {"name": TABLE, "arn": ARN, "id": "a"},
        "class": "gold",
        "kind": kind,
        "chain": catalogue.iso(start),
        "starts_chain": False,
        "from": catalogue.iso(start),
        "to": catalogue.iso(until),
        "format": "DYNAMODB_JSON",
        "view": None if end is None else "NEW_AND_OLD_IMAGES",
        "export_arn": arn,
        "bucket": EXPORTS,
        "bucket_owner": ACCOUNT,
        "region": REGION,
        "prefix": f"gold/{kind}/{TABLE}",
        "manifest_key": f"{folder}/{arn.rpartition('/')[2]}/manifest-summary.json",
        "manifest_files_key": f"{folder}/{arn.rpartition('/')[2]}/manifest-files.json",
        "data_key_prefix": "",
        "items": 100 if end is None else 5,
        "files": 3,
        "bytes": 900,
        "billed_bytes": 4_000,
        "replicas": [REPLICA],
        "keep_days": 46,
        "reason": None,
        **more,
    }
    key = store.record_key(ARN, start, until, kind)
    assert store.write_once(places.connect("s3"), BUCKET, key, document)
    return arn


def data_prefix(arn: str) -> str:
    return f"gold/full/{TABLE}/AWSDynamoDB/{arn.rpartition('/')[2]}/data/"


def event(place: dict[str, Any] = PLACE, **more: Any) -> dict[str, Any]:
    return places.event(place, **{"settings": SETTINGS, **more})


def planned(place: dict[str, Any] = PLACE, **more: Any) -> dict[str, Any]:
    """Return the plan of a request as it is made now."""
    found = plan(places.connect, event(place, **more), datetime.now(UTC))
    assert json.loads(json.dumps(found)) == found
    return found
