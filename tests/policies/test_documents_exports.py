"""Who writes, reads, replaces and destroys exports: buckets, keys and roles, in both accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import pytest

from tests.policies.exports_grants import (
    FILE,
    FUNCTIONS,
    ROLES,
    SITES,
    Site,
    replicates,
)
from tests.policies.grants import judged, logs
from tests.policies.rendered import (
    ARCHIVE,
    OTHER_ORGANIZATION,
    PROD,
    STORE,
    STRANGER,
    Caller,
    Place,
    document,
    insiders,
    outsiders,
    role,
    those_who_change,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, Context, Outcome, mismatches
from tests.policies.test_documents_catalogue import CHANGES, DESTROY_KEY, HTTPS, OBJECTS
from tests.policies.test_documents_recovery import Sources, assumed

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

REPLICATE, MARK = "ReplicateObject", "ReplicateDelete"
PLAIN: Context = {"aws:SecureTransport": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A bucket of exports in the account of `owner`, with who of another account comes to it."""

    owner: Place
    source: Place
    policy: str
    key: str
    bucket: str
    protection: str
    writer: str | None = None
    reader: str | None = None
    replicator: str | None = None
    # The way back of the source: who reads there, and who thaws first.
    back: tuple[str, ...] = ()
    thaws: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.bucket}/{self.protection}/{FILE}"

    @property
    def elsewhere(self) -> str:
        """An object of the bucket that belongs to no class of which exports are made."""
        return f"{self.bucket}/other/{FILE}"

    def caller(self, what: str) -> Caller:
        return Caller(arn=self.source.role(what), why=f"{what} of {self.source.name}")


BACK = ("restore-table", "plan-refill", "load-file")
HELD = (
    Held(
        owner=PROD,
        source=PROD,
        policy="prod/PolicyOfExportBucket",
        key="prod/KeyOfExports",
        bucket=SITES["prod"].bucket,
        protection="critical",
    ),
    Held(
        owner=ARCHIVE,
        source=PROD,
        policy="archive/HeldPolicyOfExportBucketShopProd",
        key="archive/HeldKeyOfExportsShopProd",
        bucket="arn:aws:s3:::shop-archive-exports-prod-222222222222-eu-central-1",
        protection="critical",
        replicator="exports-replication",
        back=BACK,
    ),
    Held(
        owner=STORE,
        source=SITES["books"].place,
        policy="store/HeldPolicyOfExportBucketShopBooks",
        key="store/HeldKeyOfExportsShopBooks",
        bucket=SITES["books"].bucket,
        protection="standard",
        writer="export-table",
        reader="verify-export",
        back=BACK,
        thaws=BACK[:2],
    ),
)
REPLICA = HELD[1]


def _asks(held: Held, caller: Caller, action: str, resource: str, expected: Outcome) -> Case:
    return caller.asks(
        f"s3:{action}",
        resource,
        expected,
        document(held.policy),
        context=HTTPS,
        resource_account=held.owner.account,
    )


def _of_bucket(held: Held) -> Iterator[Case]:
    place = held.owner
    groups: tuple[tuple[tuple[Caller, ...], Outcome, Outcome], ...] = (
        (those_who_destroy(place), "allow", "allow"),
        (those_who_change(place), "explicit_deny", "allow"),
        (insiders(place), "explicit_deny", "explicit_deny"),
        (outsiders(place), "explicit_deny", "explicit_deny"),
    )
    for callers, destroy, change in groups:
        for number, caller in enumerate(callers):
            some = 1 if number else None
            for action in OBJECTS[:some]:
                yield _asks(held, caller, action, held.file, destroy)
            yield _asks(held, caller, "DeleteBucket", held.bucket, destroy)
            for action in CHANGES[:some]:
                yield _asks(held, caller, action, held.bucket, change)
            for action in (REPLICATE, MARK):
                yield _asks(held, caller, action, held.file, destroy)
    yield from _by_rights(held)
    for caller in (*outsiders(place)[:1], *_beside(held)):
        for action in ("GetObject", "PutObject", "ReplicateTags", "AbortMultipartUpload"):
            yield _asks(held, caller, action, held.file, "deny")
        yield _asks(held, caller, "ListBucket", held.bucket, "deny")
        for action in ("DeleteObject", REPLICATE):
            yield _asks(held, caller, action, held.file, "explicit_deny")
    yield from _replicated(held)
    yield from _written(held)
    yield from _come_to_read(held)


def _come_to_read(held: Held) -> Iterator[Case]:
    for what in (held.reader, *held.back):
        if what is not None:
            yield from _read(held, held.caller(what))
    for what in held.back:
        yield from _thawed(held, what)


