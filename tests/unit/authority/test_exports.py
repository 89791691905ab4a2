"""Who destroys exports: those in a bucket of one's own, in another account, and under a lock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.authority.matrix import Matrix, matrix
from generator.authority.report import text
from tests.unit.authority.written import ARCHIVE, TABLE, bound, mark, way, written

CLASS = """
protections:
  critical:
    backups: {daily: {copies: {far: {to: archive, delete_after_days: 35}}}}
    exports: {full_schedule: cron(0 1 ? * SUN *), incremental_every_hours: 6, delete_after_days: 35}
"""
PROD = f"{CLASS}\ntables: {{orders: {TABLE}}}\n"
CONTROLLED = "guardrails: {service_control_policy: {attached: true}}\n"
HELD_THERE = f"{PROD}export_bucket: {{to: archive}}\n"
HERE, THERE = ":shop-prod-exports-", ":shop-archive-exports-prod-"
DELETE = "s3:DeleteObjectVersion and s3:BypassGovernanceRetention on the objects"


def replicated(lock: str = "governance") -> str:
    understood = ", i_understand_this_cannot_be_undone: true" if lock == "compliance" else ""
    text = f"{{mode: {lock}, retention_days: 35{understood}}}"
    return f"{PROD}export_bucket: {{replicas: {{far: {{to: archive, object_lock: {text}}}}}}}\n"


def of(folder: Path, prod: str, archive: str = ARCHIVE, name: str = "prod") -> Matrix:
    return matrix(written(folder, prod=prod, archive=archive)[name])


def test_what_is_exported_and_where_replicas_lie_are_copies(tmp_path: Path) -> None:
    text = replicated()
    titles = [copy.title for copy in of(tmp_path / "a", text).copies]
    assert [title for title in titles if "exports" in title] == [
        "exports in shop-prod-exports",
        "replica of exports in shop-archive-exports-prod",
        "lock of shop-archive-exports-prod",
        "key alias/shop-prod-exports",
    ]
    held = [copy.title for copy in of(tmp_path / "b", text, name="archive").copies]
    assert [title for title in held if "exports" in title] == [
        "replica of exports in shop-archive-exports-prod",
        "lock of shop-archive-exports-prod",
        "key alias/shop-archive-exports-prod",
    ]
    there = [copy.title for copy in of(tmp_path / "c", HELD_THERE).copies]
    assert [title for title in there if "exports" in title] == [
        "exports in shop-archive-exports-prod"
    ]
    assert not any("exports" in copy.title for copy in of(tmp_path / "d", "").copies)


def test_who_deploys_lets_exports_expire_and_nobody_else_does(tmp_path: Path) -> None:
    found = of(tmp_path, replicated() + CONTROLLED)
    assert way(found, "deploy", "exports", HERE) == ["s3:PutLifecycleConfiguration on the bucket"]
    assert way(found, "break-glass", "exports", HERE) == ["s3:DeleteObjectVersion on the objects"]
    roles = [row.title for row in found.rows if row.kind == "role"]
    assert {"shop-prod-export-table-eu-central-1", "shop-prod-exports-machine-eu-central-1"} <= {
        *roles
    }
    for who in ("administrator", "account root", "operator", "administrator of archive", *roles):
        assert mark(found, who, "exports", HERE) == "no", who


def test_an_administrator_needs_the_policy_of_the_bucket_out_of_the_way(tmp_path: Path) -> None:
    found = of(tmp_path, replicated())
    kept = bound(found.world, "iam:*", "lambda:*", "states:*", "kms:*", "s3:PutLifecycle*")
    assert way(matrix(kept), "account root", "exports", HERE) == [
        "s3:DeleteBucketPolicy on the bucket",
        "s3:DeleteObjectVersion on the objects",
    ]


@pytest.mark.parametrize("prod", [replicated(), HELD_THERE], ids=["replica", "original"])
def test_a_bucket_in_another_account_is_out_of_reach(tmp_path: Path, prod: str) -> None:
    found = of(tmp_path, prod)
    for row in found.rows:
        outside = row.title != "administrator of archive"
        assert mark(found, row.title, "exports", THERE) == ("no" if outside else "yes"), row.title


def test_governance_yields_to_who_may_bypass_it_and_no_lifecycle_does(tmp_path: Path) -> None:
    archive = f"{ARCHIVE}{CONTROLLED}".replace("}]}\n", "}], deploy: [{role: Deploy}]}\n")
    found = of(tmp_path, replicated(), archive, name="archive")
    assert way(found, "break-glass", "exports") == [DELETE]
    assert mark(found, "deploy", "exports") == "no"
    # What is there keeps its retention.
    assert way(found, "deploy", "lock", THERE) == [
        "s3:PutBucketObjectLockConfiguration on the bucket"
    ]
    assert mark(found, "administrator", "lock", THERE) == "no"


def test_whoever_shortens_a_retention_lets_a_lifecycle_do_the_rest(tmp_path: Path) -> None:
    found = of(tmp_path, replicated(), name="archive")
    undeletable = replace(
        bound(found.world, "s3:DeleteObjectVersion", "kms:*"),
        service_control={
            "222222222222": bound(
                replace(found.world, account_id="222222222222"),
                *("s3:DeleteObjectVersion", "s3:DeleteBucketPolicy", "kms:*"),
            ).service_control["222222222222"]
        },
    )
    assert way(matrix(undeletable), "break-glass", "exports") == [
        "s3:PutObjectRetention and s3:BypassGovernanceRetention on the objects",
        "s3:PutLifecycleConfiguration on the bucket",
    ]


def test_compliance_is_a_no_until_retention_ends(tmp_path: Path) -> None:
    world = of(tmp_path, replicated("compliance"), name="archive").world
    # A lock does not protect the key, and nothing outlives the account.
    assert way(matrix(world), "break-glass", "exports") == ["kms:ScheduleKeyDeletion on the key"]
    keyless = matrix(
        replace(world, buckets=tuple(replace(bucket, key_arn=None) for bucket in world.buckets))
    )
    assert mark(keyless, "break-glass", "exports") == "locked"
    assert mark(keyless, "other accounts", "exports") == "no"
    assert way(keyless, "account root", "exports") == ["account:CloseAccount on the account"]


def test_the_text_says_where_exports_are(tmp_path: Path) -> None:
    lines = "\n".join(text(of(tmp_path / "a", replicated())))
    assert "  exports                   in 2 buckets, 1 of them in another account\n" in lines
    replica = "shop-archive-exports-prod-222222222222-eu-central-1"
    assert f"  copies                {replica} lies in account 222222222222" in lines
    there = "\n".join(text(of(tmp_path / "b", HELD_THERE, name="archive")))
    assert "  exports                   in one bucket\n" in there
