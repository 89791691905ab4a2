from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator import workspace
from generator.coverage import TableCoverage, coverage, kept_text, lock_text, schedule_text
from generator.spec import Backup, Lock, Vault
from tests.unit.command import environment, write

WRITE = "a bad write"
OLD = "anything older"
DELETION = "deletion of the table"
BACKUPS = "deletion of backups"
ACCOUNT = "takeover or closure of account 111111111111"
REGION = "loss of eu-central-1"
SILENCE = "a backup that fails unnoticed"
DEFINITION = "loss of its definition"
Covered = Callable[..., TableCoverage]


def copied(region: str, account: str) -> str:
    arn = f"arn:aws:backup:{region}:{account * 12}:backup-vault:far"
    copy = f"{{far: {{vault_arn: '{arn}', delete_after_days: 30}}}}"
    return f"protections: {{standard: {{backups: {{daily: {{copies: {copy}}}}}}}}}\n"


@pytest.fixture
def covered(tmp_path: Path) -> Covered:
    def of(more: str = "", tables: str | None = None) -> TableCoverage:
        given = {} if tables is None else {"tables": tables}
        write(tmp_path, dev=environment("dev", more=more, **given))
        (loaded,) = workspace.load((), tmp_path / "environments")
        (table,) = coverage(loaded.environment)
        return table

    return of


def gaps(table: TableCoverage) -> set[str]:
    known = (WRITE, OLD, DELETION, BACKUPS, ACCOUNT, REGION, SILENCE, DEFINITION)
    found = {start for gap in table.not_protected_against for start in known if start in gap}
    assert len(found) == len(table.not_protected_against)
    return found


def test_a_table_of_the_standard_class(covered: Covered) -> None:
    table = covered()
    assert (table.key, table.name, table.existing) == ("orders", "orders", False)
    assert (table.protection, table.point_in_time_recovery) == ("standard", "35 days")
    assert (table.deletion_protection, table.alerts) == ("on", "oncall")
    (daily,) = table.backups
    assert (daily.name, daily.vault_name) == ("daily", "shop-dev-main")
    assert (daily.schedule, daily.delete_after_days) == ("cron(0 3 * * ? *) Etc/UTC", 35)
    assert (daily.lock, daily.copies) == ("governance lock, at least 7 days", ())
    assert table.exports is None
    assert gaps(table) == {ACCOUNT, REGION}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("vaults: {main: {}}\n", {ACCOUNT, REGION, BACKUPS}),
        ("alerts: null\n", {ACCOUNT, REGION, SILENCE}),
        ("protections: {standard: {backups: {daily: null}}}\n", {ACCOUNT, REGION, OLD}),
        ("protections: {standard: {point_in_time_recovery: null}}\n", {ACCOUNT, REGION, WRITE}),
        (copied("eu-west-1", "1"), {ACCOUNT}),
        (copied("eu-central-1", "9"), {REGION}),
        (copied("eu-west-1", "9"), set()),
    ],
)
def test_gaps_follow_from_what_is_missing(covered: Covered, more: str, expected: set[str]) -> None:
    assert gaps(covered(more)) == expected


def exported(bucket: str, backups: str = "{}") -> str:
    exports = "{full_schedule: rate(7 days), incremental_every_minutes: 30, delete_after_days: 365}"
    return (
        f"protections: {{standard: {{exports: {exports}, backups: {backups}}}}}\n"
        f"export_bucket: {bucket}\n"
    )


def archive(account: str, region: str) -> str:
    kind = f"kind: destination\naccepts: [dev.yaml]\nregion: {region}\nvaults: {{main: {{}}}}\n"
    return environment("archive", account=account, tables="{}", more=kind)


@pytest.mark.parametrize(
    ("account", "region", "bucket", "expected"),
    [
        ("9", "eu-central-1", "{}", {ACCOUNT, REGION}),
        ("9", "eu-central-1", "{to: archive}", {REGION}),
        ("1", "eu-west-1", "{replicas: {far: {to: archive}}}", {ACCOUNT}),
        ("9", "eu-west-1", "{replicas: {far: {to: archive}}}", set()),
    ],
)
def test_exports_are_copies_where_their_buckets_lie(
    tmp_path: Path, account: str, region: str, bucket: str, expected: set[str]
) -> None:
    dev = environment("dev", more=exported(bucket, backups="{daily: null}"))
    write(tmp_path, dev=dev, archive=archive(account, region))
    (loaded,) = workspace.load(["dev"], tmp_path / "environments")
    (table,) = coverage(loaded.environment)
    assert gaps(table) == expected
    assert table.exports is not None
    assert (table.exports.window_days, table.exports.keep_days) == (365, 380)
    assert table.exports.full_schedule == "rate(7 days) Etc/UTC"
    assert table.exports.incremental_every_minutes == 30
    here = [("111111111111", "eu-central-1")] * (bucket != "{to: archive}")
    there = [(account * 12, region)] * (bucket != "{}")
    places = [(place.account_id, place.region) for place in table.exports.places]
    assert places == here + there


def test_deletion_of_a_table_without_deletion_protection_is_a_gap(covered: Covered) -> None:
    table = covered(tables="{orders: {partition_key: {name: id, type: S}}}")
    assert table.deletion_protection == "off"
    assert gaps(table) == {ACCOUNT, REGION, DELETION}


def test_a_table_defined_elsewhere_keeps_its_owners_choices(covered: Covered) -> None:
    table = covered(tables="{orders: {existing: true, name: legacy.orders}}")
    assert table.existing
    assert table.arn == "arn:aws:dynamodb:eu-central-1:111111111111:table/legacy.orders"
    assert "owner's choice" in table.point_in_time_recovery
    assert "owner's choice" in table.deletion_protection
    assert gaps(table) == {ACCOUNT, REGION, DEFINITION}


def test_copies_are_part_of_a_backup(covered: Covered) -> None:
    (daily,) = covered(copied("eu-west-1", "9")).backups
    (copy,) = daily.copies
    assert (copy.name, copy.vault_name) == ("far", "far")
    assert (copy.account_id, copy.region) == ("999999999999", "eu-west-1")
    assert (copy.delete_after_days, copy.lock) == (30, "lock unknown")


def test_locks_and_lifecycles_in_words() -> None:
    assert lock_text(None) == "lock unknown"
    assert lock_text(Vault()) == "not locked"
    bounded = Vault(lock=Lock(min_retention_days=7, max_retention_days=60))
    assert lock_text(bounded) == "governance lock, 7 to 60 days"
    assert kept_text(35, None) == "35 days"
    assert kept_text(366, 31) == "366 days, cold after 31"
    backup = Backup(
        schedule="cron(0 3 * * ? *)", schedule_timezone="Europe/Berlin", delete_after_days=1
    )
    assert schedule_text(backup) == "cron(0 3 * * ? *) Europe/Berlin"
