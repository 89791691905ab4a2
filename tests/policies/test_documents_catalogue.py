"""Who reads, replaces and destroys what a restore needs beside the data: bucket, key, replicas."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from tests.policies.grants import SETTINGS, Grant, judged, key_policy
from tests.policies.rendered import (
    ARCHIVE,
    COLLECT,
    MEMBER,
    OTHER_ORGANIZATION,
    PROD,
    STRANGER,
    WEB,
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
from tests.policies.simulator import Case, Context, Document, Outcome, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

OBJECTS = (
    *("DeleteObject", "DeleteObjectVersion", "BypassGovernanceRetention"),
    *("PutObjectRetention", "PutObjectLegalHold", "UpdateObjectEncryption"),
)
CHANGES = (
    *("PutBucketVersioning", "PutBucketObjectLockConfiguration", "PutLifecycleConfiguration"),
    *("PutBucketPolicy", "DeleteBucketPolicy", "PutReplicationConfiguration"),
    *("PutEncryptionConfiguration", "PutBucketPublicAccessBlock", "PutBucketOwnershipControls"),
    *("PutBucketAcl", "PutBucketNotification"),
)
DESTROY_KEY = (
    *("ScheduleKeyDeletion", "DeleteImportedKeyMaterial", "DisableKey"),
    *("RevokeGrant", "DeleteAlias", "UpdateAlias"),
)
REPLICATE, MARK = "ReplicateObject", "ReplicateDelete"
PLACES = {"prod": PROD, "archive": ARCHIVE, "collect": COLLECT, "web": WEB}
HTTPS: Context = {"aws:SecureTransport": "true"}
# Place → who replicates into it.
SOURCES: dict[str, tuple[Caller, ...]] = {
    "prod": (),
    "web": (),
    "archive": (Caller(arn=PROD.role("catalog-replication"), why="production replicates"),),
    "collect": (
        Caller(arn=role(MEMBER, "shop-dev-catalog-replication-us-east-1"), why="a member"),
        Caller(arn=WEB.role("catalog-replication"), why="another member"),
    ),
}
STRANGERS = (
    *(
        Caller(
            arn=role(STRANGER, "shop-prod-catalog-replication-eu-central-1"),
            why=f"a role called as ours, organization {organization}",
            context={"aws:PrincipalOrgID": organization},
        )
        for organization in (OTHER_ORGANIZATION, None)
    ),
    Caller(arn=role(MEMBER, "Administrator"), why="a member who replicates nothing"),
    Caller(arn=role(MEMBER, "shopping-dev-catalog-replication"), why="another project's role"),
)


BESIDE_SOURCES: dict[str, tuple[Caller, ...]] = {
    "prod": (),
    "web": (),
    "archive": (
        Caller(arn=role(PROD.account, "Administrator"), why="administrator of production"),
        Caller(arn=PROD.role("settings-snapshot"), why="another role of ours in production"),
    ),
    "collect": (Caller(arn=WEB.role("settings-snapshot"), why="another role of a member"),),
}


def bucket(place: Place) -> str:
    return f"arn:aws:s3:::shop-{place.name}-catalog-{place.account}-{place.region}"


def _asks(caller: Caller, name: str, action: str, key: str | None, expected: Outcome) -> Case:
    place = PLACES[name]
    return caller.asks(
        f"s3:{action}",
        bucket(place) + (f"/{key}" if key else ""),
        expected,
        document(f"{name}/PolicyOfCatalogueBucket"),
        context=HTTPS,
        resource_account=place.account,
    )


def _of_bucket(name: str) -> Iterator[Case]:
    place = PLACES[name]
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
                yield _asks(caller, name, action, SETTINGS, destroy)
            yield _asks(caller, name, "DeleteBucket", None, destroy)
            for action in CHANGES[:some]:
                yield _asks(caller, name, action, None, change)
            for action in (REPLICATE, MARK):
                yield _asks(caller, name, action, SETTINGS, destroy)
    for caller in (those_who_destroy(place)[0], *insiders(place)[:1]):
        for action, key in (("GetObject", SETTINGS), ("PutObject", SETTINGS), ("ListBucket", None)):
            yield _asks(caller, name, action, key, "allow")
            plain = _asks(caller, name, action, key, "explicit_deny")
            yield Case(**{**_fields(plain), "context": {**plain.context, **_PLAIN}})
    for caller in outsiders(place)[:1]:
        yield _asks(caller, name, "GetObject", SETTINGS, "deny")
    yield from _replicated(name)


_PLAIN: Context = {"aws:SecureTransport": "false"}


def _fields(case: Case) -> dict[str, object]:
    return {name: getattr(case, name) for name in Case.__dataclass_fields__}


def _replicated(name: str) -> Iterator[Case]:
    for caller in SOURCES[name]:
        for action in (REPLICATE, "ReplicateTags"):
            yield _asks(caller, name, action, SETTINGS, "allow")
            yield _asks(caller.powerless(), name, action, SETTINGS, "deny")
            yield _asks(caller, name, action, "restores/employee/1a.json", "deny")
        yield _asks(caller, name, MARK, SETTINGS, "deny")
        yield _asks(caller, name, "PutObject", SETTINGS, "deny")
        yield _asks(caller, name, "GetObject", SETTINGS, "deny")
        for action in ("DeleteObject", "DeleteObjectVersion"):
            yield _asks(caller, name, action, SETTINGS, "explicit_deny")
    for caller in (*STRANGERS, *BESIDE_SOURCES[name]):
        # A name that an organization's sources may have is not denied, and nothing allows it.
        like_ours = name == "collect" and fnmatchcase(caller.arn, "*/shop-*-catalog-replication-*")
        refused: Outcome = "deny" if like_ours else "explicit_deny"
        yield _asks(caller, name, REPLICATE, SETTINGS, refused)
        yield _asks(caller, name, "ReplicateTags", SETTINGS, "deny")


def _of_key(name: str) -> Iterator[Case]:
    place, policy = PLACES[name], document(f"{name}/KeyOfCatalogue")
    through = {"kms:ViaService": f"s3.{place.region}.amazonaws.com"}
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
    for caller in SOURCES[name]:
        for action in ("Encrypt", "GenerateDataKey"):
            yield caller.asks(f"kms:{action}", place.key, "allow", policy, context=through)
            for other in ("dynamodb.eu-central-1.amazonaws.com", None):
                context = {"kms:ViaService": other}
                yield caller.asks(f"kms:{action}", place.key, "deny", policy, context=context)
        yield caller.asks("kms:Decrypt", place.key, "deny", policy, context=through)
        yield caller.powerless().asks("kms:Encrypt", place.key, "deny", policy, context=through)
    for caller in (*STRANGERS, *BESIDE_SOURCES[name]):
        yield caller.asks("kms:GenerateDataKey", place.key, "deny", policy, context=through)


def _replicates(name: str, place: Place, there: Place, other: Place) -> Iterator[Case]:
    """Yield what a source's replication role may do, into buckets that let it."""
    through: Context = {"kms:ViaService": f"s3.{there.region}.amazonaws.com"}
    home: Context = {
        "kms:ViaService": f"s3.{place.region}.amazonaws.com",
        "kms:ResourceAliases": [f"alias/shop-{place.name}-catalog"],
    }
    elsewhere: tuple[Context, ...] = (
        {"kms:ViaService": "ec2.eu-central-1.amazonaws.com"},
        {"kms:ViaService": None},
    )
    read = "GetObjectVersionForReplication GetObjectVersionAcl GetObjectVersionTagging"
    settings, report = (f"{bucket(place)}/{key}" for key in (SETTINGS, "restores/employee/1.json"))
    grants = (
        Grant(
            service="s3",
            names="GetReplicationConfiguration ListBucket",
            on=(bucket(place),),
            not_on=("arn:aws:s3:::team-data",),
        ),
        Grant(service="s3", names=read, on=(settings,), not_on=(report,)),
        Grant(
            service="kms",
            names="Decrypt",
            on=(place.key,),
            not_on=(place.key.replace(place.region, "us-east-1"),),
            context=home,
            wrong=(*elsewhere, {"kms:ResourceAliases": ["alias/other"]}),
            policies={place.key: key_policy(place)},
        ),
        Grant(
            service="kms",
            names="Encrypt GenerateDataKey",
            on=(there.key,),
            not_on=(other.key,),
            context=through,
            wrong=elsewhere,
            policies={there.key: open_to_all("kms:*")},
        ),
    )
    yield from judged(name, place, "catalog-replication", grants)
    me = Caller(
        arn=place.role("catalog-replication"),
        why="replicates,",
        rights=(document(f"{name}:policy"),),
    )
    into = f"{bucket(there)}/{SETTINGS}"
    for action, resource, expected in (
        ("ReplicateObject", into, "allow"),
        ("ReplicateTags", into, "allow"),
        ("ReplicateObject", f"{bucket(there)}/restores/employee/1.json", "deny"),
        ("ReplicateObject", f"{bucket(other)}/{SETTINGS}", "deny"),
        ("ReplicateTags", f"{bucket(other)}/{SETTINGS}", "deny"),
        ("ReplicateDelete", into, "deny"),
        ("PutObject", into, "deny"),
    ):
        yield me.asks(
            f"s3:{action}",
            resource,
            expected,  # type: ignore[arg-type]
            open_to_all("s3:*"),
            resource_account=there.account,
        )


