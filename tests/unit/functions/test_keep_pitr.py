"""Point-in-time recovery is put right, and whatever was wrong with it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blueprints.functions.keep_pitr import handler as function
from tests.unit.functions import places, tables
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import connect
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_tables")

NOW = datetime.now(UTC)
SECOND = "second"
SECOND_ARN = ARN.replace(TABLE, SECOND)
SOMEBODY = "arn:aws:sts::123456789012:assumed-role/developer/ann"
UPDATE = "dynamodb:UpdateContinuousBackups"
DESCRIBE = "dynamodb:DescribeContinuousBackups"
QUIET_HOUR, LOUD_HOUR = "2026-11-20T05:00:00Z", "2026-11-20T06:00:00Z"


def ours(name: str = TABLE, days: int = 35, *, managed: bool = True) -> dict[str, Any]:
    arn = ARN.replace(TABLE, name)
    return {"name": name, "arn": arn, "recovery_period_days": days, "managed": managed}


def call(name: str = TABLE, *, on: bool = False, **more: Any) -> dict[str, Any]:
    """An event of CloudTrail about a call that somebody made."""
    asked = {"pointInTimeRecoveryEnabled": on, **more}
    return {
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventSource": "dynamodb.amazonaws.com",
            "eventName": "UpdateContinuousBackups",
            "eventTime": "2026-11-20T03:00:00Z",
            "sourceIPAddress": "198.51.100.7",
            "userIdentity": {"type": "AssumedRole", "arn": SOMEBODY},
            "requestParameters": {"tableName": name, "pointInTimeRecoverySpecification": asked},
        },
    }


def keep(*listed: dict[str, Any], event: Any = None, now: datetime = NOW) -> dict[str, Any]:
    payload = {"place": places.PLACE, "tables": list(listed), "event": event or {}}
    answer, _ = tables.logged(lambda: function.keep(connect, payload, now))
    assert len(answer["subject"]) <= 100
    return dict(answer)


def switch(name: str = TABLE, *, on: bool, **more: int) -> None:
    asked = {"PointInTimeRecoveryEnabled": on, **more}
    connect("dynamodb").update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification=asked
    )


def days(name: str = TABLE) -> int | None:
    found = connect("dynamodb").describe_continuous_backups(TableName=name)
    recovery = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return recovery.get("RecoveryPeriodInDays")


def called(*listed: dict[str, Any], event: Any) -> list[str]:
    clients = [connect("dynamodb"), connect("dynamodb", attempts=5)]
    with Interceptor().on(clients) as interceptor:
        keep(*listed, event=event)
    return interceptor.calls


def test_what_is_as_it_should_be_is_left_alone_and_not_told() -> None:
    tables.create_bare()
    switch(on=True, RecoveryPeriodInDays=21)
    answer = keep(ours(days=21))
    assert (answer["acted"], answer["tell"]) == ([], False)
    assert called(ours(days=21), event={}) == [DESCRIBE]
    # A period that nobody gave is the longest.
    tables.create_bare(SECOND)
    switch(SECOND, on=True)
    assert not keep(ours(SECOND))["tell"]


def test_what_is_off_isswitched_on_with_its_period_and_told() -> None:
    tables.create_bare()
    answer = keep(ours(days=14), event={"scheduled_at": QUIET_HOUR})
    assert (answer["acted"], answer["tell"], days()) == ([TABLE], True, 14)
    assert answer["subject"] == ("Holdfast: point-in-time recovery mended for 1 table in shop-prod")
    text = answer["message"]
    assert "orders: it was off, and was switched on again with 14 days." in text
    assert "At risk: moments before 20" in text
    assert "it reaches back 14 days again from " in text
    assert (
        "aws dynamodb describe-continuous-backups --table-name orders --region eu-central-1" in text
    )
    assert "aws cloudtrail lookup-events" in text
    assert not keep(ours(days=14), event={"scheduled_at": LOUD_HOUR})["tell"]


def test_a_period_that_is_too_short_is_set_and_what_is_lost_is_told() -> None:
    tables.create_bare()
    switch(on=True, RecoveryPeriodInDays=1)
    answer = keep(ours(), now=NOW + timedelta(seconds=1))
    assert (answer["acted"], days()) == ([TABLE], 35)
    assert "it kept 1 day, and was set to 35 days again." in answer["message"]
    assert "it reaches back 35 days again from " in answer["message"]


def test_a_longer_period_is_told_and_left() -> None:
    tables.create_bare()
    switch(on=True, RecoveryPeriodInDays=35)
    answer = keep(ours(days=7))
    assert (answer["acted"], answer["tell"], days()) == ([], True, 35)
    assert "it keeps 35 days where 7 days are wanted. Nothing was done" in answer["message"]
    assert "PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=7" in answer["message"]


def test_a_table_that_is_not_managed_is_told_and_left() -> None:
    tables.create_bare()
    answer = keep(ours(managed=False))
    assert (answer["acted"], answer["tell"], days()) == ([], True, None)
    assert "it is off. It is not managed here, so nothing was done. At risk" in answer["message"]
    assert answer["subject"].startswith("Holdfast: point-in-time recovery to look at for 1 table")
    switch(on=True, RecoveryPeriodInDays=3)
    text = keep(ours(managed=False))["message"]
    assert "it keeps 3 days instead of 35 days." in text
    assert days() == 3


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"scheduled_at": QUIET_HOUR}, False),
        ({"scheduled_at": LOUD_HOUR}, True),
        ({"scheduled_at": "2026-11-20T07:30:00+01:00"}, True),
        ({}, True),
        (call(on=True), True),
    ],
    ids=str,
)
def test_what_is_left_is_told_once_a_day_and_after_an_event(event: Any, *, told: bool) -> None:
    tables.create_bare()
    assert keep(ours(managed=False), event=event)["tell"] is told


@pytest.mark.parametrize("named", [TABLE, ARN])
def test_an_event_is_about_one_table_and_says_who_did_it(named: str) -> None:
    tables.create_bare()
    tables.create_bare(SECOND)
    answer = keep(ours(), ours(SECOND), event=call(named))
    assert (answer["acted"], days(), days(SECOND)) == ([TABLE], 35, None)
    assert (
        f"UpdateContinuousBackups by {SOMEBODY} at 2026-11-20T03:00:00Z from 198.51.100.7"
        in answer["message"]
    )


def test_an_event_about_another_table_asks_nothing_and_is_silent() -> None:
    tables.create_bare()
    for name in ("orders2", SECOND_ARN, None):
        assert called(ours(), event=call(name or "")) == []
        assert not keep(ours(), event=call(name or ""))["tell"]
    for parameters in (None, {}):
        event = {"detail": {"eventName": "CreateTable", "requestParameters": parameters}}
        assert not keep(ours(), event=event)["tell"]


def test_its_own_change_causes_an_event_that_is_silent() -> None:
    tables.create_bare()
    keep(ours(), event=call())
    own = call(on=True, recoveryPeriodInDays=35)
    assert called(ours(), event=own) == [DESCRIBE]
    assert not keep(ours(), event=own)["tell"]


@pytest.mark.parametrize("asked", [{"on": False}, {"on": True, "recoveryPeriodInDays": 1}])
def test_what_was_off_for_a_moment_is_told_although_it_is_right_again(
    asked: dict[str, Any],
) -> None:
    tables.create_bare()
    switch(on=True)
    answer = keep(ours(), event=call(**asked))
    assert (answer["acted"], answer["tell"]) == ([], True)
    assert "it was switched off or shortened, and has 35 days again." in answer["message"]
    refused = call(**asked)
    refused["detail"]["errorCode"] = "AccessDenied"
    assert not keep(ours(), event=refused)["tell"]


def test_an_event_that_says_little_is_told_all_the_same() -> None:
    tables.create_bare()
    event = {"detail": {"requestParameters": {"tableName": TABLE}}}
    assert "unknown by unknown at an unknown time" in keep(ours(), event=event)["message"]


def test_a_table_that_is_gone_is_said_and_stops_no_other() -> None:
    tables.create_bare()
    answer = keep(ours(SECOND), ours())
    assert answer["acted"] == [TABLE]
    assert "second: the table is not there" in answer["message"]
    assert "aws dynamodb list-backups --table-name second --backup-type ALL" in answer["message"]


def test_a_table_that_goes_while_it_is_changed_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    tables.create_bare()
    change = function.switched_on

    def late(*given: Any) -> Any:
        connect("dynamodb").delete_table(TableName=TABLE)
        return change(*given)

    monkeypatch.setattr(function, "switched_on", late)
    assert "the table is not there" in keep(ours())["message"]


def test_a_table_that_refuses_is_said_and_the_others_go_on() -> None:
    tables.create_bare()
    tables.create_bare(SECOND)
    api = connect("dynamodb")
    units = {"ReadCapacityUnits": 30, "WriteCapacityUnits": 20}
    api.update_table(TableName=TABLE, ProvisionedThroughput=units)
    answer = keep(ours(), ours(SECOND), event={"scheduled_at": QUIET_HOUR})
    assert answer["acted"] == [SECOND]
    assert (
        "orders: it is off, and could not be changed: ContinuousBackupsUnavailableException"
        in answer["message"]
    )
    assert "The next run tries again. At risk: no moment can be restored" in answer["message"]


def test_a_message_of_500_tables_is_short() -> None:
    answer = keep(*(ours("t" * 250 + f"{number:05}") for number in range(60)))
    assert "And 10 more: see the function's log." in answer["message"]
    assert len(json.dumps(answer)) < 100_000


def test_the_handler_takes_its_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    tables.create_bare()
    monkeypatch.setattr(function, "client", connect)
    payload = {"place": places.PLACE, "tables": [ours()], "event": call()}
    answer, log = tables.logged(lambda: function.handler(payload, None))
    assert answer.keys() == {"acted", "subject", "message", "tell"}
    assert log[0] == {"decision": "switched on", "table": TABLE, "reason": ""}
    assert log[-1] == {"decision": "done", "looked_at": 1, "notes": 1, "told": 1}
    json.dumps(answer)
