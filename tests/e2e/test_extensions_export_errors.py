"""DynamoDB on local endpoints: exports that are refused, repeated, or fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e import exported
from tests.e2e.exported import HERE, HOUR, THERE, later, put, version, window
from tests.e2e.moto_api import ask, set_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

KEY_ELSEWHERE = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def s3(local_aws: LocalAws) -> Any:
    client = local_aws.client("s3", **HERE)
    exported.bucket(client, "exports")
    exported.bucket(local_aws.client("s3", **THERE), "theirs")
    return client


@pytest.fixture(scope="module")
def api(local_aws: LocalAws, s3: Any) -> Any:
    """DynamoDB with a table whose history began three hours ago, and one that has none."""
    client = local_aws.client("dynamodb", **HERE)
    set_clock(local_aws, -3 * HOUR)
    exported.create(client, "orders")
    put(client, "orders", "one", **version(1))
    set_clock(local_aws, 0)
    exported.create(client, "bare", recovery=False)
    return client


@pytest.fixture
def asked() -> dict[str, Any]:
    table = f"arn:aws:dynamodb:{HERE['region']}:{HERE['account_id']}:table/orders"
    return {"TableArn": table, "S3Bucket": "exports"}


@pytest.fixture(autouse=True)
def _clock_is_set_back(local_aws: LocalAws) -> Iterator[None]:
    yield
    set_clock(local_aws, 0)


def test_the_window_of_a_table_goes_by_the_clock(local_aws: LocalAws, api: Any) -> None:
    def shown() -> tuple[float, float]:
        described = api.describe_continuous_backups(TableName="orders")
        recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        names = ("EarliestRestorableDateTime", "LatestRestorableDateTime")
        first, last = (recovery[name].timestamp() for name in names)
        return first, last

    first, last = shown()
    assert abs(last - first - 3 * HOUR) < 60
    set_clock(local_aws, HOUR)
    assert shown()[0] == first
    assert abs(shown()[1] - last - HOUR) < 60
    set_clock(local_aws, 36 * 24 * HOUR)
    assert abs(shown()[1] - shown()[0] - 35 * 24 * HOUR) < 60
    local_aws_now = ask(local_aws, "clock")
    assert local_aws_now["offset_seconds"] == 36 * 24 * HOUR
    assert local_aws_now["now"] > f"{later(35 * 24 * HOUR):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ExportTime": later(-4 * HOUR)}, "InvalidExportTimeException"),
        ({"ExportTime": later(HOUR)}, "InvalidExportTimeException"),
        (window(later(-4 * HOUR), later(-2 * HOUR)), "InvalidExportTimeException"),
        (window(later(-2 * HOUR), later(HOUR)), "InvalidExportTimeException"),
        (window(later(-2 * HOUR), later(-2 * HOUR + 899)), "ValidationException"),
        (window(later(-26 * HOUR), later(-HOUR)), "ValidationException"),
        ({"ExportType": "INCREMENTAL_EXPORT"}, "ValidationException"),
        (
            window(later(-2 * HOUR), later(-HOUR)) | {"ExportType": "FULL_EXPORT"},
            "ValidationException",
        ),
        ({"TableArn": "arn:aws:dynamodb:eu-central-1:111111111111:table/bare"}, "PointInTime"),
        ({"TableArn": "arn:aws:dynamodb:eu-central-1:111111111111:table/none"}, "TableNotFound"),
        ({"TableArn": "arn:aws:dynamodb:eu-central-1:222222222222:table/orders"}, "TableNotFound"),
    ],
)
def test_what_aws_refuses_is_refused(
    api: Any, asked: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as error:
        api.export_table_to_point_in_time(**asked | changed)
    assert error.value.response["Error"]["Code"].startswith(code)


def test_a_window_may_be_as_short_and_as_long_as_aws_says(
    local_aws: LocalAws, api: Any, asked: dict[str, Any]
) -> None:
    set_clock(local_aws, 30 * HOUR)
    for start, end in ((0, HOUR / 4), (0, 24 * HOUR)):
        started = api.export_table_to_point_in_time(**asked, **window(later(start), later(end)))
        assert exported.ended(api, started)["ExportStatus"] == "COMPLETED"


def test_a_client_token_stands_for_one_export_until_hours_after_it(
    local_aws: LocalAws, api: Any, s3: Any, asked: dict[str, Any]
) -> None:
    asked |= {"ClientToken": "once", "S3Prefix": "once"}
    first = api.export_table_to_point_in_time(**asked)["ExportDescription"]
    again = api.export_table_to_point_in_time(**asked)["ExportDescription"]
    assert again == first
    with pytest.raises(ClientError, match="ExportConflictException"):
        api.export_table_to_point_in_time(**asked | {"S3Prefix": "twice"})
    exported.ended(api, {"ExportDescription": first})
    set_clock(local_aws, 7.9 * HOUR)
    again = api.export_table_to_point_in_time(**asked)["ExportDescription"]
    assert (again["ExportArn"], again["ExportStatus"]) == (first["ExportArn"], "COMPLETED")
    set_clock(local_aws, 8.1 * HOUR)
    other = api.export_table_to_point_in_time(**asked)
    assert other["ExportDescription"]["ExportArn"] != first["ExportArn"]
    exported.ended(api, other)
    listed = s3.list_objects_v2(Bucket="exports", Prefix="once/")["Contents"]
    assert len([each for each in listed if each["Key"].endswith("summary.json")]) == 2


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"S3Bucket": "nowhere"}, "S3NoSuchBucket"),
        ({"S3Bucket": "theirs"}, "S3AccessDenied"),
        ({"S3Bucket": "theirs", "S3BucketOwner": THERE["account_id"]}, "S3AccessDenied"),
        ({"S3BucketOwner": THERE["account_id"]}, "S3AccessDenied"),
        ({"S3SseAlgorithm": "KMS", "S3SseKmsKeyId": KEY_ELSEWHERE}, "KMS.NotFoundException"),
    ],
)
def test_an_export_into_a_place_that_cannot_be_written_fails(
    api: Any, asked: dict[str, Any], place: dict[str, str], code: str
) -> None:
    started = api.export_table_to_point_in_time(**asked | place)
    assert started["ExportDescription"]["ExportStatus"] == "IN_PROGRESS"
    described = exported.ended(api, started)
    assert (described["ExportStatus"], described["FailureCode"]) == ("FAILED", code)
    assert described["FailureMessage"]
    assert described.keys().isdisjoint({"ExportManifest", "ItemCount"})


def test_an_export_fails_as_asked_and_as_often(
    local_aws: LocalAws, api: Any, s3: Any, asked: dict[str, Any]
) -> None:
    failure = {"table": "orders", "code": "S3AccessDenied", "message": "no more", "after_files": 3}
    ask(local_aws, "exports", {"fail": [{"table": "other", "code": "Other"}, failure]})
    asked |= {"S3Prefix": "fails"}
    described = exported.ended(api, api.export_table_to_point_in_time(**asked))
    shown = [described[name] for name in ("ExportStatus", "FailureCode", "FailureMessage")]
    assert shown == ["FAILED", "S3AccessDenied", "no more"]
    assert s3.list_objects_v2(Bucket="exports", Prefix="fails/")["KeyCount"] == 3
    described = exported.ended(api, api.export_table_to_point_in_time(**asked))
    assert described["ExportStatus"] == "COMPLETED"
    ask(local_aws, "exports", {"fail": [{"code": "UNKNOWN", "times": None}]})
    for _ in range(2):
        described = exported.ended(api, api.export_table_to_point_in_time(**asked))
        assert described["FailureCode"] == "UNKNOWN"
    assert ask(local_aws, "exports", method="DELETE")["fail"] == []
    described = exported.ended(api, api.export_table_to_point_in_time(**asked))
    assert described["ExportStatus"] == "COMPLETED"


def test_exports_are_listed_by_table_and_page(api: Any, asked: dict[str, Any]) -> None:
    exported.create(api, "listed")
    table = asked["TableArn"].replace("orders", "listed")
    made = [
        api.export_table_to_point_in_time(**asked | {"TableArn": table})["ExportDescription"]
        for _ in range(3)
    ]
    for _ in range(2):  # of which the first shows it in progress
        api.describe_export(ExportArn=made[0]["ExportArn"])
    page = api.list_exports(TableArn=table, MaxResults=2)
    rest = api.list_exports(TableArn=table, MaxResults=2, NextToken=page["NextToken"])
    assert "NextToken" not in rest
    listed = page["ExportSummaries"] + rest["ExportSummaries"]
    assert [each["ExportArn"] for each in listed] == [each["ExportArn"] for each in made]
    assert [each["ExportStatus"] for each in listed] == ["COMPLETED", "IN_PROGRESS", "IN_PROGRESS"]
    assert len(api.list_exports()["ExportSummaries"]) > 3
    with pytest.raises(ClientError, match="ExportNotFoundException"):
        api.describe_export(ExportArn=f"{table}/export/01234567890123-a1b2c3d4")


def test_no_more_than_three_hundred_run_at_once(local_aws: LocalAws, s3: Any) -> None:
    away = {**HERE, "region": "eu-west-1"}  # where none runs yet
    api = local_aws.client("dynamodb", **away)
    arn = exported.create(api, "many")
    started = [
        api.export_table_to_point_in_time(TableArn=arn, S3Bucket="nowhere") for _ in range(300)
    ]
    with pytest.raises(ClientError, match="LimitExceededException"):
        api.export_table_to_point_in_time(TableArn=arn, S3Bucket="nowhere")
    exported.ended(api, started[0])
    api.export_table_to_point_in_time(TableArn=arn, S3Bucket="nowhere")
