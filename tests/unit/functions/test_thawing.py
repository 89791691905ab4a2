"""Files of deep storage classes are asked for once, and waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.thawing import DAYS, WAIT_SECONDS, Thawing, thaw
from blueprints.functions.plan_refill.handler import plan
from tests.unit.functions import refilling
from tests.unit.functions.places import connect
from tests.unit.functions.refilling import DUMPS, chain, event, export, listed, loaded, request

NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)


class Fake:
    """S3 as it tells of files, each by its key, and what it was asked for."""

    def __init__(self, **files: dict[str, Any]) -> None:
        make: Any = boto3.client
        given = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self.meta = make("s3", region_name="eu-central-1", **given).meta
        self.files = files
        self.asked: list[dict[str, Any]] = []
        self.error = ""

    def head_object(self, **given: Any) -> dict[str, Any]:
        assert given["ExpectedBucketOwner"] == "111111111111"
        return {"ETag": '"e"', **self.files[given["Key"]]}

    def restore_object(self, **given: Any) -> None:
        self.asked.append(given)
        if self.error:
            answer: Any = {"Error": {"Code": self.error, "Message": "no"}}
            raise ClientError(answer, "RestoreObject")

    def thaw(self, **more: Any) -> Thawing:
        files = [
            {"bucket": "b", "key": key, "region": "r", "account_id": "111111111111", **more}
            for key in self.files
        ]
        return thaw(lambda _: self, files, NOW)


def copied(left: timedelta) -> str:
    """How S3 tells of a copy that it keeps for so long."""
    return f'ongoing-request="false", expiry-date="{format_datetime(NOW + left, usegmt=True)}"'


@pytest.mark.parametrize(
    "storage_class", [None, "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"]
)
def test_what_is_not_cold_is_left_alone(storage_class: str | None) -> None:
    fake = Fake(a={"StorageClass": storage_class} if storage_class else {})
    found = fake.thaw()
    assert (found, found.wait_seconds) == (Thawing(1, 0, 0, is_whole=True), 0)
    assert fake.asked == []


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_what_is_cold_is_asked_for(storage_class: str) -> None:
    fake = Fake(a={"StorageClass": storage_class}, b={})
    found = fake.thaw(etag="e")
    assert (found, found.wait_seconds) == (Thawing(2, 1, 1, is_whole=True), WAIT_SECONDS)
    assert fake.asked == [
        {
            "Bucket": "b",
            "Key": "a",
            "ExpectedBucketOwner": "111111111111",
            "RestoreRequest": {"Days": DAYS, "GlacierJobParameters": {"Tier": "Standard"}},
        }
    ]


def test_a_tier_of_intelligent_tiering_is_asked_for_without_days() -> None:
    archived = {"StorageClass": "INTELLIGENT_TIERING", "ArchiveStatus": "ARCHIVE_ACCESS"}
    fake = Fake(a=archived)
    assert fake.thaw() == Thawing(1, 1, 1, is_whole=True)
    assert "Days" not in fake.asked[0]["RestoreRequest"]


def test_what_thaws_already_is_waited_for_and_not_asked_for_again() -> None:
    fake = Fake(a={"StorageClass": "GLACIER", "Restore": 'ongoing-request="true"'})
    assert fake.thaw() == Thawing(1, 1, 0, is_whole=True)
    assert fake.asked == []


def test_what_somebody_else_asked_for_just_now_is_waited_for() -> None:
    fake = Fake(a={"StorageClass": "GLACIER"})
    fake.error = "RestoreAlreadyInProgress"
    assert fake.thaw() == Thawing(1, 1, 1, is_whole=True)
    fake.error = "SlowDown"
    with pytest.raises(ClientError, match="SlowDown"):
        fake.thaw()
    fake.error = "AccessDenied"
    with pytest.raises(RefusedError, match=r"allow s3:RestoreObject on s3://b/a"):
        fake.thaw()


@pytest.mark.parametrize(
    ("left", "asked", "waiting"),
    [
        (timedelta(days=5), 0, 0),
        (timedelta(hours=30), 1, 0),  # it is there, and is made to last longer
        (-timedelta(hours=1), 1, 1),
    ],
)
def test_a_copy_is_good_as_long_as_s3_keeps_it(left: timedelta, asked: int, waiting: int) -> None:
    fake = Fake(a={"StorageClass": "DEEP_ARCHIVE", "Restore": copied(left)})
    assert fake.thaw().waiting == waiting
    assert len(fake.asked) == asked


def test_a_look_without_time_begins_with_no_further_file() -> None:
    fake = Fake(**{f"f{number}": {"StorageClass": "GLACIER"} for number in range(9)})
    time: Iterator[bool] = iter([True] * 4)
    files = [
        {"bucket": "b", "key": key, "region": "r", "account_id": "111111111111"}
        for key in fake.files
    ]
    found = thaw(lambda _: fake, files, NOW, lambda: next(time, False))
    assert found == Thawing(4, 4, 4, is_whole=False)
    assert len(fake.asked) == 4


# --- in the plan of a refill ----------------------------------------------------------------------


@pytest.fixture
def _a_table(local_places: None) -> None:
    refilling.begin()


class Cold:
    """Makes every file look cold until it was asked for and some looks have passed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, looks: int = 2) -> None:
        self.asked: dict[str, int] = {}
        self.looks = looks
        s3 = connect("s3")
        head = s3.head_object

        def head_object(**given: Any) -> Any:
            answer = head(**given) | {"StorageClass": "DEEP_ARCHIVE"}
            key = given["Key"]
            if key in self.asked:
                self.asked[key] += 1
                done = self.asked[key] > self.looks
                restore = copied(timedelta(days=9)) if done else 'ongoing-request="true"'
                answer["Restore"] = restore
            return answer

        def restore_object(**given: Any) -> None:
            assert given["Key"] not in self.asked
            self.asked[given["Key"]] = 0

        monkeypatch.setattr(s3, "head_object", head_object)
        monkeypatch.setattr(s3, "restore_object", restore_object)


