"""Terraform with the real AWS provider on local endpoints: locked and replicated buckets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.local_aws import LocalAws
    from tests.e2e.terraform_root import TerraformRoot

pytestmark = [pytest.mark.e2e, pytest.mark.terraform, pytest.mark.slow]

HERE = {"account_id": "111111111111", "region": "eu-central-1"}
ROOT = Path(__file__).parent / "extensions_buckets"


def test_locks_lifecycles_and_replication_are_applied_read_back_and_destroyed(
    local_aws: LocalAws, terraform_root: Callable[[Path, str], TerraformRoot]
) -> None:
    """Takes about 75 s: the provider watches for long whether a lifecycle stays as it is."""
    root = terraform_root(ROOT, HERE["account_id"])
    root.apply()
    assert root.drifts() == []
    s3 = local_aws.client("s3", **HERE)
    assert s3.get_object_lock_configuration(Bucket="tf-replica")["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 35}},
    }
    rules = s3.get_bucket_lifecycle_configuration(Bucket="tf-replica")["Rules"]
    assert rules[0]["Expiration"] == {"Days": 57}
    assert rules[1]["Expiration"] == {"ExpiredObjectDeleteMarker": True}
    replication = s3.get_bucket_replication(Bucket="tf-source")["ReplicationConfiguration"]
    assert [rule["ID"] for rule in replication["Rules"]] == ["replica", "again"]
    root.destroy()
    assert s3.list_buckets()["Buckets"] == []
