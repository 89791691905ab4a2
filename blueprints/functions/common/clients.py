"""Clients of AWS services, made when a function is called and bounded in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from blueprints.functions.common.errors import needs

# Returns the client of a service.
Clients = Callable[[str], Any]

ATTEMPTS = 3
# Two calls that use all of it up stay below two minutes.
CONFIG = Config(  # type: ignore[no-untyped-call]
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
)
SESSION_NAME = "holdfast-restore"


def client(
    service: str,
    *,
    region: str | None = None,
    role_arn: str | None = None,
    attempts: int = ATTEMPTS,
) -> Any:
    """Return a client of the service, in the function's Region unless another is given.

    With `role_arn` it acts as that role, which this Region's STS is asked for: another may be down.
    One attempt is for calls that have their effect twice when they are made twice. Raises
    RefusedError where the role may not be assumed.
    """
    credentials = _assumed(role_arn) if role_arn else {}
    retries = {"mode": "standard", "total_max_attempts": attempts}
    config = CONFIG.merge(Config(retries=retries))  # type: ignore[no-untyped-call]
    make: Any = boto3.client  # untyped
    return make(service, region_name=region, config=config, **credentials)


def client_maker() -> Clients:
    """Return what gives the one client of each service that a call of a function uses."""
    made: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in made:
            made[service] = client(service)
        return made[service]

    return get


def _assumed(role_arn: str) -> dict[str, str]:
    with needs("sts:AssumeRole", role_arn, f"let {role_arn} trust the role of this function"):
        answer = client("sts").assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME)
    given = answer["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
