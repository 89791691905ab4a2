"""Clients of AWS services, made when a function is called and bounded in time."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

# Two calls that use all of it up stay below two minutes.
CONFIG = Config(  # type: ignore[no-untyped-call]
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
)


def client(service: str) -> Any:
    """Return a client of the service in the function's Region."""
    return boto3.client(service, config=CONFIG)  # type: ignore[no-untyped-call]
