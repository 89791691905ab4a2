"""A restore is started once, however often it is called, and never takes over another table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from moto.backup.models import backup_backends
from moto.dynamodb.models import dynamodb_backends

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.fetch_copy.handler import fetch
from blueprints.functions.restore_table.handler import restore
from tests.aws_extensions.operations import state
from tests.unit.functions import places, tables
from tests.unit.functions.faults import FOR_EVER, Fault
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import connect, planned
from tests.unit.functions.tables import ACCOUNT, REGION, TABLE, TARGET

pytestmark = pytest.mark.usefixtures("local_places")


def call(found: dict[str, Any], previous: Any = None, copy: Any = None) -> dict[str, Any]:
    payload = {"plan": found, "previous": previous or {}, "copy": copy or {}}
    return restore(connect, payload, datetime.now(UTC))


def to_the_end(found: dict[str, Any], copy: Any = None) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for _ in range(5):
        answer = call(found, answer, copy)
        if answer["done"]:
            return answer
        assert answer["wait_seconds"] == 30
    raise AssertionError(answer)


def table(name: str = TABLE) -> dict[str, Any]:
    described: dict[str, Any] = connect("dynamodb").describe_table(TableName=name)
    return described["Table"]


def items(name: str) -> int:
    return int(connect("dynamodb").scan(TableName=name)["Count"])


def jobs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connect("backup").list_restore_jobs()["RestoreJobs"]
    return found


@pytest.fixture(params=["window", "native", "recovery_point"])
def found(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The plan of a restore from each kind of source."""
    places.create_table(**({"days": 35} if request.param == "window" else {}))
    if request.param == "native":
        connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    elif request.param == "recovery_point":
        places.backed_up()
    if request.param != "window":
        places.delete_table()
    return planned(target_name=TARGET)


def test_a_table_is_restored(found: dict[str, Any]) -> None:
    answer = to_the_end(found)
    restored = table(TARGET)
    assert answer["table_id"] == restored["TableId"]
    assert answer["table_arn"] == restored["TableArn"] == found["target"]["arn"]
    assert answer["adopted"] is False
    assert (answer["job_id"] is not None) == (found["operation"] == "StartRestoreJob")
    if found["operation"] != "RestoreTableToPointInTime":
        assert items(TARGET) == tables.ITEMS


def test_called_again_without_memory_it_goes_on_with_what_it_started(found: dict[str, Any]) -> None:
    first = call(found)
    assert not first["done"]
    second = call(found)
    assert second["adopted"] is True
    assert second["table_arn"] == first["table_arn"]
    done = to_the_end(found)
    assert done["table_id"] == table(TARGET)["TableId"]
    assert len(jobs()) == (1 if found["operation"] == "StartRestoreJob" else 0)


def test_two_at_once_restore_one_table(found: dict[str, Any]) -> None:
    one, other = call(found), call(found)
    for _ in range(4):
        one, other = call(found, one), call(found, other)
    assert (one["done"], other["done"]) == (True, True)
    assert one["table_id"] == other["table_id"]
    assert len(jobs()) == (1 if found["operation"] == "StartRestoreJob" else 0)


def test_another_table_of_that_name_is_never_taken(found: dict[str, Any]) -> None:
    tables.create_bare(TARGET)
    with pytest.raises(RefusedError, match=TARGET):
        to_the_end(found)
    assert items(TARGET) == 0


def test_a_table_that_vanishes_is_told(found: dict[str, Any]) -> None:
    answer = call(found)
    connect("backup").list_restore_jobs()  # ends the job
    del dynamodb_backends[ACCOUNT][REGION].tables[TARGET]
    with pytest.raises(RefusedError, match="CloudTrail"):
        call(found, answer)


# --- DynamoDB -------------------------------------------------------------------------------------


def test_a_table_that_is_being_deleted_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    plans = planned(target_name=TABLE + "-2")
    plans["parameters"]["TargetTableName"] = plans["target"]["name"] = TABLE
    real = connect("dynamodb").describe_table

    def deleting(**request: Any) -> Any:
        answer = real(**request)
        answer["Table"]["TableStatus"] = "DELETING"
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(connect("dynamodb"), "describe_table", deleting)
        answer = call(plans)
    assert (answer["done"], answer["table_id"], answer["adopted"]) == (False, None, False)
    assert "waiting until table orders can be restored" in answer["note"]
    places.delete_table()
    for _ in range(4):
        answer = call(plans, answer)
    assert (answer["done"], items(TABLE)) == (True, tables.ITEMS)


def refusing(code: str, status: int = 400) -> Fault:
    return Fault(name=code, effect=False, answer=(status, {"__type": code, "message": "no"}))


