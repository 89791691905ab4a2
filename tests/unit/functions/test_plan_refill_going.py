"""A refill goes on only over what is done, and can be resumed where it stopped."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_refill.handler import plan
from blueprints.functions.plan_refill.work import RESUMED_WITHIN
from blueprints.recovery.refilling import WORK_SECONDS
from tests.unit.functions import refilling, tables
from tests.unit.functions.places import BUCKET, connect
from tests.unit.functions.refilling import (
    EXPORTS,
    NOW,
    RUN_FOLDER,
    TARGET,
    begun,
    chain,
    event,
    execution,
    export,
    listed,
    loaded,
    planned,
    request,
    run,
)

pytestmark = pytest.mark.usefixtures("local_places")
NOT_NOTED = (
    "its child ended before it noted anything; what it wrote is not known; loading again mends it"
)
BAD = {
    "status": "FAILED",
    "line": 7,
    "written": 6,
    "deleted": 0,
    "error": {
        "type": "BadDataError",
        "message": "it is no JSON: put the file back",
        "file": "s3://b/k",
        "line": 7,
    },
}


@pytest.fixture(autouse=True)
def _a_table(local_places: None) -> None:
    refilling.begin()


@pytest.fixture
def asked() -> dict[str, Any]:
    """A full export of three files and two windows."""
    full = export(0, counts=(1, 2, 3))
    export(0, 6)
    export(6, 12)
    return request(chain(full, 12))


def kept(key: str) -> Any:
    return json.loads(connect("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())


def refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        plan(connect, given, NOW)


def test_what_a_round_wrote_is_summed_up_when_it_is_done(asked: dict[str, Any]) -> None:
    first = planned(asked)
    loaded(first)
    second = planned(asked, first)
    assert (second["action"], second["round"]) == ("load", 1)
    assert kept("work/refills/run-1/done/00000.json") == {
        "round": 0,
        "items": 3,
        "files": 3,
        "written": 6,
        "deleted": 3,
        "units": 7.5,
    }


def test_a_child_that_failed_ends_the_refill_and_its_file_and_line_are_told(
    asked: dict[str, Any],
) -> None:
    first = planned(asked)
    loaded(first, but={1: BAD})
    found = planned(asked, first)
    assert (found["action"], found["round"]) == ("report", 0)
    assert found["error"] == {
        "type": "RoundNotLoadedError",
        "message": "1 of 3 children of round 1 of 2 did not load their files: s3://b/k, line 7: it "
        "is no JSON: put the file back",
        "files": [
            {
                "index": 1,
                "status": "FAILED",
                "file": "s3://b/k",
                "at": 1,
                "line": 7,
                "type": "BadDataError",
                "message": "it is no JSON: put the file back",
            }
        ],
        "not_named": 0,
        "results": f"s3://{BUCKET}/{RUN_FOLDER}00000/results/",
    }
    # What was written all the same, by the other children and before the bad line.
    assert (found["sums"]["written"], found["sums"]["items"]) == (10, 2)


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        (None, "MISSING", NOT_NOTED),
        (
            {"status": "GOING", "file": 0, "line": 40, "calls_without_progress": 7},
            "GOING",
            "its child ended before it was done, throttled: DynamoDB took nothing in its last 7 "
            f"calls, so give the table more write units; why is below s3://{BUCKET}/{RUN_FOLDER}"
            "00000/results/",
        ),
        (
            {"status": "GOING", "file": 0, "line": 40},
            "GOING",
            f"its child ended before it was done; why is below s3://{BUCKET}/{RUN_FOLDER}"
            "00000/results/",
        ),
    ],
)
@pytest.mark.parametrize("index", [0, 2])
def test_a_child_that_ended_early_is_told_with_its_file(
    asked: dict[str, Any], index: int, change: dict[str, Any] | None, status: str, message: str
) -> None:
    first = planned(asked)
    loaded(first, but={index: change})
    (named,) = planned(asked, first)["error"]["files"]
    key = listed(first)[index]["files"][0]["key"]
    assert named["file"] == f"s3://{EXPORTS}/{key}"
    assert (named["status"], named["message"]) == (status, message)
    assert named["line"] == (change or {}).get("line")


def test_of_many_files_some_are_named_and_the_plan_stays_small() -> None:
    full = export(0, counts=[1] * 120)
    first = planned(request(chain(full, 0)))
    error = {**BAD["error"], "message": "x" * 5_000}
    loaded(first, but={index: {**BAD, "error": error} for index in range(100)})
    found = planned(request(chain(full, 0)), first)
    assert (len(found["error"]["files"]), found["error"]["not_named"]) == (20, 80)
    assert "; and 97 more" in found["error"]["message"]
    assert len(json.dumps(found)) < 40_000


def test_a_look_that_takes_longer_than_a_call_goes_on_in_the_next() -> None:
    full = export(0, counts=[1] * 30)
    asked = request(chain(full, 0))
    found = planned(asked)
    loaded(found, but={3: None, 17: BAD, 29: None})
    calls = 0
    while found["action"] != "report":
        time = iter([True] * 10)
        found = plan(connect, event(asked, found), NOW, lambda left=time: next(left, False))
        calls += 1
        assert found["action"] in {"wait", "report"}
        assert found["wait_seconds"] == (1 if found["action"] == "wait" else 0)
    assert calls == 3
    assert [each["index"] for each in found["error"]["files"]] == [3, 17, 29]
    assert found["sums"]["files"] == 28


# --- again ----------------------------------------------------------------------------------------


def test_a_resumed_refill_goes_on_with_the_round_that_is_not_done(asked: dict[str, Any]) -> None:
    first = planned(asked)
    loaded(first)
    second = planned(asked, first)
    loaded(second, but={0: BAD})
    assert planned(asked, second)["action"] == "report"
    again = {**asked, "resume": "run-1"}
    found = begun(again, run="run-2")
    assert (found["action"], found["round"], found["folder"]) == ("load", 1, "work/refills/run-1/")
    assert (found["list"], found["load"]["folder"]) == (second["list"], second["load"]["folder"])
    loaded(found)
    end = planned(again, found, run="run-2")
    assert (end["action"], end["error"]) == ("report", None)


def test_what_is_done_is_not_loaded_again(asked: dict[str, Any]) -> None:
    run(asked)
    end, lists = run({**asked, "resume": "run-1"}, run="run-2")
    assert (lists, end["action"], end["error"]) == ([], "report", None)


def test_the_execution_before_does_not_go_on_beside_the_one_that_resumes(
    asked: dict[str, Any],
) -> None:
    first = planned(asked)
    loaded(first)
    planned({**asked, "resume": "run-1"}, run="run-2")
    refused(event(asked, first), f"{execution('run-2')['arn']} goes on with this refill")


def test_the_calls_of_the_execution_before_are_waited_for(asked: dict[str, Any]) -> None:
    """One that looked at the fence before it was taken over may write for as long as it lives."""
    first = planned(asked)
    assert first["fence"]["waited"], "of a folder of its own nobody else's calls are at work"
    again = {**asked, "resume": "run-1"}
    waits = planned(again, run="run-2")
    assert (waits["action"], waits["wait_seconds"]) == ("wait", WORK_SECONDS)
    assert waits["fence"] == {
        "taken_from": execution("run-1")["arn"],
        "taken_at": "2026-11-25T01:00:00Z",
        "waited": True,
    }
    found = planned(again, waits, run="run-2")
    assert (found["action"], found["fence"]) == ("load", waits["fence"])
    assert found["load"]["fence"] == execution("run-2")["arn"]
    assert kept("work/refills/run-1/fence.json")["execution_arn"] == execution("run-2")["arn"]


def test_a_table_that_is_not_ready_does_not_count_as_that_wait(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(asked)
    again = {**asked, "resume": "run-1"}
    with monkeypatch.context() as patched:
        of_table = connect("dynamodb").describe_table(TableName=TARGET)
        of_table["Table"]["TableStatus"] = "CREATING"
        patched.setattr(connect("dynamodb"), "describe_table", lambda **_: of_table)
        found = planned(again, run="run-2")
    assert found["wait_seconds"] == 30
    assert planned(again, found, run="run-2")["wait_seconds"] == WORK_SECONDS


def test_a_refill_that_is_refused_stops_no_other(asked: dict[str, Any]) -> None:
    first = planned(asked)
    loaded(first)
    other = {**asked, "resume": "run-1", "source": {**asked["source"], "skip_full": True}}
    refused(event(other, run="run-2"), "is the plan of another source")
    assert planned(asked, first)["action"] == "load"


def test_only_what_nothing_of_expires_is_resumed(asked: dict[str, Any]) -> None:
    first = planned(asked)
    loaded(first)
    again = {**asked, "resume": "run-1"}
    late, too_late = NOW + RESUMED_WITHIN, NOW + RESUMED_WITHIN + timedelta(seconds=1)
    waits = plan(connect, event(again, run="run-2"), late)
    with pytest.raises(RefusedError, match="was planned at 2026-11-25T01:00:00Z, more than 30"):
        plan(connect, event(again, run="run-3"), too_late)
    # One that has begun in time goes on.
    assert plan(connect, event(again, waits, run="run-2"), too_late)["action"] == "load"


def test_only_the_same_refill_is_resumed(asked: dict[str, Any]) -> None:
    planned(asked)
    again = {**asked, "resume": "run-1"}
    other = {**again, "source": {**asked["source"], "skip_full": True}}
    refused(event(other, run="run-2"), "is the plan of another source")
    tables.create_bare("other")
    table = {"name": "other", "arn": asked["table"]["arn"].replace(TARGET, "other")}
    refused(event({**again, "table": table}, run="run-2"), "is the plan of another table")
    refused(event({**again, "resume": "run-0"}, run="run-2"), "there is no refill to resume")
    # What a file of the table says about it else does not matter.
    table = {name: asked["table"][name] for name in ("name", "arn")}
    assert begun({**again, "table": table}, run="run-2")["action"] == "load"


def test_a_table_that_was_created_anew_is_not_gone_on_with(asked: dict[str, Any]) -> None:
    first = planned(asked)
    loaded(first)
    connect("dynamodb").delete_table(TableName=TARGET)
    tables.create_bare(TARGET)
    refused(event(asked, first), f"table {TARGET} was deleted and created anew")


def test_units_are_shared_by_what_the_table_has_now(asked: dict[str, Any]) -> None:
    first = planned(asked)
    loaded(first)
    connect("dynamodb").update_table(
        TableName=TARGET,
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 500},
    )
    assert planned(asked, first)["load"]["write_units"] == 500
