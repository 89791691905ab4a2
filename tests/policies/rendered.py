"""Holdfast's own policy documents, rendered in memory, with who asks and how one is damaged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from blueprints import exports, guardrails, recovery
from generator import pipeline, workspace
from tests.policies.linter import Kind
from tests.policies.simulator import ADMINISTRATOR, Case, Context, Document, Outcome, evaluate

EXAMPLES = Path(__file__).parents[2] / "environments"
ORGANIZATION, OTHER_ORGANIZATION = "o-a1b2c3d4e5", "o-zzzzzzzzzz"
PARTNER, MEMBER, STRANGER = "777777777777", "888888888888", "999999999999"
SUFFIX = "0123456789abcdef"

# What the examples lack: a destination for a whole organization, a copy to a vault that Holdfast
# does not render, a table with a key of its own, and exports to a bucket in another account and
# Region.
ENVIRONMENTS = Path(__file__).with_name("environments")
# What else these two have, others have as well.
ONLY_EXPORTS = ("books", "store")
# What staging and archive-west say of each other, books and store say.
READING = frozenset(f"RoleForFunction{name}" for name in ("RestoreTable", "PlanRefill", "LoadFile"))
LIKE_BOOKS = frozenset({"RoleOfCatalogueReplication"}) | READING


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One environment as AWS sees it; names are spelled out here, not computed."""

    name: str
    account: str
    region: str = "eu-central-1"
    break_glass: str = "BreakGlass"
    deploy: str = "Deploy"
    emergency: bool = False

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def vault(self, key: str) -> str:
        return self.arn("backup", f"backup-vault:shop-{self.name}-{key}")

    def role(self, what: str) -> str:
        return role(self.account, f"shop-{self.name}-{what}-{self.region}")

    @property
    def point(self) -> str:
        return self.arn("backup", "recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45")

    @property
    def key(self) -> str:
        return self.arn("kms", "key/0d990263-018e-4e65-a703-eff731de951e")


