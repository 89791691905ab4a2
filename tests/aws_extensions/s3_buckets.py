"""S3: buckets as services find them that write into them, in whichever account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.s3.models import S3Backend, s3_backends

if TYPE_CHECKING:
    from collections.abc import Collection

    from moto.s3.models import FakeBucket


def find(name: str) -> tuple[S3Backend, FakeBucket] | None:
    """Return a bucket with the backend that it is in; None where there is no such bucket."""
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account_id = s3_backends.bucket_accounts[name]
    backend = s3_backends[account_id][partition]
    return backend, backend.get_bucket(name)


def allows(bucket: FakeBucket, account_id: str, actions: Collection[str]) -> bool:
    """Tell whether a bucket of any account lets this one do one of these, as far as it is asked.

    Only the bucket policy is judged, and none of its conditions.
    """
    if bucket.account_id == account_id:
        return True
    policy = json.loads(bucket.policy or "{}")
    for statement in policy.get("Statement", []):
        named = statement.get("Action", [])
        named, principal = _listed(named), json.dumps(statement.get("Principal"))
        whose = any(who in principal for who in ('"*"', f'"{account_id}"', f"::{account_id}:"))
        if statement["Effect"] == "Allow" and whose and any(each in actions for each in named):
            return True
    return False


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def retention(bucket: FakeBucket) -> dict[str, Any]:
    """Return how a bucket locks a new object by default, as moto's `put_object` takes it."""
    if not bucket.has_default_lock:
        return {}
    return {"lock_mode": bucket.default_lock_mode, "lock_until": bucket.default_retention()}
