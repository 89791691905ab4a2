"""What holds for every test: no AWS account, no network beyond this machine, no colours.

`need` is for tests that run a real tool: without it they skip here and fail where CI=true.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tools.provider_mirror import PLUGIN_DIR_VARIABLE, provider_mirror

ROOT = Path(__file__).resolve().parents[1]
_NAMED_HERE = frozenset({"localhost", "localhost.localdomain", ""})


def pytest_collection_finish() -> None:
    """Look for garbage less often than Python does by itself: a sixth of the time went there.

    What has been imported lives as long as the tests do, and clients and local AWS make many small
    objects, of which few are in cycles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class NetworkError(AssertionError):
    """A test reached for another machine."""


def need(tool: str) -> str:
    """Return the path of a tool; without it skip, or fail where CI is to have every tool."""
    path = shutil.which(tool)
    if path is None:
        missing(f"{tool} is not installed")
    return path


def missing(reason: str) -> Any:
    """Skip the test, or fail it where CI is to have everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def terraform(monkeypatch: pytest.MonkeyPatch) -> str:
    """The terraform binary, and the provider where a mirror is at hand."""
    path = need("terraform")
    mirror = provider_mirror()
    if mirror is not None:
        monkeypatch.setenv(PLUGIN_DIR_VARIABLE, str(mirror))
    return path


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Fail a test that leaves variables of AWS behind: the next client would go there."""
    before = _of_aws()
    yield
    assert _of_aws() == before


def _of_aws() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


@pytest.fixture(autouse=True)
def _no_account(_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that open nothing, and none of those who run the tests."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def _no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections and name look-ups that leave this machine."""
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_foreign(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_foreign(self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if host is not None and not _here(host):
            raise NetworkError(f"a test looked up {host!r}")
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


def _refuse_foreign(connection: socket.socket, address: Any) -> None:
    if connection.family in {socket.AF_INET, socket.AF_INET6} and not _here(address[0]):
        raise NetworkError(f"a test connected to {address}")


def _here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _NAMED_HERE:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