@pytest.mark.usefixtures("_a_table")
def test_files_of_all_rounds_are_asked_for_with_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    full = export(0)
    for hours in range(3):
        export(hours, hours + 1, bytes=10**9)
    asked = request(chain(full, 3))
    cold = Cold(monkeypatch)
    found = plan(connect, event(asked), NOW)
    assert (found["action"], found["wait_seconds"]) == ("wait", WAIT_SECONDS)
    assert found["thawing"]["asked"] == len(cold.asked) == 8
    actions = []
    while found["action"] != "report":
        if found["action"] == "load":
            loaded(found)
        found = plan(connect, event(asked, found), NOW)
        actions.append(found["action"])
    # Those of later rounds have thawed by the time that they are looked at, or soon after.
    assert actions.count("load") == 4
    assert found["error"] is None
    assert len(cold.asked) == 8


@pytest.mark.usefixtures("_a_table")
def test_a_look_that_takes_longer_than_a_call_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = export(0, counts=[1] * 25)
    export(0, 1, counts=[1] * 9, bytes=10**9)
    asked = request(chain(full, 1))
    cold = Cold(monkeypatch, looks=1)
    found: dict[str, Any] = {}
    waits = []
    while found.get("action") != "load":
        time = iter([True] * 10)
        found = plan(connect, event(asked, found), NOW, lambda left=time: next(left, False))
        waits.append(found["wait_seconds"])
    # All files are asked for; then, after the wait, those of the round are looked at once more.
    assert waits[:4] == [1, 1, 1, WAIT_SECONDS]
    assert len(cold.asked) == 34
    assert len(listed(found)) == 25


@pytest.mark.usefixtures("_a_table")
def test_a_dump_is_thawed_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    connect("s3").put_object(Bucket=DUMPS, Key="orders/a", Body=b'{"pk":{"s":"a"}}\n')
    asked = request({"kind": "dump", "bucket": DUMPS, "prefix": "orders/"})
    Cold(monkeypatch, looks=1)
    first = plan(connect, event(asked), NOW)
    assert (first["action"], first["wait_seconds"]) == ("wait", WAIT_SECONDS)
    assert first["dump"] == {"waiting": 1, "asked": 1}
    second = plan(connect, event(asked, first), NOW)
    assert (second["action"], second["wait_seconds"]) == ("wait", WAIT_SECONDS)
    assert plan(connect, event(asked, second), NOW)["action"] == "load"
