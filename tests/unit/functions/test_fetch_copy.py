"""A point of another account's vault is copied back once, however often that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.backup.models import backup_backends

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.fetch_copy.handler import fetch
from blueprints.functions.plan_restore.handler import plan
from tests.aws_extensions.operations import state
from tests.unit.functions import places
from tests.unit.functions.interception import Interceptor
from tests.unit.functions.places import OTHER_ACCOUNT, OTHER_REGION, connect, event


@pytest.fixture(autouse=True)
def found() -> Iterator[dict[str, Any]]:
    """The plan of a restore from a copy in the other account."""
    with places.local_aws():
        places.create_table()
        own = places.backed_up()
        places.archived(own)
        places.forget(own)
        yield plan(connect, event(), datetime.now(UTC))


def call(found: dict[str, Any], previous: Any = None) -> dict[str, Any]:
    return fetch(connect, {"plan": found, "previous": previous or {}}, datetime.now(UTC))


def to_the_end(found: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for _ in range(4):
        answer = call(found, answer)
        if answer["done"]:
            return answer
    raise AssertionError(answer)


def own_points() -> list[dict[str, Any]]:
    answer = connect("backup").list_recovery_points_by_backup_vault(BackupVaultName="main")
    points: list[dict[str, Any]] = answer["RecoveryPoints"]
    return points


def test_the_copy_comes_back_with_a_retention(found: dict[str, Any]) -> None:
    interceptor = Interceptor()
    with interceptor.on([places.there()]):
        first = call(found)
        assert (first["done"], first["recovery_point_arn"]) == (False, None)
        assert first["wait_seconds"] == 30
        answer = to_the_end(found)
    (point,) = own_points()
    assert answer["recovery_point_arn"] == point["RecoveryPointArn"]
    assert (answer["vault_name"], answer["copy_job_id"]) == ("main", first["copy_job_id"])
    assert point["Lifecycle"] == {"DeleteAfterDays": 15}
    (started,) = (each for name, each in interceptor.requests if name == "backup:StartCopyJob")
    assert started["IamRoleArn"] == places.COPY_ROLE


def test_asked_for_again_nothing_is_copied_twice(found: dict[str, Any]) -> None:
    answers = [call(found) for _ in range(3)]
    assert len({each["copy_job_id"] for each in answers}) == 1
    to_the_end(found)
    assert to_the_end(found)["copy_job_id"] == answers[0]["copy_job_id"]
    assert len(own_points()) == 1


def test_a_copy_that_is_gone_again_is_fetched_anew(found: dict[str, Any]) -> None:
    first = to_the_end(found)
    places.forget(first["recovery_point_arn"])
    second = to_the_end(found)
    assert second["copy_job_id"] != first["copy_job_id"]
    assert [each["RecoveryPointArn"] for each in own_points()] == [second["recovery_point_arn"]]


@pytest.mark.parametrize("state_of_job", ["FAILED", "PARTIAL"])
def test_a_copy_that_fails_says_why_and_the_next_run_starts_another(
    found: dict[str, Any], state_of_job: str
) -> None:
    answer = call(found)
    (job,) = state(backup_backends[OTHER_ACCOUNT][OTHER_REGION], "copies").values()
    job.looked, job.ended = True, True
    job.shown.update(State=state_of_job, StatusMessage="the key does not allow it")
    with pytest.raises(RefusedError, match=f"ended as {state_of_job}: the key does not allow it"):
        call(found, answer)
    assert to_the_end(found)["copy_job_id"] != answer["copy_job_id"]


def test_a_vault_that_takes_no_copies_is_told(found: dict[str, Any]) -> None:
    connect("backup").delete_backup_vault_access_policy(BackupVaultName="main")
    with pytest.raises(RefusedError, match="ended as FAILED: Access Denied"):
        to_the_end(found)
