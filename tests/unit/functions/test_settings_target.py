"""Settings of one table for another: its ARN, alarms of its own, and nothing that AWS refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.settings import complete
from blueprints.functions.common.settings_target import (
    alarm_name,
    check_is_restored,
    for_target,
    wanted,
)
from tests.unit.functions import tables
from tests.unit.functions.tables import ARN, TABLE, TARGET, TARGET_ARN

NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
FAR_ARN = TARGET_ARN.replace("eu-central-1", "eu-west-1")


def of(*, now: datetime = NOW, **more: Any) -> tuple[dict[str, Any], list[dict[str, str]]]:
    return wanted(tables.plan(**more), now)


def test_a_table_for_itself_stays_what_it_is() -> None:
    assert for_target(tables.settings(), ARN) == complete(tables.settings())


def test_the_policy_speaks_of_the_other_table() -> None:
    settings = tables.settings()
    statement = settings["resource_policy"]["Statement"][0]
    statement["Condition"] = {
        "ArnLike": {"aws:SourceArn": [f"{ARN}s", "arn:aws:sns:*", f"{ARN}/x"]}
    }
    found = for_target(settings, TARGET_ARN)["resource_policy"]["Statement"][0]
    assert found["Resource"] == [TARGET_ARN, f"{TARGET_ARN}/index/*"]
    assert found["Condition"]["ArnLike"]["aws:SourceArn"] == [
        f"{ARN}s",
        "arn:aws:sns:*",
        f"{TARGET_ARN}/x",
    ]


def test_alarms_watch_the_other_table_under_names_of_their_own() -> None:
    nested = {
        "AlarmName": "nested",
        "Metrics": [{"MetricStat": {"Metric": {"Dimensions": tables.ALARM["Dimensions"]}}}],
    }
    found = for_target(tables.settings(alarms=[tables.ALARM, nested]), TARGET_ARN)["alarms"]
    assert [alarm["AlarmName"] for alarm in found] == [
        "orders-throttled-restored-20261120T030405Z",
        "nested-restored-20261120T030405Z",
    ]
    dimension = [{"Name": "TableName", "Value": TARGET}]
    assert found[0]["Dimensions"] == dimension
    assert found[1]["Metrics"][0]["MetricStat"]["Metric"]["Dimensions"] == dimension
    assert found[0]["Threshold"] == tables.ALARM["Threshold"]


def test_a_name_that_does_not_begin_with_the_original_is_added_whole() -> None:
    (alarm,) = for_target(tables.settings(), ARN.replace(TABLE, "copy"))["alarms"]
    assert alarm["AlarmName"] == "orders-throttled-copy"


@pytest.mark.parametrize("length", [1, 200, 254, 255])
@pytest.mark.parametrize("suffix", ["-r", "-restored-20261120T030405Z", f"-{'x' * 254}"])
def test_names_of_alarms_fit_and_stay_apart(length: int, suffix: str) -> None:
    names = {alarm_name("n" * length, suffix), alarm_name("m" * length, suffix)}
    assert len(names) == 2
    assert max(map(len, names)) <= 255
    assert alarm_name("n" * length, suffix) in names


def test_another_place_keeps_the_names_and_gets_its_own_arn() -> None:
    there = ARN.replace("eu-central-1", "eu-west-1")
    found, left = of(target={"name": TABLE, "arn": there})
    assert found["resource_policy"] == tables.policy(there)
    (alarm,) = found["alarms"]
    assert (alarm["AlarmName"], alarm["AlarmActions"]) == ("orders-throttled", [])
    assert found["kinesis_destinations"] == []
    reasons = {each["setting"]: each["reason"] for each in left}
    assert reasons.keys() == {"a Kinesis stream", "an action"}
    assert tables.TOPIC in reasons["an action"]


def test_actions_without_a_region_and_those_of_other_accounts_stay() -> None:
    kept = ["arn:aws:automate:eu-central-1:ec2:stop", "arn:aws:sns:eu-central-1:2:topic", "arn:x"]
    alarm = {**tables.ALARM, "AlarmActions": kept}
    found, left = of(settings=tables.settings(alarms=[alarm]))
    assert found["alarms"][0]["AlarmActions"] == kept
    assert left == []


@pytest.mark.parametrize(
    ("more", "over"),
    [
        ({}, False),
        ({"StartTime": "2026-11-20T03:04:06Z", "EndTime": "2026-12-01T00:00:00Z"}, False),
        ({"StartTime": "2026-11-20T03:04:05Z"}, False),
        ({"EndTime": "2026-11-20T03:04:05Z"}, True),
        ({"Schedule": "at(2026-11-19T03:04:05)"}, True),
        ({"Schedule": "at(2026-11-19T23:00:00)"}, False),
    ],
)
def test_scheduled_actions_that_are_over_are_left_out(more: dict[str, str], *, over: bool) -> None:
    (first, _) = tables.SCALING
    action = {**tables.ACTION, **more}
    scaling = [{**first, "scheduled_actions": [action]}]
    found, left = of(settings=tables.settings(scaling=scaling))
    (scaled,) = found["scaling"]
    assert (scaled["scheduled_actions"] == []) is over
    assert bool(left) is over
    begun = more.get("StartTime") == "2026-11-20T03:04:05Z"
    assert begun is ("StartTime" in more and "StartTime" not in (scaled["scheduled_actions"][0]))


def test_encryption_is_that_of_the_plan() -> None:
    found, _ = of(encryption={"type": "KMS", "key_arn": "arn"})
    assert found["encryption"] == {"type": "KMS", "key": "arn"}
    assert of()[0]["encryption"] == {"type": "AWS_OWNED"}


def test_what_the_plan_leaves_is_said() -> None:
    _, left = of(leave=["scaling", "something"])
    assert [each["setting"] for each in left] == ["scaling", "something"]
    assert all(each["reason"] for each in left)


@pytest.mark.parametrize("version", [None, 2])
def test_settings_of_another_version_are_refused(version: int | None) -> None:
    with pytest.raises(RefusedError, match=f"version {version}"):
        of(settings=tables.settings(version=version))


def test_the_settings_of_the_plan_stay_as_they_are() -> None:
    plan = tables.plan(target={"name": TARGET, "arn": FAR_ARN})
    wanted(plan, NOW)
    assert plan["settings"] == tables.settings()


@pytest.mark.parametrize(
    ("hours", "table_id", "ok"),
    [(1, None, True), (40, "a", True), (40, "b", False), (40, None, False)],
)
def test_a_table_made_of_exports_is_young_or_the_one_that_the_plan_goes_on_with(
    hours: int, table_id: str | None, *, ok: bool
) -> None:
    plan = tables.plan(operation="RestoreChain", parameters={"table_id": table_id})
    created = datetime.fromisoformat(plan["started_at"]) - timedelta(hours=hours)
    table = {"TableArn": TARGET_ARN, "CreationDateTime": created, "TableId": "a"}
    if ok:
        check_is_restored(plan, table)
    else:
        with pytest.raises(RefusedError, match="was not restored from what this plan names"):
            check_is_restored(plan, table)
