"""S3: bucket policies whose conditions moto would ignore, locks, and objects written once."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

ONE_AT_A_TIME = Lock()
_moto_put_object = S3Response.put_object
_moto_put_lock_configuration = S3Backend.put_object_lock_configuration
_moto_lock_configuration = S3Backend.get_object_lock_configuration


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


def _put_object(self: S3Response) -> Any:
    """Of several that may write an object only where there is none, let only one find none."""
    if "If-None-Match" not in self.headers:
        return _moto_put_object(self)
    with ONE_AT_A_TIME:
        return _moto_put_object(self)


def _lock_configuration(self: S3Backend, bucket_name: str) -> tuple[Any, ...]:
    """Tell of a retention in days no years, nor of one in years days: moto says 0."""
    enabled, mode, days, years = _moto_lock_configuration(self, bucket_name)
    return enabled, mode, days or None, years or None


def _put_lock_configuration(self: S3Backend, bucket_name: str, *how: Any) -> None:
    """Let the default of a bucket that has a lock change, also when there are objects in it."""
    bucket, (_, mode, days, years) = self.get_bucket(bucket_name), how
    if bucket.object_lock_enabled:
        bucket.default_lock_mode = mode
        bucket.default_lock_days, bucket.default_lock_years = days or 0, years or 0
    else:
        _moto_put_lock_configuration(self, bucket_name, *how)


def install() -> None:
    """Let moto judge bucket policies, locks and conditional writes as above."""
    FakeBucket.get_permission = _get_permission
    S3Response.put_object = _put_object
    S3Backend.put_object_lock_configuration = _put_lock_configuration
    S3Backend.get_object_lock_configuration = _lock_configuration
