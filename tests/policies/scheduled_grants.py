"""What each role of recovery that acts by the clock is granted, by environment."""

from __future__ import annotations

from collections.abc import Iterator

from tests.policies.grants import EMPLOYEE, RECORD, SETTINGS, Grant, uses_key
from tests.policies.recovery_grants import BACKUP, reads
from tests.policies.recovery_sites import (
    BY_THE_CLOCK,
    REPORT,
    Site,
    alerts_of,
    calls,
    in_bucket,
    lists,
)

STATE = "catalog/freshness.json"


def _settings(site: Site) -> Iterator[Grant]:
    yield from reads(site, "", "/index/by_name")
    yield in_bucket(site, "GetObject PutObject", SETTINGS)
    yield from lists(site, f"catalog/settings/{EMPLOYEE}/")
    yield uses_key(site.place, "GenerateDataKey", "s3", "catalog")
    yield uses_key(site.place, "Decrypt", "s3", "catalog")


def _snapshots(site: Site) -> Iterator[Grant]:
    tables = tuple(site.place.arn("dynamodb", f"table/{name}") for name in site.snapshots)
    others = (site.place.arn("dynamodb", "table/employee"), *site.others)
    yield Grant(service="dynamodb", names="CreateBackup", on=tables, not_on=others)
    yield Grant(service="dynamodb", names="ListBackups")
    yield Grant(
        service="dynamodb",
        names="DeleteBackup",
        on=tuple(f"{each}{BACKUP}" for each in tables),
        not_on=tuple(f"{each}{BACKUP}" for each in others),
    )


def _freshness(site: Site) -> Iterator[Grant]:
    place = site.place
    yield Grant(
        service="dynamodb",
        names="DescribeContinuousBackups",
        on=site.tables(""),
        not_on=site.others,
    )
    yield Grant(service="dynamodb", names="ListBackups")
    yield Grant(
        service="backup",
        names="ListRecoveryPointsByBackupVault",
        on=tuple(map(place.vault, site.vaults)),
        not_on=(place.vault("other"),),
    )
    for prefix in (f"catalog/exports/{EMPLOYEE}/", STATE):
        yield Grant(
            service="s3",
            names="ListBucket",
            on=(site.bucket,),
            not_on=("arn:aws:s3:::team-data",),
            context={"s3:prefix": prefix},
            wrong=({"s3:prefix": f"catalog/settings/{EMPLOYEE}/"}, {"s3:prefix": None}),
        )
    others = tuple(f"{site.bucket}/{key}" for key in (SETTINGS, REPORT))
    record, state = (f"{site.bucket}/{key}" for key in (RECORD, STATE))
    yield Grant(service="s3", names="GetObject", on=(record, state), not_on=others)
    yield Grant(service="s3", names="PutObject", on=(state,), not_on=(record, *others))
    yield uses_key(place, "GenerateDataKey", "s3", "catalog")
    yield uses_key(place, "Decrypt", "s3", "catalog")
    yield Grant(
        service="cloudwatch",
        names="PutMetricData",
        on=(place.arn("cloudwatch", "dataset/default"),),
        context={"cloudwatch:namespace": "Holdfast"},
        wrong=({"cloudwatch:namespace": "AWS/DynamoDB"}, {"cloudwatch:namespace": "Other"}),
    )


def _keep_pitr(site: Site) -> Iterator[Grant]:
    """Of a table that others manage it looks alone."""
    theirs = tuple(each for each in site.tables("") if each.endswith("/legacy_sessions"))
    ours = tuple(each for each in site.tables("") if each not in theirs)
    looks, switches = "DescribeContinuousBackups", "UpdateContinuousBackups"
    yield Grant(service="dynamodb", names=looks, on=site.tables(""), not_on=site.others)
    yield Grant(service="dynamodb", names=switches, on=ours, not_on=(*theirs, *site.others))


def _runs(site: Site) -> Iterator[Grant]:
    yield calls(
        site, *(each for each in BY_THE_CLOCK if each != "take-snapshots" or site.snapshots)
    )
    if site.alerts:
        yield from alerts_of(site)


def _starts(site: Site) -> Iterator[Grant]:
    def of(name: str) -> str:
        return site.place.arn("states", f"stateMachine:shop-{site.place.name}-{name}")

    snapshots = ("snapshots-critical",) if site.snapshots else ()
    yield Grant(
        service="states",
        names="StartExecution",
        on=(*map(of, ("settings-snapshot", "freshness", "keep-pitr", *snapshots)),),
        not_on=(of("restore"),),
    )
    queue = site.place.arn("sqs", f"shop-{site.place.name}-recovery-unstarted")
    yield Grant(service="sqs", names="SendMessage", on=(queue,), not_on=(f"{queue}-of-others",))


FUNCTIONS = {
    "settings-snapshot": _settings,
    "take-snapshots": _snapshots,
    "check-freshness": _freshness,
    "keep-pitr": _keep_pitr,
}
ROLES = {
    "scheduled-machines": ("RoleOfScheduledMachines", _runs),
    "recovery-schedules": ("RoleOfSchedules", _starts),
}
