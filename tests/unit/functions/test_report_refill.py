"""The report of a refill says what was written, what is not right, and how to go on."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.sns.models import sns_backends

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.report_refill.handler import report
from tests.unit.functions import refilling
from tests.unit.functions.faults import DENIED, FOR_EVER, TIMED_OUT
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import ACCOUNT, BUCKET, REGION, TOPIC, connect
from tests.unit.functions.refilling import (
    MACHINE,
    PLACE,
    RUN_FOLDER,
    TARGET,
    chain,
    execution,
    export,
    loaded,
    planned,
    request,
    run,
)
from tests.unit.functions.reporting import lambda_error
from tests.unit.functions.tables import ARN
from tests.unit.functions.test_plan_refill_going import BAD

pytestmark = pytest.mark.usefixtures("local_places")
NOW = datetime(2026, 11, 25, 1, 0, 9, tzinfo=UTC)
KEY = f"refills/{TARGET}/run-1.json"
State = dict[str, Any]


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


def event(state: Mapping[str, Any], run_: str = "run-1", **place: Any) -> dict[str, Any]:
    return {"state": state, "place": {**PLACE, **place}, "execution": execution(run_)}


def reported(state: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return the report, made twice: the second call writes the same."""
    given = event(state, **more)
    first = report(connect, given, NOW)
    assert report(connect, given, NOW.replace(hour=9)) == first
    body = connect("s3").get_object(Bucket=first["bucket"], Key=first["key"])["Body"].read()
    assert json.loads(body) == first["report"]
    return first


def messages() -> list[tuple[str, str]]:
    topic = sns_backends[ACCOUNT][REGION].topics[TOPIC]
    return [(sent[2], sent[1]) for sent in topic.sent_notifications]


def failed_in_second(asked: dict[str, Any]) -> State:
    """Return the state of a refill whose full export was loaded, and whose windows were not."""
    first = planned(asked)
    loaded(first)
    second = planned(asked, first)
    loaded(second, but={0: BAD})
    return {"request": asked, "plan": planned(asked, second)}


def test_a_refill_that_went_to_its_end(asked: dict[str, Any]) -> None:
    end, _ = run(asked)
    answer = reported({"request": asked, "plan": end})
    document = answer.pop("report")
    assert answer == {
        "status": "SUCCEEDED",
        "written": 66,
        "deleted": 4,
        "bucket": BUCKET,
        "key": KEY,
    }
    assert document == {
        "version": 1,
        "status": "SUCCEEDED",
        "project": "shop",
        "environment": "prod",
        "table": asked["table"],
        "table_id": end["table_id"],
        "source": asked["source"],
        "from": "full export of 2026-11-01T00:00:00Z and 2 incremental ones up to "
        f"2026-11-01T12:00:00Z, of table {ARN}",
        "source_table_arn": ARN,
        "format": "dynamodb_json",
        "items": 4,
        "files": 7,
        "written": 66,
        "deleted": 4,
        "units": 10.0,
        "at_least": False,
        "not_known": None,
        "rounds": {"done": 2, "total": 2},
        "execution_arn": execution()["arn"],
        "started_at": "2026-11-25T00:50:00.000Z",
        "finished_at": "2026-11-25T01:00:00+00:00",
        "seconds": 600,
        "not_right": [],
        "error": None,
        "folder": f"s3://{BUCKET}/{RUN_FOLDER}",
        "resumed": None,
        "quiet": False,
        "next": [
            "# see that the table holds what you expect, before anything uses it",
            f"aws dynamodb scan --table-name {TARGET} --max-items 3 --region {REGION}",
        ],
    }


def test_people_are_told_of_success_unless_whoever_asked_tells_them(asked: dict[str, Any]) -> None:
    end, _ = run(asked)
    report(connect, event({"request": {**asked, "quiet": True}, "plan": end}), NOW)
    assert messages() == []
    report(connect, event({"request": asked, "plan": end}), NOW)
    ((subject, message),) = messages()
    assert subject == f"Holdfast: {TARGET} refilled in prod"
    assert "Written: 66 items, deleted: 4, with 10.0 write units; 7 files to their end" in message
    assert "Rounds: 2 of 2 done" in message
    assert message.endswith(f"The whole report: s3://{BUCKET}/{KEY}\n")


def test_a_refill_that_failed_says_which_line_what_was_written_and_how_to_go_on(
    asked: dict[str, Any],
) -> None:
    state = failed_in_second({**asked, "quiet": True})
    answer = reported(state)
    document = answer["report"]
    assert (answer["status"], answer["written"], answer["deleted"]) == ("FAILED", 12, 3)
    assert document["not_right"] == [
        "s3://b/k, line 7: BadDataError: it is no JSON: put the file back"
    ]
    assert document["rounds"] == {"done": 1, "total": 2}
    command = shlex.split(document["next"][-1])
    assert command[:5] == [
        "aws",
        "stepfunctions",
        "start-execution",
        "--state-machine-arn",
        MACHINE,
    ]
    assert json.loads(command[6]) == {**asked, "quiet": True, "resume": "run-1"}
    assert command[7:] == ["--region", REGION]
    assert "or holdfast refill prod orders --resume run-1" in document["next"][-2]
    # Of a failure people are told in any case, each time that it is tried.
    (subject, message), _ = messages()
    assert subject == f"Holdfast: {TARGET} NOT refilled to its end in prod"
    assert "the table holds a part." in message
    assert "- s3://b/k, line 7: BadDataError: it is no JSON: put the file back" in message
    assert document["next"][-1] in message