def _by_rights(held: Held) -> Iterator[Case]:
    """Yield what whoever of the account has the right to do does, but not without encryption."""
    for caller in (those_who_destroy(held.owner)[0], *insiders(held.owner)[:1]):
        for action, resource in (
            ("GetObject", held.file),
            ("PutObject", held.file),
            ("ListBucket", held.bucket),
        ):
            yield _asks(held, caller, action, resource, "allow")
            plain = _asks(held, caller, action, resource, "explicit_deny")
            yield replace(plain, context={**plain.context, **PLAIN})


def _beside(held: Held) -> Iterator[Caller]:
    """Yield roles that are called as those which come here, and others of the same account."""
    for what in ("exports-replication", "export-table", "verify-export"):
        name = f"shop-{held.source.name}-{what}-{held.source.region}"
        yield Caller(
            arn=role(STRANGER, name),
            why=f"a strange {what}",
            context={"aws:PrincipalOrgID": OTHER_ORGANIZATION},
        )
    if held.source is held.owner:
        return
    yield Caller(arn=role(held.source.account, "Administrator"), why="administrator of the source")
    yield held.caller("plan-export")
    yield held.caller("catalog-replication")


def _replicated(held: Held) -> Iterator[Case]:
    if held.replicator is None:
        return
    me = held.caller(held.replicator)
    for action in (REPLICATE, "ReplicateTags"):
        yield _asks(held, me, action, held.file, "allow")
        yield _asks(held, me.powerless(), action, held.file, "deny")
        yield _asks(held, me, action, held.elsewhere, "deny")
    for action in (MARK, "PutObject", "GetObject", "PutObjectTagging"):
        yield _asks(held, me, action, held.file, "deny")
    yield from _never(held, me)
    for what in ("export-table", "verify-export"):
        for action in ("PutObject", "GetObject"):
            yield _asks(held, held.caller(what), action, held.file, "deny")


def _written(held: Held) -> Iterator[Case]:
    if held.writer is None:
        return
    me = held.caller(held.writer)
    for action in ("AbortMultipartUpload", "PutObject", "PutObjectAcl"):
        yield _asks(held, me, action, held.file, "allow")
        yield _asks(held, me.powerless(), action, held.file, "deny")
        yield _asks(held, me, action, held.elsewhere, "deny")
    for action in ("GetObject", "ReplicateTags"):
        yield _asks(held, me, action, held.file, "deny")
    yield _asks(held, me, "ListBucket", held.bucket, "deny")
    yield _asks(held, me, REPLICATE, held.file, "explicit_deny")
    plain = _asks(held, me, "PutObject", held.file, "explicit_deny")
    yield replace(plain, context={**plain.context, **PLAIN})
    yield from _never(held, me)


def _thawed(held: Held, what: str) -> Iterator[Case]:
    me = held.caller(what)
    given: Outcome = "allow" if what in held.thaws else "deny"
    yield _asks(held, me, "RestoreObject", held.file, given)
    yield _asks(held, me.powerless(), "RestoreObject", held.file, "deny")
    yield _asks(held, me, "RestoreObject", held.elsewhere, "deny")


def _read(held: Held, me: Caller) -> Iterator[Case]:
    for action, resource in (("GetObject", held.file), ("ListBucket", held.bucket)):
        yield _asks(held, me, action, resource, "allow")
        yield _asks(held, me.powerless(), action, resource, "deny")
    yield _asks(held, me, "GetObject", held.elsewhere, "deny")
    for action in ("PutObject", "AbortMultipartUpload", "PutObjectAcl"):
        yield _asks(held, me, action, held.file, "deny")
    yield from _never(held, me)


def _never(held: Held, me: Caller) -> Iterator[Case]:
    for action in OBJECTS:
        yield _asks(held, me, action, held.file, "explicit_deny")
    for action in ("DeleteBucket", "PutBucketPolicy", "PutLifecycleConfiguration"):
        yield _asks(held, me, action, held.bucket, "explicit_deny")


