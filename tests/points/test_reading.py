"""What is read, from where, with which calls; and that nothing which fails stays unsaid."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from blueprints.backup.roles import copy_back_roles
from blueprints.names import catalogue_bucket_name, recovery_role_arn

if TYPE_CHECKING:
    from tests.points.conftest import Shop

pytestmark = pytest.mark.e2e

ORDERS = "order_transaction"
LOCAL_HOME = "account 111111111111, eu-central-1"
ROLE = "shop-archive-recovery-eu-central-1"


@pytest.fixture(scope="module")
def ids(shop: Shop) -> dict[str, str]:
    return shop.back_up_everywhere(ORDERS)


def test_everything_is_one_list_newest_first(shop: Shop, ids: dict[str, str]) -> None:
    report = shop.listed(ORDERS)
    assert report["complete"] is True
    assert report["unreadable"] == []
    assert report["table"]["exists"] is True
    assert report["empty"] == [
        f"vault shop-prod-main, {LOCAL_HOME}",
        "chains of exports in the catalogue shop-prod-catalog-111111111111-eu-central-1, "
        f"{LOCAL_HOME}",
    ]
    by_source = {point["source"]: point for point in report["points"]}
    expected = ["copy", "point_in_time", "recovery_point", "recovery_point", "user_backup"]
    assert sorted(point["source"] for point in report["points"]) == expected
    # As texts, a whole second would come after its parts.
    times = [datetime.fromisoformat(point["time"]) for point in report["points"]]
    assert times == sorted(times, reverse=True)
    assert all(point["usable"] and point["minutes_at_least"] == 20 for point in report["points"])

    window = by_source["point_in_time"]
    assert (window["id"], window["status"]) == ("point-in-time", "ENABLED")
    assert datetime.fromisoformat(window["earliest"]) <= datetime.fromisoformat(window["time"])
    assert window["notes"] == ["recovery period 35 days"]
    user = by_source["user_backup"]
    assert (user["id"], user["name"], user["size_bytes"]) == (ids["user"], "before-release", 123)
    assert user["cost_usd"] == pytest.approx(0.15 * 123 / 1024**3)
    copy = by_source["copy"]
    assert (copy["account_id"], copy["vault_name"]) == ("222222222222", "shop-archive-archive")
    assert (copy["lock"], copy["copy_back"]) == ("governance", True)
    points = {p["id"]: p for p in report["points"] if p["source"] == "recovery_point"}
    assert points.keys() == {ids["critical"], ids["long"]}
    assert points[ids["critical"]]["vault_name"] == "shop-prod-critical"
    assert not any(point["copy_back"] for point in points.values())


def test_nobody_answering_is_named_for_every_source(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.points.access._CONFIG", {"retries": {"total_max_attempts": 1}})
    report = shop.listed(ORDERS, endpoint="http://127.0.0.1:9")
    assert report["points"] == []
    assert len(report["unreadable"]) == 8
    assert {each["fix"] for each in report["unreadable"]} == {
        "check your connection, AWS_ENDPOINT_URL and the health of eu-central-1"
    }


def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return a list that fills with what is asked: access key and operation."""
    calls: list[tuple[str, str]] = []
    real = BaseClient._make_api_call  # noqa: SLF001 - the one place that all calls pass

    def record(self: BaseClient, operation: str, request: Any) -> Any:
        key = self._request_signer._credentials.access_key  # noqa: SLF001
        calls.append((key, operation))
        return real(self, operation, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    return calls


def test_copies_are_read_with_what_the_recovery_role_allows(
    shop: Shop, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = called(monkeypatch)
    shop.listed(ORDERS)
    own = {key for key, operation in calls if operation == "AssumeRole"}
    through_the_role = {f"backup:{operation}" for key, operation in calls if key not in own}
    (role,) = (role for role in copy_back_roles(shop.archive) if role.name == ROLE)
    allowed = {
        action
        for statement in role.policy["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert through_the_role == {
        "backup:DescribeBackupVault",
        "backup:ListRecoveryPointsByBackupVault",
    }
    assert through_the_role | {"backup:DescribeRecoveryPoint"} <= allowed
    # Nothing is changed, whoever asks.
    asking = ("Describe", "List", "Get", "AssumeRole")
    assert [operation for _, operation in calls if not operation.startswith(asking)] == []


def test_chains_of_exports_are_read_with_what_the_recovery_role_allows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the own catalogue is gone; here, from a name that none has."""
    shop.record(ORDERS, "20261101T010000Z", "20261101T010000Z", shop.archive)
    real = catalogue_bucket_name
    monkeypatch.setattr(
        "generator.points.exports.catalogue_bucket_name",
        lambda of: "gone-with-its-account" if of.name == "prod" else real(of),
    )
    calls = called(monkeypatch)
    report = shop.listed(ORDERS)
    assert [p["account_id"] for p in report["points"] if p["source"] == "export"] == [
        shop.archive.account_id
    ]
    own = {key for key, operation in calls if operation == "AssumeRole"}
    through_the_role = {operation for key, operation in calls if key not in own}
    assert through_the_role >= {"ListObjectsV2", "GetObject"}
    (role,) = (role for role in copy_back_roles(shop.archive) if role.name == ROLE)
    allowed = {s["Sid"]: s for s in role.policy["Statement"]}
    bucket = f"arn:aws:s3:::{real(shop.archive)}"
    assert (allowed["ListChains"]["Action"], allowed["ListChains"]["Resource"]) == (
        "s3:ListBucket",
        bucket,
    )
    assert allowed["ReadChains"]["Resource"] == f"{bucket}/catalog/exports/*"
    assert allowed["DecryptCatalogue"]["Action"] == ["kms:Decrypt"]


REFUSED = {
    "DescribeTable": ("the table (whether it exists, its size)", "allow dynamodb:DescribeTable"),
    "DescribeContinuousBackups": ("point-in-time recovery", "allow dynamodb:DescribeContinuous"),
    "ListBackups": ("native backups", "allow dynamodb:ListBackups on *"),
    "ListRecoveryPointsByBackupVault": ("vault shop-prod-main", "allow backup:ListRecoveryPoints"),
    "DescribeBackupVault": ("the lock of vault shop-prod-critical", "allow backup:DescribeBackup"),
    "GetCallerIdentity": ("point-in-time recovery", "allow sts:GetCallerIdentity"),
}


@pytest.mark.parametrize("operation", REFUSED)
@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
@pytest.mark.usefixtures("ids")
def test_whatever_is_refused_is_named_and_the_rest_is_listed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, operation: str, code: str
) -> None:
    source, fix = REFUSED[operation]
    every = len(shop.listed(ORDERS)["points"])
    real = BaseClient._make_api_call  # noqa: SLF001 - the one place that all calls pass

    def refuse(self: BaseClient, asked: str, request: Any) -> Any:
        if asked == operation:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, asked)
        return real(self, asked, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    report = shop.listed(ORDERS)
    assert report["complete"] is False
    named = {each["source"]: each for each in report["unreadable"]}
    assert named[source]["reason"] == f"{code} on {operation}: no"
    throttled = code == "ThrottlingException"
    assert named[source]["fix"].startswith("wait a minute" if throttled else fix)
    hides = {
        "DescribeContinuousBackups": 1,
        "ListBackups": 1,
        "ListRecoveryPointsByBackupVault": 3,
        "GetCallerIdentity": every,
    }
    assert len(report["points"]) == every - hides.get(operation, 0)
    if operation == "DescribeTable":
        (window,) = (p for p in report["points"] if p["source"] == "point_in_time")
        assert (window["size_bytes"], window["cost_usd"]) == (None, None)
    if operation == "DescribeBackupVault":
        assert {p["lock"] for p in report["points"] if p["vault_name"]} == {"unknown"}


def test_the_name_of_the_role_is_that_of_the_template(shop: Shop) -> None:
    role = shop.client("iam", shop.archive).get_role(RoleName=ROLE)["Role"]
    assert role["Arn"] == recovery_role_arn(shop.archive)


def test_a_table_created_again_is_told_from_the_earlier_one(shop: Shop) -> None:
    shop.user_backup("employee", "of-the-first")
    shop.delete_table("employee")
    shop.client("dynamodb", shop.prod).create_table(
        TableName=shop.table("employee").name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    shop.user_backup("employee", "of-the-second")
    notes = {point["name"]: point["notes"] for point in shop.listed("employee")["points"]}
    assert notes["of-the-second"] == []
    assert notes["of-the-first"][0].startswith("older than the table of today")


def test_similar_names_are_kept_apart(shop: Shop) -> None:
    shop.client("dynamodb", shop.prod).create_table(
        TableName="cart-2",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    shop.client("dynamodb", shop.prod).create_backup(TableName="cart-2", BackupName="other")
    shop.client("backup", shop.prod).start_backup_job(
        BackupVaultName="shop-prod-main",
        ResourceArn=f"{shop.table('cart').arn}-2",
        IamRoleArn="arn:aws:iam::111111111111:role/any",
    )
    report = shop.listed("cart")
    assert [point["source"] for point in report["points"]] == ["point_in_time"]
    own = shop.point("cart", "main")
    assert [p["id"] for p in shop.listed("cart")["points"] if p["vault_name"]] == [own]


def test_every_page_is_read(shop: Shop) -> None:
    backups = {shop.user_backup("cart", f"number-{number}") for number in range(102)}
    report = shop.listed("cart")
    assert {p["id"] for p in report["points"] if p["source"] == "user_backup"} == backups


def test_an_existing_table_is_read_too(shop: Shop) -> None:
    report = shop.listed("legacy_sessions")
    assert (report["complete"], report["points"]) == (False, [])
    assert report["unreadable"] == []
    assert report["table"]["exists"] is False
    text = shop.points("prod", "legacy_sessions").stdout
    assert "NOTHING was found that the table can come back from." in text
