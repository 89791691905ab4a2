"""Prices, the printed list, the table that is meant, and what is refused at once."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from generator import workspace
from generator.errors import Mistakes
from generator.points.access import Access
from generator.points.command import document, report_of, table_of
from generator.points.gathering import Question, place_of
from generator.points.model import Found, Place, Point, Report, Unreadable, together
from generator.points.prices import VARIABLE, load_prices, priced
from generator.points.text import WIDTH, age, lines, size
from tests.conftest import ROOT
from tests.unit.command import environment, holdfast, write

GOLDEN = Path(__file__).parent / "golden" / "points.txt"
NOW = datetime(2026, 11, 21, 3, 12, tzinfo=UTC)
HOME = Place(account_id="111111111111", region="eu-central-1")
AWAY = Place(account_id="222222222222", region="eu-west-1")
TABLE = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
GIB = 1024**3


def arn(number: int, place: Place = HOME) -> str:
    end = f"recovery-point:1eb3b5e7-9eb0-435a-a80b-{number:012d}"
    return f"arn:aws:backup:{place.region}:{place.account_id}:{end}"


def a_point(number: int, **members: Any) -> Point:
    given: dict[str, Any] = {
        "id": arn(number, members.get("place", HOME)),
        "source": "recovery_point",
        "time": NOW - timedelta(days=number),
        "place": HOME,
        "status": "COMPLETED",
        "vault_name": "shop-prod-long",
        "lock": "governance",
        "size_bytes": 10 * GIB,
    }
    return Point(**given | members)


@pytest.mark.parametrize(
    ("members", "usd"),
    [
        ({}, 1.5),
        ({"cold_storage": True}, 2.0),
        ({"place": AWAY, "copy_back": True}, 1.9),
        ({"cold_storage": None}, None),
        ({"size_bytes": None}, None),
        ({"size_bytes": 0}, 0.0),
        ({"unusable": "it is EXPIRED"}, None),
        ({"vault_name": None, "source": "user_backup"}, 1.5),
        ({"vault_name": None, "source": "export"}, 1.5),
        ({"vault_name": None, "source": "export", "size_bytes": None}, None),
    ],
)
def test_rough_cost_by_size_and_storage(members: dict[str, Any], usd: float | None) -> None:
    cost = priced(a_point(1, **members), load_prices(), HOME.region).cost_usd
    assert cost == (None if usd is None else pytest.approx(usd))


def test_other_prices_are_used_or_refused_with_every_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = (ROOT / "generator/points/prices.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    monkeypatch.setenv(VARIABLE, str(own))
    own.write_text(shipped.replace("warm: 0.15", "warm: 0.30").replace("2026-11-20", "2027-01-01"))
    prices = load_prices()
    assert (prices.usd_per_gib["warm"], prices.as_of, prices.file) == (0.3, "2027-01-01", str(own))
    own.write_text(shipped.replace("warm: 0.15", "warm: cheap").replace("cold: 0.20", ""))
    with pytest.raises(Mistakes) as refused:
        load_prices()
    assert [mistake.cause for mistake in refused.value.mistakes] == [
        f"{own} gives no valid usd_per_gib.cold",
        f"{own} gives no valid usd_per_gib.warm",
    ]
    own.unlink()
    with pytest.raises(Mistakes, match="which cannot be read"):
        load_prices()


def the_report() -> Report:
    latest = NOW - timedelta(minutes=5)
    window = a_point(
        0,
        id="point-in-time",
        source="point_in_time",
        time=latest,
        earliest=NOW - timedelta(days=35, microseconds=-1),
        status="ENABLED",
        vault_name=None,
        lock=None,
        notes=("recovery period 35 days",),
    )
    user = a_point(
        2,
        id=f"{TABLE}/backup/01489173575360-b308cd7d",
        source="user_backup",
        status="AVAILABLE",
        vault_name=None,
        lock=None,
        name="before-release",
        size_bytes=None,
    )
    archive = {"source": "copy", "place": AWAY, "vault_name": "shop-archive-archive"}
    archive |= {"copy_back": True, "lock": "compliance", "lock_date": NOW}
    chain = a_point(
        6,
        id=f"{TABLE}/export/01489173575360-b308cd7d",
        source="export",
        earliest=NOW - timedelta(days=9),
        moments=tuple(
            NOW - timedelta(days=9) + number * timedelta(hours=6) for number in range(13)
        ),
        bucket="shop-prod-exports-111111111111-eu-central-1",
        vault_name=None,
        lock=None,
        cold_storage=True,
        notes=(
            "every boundary: full at 2026-11-12T03:12:00Z, then 12 incremental to "
            "2026-11-15T03:12:00Z, 6 h apart or less",
        ),
    )
    points = (
        window,
        chain,
        user,
        a_point(1, expires=NOW + timedelta(days=30)),
        a_point(3, **archive),
        a_point(4, **archive, cold_storage=True),
        a_point(5, cold_storage=None, size_bytes=3),
        a_point(40, status="EXPIRED", unusable="it is EXPIRED"),
    )
    unreadable = Unreadable(
        source="vault shop-prod-critical",
        place=HOME,
        reason="AccessDeniedException on ListRecoveryPointsByBackupVault: no",
        fix="allow backup:ListRecoveryPointsByBackupVault on the vault",
    )
    prices = load_prices()
    with_prices = tuple(priced(point, prices, HOME.region) for point in points)
    return Report(
        environment="prod",
        key="orders",
        table_name="orders",
        table_arn=TABLE,
        place=HOME,
        now=NOW,
        found=together(
            [Found(points=with_prices, unreadable=(unreadable,), empty=("vault x",), exists=True)]
        ),
        prices=prices,
    )


def test_the_printed_list_is_the_golden_one() -> None:
    printed = "\n".join(lines(the_report())) + "\n"
    if os.environ.get("HOLDFAST_UPDATE_GOLDEN") and os.environ.get("CI") != "true":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(printed, encoding="utf-8")
    assert printed == GOLDEN.read_text(encoding="utf-8")
    assert max(map(len, printed.splitlines())) <= WIDTH


def test_json_has_every_field_in_plain_values() -> None:
    whole = document(the_report())
    first = whole["points"][0]
    assert first["time"] == "2026-11-21T03:07:00Z"
    assert first["earliest"] == "2026-10-17T03:12:00.000001Z"
    assert (first["size_bytes"], first["age_seconds"], first["usable"]) == (10 * GIB, 300, True)
    assert whole["points"][-1]["usable"] is False
    (chain,) = (each for each in whole["points"] if each["source"] == "export")
    # Of moments only which and how many: a chain may have thousands.
    assert chain["boundaries"] == {
        "count": 13,
        "first": "2026-11-12T03:12:00Z",
        "last": "2026-11-15T03:12:00Z",
        "longest_gap_seconds": 6 * 3600,
    }
    assert "moments" not in chain
    assert first["boundaries"] is None
    assert whole["complete"] is False
    assert whole["unreadable"][0]["account_id"] == HOME.account_id


def test_the_list_is_whole_only_with_something_usable_and_everything_read() -> None:
    report, usable = the_report(), a_point(1)
    assert not report.complete
    for points, complete in (((usable,), True), ((), False)):
        assert replace(report, found=Found(points=points)).complete is complete
    expired = replace(usable, unusable="it is EXPIRED")
    assert not replace(report, found=Found(points=(expired,))).complete


@pytest.mark.parametrize(
    ("past", "shown"),
    [
        (timedelta(seconds=-3), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 d"),
    ],
)
def test_ages(past: timedelta, shown: str) -> None:
    assert age(past) == shown


def test_sizes() -> None:
    shown = [size(amount) for amount in (None, 0, 1023, 1024, 20 * 1024, 3 * GIB // 2)]
    assert shown == ["unknown", "0 B", "1023 B", "1.0 KiB", "20 KiB", "1.5 GiB"]


class NoAccess(Access):
    """Credentials of nobody."""

    def clients(self, place: Place, role_arn: str | None) -> Any:
        error: dict[str, Any] = {
            "Error": {"Code": "ExpiredToken", "Message": f"{place} {role_arn}"}
        }
        raise ClientError(error, "GetCallerIdentity")


def test_a_vault_that_is_not_rendered_is_named_as_not_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = "arn:aws:backup:eu-west-1:999999999999:backup-vault:theirs"
    copies = f"{{there: {{vault_arn: {elsewhere!r}, delete_after_days: 35}}}}"
    daily = f'{{schedule: "cron(0 3 * * ? *)", delete_after_days: 35, copies: {copies}}}'
    write(
        tmp_path,
        prod=environment(
            "prod", more=f"protections: {{standard: {{backups: {{daily: {daily}}}}}}}\n"
        ),
    )
    monkeypatch.chdir(tmp_path)
    (loaded,) = workspace.load(["prod"])
    session = boto3.Session()
    question = Question(
        environment=loaded.environment,
        table=table_of(loaded.environment, "orders"),
        access=NoAccess(session=session),
        now=NOW,
    )
    told: list[str] = []
    report = report_of(question, load_prices(), told.append)
    assert told == [f"reading {place_of(loaded.environment)} (prod)"]
    *rest, last = report.found.unreadable
    assert {each.fix for each in rest} == {"sign in again (`aws sso login`), or give --profile"}
    assert (last.source, last.place.account_id) == ("vault theirs", "999999999999")
    assert "vault_arn only" in last.reason
    assert f"--backup-vault-name theirs --by-resource-arn {report.table_arn}" in last.fix


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("prot", "cart"), "environments there: archive-west, archive, dev, prod, staging"),
        (("prod", "cert"), "environments/prod.yaml has no table `cert`\n    fix: nearest: cart;"),
        (("archive", "cart"), "it takes copies of prod: name the environment that the table"),
        (("prod", "cart", "--profile", "nobody"), "The config profile (nobody) could not be found"),
    ],
)
@pytest.mark.parametrize("data_path", [None, "somewhere"])
def test_bad_input(
    arguments: tuple[str, ...],
    said: str,
    data_path: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("AWS_DATA_PATH", raising=False)
    if data_path is not None:
        monkeypatch.setenv("AWS_DATA_PATH", data_path)
    result = holdfast("points", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_table_is_found_by_key_or_name_and_two_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = "partition_key: {name: id, type: S}"
    names = {"orders": "shop-orders", "old": "sales", "sales": "new"}
    entries = ", ".join(f"{key}: {{name: {name}, {keys}}}" for key, name in names.items())
    tables = f"{{{entries}}}"
    write(tmp_path, prod=environment("prod", tables=tables))
    monkeypatch.chdir(tmp_path)
    (loaded,) = workspace.load(["prod"])
    assert table_of(loaded.environment, "shop-orders") == table_of(loaded.environment, "orders")
    with pytest.raises(Mistakes, match=r"means two tables(.|\n)*called: old, new"):
        table_of(loaded.environment, "sales")
