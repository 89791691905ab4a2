"""The report says what was restored, what is not right, and what to run next."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.report_restore.handler import report
from blueprints.functions.report_restore.message import subject
from tests.unit.functions import places
from tests.unit.functions.faults import FAULTS, FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import BUCKET, PLACE, connect
from tests.unit.functions.tables import TABLE, TARGET

pytestmark = pytest.mark.usefixtures("local_places")

NOW = datetime(2026, 11, 20, 3, 40, 5, tzinfo=UTC)
RUN = {
    "arn": "arn:aws:states:eu-central-1:123456789012:execution:shop-prod-restore:run-1",
    "name": "run-1",
    "started_at": "2026-11-20T03:00:00.000Z",
    "entered_at": "2026-11-20T03:30:00.500Z",
}
KEY = f"restores/{TABLE}/run-1.json"


def plan(case: str = "stack", **more: Any) -> dict[str, Any]:
    target = TARGET if case == "other_name" else TABLE
    return {
        "target": {"name": target, "arn": f"arn:{target}"},
        "source": {"kind": "native", "id": "arn:backup", "time": "2026-11-20T02:00:00+00:00"},
        "why": "Native backup nightly: the newest of 3 points.",
        "operation": "RestoreTableFromBackup",
        "parameters": {"BackupArn": "arn:backup"},
        "settings_from": "environment",
        "owner": {"case": case, "stack_name": "shop-prod-tables-a", "logical_id": "TableOrders"},
        "pointer": None,
        "repoint": False,
        **more,
    }


def state(case: str = "stack", **more: Any) -> dict[str, Any]:
    return {
        "request": places.request(),
        "plan": plan(case),
        "copy": {},
        "restore": {"done": True, "table_id": "id-1", "job_id": None, "adopted": False},
        "settings": {
            "done": True,
            "applied": ["tags"],
            "failed": [],
            "left": [{"setting": "alarms", "reason": "its stack has them"}],
        },
        "verification": {
            "done": True,
            "passed": True,
            "checks": [{"check": "status", "ok": True, "detail": "ACTIVE"}],
        },
        "pointer": {},
        **more,
    }


def messages() -> list[dict[str, Any]]:
    from moto.sns.models import sns_backends

    topic = sns_backends["123456789012"]["eu-central-1"].topics[PLACE["topic_arn"]]
    return [
        {"message": notification[1], "subject": notification[2]}
        for notification in topic.sent_notifications
    ]


def call(data: dict[str, Any], **place: Any) -> dict[str, Any]:
    return report(connect, {"state": data, "place": {**PLACE, **place}, "execution": RUN}, NOW)


def written() -> dict[str, Any]:
    body = connect("s3").get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
    document: dict[str, Any] = json.loads(body)
    return document


def test_a_good_end_is_written_and_told() -> None:
    answer = call(state())
    assert (answer["status"], answer["bucket"], answer["key"]) == ("SUCCEEDED", BUCKET, KEY)
    document = written()
    assert document == answer["report"]
    assert document["table_id"] == "id-1"
    assert document["not_right"] == []
    assert (document["finished_at"], document["seconds"]) == ("2026-11-20T03:30:00+00:00", 1800)
    assert document["why"].startswith("Native backup nightly")
    assert document["settings"]["applied"] == ["tags"]
    (message,) = messages()
    assert message["subject"] == "Holdfast: orders restored in prod"
    assert "Table orders was restored as orders and verified." in message["message"]
    assert f"The whole report: s3://{BUCKET}/{KEY}" in message["message"]
    assert "- alarms: its stack has them" in message["message"]


def test_a_second_delivery_writes_the_same() -> None:
    first = call(state())
    body = written()
    again = report(
        connect, {"state": state(), "place": PLACE, "execution": RUN}, NOW.replace(minute=59)
    )
    assert (again, written()) == (first, body)


@pytest.mark.parametrize(
    ("case", "commands"),
    [
        (
            "stack",
            [
                "aws cloudformation detect-stack-drift --stack-name shop-prod-tables-a "
                "--region eu-central-1",
            ],
        ),
        ("stack_gone", ["recovery/import-tables-a.yaml", "README.md"]),
        ("no_stack", ["terraform -chdir=terraform plan", "recovery/import-orders.tf"]),
        ("other_name", [f"aws dynamodb describe-table --table-name {TARGET}"]),
        ("elsewhere", ["# tell the owner of orders"]),
    ],
)
def test_what_comes_next_depends_on_who_owns_the_name(case: str, commands: list[str]) -> None:
    answer = call(state(case))
    text = "\n".join(answer["report"]["next"])
    for command in commands:
        assert command in text
        assert command in messages()[0]["message"]
    assert answer["report"]["owner"]["meaning"] != "not known"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            {"settings": {"failed": [{"setting": "tags", "reason": "denied", "fix": "allow it"}]}},
            "tags is not set: denied (allow it)",
        ),
        (
            {
                "verification": {
                    "passed": False,
                    "checks": [{"check": "items", "ok": False, "detail": "3 of 7"}],
                }
            },
            "items is wrong: 3 of 7",
        ),
        (
            {
                "verification": {
                    "passed": False,
                    "checks": [{"check": "sample", "ok": None, "detail": "denied"}],
                }
            },
            "sample could not be told: denied",
        ),
        ({"verification": {}}, "the table was not verified"),
        ({"verification": {"passed": False, "checks": []}}, "the table was not verified"),
        (
            {"error": {"Error": "States.Timeout", "Cause": "it took too long"}},
            "States.Timeout: it took too long",
        ),
        (
            {
                "error": {
                    "Error": "RefusedError",
                    "Cause": json.dumps(
                        {"errorType": "RefusedError", "errorMessage": "no", "stackTrace": ["x"]}
                    ),
                }
            },
            "RefusedError: no",
        ),
    ],
)
def test_what_is_not_right_fails_it_and_is_said_with_the_way_on(
    more: dict[str, Any], says: str
) -> None:
    answer = call(state(**more))
    assert answer["status"] == "FAILED"
    assert answer["report"]["not_right"] == [says]
    (message,) = messages()
    assert message["subject"] == "Holdfast: orders NOT RIGHT after a restore in prod"
    assert f"- {says}" in message["message"]
    assert (
        'first set in recovery/orders.json: "target_name": "orders", "point": {"id": "arn:backup"}'
        in (message["message"])
    )
    machine = "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-prod-restore"
    assert f"start-execution --state-machine-arn {machine}" in message["message"]


@pytest.mark.parametrize(("kind", "id_"), [("point_in_time", "point-in-time"), ("export", "arn")])
def test_an_interrupted_restore_of_a_moment_is_gone_on_with_by_that_moment(
    kind: str, id_: str
) -> None:
    source = {"kind": kind, "id": id_, "time": "2026-11-20T02:00:00+00:00"}
    data = state(plan=plan(source=source), verification={})
    text = "\n".join(call(data)["report"]["next"])
    assert f'"point": {{"id": "{id_}", "at": "2026-11-20T02:00:00+00:00"}}' in text
    assert '"load"' not in text


def test_how_a_chain_was_to_be_loaded_and_how_far_it_got_is_said() -> None:
    source = {"kind": "export", "id": "arn", "time": "2026-11-20T02:00:00+00:00"}
    chain = {"table_id": "id-1", "import_arn": None, "refill_arn": "arn:refill"}
    data = state(plan=plan(source=source), verification={})
    data["request"]["load"] = "refill"
    data["restore"]["chain"] = chain
    found = call(data)["report"]
    assert found["restore"]["chain"] == chain
    assert '"load": "refill"' in "\n".join(found["next"])


def test_a_destination_has_a_folder_for_each_source() -> None:
    steps = call(state(verification={}), is_destination=True)["report"]["next"]
    assert any("file://recovery/SOURCE/orders.json" in step for step in steps)


@pytest.mark.parametrize("request_", [{}, {"table": None}, {"table": {"name": TABLE}}])
def test_a_restore_without_a_plan_is_reported_too(request_: dict[str, Any]) -> None:
    data = {"request": request_, "error": {"Error": "RefusedError", "Cause": "the request lacks"}}
    answer = call(data)
    assert answer["status"] == "FAILED"
    name = TABLE if request_.get("table") else "unknown"
    assert answer["key"] == f"restores/{name}/run-1.json"
    assert "Nothing was changed" in messages()[0]["message"]
    assert "file://recovery/" in messages()[0]["message"]


@pytest.mark.parametrize(
    ("answer", "became"),
    [({}, "was left as it is"), ({"Version": 3}, "points at orders")],
)
def test_what_became_of_the_pointer(answer: dict[str, Any], became: str) -> None:
    pointer = {"parameter_name": "/shop/prod/tables/orders"}
    found = plan(pointer=pointer, repoint=bool(answer))
    document = call(state(plan=found, pointer=answer))["report"]
    assert document["pointer"]["became"] == became
    put = "aws ssm put-parameter --name /shop/prod/tables/orders --value orders --overwrite"
    assert any(put in step for step in document["next"]) is not bool(answer)


def test_a_pointer_that_could_not_be_moved_fails_the_restore() -> None:
    pointer = {"parameter_name": "/shop/prod/tables/orders"}
    error = {"Error": "Ssm.AccessDeniedException", "Cause": "denied"}
    answer = call(state(plan=plan(pointer=pointer, repoint=True), error=error))
    assert answer["status"] == "FAILED"
    assert (
        "Pointer /shop/prod/tables/orders: was to be moved and was not."
        in (messages()[0]["message"])
    )


def test_without_a_topic_nobody_is_told() -> None:
    place = {name: value for name, value in PLACE.items() if name != "topic_arn"}
    report(connect, {"state": state(), "place": place, "execution": RUN}, NOW)
    assert written()["status"] == "SUCCEEDED"
    assert messages() == []


def test_a_subject_is_short_and_plain() -> None:
    document = {"status": "FAILED", "environment": "prod", "table": {"name": "x" * 255}}
    assert len(subject(document)) == 100
    assert subject(document).endswith(" NOT RIGHT after a restore in prod")
    assert subject({**document, "table": {"name": "ü"}}).isascii()


# --- faults ---------------------------------------------------------------------------------------

OPERATIONS = ("s3:PutObject", "sns:Publish")


@pytest.mark.parametrize("times", [1, FOR_EVER])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_what_fails_is_ridden_out_or_raised_and_the_next_call_ends_right(
    fault: Fault, operation: str, times: int
) -> None:
    interceptor = Interceptor()
    with interceptor.on([connect("s3"), connect("sns")]):
        interceptor.fail(operation, fault, times)
        if fault.lasting or times == FOR_EVER:
            with pytest.raises((ClientError, BotoCoreError, RefusedError)):
                call(state())
        else:
            call(state())
        assert interceptor.times < times, "the fault was never met"
    assert call(state())["status"] == "SUCCEEDED"
    assert written()["status"] == "SUCCEEDED"


def test_where_the_report_may_not_be_written_people_are_told_all_the_same() -> None:
    (denied,) = (fault for fault in FAULTS if fault.name == "denied")
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        interceptor.fail("s3:PutObject", denied, FOR_EVER)
        with pytest.raises(RefusedError, match="allow s3:PutObject"):
            call(state())
    (message,) = messages()
    assert "The whole report: nowhere, because s3:PutObject" in message["message"]