def test_of_many_files_the_rest_is_counted() -> None:
    full = export(0, counts=[1] * 30)
    asked = request(chain(full, 0))
    first = planned(asked)
    loaded(first, but=dict.fromkeys(range(25)))
    document = reported({"request": asked, "plan": planned(asked, first)})["report"]
    assert len(document["not_right"]) == 21
    assert document["not_right"][-1].startswith("5 more files, whose reasons are in the progress")


def test_a_plan_that_was_refused(asked: dict[str, Any]) -> None:
    error = lambda_error("RefusedError", "there is no table: create it")
    document = reported({"request": asked, "plan": {}, "error": error})["report"]
    assert document["not_right"] == ["RefusedError: there is no table: create it"]
    assert document["rounds"] == {"done": 0, "total": None}
    assert document["next"][-2] == "# nothing was loaded: mend what it says, and start again"
    assert json.loads(shlex.split(document["next"][-1])[6]) == asked
    assert "stopped before it had written anything" in messages()[0][1]


def test_a_map_that_was_stopped_is_summed_up_by_what_its_children_told(
    asked: dict[str, Any],
) -> None:
    first = planned(asked)
    loaded(first, but={1: {"status": "GOING", "file": 0, "written": 1}, 2: None})
    error = {"Error": "States.ItemReaderFailed", "Cause": "no"}
    document = reported({"request": asked, "plan": first, "error": error})["report"]
    assert (document["written"], document["files"], document["items"]) == (2, 1, 1)
    assert document["at_least"] is True
    assert document["not_right"] == ["States.ItemReaderFailed: no"]
    assert "resume" in document["next"][-2]


@pytest.mark.parametrize(
    ("change", "at_least"),
    [
        (None, True),
        ({"status": "GOING", "file": 0, "written": 0, "deleted": 0}, True),
        ({**BAD, "written": 0, "error": {**BAD["error"], "type": "NoAnswerError"}}, True),  # type: ignore[dict-item]
        ({**BAD, "written": 0}, False),
    ],
)
def test_what_a_child_that_was_killed_wrote_is_not_known(
    asked: dict[str, Any], change: dict[str, Any] | None, *, at_least: bool
) -> None:
    first = planned(asked)
    loaded(first, but=dict.fromkeys(range(3), change))
    document = reported({"request": asked, "plan": planned(asked, first)})["report"]
    assert (document["written"], document["at_least"]) == (0, at_least)
    _, message = messages()[0]
    assert ("stopped before it had written anything" in message) is not at_least
    assert ("what it wrote is not known." in message) is at_least
    assert ("at least 0 items, deleted: at least 0" in message) is at_least


def test_a_refill_that_is_resumed_again_keeps_its_folder(asked: dict[str, Any]) -> None:
    failed_in_second(asked)
    again = {**asked, "resume": "run-1"}
    error = lambda_error("RefusedError", "no")
    answer = reported({"request": again, "plan": {}, "error": error}, run_="run-2")
    assert answer["key"] == f"refills/{TARGET}/run-2.json"
    assert answer["written"] == 12
    assert json.loads(shlex.split(answer["report"]["next"][-1])[6]) == again


def test_without_a_topic_nobody_is_told(asked: dict[str, Any]) -> None:
    place = {name: value for name, value in PLACE.items() if name != "topic_arn"}
    given = {**event({"request": asked, "plan": {}}), "place": place}
    document = report(connect, given, NOW)["report"]
    assert document["not_right"] == ["NotPlannedError: the refill was not planned"]
    assert messages() == []


def test_a_request_without_a_table_is_reported_all_the_same() -> None:
    error = lambda_error("RefusedError", "the request lacks table.name")
    answer = reported({"request": {"source": {}}, "plan": {}, "error": error})
    assert answer["key"] == "refills/unknown/run-1.json"


def test_sums_that_cannot_be_read_keep_nobody_from_being_told(asked: dict[str, Any]) -> None:
    state = failed_in_second(asked)
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        for fault in (DENIED, TIMED_OUT):
            interceptor.fail("s3:ListObjectsV2", fault, FOR_EVER)
            document = report(connect, event(state), NOW)["report"]
            assert document["not_known"].startswith("what was written is not known: ")
            assert document["at_least"]
    assert "Written: at least 0 items" in messages()[0][1]
    assert "NOT KNOWN: what was written is not known: s3:ListBucket" in messages()[0][1]


def test_a_report_that_may_not_be_written_is_told(asked: dict[str, Any]) -> None:
    state = failed_in_second(asked)
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        interceptor.fail("s3:PutObject", DENIED, FOR_EVER)
        with pytest.raises(RefusedError, match="allow s3:PutObject"):
            report(connect, event(state), NOW)
    ((_, message),) = messages()
    assert "The whole report: nowhere, because s3:PutObject on " in message


def test_a_long_name_keeps_what_matters_in_the_subject(asked: dict[str, Any]) -> None:
    named = {**asked, "table": {"name": "o" * 255, "arn": ARN}}
    report(connect, event({"request": named, "plan": {}}), NOW)
    ((subject, _),) = messages()
    assert len(subject) <= 100
    assert subject.endswith("NOT refilled to its end in prod")
