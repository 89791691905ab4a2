"""What functions share: errors that are not repeated, waits, clients and calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from moto import mock_aws

from blueprints.functions.common import clients, waiting
from blueprints.functions.common.calls import action_of, call, pages
from blueprints.functions.common.errors import (
    RefusedError,
    code_of,
    is_denied,
    message_of,
    needs,
)
from tests.unit.functions import tables
from tests.unit.functions.faults import FAULTS, FOR_EVER
from tests.unit.functions.interception import Interceptor

NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
ROLE = "arn:aws:iam::222222222222:role/shop-archive-recovery"


@pytest.fixture(autouse=True)
def _local_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", tables.REGION)
    with mock_aws():
        yield


def error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutItem")


def test_a_missing_permission_becomes_a_refusal_with_action_resource_and_fix() -> None:
    with pytest.raises(RefusedError) as caught, needs("dynamodb:PutItem", "arn"):
        raise error("AccessDeniedException", "not\nauthorized")
    message = str(caught.value)
    assert message.startswith("dynamodb:PutItem on arn is refused (AccessDeniedException: not auth")
    assert "allow dynamodb:PutItem on arn" in message
    assert isinstance(caught.value.__cause__, ClientError)
    with pytest.raises(RefusedError, match="do this"), needs("a:B", "arn", "do this"):
        raise error("AccessDenied")


def test_all_other_errors_pass_unchanged() -> None:
    for raised in (error("ThrottlingException"), ConnectTimeoutError(endpoint_url="x"), OSError()):
        with pytest.raises(type(raised)) as caught, needs("a:B", "arn"):
            raise raised
        assert caught.value is raised
        assert not is_denied(raised)


def test_errors_are_told_on_one_line() -> None:
    assert message_of(error("Code", "two\n lines")) == "Code: two lines"
    assert message_of(error("Code", "")) == "Code"
    assert message_of(ValueError("x")) == "ValueError: x"
    assert (code_of(error("Code")), code_of(OSError())) == ("Code", "OSError")


@pytest.mark.parametrize(
    ("minutes", "poll", "wait"),
    [
        (0, 30, 30),
        (4, 30, 30),
        (10, 30, 60),
        (60, 30, 300),
        (600, 30, 300),
        (0, 5, 5),
        (-5, 30, 30),
    ],
)
def test_waits_grow_with_the_time_since_the_start(minutes: int, poll: int, wait: int) -> None:
    plan = {"started_at": (NOW - timedelta(minutes=minutes)).isoformat(), "poll_seconds": poll}
    assert waiting.wait_seconds(plan, NOW) == wait


def test_clients_are_of_the_region_that_is_given_and_bounded_in_time() -> None:
    own, other = clients.client("dynamodb"), clients.client("dynamodb", region="eu-west-1")
    assert (own.meta.region_name, other.meta.region_name) == (tables.REGION, "eu-west-1")
    assert other.meta.config.read_timeout == clients.CONFIG.read_timeout


def test_a_maker_makes_each_client_once() -> None:
    get = clients.client_maker()
    assert get("dynamodb") is get("dynamodb")
    assert get("s3") is not get("dynamodb")


def test_a_client_acts_as_the_role_that_is_given() -> None:
    client = clients.client("sts", region="eu-west-1", role_arn=ROLE)
    identity = client.get_caller_identity()
    assert identity["Arn"].endswith("assumed-role/shop-archive-recovery/holdfast-restore")
    assert client.meta.region_name == "eu-west-1"


def test_a_role_that_may_not_be_assumed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_: Any) -> Any:
        raise error("AccessDenied")

    make: Any = clients.boto3.client
    sts = make("sts")
    monkeypatch.setattr(sts, "assume_role", denied)
    monkeypatch.setattr(clients.boto3, "client", lambda *_, **__: sts)
    with pytest.raises(RefusedError, match=f"sts:AssumeRole on {ROLE}.*let {ROLE} trust"):
        clients.client("s3", role_arn=ROLE)


def test_calls_name_their_action() -> None:
    dynamodb = tables.client("dynamodb")
    assert action_of(tables.client("cloudwatch"), "describe_alarms") == "cloudwatch:DescribeAlarms"
    assert action_of(tables.client("s3"), "list_objects_v2") == "s3:ListBucket"
    denied = next(fault for fault in FAULTS if fault.lasting)
    with Interceptor().on([dynamodb]) as interceptor:
        interceptor.fail("dynamodb:DescribeTable", denied, FOR_EVER)
        with pytest.raises(RefusedError, match="dynamodb:DescribeTable on arn"):
            call(dynamodb, "describe_table", "arn", TableName="name")
        interceptor.fail("dynamodb:ListTables", denied, FOR_EVER)
        with pytest.raises(RefusedError, match="dynamodb:ListTables on arn"):
            list(pages(dynamodb, "list_tables", "TableNames", "arn"))
