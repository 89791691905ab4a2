"""S3: bucket policies whose conditions moto would ignore."""

from __future__ import annotations

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def _get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """Judge by the unconditional statements only.

    moto knows nothing of the request that a condition asks about, and takes every condition for
    met: a bucket that denies plain HTTP would deny everything.
    """
    if self.policy is None:
        return PermissionResult.NEUTRAL
    policy = json.loads(self.policy)
    policy["Statement"] = [s for s in policy["Statement"] if "Condition" not in s]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def install() -> None:
    """Let moto judge bucket policies as above."""
    FakeBucket.get_permission = _get_permission
