"""People are told once what failed, what that puts at risk until when, and what mends it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.report_export.failure import failure_of
from tests.unit.functions import exporting
from tests.unit.functions.exporting import EXECUTION, MACHINE, connect, document
from tests.unit.functions.faults import DENIED, FOR_EVER
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import BUCKET, OTHER_ACCOUNT, PLACE
from tests.unit.functions.reporting import (
    ATTEMPTS,
    DEADLINE,
    DENIED_EXPORT,
    EXPORT_ARN,
    FAILED_KEY,
    FROM,
    TABLE_ID,
    TO,
    call,
    chain,
    failures,
    lambda_error,
    messages,
    plan,
    state,
    told,
)
from tests.unit.functions.tables import ARN, TABLE

pytestmark = pytest.mark.usefixtures("local_places")

# --- failures -------------------------------------------------------------------------------------


def test_a_failed_export_is_noted_and_told() -> None:
    assert call(state(plan())) == {"told": True}
    assert document(FAILED_KEY) == {
        "version": 1,
        "table": {"name": TABLE, "arn": ARN, "id": TABLE_ID},
        "identity": "20261124T010000Z-incremental",
        "attempt": 2,
        "kind": "incremental",
        "from": FROM,
        "to": TO,
        "client_token": "token-2",
        "export_arn": EXPORT_ARN,
        "error": {
            "type": "ExportFailedError",
            "code": "S3AccessDenied",
            "message": json.loads(DENIED_EXPORT["Cause"])["errorMessage"],
        },
        "execution_arn": EXECUTION["arn"],
        "failed_at": EXECUTION["entered_at"],
    }
    ((subject, message),) = messages()
    assert subject == "Holdfast: export of orders failed in prod"
    assert message == (
        "The incremental export of table orders failed.\n"
        "\n"
        "Environment: shop, prod; class gold\n"
        f"Window: {FROM} to {TO}, attempt 2\n"
        "Failure: S3AccessDenied\n"
        f"  {document(FAILED_KEY)['error']['message']}\n"
        "\n"
        "At risk: changes of this window are in no export. Point-in-time recovery gives them "
        f"until {DEADLINE}; after that they are lost to the chain, and a new one begins.\n"
        "\n"
        "Next:\n"
        "  # DynamoDB writes with the rights of the role of export_table: its own policies and, "
        "from another account, the bucket's have to allow it s3:PutObject, s3:PutObjectAcl and "
        "s3:AbortMultipartUpload\n"
        f"  # in account {OTHER_ACCOUNT}, whose bucket it is\n"
        "  aws s3api get-bucket-policy --bucket shop-archive-exports-prod --query Policy "
        "--output text --region eu-west-1\n"
        "  # when that is mended, export again; else the next scheduled run does\n"
        f"  aws stepfunctions start-execution --state-machine-arn {MACHINE} "
        '--input \'{"kind": "incremental", "scheduled_at": "2026-11-25T01:00:00Z"}\' '
        "--region eu-central-1\n"
        "\n"
        f"Execution: {EXECUTION['arn']}\n"
        f"Noted: s3://{BUCKET}/{FAILED_KEY}\n"
    )


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (plan("full"), f"The chain goes on .* gives this full export until {DEADLINE}"),
        (chain(), f"no moment after 2026-11-20T01:00:00Z is in an export.* until {DEADLINE}"),
        (chain("none"), "no chain to go on with: no moment is in an export"),
        (plan(deadline="2026-11-25T01:10:00Z"), "recovery gave them until 2026-11-25T01:10:00Z;"),
        (plan(deadline="2026-11-25T01:10:01Z"), "recovery gives them until 2026-11-25T01:10:01Z;"),
    ],
)
def test_what_is_at_risk_until_when(found: dict[str, Any], says: str) -> None:
    call(state(found))
    (line,) = (each for each in told().splitlines() if each.startswith("At risk: "))
    assert re.search(says, line)


def test_an_error_without_a_wrapping_is_read_as_it_is() -> None:
    assert failure_of({"Error": "States.Runtime", "Cause": "no such path"}) == (
        *("States.Runtime", "States.Runtime"),
        "no such path",
    )


@pytest.mark.parametrize("token", ["token-1", None])
def test_the_export_of_the_window_before_is_not_noted_as_this_ones(token: str | None) -> None:
    call(state(plan(), exported={"export_arn": EXPORT_ARN, "client_token": token}))
    assert document(FAILED_KEY)["export_arn"] is None


@pytest.mark.parametrize("more", [{}, {"plan": {}, "exported": {}}])
def test_a_failure_before_there_was_a_plan_is_told_and_is_no_attempt(more: dict[str, Any]) -> None:
    error = lambda_error("RefusedError", "point-in-time recovery of orders is off")
    assert call(state(None, error=error, **more)) == {"told": True}
    assert "Which export table orders needs next could not be told." in told()
    assert "At risk: changes since the last recorded export" in told()
    assert "Window" not in told()
    assert failures() == [f"{ATTEMPTS}unplanned/2026-11-25-RefusedError.json"]


def test_why_nothing_can_be_planned_is_told_once_a_day_for_each_reason() -> None:
    def fails(number: int, day: int, code: str) -> bool:
        execution = {**EXECUTION, "arn": f"arn:{number}", "entered_at": f"2026-11-{day}T01:00:00Z"}
        error = lambda_error("RefusedError", f"table orders cannot be exported ({code}: why)")
        return bool(call(state(None, error=error), execution=execution)["told"])

    off, gone = "PointInTimeRecoveryUnavailableException", "ResourceNotFoundException"
    assert [fails(1, 25, off), fails(1, 25, off), fails(2, 25, off)] == [True, True, False]
    assert [fails(3, 25, gone), fails(4, 26, off), fails(5, 26, off)] == [True, True, False]


def recorded(found: dict[str, Any], **table: str) -> None:
    begin, end = (catalogue.moment_of(found[name]) for name in ("from", "to"))
    key = store.record_key(ARN, begin, end, found["kind"])
    written = {"table": {"name": TABLE, "arn": ARN, "id": found["table_id"], **table}}
    assert store.write_once(connect("s3"), BUCKET, key, written)


def test_what_fails_after_a_window_was_recorded_makes_its_attempt_none_that_failed() -> None:
    recorded(plan())
    assert call(state(plan())) == {"told": True}
    assert f"Table orders is exported as of {TO}; what comes after that failed." in told()
    assert "Window" not in told()
    assert FAILED_KEY not in failures()


def test_the_record_of_a_former_table_is_none_of_this_one() -> None:
    recorded(plan(), id="another")
    call(state(plan()))
    assert failures() == [FAILED_KEY]


# --- once -----------------------------------------------------------------------------------------


def test_another_delivery_that_failed_likewise_tells_nobody() -> None:
    call(state(plan()))
    other = {**EXECUTION, "arn": f"{EXECUTION['arn']}-2", "entered_at": "2026-11-25T02:00:00Z"}
    assert call(state(plan()), execution=other) == {"told": False}
    assert document(FAILED_KEY)["execution_arn"] == EXECUTION["arn"]
    assert len(list(messages())) == 1


def test_an_execution_that_tries_again_tells_again() -> None:
    interceptor = Interceptor()
    with interceptor.on([connect("sns")]):
        interceptor.fail("sns:Publish", DENIED, FOR_EVER)
        with pytest.raises(RefusedError, match="allow sns:Publish"):
            call(state(plan()))
    assert (failures(), list(messages())) == ([FAILED_KEY], [])
    assert call(state(plan())) == {"told": True}
    assert failures() == [FAILED_KEY]


def test_each_attempt_is_told() -> None:
    call(state(plan()))
    call(state(plan(attempt=3)))
    assert failures() == [FAILED_KEY, FAILED_KEY.replace("2-failed", "3-failed")]
    assert len(list(messages())) == 2


@pytest.mark.parametrize("operation", ["s3:ListObjectsV2", "s3:PutObject"])
def test_where_the_catalogue_is_out_of_reach_people_are_told_all_the_same(operation: str) -> None:
    action = operation.replace("ListObjectsV2", "ListBucket")
    interceptor = Interceptor()
    with interceptor.on([connect("s3")]):
        interceptor.fail(operation, DENIED, FOR_EVER)
        with pytest.raises(RefusedError, match=f"allow {action}"):
            call(state(plan()))
    assert f"Not noted in the catalogue, so that no new attempt is made: {action} on" in told()
    assert f"Noted: s3://{BUCKET}" not in told()
    assert failures() == []


def test_without_a_topic_the_attempt_is_noted_all_the_same() -> None:
    place = {name: value for name, value in PLACE.items() if name != "topic_arn"}
    assert call(state(plan()), place=place) == {"told": False}
    assert (failures(), list(messages())) == ([FAILED_KEY], [])


# --- a new chain ----------------------------------------------------------------------------------


def test_a_new_chain_is_told_with_what_lies_between() -> None:
    assert call(state(chain()), occasion="chain") == {"told": True}
    ((subject, message),) = messages()
    assert subject == "Holdfast: new export chain of orders in prod"
    assert message == (
        f"A new chain of exports of table orders begins with a full export as of {TO}.\n"
        "Should that export fail, another message says so.\n"
        "\n"
        "Environment: shop, prod; class gold\n"
        "Why: point-in-time recovery was off, and reaches back to 2026-11-20T00:00:00Z only\n"
        "\n"
        "The former chain ends at 2026-11-20T01:00:00Z, and is restorable up to there for as long "
        "as it is kept. Moments between 2026-11-20T01:00:00Z and 2026-11-25T01:00:00Z are in no "
        "export.\n"
        "They are in other backups only: in point-in-time recovery from 2026-11-20T00:00:00Z on, "
        "and in backups of those times. To see which there are:\n"
        "  holdfast points prod orders\n"
        "\n"
        "Nothing has to be done, except where the cause was not meant. To see whose it is, look "
        "for UpdateContinuousBackups, DeleteTable, CreateTable and restores in:\n"
        "  aws cloudtrail lookup-events --lookup-attributes "
        "AttributeKey=ResourceName,AttributeValue=orders --region eu-central-1\n"
        "\n"
        f"Execution: {EXECUTION['arn']}\n"
    )
    (key,) = exporting.objects(BUCKET, "catalog/")
    assert key.endswith("/told.json")


def test_a_first_chain_has_none_before_it() -> None:
    call(state(chain("none")), occasion="chain")
    assert f"No chain was there before: moments before {TO} are in no export." in told()


def test_a_chain_without_a_topic_is_told_to_nobody() -> None:
    place = {**PLACE, "topic_arn": None}
    assert call(state(chain()), occasion="chain", place=place) == {"told": False}


@pytest.mark.parametrize("occasion", ["failure", "chain"])
def test_a_subject_is_short_and_plain(occasion: str) -> None:
    data = state(chain())
    data["request"]["table"] = {"name": "x" * 255, "arn": ARN}
    place = {**PLACE, "environment": "pr\u00f6d"}
    call(data, occasion=occasion, place=place)
    ((subject, _),) = messages()
    assert len(subject) == 100
    assert subject.isascii()
    assert subject.isprintable()
    assert subject.endswith("x failed in pr?d" if occasion == "failure" else "x in pr?d")
