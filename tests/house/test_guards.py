"""The guards around every test hold: no network beyond this machine, no account of anybody's."""

from __future__ import annotations

import os
import socket

import boto3
import pytest

from tests.conftest import NetworkError, need

ELSEWHERE = "192.0.2.1"  # reserved for documentation, so nobody answers there either


def test_nothing_connects_to_another_machine() -> None:
    with socket.socket() as connection:
        with pytest.raises(NetworkError, match=r"192\.0\.2\.1"):
            connection.connect((ELSEWHERE, 80))
        with pytest.raises(NetworkError):
            connection.connect_ex((ELSEWHERE, 80))
    with pytest.raises(NetworkError, match=r"dynamodb\.example"):
        socket.getaddrinfo("dynamodb.example", 443)


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert socket.getaddrinfo("localhost", 80)


def test_the_credentials_open_nothing() -> None:
    credentials = boto3.Session().get_credentials()
    assert credentials is not None
    assert (credentials.access_key, credentials.token) == ("testing", None)
    assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
    assert os.environ["NO_COLOR"] == "1"


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_a_missing_tool_skips_here_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no-such-tool is not installed"):
        need("no-such-tool")
    assert need("python3").endswith("python3")
