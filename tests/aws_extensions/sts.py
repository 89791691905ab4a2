"""STS: AssumeRole refuses a role that does not exist; who may assume one is not judged."""

from __future__ import annotations

from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import STSBackend

_moto_assume_role = STSBackend.assume_role


def _assume_role(self: STSBackend, **request: Any) -> Any:
    role_arn = request["role_arn"]
    _, partition, _, _, account_id, _ = role_arn.split(":", 5)
    try:
        iam_backends[account_id][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        # AWS answers a role that trusts others alike: it does not tell which roles there are.
        message = f"User is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        raise STSClientError("AccessDenied", message) from None
    return _moto_assume_role(self, **request)


def install() -> None:
    """Put the check before moto's own answer."""
    STSBackend.assume_role = _assume_role
