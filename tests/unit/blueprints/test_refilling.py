"""The state machines that write to tables: never two calls at once, and every run fits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from blueprints import recovery
from blueprints.functions.common.waiting import LONGEST_RESTORE
from blueprints.functions.load_file.clock import LONGEST_WAIT, MARGIN_SECONDS
from blueprints.functions.load_file.failing import BadDataError
from blueprints.functions.load_file.handler import LONGEST_BUSY_WAIT
from blueprints.functions.plan_refill.fence import WAIT_SECONDS
from blueprints.functions.plan_refill.work import RESUMED_WITHIN
from blueprints.names import WORK, ExportPlace
from blueprints.recovery import data_access
from blueprints.recovery.catalogue import WORK_EXPIRES_AFTER_DAYS, catalogue
from blueprints.recovery.facts import RecoveryFacts
from blueprints.recovery.functions import FunctionFacts
from blueprints.recovery.machines import RESTORE_SECONDS
from blueprints.recovery.place import refill_place, undo_place
from blueprints.recovery.refilling import (
    DAY,
    LOAD_RETRY,
    REFILL_SECONDS,
    TASK_SECONDS,
    UNDO_SECONDS,
    WORK_SECONDS,
)
from generator import workspace
from generator.spec.resolved import Environment
from tests.conftest import ROOT

MOST_EVENTS = 25_000
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html: of a Task
# entered, scheduled, started, succeeded, exited; of a Choice and a Wait entered and exited.
EVENTS_OF_A_CALL, EVENTS_OF_A_WAIT, EVENTS_OF_AN_ATTEMPT = 5 + 2, 2, 3
WRITING = {"refill": ("Load", "LoadFiles", "load_file"), "undo": ("Undo", "UndoKeys", "undo_keys")}


def environment(name: str) -> Environment:
    (loaded,) = workspace.load([str(ROOT / "environments" / f"{name}.yaml")])
    return loaded.environment


def facts(name: str) -> RecoveryFacts:
    (found,) = recovery.decide(environment(name))
    return found


@pytest.fixture(scope="module")
def prod() -> RecoveryFacts:
    return facts("prod")


def machine(of: RecoveryFacts, what: str) -> Mapping[str, Any]:
    (found,) = (each for each in of.machines if each.name.endswith(f"-{what}"))
    return found.definition["States"]


def called(of: RecoveryFacts, name: str) -> FunctionFacts:
    (found,) = (each for each in of.functions if each.code.path == f"../functions/{name}.zip")
    return found


@pytest.mark.parametrize("what", WRITING)
def test_no_call_writes_while_another_may_still_write(prod: RecoveryFacts, what: str) -> None:
    """A slow call that goes on beside its successor could put back what that one has overwritten.

    Errors after which nobody knows whether the function runs are tried again when it cannot.
    """
    of_map, of_child, name = WRITING[what]
    task = machine(prod, what)[of_map]["ItemProcessor"]["States"][of_child]
    longest = called(prod, name).timeout_seconds
    assert longest == WORK_SECONDS <= 900, "Lambda's longest"
    assert task["TimeoutSeconds"] == TASK_SECONDS > longest
    waits = {
        error: retry["IntervalSeconds"]
        for retry in task["Retry"][1:]
        for error in retry["ErrorEquals"]
    }
    unknown = {"Lambda.Unknown", "Lambda.SdkClientException", "Lambda.ServiceException"}
    unawaited = "Lambda.ClientExecutionTimeoutException"
    for error in (*unknown, unawaited, "Lambda.AWSLambdaException", "States.Timeout"):
        assert waits[error] >= longest
    assert waits["Lambda.TooManyRequestsException"] < 60, "Lambda did not start it"
    assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"]


def test_what_no_repetition_mends_is_not_repeated() -> None:
    assert LOAD_RETRY[0] == {
        "ErrorEquals": ["RefusedError", BadDataError.__name__],
        "MaxAttempts": 0,
    }


@pytest.mark.parametrize("what", WRITING)
def test_a_failure_is_reported_and_stops_no_other_child(prod: RecoveryFacts, what: str) -> None:
    states, (of_map, of_child, _) = machine(prod, what), WRITING[what]
    for name in ("Plan", of_map):
        (caught,) = states[name]["Catch"]
        assert caught["Next"] == "Report"
    mapped = states[of_map]
    assert mapped["ToleratedFailurePercentage"] == 100
    assert mapped["ItemProcessor"]["ProcessorConfig"] == {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD",
    }
    (caught,) = mapped["ItemProcessor"]["States"][of_child]["Catch"]
    assert mapped["ItemProcessor"]["States"][caught["Next"]]["End"]
    # What children answer is in S3, not in the state: thousands would not fit into it.
    assert mapped["ResultWriter"]["Resource"].endswith(":s3:putObject")


@pytest.mark.parametrize(("seconds", "hours"), [(REFILL_SECONDS, 14 * 24), (UNDO_SECONDS, 3 * 24)])
def test_a_child_that_works_until_the_end_fits_into_one_execution(seconds: int, hours: int) -> None:
    """Each call works until its time is nearly over; even if every second one is tried again."""
    calls = seconds / (WORK_SECONDS - MARGIN_SECONDS)
    attempts = sum(retry.get("MaxAttempts", 0) for retry in LOAD_RETRY)
    events = calls * (EVENTS_OF_A_CALL + EVENTS_OF_A_WAIT + EVENTS_OF_AN_ATTEMPT / 2)
    assert events + attempts * EVENTS_OF_AN_ATTEMPT < MOST_EVENTS
    assert hours * 3600 == seconds


def test_a_child_that_only_waits_fits_for_more_than_a_week() -> None:
    """A call ends early only for a longer wait than the first; where it led nowhere that grows."""
    a_round = EVENTS_OF_A_CALL + EVENTS_OF_A_WAIT
    assert MOST_EVENTS / a_round * LONGEST_WAIT > 1.5 * DAY
    assert MOST_EVENTS / a_round * LONGEST_BUSY_WAIT > 9 * DAY


def test_what_was_stopped_can_go_on_and_a_restore_waits_for_less() -> None:
    assert RESTORE_SECONDS < REFILL_SECONDS
    # Nothing that a resumed refill reads expires while it runs.
    resumed = RESUMED_WITHIN.days * DAY + REFILL_SECONDS
    assert resumed < WORK_EXPIRES_AFTER_DAYS * DAY


def test_an_execution_that_takes_over_waits_for_as_long_as_a_call_lives() -> None:
    assert WAIT_SECONDS == WORK_SECONDS


def test_the_work_area_alone_expires() -> None:
    """The catalogue beside it is what a restore needs; a rule for all would be its end."""
    for name in ("prod", "archive", "dev"):
        rules = {rule.id: rule for rule in catalogue(environment(name)).lifecycle}
        assert rules["work"].prefix == WORK == "work/"
        for rule in rules.values():
            expires = (rule.expire_after_days, rule.old_versions_expire_after_days)
            assert expires == (None, None) or rule.prefix == WORK


def test_a_refill_knows_every_bucket_that_it_may_read() -> None:
    here = refill_place(environment("prod"))
    assert here["export_buckets"] == [
        {
            "name": "shop-prod-exports-111111111111-eu-central-1",
            "account_id": "111111111111",
            "region": "eu-central-1",
        },
        {
            "name": "shop-archive-exports-prod-222222222222-eu-central-1",
            "account_id": "222222222222",
            "region": "eu-central-1",
        },
    ]
    assert here["dump_buckets"] == [
        {
            "name": "shop-data-pipeline",
            "prefix": "dynamodb/",
            "account_id": "111111111111",
            "region": "eu-central-1",
        }
    ]
    held = refill_place(environment("archive"))
    assert [each["name"] for each in held["export_buckets"]] == [
        "shop-archive-exports-prod-222222222222-eu-central-1"
    ]
    elsewhere = refill_place(environment("staging"))
    assert [each["region"] for each in elsewhere["export_buckets"]] == ["eu-west-1"]
    assert elsewhere["export_buckets"][0]["account_id"] == "222222222222"
    nothing = refill_place(environment("dev"))
    assert nothing["export_buckets"] == nothing["dump_buckets"] == []
    assert held["refill_machine_arn"].endswith(":stateMachine:shop-archive-refill")


def test_only_an_environment_with_tables_undoes() -> None:
    names = [each.name for each in facts("archive").machines]
    assert names == ["shop-archive-restore", "shop-archive-refill"]
    key = undo_place(environment("prod"))["catalogue_key_alias_arn"]
    assert key == "arn:aws:kms:eu-central-1:111111111111:alias/shop-prod-catalog"


def test_a_destination_of_many_sources_names_what_its_buckets_begin_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forty buckets by name would not fit into the policy of a role."""
    archive, source = environment("archive"), environment("prod")
    held = tuple(
        (
            source,
            ExportPlace(
                name=f"shop-archive-exports-shop{number}-222222222222-eu-central-1",
                arn=f"arn:aws:s3:::shop-archive-exports-shop{number}-222222222222-eu-central-1",
                key_alias=f"alias/shop-archive-exports-shop{number}",
                account_id="222222222222",
                region="eu-central-1",
                key_alias_arn=f"arn:aws:kms:eu-central-1:222222222222:alias/e{number}",
                object_lock=None,
            ),
        )
        for number in range(80)
    )
    monkeypatch.setattr(data_access, "readable_exports", lambda _: held)
    read, listed, decrypt = data_access.read_exports(archive)
    beginning = "arn:aws:s3:::shop-archive-exports-shop*"
    assert read["Resource"] == listed["Resource"] == [beginning]
    assert decrypt["Condition"]["ForAnyValue:StringLike"] == {
        "kms:ResourceAliases": ["alias/shop-archive-exports-shop*"]
    }
    assert len(json.dumps([read, listed, decrypt])) < 1_500


def test_the_function_that_restores_knows_how_long_its_machine_lasts() -> None:
    assert LONGEST_RESTORE.total_seconds() == RESTORE_SECONDS
