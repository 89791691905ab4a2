"""Local AWS endpoints: moto with `tests/aws_extensions`, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tests.e2e.aws_cli import aws

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent.parent
START_SECONDS = 600
ATTEMPTS = 3  # a connection may be reset; a failure of the server itself is not worth more
DEFAULT_ACCOUNT_ID = "123456789012"
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAws:
    """Endpoints of every service in every account and Region; state lasts until `reset`."""

    endpoint: str
    pid: int

    def environment(
        self, account_id: str = DEFAULT_ACCOUNT_ID, region: str = DEFAULT_REGION
    ) -> dict[str, str]:
        """Return environment variables with which any AWS tool works here, and only here."""
        from_outside = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return from_outside | {
            "AWS_ACCESS_KEY_ID": _access_key_id(account_id),
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": str(ATTEMPTS),
            "AWS_PAGER": "",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def client(
        self, service: str, account_id: str = DEFAULT_ACCOUNT_ID, region: str = DEFAULT_REGION
    ) -> Any:
        """Return a boto3 client of the service in that account and Region."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=_access_key_id(account_id),
            aws_secret_access_key="testing",
            config=Config(
                retries={"total_max_attempts": ATTEMPTS}, s3={"addressing_style": "path"}
            ),
        )

    def reset(self) -> None:
        """Forget everything, in every account."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")
        with urllib.request.urlopen(request, timeout=300):
            pass


@contextmanager
def local_aws_server(log: Path) -> Iterator[LocalAws]:
    """Run the server while the context lasts; its output goes to `log`.

    Raises RuntimeError with that output if it does not answer within START_SECONDS.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "aws_extensions", port],
            env=environment | {"PYTHONPATH": str(TESTS), "MOTO_PORT": port},
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            server = LocalAws(endpoint=f"http://127.0.0.1:{port}", pid=process.pid)
            _wait_until_it_answers(server, process, log)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)


def run_aws(local_aws: LocalAws, *arguments: str, **where: str) -> subprocess.CompletedProcess[str]:
    """Run the real `aws` command line against the local endpoints."""
    # `package` and `deploy` find S3 by the environment only, `sqs` by this option only.
    endpoint = ("--endpoint-url", local_aws.endpoint)
    return aws(*endpoint, *arguments, env=local_aws.environment(**where))


def _access_key_id(account_id: str) -> str:
    return f"AKIALOCL{account_id}"  # see aws_extensions/accounts.py


def _wait_until_it_answers(server: LocalAws, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            server.reset()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the local AWS endpoints did not start:\n{log.read_text()}")