def role(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def service_linked(account: str) -> str:
    return role(account, "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup")


PROD = Place(name="prod", account="111111111111", emergency=True)
ARCHIVE = Place(
    name="archive",
    account="222222222222",
    break_glass="ArchiveBreakGlass",
    deploy="ArchiveDeploy",
)
DEV = Place(name="dev", account="333333333333", emergency=True)
STAGING = Place(name="staging", account="444444444444", region="eu-west-1", emergency=True)
WEB = Place(name="web", account="555555555555")
COLLECT = Place(name="collect", account="666666666666")
BOOKS = Place(name="books", account="212121212121")
STORE = Place(name="store", account="232323232323", region="eu-west-1")
PLACES = {place.name: place for place in (PROD, ARCHIVE, DEV, STAGING, WEB, COLLECT, BOOKS, STORE)}
MEMBERS = (*(place.account for place in PLACES.values()), PARTNER, MEMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A document and what it is attached to: an identity, a resource, or a role as its trust."""

    kind: Kind
    document: Document


@cache
def attached() -> Mapping[str, Attached]:
    """Return the documents of the examples and of `ENVIRONMENTS`, as `prod/VaultMain`.

    A role has two: `prod/RoleForBackup:trust` and `…:policy`. Guardrails: see evaluation/world.py.
    """
    found: dict[str, Attached] = {}
    for environment, logical_id, path, document in _documents():
        kind: Kind = "resource"
        name = f"{environment}/{logical_id}"
        if "AssumeRolePolicyDocument" in path:
            kind, name = "trust", f"{name}:trust"
        elif "Policies" in path:
            kind, name = "identity", f"{name}:policy"
        assert name not in found, f"two documents are called {name}"
        found[name] = Attached(kind=kind, document=document)
    return found


def document(name: str) -> Document:
    return attached()[name].document


def _documents() -> Iterator[tuple[str, str, tuple[str, ...], Document]]:
    for each in (*workspace.load(directory=EXAMPLES), *workspace.load(directory=ENVIRONMENTS)):
        name = each.environment.name
        for part in pipeline.render(each.environment, ("cloudformation",)).parts:
            of_recovery = name == "books" and part.blueprint is recovery
            beside = name in ONLY_EXPORTS and not (part.blueprint is exports or of_recovery)
            beside |= name == "staging" and part.blueprint is exports
            if part.blueprint is guardrails or beside or name == "archive-west":
                continue
            assert part.cloudformation is not None
            resources = part.cloudformation.template["Resources"]
            for logical_id, resource in resources.items():
                if name == "staging" and logical_id in LIKE_BOOKS:
                    continue
                if of_recovery and logical_id not in READING:
                    continue
                for path, found in with_statements(resource, ()):
                    yield name, logical_id, path, found


def with_statements(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every policy document within a template's value, with where it stands."""
    if isinstance(value, Mapping):
        if "Statement" in value:
            yield path, value
        for key, inner in value.items():
            yield from with_statements(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from with_statements(inner, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, with which IAM policies; by default a member of the organization with all rights.

    So what comes out is the work of the resource's own policy.
    """

    arn: str
    why: str
    rights: Sequence[Document] = (ADMINISTRATOR,)
    context: Context = field(default_factory=lambda: {"aws:PrincipalOrgID": ORGANIZATION})

    def asks(
        self, action: str, resource: str, expected: Outcome, policy: Document | None, **more: Any
    ) -> Case:
        """Return the case; `context` in `more` is added to the caller's."""
        context = {**self.context, **more.pop("context", {})}
        return Case(
            principal=self.arn,
            action=action,
            resource=resource,
            expected=expected,
            why=f"{self.why}{more.pop('why', '')}",
            context=context,
            identity_policies=self.rights,
            resource_policy=policy,
            **more,
        )

    def powerless(self) -> Caller:
        return replace(self, rights=(), why=f"{self.why} without a right of its own")


def service(name: str, why: str = "service") -> Caller:
    """Return a service that acts as itself, so without IAM policies, ARN and organization."""
    absent = dict.fromkeys(("aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID"))
    return Caller(arn=f"{name}.amazonaws.com", why=f"{why} {name}", rights=(), context=absent)


def rights(*actions: str) -> Document:
    statement = {"Sid": "Rights", "Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


OPERATOR = (rights("backup:*", "kms:*", "sns:*", "sqs:*"),)


def those_who_destroy(place: Place) -> tuple[Caller, ...]:
    arn = role(place.account, place.break_glass)
    session = f"arn:aws:sts::{place.account}:assumed-role/{place.break_glass}/alice"
    reserved = "aws-reserved/sso.amazonaws.com"
    return (
        Caller(arn=arn, why="break-glass role"),
        Caller(
            arn=session,
            why="session of break-glass",
            context={"aws:PrincipalOrgID": ORGANIZATION, "aws:PrincipalArn": arn},
        ),
        *(
            Caller(
                arn=role(place.account, f"{path}/AWSReservedSSO_EmergencyAdmin_{SUFFIX}"),
                why="break-glass permission set",
            )
            for path in (reserved, f"{reserved}/eu-west-1")
            if place.emergency
        ),
    )


def those_who_change(place: Place) -> tuple[Caller, ...]:
    return (Caller(arn=role(place.account, place.deploy), why="deploy role"),)


def insiders(place: Place) -> tuple[Caller, ...]:
    """Return principals of the account that stand in neither list, whatever IAM lets them do."""
    account = place.account
    name = place.break_glass
    sso = "aws-reserved/sso.amazonaws.com/eu-west-1"
    return (
        Caller(arn=role(account, "Administrator"), why="administrator"),
        Caller(arn=f"arn:aws:iam::{account}:root", why="root user"),
        Caller(arn=role(account, "Operator"), why="operator of all backups", rights=OPERATOR),
        Caller(arn=place.role("backup"), why="our backup role"),
        Caller(arn=place.role("copy-back"), why="our copy-back role"),
        Caller(arn=place.role("recovery"), why="our recovery role"),
        Caller(arn=service_linked(account), why="AWS Backup's own role"),
        Caller(arn=role(account, f"{name}2"), why="a role whose name goes on"),
        Caller(arn=role(account, f"team/{name}"), why="the break-glass name under a path"),
        Caller(arn=f"arn:aws:iam::{account}:user/{name}", why="a user called as break-glass"),
        Caller(
            arn=role(account, f"{sso}/AWSReservedSSO_EmergencyAdministrator_{SUFFIX}"),
            why="a permission set whose name goes on",
        ),
    )


def outsiders(place: Place) -> tuple[Caller, ...]:
    """Return strangers, and the roles of another environment, that are called as ours are."""
    other = ARCHIVE if place is not ARCHIVE else PROD
    stranger = {"aws:PrincipalOrgID": OTHER_ORGANIZATION}
    return (
        Caller(arn=role(STRANGER, "Administrator"), why="stranger", context=stranger),
        Caller(arn=role(STRANGER, place.break_glass), why="strange break-glass", context=stranger),
        Caller(
            arn=role(STRANGER, "NoOrganization"),
            why="stranger without an organization",
            context={"aws:PrincipalOrgID": None},
        ),
        Caller(arn=role(other.account, other.break_glass), why=f"break-glass of {other.name}"),
        Caller(arn=role(other.account, other.deploy), why=f"deploy of {other.name}"),
        Caller(arn=role(other.account, "Administrator"), why=f"administrator of {other.name}"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mutant:
    name: str
    original: Document
    document: Document
    actions: tuple[str, ...]

    def concerns(self, action: str) -> bool:
        return any(fnmatchcase(action.lower(), one.lower()) for one in self.actions)


def unnoticed(tables: Mapping[str, Sequence[Case]]) -> list[str]:
    """Return the damages to the documents named with which every case comes out as before.

    A damage is a statement left out, or one that lost its condition, a key or value of it, a
    principal, an action or a resource, or that holds for anybody or on anything.
    """
    concerned = {
        name: [case for case in cases if _carries(case, document(name))]
        for name, cases in tables.items()
    }
    left = [(name, mutant) for name in tables for mutant in _mutants(name)]
    # Most damages show in most cases, so a few cases first save most of the time.
    for step in (11, 3, 1):
        asked = [
            (mutant, _with(case, mutant.original, mutant.document))
            for name, mutant in left
            for case in concerned[name][::step]
            if mutant.concerns(case.action)
        ]
        decisions = evaluate([case for _, case in asked]) if asked else []
        noticed = {
            mutant.name
            for (mutant, case), decision in zip(asked, decisions, strict=True)
            if decision.outcome != case.expected
        }
        left = [(name, mutant) for name, mutant in left if mutant.name not in noticed]
    return [mutant.name for _, mutant in left]


def _carries(case: Case, whole: Document) -> bool:
    return any(one is whole for one in (case.resource_policy, *case.identity_policies))


def _with(case: Case, whole: Document, other: Document) -> Case:
    return replace(
        case,
        resource_policy=other if case.resource_policy is whole else case.resource_policy,
        identity_policies=[other if one is whole else one for one in case.identity_policies],
    )


def _mutants(name: str) -> Iterator[_Mutant]:
    whole, kind = document(name), attached()[name].kind
    statements = list(whole["Statement"])
    for place, statement in enumerate(statements):
        actions = tuple(_listed(statement["Action"]))
        for what, touched, changed in damages(statement, kind):
            kept = [*statements[:place], *([changed] if changed else []), *statements[place + 1 :]]
            yield _Mutant(
                name=f"{name}: {statement['Sid']} {what}",
                original=whole,
                document={**whole, "Statement": kept},
                actions=touched or actions,
            )


def damages(
    statement: Document, kind: Kind
) -> Iterator[tuple[str, tuple[str, ...], Document | None]]:
    """Yield what is done, which actions alone it concerns (or none), and what is left."""
    yield "left out", (), None
    for action, rest in _without_each(statement["Action"]):
        yield f"without {action}", (action,), {**statement, "Action": rest}
    for what, principal in _other_principals(statement.get("Principal", "*")):
        yield what, (), {**statement, "Principal": principal}
    for what, condition in _other_conditions(statement.get("Condition", {})):
        changed = {key: value for key, value in statement.items() if key != "Condition"}
        yield what, (), {**changed, "Condition": condition} if condition else changed
    for resource, rest in _without_each(statement.get("Resource", "*")):
        yield f"without {resource}", (), {**statement, "Resource": rest}
    # The policy of a resource is only ever asked about that resource.
    if kind == "identity" and statement["Resource"] != "*":
        yield "on anything", (), {**statement, "Resource": "*"}


def _other_principals(principal: Any) -> Iterator[tuple[str, Any]]:
    if principal in ("*", {"AWS": "*"}):
        return
    yield "for anybody", "*"
    for kind, values in principal.items():
        for value, rest in _without_each(values):
            yield f"without principal {value}", {**principal, kind: rest}


def _other_conditions(condition: Document) -> Iterator[tuple[str, Document]]:
    if condition:
        yield "without condition", {}
    for operator, keys in condition.items():
        if len(condition) > 1:
            rest = {other: value for other, value in condition.items() if other != operator}
            yield f"without {operator}", rest
        for key, values in keys.items():
            for value, fewer in _without_each(values):
                yield f"without {value}", {**condition, operator: {**keys, key: fewer}}


def _without_each(values: Any) -> Iterator[tuple[Any, list[Any]]]:
    several = _listed(values)
    for place, value in enumerate(several if len(several) > 1 else ()):
        yield value, [*several[:place], *several[place + 1 :]]


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
