"""The settings of protected tables are kept, every day and when they change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.common import settings_store
from blueprints.functions.settings_snapshot import handler as function
from tests.unit.functions import tables
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.tables import ACCOUNT, ARN, TABLE

BUCKET = "shop-prod-catalog"
NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
FOLDER = f"catalog/settings/{ACCOUNT}/{tables.REGION}/orders/"
KEY = f"{FOLDER}20261120T030405Z.json"
SERVICES = ("dynamodb", "application-autoscaling", "cloudwatch", "s3")
ORDERS = {"name": TABLE, "arn": ARN}
SECOND = {"name": "second", "arn": ARN.replace("orders", "second")}


@pytest.fixture(autouse=True)
def _local_aws() -> Iterator[None]:
    with tables.local_aws():
        where = {"LocationConstraint": tables.REGION}
        tables.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield


def event(name: str = "UpdateTable", **parameters: Any) -> dict[str, Any]:
    return {"detail": {"eventName": name, "requestParameters": parameters}}


def keep(
    *listed: dict[str, str], changed: dict[str, Any] | None = None, now: datetime = NOW
) -> dict[str, Any]:
    payload = {"tables": list(listed), "bucket": BUCKET, "event": changed or {}}
    answer, _ = tables.logged(lambda: function.keep(tables.client, payload, now))
    return dict(answer)


def document(key: str = KEY) -> dict[str, Any]:
    found = settings_store.read(tables.client("s3"), BUCKET, key)
    assert found is not None
    return found


def put(key: str, body: bytes) -> None:
    tables.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def test_settings_are_written_under_whose_they_are_and_the_time() -> None:
    tables.create_full()
    assert keep(ORDERS) == {"written": [KEY], "unchanged": [], "gone": []}
    found = document()
    assert found == tables.settings(taken_at=NOW.isoformat(), table_id=found["table_id"])
    stored = tables.client("s3").get_object(Bucket=BUCKET, Key=KEY)
    assert stored["ContentType"] == "application/json"


def test_the_daily_run_always_writes() -> None:
    tables.create_full()
    keep(ORDERS)
    later = NOW + timedelta(days=1)
    assert len(keep(ORDERS, now=later)["written"]) == 1
    assert len(settings_store.keys(tables.client("s3"), BUCKET, ARN)) == 2


def test_an_event_writes_what_changed_only() -> None:
    tables.create_full()
    keep(ORDERS)
    tell = event(tableName=TABLE)
    later = NOW + timedelta(minutes=1)
    assert keep(ORDERS, changed=tell, now=later)["unchanged"] == [TABLE]
    tables.client("dynamodb").tag_resource(ResourceArn=ARN, Tags=[{"Key": "k", "Value": "v"}])
    (key,) = keep(ORDERS, changed=tell, now=later)["written"]
    assert document(key)["tags"] == {"k": "v", "owner": "payments"}


def test_what_auto_scaling_does_all_day_is_no_change() -> None:
    tables.create_full()
    keep(ORDERS)
    api = tables.client("dynamodb")
    moved = {"ReadCapacityUnits": 30, "WriteCapacityUnits": 20}
    api.update_table(TableName=TABLE, ProvisionedThroughput=moved)
    tell = event(tableName=TABLE)
    assert keep(ORDERS, changed=tell, now=NOW + timedelta(days=1))["unchanged"] == [TABLE]
    api.describe_table(TableName=TABLE)
    moved["WriteCapacityUnits"] = 30
    api.update_table(TableName=TABLE, ProvisionedThroughput=moved)
    assert keep(ORDERS, changed=tell, now=NOW + timedelta(days=1))["written"]


@pytest.mark.parametrize(
    ("changed", "concerned"),
    [
        (event(tableName=TABLE), True),
        (event(tableName=ARN), True),
        (event("TagResource", resourceArn=ARN), True),
        (event("PutResourcePolicy", resourceArn=f"{ARN}/stream/1"), True),
        (event("RegisterScalableTarget", resourceId="table/orders"), True),
        (event("PutScalingPolicy", resourceId="table/orders/index/by_customer"), True),
        (event("PutMetricAlarm", dimensions=[{"name": "TableName", "value": TABLE}]), True),
        (event(tableName="orders2"), False),
        (event("TagResource", resourceArn=f"{ARN}2"), False),
        (event("RegisterScalableTarget", resourceId="table/orders2"), False),
        (event("Something", number=1, nothing=None), False),
        ({"detail": {"eventName": "Failed", "requestParameters": None}}, False),
        ({"source": "test"}, False),
    ],
)
def test_an_event_concerns_the_tables_that_it_names(
    changed: dict[str, Any], *, concerned: bool
) -> None:
    assert function.concerns(changed, ORDERS) is concerned


def test_an_event_of_another_table_does_nothing() -> None:
    with Interceptor().on(map(tables.client, SERVICES)) as interceptor:
        answer = keep(ORDERS, changed=event(tableName="orders2"))
    assert answer == {"written": [], "unchanged": [], "gone": []}
    assert interceptor.calls == []


def test_an_event_reads_only_the_tables_that_it_names() -> None:
    tables.create_full()
    tables.create_bare("second")
    with Interceptor().on(map(tables.client, SERVICES)) as interceptor:
        answer = keep(ORDERS, SECOND, changed=event(tableName="second"))
    assert answer["written"] == [KEY.replace("orders", "second")]
    assert interceptor.calls.count("dynamodb:DescribeTable") == 1


def test_only_documents_of_the_table_itself_count_as_newest() -> None:
    tables.create_full()
    keep(ORDERS)
    other = document() | {"table_arn": ARN.replace("123456789012", "222222222222"), "tags": {}}
    put(KEY.replace("0405Z", "0500Z"), json.dumps(other).encode())
    put(KEY.replace("0405Z", "0600Z"), b"not JSON")
    put(KEY.replace("0405Z", "0700Z"), b"[]")
    put(KEY.replace("20261120T030405Z", "readme"), b"{}")
    tell = event(tableName=TABLE)
    assert keep(ORDERS, changed=tell, now=NOW + timedelta(days=1))["unchanged"] == [TABLE]


def test_alarms_are_read_once_for_all_tables() -> None:
    tables.create_full()
    tables.create_bare("second")
    with Interceptor().on(map(tables.client, SERVICES)) as interceptor:
        assert len(keep(ORDERS, SECOND)["written"]) == 2
    assert interceptor.calls.count("cloudwatch:DescribeAlarms") == 1


def test_a_table_that_is_gone_keeps_its_snapshots() -> None:
    tables.create_full()
    keep(ORDERS)
    tables.client("dynamodb").update_table(TableName=TABLE, DeletionProtectionEnabled=False)
    tables.client("dynamodb").delete_table(TableName=TABLE)
    tables.create_bare("second")
    answer = keep(ORDERS, SECOND, now=NOW + timedelta(days=1))
    assert answer["gone"] == [TABLE]
    assert len(answer["written"]) == 1
    assert [key for _, key in settings_store.keys(tables.client("s3"), BUCKET, ARN)] == [KEY]


def test_a_table_that_goes_while_it_is_read_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    tables.create_bare("second")
    read = function.settings_of
    api = tables.client("dynamodb")

    def late(*arguments: Any) -> Any:
        api.delete_table(TableName="second")
        return read(*arguments)

    monkeypatch.setattr(function, "settings_of", late)
    assert keep(SECOND)["gone"] == ["second"]


def test_a_part_that_goes_while_it_is_read_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    tables.create_full()

    def index_is_gone(*_: Any) -> Any:
        tables.client("dynamodb").describe_table(TableName="missing")

    monkeypatch.setattr(function, "settings_of", index_is_gone)
    with pytest.raises(function.SettingsSnapshotsFailedError, match="ResourceNotFound"):
        keep(ORDERS)


def test_a_table_that_is_being_deleted_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function, "described", lambda *_: {"TableStatus": "DELETING"})
    assert keep(ORDERS)["gone"] == [TABLE]


def test_one_table_never_stops_the_others_and_all_failures_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables.create_full()
    tables.create_bare("second")
    read = function.settings_of

    def unreadable(clients: Any, table: Any, *more: Any) -> Any:
        if table["TableName"] == TABLE:
            raise ValueError("'ODD' is neither on nor off")
        return read(clients, table, *more)

    monkeypatch.setattr(function, "settings_of", unreadable)
    with pytest.raises(function.SettingsSnapshotsFailedError) as caught:
        keep(ORDERS, SECOND)
    message = str(caught.value)
    assert "The settings of 1 of 2 tables could not be kept." in message
    assert "orders: ValueError: 'ODD' is neither on nor off" in message
    assert "At risk: " in message
    assert f"aws s3 ls s3://{BUCKET}/{FOLDER}" in message
    assert len(settings_store.keys(tables.client("s3"), BUCKET, SECOND["arn"])) == 1


def test_a_message_of_many_failures_stays_short() -> None:
    many = [{"name": f"t{n}", "arn": ARN.replace(TABLE, f"t{n}")} for n in range(400)]
    message = function.told({f"t{n}": "no" for n in range(300)}, many, BUCKET)
    assert "and 280 more" in message
    assert len(message) < 2_000


def test_the_handler_takes_its_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    tables.create_full()
    monkeypatch.setattr(function, "client_maker", lambda: tables.client)
    payload = {"tables": [ORDERS], "bucket": BUCKET, "event": {}}
    answer, log = tables.logged(lambda: function.handler(payload, None))
    assert answer["written"][0].startswith(FOLDER)
    assert log[-1] == {"decision": "written", "table": TABLE, "value": answer["written"][0]}
