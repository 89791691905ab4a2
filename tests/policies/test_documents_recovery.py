"""Who assumes the roles of recovery, and what these may and may not do.

What the functions really call is recorded and compared with their roles in tests/e2e.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import pytest

from tests.policies import refill_grants, scheduled_grants
from tests.policies.grants import judged, logs
from tests.policies.recovery_grants import FUNCTIONS, ONLY_SOURCES, ROLES
from tests.policies.recovery_sites import SITES, Site
from tests.policies.rendered import (
    STRANGER,
    Place,
    document,
    insiders,
    outsiders,
    service,
    those_who_change,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]


# Service → pairs of a source that it acts for and one that it does not, None where any will do.
Sources = Mapping[str, Sequence[tuple[str | None, str | None]]]


def _policies(environment: str, site: Site) -> Iterator[tuple[str, tuple[Case, ...]]]:
    functions = {**FUNCTIONS, **refill_grants.FUNCTIONS, **scheduled_grants.FUNCTIONS}
    with_tables = {
        *ONLY_SOURCES,
        *refill_grants.ONLY_WITH_TABLES,
        *scheduled_grants.FUNCTIONS,
        *scheduled_grants.ROLES,
    }
    known = {
        **{
            what: (f"RoleForFunction{what.title().replace('-', '')}", grants)
            for what, grants in functions.items()
        },
        **ROLES,
        **refill_grants.ROLES,
        **scheduled_grants.ROLES,
    }
    for what, (logical_id, grants) in known.items():
        if site.only and what not in site.only:
            continue
        if site.destination is None and what in with_tables:
            continue
        if what == "take-snapshots" and not site.snapshots:
            continue
        granted = list(grants(site))
        if what in functions:
            granted.append(logs(site.place, what))
        name = f"{environment}/{logical_id}"
        yield f"{name}:policy", tuple(judged(name, site.place, what, granted))


def _trusts(environment: str, *only: str) -> Iterator[tuple[str, tuple[Case, ...]]]:
    site = SITES[environment]
    place = site.place
    machine = place.arn("states", f"stateMachine:shop-{place.name}-")
    trusted: Mapping[str, Sources] = {
        "RoleForFunctionPlanRestore": {"lambda": ((None, None),)},
        "RoleForRestores": {"backup": ((None, None),)},
        "RoleOfRestoreMachine": {"states": ((f"{machine}restore", f"{machine}other"),)},
        "RoleOfRefillMachine": {"states": ((f"{machine}refill", f"{machine}undo"),)},
        "RoleOfUndoMachine": {"states": ((f"{machine}undo", f"{machine}refill"),)},
        "RoleOfScheduledMachines": {
            "states": (
                (f"{machine}settings-snapshot", f"{machine}restore"),
                (f"{machine}freshness", f"{machine}restore"),
                (f"{machine}keep-pitr", f"{machine}exports-critical"),
                (f"{machine}snapshots-critical", f"{machine}snapshots-standard"),
            )[: 4 if site.snapshots else 3]
        },
        "RoleOfSchedules": {
            "scheduler": (
                (
                    place.arn("scheduler", "schedule-group/default"),
                    place.arn("scheduler", "schedule-group/others"),
                ),
            ),
            "events": ((None, None),),
        },
        "RoleOfCatalogueReplication": {"s3": ((None, None),)},
    }
    for logical_id, services in trusted.items():
        if only and logical_id not in only:
            continue
        name = f"{environment}/{logical_id}:trust"
        yield name, tuple(assumed(name, place, services))


def assumed(name: str, place: Place, services: Sources) -> Iterator[Case]:
    """Yield who assumes a role whose trust is called `name`: these services alone."""
    arn, trust = place.role("any"), document(name)
    open_ = any(each in services for each in ("lambda", "s3"))
    for each, sources in services.items():
        caller = service(each)
        for right, other in sources:
            ours = {"aws:SourceAccount": place.account, "aws:SourceArn": right}
            yield caller.asks("sts:AssumeRole", arn, "allow", trust, context=ours)
            if open_:
                continue
            for account in (STRANGER, None):
                theirs = {**ours, "aws:SourceAccount": account}
                yield caller.asks("sts:AssumeRole", arn, "deny", trust, context=theirs)
            if right is not None:
                for source in (other, None):
                    context = {**ours, "aws:SourceArn": source}
                    yield caller.asks("sts:AssumeRole", arn, "deny", trust, context=context)
    for source in {right for sources in services.values() for right, _ in sources}:
        ours = {"aws:SourceAccount": place.account, "aws:SourceArn": source}
        for each in {"backup", "cloudformation", "lambda", "states"} - set(services):
            yield service(each).asks("sts:AssumeRole", arn, "deny", trust, context=ours)
    people = (*those_who_destroy(place), *those_who_change(place), *insiders(place))
    for person in (*people, *outsiders(place)):
        yield person.asks("sts:AssumeRole", arn, "deny", trust)


TABLES: dict[str, tuple[Case, ...]] = {
    **dict(_trusts("prod")),
    **dict(_trusts("web", "RoleOfScheduledMachines")),
    **{
        name: cases
        for environment, site in SITES.items()
        for name, cases in _policies(environment, site)
    },
}

# Damages that change nothing (patterns), because another statement grants as much.
MEANINGLESS = {
    "*: RestorePoints without *:table/*/backup/[*]": "the evaluator knows no such resource of the"
    " action; AWS does: points from before the opt-in are native backups",
    "*: ScaleByAlarms without cloudwatch:PutMetricAlarm": "alarms keep the names of their owners",
    "collect/*: RestorePoints without dynamodb:RestoreTableFromBackup": "of an organization any "
    "table is granted, and what lies below",
    "collect/*: RestoreBackups *": "of an organization any table is granted, and what lies below",
}


def test_roles_of_recovery_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_role_of_recovery_matters_or_says_why_not() -> None:
    found = unnoticed(TABLES)
    of_reason = {one: [name for name in found if fnmatchcase(name, one)] for one in MEANINGLESS}
    assert [one for one, names in of_reason.items() if not names] == []
    explained = [name for names in of_reason.values() for name in names]
    assert [name for name in found if name not in explained] == []