@pytest.fixture
def native() -> dict[str, Any]:
    places.create_table()
    connect("dynamodb").create_backup(TableName=TABLE, BackupName="nightly")
    places.delete_table()
    return planned()


@pytest.mark.parametrize("code", ["LimitExceededException", "BackupInUseException"])
def test_too_many_restores_at_once_are_waited_for(native: dict[str, Any], code: str) -> None:
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb")]):
        interceptor.fail("dynamodb:RestoreTableFromBackup", refusing(code), FOR_EVER)
        answer = call(native)
        assert (answer["done"], answer["table_id"]) == (False, None)
        interceptor.times = 0
        for _ in range(3):
            answer = call(native, answer)
    assert (answer["done"], answer["adopted"]) == (True, False)
    assert items(TABLE) == tables.ITEMS


@pytest.mark.parametrize(
    "code",
    [
        "BackupNotFoundException",
        "ValidationException",
        "AccessDeniedException",
        "TableNotFoundException",
    ],
)
def test_what_no_repetition_mends_is_refused(native: dict[str, Any], code: str) -> None:
    interceptor = Interceptor()
    with interceptor.on([connect("dynamodb")]):
        interceptor.fail("dynamodb:RestoreTableFromBackup", refusing(code), 1)
        with pytest.raises(RefusedError, match=code) as refused:
            call(native)
    assert native["source"]["id"] in str(refused.value)
    assert native["target"]["arn"] in str(refused.value)


def test_a_table_that_lost_its_key_is_told(
    native: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = call(native)
    real = connect("dynamodb").describe_table

    def keyless(**request: Any) -> Any:
        described = real(**request)
        described["Table"]["TableStatus"] = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
        return described

    monkeypatch.setattr(connect("dynamodb"), "describe_table", keyless)
    with pytest.raises(RefusedError, match="became INACCESSIBLE_ENCRYPTION_CREDENTIALS"):
        call(native, answer)


# --- AWS Backup -----------------------------------------------------------------------------------


@pytest.fixture
def job_plan() -> dict[str, Any]:
    places.create_table()
    places.backed_up()
    places.delete_table()
    return planned()


def change_job(**members: Any) -> None:
    for job in state(backup_backends[ACCOUNT][REGION], "restores").values():
        job.looked, job.ended = True, True
        job.shown.update(members)


def test_a_job_that_failed_says_why_and_the_next_restore_starts_another(
    job_plan: dict[str, Any],
) -> None:
    answer = call(job_plan)
    del dynamodb_backends[ACCOUNT][REGION].tables[TABLE]
    change_job(Status="FAILED", StatusMessage="no access to the key")
    with pytest.raises(RefusedError, match=r"could not restore .* no access to the key"):
        call(job_plan, answer)
    again = to_the_end(planned())
    assert again["job_id"] != answer["job_id"]
    assert items(TABLE) == tables.ITEMS


def test_a_job_that_completed_with_issues_is_noted(job_plan: dict[str, Any]) -> None:
    answer = call(job_plan)
    call(job_plan, answer)
    for job in state(backup_backends[ACCOUNT][REGION], "restores").values():
        job.shown["StatusMessage"] = "an index was left out"
    done = to_the_end(job_plan)
    assert (done["done"], done["note"]) == (True, "an index was left out")


def test_a_table_that_was_deleted_after_its_restore_is_restored_again(
    job_plan: dict[str, Any],
) -> None:
    first = to_the_end(job_plan)
    places.delete_table()
    second = to_the_end(planned())
    assert second["job_id"] != first["job_id"]
    assert (second["adopted"], items(TABLE)) == (False, tables.ITEMS)


def test_the_copy_that_was_fetched_is_restored() -> None:
    places.create_table()
    own = places.backed_up()
    places.archived(own)
    places.forget(own)
    places.delete_table()
    found = planned()
    copy: dict[str, Any] = {}
    while not copy.get("done"):
        copy = fetch(connect, {"plan": found, "previous": copy}, datetime.now(UTC))
    answer = to_the_end(found, copy)
    (job,) = jobs()
    assert job["RecoveryPointArn"] == copy["recovery_point_arn"]
    assert (answer["job_id"], items(TABLE)) == (job["RestoreJobId"], tables.ITEMS)


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "InvalidParameterValueException"])
def test_a_job_that_aws_backup_refuses_is_told(job_plan: dict[str, Any], code: str) -> None:
    interceptor = Interceptor()
    with interceptor.on([connect("backup")]):
        interceptor.fail("backup:StartRestoreJob", refusing(code), 1)
        with pytest.raises(RefusedError, match=f"AWS Backup refuses to restore arn:.*{code}"):
            call(job_plan)
