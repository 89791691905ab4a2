"""The window is exported once and exactly, whole or not at all, and cut into shares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common import catalogue
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.recovery_window import Window as Restorable
from blueprints.functions.plan_undo import listing
from blueprints.functions.plan_undo.handler import plan
from blueprints.functions.plan_undo.request import Span, check_reach, span_of
from blueprints.functions.plan_undo.windows import LONGEST, SHORTEST, windows
from tests.aws_extensions import dynamodb_export_failures
from tests.unit.functions import exporting, places, tables
from tests.unit.functions.exporting import connect, exports, hours_ago
from tests.unit.functions.faults import Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import ACCOUNT, BUCKET, PLACE, REGION
from tests.unit.functions.tables import ARN, TABLE

FOLDER = "work/undos/run-1/"
HERE = {**PLACE, "catalogue_key_alias_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:{exporting.ALIAS}"}
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def asked(**more: Any) -> dict[str, Any]:
    return {
        "table": {"key": "orders", "name": TABLE, "arn": ARN},
        "since": catalogue.iso(hours_ago(3)),
        "until": catalogue.iso(hours_ago(2)),
        "only": None,
        "created_since": "report",
        "overwrite_conflicts": False,
        "dry_run": False,
        "old_images": "incremental",
        "write_units": None,
        "poll_seconds": 30,
        **more,
    }


def event(previous: Any = None, started: datetime | None = None, **more: Any) -> dict[str, Any]:
    started = started or datetime.now(UTC)
    execution = {"arn": "arn:run-1", "name": "run-1", "started_at": started.isoformat()}
    return {
        "request": asked(**more),
        "place": HERE,
        "execution": execution,
        "previous": previous or {},
    }


# --- windows --------------------------------------------------------------------------------------


@given(st.integers(0, 300 * 24 * 3600), st.integers(900, 36 * 24 * 3600))
def test_windows_have_every_second_once_and_none_is_too_long_or_too_short(
    later: int, seconds: int
) -> None:
    since = NOON + timedelta(seconds=later)
    end = since + timedelta(seconds=seconds)
    found = windows(since, end)
    assert (found[0].start, found[-1].end) == (since, end)
    for before, after in pairwise(found):
        assert before.end == after.start
    assert all(SHORTEST <= each.end - each.start <= LONGEST for each in found)
    assert len(found) == -(-seconds // (24 * 3600))


def test_a_span_that_is_too_short_has_no_window() -> None:
    with pytest.raises(ValueError, match="shorter than"):
        windows(NOON, NOON + SHORTEST - timedelta(seconds=1))


# --- what is asked --------------------------------------------------------------------------------


def span(since: str, until: str | None, started: datetime = NOON, **more: Any) -> Span:
    return span_of(event(since=since, until=until, started=started, **more), NOON)


@pytest.mark.parametrize(
    ("since", "until", "end"),
    [
        ("2026-11-20T10:00:01Z", "2026-11-20T11:00:02Z", "2026-11-20T11:00:02Z"),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:01:00Z", "2026-11-20T10:15:00Z"),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:20:00.5Z", "2026-11-20T10:20:01Z"),
        ("2026-11-20T11:55:00Z", None, "2026-11-20T12:10:00Z"),
        ("2026-11-20T11:00:00+01:00", "2026-11-20T11:00:00Z", "2026-11-20T11:00:00Z"),
    ],
)
def test_the_export_is_from_exactly_the_time_asked_for(
    since: str, until: str | None, end: str
) -> None:
    found = span(since, until)
    assert catalogue.iso(found.since) == catalogue.iso(catalogue.moment_of(since))
    assert found.until == (catalogue.moment_of(until) if until else NOON)
    assert catalogue.iso(found.end) == end
    assert found.until_micros == round(found.until.timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"since": "2026-11-20T10:00:00.5Z"}, "no whole second"),
        ({"since": "2026-11-20T13:00:00Z"}, "not in the past"),
        ({"since": "yesterday"}, "since is 'yesterday', not a time"),
        ({"since": None}, "since is None"),
        ({"until": "2026-11-20T10:00:00Z"}, "not later than --since"),
        ({"until": "2026-11-20T12:00:01Z"}, "later than the start of this execution"),
        ({"until": "later"}, "until is 'later'"),
        ({"since": "2026-10-16T10:00:00Z"}, "longer than 35 days"),
        ({"created_since": "drop"}, "created_since is 'drop', not keep or report or delete"),
        ({"old_images": "full"}, "old_images is 'full'"),
        ({"write_units": 0}, "write_units is 0"),
        ({"only": {}}, "only is"),
        ({"only": {"chnage": ["deleted"]}}, "it has one or more of attributes, change, where"),
        ({"only": {"change": []}}, "only.change is"),
        ({"only": {"change": ["removed"]}}, "it has some of deleted, updated, created"),
        ({"only": {"attributes": "status"}}, "only.attributes is 'status', not a list"),
        ({"only": {"attributes": [1]}}, "names of attributes"),
        ({"only": {"where": [{"image": "live", "attribute": "a", "equals": "b"}]}}, "where has"),
        ({"only": {"where": [{"image": "old", "attribute": "a"}]}}, "where has"),
        ({"only": {"where": [{"image": "old", "attribute": "a", "equals": 1}]}}, "where has"),
    ],
)
def test_what_cannot_be_asked_is_refused(more: Any, match: str) -> None:
    wanted = {"since": "2026-11-20T10:00:00Z", "until": "2026-11-20T11:00:00Z", **more}
    with pytest.raises(RefusedError, match=match):
        span(**wanted)


def test_a_filter_that_is_right_is_taken() -> None:
    where = [{"image": "old", "attribute": "status", "equals": "PAID"}]
    only = {"change": ["deleted"], "attributes": ["status"], "where": where}
    assert span("2026-11-20T10:00:00Z", None, only=only).until == NOON


@pytest.mark.parametrize(
    ("created", "restorable", "match"),
    [
        (-HOUR, Restorable(35, NOON - 35 * 24 * HOUR, NOON), None),
        (HOUR, Restorable(35, NOON + HOUR, NOON), "was created at 2026-11-20T13:00:00Z"),
        (-HOUR, Restorable(None), "point-in-time recovery of table orders is off"),
        (-HOUR, None, "is off"),
        (-HOUR, Restorable(35, NOON + HOUR, NOON), "before 2026-11-20T13:00:00Z, the earliest"),
    ],
)
def test_a_state_that_cannot_be_exported_is_refused(
    created: timedelta, restorable: Restorable | None, match: str | None
) -> None:
    wanted = Span(NOON, NOON + HOUR, NOON + HOUR)
    if match is None:
        check_reach(event(), wanted, NOON + created, restorable)
        return
    with pytest.raises(RefusedError, match=match) as told:
        check_reach(event(), wanted, NOON + created, restorable)
    assert "holdfast points prod orders" in str(told.value)


# --- exports --------------------------------------------------------------------------------------


@pytest.fixture
def _local_exports(local_places: None) -> Iterator[None]:
    with exporting.local_aws():
        yield
    dynamodb_export_failures.FAILURES.clear()


local = pytest.mark.usefixtures("_local_exports")


def planned(previous: Any = None, now: datetime | None = None, **more: Any) -> dict[str, Any]:
    asked_for = event(previous, **more)
    found, _ = tables.logged(lambda: plan(connect, asked_for, now or datetime.now(UTC)))
    assert json.loads(json.dumps(found)) == found
    return dict(found)


def ready(**more: Any) -> dict[str, Any]:
    """Call until the window is exported."""
    found: dict[str, Any] = {}
    for _ in range(4):
        found = planned(found, **more)
        if found["action"] == "undo":
            return found
        assert found["action"] == "wait"
        assert 30 <= found["wait_seconds"] <= 300
    raise AssertionError(found)


@local
def test_the_window_is_exported_once_with_both_images_into_the_work_folder() -> None:
    began = datetime.now(UTC)
    found = ready(started=began)
    (made,) = exports()
    window = made["IncrementalExportSpecification"]
    assert window == {
        "ExportFromTime": hours_ago(3),
        "ExportToTime": hours_ago(2),
        "ExportViewType": "NEW_AND_OLD_IMAGES",
    }
    assert made["S3SseAlgorithm"] == "KMS"
    assert made["S3SseKmsKeyId"] == exporting.key_arn()
    assert (made["S3Bucket"], made["S3BucketOwner"]) == (BUCKET, ACCOUNT)
    assert made["S3Prefix"] == f"{FOLDER}exports/incremental"
    assert found["list"] == {
        "bucket": BUCKET,
        "key": f"{FOLDER}list.json",
        "results_prefix": f"{FOLDER}map",
    }
    assert (found["children"], found["shares"], found["changes"]) == (1, 1, 2)
    assert found["undo"] == {
        "table": {"key": "orders", "name": TABLE, "arn": ARN, "id": found["table_id"]},
        "keys": ["order_id", "item_id"],
        "folder": FOLDER,
        "bucket": BUCKET,
        "files_key": f"{FOLDER}files.json",
        "since": catalogue.iso(hours_ago(3)),
        "until": catalogue.iso(hours_ago(2)),
        "since_micros": int(hours_ago(3).timestamp()) * 1_000_000,
        "until_micros": int(hours_ago(2).timestamp()) * 1_000_000,
        "write_units": 10,
        "only": None,
        "created_since": "report",
        "overwrite_conflicts": False,
        "dry_run": False,
    }
    assert found["budget"] == {"write_units": 10, "from": "table"}
    s3 = connect("s3")
    body = s3.get_object(Bucket=BUCKET, Key=found["list"]["key"])["Body"].read()
    assert json.loads(body) == [{"index": 0, "of": 1}]
    files = exporting.document(f"{FOLDER}files.json")
    assert files["full"] is None
    (only,) = files["windows"]
    assert sum(each["items"] for each in only["files"]) == 2
    for each in only["files"]:
        answer = s3.head_object(Bucket=BUCKET, Key=each["key"], IfMatch=f'"{each["etag"]}"')
        assert answer["ContentLength"] == each["bytes"]


@local
def test_called_again_without_memory_it_goes_on_with_what_it_started() -> None:
    started = datetime.now(UTC)
    first = planned(started=started)
    second = planned(started=started)
    assert first["exports"][0]["export_arn"] == second["exports"][0]["export_arn"]
    assert len(exports()) == 1


@local
def test_another_execution_exports_anew() -> None:
    ready()
    other = event()
    other["execution"]["name"] = "run-2"
    plan(connect, other, datetime.now(UTC))
    assert len(exports()) == 2


@local
def test_the_state_before_is_exported_in_full_where_that_is_asked_for() -> None:
    found = ready(old_images="full_export")
    kinds = {each["ExportType"]: each for each in exports()}
    assert kinds.keys() == {"INCREMENTAL_EXPORT", "FULL_EXPORT"}
    assert kinds["FULL_EXPORT"]["ExportTime"] == hours_ago(3)
    files = exporting.document(f"{FOLDER}files.json")
    assert sum(each["items"] for each in files["full"]["files"]) == 7
    assert found["changes"] == 2


@local
def test_what_is_too_recent_is_waited_for_and_nothing_started() -> None:
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    found = planned(since=catalogue.iso(since), until=None)
    assert (found["action"], found["wait_seconds"]) == ("wait", 300)
    assert found["exports"][0]["export_arn"] is None
    assert exports() == []


@local
def test_more_exports_than_may_run_are_waited_for() -> None:
    answer = {"__type": "LimitExceededException", "message": "300 exports"}
    with Interceptor().on([connect("dynamodb")]) as between:
        fault = Fault(name="limit", effect=False, answer=(400, answer))
        between.fail("dynamodb:ExportTableToPointInTime", fault, 3)
        found = planned()
    assert (found["action"], found["exports"][0]["export_arn"]) == ("wait", None)
    assert ready()["action"] == "undo"
    assert len(exports()) == 1


@local
def test_an_export_that_failed_is_refused_with_its_code() -> None:
    dynamodb_export_failures.FAILURES.append({"code": "S3AccessDenied", "message": "no"})
    found = planned()
    with pytest.raises(RefusedError, match=r"S3AccessDenied: no\): arn:.*Nothing was put back"):
        planned(found)


@local
def test_a_table_that_is_gone_or_another_one_is_refused() -> None:
    found = planned()
    with pytest.raises(RefusedError, match="was created anew while its window was exported"):
        planned({**found, "table_id": "other"})
    places.delete_table()
    with pytest.raises(RefusedError, match=r"there is no table arn:.*Restore it: `holdfast points"):
        planned()


@local
def test_recovery_that_is_off_is_refused() -> None:
    connect("dynamodb").update_continuous_backups(
        TableName=TABLE,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
    )
    with pytest.raises(RefusedError, match="point-in-time recovery of table orders is off"):
        planned()


@local
def test_before_recovery_reaches_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"created at|the earliest that point-in-time recovery"):
        planned(since=catalogue.iso(hours_ago(48)))


@local
@pytest.mark.parametrize("damage", ["gone", "changed", "count", "table", "times", "no manifest"])
def test_an_export_that_is_not_whole_is_refused(damage: str) -> None:
    found = planned()
    s3 = connect("s3")
    keys = exporting.objects(BUCKET, f"{FOLDER}exports/")
    (summary_key,) = (key for key in keys if key.endswith("manifest-summary.json"))
    data = next(key for key in keys if key.endswith(".json.gz"))
    summary = exporting.document(summary_key)
    if damage == "gone":
        s3.delete_object(Bucket=BUCKET, Key=data)
    elif damage == "changed":
        s3.put_object(Bucket=BUCKET, Key=data, Body=b"x")
    elif damage == "no manifest":
        s3.delete_object(Bucket=BUCKET, Key=summary_key)
    else:
        change = {"count": ("itemCount", 9), "table": ("tableId", "x")}
        name, value = change.get(damage, ("exportFromTime", "2026-01-01T00:00:00.000Z"))
        s3.put_object(Bucket=BUCKET, Key=summary_key, Body=json.dumps(summary | {name: value}))
    with pytest.raises(RefusedError, match=r"not what was asked for, or not whole: .*exports anew"):
        planned(found)
    assert f"{FOLDER}list.json" not in exporting.objects(BUCKET, FOLDER)


# --- shares ---------------------------------------------------------------------------------------


FULL = {"old_images": "full_export", "since": catalogue.iso(hours_ago(3))}
BESIDE = f"holdfast restore prod orders --at {FULL['since']} --as NAME"


@local
def test_a_full_export_that_no_call_can_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = planned(**FULL)
    monkeypatch.setattr(listing, "FULL_BYTES_OF_A_CALL", 10)
    with pytest.raises(RefusedError, match=BESIDE):
        planned(found, **FULL)
    assert f"{FOLDER}list.json" not in exporting.objects(BUCKET, FOLDER)
    assert ready()["action"] == "undo"


@local
def test_a_table_too_large_for_a_full_export_is_refused_before_it_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "FULL_BYTES_OF_A_CALL", -1)
    with pytest.raises(RefusedError, match=BESIDE):
        planned(**FULL)
    assert exports() == []


@local
def test_an_on_demand_table_has_no_budget_of_its_own() -> None:
    connect("dynamodb").update_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST")
    found = ready()
    assert (found["budget"], found["undo"]["write_units"]) == (None, None)


@local
def test_the_budget_is_cut_among_those_that_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "KEYS_OF_A_SHARE", 1)
    found = ready(write_units=100)
    assert (found["shares"], found["children"]) == (2, 2)
    assert found["undo"]["write_units"] == 50
