"""What happens to tables and their exports; each scenario leaves its tables exported."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from blueprints.functions.common import catalogue
from blueprints.names import catalogue_bucket_name
from tests.exports.applying import restored
from tests.exports.histories import History
from tests.exports.shop import (
    Run,
    attempts,
    export_arns,
    exports_bucket,
    records,
    until,
    windows,
)

if TYPE_CHECKING:
    from datetime import datetime

    from tests.exports.shop import Record, Shop
    from tests.restores.shop import Place

CRITICAL, FREQUENT = "critical", "frequent"
ORDERS, CUSTOMERS, SESSIONS, CARTS, LEDGER = "orders", "customers", "sessions", "carts", "ledger"
# Of these the first has ranges, the second has none, and the third is defined elsewhere.
TABLES = (ORDERS, CUSTOMERS, SESSIONS)
SEED = 20_261_125
Contents = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """A table's chain: records, what they give back, and what the table really held then."""

    records: list[Record]
    restored: Contents
    held: Contents


@dataclass(kw_only=True)
class Seen:
    """Runs in their order, and what they added for the table."""

    runs: list[Run] = field(default_factory=list)
    windows: list[tuple[str, str, str]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    exports: int = 0
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Watch:
    """Looks at a table's catalogue before and after what happens in between."""

    place: Place
    key: str
    before: tuple[set[str], set[str], set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.before = self._now()

    def _now(self) -> tuple[set[str], set[str], set[str]]:
        return (
            {f"{each['from']} {each['to']} {each['kind']}" for each in self._records()},
            set(attempts(self.place, self.key)),
            set(export_arns(self.place, self.key)),
        )

    def _records(self) -> list[Record]:
        return records(self.place, self.key)

    def seen(self, *runs: Run, **more: Any) -> Seen:
        known, tried, exports = self.before
        return Seen(
            runs=list(runs),
            windows=[
                each
                for each in windows(self.place, self.key)
                if f"{each[1]} {each[2]} {each[0]}" not in known
            ],
            records=[
                each
                for each in self._records()
                if f"{each['from']} {each['to']} {each['kind']}" not in known
            ],
            attempts=sorted(set(attempts(self.place, self.key)) - tried),
            exports=len(set(export_arns(self.place, self.key)) - exports),
            more=more,
        )


def exported(shop: Shop, place: Place, key: str, of_class: str) -> datetime:
    """See to it that the table is exported up to now; return up to when it is."""
    recent = _recent(shop, place, key)
    if not recent:
        passed(shop, hours=13 if of_class == CRITICAL else 0.4)
    while not recent:  # one run catches up with a week
        assert shop.run(place, of_class).status == "SUCCEEDED"
        recent = _recent(shop, place, key)
    list(place.told())
    return recent


def _recent(shop: Shop, place: Place, key: str) -> datetime | None:
    name = place.table(key).name
    recovery = place.client("dynamodb").describe_continuous_backups(TableName=name)
    recovery = recovery["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    table = place.client("dynamodb").describe_table(TableName=name)["Table"]
    own = [each for each in records(place, key) if each["table"]["id"] == table["TableId"]]
    end = max((catalogue.moment_of(each["to"]) for each in own), default=None)
    if end is None or (shop.now() - end).total_seconds() > 600:
        return None
    return end if recovery["EarliestRestorableDateTime"] <= end else None


def passed(shop: Shop, **time: float) -> None:
    """Let time pass, up to a whole minute."""
    shop.later(**time)
    shop.on_the_minute()


# All goes well


def days(shop: Shop) -> tuple[list[Run], dict[str, Chain]]:
    """Three tables change at random: a full export, and incremental ones for two days after it."""
    random, runs = Random(SEED), []
    histories = [History(shop=shop, place=shop.prod, key=key) for key in TABLES]
    list(shop.prod.told())
    passed(shop, hours=13)
    for day in range(3):
        for each in histories:
            each.change(random)
        passed(shop, hours=21 if day else 0)
        runs.append(shop.run(shop.prod, CRITICAL, "incremental" if day else "full"))
    return runs, {each.key: chain(each) for each in histories}


def chain(history: History) -> Chain:
    """Return the newest chain of a table with what it gives back."""
    found = records(history.place, history.key)
    newest = max(each["chain"] for each in found)
    found = [each for each in found if each["chain"] == newest]
    s3 = bucket_client(history.shop, history.place)
    return Chain(
        records=found,
        restored=restored(s3, found),
        held={
            each["to"]: history.at(end)
            for each in found
            if (end := catalogue.moment_of(each["to"])) > history.states[0][0]
        },
    )


def bucket_client(shop: Shop, place: Place) -> Any:
    """Return a client of S3 in the account that has the environment's exports."""
    there = shop.archive if place is shop.remote else place
    return there.client("s3")


def missed_days(shop: Shop) -> tuple[Seen, Chain]:
    """For three days nothing runs; then one run makes up for it, and a scheduled full follows."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    random, history = Random(SEED), History(shop=shop, place=shop.prod, key=CARTS)
    history.note()
    watch = Watch(place=shop.prod, key=CARTS)
    for _ in range(4):
        history.change(random, 3)
        shop.later(hours=20)
    shop.on_the_minute()
    first = shop.run(shop.prod, FREQUENT)
    full = shop.run(shop.prod, FREQUENT, "full")
    seen = watch.seen(first, full)
    return seen, chain(history)


def nothing_is_left(shop: Shop) -> Seen:
    """A run comes when all is exported."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    return watch.seen(shop.run(shop.prod, FREQUENT))


def delivered_twice(shop: Shop) -> Seen:
    """One event starts two executions at once."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    passed(shop, minutes=30)
    at = catalogue.iso(shop.now())
    both = [shop.start(shop.prod, FREQUENT, at=at) for _ in range(2)]
    return watch.seen(*[shop.end(shop.prod, each) for each in both])


def into_the_archive(shop: Shop) -> tuple[Seen, Chain]:
    """Exports go straight into a bucket of another account."""
    history = History(shop=shop, place=shop.remote, key=LEDGER)
    exported(shop, shop.remote, LEDGER, CRITICAL)
    history.note()
    watch = Watch(place=shop.remote, key=LEDGER)
    history.change(Random(SEED))
    passed(shop, hours=20)
    seen = watch.seen(shop.run(shop.remote, CRITICAL))
    return seen, chain(history)


# Something fails, and the next run makes up for it


def export_fails(shop: Shop) -> Seen:
    """DynamoDB gives an export up; two runs later it is there."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    shop.fail_export(CARTS, "S3SlowDown", message="Please reduce your request rate.", after_files=2)
    passed(shop, minutes=20)
    failed = shop.run(shop.prod, FREQUENT)
    passed(shop, minutes=20)
    return watch.seen(failed, shop.run(shop.prod, FREQUENT))


def fails_once_for_two(shop: Shop) -> Seen:
    """One event starts two executions at once, and the export that they share fails."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    shop.fail_export(CARTS, "S3AccessDenied", message="Access Denied")
    passed(shop, minutes=20)
    at = catalogue.iso(shop.now())
    both = [shop.start(shop.prod, FREQUENT, at=at) for _ in range(2)]
    runs = [shop.end(shop.prod, each) for each in both]
    passed(shop, minutes=20)
    return watch.seen(*runs, shop.run(shop.prod, FREQUENT))


def throttled(shop: Shop) -> Seen:
    """Calls are throttled, and other exports of the account are in the way."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    busy = "There are too many concurrent exports"
    for operation, code, times in (
        ("ExportTableToPointInTime", "LimitExceededException", 6),
        ("DescribeExport", "ThrottlingException", 4),
        ("DescribeTable", "ThrottlingException", 4),
    ):
        shop.fail(operation, service="dynamodb", code=code, message=busy, times=times)
    passed(shop, minutes=20)
    run = shop.run(shop.prod, FREQUENT)
    shop.fail_no_more()
    return watch.seen(run)


def recovery_is_off(shop: Shop) -> Seen:
    """Somebody switches point-in-time recovery off, and on again a day later."""
    end = exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    recovery(shop.prod, CARTS, on=False)
    passed(shop, minutes=20)
    off = shop.run(shop.prod, FREQUENT)
    shop.later(days=1)
    recovery(shop.prod, CARTS, on=True)
    passed(shop, minutes=20)
    return watch.seen(off, shop.run(shop.prod, FREQUENT), end=catalogue.iso(end))


def recovery(place: Place, key: str, *, on: bool) -> None:
    place.client("dynamodb").update_continuous_backups(
        TableName=place.table(key).name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on},
    )


def created_anew(shop: Shop) -> Seen:
    """The table is deleted, and another one is created under its name."""
    end = exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    api, name = shop.prod.client("dynamodb"), shop.prod.table(CARTS).name
    shop.prod.delete_table(CARTS)
    passed(shop, minutes=20)
    gone = shop.run(shop.prod, FREQUENT)
    api.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "cart_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "cart_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    recovery(shop.prod, CARTS, on=True)
    passed(shop, minutes=20)
    return watch.seen(gone, shop.run(shop.prod, FREQUENT), end=catalogue.iso(end))


def bucket_refuses(shop: Shop) -> Seen:
    """The other account's bucket does not let DynamoDB write."""
    exported(shop, shop.remote, LEDGER, CRITICAL)
    watch = Watch(place=shop.remote, key=LEDGER)
    s3, bucket = shop.archive.client("s3"), exports_bucket(shop.remote)
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    passed(shop, hours=20)
    denied = shop.run(shop.remote, CRITICAL)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    passed(shop, minutes=20)
    return watch.seen(denied, shop.run(shop.remote, CRITICAL))


def file_is_deleted(shop: Shop) -> Seen:
    """A data file is gone before the export is verified."""
    return _harmed(shop, lambda s3, bucket, key: s3.delete_object(Bucket=bucket, Key=key))


def file_is_damaged(shop: Shop) -> Seen:
    """A data file is another one when the export is verified."""
    return _harmed(shop, lambda s3, bucket, key: s3.put_object(Bucket=bucket, Key=key, Body=b"no"))


def _harmed(shop: Shop, harm: Any) -> Seen:
    exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    s3, bucket = shop.prod.client("s3"), exports_bucket(shop.prod)
    before = set(_data_files(s3, bucket))
    passed(shop, minutes=20)
    shop.wait_at_most(2)
    try:
        execution = shop.start(shop.prod, FREQUENT)
        new = until(lambda: set(_data_files(s3, bucket)) - before, 30)
        key = min(new)
        harm(s3, bucket, key)
        harmed = shop.end(shop.prod, execution)
    finally:
        shop.wait_at_most(0.05)
    return watch.seen(harmed, shop.run(shop.prod, FREQUENT), key=key)


def _data_files(s3: Any, bucket: str) -> list[str]:
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{FREQUENT}/incremental/")
    return [each["Key"] for each in listed.get("Contents", []) if each["Key"].endswith(".gz")]


def catalogue_refuses(shop: Shop) -> Seen:
    """The catalogue takes no record of an export that is good."""
    exported(shop, shop.prod, CARTS, FREQUENT)
    watch = Watch(place=shop.prod, key=CARTS)
    passed(shop, minutes=20)
    role = f"arn:aws:iam::{shop.prod.environment.account_id}:role/shop-prod-verify-export"
    role = next(
        each["Arn"]
        for each in shop.prod.client("iam").list_roles()["Roles"]
        if each["Arn"].startswith(role)
    )
    shop.fail("PutObject", role_arn=role, code="AccessDenied", status=403, times=None)
    refused = shop.run(shop.prod, FREQUENT)
    shop.fail_no_more()
    passed(shop, minutes=20)
    bucket = catalogue_bucket_name(shop.prod.environment)
    return watch.seen(refused, shop.run(shop.prod, FREQUENT), bucket=bucket)
