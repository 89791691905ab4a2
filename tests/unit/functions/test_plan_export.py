"""The plan of the next export: one for all who ask, kept in the catalogue."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_export import attempts
from blueprints.functions.plan_export.handler import handler
from blueprints.functions.plan_export.windows import NOT_YET
from tests.aws_extensions import dynamodb_history
from tests.unit.functions import exporting, places, planning, tables
from tests.unit.functions.faults import Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import ACCOUNT, REGION, connect
from tests.unit.functions.planning import (
    DAY,
    EARLIEST,
    END,
    HOUR,
    LATEST,
    chain_to,
    create,
    event,
    failed,
    kept,
    planned,
    put,
    recorded,
    restorable,
    table_id,
)
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_places")


@pytest.fixture(autouse=True)
def _a_table(local_places: None, monkeypatch: pytest.MonkeyPatch) -> None:
    planning.begin(monkeypatch)


# --- what a plan says -----------------------------------------------------------------------------


def test_the_next_window_of_the_chain_is_planned_and_kept() -> None:
    chain_to(END - 20 * HOUR)
    found = planned()
    assert found == {
        "action": "export",
        "kind": "incremental",
        "chain": "2026-11-23T05:00:00Z",
        "starts_chain": False,
        "from": "2026-11-24T05:00:00Z",
        "to": "2026-11-25T01:00:00Z",
        "identity": "20261124T050000Z-incremental",
        "attempt": 1,
        "client_token": found["client_token"],
        "prefix": f"gold/incremental/{TABLE}",
        "table_id": table_id(),
        "reason": None,
        "tell": False,
        "windows": 1,
        "earliest": "2026-10-21T01:05:12Z",
        "deadline": "2026-12-29T05:00:00Z",
        "started_at": "2026-11-25T01:05:12Z",
    }
    assert len(found["client_token"]) == 64
    assert kept() == [f"{TABLE}/20261124T050000Z-incremental/1.json"]


def test_the_first_full_export_starts_the_chain_and_is_no_news() -> None:
    found = planned()
    assert (found["kind"], found["from"], found["to"]) == (
        "full",
        catalogue.iso(END),
        catalogue.iso(END),
    )
    assert (found["chain"], found["starts_chain"], found["tell"]) == (
        catalogue.iso(END),
        True,
        False,
    )
    assert found["prefix"] == f"gold/full/{TABLE}"
    assert kept() == [f"{TABLE}/chain-{table_id()}-none/1.json"]


def test_the_deadline_is_when_recovery_gives_the_window_no_more() -> None:
    chain_to(END - 20 * HOUR)
    week = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    connect("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification=week
    )
    assert planned()["deadline"] == "2026-12-01T05:00:00Z"


def test_nothing_has_every_name_and_keeps_nothing() -> None:
    chain_to(END)
    found = planned(previous={"windows": 3})
    assert (found["action"], found["windows"], found["identity"]) == ("nothing", 3, None)
    assert (found["chain"], found["tell"]) == (catalogue.iso(END - DAY), False)
    assert kept() == []


def test_a_run_plans_so_many_windows_and_leaves_the_rest_to_the_next() -> None:
    chain_to(END - 20 * DAY)
    assert planned(previous={"windows": 6})["windows"] == 7
    last = planned(previous={"windows": 7})
    assert (last["action"], last["windows"]) == ("nothing", 7)
    assert planned("full", previous={"windows": 1})["action"] == "nothing"


# --- one plan for all -----------------------------------------------------------------------------


def test_who_asks_again_gets_the_same_plan_though_more_could_be_exported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain_to(END - 20 * HOUR)
    first = planned()
    restorable(monkeypatch, EARLIEST, LATEST + HOUR)
    assert planned() == first
    assert len(kept()) == 1


def test_a_failed_export_repeats_its_window_with_another_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain_to(END - 20 * HOUR)
    first = planned()
    failed(first)
    restorable(monkeypatch, EARLIEST, LATEST + HOUR)
    second = planned()
    assert second["client_token"] != first["client_token"]
    assert second == {**first, "attempt": 2, "client_token": second["client_token"]}
    assert planned() == second
    for _ in range(9):
        failed(planned())
    assert planned()["attempt"] == 11


def test_who_loses_the_race_reads_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    chain_to(END - 20 * HOUR)
    write, first = store.write_once, {}

    def late(*given: Any) -> bool:
        monkeypatch.setattr(attempts.store, "write_once", write)
        restorable(monkeypatch, EARLIEST, LATEST - HOUR)
        first.update(planned())
        restorable(monkeypatch, EARLIEST, LATEST)
        return write(*given)

    monkeypatch.setattr(attempts.store, "write_once", late)
    assert planned() == first
    assert first["to"] == catalogue.iso(END - HOUR)


def test_who_loses_again_and_again_is_to_be_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts.store, "write_once", lambda *_: False)
    with pytest.raises(attempts.PlansContendedError, match="call again"):
        planned()


def test_other_parameters_are_another_attempt_at_the_same_window() -> None:
    chain_to(END - 20 * HOUR)
    first = planned()
    for number, (name, value) in enumerate(
        [("bucket", "other"), ("format", "ION"), ("key_alias_arn", "x"), ("prefix", "other")], 2
    ):
        other = planned(export=exporting.constants(**{name: value}))
        assert (other["attempt"], other["from"], other["to"]) == (
            number,
            first["from"],
            first["to"],
        )
        assert other["client_token"] != first["client_token"]


def test_a_chain_is_told_until_people_know_and_not_again() -> None:
    chain_to(EARLIEST.replace(second=0))
    found = planned()
    assert planned()["tell"]
    put(store.told_key(ARN, found["identity"]), b"{}")
    assert planned() == {**found, "tell": False}
    failed(found)
    assert planned()["tell"] is False


# --- chains that break ----------------------------------------------------------------------------


def test_of_a_former_table_no_more_is_read_than_its_end() -> None:
    end = END - 20 * DAY
    chain_to(end)
    for number in range(9):
        recorded("incremental", end + number * DAY, end + number * DAY + DAY, chain="2026-11-01")
    places.delete_table()
    places.create_table(days=35)
    create(END - 10 * HOUR)
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        found = planned()
    assert found["identity"].endswith(catalogue.compact(end + 9 * DAY))
    assert interceptor.calls.count("s3:GetObject") == 1


def test_a_gap_starts_a_new_chain() -> None:
    end = EARLIEST.replace(second=0)
    chain_to(end)
    found = planned()
    assert (found["kind"], found["starts_chain"], found["tell"]) == ("full", True, True)
    assert found["identity"] == f"chain-{table_id()}-{catalogue.compact(end)}"
    assert "point-in-time recovery gives nothing before" in found["reason"]


def test_a_table_created_anew_starts_a_new_chain_and_then_goes_on() -> None:
    chain_to(END - 20 * HOUR)
    former = table_id()
    places.delete_table()
    places.create_table(days=35)
    created = create(END - 10 * HOUR)
    found = planned()
    assert (found["kind"], found["starts_chain"], found["table_id"]) == ("full", True, created)
    assert f"{former}." in found["reason"]
    assert found["identity"] == f"chain-{created}-{catalogue.compact(END - 20 * HOUR)}"
    start = END - 9 * HOUR
    recorded("full", start, start)
    interval = exporting.constants(interval_minutes=60)
    found = planned(export=interval)
    assert (found["kind"], found["from"]) == ("incremental", catalogue.iso(start))


def test_a_chain_that_did_not_start_is_started_again_from_the_same_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain_to(EARLIEST - DAY)
    first = planned()
    failed(first)
    restorable(monkeypatch, EARLIEST + HOUR, LATEST + HOUR)
    second = planned()
    assert second["client_token"] != first["client_token"]
    changed = {"attempt": 2, "client_token": second["client_token"]}
    assert second == {**first, **changed, "earliest": catalogue.iso(EARLIEST + HOUR)}


def test_a_plan_that_was_never_carried_out_and_cannot_be_now_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = planned()
    restorable(monkeypatch, LATEST + HOUR, LATEST + 2 * HOUR)
    second = planned()
    assert second["from"] == catalogue.iso(END + 2 * HOUR)
    assert second["identity"] == f"chain-{table_id()}-20261125T010000Z-none"
    assert (second["attempt"], second["tell"]) == (1, False)
    assert second["reason"].startswith(first["reason"])
    assert planned() == second


def test_a_plan_beyond_what_can_be_restored_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    chain_to(END - 20 * HOUR)
    first = planned()
    restorable(monkeypatch, EARLIEST, LATEST - timedelta(minutes=1))
    found = planned()
    assert (found["action"], found["reason"]) == (
        "nothing",
        "planned up to 2026-11-25T01:00:00Z, which cannot be exported yet",
    )
    restorable(monkeypatch, EARLIEST, LATEST)
    assert planned() == first


# --- what the catalogue may hold ------------------------------------------------------------------


def test_records_of_another_account_s_table_are_none_of_this_one() -> None:
    chain_to(END - 20 * HOUR)
    elsewhere = {"name": TABLE, "arn": ARN.replace(ACCOUNT, "999999999999"), "id": "other"}
    recorded("full", END - HOUR, END - HOUR, table=elsewhere)
    recorded("incremental", END - 2 * HOUR, END, table=elsewhere)
    put(f"{store.records_folder(ARN)}README", b"not one of ours")
    assert planned()["from"] == catalogue.iso(END - 20 * HOUR)


def test_records_of_another_account_s_table_alone_are_no_chain() -> None:
    elsewhere = {"name": TABLE, "arn": ARN.replace(ACCOUNT, "999999999999"), "id": "other"}
    chain_to(END - 20 * HOUR, table=elsewhere)
    assert planned()["identity"] == f"chain-{table_id()}-none"


def test_where_only_full_exports_are_left_to_see_the_chain_is_broken() -> None:
    first = END - 55 * DAY
    recorded("full", END - DAY, END - DAY, chain=catalogue.iso(first), starts_chain=False)
    found = planned()
    assert (found["kind"], found["starts_chain"]) == ("full", True)
    assert found["identity"].endswith(catalogue.compact(first))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"table": {}}', b'{"table": 1}', b"\xff"])
def test_a_damaged_record_starts_no_chain(body: bytes) -> None:
    key = chain_to(END - 20 * HOUR)
    put(key, body)
    with pytest.raises(RefusedError, match=f"{key} is damaged"):
        planned()
    assert kept() == []


def test_a_damaged_plan_is_not_replaced() -> None:
    found = planned()
    key = store.attempt_key(ARN, found["identity"], 1)
    put(key, b'{"from": "yesterday"}')
    with pytest.raises(RefusedError, match="put an earlier version of it back"):
        planned()
    assert len(kept()) == 1


def test_point_in_time_recovery_that_is_off_is_refused_with_what_is_at_risk() -> None:
    chain_to(END - 20 * HOUR)
    connect("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    with pytest.raises(RefusedError) as refused:
        planned()
    text = str(refused.value)
    assert "(PointInTimeRecoveryUnavailableException: point-in-time recovery is off)" in text
    assert "At risk: exports end at 2026-11-24T05:00:00Z" in text
    assert f"aws dynamodb update-continuous-backups --table-name {TABLE} " in text


def test_recovery_that_gives_no_time_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb_history, "window", lambda _table: None)
    backups = dynamodb_backends[ACCOUNT][REGION].get_table(TABLE).continuous_backups
    for name in ("EarliestRestorableDateTime", "LatestRestorableDateTime"):
        del backups["PointInTimeRecoveryDescription"][name]
    found = planned()
    assert (found["action"], found["earliest"], found["reason"]) == ("nothing", None, NOT_YET)


def test_a_table_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Fault(name="gone", effect=False, answer=(400, {"__type": "TableNotFoundException"}))
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb")]):
        interceptor.fail("dynamodb:DescribeContinuousBackups", gone, 1)
        with pytest.raises(RefusedError, match="there is no table"):
            planned()
    places.delete_table()
    with pytest.raises(RefusedError, match=f"there is no table {ARN}"):
        planned()


def test_the_handler_makes_its_own_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    found, _ = tables.logged(lambda: handler(json.loads(json.dumps(event())), None))
    assert found["action"] == "export"
