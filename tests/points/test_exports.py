"""Chains of exports, read from catalogues on local endpoints: here, and without the account."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from blueprints.functions.common.catalogue import compact
from blueprints.names import catalogue_bucket_name
from tests.moments import this_minute

if TYPE_CHECKING:
    from tests.points.conftest import Shop

pytestmark = pytest.mark.e2e
ORDERS = "order_transaction"
STRANGER = "arn:aws:dynamodb:eu-central-1:555555555555:table/order_transaction"


def days_ago(days: float) -> str:
    return compact(this_minute() - timedelta(days=days))


def exports(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [point for point in report["points"] if point["source"] == "export"]


@pytest.fixture
def catalogues(shop: Shop) -> Shop:
    """Both catalogues without anything in them."""
    for environment in (shop.prod, shop.archive):
        s3, name = shop.client("s3", environment), catalogue_bucket_name(environment)
        for each in s3.list_objects_v2(Bucket=name).get("Contents", ()):
            s3.delete_object(Bucket=name, Key=each["Key"])
    return shop


def test_a_catalogue_without_records_is_read_and_empty(catalogues: Shop) -> None:
    report = catalogues.listed("cart")
    assert exports(report) == []
    name = catalogue_bucket_name(catalogues.prod)
    where = f"{catalogues.prod.account_id}, {catalogues.prod.region}"
    assert f"chains of exports in the catalogue {name}, account {where}" in report["empty"]
    assert report["complete"] is True


def test_each_full_export_is_listed_with_what_follows_it(catalogues: Shop) -> None:
    shop = catalogues
    first = shop.record(ORDERS, days_ago(9), days_ago(9), shop.prod, starts_chain=True)
    shop.record(ORDERS, days_ago(9), days_ago(8), shop.prod)
    shop.record(ORDERS, days_ago(8), days_ago(7), shop.prod)
    second = shop.record(ORDERS, days_ago(7.5), days_ago(7.5), shop.prod)
    newest, oldest = exports(shop.listed(ORDERS))
    # The last incremental export went on over the second full one.
    assert [each["id"] for each in (newest, oldest)] == [second, first]
    assert oldest["notes"][0].startswith("every boundary: full at ")
    assert "then 1 incremental to " in oldest["notes"][0]
    assert "24 h apart or less" in newest["notes"][0]
    assert newest["bucket"] == "shop-prod-exports-111111111111-eu-central-1"
    assert (newest["account_id"], newest["size_bytes"]) == ("111111111111", 1000)
    assert any("replica: bucket shop-archive-exports-prod-2222" in n for n in newest["notes"])
    assert any(n.endswith("/AWSDynamoDB/01/data/") for n in newest["notes"])
    # An import of 1,000 bytes.
    assert newest["cost_usd"] == pytest.approx(0.15 * 1000 / 1024**3)
    assert newest["minutes_at_least"] is None
    assert (newest["boundaries"]["count"], oldest["boundaries"]["count"]) == (2, 2)
    assert newest["replicas"] == ["shop-archive-exports-prod-222222222222-eu-central-1"]
    text = " ".join(shop.points("prod", ORDERS).stdout.split())
    assert f"`holdfast restore prod {ORDERS} --at TIME` takes the last boundary" in text
    assert "any second from" not in text.partition("export chain")[2].partition("export chain")[0]


def test_gaps_and_lost_bases_are_named(catalogues: Shop) -> None:
    shop = catalogues
    shop.record(ORDERS, days_ago(20), days_ago(20), shop.prod, starts_chain=True)
    shop.record(ORDERS, days_ago(18), days_ago(17), shop.prod)
    new = {"starts_chain": True, "reason": "point-in-time recovery was\x1b[31m off."}
    shop.record(ORDERS, days_ago(3), days_ago(3), shop.prod, **new)
    newest, lost, whole = exports(shop.listed(ORDERS))
    assert (whole["unusable"], newest["unusable"]) == (None, None)
    assert lost["unusable"].startswith("the full export that these incremental ones build on")
    assert lost["earliest"] is None
    (gap,) = (note for note in newest["notes"] if note.startswith("GAP"))
    assert gap.endswith(" (point-in-time recovery was\\x1b[31m off)")
    assert [note[:3] for note in lost["notes"]].count("GAP") == 1


def test_what_is_past_its_time_is_unusable_and_then_gone(catalogues: Shop) -> None:
    shop = catalogues
    shop.record(ORDERS, days_ago(3000), days_ago(3000), shop.prod, starts_chain=True)
    shop.record(ORDERS, days_ago(3000), days_ago(2999), shop.prod)
    # Seven years, a week between full exports, and a week to catch up.
    shop.record(ORDERS, days_ago(2572), days_ago(2572), shop.prod)
    shop.record(ORDERS, days_ago(2572), days_ago(2571.5), shop.prod)
    shop.record(ORDERS, days_ago(2571.5), days_ago(2570.5), shop.prod)
    (past,) = exports(shop.listed(ORDERS))
    assert past["unusable"] == "its full export is past its retention: S3 deletes it"


def test_the_archive_tells_of_chains_when_the_account_is_lost(catalogues: Shop) -> None:
    shop = catalogues
    arn = shop.record(ORDERS, days_ago(5), days_ago(5), shop.archive, starts_chain=True)
    shop.record(ORDERS, days_ago(5), days_ago(4), shop.archive)
    # A table of the same name of another account is in there, too.
    other = {"table": {"name": ORDERS, "arn": STRANGER}}
    shop.record(ORDERS, days_ago(2), days_ago(2), shop.archive, **other)
    shop.record(ORDERS, days_ago(2), days_ago(1), shop.archive, **other)
    report = shop.listed(ORDERS, signed_in_to=shop.archive)
    (point,) = exports(report)
    assert (point["id"], point["account_id"]) == (arn, "222222222222")
    assert point["bucket"] == "shop-archive-exports-prod-222222222222-eu-central-1"
    assert point["notes"][0].split(", then ")[1].startswith("1 incremental")
    sources = [each["source"] for each in report["unreadable"]]
    name = catalogue_bucket_name(shop.prod)
    assert f"chains of exports in the catalogue {name}" in sources
    # While the own catalogue is read, replicas of it say nothing more.
    assert exports(shop.listed(ORDERS)) == []


def test_what_is_no_record_is_named_and_the_rest_listed(catalogues: Shop) -> None:
    shop = catalogues
    shop.record(ORDERS, days_ago(5), days_ago(5), shop.prod, keep_days="many")
    arn = shop.record(ORDERS, days_ago(3), days_ago(3), shop.prod)
    report = shop.listed(ORDERS)
    assert [each["id"] for each in exports(report)] == [arn]
    (broken,) = report["unreadable"]
    assert broken["reason"] == "it is no record of an export"
    assert f"/eu-central-1/{ORDERS}/" in broken["source"]


@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject"])
@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("AccessDenied", "allow s3:ListBucket, s3:GetObject below catalog/exports/, and kms:"),
        ("NoSuchBucket", "deploy the templates recovery of prod, as they are now"),
        ("SlowDown", "run it again; it needs s3:ListBucket"),
    ],
)
def test_a_catalogue_that_refuses_is_named(
    catalogues: Shop, monkeypatch: pytest.MonkeyPatch, operation: str, code: str, fix: str
) -> None:
    catalogues.record(ORDERS, days_ago(5), days_ago(5), catalogues.prod)
    real = BaseClient._make_api_call  # noqa: SLF001 - the one place that all calls pass

    def refuse(self: BaseClient, asked: str, request: Any) -> Any:
        if asked == operation:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, asked)
        return real(self, asked, request)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    report = catalogues.listed(ORDERS)
    (here, *_) = (each for each in report["unreadable"] if "exports" in each["source"])
    assert here["reason"] == f"{code} on {operation}: no"
    assert here["fix"].startswith(fix)
    assert json.dumps(report["unreadable"]).count("chains of exports") == (
        1 if operation == "GetObject" else 2
    )
