"""What cannot be applied is listed with its reason and fix, and other tables are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.functions.apply_settings import handler as function
from blueprints.functions.apply_settings.work import MOST_ATTEMPTS
from blueprints.functions.common.errors import RefusedError
from tests.unit.functions import tables
from tests.unit.functions.applying import (
    changed_plan,
    failure,
    now,
    once,
    recorded,
    remaining,
    restored_plan,
    until_done,
    writes,
)
from tests.unit.functions.faults import FOR_EVER, Fault
from tests.unit.functions.tables import TARGET, TARGET_ARN

pytestmark = pytest.mark.usefixtures("local_tables")


# --- what cannot be applied -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"attributes": {"order_id": "N", "item_id": "S"}}, "of type S, wanted N"),
        ({"key_schema": [{"AttributeName": "order_id", "KeyType": "HASH"}]}, "keys"),
        ({"local_indexes": {}}, "by_date is not wanted"),
        ({"global_indexes": {}, "contributor_insights": None}, "by_customer is not wanted"),
    ],
    ids=["attributes", "key_schema", "local_indexes", "global_indexes"],
)
def test_what_no_call_can_change_fails_and_all_else_is_applied(
    changed: dict[str, Any], reason: str
) -> None:
    plan = changed_plan(**changed)
    answer = until_done(plan)
    setting = next(iter(changed))
    (failed,) = [each for each in answer["failed"] if each["setting"] == setting]
    assert reason in failed["reason"]
    assert failed["fix"]
    assert remaining(plan).keys() == {each["setting"] for each in answer["failed"]} == {setting}


def test_encryption_is_that_of_the_plan_and_cannot_be_changed() -> None:
    key = "arn:aws:kms:eu-central-1:123456789012:key/1"
    answer = until_done(restored_plan(encryption={"type": "KMS", "key_arn": key}))
    (failed,) = answer["failed"]
    assert failed["setting"] == "encryption"
    assert key in failed["reason"]
    assert failed["fix"].startswith("restore again")


def test_nothing_is_loosened_or_deleted() -> None:
    plan = restored_plan()
    until_done(plan)
    off = tables.settings(
        deletion_protection=False,
        point_in_time_recovery={"enabled": True, "recovery_period_days": 7},
        resource_policy=None,
        kinesis_destinations=[],
        scaling=[],
        contributor_insights=tables.settings()["contributor_insights"],
    )
    with recorded() as interceptor:
        answer = until_done(tables.plan(settings=off))
    assert {each["setting"] for each in answer["failed"]} == {
        *("deletion_protection", "point_in_time_recovery", "resource_policy"),
        *("kinesis_destinations", "scaling"),
    }
    assert writes(interceptor) == []
    off["point_in_time_recovery"] = {"enabled": False}
    assert len(until_done(tables.plan(settings=off))["failed"]) == 5
    assert remaining(plan) == {}


def test_an_alarm_of_the_same_name_for_something_else_is_not_overwritten() -> None:
    name = "orders-throttled-restored-20261120T030405Z"
    other = {**tables.ALARM, "AlarmName": name, "Threshold": 9.0, "Dimensions": []}
    tables.client("cloudwatch").put_metric_alarm(**other)
    answer = until_done(restored_plan())
    (failed,) = answer["failed"]
    assert (failed["setting"], failed["reason"]) == ("alarms", f"alarm {name} is missing")
    assert "watches something else" in failed["fix"]
    (kept,) = tables.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert kept["Threshold"] == 9.0


def failing(operation: str, fault: Fault, plan: Mapping[str, Any]) -> dict[str, Any]:
    with recorded() as interceptor:
        interceptor.fail(operation, fault, FOR_EVER)
        return until_done(plan)


def test_time_to_live_that_changed_within_the_hour_says_when_to_try_again() -> None:
    message = "Time to live has been modified multiple times within a fixed interval"
    fault = failure("ValidationException", message)
    plan = restored_plan()
    (failed,) = failing("dynamodb:UpdateTimeToLive", fault, plan)["failed"]
    assert failed["setting"] == "time_to_live"
    assert message in failed["reason"]
    assert "once an hour" in failed["fix"]
    assert until_done(plan)["failed"] == []


@pytest.mark.parametrize(
    ("operation", "code", "setting"),
    [
        ("dynamodb:PutResourcePolicy", "ValidationException", "resource_policy"),
        ("dynamodb:EnableKinesisStreamingDestination", "ResourceNotFoundException", "kinesis"),
        ("application-auto-scaling:PutScalingPolicy", "ObjectNotFoundException", "scaling"),
        ("application-auto-scaling:RegisterScalableTarget", "LimitExceededException", "scaling"),
        ("cloudwatch:PutMetricAlarm", "LimitExceeded", "alarms"),
    ],
)
def test_what_aws_refuses_for_good_is_listed(operation: str, code: str, setting: str) -> None:
    plan = restored_plan()
    answer = failing(operation, failure(code, "because"), plan)
    assert answer["failed"]
    for failed in answer["failed"]:
        assert failed["setting"].startswith(setting)
        assert "because" in failed["reason"] or setting == "scaling"
    assert all(each.startswith(setting) for each in remaining(plan))
    assert until_done(plan)["failed"] == []


def test_members_that_boto3_does_not_know_are_listed() -> None:
    alarm = {**tables.ALARM, "FutureMember": 1}
    answer = until_done(changed_plan(alarms=[alarm]))
    (failed,) = answer["failed"]
    assert "FutureMember" in failed["reason"]


@pytest.mark.parametrize("code", ["LimitExceededException", "ResourceInUseException"])
def test_what_is_refused_for_now_is_tried_again_but_not_for_ever(code: str) -> None:
    plan = restored_plan()
    with recorded() as interceptor:
        interceptor.fail("dynamodb:UpdateTimeToLive", failure(code), FOR_EVER)
        answer: dict[str, Any] = {}
        for _ in range(MOST_ATTEMPTS):
            answer = once(plan, answer)
            assert not answer["done"]
        answer = once(plan, answer)
    assert answer["done"]
    (failed,) = answer["failed"]
    assert failed["setting"] == "time_to_live"
    assert f"{MOST_ATTEMPTS + 1} calls" in failed["reason"]
    assert until_done(plan)["failed"] == []


def test_errors_that_are_not_known_are_raised() -> None:
    plan = restored_plan()
    with pytest.raises(ClientError, match="SomethingNewException"):
        failing("dynamodb:TagResource", failure("SomethingNewException"), plan)


# --- which table ----------------------------------------------------------------------------------


def test_a_table_that_was_not_restored_is_refused() -> None:
    tables.create_bare(TARGET)
    with pytest.raises(RefusedError, match="stays as it is"):
        once(tables.plan())
    assert tables.read(TARGET)["tags"] == {}


def test_a_table_of_another_source_time_or_place_is_refused() -> None:
    plan = restored_plan()
    later = (now() + timedelta(days=3)).isoformat()
    moment = {"RestoreDateTime": (now() - timedelta(days=1)).isoformat()}
    other = {**plan["table"], "arn": tables.ARN.replace("orders", "others")}
    elsewhere = {"name": TARGET, "arn": TARGET_ARN.replace("eu-central-1", "eu-west-1")}
    native = {"operation": "RestoreTableFromBackup", "parameters": {"BackupArn": "x"}}
    for wrong in (
        {"started_at": later, "parameters": moment},
        {"table": other},
        {"target": elsewhere},
        {"started_at": later, "operation": "StartRestoreJob"},
        native,
    ):
        with pytest.raises(RefusedError):
            once({**plan, **wrong})


def test_a_table_that_an_earlier_restore_began_is_gone_on_with() -> None:
    plan = restored_plan()
    later = {"started_at": (now() + timedelta(days=3)).isoformat()}
    summary = tables.client("dynamodb").describe_table(TableName=TARGET)["Table"]["RestoreSummary"]
    moment = {"RestoreDateTime": summary["RestoreDateTime"].isoformat()}
    assert until_done({**plan, **later, "parameters": moment})["failed"] == []


def test_a_table_that_aws_backup_restored_is_known_by_its_age() -> None:
    tables.create_bare(TARGET, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert until_done(tables.plan(operation="StartRestoreJob", parameters={}))["failed"] == []


def test_a_table_without_its_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = restored_plan()
    table = tables.client("dynamodb").describe_table(TableName=TARGET)["Table"]
    broken = {**table, "TableStatus": "INACCESSIBLE_ENCRYPTION_CREDENTIALS"}
    monkeypatch.setattr(function, "described", lambda *_: broken)
    with pytest.raises(RefusedError, match="INACCESSIBLE"):
        once(plan)


def test_the_handler_takes_its_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function, "client_maker", lambda: tables.client)
    event = {"plan": restored_plan(), "previous": {}}
    answer, log = tables.logged(lambda: function.handler(event, None))
    assert set(answer) == {"done", "wait_seconds", "applied", "failed", "left", "attempts"}
    assert log[0]["decision"] == "applied"
