"""The guards around every test hold: no network beyond this machine, no account of anybody's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from tests.conftest import ROOT, NetworkError, need

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


def test_a_test_that_leaves_variables_of_aws_behind_fails(tmp_path: Path) -> None:
    leaking = tmp_path / "test_leaking.py"
    leaking.write_text(
        "import os\n\n"
        "def test_leaves_nothing(monkeypatch):\n"
        "    monkeypatch.setenv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')\n\n"
        "def test_leaves_one():\n"
        "    os.environ['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:9'\n"
    )
    options = ("-q", "-p", "no:cacheprovider", "-p", "tests.conftest", "--rootdir", str(tmp_path))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(leaking)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert "2 passed, 1 error" in ran.stdout, ran.stdout
    assert "AWS_ENDPOINT_URL" in ran.stdout
