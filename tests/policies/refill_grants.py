"""What each role of refills and undos is granted, by environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.policies.grants import EMPLOYEE, RECORD, Grant, uses_key
from tests.policies.reading_grants import reads_dumps, reads_exports
from tests.policies.recovery_grants import TARGETS, USE
from tests.policies.recovery_sites import (
    WORK,
    Site,
    alerts_of,
    calls,
    in_bucket,
    lists,
    lists_all,
    uses_catalogue,
)

REFILLS = ("plan-refill", "load-file", "report-refill")
UNDOS = ("plan-undo", "undo-keys", "report-undo")
REFILL, UNDO = WORK["refill"], WORK["undo"]
EXPORT = "/export/01700000000000-1a2b3c4d"


def _plan_refill(site: Site) -> Iterator[Grant]:
    looks = "DescribeTable"
    yield Grant(service="dynamodb", names=looks, on=site.tables(*TARGETS), not_on=site.others)
    yield from reads_exports(site.place, site.exported, thaws=True)
    yield from reads_dumps(site.dumps, thaws=True)
    yield from lists(
        site, f"catalog/exports/{EMPLOYEE}/", REFILL, wrong=f"catalog/settings/{EMPLOYEE}/"
    )
    yield in_bucket(site, "GetObject", RECORD, REFILL)
    yield in_bucket(site, "PutObject", REFILL)
    yield from uses_catalogue(site)


def _load(site: Site) -> Iterator[Grant]:
    yield from reads_exports(site.place, site.exported, thaws=False)
    yield from reads_dumps(site.dumps, thaws=False)
    writes = "BatchWriteItem"
    yield Grant(service="dynamodb", names=writes, on=site.tables(*TARGETS), not_on=site.others)
    yield uses_key(site.place, USE, "dynamodb")
    yield lists_all(site)
    yield in_bucket(site, "GetObject PutObject", REFILL)
    yield from uses_catalogue(site)


def _plan_undo(site: Site) -> Iterator[Grant]:
    for name in ("DescribeTable", "DescribeContinuousBackups", "ExportTableToPointInTime"):
        yield _own_tables(site, name)
    yield Grant(
        service="dynamodb",
        names="DescribeExport",
        on=site.tables(EXPORT),
        not_on=tuple(f"{each}{EXPORT}" for each in site.others),
    )
    yield lists_all(site)
    for name in ("GetObject", "PutObject", "AbortMultipartUpload", "PutObjectAcl"):
        yield in_bucket(site, name, UNDO)
    yield from uses_catalogue(site)
    place = site.place
    yield Grant(
        service="kms",
        names="DescribeKey",
        on=(place.key,),
        not_on=(place.key.replace(place.region, "us-east-1"),),
        policies=uses_key(place, "", "s3").policies,
    )
    yield uses_key(place, "Decrypt", "dynamodb")


def _undo(site: Site) -> Iterator[Grant]:
    yield _own_tables(site, "DeleteItem BatchGetItem DescribeTable PutItem UpdateItem")
    yield uses_key(site.place, USE, "dynamodb")
    yield lists_all(site)
    yield in_bucket(site, "GetObject PutObject", UNDO)
    yield from uses_catalogue(site)


def _own_tables(site: Site, names: str) -> Grant:
    """Return what is granted on the environment's tables alone, not on restored ones."""
    return Grant(
        service="dynamodb",
        names=names,
        on=site.tables(""),
        not_on=(*site.tables("-restored"), *site.others),
    )


def _reports(work: str, report: str) -> Callable[[Site], Iterator[Grant]]:
    def granted(site: Site) -> Iterator[Grant]:
        yield from lists(site, work, wrong=f"catalog/settings/{EMPLOYEE}/")
        yield in_bucket(site, "GetObject", work)
        yield in_bucket(site, "PutObject", report)
        yield from uses_catalogue(site)
        if site.alerts:
            yield from alerts_of(site)

    return granted


def _orders(
    machine: str, children: str, results: str, functions: tuple[str, ...]
) -> Callable[[Site], Iterator[Grant]]:
    """Return what a machine is granted that maps over a list in the catalogue's bucket."""
    work = WORK[machine]
    written = f"work/{machine}s/1a/00000/{results}/2b/manifest.json"

    def granted(site: Site) -> Iterator[Grant]:
        def of(kind: str, what: str) -> str:
            return site.place.arn("states", f"{kind}:shop-{site.place.name}-{what}")

        yield calls(site, *functions)
        yield Grant(
            service="states",
            names="StartExecution",
            on=(of("stateMachine", machine),),
            not_on=(of("stateMachine", "restore"), of("stateMachine", "freshness")),
        )
        yield Grant(
            service="states",
            names="DescribeExecution StopExecution",
            on=(of("execution", f"{machine}/{children}:1a2b"),),
            not_on=(of("execution", f"{machine}:1a2b"), of("execution", "restore:1a2b")),
        )
        yield in_bucket(site, "GetObject", work)
        for name in ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"):
            yield in_bucket(site, name, written)
        yield from uses_catalogue(site)

    return granted


FUNCTIONS = {
    "plan-refill": _plan_refill,
    "load-file": _load,
    "report-refill": _reports(REFILL, "refills/employee/1a.json"),
    "plan-undo": _plan_undo,
    "undo-keys": _undo,
    "report-undo": _reports(UNDO, "undos/employee/1a.json"),
}
ROLES = {
    "refill-machine": ("RoleOfRefillMachine", _orders("refill", "Load", "results", REFILLS)),
    "undo-machine": ("RoleOfUndoMachine", _orders("undo", "Undo", "map", UNDOS)),
}
# Where there are tables whose changes can be undone.
ONLY_WITH_TABLES = (*UNDOS, "undo-machine")
