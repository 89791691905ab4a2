"""The environments whose roles of recovery are judged, and what several roles are granted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.policies.grants import RECORD, SETTINGS, Grant, uses_key
from tests.policies.reading_grants import Dumps, Exported
from tests.policies.rendered import (
    ARCHIVE,
    BOOKS,
    COLLECT,
    PROD,
    STORE,
    STRANGER,
    WEB,
    Place,
)

REPORT = "restores/employee/1a.json"
WORK = {
    "chain": "work/chains/employee-restored/1a.json",
    "refill": "work/refills/1a/00000/list.json",
    "undo": "work/undos/1a/list.json",
}
BY_THE_CLOCK = ("settings-snapshot", "take-snapshots", "check-freshness", "keep-pitr")
STEPS = ("plan-restore", "restore-table", "apply-settings", "verify-restore", "report-restore")
WRITING = (
    *("plan-refill", "load-file", "report-refill"),
    *("plan-undo", "undo-keys", "report-undo"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One environment that restores; without `names` its roles may touch any table."""

    place: Place
    names: tuple[str, ...]
    vaults: tuple[str, ...]
    destination: Place | None = None
    streams: bool = True
    alerts: bool = True
    snapshots: tuple[str, ...] = ()
    exported: tuple[Exported, ...] = ()
    dumps: tuple[Dumps, ...] = ()
    # Of others the documents are like those of another environment.
    only: tuple[str, ...] = ()

    def tables(self, *ends: str) -> tuple[str, ...]:
        names = self.names or ("anything",)
        return tuple(self.place.arn("dynamodb", f"table/{n}{end}") for n in names for end in ends)

    @property
    def others(self) -> tuple[str, ...]:
        table = self.tables("")[0]
        abroad = (table.replace(self.place.region, "us-east-1"),)
        mine = (self.place.arn("dynamodb", "table/team-orders"),) if self.names else ()
        return (*mine, *abroad, table.replace(self.place.account, STRANGER))

    @property
    def other_backups(self) -> tuple[str, ...]:
        return tuple(f"{each}/backup/01489602797149-aaaa" for each in self.others)

    @property
    def bucket(self) -> str:
        place = self.place
        return f"arn:aws:s3:::shop-{place.name}-catalog-{place.account}-{place.region}"


SITES = {
    "prod": Site(
        place=PROD,
        names=("employee", "order_transaction", "cart", "legacy_sessions"),
        vaults=("main", "critical", "long"),
        destination=ARCHIVE,
        snapshots=("order_transaction",),
        exported=(
            Exported(
                bucket_name="shop-prod-exports-111111111111-eu-central-1",
                owner=PROD,
                protection="critical",
                alias="exports",
            ),
            Exported(
                bucket_name="shop-archive-exports-prod-222222222222-eu-central-1",
                owner=ARCHIVE,
                protection="critical",
            ),
        ),
        dumps=(Dumps(bucket_name="shop-data-pipeline", prefix="dynamodb/"),),
    ),
    "archive": Site(
        place=ARCHIVE,
        names=("employee", "order_transaction", "cart", "legacy_sessions"),
        vaults=("archive",),
        exported=(
            Exported(
                bucket_name="shop-archive-exports-prod-222222222222-eu-central-1",
                owner=ARCHIVE,
                protection="critical",
                alias="exports-prod",
            ),
        ),
    ),
    "collect": Site(place=COLLECT, names=(), vaults=("all",), alerts=False),
    "web": Site(
        place=WEB,
        names=("page",),
        vaults=("main",),
        destination=COLLECT,
        streams=False,
        alerts=False,
    ),
    "books": Site(
        place=BOOKS,
        names=("employee",),
        vaults=("main",),
        streams=False,
        alerts=False,
        exported=(
            Exported(
                bucket_name="shop-store-exports-books-232323232323-eu-west-1",
                owner=STORE,
                protection="standard",
                frozen=True,
            ),
        ),
        dumps=(
            Dumps(
                bucket_name="Books_Of_Old",
                prefix="dumps/",
                account="242424242424",
                key="arn:aws:kms:us-east-1:242424242424:key/0d990263-018e-4e65-a703-eff731de951e",
            ),
        ),
        only=("restore-table", "plan-refill", "load-file"),
    ),
}


def in_bucket(site: Site, names: str, *keys: str) -> Grant:
    others = {SETTINGS, REPORT, RECORD, *WORK.values()} - set(keys)
    return Grant(
        service="s3",
        names=names,
        on=tuple(f"{site.bucket}/{key}" for key in keys),
        not_on=(
            *(f"{site.bucket}/{key}" for key in sorted(others)),
            f"arn:aws:s3:::team-data/{keys[0]}",
        ),
    )


def lists(site: Site, *prefixes: str, wrong: str = "catalog/exports/") -> Iterator[Grant]:
    for prefix in prefixes:
        yield Grant(
            service="s3",
            names="ListBucket",
            on=(site.bucket,),
            not_on=("arn:aws:s3:::team-data",),
            context={"s3:prefix": prefix},
            wrong=({"s3:prefix": wrong}, {"s3:prefix": None}),
        )


def lists_all(site: Site) -> Grant:
    """Return the right to list the catalogue's bucket: else what is missing is called forbidden."""
    return Grant(
        service="s3",
        names="ListBucket",
        on=(site.bucket,),
        not_on=("arn:aws:s3:::team-data",),
        context={"s3:prefix": None},
    )


def uses_catalogue(site: Site) -> Iterator[Grant]:
    for name in ("GenerateDataKey", "Decrypt"):
        yield uses_key(site.place, name, "s3", "catalog")


def alerts_of(site: Site) -> Iterator[Grant]:
    topic = site.place.arn("sns", f"shop-{site.place.name}-alerts")
    yield Grant(service="sns", names="Publish", on=(topic,), not_on=(f"{topic}-of-others",))
    yield uses_key(site.place, "Decrypt GenerateDataKey", "sns", "alerts")


def calls(site: Site, *functions: str) -> Grant:
    def of(name: str) -> str:
        return site.place.arn("lambda", f"function:shop-{site.place.name}-{name}")

    return Grant(
        service="lambda",
        names="InvokeFunction",
        on=tuple(map(of, functions)),
        not_on=(*map(of, {*STEPS, *WRITING, *BY_THE_CLOCK} - {*functions}),),
    )
