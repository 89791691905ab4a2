"""Every hour: all tables and rules against their newest points, as AWS has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.check_freshness import handler as function
from blueprints.functions.check_freshness import memory
from blueprints.functions.common import catalogue, exports_store
from tests.unit.functions import places, tables
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import BUCKET, connect
from tests.unit.functions.tables import ACCOUNT, ARN, REGION, TABLE

pytestmark = pytest.mark.usefixtures("local_places")

NOW = datetime.now(UTC).replace(microsecond=0)
SECOND = "second"
SECOND_ARN = ARN.replace(TABLE, SECOND)
ORDERS = {"name": TABLE, "arn": ARN}
HOUR = timedelta(hours=1)
PREFIX = "shop-prod-critical-"
LIFECYCLE = {"DeleteAfterDays": 35}
PITR = {"name": "pitr", "class": "critical", "source": "point_in_time", "allowed_minutes": 60}
DAILY = {
    "name": "daily",
    "class": "critical",
    "source": "aws_backup",
    "allowed_minutes": 1500,
    "vault": "main",
    "delete_after_days": 35,
}
SNAPSHOT = {
    "name": "snapshot",
    "class": "critical",
    "source": "snapshot",
    "allowed_minutes": 1500,
    "prefix": PREFIX,
}
FULL = {
    "name": "full",
    "class": "critical",
    "source": "export_full",
    "allowed_minutes": 8 * 24 * 60,
}
INCREMENTAL = {
    "name": "incremental",
    "class": "critical",
    "source": "export_incremental",
    "allowed_minutes": 1500,
}
RULES = (PITR, DAILY, SNAPSHOT, FULL, INCREMENTAL)


@pytest.fixture(autouse=True)
def _points(local_places: None) -> None:
    """A table with a point of every rule."""
    places.create_table(days=35)
    places.backed_up(**LIFECYCLE)
    snapshot(TABLE)
    export(3 * HOUR, "full")
    export(HOUR, "incremental", length=2 * HOUR)


def snapshot(name: str, ago: timedelta = timedelta(0), status: str = "AVAILABLE") -> None:
    stamp = f"{NOW - ago:%Y%m%dT%H%M}"
    made = connect("dynamodb").create_backup(TableName=name, BackupName=f"{PREFIX}{stamp}")
    kept = dynamodb_backends[ACCOUNT][REGION].backups[made["BackupDetails"]["BackupArn"]]
    kept.creation_date_time = (NOW - ago).replace(tzinfo=None)
    kept.status = status


def export(
    ago: timedelta, kind: str, length: timedelta = timedelta(0), arn: str = ARN, name: str = TABLE
) -> None:
    end = NOW - ago
    key = exports_store.record_key(ARN.replace(TABLE, name), end - length, end, kind)
    exports_store.write_once(connect("s3"), BUCKET, key, {"table": {"name": name, "arn": arn}})


def event(**more: Any) -> dict[str, Any]:
    place = {key: places.PLACE[key] for key in ("project", "environment", "region")}
    return {
        "place": {**place, "catalogue_bucket": BUCKET},
        "classes": {"critical": [ORDERS]},
        "rules": list(RULES),
        "scheduled_at": f"{NOW:%Y-%m-%dT%H:00:00Z}",
        **more,
    }


def check(later: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
    moment = NOW + later
    given = {"scheduled_at": f"{moment:%Y-%m-%dT%H:%M:00Z}", **more}
    answer, _ = tables.logged(lambda: function.check(connect, event(**given), moment))
    return dict(answer)


def stale(answer: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["rule"], each["table"]) for each in answer["stale"]}


def published() -> dict[str, float]:
    """Return the newest value of each metric by rule."""
    api, found = connect("cloudwatch"), {}
    for metric in api.list_metrics(Namespace="Holdfast")["Metrics"]:
        of = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        assert metric["MetricName"] == "AgeOfNewestPoint"
        assert of.keys() == {"Project", "Environment", "Rule"}
        points = api.get_metric_statistics(
            **metric,
            StartTime=NOW - HOUR,
            EndTime=NOW + 1000 * HOUR,
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        found[of["Rule"]] = max(points, key=lambda each: each["Timestamp"])["Maximum"]
    return found


def kept() -> dict[str, Any]:
    body = connect("s3").get_object(Bucket=BUCKET, Key=memory.KEY)["Body"].read()
    document = json.loads(body)
    assert isinstance(document, dict)
    return document


def put_memory(body: bytes) -> None:
    connect("s3").put_object(Bucket=BUCKET, Key=memory.KEY, Body=body)


def test_fresh_tables_are_measured_and_nobody_is_told() -> None:
    answer = check()
    assert (answer["stale"], answer["tell"]) == ([], False)
    ages = published()
    assert ages.keys() == {rule["name"] for rule in RULES}
    assert ages["incremental"] == 3600
    assert ages["full"] == 3 * 3600
    assert max(ages["pitr"], ages["daily"], ages["snapshot"]) < 60
    assert kept()["rules"]["full"]["tables"][TABLE]["newest"] == catalogue.iso(NOW - 3 * HOUR)


def test_each_source_goes_stale_by_its_own_rule_and_is_fresh_again_with_a_new_point() -> None:
    check()
    later = 26 * HOUR
    answer = check(later)
    assert stale(answer) == {(rule["name"], TABLE) for rule in (PITR, DAILY, SNAPSHOT, INCREMENTAL)}
    assert answer["tell"]
    assert answer["subject"] == "Holdfast: 1 table stale in shop-prod"
    assert published()["incremental"] == 27 * 3600
    assert not check(later + HOUR)["tell"]
    export(-later - HOUR, "incremental", length=26 * HOUR)
    answer = check(later + 2 * HOUR)
    assert stale(answer) == {(rule["name"], TABLE) for rule in (PITR, DAILY, SNAPSHOT)}
    assert "Fresh again: orders (incremental)." in answer["message"]


def test_what_stays_stale_is_told_once_a_day() -> None:
    told = [hour for hour in range(26, 80) if check(hour * HOUR, rules=[DAILY])["tell"]]
    assert told == [26, 50, 74]


def test_a_run_that_is_repeated_tells_again_and_another_one_does_not() -> None:
    rules = [DAILY, INCREMENTAL]
    first = check(26 * HOUR, rules=rules)
    assert check(26 * HOUR, rules=rules) == first
    assert first["tell"]
    assert not check(27 * HOUR, rules=rules)["tell"]


def test_a_table_without_points_gets_the_time_that_its_rule_allows() -> None:
    tables.create_bare(SECOND)
    classes = {"critical": [{"name": SECOND, "arn": SECOND_ARN}]}
    more: dict[str, Any] = {"classes": classes, "rules": [DAILY, SNAPSHOT]}
    assert not check(**more)["tell"]
    assert not check(25 * HOUR, **more)["tell"]
    answer = check(26 * HOUR, **more)
    assert stale(answer) == {("daily", SECOND), ("snapshot", SECOND)}
    assert "newest point: never" in answer["message"]


def test_recovery_that_is_off_is_stale_at_once() -> None:
    off = {"PointInTimeRecoveryEnabled": False}
    connect("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification=off
    )
    answer = check()
    assert stale(answer) == {("pitr", TABLE)}
    assert "point-in-time recovery is off" in answer["message"]
    assert check(rules=[{**PITR, "leave_out": [TABLE]}])["stale"] == []


@pytest.mark.parametrize(
    "members",
    [
        {"Status": "PARTIAL"},
        {"Lifecycle": {"DeleteAfterDays": 7}},
        {"Lifecycle": {"DeleteAfterDays": 35, "MoveToColdStorageAfterDays": 1}},
        {"Lifecycle": {}},
        {"ResourceArn": SECOND_ARN},
    ],
    ids=str,
)
def test_a_point_that_is_not_the_rule_s_does_not_count(members: dict[str, Any]) -> None:
    check()
    listed = connect("backup").list_recovery_points_by_backup_vault(BackupVaultName="main")
    (point,) = listed["RecoveryPoints"]
    places.change_point(point["RecoveryPointArn"], **members)
    # It was seen before, and lies within the time that is looked at.
    answer = check(26 * HOUR, rules=[DAILY])
    assert stale(answer) == {("daily", TABLE)}
    assert answer["stale"][0]["newest"] is None


@pytest.mark.parametrize("lifecycle", [{"DeleteAfterDays": -1}, {}])
def test_points_that_are_kept_for_ever_count_for_rules_without_an_end(
    lifecycle: dict[str, int],
) -> None:
    places.backed_up(**lifecycle)
    rule = {**DAILY, "delete_after_days": None}
    check(rules=[rule])
    newest = kept()["rules"]["daily"]["tables"][TABLE]["newest"]
    assert newest is not None


def test_rules_of_a_vault_with_one_lifecycle_share_points_and_a_vault_is_listed_once() -> None:
    weekly = {**DAILY, "name": "weekly", "allowed_minutes": 8 * 24 * 60}
    other = {**DAILY, "name": "other", "delete_after_days": 99}
    with Interceptor().on(map(connect, places.SERVICES)) as interceptor:
        check(rules=[DAILY, weekly, other])
    watched = kept()["rules"]
    assert watched["daily"]["tables"] == watched["weekly"]["tables"]
    assert watched["other"]["tables"][TABLE]["newest"] is None
    (listed,) = [request for name, request in interceptor.requests if name == places.LIST_POINTS]
    assert listed["ByCreatedAfter"] == NOW - timedelta(days=16)
    assert (listed["ByResourceType"], listed["MaxResults"]) == ("DynamoDB", 1000)


def test_backups_are_listed_once_for_all_tables_and_only_good_ones_of_the_rule_count() -> None:
    names = [f"t{number}" for number in range(5)]
    for name in names:
        tables.create_bare(name)
        snapshot(name, 40 * HOUR)
        snapshot(name, status="CREATING")
        connect("dynamodb").create_backup(TableName=name, BackupName="by-hand")
        connect("dynamodb").create_backup(TableName=name, BackupName=f"{PREFIX}b-20261120T0300")
    listed = [{"name": name, "arn": ARN.replace(TABLE, name)} for name in names]
    once = connect("dynamodb", attempts=5)
    with Interceptor().on([once]) as interceptor:
        answer = check(classes={"critical": listed}, rules=[SNAPSHOT])
    assert stale(answer) == {("snapshot", name) for name in names}
    assert answer["stale"][0]["newest"] == catalogue.iso(NOW - 40 * HOUR)
    (request,) = [each for name, each in interceptor.requests if name == "dynamodb:ListBackups"]
    assert "TableName" not in request
    assert request["TimeRangeLowerBound"] == NOW - timedelta(minutes=3000)


def test_an_export_of_another_account_s_table_of_that_name_does_not_count() -> None:
    export(timedelta(0), "incremental", HOUR, ARN.replace(ACCOUNT, "222222222222"))
    check(rules=[FULL, INCREMENTAL])
    newest = kept()["rules"]["incremental"]["tables"][TABLE]["newest"]
    assert newest == catalogue.iso(NOW - HOUR)


def test_a_table_that_is_gone_is_named_once_and_its_rules_are_silent() -> None:
    tables.create_bare(SECOND)
    classes = {"critical": [ORDERS, {"name": SECOND, "arn": SECOND_ARN}]}
    check(classes=classes, rules=[DAILY])
    places.delete_table(SECOND)
    answer = check(30 * HOUR, classes=classes, rules=[FULL])
    assert (answer["tell"], answer["stale"]) == (True, [])
    assert answer["subject"] == "Holdfast: 1 table gone in shop-prod"
    assert "Not there, deleted or not created yet (told once): second." in answer["message"]
    assert not check(60 * HOUR, classes=classes, rules=[FULL])["tell"]
    # Back again, it is new.
    tables.create_bare(SECOND)
    assert not check(61 * HOUR, classes=classes, rules=[FULL])["tell"]
    assert kept()["rules"]["full"]["tables"][SECOND]["since"].startswith(
        f"{NOW + 61 * HOUR:%Y-%m-%dT%H}"
    )


@pytest.mark.parametrize("body", [b"not JSON", b"[]", b"{}", b'{"scheduled_at": 3}'])
def test_a_state_that_cannot_be_understood_is_told_and_written_anew(body: bytes) -> None:
    put_memory(body)
    answer = check()
    assert answer["tell"]
    assert "could not be understood" in answer["message"]
    assert kept()["version"] == 1
    assert not check(HOUR, rules=[FULL])["tell"]


def test_the_handler_takes_its_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function, "client", connect)
    answer, log = tables.logged(lambda: function.handler(event(rules=[FULL]), None))
    assert json.loads(json.dumps(answer)) == {
        "stale": [],
        "subject": "",
        "message": "",
        "tell": False,
    }
    assert [line["decision"] for line in log] == ["looked", "published", "decided"]