def open_to_all(actions: str) -> Document:
    statement = {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [{"Sid": "Open", **statement}]}


TABLES: dict[str, tuple[Case, ...]] = {
    **{f"{name}/PolicyOfCatalogueBucket": tuple(_of_bucket(name)) for name in PLACES},
    **{f"{name}/KeyOfCatalogue": tuple(_of_key(name)) for name in PLACES},
    **{
        f"{name}:policy": tuple(_replicates(name, place, there, other))
        for name, place, there, other in (
            ("prod/RoleOfCatalogueReplication", PROD, ARCHIVE, COLLECT),
            ("web/RoleOfCatalogueReplication", WEB, COLLECT, ARCHIVE),
        )
    },
}
# Damages that change nothing (patterns), each with its reason.
MEANINGLESS = {
    "archive/*: AllowReplicasFromSources for anybody": "the condition names the one role there is",
}


def test_documents_of_the_catalogue_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_document_of_the_catalogue_matters_or_says_why_not() -> None:
    found = unnoticed(TABLES)
    of_reason = {one: [name for name in found if fnmatchcase(name, one)] for one in MEANINGLESS}
    assert [one for one, names in of_reason.items() if not names] == []
    explained = [name for names in of_reason.values() for name in names]
    assert [name for name in found if name not in explained] == []
