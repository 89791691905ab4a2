"""STS: AssumeRole refuses a role that does not exist; who may assume one is not judged.

Also the sessions that services have: a function and a state machine call AWS with their role.
"""

from __future__ import annotations

from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import AssumedRole, STSBackend, sts_backends
from moto.utilities.utils import get_partition

from .operations import state

_moto_assume_role = STSBackend.assume_role


def _assume_role(self: STSBackend, **request: Any) -> AssumedRole:
    role_arn = request["role_arn"]
    _, partition, _, _, account_id, _ = role_arn.split(":", 5)
    try:
        iam_backends[account_id][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        # AWS answers a role that trusts others alike: it does not tell which roles there are.
        message = f"User is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        raise STSClientError("AccessDenied", message) from None
    assumed = _moto_assume_role(self, **request)
    sessions = state(sts_backends[account_id][partition], "sessions")
    sessions[assumed.access_key_id] = assumed
    return assumed


def role_session(account_id: str, access_key_id: str) -> AssumedRole | None:
    """Return the session that a temporary access key belongs to."""
    if not access_key_id.startswith("ASIA"):
        return None
    for partition in sts_backends[account_id].values():
        if found := state(partition, "sessions").get(access_key_id):
            session: AssumedRole = found
            return session
    return None


def service_session(role_arn: str, session_name: str, region: str) -> AssumedRole:
    """Return the session of a function or state machine, the same for all that it does."""
    account_id = role_arn.split(":")[4]
    backend = sts_backends[account_id][get_partition(region)]
    kept = state(backend, "services")
    if (role_arn, session_name) not in kept:
        kept[role_arn, session_name] = backend.assume_role(
            region_name=region,
            role_session_name=session_name,
            role_arn=role_arn,
            policy="",
            duration=3600,
            external_id="",
        )
    session: AssumedRole = kept[role_arn, session_name]
    return session


def install() -> None:
    """Put the check before moto's own answer."""
    STSBackend.assume_role = _assume_role