def _of_key(held: Held) -> Iterator[Case]:
    place, policy = held.owner, document(held.key)
    through: Context = {"kms:ViaService": f"s3.{place.region}.amazonaws.com"}
    groups: tuple[tuple[tuple[Caller, ...], Outcome, Outcome], ...] = (
        (those_who_destroy(place), "allow", "allow"),
        (those_who_change(place), "explicit_deny", "allow"),
        (insiders(place)[:3], "explicit_deny", "explicit_deny"),
        (outsiders(place)[:3], "explicit_deny", "explicit_deny"),
    )
    for callers, destroy, change in groups:
        for number, caller in enumerate(callers):
            for action in DESTROY_KEY[: 1 if number else None]:
                yield caller.asks(f"kms:{action}", place.key, destroy, policy)
            for action in ("PutKeyPolicy", "DisableKeyRotation"):
                yield caller.asks(f"kms:{action}", place.key, change, policy)
            own: Outcome = "deny" if callers is groups[3][0] else "allow"
            yield caller.asks("kms:Decrypt", place.key, own, policy, context=through)
    used = {
        held.replicator: ("Encrypt", "GenerateDataKey"),
        held.writer: ("Decrypt", "GenerateDataKey"),
        held.reader: ("Decrypt",),
        **dict.fromkeys(held.back, ("Decrypt",)),
    }
    for what, actions in used.items():
        if what is not None:
            yield from _uses(held, held.caller(what), actions)
    for caller in _beside(held):
        for action in ("Decrypt", "Encrypt", "GenerateDataKey"):
            yield caller.asks(f"kms:{action}", place.key, "deny", policy, context=through)
        yield caller.asks("kms:DescribeKey", place.key, "deny", policy)


def _uses(held: Held, me: Caller, actions: tuple[str, ...]) -> Iterator[Case]:
    key, policy = held.owner.key, document(held.key)
    through: Context = {"kms:ViaService": f"s3.{held.owner.region}.amazonaws.com"}
    for action in ("Encrypt", "Decrypt", "GenerateDataKey", "ReEncryptFrom", "CreateGrant"):
        given: Outcome = "allow" if action in actions else "deny"
        yield me.asks(f"kms:{action}", key, given, policy, context=through)
        yield me.powerless().asks(f"kms:{action}", key, "deny", policy, context=through)
        for other in ("dynamodb.eu-central-1.amazonaws.com", None):
            yield me.asks(f"kms:{action}", key, "deny", policy, context={"kms:ViaService": other})
    # The exporter names the key by its own ARN, which it reads itself.
    looks: Outcome = "allow" if me.arn == held.source.role(held.writer or "nobody") else "deny"
    yield me.asks("kms:DescribeKey", key, looks, policy, context={"kms:ViaService": None})
    yield me.powerless().asks("kms:DescribeKey", key, "deny", policy)
    yield me.asks("kms:ScheduleKeyDeletion", key, "explicit_deny", policy)


def _policies(environment: str, site: Site) -> Iterator[tuple[str, tuple[Case, ...]]]:
    for what, (logical_id, grants) in {**FUNCTIONS, **ROLES}.items():
        name = f"{environment}/{logical_id}"
        granted = [*grants(site), *([logs(site.place, what)] if what in FUNCTIONS else [])]
        yield f"{name}:policy", tuple(judged(name, site.place, what, granted))


def _replication() -> Iterator[tuple[str, tuple[Case, ...]]]:
    name, site = "prod/RoleOfExportReplication", SITES["prod"]
    grants = list(replicates(site, ARCHIVE, REPLICA.bucket))
    yield f"{name}:policy", tuple(judged(name, PROD, "exports-replication", grants))


def _trusts(environment: str, site: Site) -> Iterator[tuple[str, tuple[Case, ...]]]:
    place = site.place
    machine = place.arn("states", f"stateMachine:shop-{place.name}-exports-")
    group = place.arn("scheduler", "schedule-group/")
    trusted: dict[str, Sources] = {
        "RoleOfExportsMachine": {
            "states": ((f"{machine}{site.protection}", f"{machine}other"),),
        },
        "RoleOfExportsSchedules": {"scheduler": ((f"{group}default", f"{group}others"),)},
    }
    if site.owner is place:
        trusted["RoleOfExportReplication"] = {"s3": ((None, None),)}
    for logical_id, services in trusted.items():
        name = f"{environment}/{logical_id}:trust"
        yield name, tuple(assumed(name, place, services))


TABLES: dict[str, tuple[Case, ...]] = {
    **{held.policy: tuple(_of_bucket(held)) for held in HELD},
    **{held.key: tuple(_of_key(held)) for held in HELD},
    **{
        name: cases
        for environment, site in SITES.items()
        for name, cases in _policies(environment, site)
    },
    **{
        name: cases
        for environment, site in SITES.items()
        for name, cases in _trusts(environment, site)
    },
    **dict(_replication()),
}
# Damages that change nothing (patterns), each with its reason.
MEANINGLESS = {
    "archive/*: Allow* for anybody": "the condition names the roles there are",
    "store/*: Allow* for anybody": "the condition names the roles there are",
}


def test_documents_of_exports_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_document_of_exports_matters_or_says_why_not() -> None:
    found = unnoticed(TABLES)
    of_reason = {one: [name for name in found if fnmatchcase(name, one)] for one in MEANINGLESS}
    assert [one for one, names in of_reason.items() if not names] == []
    explained = [name for names in of_reason.values() for name in names]
    assert [name for name in found if name not in explained] == []
