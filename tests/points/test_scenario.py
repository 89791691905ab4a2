"""One table's story: backed up everywhere, deleted, and one source after another gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.points.conftest import Shop

pytestmark = pytest.mark.e2e

ORDERS = "order_transaction"
ROLE = "shop-archive-recovery-eu-central-1"
BACKUP_ROLE = "arn:aws:iam::111111111111:role/any"


def sources(report: dict[str, Any]) -> list[str]:
    return sorted(point["source"] for point in report["points"])


def test_one_source_after_another_goes(shop: Shop) -> None:
    shop.back_up_everywhere(ORDERS)
    _without_table_and_stacks(shop)
    _without_a_vault(shop)
    _without_the_role(shop)
    _from_the_archive_alone(shop)


def _without_table_and_stacks(shop: Shop) -> None:
    for template in ("tables", "backup"):
        shop.client("cloudformation", shop.prod).delete_stack(StackName=template)
    shop.delete_table(ORDERS)
    report = shop.listed(ORDERS)
    assert report["complete"] is True
    assert report["table"]["exists"] is False
    expected = ["copy", "recovery_point", "recovery_point", "system_backup", "user_backup"]
    assert sources(report) == expected
    (system,) = (p for p in report["points"] if p["source"] == "system_backup")
    assert system["name"] == f"{ORDERS}$DeletedTableBackup"
    assert system["expires"] is not None
    assert "point-in-time recovery: it ended with the table" in report["empty"]
    text = shop.points("prod", ORDERS).stdout
    assert "The table does not exist now." in text
    assert "point in time  " not in text


def _without_a_vault(shop: Shop) -> None:
    shop.delete_vault("long")
    report = shop.listed(ORDERS)
    (missing,) = report["unreadable"]
    assert missing["source"] == "vault shop-prod-long"
    assert missing["reason"].startswith("ResourceNotFoundException on ListRecoveryPoints")
    assert missing["fix"] == "if the vault does not exist, deploy the backup template of prod"
    assert sources(report) == ["copy", "recovery_point", "system_backup", "user_backup"]


def _without_the_role(shop: Shop) -> None:
    iam = shop.client("iam", shop.archive)
    iam.delete_role_policy(RoleName=ROLE, PolicyName="recovery")
    iam.delete_role(RoleName=ROLE)
    result = shop.points("prod", ORDERS)
    assert result.exit_code == 1
    assert "NOT READ: 2. What they hold is not in this list." in result.stdout
    flat = " ".join(result.stdout.split())
    assert "! vault shop-archive-archive, account 222222222222, eu-central-1: arn:aws:iam" in flat
    assert f"role/{ROLE} cannot be assumed: AccessDenied on AssumeRole" in flat
    assert "fix: sign in as break-glass of prod or archive, whom the role trusts" in flat
    assert sources(shop.listed(ORDERS)) == ["recovery_point", "system_backup", "user_backup"]


def _from_the_archive_alone(shop: Shop) -> None:
    """The workload account may be out of reach; its copies are not, for those in the archive."""
    report = shop.listed(ORDERS, signed_in_to=shop.archive)
    assert sources(report) == ["copy"]
    assert [each["source"] for each in report["unreadable"]] == [
        "point-in-time recovery",
        "native backups",
        "vault shop-prod-main",
        "vault shop-prod-critical",
        "vault shop-prod-long",
        "chains of exports in the catalogue shop-prod-catalog-111111111111-eu-central-1",
    ]
    assert {each["reason"] for each in report["unreadable"]} == {
        "your credentials are of account 222222222222"
    }


def test_a_point_of_dynamodb_in_a_vault_is_listed_once(shop: Shop) -> None:
    shop.manage(dynamodb=False)
    arn = shop.point("cart", "main")
    assert ":table/cart/backup/" in arn
    (point,) = (point for point in shop.listed("cart")["points"] if point["id"] == arn)
    assert (point["source"], point["lock"]) == ("recovery_point", "governance")


def test_a_point_of_dynamodb_in_a_vault_of_others_is_listed_too(shop: Shop) -> None:
    shop.manage(dynamodb=False)
    api = shop.client("backup", shop.prod)
    api.create_backup_vault(BackupVaultName="of-others")
    started = api.start_backup_job(
        BackupVaultName="of-others", ResourceArn=shop.table("cart").arn, IamRoleArn=BACKUP_ROLE
    )
    arn = started["RecoveryPointArn"]
    (point,) = (point for point in shop.listed("cart")["points"] if point["id"] == arn)
    assert (point["source"], point["vault_name"]) == ("aws_backup", None)
